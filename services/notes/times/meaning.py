"""What pieces of a time expression mean while it is put together, before it is laid on the calendar."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from services.notes.times.calendar import RANK, Cycle, Span, inside
from services.notes.times.conventions import Conventions
from services.notes.times.values import Bound, Grain

DAY_PARTS = frozenset(
    {
        "early_morning",
        "morning",
        "forenoon",
        "lunch",
        "afternoon",
        "evening",
        "night",
        "small_hours",
        "noon",
        "end_of_day",
    }
)
"""Day parts that a lexicon may name. Only the four of the conventions can be configured; the rest hang on them."""


T = TypeVar("T")


class UnfitError(ValueError):
    """What a rule has matched does not go together after all; the rule is then left aside."""


def fitting(value: object, kind: type[T]) -> T:
    """Returns a value of the kind that a rule needs.

    Raises:
        UnfitError: It is of another kind.
    """
    if not isinstance(value, kind):
        raise UnfitError(kind.__name__)
    return value


@dataclass(frozen=True, slots=True)
class Frame:
    """What words are read against.

    Attributes:
        reference: Local wall time of writing.
        today: Its midnight.
        conventions: The tenant's.
        month_first: Whether 5/4 is likelier May 4.
    """

    reference: datetime
    today: datetime
    conventions: Conventions
    month_first: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day.

    `is_fixed` says that the half of the day is known ("15:00", "3 pm"): otherwise hour 3 may be 03:00 or 15:00.
    An hour of 24 is the midnight at the day's end.
    """

    hour: int
    minute: int = 0
    second: int = 0
    grain: Grain = Grain.HOUR
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """A point in time: a date, a clock time, a part of a day, or what of these the words name.

    Attributes:
        date: A stretch on the calendar or a recurring date. A span finer than a day is a moment.
        other_date: The second reading of an ambiguous date (5/4).
        clock: The time of day.
        part: A key of DAY_PARTS.
        is_weak: The words alone are more often something else ("may", "sat", "man"): only in company are they a time.
        offset_min: The clock's distance from UTC, if a zone was named.
    """

    date: Span | Cycle | None = None
    other_date: Span | Cycle | None = None
    clock: Clock | None = None
    part: str = ""
    is_weak: bool = False
    offset_min: int | None = None

    @property
    def grain(self) -> Grain:
        """The smallest unit named."""
        if self.clock is not None:
            return self.clock.grain
        if self.part:
            return Grain.HOUR
        if self.date is None:
            raise UnfitError("it names no time")
        return self.date.grain

    @property
    def is_moment(self) -> bool:
        """Whether it is finer than a day already."""
        return isinstance(self.date, Span) and RANK[self.date.grain] < RANK[Grain.DAY]

    @property
    def is_date(self) -> bool:
        """Whether it names a date and nothing else."""
        return self.date is not None and self.clock is None and not self.part and not self.is_moment

    @property
    def is_clock(self) -> bool:
        """Whether it names a clock time without a date."""
        return self.date is None and self.clock is not None

    @property
    def is_part(self) -> bool:
        """Whether it names a part of a day and nothing else."""
        return self.date is None and self.clock is None


@dataclass(frozen=True, slots=True)
class Length:
    """A duration as counts of units, the coarsest first: 1 hour 30 minutes."""

    parts: tuple[tuple[float, Grain], ...]
    has_letter_unit: bool = False  # "16h" can be a clock time

    @property
    def grain(self) -> Grain:
        """The smallest unit counted."""
        return self.parts[-1][1]


@dataclass(frozen=True, slots=True)
class Interval:
    """From one time to another, or open at one end; `end` is named in the words, so it still counts itself.

    A stretch already on the calendar is `span`.
    """

    start: When | None = None
    end: When | None = None
    span: Span | None = None
    length: Length | None = None
    bound: Bound = Bound.NONE
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """Again and again: the parts of a recurrence rule, and when in the day."""

    freq: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    position: int = 0
    monthday: int = 0
    when: When | None = None
    until: When | None = None


Meaning = When | Length | Interval | Repeat


def join_dates(first: Span | Cycle, second: Span | Cycle) -> Span | Cycle | None:
    """Intersects two dates: "Monday" and "next week", "4 May" and "2027". None if they don't fit."""
    if isinstance(first, Cycle) and isinstance(second, Cycle):
        return first.merged(second)
    if isinstance(first, Cycle):
        first, second = second, first
    if isinstance(second, Cycle) and isinstance(first, Span):
        if second.is_weekday and first.grain is Grain.DAY and first.is_unit:
            return first  # the date counts, should the weekday not fit it
        if RANK[first.grain] <= RANK[second.grain] and not (first.grain is Grain.DAY is second.grain):
            return None
        return inside(second, first)
    return None


def join(first: When, second: When) -> When | None:
    """Intersects two expressions: a date and a clock time, a day part and a date. None if both say the same kind."""
    if first.is_moment or second.is_moment:
        return _moment_of_day(first, second)
    if first.clock and second.clock:
        return None
    if first.part and second.part and first.part != second.part:
        return None
    date, other = first.date or second.date, first.other_date or second.other_date
    if first.date is not None and second.date is not None:
        date = join_dates(first.date, second.date)
        if date is None:
            return None
        other = _join_other(first, second)
    clock, part = first.clock or second.clock, first.part or second.part
    if date is not None and (clock or part) and RANK[date.grain] > RANK[Grain.DAY]:
        return None
    return replace(
        first,
        date=date,
        other_date=other,
        clock=clock,
        part=part,
        is_weak=False,
        offset_min=first.offset_min if first.offset_min is not None else second.offset_min,
    )


def _moment_of_day(first: When, second: When) -> When | None:
    """Today in one hour."""
    moment, day = (first, second.date) if first.is_moment else (second, first.date)
    start = fitting(moment.date, Span).start
    within = isinstance(day, Span) and day.grain is Grain.DAY and day.start <= start < day.end
    return moment if within else None


def _join_other(first: When, second: When) -> Span | Cycle | None:
    if first.other_date is not None and second.date is not None:
        return join_dates(first.other_date, second.date)
    if second.other_date is not None and first.date is not None:
        return join_dates(first.date, second.other_date)
    return None
