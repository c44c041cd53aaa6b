"""A record's health from its daily numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.common.records import RecordKind
from services.relationship.contributions import LETTERS, MICRO, Counts
from services.relationship.health import OLDEST_DAYS, TREND_DAYS, Health, History, Ranges, Touch
from services.relationship.membership import Record, RecordState
from services.relationship.tenant_settings import TenantSettings

HEALTH_DAYS = OLDEST_DAYS + TREND_DAYS
"""Days before today that a score and the one it is compared with look back to."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A record's health, and what it was computed of.

    Attributes:
        health: None for a record that has none, such as a qualified lead.
        expected_days: F.
        activities: Completed activities that count.
        gap_days: Days since the last one; None without any.
    """

    health: Health | None
    expected_days: int
    activities: int
    gap_days: int | None


def has_health(record: Record) -> bool:
    """Contacts in any state, accounts, leads that are active and opportunities that are open."""
    if record.ref.kind in (RecordKind.CONTACT, RecordKind.ACCOUNT):
        return True
    return record.state is RecordState.OPEN


def expected_days(record: Record, settings: TenantSettings) -> int:
    """Days between contacts that are right for a record."""
    return record.expected_days or settings.expected_days


def history(
    days: Mapping[int, Counts], last_before: int | None, today: int, record: Record, settings: TenantSettings
) -> History:
    """What is known of a relationship on a day.

    Args:
        days: The record's daily numbers from `HEALTH_DAYS` before the present on.
        last_before: The last day with activities before those.
        today: The day; later ones don't count.
        record: The record.
        settings: The tenant's.
    """
    touches: list[Touch] = []
    asked = answered = 0
    for day, counts in days.items():
        if day <= today:
            touches += _touches(counts, today - day, settings)
            asked += counts.get("qc", 0)
            answered += counts.get("ac", 0)
    if not touches and last_before is not None:
        touches.append(Touch(float(today - last_before), 1.0, is_mutual=True))
    return History(touches, expected_days(record, settings), answered / asked if asked else None)


def ranges(settings: TenantSettings) -> Ranges:
    """The tenant's bands."""
    return Ranges(settings.good_from, settings.fair_from)


def condition(found: Health | None, now: History) -> Condition:
    """A health with what it was computed of."""
    has_gap = now.completed > 0
    return Condition(found, int(now.expected_days), now.completed, int(now.gap_days) if has_gap else None)


def _touches(counts: Counts, age_days: int, settings: TenantSettings) -> list[Touch]:
    return [
        Touch(float(age_days), settings.weights[kind], is_mutual, count, counts.get(letter + felt, 0) / MICRO)
        for kind, letter in LETTERS.items()
        for number, felt, is_mutual in (("a", "x", True), ("b", "y", False))
        if (count := counts.get(letter + number, 0))
    ]
