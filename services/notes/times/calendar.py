"""Calendar arithmetic: units, spans of time, and dates that recur."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import MAXYEAR, MINYEAR, date, datetime, time, timedelta

from services.notes.times.values import Grain

ORDER = (
    Grain.SECOND,
    Grain.MINUTE,
    Grain.HOUR,
    Grain.DAY,
    Grain.WEEK,
    Grain.MONTH,
    Grain.QUARTER,
    Grain.YEAR,
)
RANK = {grain: rank for rank, grain in enumerate(ORDER)}
"""Grains from fine to coarse."""

_FIXED = {
    Grain.SECOND: timedelta(seconds=1),
    Grain.MINUTE: timedelta(minutes=1),
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
    Grain.WEEK: timedelta(days=7),
}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SEARCH_YEARS = 9
"""A 29 February can be eight years away; a weekday on a date at most eleven, which is far enough to give up."""

_MOST_UNITS = 400
"""A year has 366 days: no one counts further than that within a span."""


def days_in_month(year: int, month: int) -> int:
    """Returns how many days a month has."""
    leap = month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return _DAYS_IN_MONTH[month - 1] + leap


def shift(moment: datetime, grain: Grain, count: float) -> datetime:
    """Moves a moment by a count of units; in months and years the day is kept or cut to the month's last.

    A broken count of a unit without a fixed length is counted in the next finer one: half a year is six months.

    Raises:
        OverflowError: The result lies outside the years that Python's dates know.
    """
    fixed = _FIXED.get(grain)
    if fixed is not None:
        return moment + fixed * count
    months = round(_MONTHS[grain] * count * 2) / 2
    whole = int(months // 1)
    ahead = moment.year * 12 + moment.month - 1 + whole
    year, month = divmod(ahead, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(f"year {year}")
    day = min(moment.day, days_in_month(year, month + 1))
    moved = moment.replace(year=year, month=month + 1, day=day)
    return moved + timedelta(days=15) if months != whole else moved


def floor(moment: datetime, grain: Grain) -> datetime:
    """Returns the start of the unit that a moment lies in; weeks are ISO weeks."""
    start = moment.replace(microsecond=0)
    rank = RANK[grain]
    if rank >= RANK[Grain.MINUTE]:
        start = start.replace(second=0)
    if rank >= RANK[Grain.HOUR]:
        start = start.replace(minute=0)
    if rank >= RANK[Grain.DAY]:
        start = start.replace(hour=0)
    if grain is Grain.WEEK:
        return start - timedelta(days=start.weekday())
    if rank >= RANK[Grain.MONTH]:
        start = start.replace(day=1)
    if grain is Grain.QUARTER:
        return start.replace(month=(start.month - 1) // 3 * 3 + 1)
    return start.replace(month=1) if grain is Grain.YEAR else start


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of local time: start inclusive, end exclusive, and the unit it is spoken of in."""

    start: datetime
    end: datetime
    grain: Grain

    @property
    def is_unit(self) -> bool:
        """Whether it is exactly one calendar unit."""
        return shift(self.start, self.grain, 1) == self.end


def unit_span(moment: datetime, grain: Grain, count: int = 0) -> Span:
    """Returns the unit that is `count` units after the one that a moment lies in."""
    start = shift(floor(moment, grain), grain, count)
    return Span(start, shift(start, grain, 1), grain)


def days_span(first: date, days: int = 1) -> Span:
    """Returns a span of whole days."""
    start = datetime.combine(first, time())
    return Span(start, start + timedelta(days=days), Grain.DAY)


Feast = Callable[[int], tuple[Span, ...]]
"""The spans of a feast or a season that begin in a year."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """A date said by some of its fields, which recurs: "Monday", "4 May", "week 34", "Easter".

    With a year it happens once. Fields are as in the Gregorian calendar; `weekday` counts from Monday as 0.
    """

    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    week: int | None = None
    feast: Feast | None = None
    feast_name: str = ""

    @property
    def grain(self) -> Grain:
        """The smallest field given."""
        if self.day is not None or self.weekday is not None or self.feast is not None:
            return Grain.DAY
        if self.week is not None:
            return Grain.WEEK
        if self.month is not None:
            return Grain.MONTH
        return Grain.QUARTER if self.quarter is not None else Grain.YEAR

    @property
    def is_weekday(self) -> bool:
        """Whether only a weekday is given."""
        return self.weekday is not None and self == Cycle(weekday=self.weekday)

    @property
    def is_month(self) -> bool:
        """Whether only a month is given."""
        return self.month is not None and self == Cycle(month=self.month)

    def merged(self, other: "Cycle") -> "Cycle | None":
        """Returns a cycle with the fields of both, or None if they share a field."""
        given = {one.name: getattr(other, one.name) for one in fields(other) if getattr(other, one.name)}
        given.update({"weekday": other.weekday} if other.weekday is not None else {})
        if any(getattr(self, name) not in (None, "") for name in given):
            return None
        return replace(self, **given)

    def from_moment(self, moment: datetime) -> Iterator[Span]:
        """Yields its spans that end after a moment, in order, for some years ahead."""
        if self.is_weekday:
            yield from self._weekdays(moment)
            return
        years = range(moment.year - 1, moment.year + _SEARCH_YEARS) if self.year is None else (self.year,)
        for year in years:
            for span in self.in_year(year):
                if self.year is not None or span.end > moment:
                    yield span

    def before_moment(self, moment: datetime) -> Iterator[Span]:
        """Yields its spans that start before a moment, the latest first."""
        years = range(moment.year, moment.year - _SEARCH_YEARS, -1) if self.year is None else (self.year,)
        for year in years:
            for span in reversed(self.in_year(year)):
                if span.start < moment:
                    yield span

    def in_year(self, year: int) -> list[Span]:
        """Returns its spans that start in a year, in order."""
        if not MINYEAR < year < MAXYEAR:
            return []
        if self.feast is not None:
            spans = list(self.feast(year))
        elif self.week is not None:
            spans = self._week(year)
        elif self.quarter is not None:
            spans = [unit_span(datetime(year, self.quarter * 3, 1), Grain.QUARTER)]  # noqa: DTZ001 local wall time
        else:
            spans = self._days(year)
        if self.weekday is not None and (self.feast is not None or self.day is not None):
            spans = [span for span in spans if span.start.weekday() == self.weekday]
        return spans

    def _weekdays(self, moment: datetime) -> Iterator[Span]:
        start = floor(moment, Grain.DAY)
        first = start + timedelta(days=((self.weekday or 0) - start.weekday()) % 7)
        for count in range(_MOST_UNITS):
            yield days_span((first + timedelta(days=7 * count)).date())

    def _week(self, year: int) -> list[Span]:
        try:
            monday = date.fromisocalendar(year, self.week or 1, 1)
        except ValueError:  # the 53rd of a year that has 52
            return []
        if self.weekday is not None:
            return [days_span(monday + timedelta(days=self.weekday))]
        return [Span(days_span(monday).start, days_span(monday, 7).end, Grain.WEEK)]

    def _days(self, year: int) -> list[Span]:
        months = range(1, 13) if self.month is None else (self.month,)
        if self.day is not None:
            return [
                days_span(date(year, month, self.day))
                for month in months
                if self.day <= days_in_month(year, month)
            ]
        if self.weekday is not None:
            first = date(year, months[0], 1)
            last = date(year, months[-1], days_in_month(year, months[-1]))
            first += timedelta(days=(self.weekday - first.weekday()) % 7)
            return [days_span(first + timedelta(days=days)) for days in range(0, (last - first).days + 1, 7)]
        if self.month is not None:
            return [unit_span(datetime(year, self.month, 1), Grain.MONTH)]  # noqa: DTZ001 local wall time
        return [unit_span(datetime(year, 1, 1), Grain.YEAR)]  # noqa: DTZ001 local wall time


def inside(cycle: Cycle, span: Span) -> Span | None:
    """Returns the first of a cycle's spans that starts within a span, or None."""
    for found in cycle.from_moment(span.start):
        if found.start >= span.end:
            return None
        if found.start >= span.start:
            return found
    return None


def units_inside(span: Span, grain: Grain) -> list[Span]:
    """Returns the units that lie wholly in a span; a year's weeks are its ISO weeks."""
    lead = timedelta(days=3) if (grain, span.grain) == (Grain.WEEK, Grain.YEAR) else timedelta()
    one = unit_span(span.start, grain)
    found: list[Span] = []
    while one.end - lead <= span.end and len(found) < _MOST_UNITS:
        if one.start + lead >= span.start:
            found.append(one)
        one = Span(one.end, shift(one.end, grain, 1), grain)
    return found
