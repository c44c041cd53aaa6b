"""BatchGetRecordHealth: of many records what GetRecord and GetInsights say of each, in as many reads as of a few."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import insight_pb2, record_pb2
from sqlalchemy import Engine, event

from services.common import context
from services.common.caller import Caller, Role
from services.common.records import RecordKind, RecordRef
from services.relationship.conditions import ConditionService
from tests.contract.served import Client
from tests.integration.relationship.conftest import Relationship
from tests.integration.relationship.world import (
    ACCOUNT,
    ADA,
    KIM,
    LEAD,
    LEE,
    MAX,
    MEETING,
    NOON,
    OPPORTUNITY,
    activity,
    batch,
    insights,
    record,
    records,
    ref,
    timestamp,
)

KNOWN = [
    ref("contact"),
    ref("account", ACCOUNT),
    ref("lead", LEAD),
    ref("qualified", LEAD),
    ref("deal", OPPORTUNITY),
    ref("long-ago"),
    ref("silent"),
]


def health_of(
    client: Client, *refs: common_pb2.RecordRef, days: float = 10
) -> insight_pb2.BatchGetRecordHealthResponse:
    """The answer as of `days` after Monday noon."""
    as_of = timestamp(NOON + timedelta(days=days))
    found: insight_pb2.BatchGetRecordHealthResponse = client.call(
        "RelationshipService.BatchGetRecordHealth",
        insight_pb2.BatchGetRecordHealthRequest(refs=refs, as_of_time=as_of),
    )
    return found


def know_all(client: Client) -> None:
    """One record of each kind and state, with activities of other days for each."""
    client.call(
        "RelationshipService.BatchUpsertRecords",
        records(
            record("contact", addresses=[KIM], display_name="Kim", expected_days=7),
            record("colleague", addresses=[LEE], account="account"),
            record("account", ACCOUNT, primary_contact="contact", expected_days=30),
            record("lead", LEAD, owner=ADA, addresses=[LEE]),
            record("qualified", LEAD, owner=ADA, addresses=[LEE], state=record_pb2.RECORD_STATE_QUALIFIED),
            record("deal", OPPORTUNITY, owner=ADA, stakeholders=["contact"]),
            record("long-ago", addresses=[MAX]),
            record("silent", addresses=["silent@customer.example"]),
        ),
    )
    client.call(
        "ActivityService.BatchUpsertActivities",
        batch(
            *(activity(ADA, KIM, days=-day) for day in (1, 3, 20, 400)),
            *(activity(LEE, ADA, days=-day) for day in (2, 5, 7)),
            activity(ADA, KIM, LEE, days=-4, kind=MEETING, minutes=45),
            *(activity(ADA, MAX, days=-day) for day in (800, 900)),
        ),
    )


def test_each_is_as_when_asked_for_alone(client: Client) -> None:
    know_all(client)
    found = health_of(client, *KNOWN).records
    assert [each.record.ref for each in found] == KNOWN
    for each in found:
        asked = each.record.ref
        assert each.record == client.call(
            "RelationshipService.GetRecord", record_pb2.GetRecordRequest(ref=asked)
        )
        alone = client.call("RelationshipService.GetInsights", insights(asked.id, asked.kind))
        assert each.health == alone.health
    states = {each.record.ref.id: each.health.state for each in found}
    assert states["long-ago"] == insight_pb2.HEALTH_STATE_OLDER_THAN_TWO_YEARS
    assert states["silent"] == insight_pb2.HEALTH_STATE_NO_CLOSED_ACTIVITIES
    assert states["qualified"] == insight_pb2.HEALTH_STATE_UNSPECIFIED
    scored = {each.record.ref.id for each in found if each.health.HasField("score")}
    assert scored == {"contact", "account", "lead", "deal"}


def test_what_is_not_there_is_left_out_and_the_order_is_that_of_the_request(client: Client) -> None:
    know_all(client)
    asked = [ref("silent"), ref("none"), ref("contact", ACCOUNT), ref("lead", LEAD), ref("contact")]
    found = health_of(client, *asked).records
    assert [each.record.ref for each in found] == [asked[0], asked[3], asked[4]]


def test_health_is_as_of_the_day_asked_for(client: Client) -> None:
    know_all(client)
    (now,) = health_of(client, ref("contact"), days=0).records
    (later,) = health_of(client, ref("contact"), days=60).records
    assert later.health.score < now.health.score
    assert later.health.parts.gap_days == now.health.parts.gap_days + 60


def test_another_tenants_records_are_not_there(client: Client, stranger: Client) -> None:
    know_all(client)
    other = Client(stranger.channel, f"{stranger.tenant}b", service="relationship")
    assert not health_of(other, *KNOWN).records


def test_a_thousand_records_take_no_more_reads_than_a_statements_worth_needs(
    relationship: Relationship, client: Client
) -> None:
    know_all(client)
    names = [f"C{number:04}" for number in range(994)]
    client.call("RelationshipService.BatchUpsertRecords", records(*(record(name) for name in names)))
    service = ConditionService(relationship.db)
    few = [RecordRef(RecordKind.CONTACT, each) for each in ("contact", "silent")]
    many = [*few, *(RecordRef(RecordKind.CONTACT, name) for name in names)]
    caller = Caller(client.tenant, "tester", frozenset({Role.SERVICE}))
    with context.using(caller):
        with statements() as of_few:
            assert len(service.of_records(client.tenant, few, None).records) == len(few)
        with statements() as of_many:
            assert len(service.of_records(client.tenant, many, None).records) == len(many)
    # 996 names make two statements of 500 each.
    assert len(of_many) <= 2 * len(of_few)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What this thread sends to any database."""
    thread, seen = threading.get_ident(), []

    def note(_connection: object, _cursor: object, statement: str, *_: Any) -> None:
        if threading.get_ident() == thread:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)
