"""A record's health from its daily numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.common.records import RecordKind
from services.relationship.contributions import LETTERS, MICRO, Counts
from services.relationship.health import (
    OLDEST_DAYS,
    SENTIMENT_FACTOR,
    TREND_DAYS,
    UNANSWERED_FACTOR,
    Health,
    History,
    Ranges,
    Touch,
)
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

    @property
    def score(self) -> int | None:
        """0 to 100; None where there is none."""
        return self.health.score if self.health is not None else None


def has_health(record: Record) -> bool:
    """Contacts in any state, accounts, leads that are active and opportunities that are open."""
    if record.ref.kind in (RecordKind.CONTACT, RecordKind.ACCOUNT):
        return True
    return record.state is RecordState.OPEN


def expected_days(record: Record, settings: TenantSettings) -> int:
    """Days between contacts that are right for a record."""
    return record.expected_days or settings.expected_days


def histories(
    days: Mapping[int, Counts], last_before: int | None, today: int, record: Record, settings: TenantSettings
) -> tuple[History, History]:
    """What is known of a relationship on a day, and what was known when the trend begins.

    Args:
        days: The record's daily numbers from `HEALTH_DAYS` before the day on.
        last_before: The last day with activities before those.
        today: The day.
        record: The record.
        settings: The tenant's.
    """
    expected = expected_days(record, settings)
    shares = _shares(settings)
    weighed = {day: _weight(counts, shares) for day, counts in days.items()}
    return (
        _history(days, weighed, last_before, today, expected),
        _history(days, weighed, last_before, today - TREND_DAYS, expected),
    )


def _history(
    days: Mapping[int, Counts],
    weighed: Mapping[int, tuple[int, float]],
    last_before: int | None,
    today: int,
    expected: int,
) -> History:
    """What was known on a day, as one touch of the age of the last activity.

    Its weight is that of all activities: each decays at the same rate, so what they add up to does as well.
    """
    past = [day for day, (count, _) in weighed.items() if count and day <= today]
    if not past:
        old = [Touch(float(today - last_before), 1.0, is_mutual=True)] if last_before is not None else []
        return History(old, expected, None)
    last = max(past)
    total = math.fsum(weighed[day][1] * 2 ** ((day - last) / (2 * expected)) for day in past)
    count = sum(weighed[day][0] for day in past)
    asked = sum(days[day].get("qc", 0) for day in past)
    answered = sum(days[day].get("ac", 0) for day in past)
    touch = Touch(float(today - last), total / count, is_mutual=True, count=count)
    return History([touch], expected, answered / asked if asked else None)


def ranges(settings: TenantSettings) -> Ranges:
    """The tenant's bands."""
    return Ranges(settings.good_from, settings.fair_from)


def condition(found: Health | None, now: History) -> Condition:
    """A health with what it was computed of."""
    has_gap = now.completed > 0
    return Condition(found, int(now.expected_days), now.completed, int(now.gap_days) if has_gap else None)


def _shares(settings: TenantSettings) -> list[tuple[str, str, float]]:
    """The names of a count and of its sentiment, and what one of them weighs, for all that a day may count."""
    return [
        (letter + number, letter + felt, settings.weights[kind] * share)
        for kind, letter in LETTERS.items()
        for number, felt, share in (("a", "x", 1.0), ("b", "y", UNANSWERED_FACTOR))
    ]


def _weight(counts: Counts, shares: Sequence[tuple[str, str, float]]) -> tuple[int, float]:
    """How many activities a day had, and their weight before any decay."""
    total, weight = 0, 0.0
    for number, felt, share in shares:
        if number in counts:
            count = counts[number]
            total += count
            weight += share * (count + SENTIMENT_FACTOR * counts.get(felt, 0) / MICRO)
    return total, weight
