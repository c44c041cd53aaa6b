"""A history of activities gives the aggregates and ties that the service has after taking it in and rebuilding."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from services.common.records import RecordRef
from services.relationship.connections import ConnectionService
from services.relationship.convert_files import activity_of, settings_of
from services.relationship.jobs.rebuild import JOB
from services.relationship.membership import Record
from services.relationship.models import PairDayRow, RecordDayRow
from tests.integration.batch.running import Rows, outputs_of
from tests.integration.relationship.inside import Inside, some_records
from tests.integration.relationship.world import OWN

AS_OF = "2026-06-20"
SETTINGS = {
    "time_zone": "Europe/Copenhagen",
    "business_hours": {"start_minute": 480, "end_minute": 1020, "weekdays": [1, 2, 3, 4, 5]},
}


def history(count: int, seed: int = 1, *, sellers: int = 4, customers: int = 6) -> Rows:
    """Rows of few people: threads by name and by subject, several receivers in a cell or in rows."""
    chance = random.Random(seed)  # noqa: S311
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    rows = []
    for number in range(count):
        people = [f"s{chance.randrange(sellers)}@{OWN}", f"C{chance.randrange(customers)}@x.example"]
        chance.shuffle(people)
        others = chance.sample([f"s9@{OWN}", "c9@x.example", "d1@y.example"], chance.randrange(3))
        kind = chance.choice(["", "mail", "Email", "meeting", "call", "task"])
        at = start + timedelta(minutes=chance.randrange(60 * 24 * 160))
        row = {
            "sender": people[0],
            "receivers": "; ".join([people[1], *others]),
            "time": str(int(at.timestamp())) if number % 2 else at.isoformat(),
            "kind": kind or None,
            "duration": str(chance.randrange(5, 90)) if kind in ("meeting", "call", "task") else None,
            "thread": f"t{chance.randrange(count // 5)}" if chance.random() < 0.4 else None,
            "id": f"a{number:05}",
            "subject": chance.choice([None, "Prices", "Re: Prices", "Terms"]),
        }
        rows.append(row)
        if chance.random() < 0.2:
            rows.append(row | {"receivers": "c8@x.example"})
    chance.shuffle(rows)
    return rows


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    made = Inside(f"sqlite:///{tmp_path / 'relationship.db'}")
    yield made
    made.db.close()


def record_row(record: Record) -> dict[str, Any]:
    lists = ("team", "addresses", "contacts", "stakeholders")
    return {
        "kind": record.ref.kind.value,
        "id": record.ref.id,
        **{name: getattr(record, name) or None for name in ("owner", "account", "primary_contact")},
        **{name: "; ".join(getattr(record, name)) for name in lists},
    }


def take(inside: Inside, rows: Rows) -> None:
    """What `leadlight relationship import` does with the rows."""
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    inside.take([activity_of(key, some, ZoneInfo("UTC")) for key, some in found.items()], chunk=1000)


def in_order(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: str(sorted(row.items())))


def stored(inside: Inside) -> dict[str, Rows]:
    """The aggregates as the service has them."""
    with inside.db.read(inside.tenant) as session:
        pairs = [row.model_dump(exclude={"tenant"}) for row in session.exec(select(PairDayRow))]
        days = [row.model_dump(exclude={"tenant"}) for row in session.exec(select(RecordDayRow))]
    return {
        "pair_days": in_order(pairs),
        "record_days": in_order([row | {"counts": json.dumps(row["counts"])} for row in days]),
    }


def ties_of(inside: Inside, as_of: str) -> list[tuple[str, str, float, str, int]]:
    found = ConnectionService(inside.db).all_ties(inside.tenant, datetime.fromisoformat(as_of + "T00:00:00Z"))
    return [
        (tie.colleague, tie.contact, tie.strength, tie.band.value, tie.evidence.days_ago) for tie in found
    ]


def told(ties: Rows) -> list[tuple[Any, ...]]:
    return [
        tuple(row[name] for name in ("person", "contact", "strength", "band", "last_days_ago"))
        for row in ties
    ]


def test_aggregates_are_those_of_the_service(inside: Inside) -> None:
    rows = history(200)
    inside.set(settings_of(json.dumps(SETTINGS), OWN))
    inside.keep(*some_records())
    take(inside, rows)
    inside.rebuild(page=1000)
    found = outputs_of(
        JOB,
        {"activities": rows, "records": map(record_row, some_records())},
        own=OWN,
        settings=json.dumps(SETTINGS),
        as_of=AS_OF,
    )
    expected = stored(inside)
    assert {name: in_order(found[name]) for name in expected} == expected
    assert {each["kind"] for each in expected["record_days"]} == {"account", "contact", "lead", "opportunity"}
    assert found["left_out"] == []


@pytest.mark.parametrize(
    ("own", "settings"), [("", "{}"), (OWN, '{"half_life_days": 40}')], ids=["fitted", "told"]
)
def test_ties_are_those_of_the_service(inside: Inside, own: str, settings: str) -> None:
    rows = history(300, sellers=8, customers=8)
    inside.set(settings_of(settings, own))
    take(inside, rows)
    ties = told(outputs_of(JOB, {"activities": rows}, own=own, settings=settings, as_of=AS_OF)["ties"])
    expected = ties_of(inside, AS_OF)
    assert [tie[:2] + tie[3:] for tie in ties] == [tie[:2] + tie[3:] for tie in expected]
    assert [tie[2] for tie in ties] == pytest.approx([tie[2] for tie in expected], rel=1e-9, abs=1e-9)
    assert len(ties) > 40


def test_everybody_else_may_be_a_contact(inside: Inside) -> None:
    rows = history(40)
    found = outputs_of(JOB, {"activities": rows}, own=OWN, as_of=AS_OF, contacts="true")
    names = {each["record_id"] for each in found["record_days"]}
    contacts = [
        Record(RecordRef(some_records()[0].ref.kind, name), addresses=(name,)) for name in sorted(names)
    ]
    inside.keep(*contacts)
    take(inside, rows)
    assert in_order(found["record_days"]) == stored(inside)["record_days"]
    assert "d1@y.example" in names
    assert not any(name.endswith(OWN) for name in names)


def test_who_opted_out_is_in_no_tie() -> None:
    rows = history(100)
    both = outputs_of(
        JOB,
        {"activities": rows, "opted_out": [{"address": "C1@X.example "}, {"address": f"s2@{OWN}"}]},
        own=OWN,
        as_of=AS_OF,
    )
    people = {row[name] for row in both["ties"] for name in ("person", "contact")}
    assert "c2@x.example" in people
    assert not {"c1@x.example", f"s2@{OWN}"} & people


def test_what_cannot_be_read_is_told_and_stops_nobody() -> None:
    good: dict[str, Any] = {"sender": f"a@{OWN}", "receivers": "b@x", "time": "2026-03-02"}
    wrong: Rows = [
        {"time": "soon"},
        {"kind": "dance"},
        {"receivers": None, "sender": f"c@{OWN}"},
        {"kind": "call", "duration": "long"},
        {"time": "2190-01-01"},
    ]
    records = [{"kind": "thing", "id": "1"}, {"kind": "contact", "id": ""}]
    found = outputs_of(
        JOB,
        {"activities": [good, *(good | each for each in wrong)], "records": records},
        own=OWN,
        as_of=AS_OF,
    )
    assert [each["mails"] for each in found["pair_days"]] == [1]
    reasons = sorted(each["reason"] for each in found["left_out"])
    for part in ("'dance' is no kind", "no receiver", "'long' is no number", "no time", "in the future"):
        assert sum(part in reason for reason in reasons) == 1, part
    assert [each["id"] for each in found["left_out"] if each["input"] == "records"] == ["", "1"]
    assert len(reasons) == len(wrong) + len(records)
