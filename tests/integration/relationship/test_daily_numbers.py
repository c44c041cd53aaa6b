"""The daily numbers are those of the set of activities, whatever way led to it."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete
from sqlmodel import select

from services.relationship.activity import Activity, Kind
from services.relationship.models import PairDayRow, RecordDayRow
from services.relationship.tenant_settings import BusinessHours, TenantSettings
from tests.integration.relationship.inside import Inside, many_activities, some_records
from tests.integration.relationship.world import OWN

ACTIVITIES = many_activities(160)


def fresh(inside: Inside, tenant: str, activities: Sequence[Activity], chunk: int = 100) -> list[list[str]]:
    """All that follows from activities in a tenant of their own."""
    other = inside.of(tenant)
    other.keep(*some_records())
    other.take(activities, chunk)
    found = other.everything()
    other.db.close()
    return found


def test_any_order_and_repeats_give_the_same_bits(inside: Inside) -> None:
    inside.keep(*some_records())
    inside.take(ACTIVITIES)
    right = inside.everything()
    assert all(right), "nothing to compare"
    shuffled = [*ACTIVITIES, *ACTIVITIES[:50]]
    random.Random(7).shuffle(shuffled)  # noqa: S311
    assert fresh(inside, "shuffled", shuffled, 23) == right
    assert fresh(inside, "backwards", ACTIVITIES[::-1], 301) == right


def test_records_before_or_after_their_activities_are_alike(inside: Inside) -> None:
    inside.take(ACTIVITIES[:90])
    for record in reversed(some_records()):
        inside.keep(record)
    inside.take(ACTIVITIES[90:])
    assert inside.everything() == fresh(inside, "records-first", ACTIVITIES)


def test_corrections_and_deletions_leave_no_trace(inside: Inside) -> None:
    inside.keep(*some_records())
    inside.take(
        [replace(each, subject="Other", kind=Kind.MEETING, duration_ms=1) for each in ACTIVITIES[:80]]
    )
    inside.take(many_activities(60, seed=2)[:60])
    inside.take(ACTIVITIES[:130])
    inside.remove(*(each.activity_id for each in ACTIVITIES[90:130]))
    assert inside.everything() == fresh(inside, "straight", ACTIVITIES[:90])


def test_deleting_everything_leaves_nothing(inside: Inside) -> None:
    inside.keep(*some_records())
    inside.take(ACTIVITIES)
    inside.remove(*(each.activity_id for each in ACTIVITIES))
    assert inside.everything() == [[], [], [], [], [], []]


def test_a_rebuild_finds_nothing_to_change(inside: Inside) -> None:
    inside.keep(*some_records())
    inside.take(ACTIVITIES)
    before = inside.everything()
    result = inside.rebuild()
    assert (result.activity_count, result.changed_row_count) == (len(ACTIVITIES), 0)
    assert inside.everything() == before


def test_a_rebuild_repairs_what_was_damaged(inside: Inside) -> None:
    inside.keep(*some_records())
    inside.take(ACTIVITIES)
    before = inside.everything()
    with inside.db.write(inside.tenant) as session:
        days = list(session.exec(select(PairDayRow)).all())
        session.change(delete(PairDayRow).where(PairDayRow.day == days[0].day))
        session.update_rows(
            RecordDayRow,
            [
                {"kind": row.kind, "record_id": row.record_id, "day": row.day, "counts": {"es": 7}}
                for row in session.exec(select(RecordDayRow)).all()[:5]
            ],
        )
        row = {"kind": "account", "record_id": "gone", "day": 5, "counts": {"es": 1}}
        session.insert_rows(RecordDayRow, [row])
    assert inside.everything() != before
    assert inside.rebuild().changed_row_count > 5
    assert inside.everything() == before


@pytest.mark.parametrize(
    "after",
    [
        TenantSettings(own_domains=("x.example",)),
        TenantSettings(own_addresses=(f"s1@{OWN}",), time_zone="Pacific/Auckland"),
        TenantSettings(own_domains=(OWN,), business_hours=BusinessHours(540, 1020, (1, 2, 3, 4, 5))),
        TenantSettings(),
    ],
)
def test_a_rebuild_under_other_settings_is_what_they_would_have_given(
    inside: Inside, after: TenantSettings
) -> None:
    inside.keep(*some_records())
    inside.take(ACTIVITIES[:80])
    inside.set(after)
    inside.rebuild()
    other = inside.of("from-the-start")
    other.set(after)
    other.keep(*some_records())
    other.take(ACTIVITIES[:80])
    assert inside.everything() == other.everything()
    other.db.close()


def test_a_record_that_changes_takes_its_activities_along(inside: Inside) -> None:
    contact, _, account, opportunity, lead = some_records()
    inside.keep(*some_records())
    inside.take(ACTIVITIES)
    right = inside.everything()
    inside.keep(
        replace(contact, addresses=("c5@x.example",), account=""),
        replace(account, primary_contact="C0"),
        replace(opportunity, owner=f"s3@{OWN}", team=(), account=""),
        replace(lead, owner="", addresses=()),
    )
    assert inside.everything() != right
    inside.keep(*some_records())
    assert inside.everything() == right
