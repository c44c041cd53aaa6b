"""Periods of the home page: whole days in the tenant's time zone, but the last 24 hours, which are to the moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.common.errors import FieldViolation, invalid_arguments

LONGEST_DAYS = 3_660
DAILY_UP_TO = 62
_ONLY = 0  # the bucket of everything
_FIRST = date(1970, 1, 1).toordinal()
_LAST = date(2199, 12, 31).toordinal()


class PeriodKind(StrEnum):
    """Which stretch of time."""

    LAST_24_HOURS = "last_24_hours"
    LAST_7_DAYS = "last_7_days"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    ALL_TIME = "all_time"
    OWN_DATES = "own_dates"


class Grain(StrEnum):
    """How long a stored sum is of."""

    DAY = "day"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Days:
    """Stored sums that follow one another.

    Attributes:
        grain: Days or months, or everything.
        first: The first one's bucket.
        last: The last one's.
    """

    grain: Grain
    first: int
    last: int


EVERYTHING = Days(Grain.ALL, _ONLY, _ONLY)
"""The sums of all calls, whenever they were."""


@dataclass(frozen=True, slots=True)
class Span:
    """A period.

    Attributes:
        start: Its first moment.
        end: The first moment after it.
        first_day: Its first day, as an ordinal.
        last_day: Its last one.
        is_to_the_moment: It starts and ends within days, so that no sums of days are of it.
        call_days: The first and the last day with calls; None if that is not known.
    """

    start: datetime
    end: datetime
    first_day: int
    last_day: int
    is_to_the_moment: bool = False
    call_days: tuple[int, int] | None = None

    @property
    def days(self) -> int:
        """How many days it touches."""
        return self.last_day - self.first_day + 1

    @property
    def parts(self) -> tuple[Days, ...]:
        """The fewest stored sums that make it up: all, or whole months and the days before and after them."""
        if self._is_everything:
            return (EVERYTHING,)
        first_day, last_day = self._widened()
        first_month = bucket_of(first_day, Grain.MONTH)
        if month_start(first_month) != first_day:
            first_month += 1
        last_month = bucket_of(last_day + 1, Grain.MONTH) - 1
        if last_month < first_month:
            return (Days(Grain.DAY, first_day, last_day),)
        days = (
            Days(Grain.DAY, first_day, month_start(first_month) - 1),
            Days(Grain.DAY, month_start(last_month + 1), last_day),
        )
        return (
            Days(Grain.MONTH, first_month, last_month),
            *(each for each in days if each.first <= each.last),
        )

    def left_at(self, now: datetime) -> timedelta:
        """How much of it is left at a moment: all of it before it begins, nothing once it is over."""
        return max(self.end - max(now, self.start), timedelta())

    @property
    def _is_everything(self) -> bool:
        """Whether no call is outside of it."""
        return (
            self.call_days is not None
            and self.first_day <= self.call_days[0]
            and self.call_days[1] <= self.last_day
        )

    def _widened(self) -> tuple[int, int]:
        """Its days, up to the ends of months where no call is outside of it."""
        first, last = self.first_day, self.last_day
        if self.call_days is not None and self.call_days[0] >= first:
            first = month_start(bucket_of(first, Grain.MONTH))
        if self.call_days is not None and self.call_days[1] <= last:
            last = month_start(bucket_of(last, Grain.MONTH) + 1) - 1
        return first, last

    @property
    def single_days(self) -> tuple[Days, ...]:
        """Its days, each with sums of its own."""
        return (Days(Grain.DAY, self.first_day, self.last_day),)


@dataclass(frozen=True, slots=True)
class Period:
    """What a caller asks for.

    Attributes:
        kind: Which stretch of time.
        now: What counts as now.
        first_day: Of own dates.
        last_day: Of own dates.
    """

    kind: PeriodKind
    now: datetime
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A period beside the one before.

    Attributes:
        span: The period.
        before: As long, and up to its start; None for all time.
        time_zone: The tenant's.
    """

    span: Span
    before: Span | None
    time_zone: str


def compared(period: Period, time_zone: str, call_days: tuple[int, int] | None) -> Compared:
    """The moments of a period and of the one before.

    Args:
        period: What is asked for.
        time_zone: The tenant's.
        call_days: The first and the last day with calls: where all time starts; None without calls.

    Raises:
        LeadlightError: INVALID_ARGUMENT for own dates that are none.
    """
    zone = ZoneInfo(time_zone)
    if period.kind is PeriodKind.LAST_24_HOURS:
        day = timedelta(days=1)
        last = _moments(period.now - day, period.now, zone)
        return Compared(last, _moments(period.now - 2 * day, period.now - day, zone), time_zone)
    today = period.now.astimezone(zone).toordinal()
    first, last_day = _days_of(period, today, call_days[0] if call_days else None)
    span = whole_days(first, last_day, zone, call_days)
    if period.kind is PeriodKind.ALL_TIME:
        return Compared(span, None, time_zone)
    return Compared(span, whole_days(first - span.days, first - 1, zone, call_days), time_zone)


def whole_days(first: int, last: int, zone: ZoneInfo, call_days: tuple[int, int] | None = None) -> Span:
    """A period from a day to a day, which counts."""
    return Span(_start_of(first, zone), _start_of(last + 1, zone), first, last, call_days=call_days)


def bucket_of(day: int, grain: Grain) -> int:
    """Which sum a day adds to."""
    if grain is Grain.DAY:
        return day
    if grain is Grain.ALL:
        return _ONLY
    found = date.fromordinal(day)
    return 12 * found.year + found.month - 1


def month_start(month: int) -> int:
    """The first day of a month's bucket."""
    return date(month // 12, month % 12 + 1, 1).toordinal()


def _days_of(period: Period, today: int, first_call_day: int | None) -> tuple[int, int]:
    this_month = bucket_of(today, Grain.MONTH)
    if period.kind is PeriodKind.OWN_DATES:
        return _own_dates(period.first_day, period.last_day)
    if period.kind is PeriodKind.THIS_MONTH:
        return month_start(this_month), today
    if period.kind is PeriodKind.LAST_MONTH:
        return month_start(this_month - 1), month_start(this_month) - 1
    if period.kind is PeriodKind.ALL_TIME:
        return min(today, today if first_call_day is None else first_call_day), today
    return today - 6, today


def _own_dates(first: date | None, last: date | None) -> tuple[int, int]:
    wrong = []
    for name, day in (("first_day", first), ("last_day", last)):
        if day is None:
            wrong.append(FieldViolation(f"period.{name}", "is needed for own dates"))
        elif not _FIRST <= day.toordinal() <= _LAST:
            wrong.append(FieldViolation(f"period.{name}", "is outside the years 1970 to 2199"))
    if first is not None and last is not None and not wrong:
        if last < first:
            wrong.append(FieldViolation("period.last_day", "is before first_day"))
        elif (last - first).days > LONGEST_DAYS:
            wrong.append(
                FieldViolation("period.last_day", f"is more than {LONGEST_DAYS:,} days after first_day")
            )
    if wrong or first is None or last is None:
        raise invalid_arguments(wrong)
    return first.toordinal(), last.toordinal()


def _moments(start: datetime, end: datetime, zone: ZoneInfo) -> Span:
    last = end - timedelta(microseconds=1)
    return Span(
        start,
        end,
        start.astimezone(zone).toordinal(),
        last.astimezone(zone).toordinal(),
        is_to_the_moment=True,
    )


def _start_of(day: int, zone: ZoneInfo) -> datetime:
    first = date.fromordinal(day)
    return datetime(first.year, first.month, first.day, tzinfo=zone)
