"""Periods of the home page in the tenant's time zone, and the fewest sums that make them up."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import LeadlightError
from services.conversation.home.periods import (
    EVERYTHING,
    Compared,
    Days,
    Grain,
    Period,
    PeriodKind,
    Span,
    compared,
    month_start,
)

NOW = datetime(2026, 3, 16, 22, 50, tzinfo=UTC)  # in Kathmandu (+5:45) it is the 17th, 04:35


def days(span: Span) -> tuple[date, date]:
    return date.fromordinal(span.first_day), date.fromordinal(span.last_day)


def asked(kind: PeriodKind, zone: str = "Asia/Kathmandu", first_call: int | None = None) -> Compared:
    return compared(Period(kind, NOW), zone, first_call and (first_call, first_call))


@pytest.mark.parametrize(
    ("kind", "now", "before"),
    [
        (PeriodKind.LAST_7_DAYS, ("2026-03-11", "2026-03-17"), ("2026-03-04", "2026-03-10")),
        (PeriodKind.THIS_MONTH, ("2026-03-01", "2026-03-17"), ("2026-02-12", "2026-02-28")),
        (PeriodKind.LAST_MONTH, ("2026-02-01", "2026-02-28"), ("2026-01-04", "2026-01-31")),
    ],
)
def test_whole_days_and_as_many_before(
    kind: PeriodKind, now: tuple[str, str], before: tuple[str, str]
) -> None:
    found = asked(kind)
    assert days(found.span) == tuple(map(date.fromisoformat, now))
    assert found.before is not None
    assert days(found.before) == tuple(map(date.fromisoformat, before))
    assert found.before.end == found.span.start


def test_days_begin_at_the_tenants_midnight() -> None:
    span = asked(PeriodKind.LAST_7_DAYS).span
    assert span.start.astimezone(UTC) == datetime(2026, 3, 10, 18, 15, tzinfo=UTC)
    assert span.end.astimezone(UTC) == datetime(2026, 3, 17, 18, 15, tzinfo=UTC)


def test_the_last_24_hours_are_to_the_moment() -> None:
    found = asked(PeriodKind.LAST_24_HOURS)
    assert found.span.is_to_the_moment
    assert found.span.end == NOW
    assert (found.span.end - found.span.start).total_seconds() == 86_400
    assert found.before is not None
    assert found.before.end == found.span.start
    assert (found.before.end - found.before.start).total_seconds() == 86_400


def test_what_is_left_of_a_period() -> None:
    span = asked(PeriodKind.LAST_7_DAYS).span
    assert span.left_at(NOW).total_seconds() == 69_900  # 19:25 to midnight
    assert span.left_at(span.end) == timedelta()
    assert span.left_at(span.start - timedelta(days=9)) == timedelta(days=7)


def test_all_time_is_compared_with_nothing() -> None:
    found = asked(PeriodKind.ALL_TIME, first_call=date(2024, 5, 3).toordinal())
    assert days(found.span) == (date(2024, 5, 3), date(2026, 3, 17))
    assert found.before is None
    assert asked(PeriodKind.ALL_TIME).span.days == 1


def test_a_day_of_23_hours_is_a_day() -> None:
    period = Period(PeriodKind.OWN_DATES, NOW, date(2026, 3, 29), date(2026, 3, 29))
    span = compared(period, "Europe/Copenhagen", None).span
    assert (span.end.astimezone(UTC) - span.start.astimezone(UTC)).total_seconds() == 23 * 3600


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (None, date(2026, 1, 1), "period.first_day"),
        (date(2026, 1, 1), None, "period.last_day"),
        (date(2026, 1, 2), date(2026, 1, 1), "period.last_day"),
        (date(2010, 1, 1), date(2026, 1, 1), "period.last_day"),
        (date(1969, 12, 31), date(1970, 1, 1), "period.first_day"),
        (date(2199, 12, 31), date(2200, 1, 1), "period.last_day"),
    ],
)
def test_own_dates_that_are_none_are_refused(first: date | None, last: date | None, field: str) -> None:
    with pytest.raises(LeadlightError) as error:
        compared(Period(PeriodKind.OWN_DATES, NOW, first, last), "UTC", None)
    assert [each.field for each in error.value.violations] == [field]


@given(st.integers(date(2024, 1, 1).toordinal(), date(2026, 1, 1).toordinal()), st.integers(0, 800))
def test_the_parts_of_a_period_are_its_days_once_each(first: int, more: int) -> None:
    span = Span(NOW, NOW, first, first + more)
    found = sorted(day for part in span.parts for day in _days(part))
    assert found == list(range(first, first + more + 1))
    assert len(span.parts) <= 3
    assert sum(part.last - part.first + 1 for part in span.parts if part.grain is Grain.DAY) <= 60


def test_months_without_other_calls_are_taken_whole() -> None:
    first, last = date(2026, 1, 5).toordinal(), date(2026, 3, 17).toordinal()
    january, march = 12 * 2026, 12 * 2026 + 2
    earlier = Span(NOW, NOW, first, last, call_days=(first - 1, last)).parts
    assert earlier == (
        Days(Grain.MONTH, january + 1, march),
        Days(Grain.DAY, first, month_start(january + 1) - 1),
    )
    later = Span(NOW, NOW, first, last, call_days=(first, last + 1)).parts
    assert later == (Days(Grain.MONTH, january, march - 1), Days(Grain.DAY, month_start(march), last))


@pytest.mark.parametrize("more", [0, 1, 400])
def test_a_period_with_all_calls_in_it_is_one_sum(more: int) -> None:
    first, last = date(2026, 1, 5).toordinal(), date(2026, 3, 17).toordinal()
    assert Span(NOW, NOW, first - more, last + more, call_days=(first, last)).parts == (EVERYTHING,)


def _days(part: Days) -> range:
    if part.grain is Grain.DAY:
        return range(part.first, part.last + 1)
    return range(month_start(part.first), month_start(part.last + 1))
