"""Records made one, field by field; merges taken back to the last byte; records taken out again."""

import pytest
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import duplicate_pb2, merge_pb2, record_pb2, settings_pb2
from sqlmodel import select

from services.dedupe.models import MergeMemberRow, MergeRow
from tests.contract.served import Client
from tests.integration.dedupe.conftest import Dedupe
from tests.integration.dedupe.merge_world import (
    DAY,
    LEAD,
    delete,
    detach,
    get,
    ids,
    merge,
    order,
    ref,
    store,
    tables,
    unmerge,
)
from tests.integration.working import eventually

REGINA = {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"}


def regina(client: Client) -> None:
    """One person three times."""
    store(client, "a", age_days=3, **REGINA, email="regina@contoso.com", title="CFO")
    store(client, "b", age_days=1, **REGINA | {"last_name": "Merphy"}, phone="+1 555 010 4477")
    store(client, "c", age_days=2, **REGINA, email="r.murphy@contoso.com", city="Springfield", inactive=True)


def found(client: Client, **fields: str) -> list[str]:
    subject = duplicate_pb2.Subject(kind=LEAD, fields=fields)
    answer = client.call("DedupeService.FindDuplicates", duplicate_pb2.FindDuplicatesRequest(record=subject))
    return sorted(ids(each.ref for each in answer.duplicates))


def refused(client: Client, method: str, request: object) -> str:
    return client.refused(f"MergeService.{method}", request).reason  # type: ignore[arg-type]


def test_a_merge_moves_values_and_leaves_one_record_to_find(client: Client) -> None:
    regina(client)
    done = merge(client, "a", "b", "c")
    assert done.state == merge_pb2.MERGE_STATE_MERGED
    assert (done.master.id, ids(done.merged), done.merged_by) == ("a", ["b", "c"], "tester")
    assert [(each.field, each.source.id, each.before, each.after) for each in done.moved_values] == [
        ("city", "c", "", "Springfield"),
        ("phone", "b", "", "+1 555 010 4477"),
    ]
    master = get(client, "a")
    assert master == done.result
    assert dict(master.fields) == REGINA | {
        "email": "regina@contoso.com",
        "title": "CFO",
        "city": "Springfield",
        "phone": "+1 555 010 4477",
    }
    assert master.modify_time.ToDatetime().day == DAY.day - 1
    assert not master.inactive
    assert found(client, **REGINA) == ["a"]
    assert get(client, "b").merged_into.id == "a"
    assert get(client, "b").fields["last_name"] == "Merphy"
    assert client.call("MergeService.GetMerge", merge_pb2.GetMergeRequest(name=done.name)) == done


def test_each_field_may_be_chosen_on_its_own(client: Client) -> None:
    regina(client)
    choices = {
        "email": merge_pb2.FieldChoice(source=ref("c")),
        "title": merge_pb2.FieldChoice(value="Chief Financial Officer"),
        "city": merge_pb2.FieldChoice(value=" "),
        "last_name": merge_pb2.FieldChoice(survivor=merge_pb2.SURVIVOR_MASTER),
    }
    done = merge(client, "a", "b", "c", survivor=merge_pb2.SURVIVOR_NEWEST, fields=choices)
    assert dict(done.result.fields) == REGINA | {
        "email": "r.murphy@contoso.com",
        "phone": "+1 555 010 4477",
        "title": "Chief Financial Officer",
    }
    given = [each for each in done.moved_values if not each.HasField("source")]
    assert [each.field for each in given] == ["title"]


def test_a_dry_run_tells_the_same_and_stores_nothing(client: Client, dedupe: Dedupe) -> None:
    regina(client)
    store(client, "child", parent="b", email="x@y.example")
    before = tables(dedupe.db, client.tenant)
    dry = merge(client, "a", "b", "c", validate_only=True)
    assert tables(dedupe.db, client.tenant) == before
    assert not client.call("MergeService.ListMerges", merge_pb2.ListMergesRequest()).merges
    assert (dry.name, dry.HasField("create_time"), ids(dry.children)) == ("", False, ["child"])
    done = merge(client, "a", "b", "c")
    for each in (dry, done):
        each.result.ClearField("update_time")
    dry.name = done.name
    dry.create_time.CopyFrom(done.create_time)
    assert dry == done


def test_unmerging_restores_every_record_key_and_count(client: Client, dedupe: Dedupe) -> None:
    regina(client)
    store(client, "other", **REGINA, email="other@contoso.com")
    before = tables(dedupe.db, client.tenant)
    done = merge(client, "a", "b", "c", survivor=merge_pb2.SURVIVOR_LONGEST)
    assert tables(dedupe.db, client.tenant) != before
    dry = unmerge(client, done.name, validate_only=True)
    assert get(client, "b").HasField("merged_into")
    answer = unmerge(client, done.name)
    assert tables(dedupe.db, client.tenant) == before
    assert answer.merge.state == merge_pb2.MERGE_STATE_UNDONE
    assert [each.ref.id for each in answer.records] == ["a", "b", "c"]
    assert answer.records == dry.records
    assert [get(client, each) for each in "abc"] == list(answer.records)
    assert found(client, **REGINA) == ["a", "b", "c", "other"]
    request = merge_pb2.UnmergeRecordsRequest(name=done.name)
    assert refused(client, "UnmergeRecords", request) == "MERGE_NOT_REVERSIBLE"


def test_merges_over_one_record_are_taken_back_in_reverse_order(client: Client, dedupe: Dedupe) -> None:
    regina(client)
    store(client, "top", email="top@contoso.com")
    before = tables(dedupe.db, client.tenant)
    first, second, third = merge(client, "a", "b"), merge(client, "a", "c"), merge(client, "top", "a")
    for name, later in ((first.name, third.name), (second.name, third.name)):
        seen = client.refused("MergeService.UnmergeRecords", merge_pb2.UnmergeRecordsRequest(name=name))
        assert (seen.code, seen.reason) == ("FAILED_PRECONDITION", "MERGE_NOT_REVERSIBLE")
        assert seen.metadata["later_merge"] == later
    for each in (third, second, first):
        unmerge(client, each.name)
    assert tables(dedupe.db, client.tenant) == before


def test_a_master_that_was_changed_since_is_restored_only_when_that_is_given_up(
    client: Client, dedupe: Dedupe
) -> None:
    regina(client)
    before = tables(dedupe.db, client.tenant)
    done = merge(client, "a", "b")
    store(client, "a", **REGINA, title="CEO")
    request = merge_pb2.UnmergeRecordsRequest(name=done.name)
    assert refused(client, "UnmergeRecords", request) == "MERGE_CHANGED_SINCE"
    detaching = merge_pb2.DetachRecordRequest(name=done.name, ref=ref("b"))
    assert refused(client, "DetachRecord", detaching) == "MERGE_CHANGED_SINCE"
    assert get(client, "a").fields["title"] == "CEO"
    unmerge(client, done.name, discard_changes=True)
    assert tables(dedupe.db, client.tenant) == before


def test_a_detached_record_is_as_before_and_the_master_as_if_it_had_never_taken_part(
    client: Client, dedupe: Dedupe
) -> None:
    regina(client)
    before = tables(dedupe.db, client.tenant)
    alone = merge(client, "a", "c").result
    unmerge(client, client.call("MergeService.ListMerges", merge_pb2.ListMergesRequest()).merges[0].name)
    done = merge(client, "a", "b", "c", fields={"phone": merge_pb2.FieldChoice(source=ref("b"))})
    b_before = before["records"][1]
    dry = detach(client, done.name, "b", validate_only=True)
    after = detach(client, done.name, "b")
    assert (ids(after.merged), ids(after.detached)) == (["c"], ["b"])
    assert (dict(after.result.fields), after.result.modify_time) == (dict(alone.fields), alone.modify_time)
    assert (dry.result.fields, dry.merged) == (after.result.fields, after.merged)
    assert get(client, "a") == after.result
    assert tables(dedupe.db, client.tenant)["records"][1] == b_before
    again = merge_pb2.DetachRecordRequest(name=done.name, ref=ref("b"))
    assert refused(client, "DetachRecord", again) == "MERGE_NOT_REVERSIBLE"
    # What becomes of it now is not the merge's concern any more.
    store(client, "b", email="somebody@else.example")
    last = detach(client, done.name, "c")
    assert last.state == merge_pb2.MERGE_STATE_UNDONE
    store(client, "b", **b_before["fields"], age_days=1)
    found_now, expected = tables(dedupe.db, client.tenant), before
    for each in (found_now, expected):
        each["records"][1].pop("stored_at")
    assert found_now == expected


@pytest.mark.parametrize("gone", ["a", "b"])
def test_a_merge_whose_record_is_deleted_is_final_and_its_values_are_erased(
    client: Client, dedupe: Dedupe, gone: str
) -> None:
    regina(client)
    done = merge(client, "a", "b", "c", fields={"title": merge_pb2.FieldChoice(value="Boss")})
    delete(client, gone)
    final = client.call("MergeService.GetMerge", merge_pb2.GetMergeRequest(name=done.name))
    assert final.state == merge_pb2.MERGE_STATE_FINAL
    assert (final.master.id, ids(final.merged)) == ("a", ["b", "c"])
    assert not final.HasField("result")
    assert not final.moved_values
    with dedupe.db.read(client.tenant) as session:
        kept = [row.model_dump_json() for row in session.exec(select(MergeRow))]
    assert not any(value in kept[0] for value in ("Regina", "Springfield", "Boss", "010 4477"))
    for method, request in (
        ("UnmergeRecords", merge_pb2.UnmergeRecordsRequest(name=done.name, discard_changes=True)),
        ("DetachRecord", merge_pb2.DetachRecordRequest(name=done.name, ref=ref("c"))),
    ):
        assert refused(client, method, request) == "MERGE_NOT_REVERSIBLE"
    listing = merge_pb2.ListMergesRequest(ref=ref(gone))
    assert not client.call("MergeService.ListMerges", listing).merges
    for each in {"a", "b", "c"} - {gone}:
        delete(client, each)
    with dedupe.db.read(client.tenant) as session:
        assert not session.exec(select(MergeRow)).all()
        assert not session.exec(select(MergeMemberRow)).all()


def test_an_undone_merge_forgets_the_values_of_a_record_that_is_deleted(
    client: Client, dedupe: Dedupe
) -> None:
    regina(client)
    unmerge(client, merge(client, "a", "c").name)
    delete(client, "c")
    with dedupe.db.read(client.tenant) as session:
        (row,) = session.exec(select(MergeRow)).all()
    assert "Springfield" not in row.model_dump_json()
    assert row.state == "undone"


def test_a_merge_after_which_another_holds_for_good_does_so_too(client: Client) -> None:
    regina(client)
    first = merge(client, "a", "b")
    second = merge(client, "a", "c")
    delete(client, "c")
    seen = client.refused(
        "MergeService.UnmergeRecords", merge_pb2.UnmergeRecordsRequest(name=first.name, discard_changes=True)
    )
    assert (seen.reason, seen.metadata["later_merge"]) == ("MERGE_NOT_REVERSIBLE", second.name)


def test_what_is_merged_is_not_written_to(client: Client) -> None:
    regina(client)
    done = merge(client, "a", "b")
    request = record_pb2.UpsertRecordRequest(record=record_pb2.Record(ref=ref("b"), fields={"city": "X"}))
    seen = client.refused("DedupeService.UpsertRecord", request)
    assert (seen.code, seen.reason) == ("FAILED_PRECONDITION", "RECORD_MERGED")
    for each in (order("b", "c"), order("c", "b")):
        seen = client.refused("MergeService.MergeRecords", each)
        assert (seen.reason, seen.metadata["record"]) == ("RECORD_MERGED", "lead/b")
        assert (seen.metadata["master"], seen.metadata["merge"]) == ("lead/a", done.name)


def test_another_tenants_record_is_not_there(client: Client, dedupe: Dedupe) -> None:
    regina(client)
    stranger = dedupe.served.client(f"other-{client.tenant}")
    store(stranger, "x", email="x@y.example")
    seen = client.refused("MergeService.MergeRecords", order("a", "x"))
    assert (seen.code, seen.fields, seen.metadata["record"]) == ("NOT_FOUND", ["others[0]"], "lead/x")


def test_children_of_merged_records_are_listed_until_they_are_moved(client: Client) -> None:
    regina(client)
    for number in range(3):
        store(client, f"child{number}", parent="b", email=f"{number}@y.example")
    store(client, "masters", parent="a", email="m@y.example")
    done = merge(client, "a", "b")
    assert (ids(done.children), done.child_count) == (["child0", "child1", "child2"], 3)
    store(client, "child1", parent="a", email="1@y.example")
    asked = merge_pb2.GetMergeRequest(name=done.name)
    assert ids(client.call("MergeService.GetMerge", asked).children) == ["child0", "child2"]


def test_merges_are_listed_newest_first_by_record_and_state(client: Client) -> None:
    for each in "abcdef":
        store(client, each, email=f"{each}@y.example")
    names = [merge(client, *pair).name for pair in (("a", "b"), ("c", "d"), ("a", "e"))]
    unmerge(client, names[1])

    def listed(**asked: object) -> list[str]:
        request = merge_pb2.ListMergesRequest(page_size=1, **asked)  # type: ignore[arg-type]
        found = []
        while True:
            page = client.call("MergeService.ListMerges", request)
            found += [each.name for each in page.merges]
            if not page.next_page_token:
                return found
            request.page_token = page.next_page_token

    assert listed() == names[::-1]
    assert listed(ref=ref("a")) == [names[2], names[0]]
    assert listed(ref=ref("e")) == [names[2]]
    assert listed(ref=ref("a", common_pb2.RECORD_KIND_CONTACT)) == []
    assert listed(state=merge_pb2.MERGE_STATE_UNDONE) == [names[1]]


def test_a_pair_that_was_told_apart_may_be_merged_all_the_same(client: Client) -> None:
    regina(client)
    decision = duplicate_pb2.PairDecision(
        left=ref("a"), right=ref("b"), verdict=duplicate_pb2.VERDICT_NOT_DUPLICATE
    )
    client.call("DedupeService.DecidePair", duplicate_pb2.DecidePairRequest(decision=decision))
    assert ids(merge(client, "a", "b").merged) == ["b"]


def test_a_merge_is_taken_back_after_the_index_was_made_anew(client: Client, dedupe: Dedupe) -> None:
    """The records are as they would be if they had never been merged: in the forms of the new region."""
    twin = dedupe.served.client(f"{client.tenant}-twin")
    for each in (client, twin):
        regina(each)
        store(each, "d", age_days=1, phone="(555) 010-4477", last_name="Murphy")
    done = merge(client, "d", "a", "b")
    for each in (client, twin):
        request = settings_pb2.UpdateDedupeSettingsRequest(
            settings=settings_pb2.DedupeSettings(default_region="US")
        )
        each.call("DedupeService.UpdateDedupeSettings", request)
        asked = settings_pb2.GetDedupeSettingsRequest()
        eventually(lambda: not each.call("DedupeService.GetDedupeSettings", asked).reindexing)  # noqa: B023
    unmerge(client, done.name)
    seen, expected = (tables(dedupe.db, each.tenant) for each in (client, twin))
    for each in (*seen["records"], *expected["records"]):
        each.pop("stored_at")
        each.pop("tenant")
    assert seen == expected
