"""GetWorklist: each reason once, in the order of pressing; what is put off, done, or somebody else's."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.gateway.v1 import ingest_pb2, worklist_pb2
from leadlight.scoring.v1 import record_pb2 as scored_pb2

from services.common.caller import Role
from tests.contract.served import Client
from tests.integration.composed.suite import LEAD, OPPORTUNITY, Suite, gateway_without, ingest, item, ref
from tests.integration.notes import world as notes
from tests.integration.relationship import world as relationship
from tests.integration.scoring.world import COLD, HOT, ago, record

ME, MANAGER, SELLER = relationship.ADA, frozenset({Role.MANAGER}), frozenset({Role.SELLER})
CALLER = "tester"
KIM, LEE = relationship.KIM, relationship.LEE


def mine(record_id: str, kind: int = LEAD, *, closes_in_days: float = 20, **fields: Any) -> Any:
    """A record of the caller's, as relationship knows it."""
    made = relationship.record(
        record_id, kind, owner=fields.pop("owner", ME), display_name=f"The {record_id}", **fields
    )
    if kind == OPPORTUNITY:
        made.estimated_close_time.FromDatetime(datetime.now(UTC) + timedelta(days=closes_in_days))
    return made


def given(**forms: Any) -> ingest_pb2.IngestRequest:
    return item(record=ingest_pb2.IngestedRecord(**forms))


def mail(sender: str, to: str, days_ago: float, **fields: Any) -> ingest_pb2.IngestRequest:
    return item(activity=relationship.activity(sender, to, at=datetime.now(UTC), days=-days_ago, **fields))


def note(text: str, note_id: str, days_ago: float, **fields: Any) -> ingest_pb2.IngestRequest:
    about = {"ref": ref("promised"), "author": ME, "write_time": ago(days=days_ago)} | fields
    return item(note=notes.create(text, note_id, **about))


def in_stage(deal_id: str, days: float) -> scored_pb2.Record:
    stage = scored_pb2.StageEntry(name="propose", enter_time=ago(days=days))
    return record(deal_id, kind=OPPORTUNITY, create_time=ago(days=days + 1), stages=[stage])


def worklist(client: Client, **fields: Any) -> worklist_pb2.Worklist:
    found: worklist_pb2.Worklist = client.call(
        "WorklistService.GetWorklist", worklist_pb2.GetWorklistRequest(**fields)
    )
    return found


def shown(client: Client, **fields: Any) -> list[tuple[str, str]]:
    """Reasons and records, in order."""
    return [
        (worklist_pb2.WorklistReason.Name(each.reason).removeprefix("WORKLIST_REASON_"), each.ref.id)
        for each in worklist(client, **fields).items
    ]


@pytest.fixture(scope="module")
def busy(whole: Suite) -> Client:
    """A seller with one thing of each kind to do, and a colleague with as much."""
    tenant = "busy-seller"
    whole.publish_model(tenant)
    client = whole.through(tenant)
    Client(client.channel, tenant, service="relationship").call(
        "RelationshipService.UpdateRelationshipSettings",
        relationship.settings(own_domains=[relationship.OWN]),
    )
    ingest(
        client,
        given(related=mine("promised")),
        note("I'll send the contract within three days.", "late", 20),
        note("I'll send the price list tomorrow.", "due", 0),
        note("I'll send the contract within three days.", "colleague", 20, author="colleague"),
        given(related=mine("waits", addresses=[KIM])),
        mail(relationship.ADA, KIM, 4),
        mail(KIM, relationship.ADA, 3, subject="When can you deliver?"),
        given(scored=record("new", HOT, create_time=ago(days=1)), related=mine("new")),
        given(scored=record("old", HOT, create_time=ago(days=20)), related=mine("old")),
        given(
            scored=record("theirs", HOT, create_time=ago(days=1)), related=mine("theirs", owner="colleague")
        ),
        given(scored=record("falls", HOT, create_time=ago(days=30)), related=mine("falls")),
        given(scored=record("falls", COLD, create_time=ago(days=30))),
        given(scored=in_stage("still", 40), related=mine("still", OPPORTUNITY)),
        given(scored=in_stage("moves", 3), related=mine("moves", OPPORTUNITY)),
        given(related=mine("overdue", OPPORTUNITY, closes_in_days=-2)),
        given(related=mine("silent", addresses=[LEE])),
        *(mail(relationship.ADA, LEE, 60 + 7 * week, subject=f"Week {week}") for week in range(6)),
    )
    return client


def test_each_reason_in_the_order_of_pressing(busy: Client) -> None:
    found = worklist(busy, seller=ME)
    assert not found.unavailable
    listed = shown(busy, seller=ME.upper())
    assert [each for each in listed if each[0] != "SUGGESTION_OPEN"] == [
        ("COMMITMENT_LATE", "promised"),
        ("COMMITMENT_DUE", "promised"),
        ("MAIL_UNANSWERED", "waits"),
        ("NEW_A_LEAD", "new"),
        ("SCORE_FALLS", "falls"),
        ("DEAL_STANDS_STILL", "still"),
        ("DEAL_STANDS_STILL", "overdue"),
        ("RELATIONSHIP_SILENT", "silent"),
    ]
    assert listed[8:] == [("SUGGESTION_OPEN", "promised")] * (len(listed) - 8)
    assert len(listed) > 8
    by_reason = {each.reason: each for each in found.items}
    waits = by_reason[worklist_pb2.WORKLIST_REASON_MAIL_UNANSWERED]
    assert (waits.what, waits.display_name, waits.service) == (
        "When can you deliver?",
        "The waits",
        "relationship",
    )
    late = by_reason[worklist_pb2.WORKLIST_REASON_COMMITMENT_LATE]
    assert late.resource.startswith("commitments/")
    assert len({each.id for each in found.items}) == len(found.items)
    assert shown(busy, seller=ME, limit=2) == listed[:2]


def test_a_colleagues_list_is_for_managers(whole: Suite, busy: Client) -> None:
    manager = whole.gateway.client(busy.tenant, MANAGER)
    assert ("NEW_A_LEAD", "theirs") in shown(manager, seller="colleague")
    seller = whole.gateway.client(busy.tenant, SELLER)
    assert shown(seller, seller=CALLER) == shown(busy, seller=CALLER) == shown(seller) == []
    later = Timestamp(seconds=int(time.time()) + 600)
    for method, request in (
        ("GetWorklist", worklist_pb2.GetWorklistRequest(seller="colleague")),
        (
            "SnoozeWorklistItem",
            worklist_pb2.SnoozeWorklistItemRequest(id="x", until_time=later, seller="colleague"),
        ),
        ("CompleteWorklistItem", worklist_pb2.CompleteWorklistItemRequest(id="x", seller="colleague")),
    ):
        refused = seller.refused(f"WorklistService.{method}", request)
        assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED")


def test_put_off_comes_back_and_done_does_not(whole: Suite, tenant: str) -> None:
    client = whole.through(tenant)
    ingest(
        client,
        *(given(related=mine(each, OPPORTUNITY, owner=CALLER, closes_in_days=-2)) for each in ("one", "two")),
    )
    one, two = worklist(client).items
    until = Timestamp(seconds=int(time.time()) + 600)
    client.call(
        "WorklistService.SnoozeWorklistItem",
        worklist_pb2.SnoozeWorklistItemRequest(id=one.id, until_time=until),
    )
    assert [each.id for each in worklist(client).items] == [two.id]
    everything = {each.id: each for each in worklist(client, include_snoozed=True).items}
    assert everything.keys() == {one.id, two.id}
    assert everything[one.id].snoozed_until_time == until
    client.call("WorklistService.CompleteWorklistItem", worklist_pb2.CompleteWorklistItemRequest(id=one.id))
    assert [each.id for each in worklist(client, include_snoozed=True).items] == [two.id]
    # Another date is another thing to look at.
    moved = given(related=mine("one", OPPORTUNITY, owner=CALLER, closes_in_days=-1))
    ingest(client, moved)
    assert len(worklist(client).items) == 2


def test_it_can_be_put_off_for_a_year_at_most(whole: Suite, tenant: str) -> None:
    client = whole.through(tenant)
    for days in (-1, 400):
        until = Timestamp(seconds=int(time.time()) + days * 86_400)
        refused = client.refused(
            "WorklistService.SnoozeWorklistItem",
            worklist_pb2.SnoozeWorklistItemRequest(id="x", until_time=until),
        )
        assert (refused.code, refused.fields) == ("INVALID_ARGUMENT", ["until_time"])


@pytest.mark.parametrize("down", ["scoring", "relationship", "notes"])
def test_a_service_that_is_down_is_named(whole: Suite, busy: Client, tmp_path: Path, down: str) -> None:
    with gateway_without(whole, tmp_path, down) as gateway:
        found = worklist(gateway.client(busy.tenant), seller=ME)
    assert {each.service for each in found.unavailable} == {down}
    assert found.items
    assert down not in {each.service for each in found.items}
