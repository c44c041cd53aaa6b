"""Records as the service keeps them: stored, imported, listed, deleted, and in step with their index."""

import uuid
from collections import Counter

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import duplicate_pb2, merge_pb2, record_pb2
from sqlmodel import select

from services.common.db import Database
from services.dedupe import store as record_store
from services.dedupe.index import ALL_RECORDS, counted, hash_of, index_keys, number_of
from services.dedupe.models import RecordKeyRow, RecordRow, ValueCountRow
from tests.contract.served import Client
from tests.integration.dedupe.conftest import Dedupe
from tests.integration.dedupe.world import (
    ACCOUNT,
    CONTACT,
    LEAD,
    decide,
    find,
    get,
    ids,
    import_all,
    record,
    ref,
    store,
    upsert,
)

REGINA = {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"}


def assert_index_is_in_step(db: Database, tenant: str) -> None:
    """Keys and counts are those of the rows that are there, no more and no less."""
    with db.read(tenant) as session:
        records = record_store.next_records(session, after=None, limit=10_000)
        keys = {(row.key, row.number) for row in session.exec(select(RecordKeyRow))}
        counts = {row.value: row.records for row in session.exec(select(ValueCountRow))}
    expected: Counter[int] = Counter()
    for each in records:
        if each.forms.is_comparable:
            expected.update([*counted(each.forms), ALL_RECORDS])
    assert keys == {(hash_of(key), number_of(each.ref)) for each in records for key in index_keys(each.forms)}
    assert counts == dict(expected)


def test_a_record_is_read_as_it_was_sent(client: Client) -> None:
    sent = record("a", CONTACT, **REGINA, note="  keeps her blanks ", blank="  ")
    sent.parent.CopyFrom(ref("acme", ACCOUNT))
    sent.inactive = True
    sent.modify_time.CopyFrom(Timestamp(seconds=1_000_000_000, nanos=123_000))
    kept = upsert(client, sent).record
    assert get(client, "a", CONTACT) == kept
    assert dict(kept.fields) == REGINA | {"note": "  keeps her blanks "}
    assert kept.parent == sent.parent
    assert kept.inactive
    assert kept.modify_time == sent.modify_time
    assert kept.comparable
    assert kept.HasField("update_time")


def test_a_second_upsert_takes_the_place_of_the_first(client: Client, dedupe: Dedupe) -> None:
    store(client, "a", **REGINA)
    store(client, "b", **REGINA)
    kept = store(client, "a", first_name="Zoe", email="zoe@quist.example")
    assert dict(get(client, "a").fields) == {"first_name": "Zoe", "email": "zoe@quist.example"}
    assert kept.modify_time == kept.update_time
    assert not find(client, "b").duplicates
    assert_index_is_in_step(dedupe.db, client.tenant)


def test_what_is_only_checked_is_not_stored(client: Client) -> None:
    store(client, "a", **REGINA)
    told = upsert(client, record("b", **REGINA), validate_only=True, check=duplicate_pb2.FindOptions())
    assert [each.ref.id for each in told.duplicates] == ["a"]
    get_b = record_pb2.GetRecordRequest(ref=ref("b"))
    assert client.refused("DedupeService.GetRecord", get_b).code == "NOT_FOUND"


def test_a_repeat_gets_the_first_answer(client: Client) -> None:
    store(client, "a", **REGINA)
    request_id = str(uuid.uuid4())
    first = upsert(client, record("b", **REGINA), request_id=request_id, check=duplicate_pb2.FindOptions())
    store(client, "c", **REGINA)
    again = upsert(client, record("b", **REGINA), request_id=request_id, check=duplicate_pb2.FindOptions())
    assert again == first
    assert [each.ref.id for each in again.duplicates] == ["a"]


def test_an_import_answers_each_record_in_its_place(client: Client, dedupe: Dedupe) -> None:
    records = [record(f"r{number}", last_name=f"Name{number}", city="Aarhus") for number in range(600)]
    records[7].ref.id = ""
    records[9].fields["city"] = "x\x00"
    records[11].ref.id = "r10"
    answers = import_all(client, records)
    assert [each.index for each in answers] == list(range(600))
    assert {each.index for each in answers if each.status.code} == {7, 9}
    assert answers[11].record.ref.id == "r10"
    assert not answers[11].record.fields
    assert dict(get(client, "r10").fields) == {"last_name": "Name11", "city": "Aarhus"}
    assert_index_is_in_step(dedupe.db, client.tenant)


def test_an_import_looks_for_duplicates_among_what_is_stored_by_then(client: Client) -> None:
    store(client, "there", **REGINA)
    answers = import_all(
        client, [record("new", **REGINA), record("other", first_name="Zoe")], duplicate_pb2.FindOptions()
    )
    assert [[each.ref.id for each in answer.duplicates] for answer in answers] == [["there"], []]


def test_an_empty_import_is_a_good_one(client: Client) -> None:
    assert import_all(client, []) == []


def test_records_are_listed_by_id(client: Client) -> None:
    for record_id in ("c", "a", "b"):
        child = record(record_id, CONTACT, first_name=record_id)
        if record_id != "b":
            child.parent.CopyFrom(ref("acme", ACCOUNT))
        upsert(client, child)
    store(client, "lead", LEAD)

    def listed(**of: object) -> tuple[list[str], str]:
        request = record_pb2.ListRecordsRequest(kind=CONTACT, **of)
        answer = client.call("DedupeService.ListRecords", request)
        return [each.ref.id for each in answer.records], answer.next_page_token

    assert listed() == (["a", "b", "c"], "")
    assert listed(parent=ref("acme", ACCOUNT)) == (["a", "c"], "")
    first, token = listed(page_size=2)
    assert first == ["a", "b"]
    assert listed(page_size=2, page_token=token) == (["c"], "")


def test_a_deleted_record_leaves_nothing(client: Client, dedupe: Dedupe) -> None:
    store(client, "a", **REGINA)
    store(client, "b", **REGINA)
    decide(client, "a", "b", same=False)
    client.call("DedupeService.DeleteRecord", record_pb2.DeleteRecordRequest(ref=ref("a")))
    assert (
        client.refused("DedupeService.GetRecord", record_pb2.GetRecordRequest(ref=ref("a"))).code
        == "NOT_FOUND"
    )
    decisions = client.call("DedupeService.ListPairDecisions", duplicate_pb2.ListPairDecisionsRequest())
    assert not decisions.decisions
    assert_index_is_in_step(dedupe.db, client.tenant)
    with dedupe.db.read(client.tenant) as session:
        assert session.exec(select(RecordRow.record_id)).all() == ["b"]
    store(client, "a", **REGINA)
    assert ids(find(client, "b")) == ["a"]


def test_records_are_deleted_as_their_refs_come(client: Client, dedupe: Dedupe) -> None:
    for record_id in ("a", "b", "c"):
        store(client, record_id, **REGINA)
    asked = [
        record_pb2.DeleteRecordsRequest(ref=ref("a")),
        record_pb2.DeleteRecordsRequest(ref=ref("none")),
        record_pb2.DeleteRecordsRequest(ref=ref("\x00")),
        record_pb2.DeleteRecordsRequest(ref=ref("none"), allow_missing=True),
        record_pb2.DeleteRecordsRequest(ref=ref("b")),
        record_pb2.DeleteRecordsRequest(ref=ref("b")),
    ]
    results = client.call("DedupeService.DeleteRecords", *asked)
    assert [result.index for result in results] == list(range(6))
    ok, missing, bad = 0, 5, 3
    assert [result.status.code for result in results] == [ok, missing, bad, ok, ok, missing]
    assert_index_is_in_step(dedupe.db, client.tenant)
    with dedupe.db.read(client.tenant) as session:
        assert session.exec(select(RecordRow.record_id)).all() == ["c"]


def test_a_merged_record_is_not_found_and_takes_no_writes(client: Client) -> None:
    for record_id in ("a", "b", "c"):
        store(client, record_id, **REGINA)
    merge = client.call(
        "MergeService.MergeRecords", merge_pb2.MergeRecordsRequest(master=ref("a"), others=[ref("b")])
    )
    assert ids(find(client, "c")) == ["a"]
    assert get(client, "b").merged_into == ref("a")
    refused = client.refused(
        "DedupeService.UpsertRecord", record_pb2.UpsertRecordRequest(record=record("b", city="Oslo"))
    )
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "RECORD_MERGED")
    assert refused.metadata == {"record": "lead/b", "master": "lead/a", "merge": merge.name}
    answers = import_all(client, [record("d", **REGINA), record("b", city="Oslo")])
    assert [each.status.code for each in answers] == [0, 9]
    find_b = duplicate_pb2.FindDuplicatesRequest(ref=ref("b"))
    assert client.refused("DedupeService.FindDuplicates", find_b).reason == "RECORD_MERGED"
    listed = client.call("DedupeService.ListRecords", record_pb2.ListRecordsRequest(kind=LEAD))
    assert [each.ref.id for each in listed.records] == ["a", "c", "d"]
    everything = record_pb2.ListRecordsRequest(kind=LEAD, include_merged=True)
    assert len(client.call("DedupeService.ListRecords", everything).records) == 4


def test_no_tenant_finds_anothers_records(client: Client, dedupe: Dedupe) -> None:
    store(client, "a", **REGINA)
    other = dedupe.served.client(f"t{uuid.uuid4().hex[:12]}")
    store(other, "b", **REGINA)
    assert not find(other, "b").duplicates
    assert (
        client.refused("DedupeService.GetRecord", record_pb2.GetRecordRequest(ref=ref("b"))).code
        == "NOT_FOUND"
    )


@pytest.mark.parametrize("fields", [200, 1])
def test_the_most_and_the_longest_fields_are_kept(client: Client, fields: int) -> None:
    values = {f"f{number:03}": "é" * 1000 for number in range(fields)}
    assert dict(store(client, "a", **values).fields) == values


def test_a_ref_of_another_kind_is_another_record(client: Client) -> None:
    store(client, "a", LEAD, **REGINA)
    store(client, "a", CONTACT, **REGINA)
    (found,) = find(client, "a", LEAD).duplicates
    assert found.ref == common_pb2.RecordRef(kind=CONTACT, id="a")
