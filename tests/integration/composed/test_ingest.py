"""Ingest: each item to whom it concerns; bad ones refused alone, repeats without effect, resumed by cursor."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from leadlight.conversation.v1 import call_service_pb2
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import ingest_pb2
from leadlight.notes.v1 import commitment_pb2, note_pb2
from leadlight.qualification.v1 import lead_pb2
from leadlight.relationship.v1 import activity_pb2
from leadlight.relationship.v1 import record_pb2 as related_pb2
from leadlight.scoring.v1 import record_pb2 as scored_pb2

from tests.contract import conversation_cases as conversation
from tests.contract.served import Client, rpc, served
from tests.integration.composed.suite import (
    BACKENDS,
    LEAD,
    NOBODY,
    Suite,
    gateway_without,
    ingest,
    item,
    ref,
)
from tests.integration.gateway.conftest import GENEROUS
from tests.integration.notes import world as notes
from tests.integration.qualification.world import lead
from tests.integration.relationship import world as relationship
from tests.integration.scoring.world import record

INGEST = rpc("IngestService.Ingest", "gateway")


def whole_lead(lead_id: str, **attributes: Any) -> ingest_pb2.IngestRequest:
    """A lead in every form."""
    return item(
        f"leads/{lead_id}",
        record=ingest_pb2.IngestedRecord(
            scored=record(lead_id, attributes or {"budget": 1.0}),
            matched=matched_pb2.Record(ref=ref(lead_id), fields={"email": f"{lead_id}@customer.example"}),
            related=relationship.record(lead_id, LEAD, addresses=[f"{lead_id}@customer.example"]),
            lead=lead(lead_id),
        ),
    )


def mail(activity_id: str, **fields: Any) -> ingest_pb2.IngestRequest:
    made = relationship.activity(at=datetime.now(UTC), days=-1, id=activity_id, **fields)
    return item(f"mails/{activity_id}", activity=made)


def call(call_id: str) -> ingest_pb2.IngestRequest:
    return item(f"calls/{call_id}", call=conversation.create(conversation.changed(id=call_id)))


def note(note_id: str, text: str = notes.PROMISE, **fields: Any) -> ingest_pb2.IngestRequest:
    return item(f"notes/{note_id}", note=notes.create(text, note_id, **fields))


class Stored:
    """Looks at what the services have, through the gateway."""

    def __init__(self, whole: Suite, tenant: str) -> None:
        self._whole, self._tenant = whole, tenant

    def ask(self, service: str, method: str, request: Any) -> Any:
        return self._whole.through(self._tenant, service).call(method, request)

    def budget(self, lead_id: str) -> float:
        found = self.ask("scoring", "ScoringService.GetRecord", scored_pb2.GetRecordRequest(ref=ref(lead_id)))
        return float(found.attributes["budget"])

    def activities(self) -> list[activity_pb2.Activity]:
        request = activity_pb2.ListActivitiesRequest(ref=ref("L"))
        return list(self.ask("relationship", "ActivityService.ListActivities", request).activities)

    def note(self, note_id: str) -> note_pb2.Note:
        found: note_pb2.Note = self.ask(
            "notes", "NotesService.GetNote", note_pb2.GetNoteRequest(name=f"notes/{note_id}")
        )
        return found


def test_a_stream_sends_a_service_no_more_than_it_has_room_for(tmp_path: Path, tenant: str) -> None:
    scored = (ingest_pb2.IngestedRecord(scored=record(f"R{number}")) for number in range(300))
    (tmp_path / "scoring").mkdir()
    (tmp_path / "gateway").mkdir()
    with (
        served("scoring", tmp_path / "scoring", threads=1, max_queued_calls=64) as scoring,
        served(
            "gateway",
            tmp_path / "gateway",
            **{f"{name}_address": NOBODY for name in (*BACKENDS, "qualification")}
            | {"scoring_address": scoring.address},
            **GENEROUS,
        ) as gateway,
    ):
        ingest(gateway.client(tenant), *(item(record=each) for each in scored))


@pytest.fixture
def stored(whole: Suite, tenant: str) -> Stored:
    return Stored(whole, tenant)


def test_each_kind_goes_to_who_needs_it_and_a_repeat_changes_nothing(
    whole: Suite, tenant: str, stored: Stored
) -> None:
    items = [whole_lead("L"), mail("m1", regarding=[ref("L")]), call("c1"), note("n1")]
    client = whole.through(tenant)
    for _ in range(2):
        answers = ingest(client, *items)
        assert [(each.index, each.cursor) for each in answers] == [
            (0, "leads/L"),
            (1, "mails/m1"),
            (2, "calls/c1"),
            (3, "notes/n1"),
        ]
        assert [[result.service for result in each.results] for each in answers] == [
            ["scoring", "dedupe", "relationship", "qualification"],
            ["relationship"],
            ["conversation"],
            ["notes"],
        ]
        assert stored.budget("L") == 1.0
        stored.ask("dedupe", "DedupeService.GetRecord", matched_pb2.GetRecordRequest(ref=ref("L")))
        stored.ask(
            "relationship", "RelationshipService.GetRecord", related_pb2.GetRecordRequest(ref=ref("L"))
        )
        stored.ask("qualification", "QualificationService.GetLead", lead_pb2.GetLeadRequest(id="L"))
        assert [each.id for each in stored.activities()] == ["m1"]
        calls = stored.ask("conversation", "CallService.ListCalls", call_service_pb2.ListCallsRequest())
        assert [each.call.id for each in calls.stored_calls] == ["c1"]
        commitments = stored.ask(
            "notes", "CommitmentService.ListCommitments", commitment_pb2.ListCommitmentsRequest()
        )
        assert len(commitments.commitments) == 1
        assert stored.note("n1").write_time == notes.timestamp(notes.WRITTEN)


def test_a_note_that_is_there_is_brought_to_what_is_sent(whole: Suite, tenant: str, stored: Stored) -> None:
    client = whole.through(tenant)
    ingest(client, note("n1", author="ada"))
    later = notes.timestamp(datetime(2026, 4, 1, tzinfo=UTC))
    ingest(client, note("n1", notes.NOTHING, write_time=later))
    found = stored.note("n1")
    assert (found.text, found.write_time, found.author) == (notes.NOTHING, later, "ada")
    ingest(
        client,
        item(note=note_pb2.CreateNoteRequest(note_id="n1", note=note_pb2.Note(ref=notes.ref(), text="x"))),
    )
    assert stored.note("n1").write_time == later


def test_bad_items_are_refused_by_themselves(whole: Suite, tenant: str, stored: Stored) -> None:
    two = whole_lead("B")
    two.record.matched.ref.id = "another"
    unnamed = note("n1")
    unnamed.note.note_id = ""
    ahead = mail("m0")
    ahead.activity.start_time.FromDatetime(datetime.now(UTC) + timedelta(days=9))
    answers = whole.through(tenant).call(
        "IngestService.Ingest",
        whole_lead("L"),
        item("nothing"),
        item("formless", record=ingest_pb2.IngestedRecord()),
        two,
        unnamed,
        mail("m1", regarding=[ref("L")]),
        ahead,
        mail("m2", regarding=[ref("L")]),
        note("n2"),
    )
    assert [each.index for each in answers] == list(range(9))
    bad = {each.cursor: each for each in answers if each.status.code}
    assert bad.keys() == {"nothing", "formless", "leads/B", "notes/n1", "mails/m0"}
    assert {each.status.code for each in bad.values()} == {3}
    assert all(each.status.message for each in bad.values())
    # The service's word on its part; the item's own faults reach no service.
    assert [result.service for result in bad["mails/m0"].results] == ["relationship"]
    assert not bad["leads/B"].results
    assert {each.id for each in stored.activities()} == {"m1", "m2"}
    assert stored.note("n2").text


def test_the_last_word_on_a_thing_stays(whole: Suite, tenant: str, stored: Stored) -> None:
    rounds = 40
    items = [whole_lead(lead_id, budget=float(n)) for n in range(rounds) for lead_id in ("L", "M")]
    ingest(whole.through(tenant), *items)
    assert (stored.budget("L"), stored.budget("M")) == (rounds - 1, rounds - 1)


def test_who_was_cut_off_goes_on_after_the_last_cursor(whole: Suite, tenant: str, stored: Stored) -> None:
    everything = [whole_lead(f"L{number:03}", budget=float(number)) for number in range(60)]
    client = whole.through(tenant)

    def slowly() -> Iterator[ingest_pb2.IngestRequest]:
        yield from everything

    stream = client.begin(INGEST, slowly())
    seen = [next(stream) for _ in range(7)]
    stream.cancel()
    with pytest.raises(grpc.RpcError):
        list(stream)
    for number, each in enumerate(seen):
        assert (each.cursor, each.status.code) == (f"leads/L{number:03}", 0)
        assert stored.budget(f"L{number:03}") == number
    at = next(place for place, each in enumerate(everything) if each.cursor == seen[-1].cursor)
    ingest(client, *everything[at + 1 :])
    assert [stored.budget(f"L{number:03}") for number in range(60)] == list(range(60))


def test_a_service_that_is_down_is_named_for_each_item(
    whole: Suite, tenant: str, stored: Stored, tmp_path: Path
) -> None:
    items = [
        whole_lead("L"),
        *(mail(f"m{number}", regarding=[ref("L")]) for number in range(150)),
        note("n1"),
    ]
    with gateway_without(whole, tmp_path, "relationship") as gateway:
        answers = Client(gateway.channel, tenant, service="gateway").call("IngestService.Ingest", *items)
    failed = {
        each.cursor: {result.service: result.status.code for result in each.results}
        for each in answers
        if each.status.code
    }
    assert failed.pop("leads/L") == {"scoring": 0, "dedupe": 0, "relationship": 14, "qualification": 0}
    assert list(failed.values()) == [{"relationship": 14}] * 150
    assert stored.budget("L") == 1.0
    ingest(whole.through(tenant), *items)
    assert len(stored.activities()) == min(150, 50)
