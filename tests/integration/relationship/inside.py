"""The relationship service's inside on one database, without a server."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from leadlight.relationship.v1 import activity_pb2
from sqlmodel import select

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import Handler
from services.common.records import RecordKind, RecordRef
from services.relationship import intake, records, settings_store
from services.relationship.activity import Activity, Kind, Participant, Role, State
from services.relationship.membership import Record
from services.relationship.models import (
    ActivityPersonRow,
    ActivityRecordRow,
    ActivityRow,
    PairDayRow,
    RecordDayRow,
    ThreadTokenRow,
)
from services.relationship.rebuild import REBUILD, ask_for_rebuild
from services.relationship.rebuild_job import RebuildJob
from services.relationship.tenant_settings import TenantSettings
from tests.integration.relationship.world import OWN
from tests.integration.working import operations_of, work_off

TENANT = "acme"
DERIVED = (ActivityRow, ActivityPersonRow, ActivityRecordRow, ThreadTokenRow, RecordDayRow, PairDayRow)
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass
class Inside:
    """The relationship service's inside on one database, without a server."""

    url: str
    tenant: str = TENANT
    db: Database = field(init=False)

    def __post_init__(self) -> None:
        migrate(self.url, service="relationship")
        # SQLite lets any writer in that waits: on a busy machine one of several may wait for long.
        self.db = Database(self.url, service="relationship", lock_timeout_s=240)
        self.set(TenantSettings(own_domains=(OWN,)))

    def of(self, tenant: str) -> "Inside":
        """The same database for another tenant."""
        return Inside(self.url, tenant)

    def set(self, settings: TenantSettings) -> None:
        with self.db.write(self.tenant) as session:
            settings_store.write(session, settings)

    def take(self, activities: Sequence[Activity], chunk: int = 100) -> None:
        for start in range(0, len(activities), chunk):
            some = {each.activity_id: each for each in activities[start : start + chunk]}
            with self.db.write(self.tenant) as session:
                intake.upsert(session, list(some.values()))

    def remove(self, *ids: str) -> None:
        with self.db.write(self.tenant) as session:
            intake.remove(session, ids)

    def keep(self, *given: Record) -> None:
        with self.db.write(self.tenant) as session:
            settings_store.locked(session)
            records.upsert(session, [Record(**_fields(each)) for each in given])

    def rebuild(self, page: int = 37) -> activity_pb2.RebuildAggregatesResponse:
        with self.db.write(self.tenant) as session:
            ask_for_rebuild(session)
        handlers: dict[str, Handler] = {REBUILD: RebuildJob(self.db, page)}
        work_off(self.db, self.tenant, handlers)
        value = operations_of(self.db, self.tenant)[-1].result_value
        return activity_pb2.RebuildAggregatesResponse.FromString(value)

    def everything(self) -> list[list[str]]:
        """Every row that holds or follows from activities, to the last bit, in an order of its own."""
        found = []
        with self.db.read(self.tenant) as session:
            for model in DERIVED:
                rows = (row.model_dump(exclude={"tenant"}) for row in session.exec(select(model)))
                found.append(sorted(str(row) for row in rows))
        return found


def _fields(record: Record) -> dict[str, object]:
    named = {name: getattr(record, name) for name in Record.__dataclass_fields__}
    return named | {"updated_at": record.updated_at or START}


def many_activities(count: int, seed: int = 1) -> list[Activity]:
    """Activities of few people: long threads, replies, meetings of several, some planned."""
    chance = random.Random(seed)  # noqa: S311
    made = []
    for number in range(count):
        kind = chance.choice([Kind.EMAIL, Kind.EMAIL, Kind.EMAIL, Kind.MEETING, Kind.PHONE_CALL, Kind.TASK])
        people = [f"s{chance.randrange(4)}@{OWN}", f"c{chance.randrange(6)}@x.example"]
        chance.shuffle(people)
        others = chance.sample([f"s9@{OWN}", "c9@x.example", "d1@y.example"], chance.randrange(3))
        answers = chance.random() < 0.5 and number > 0
        made.append(
            Activity(
                activity_id=f"a{number:04}",
                kind=kind,
                state=State.PLANNED if chance.random() < 0.05 else State.COMPLETED,
                started_at=START + timedelta(minutes=chance.randrange(60 * 24 * 60)),
                duration_ms=0 if kind is Kind.EMAIL else 60_000 * chance.randrange(5, 90),
                participants=(
                    Participant(people[0], Role.FROM),
                    *(Participant(each) for each in [people[1], *others]),
                ),
                subject=chance.choice(["", "Prices", "Re: Prices", "Terms"]),
                message_id=f"m{number}" if chance.random() < 0.8 else "",
                in_reply_to=f"m{chance.randrange(count)}" if answers else "",
                regarding=(RecordRef(RecordKind.ACCOUNT, "A"),) if chance.random() < 0.2 else (),
                sentiment=round(chance.uniform(-1, 1), 2),
            )
        )
    return [each for each in made if not each.message_id or each.in_reply_to != each.message_id]


def some_records() -> list[Record]:
    """An account with contacts, an opportunity on it, and a lead."""

    def ref(kind: RecordKind, record_id: str) -> RecordRef:
        return RecordRef(kind, record_id)

    return [
        Record(ref(RecordKind.CONTACT, "C0"), addresses=("c0@x.example",), account="A"),
        Record(ref(RecordKind.CONTACT, "C1"), addresses=("c1@x.example", "c2@x.example")),
        Record(ref(RecordKind.ACCOUNT, "A"), primary_contact="C1"),
        Record(
            ref(RecordKind.OPPORTUNITY, "O"),
            owner=f"s0@{OWN}",
            team=(f"s1@{OWN}",),
            account="A",
            stakeholders=("C0",),
        ),
        Record(ref(RecordKind.LEAD, "L"), owner=f"s2@{OWN}", addresses=("c3@x.example",)),
    ]
