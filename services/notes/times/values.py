"""What words of time mean: the types that the resolver answers with.

All times are local wall times without an offset, in the note's time zone; what a daylight saving gap does to
them is said by the mention, never hidden by a conversion.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Grain(StrEnum):
    """The smallest unit that the words name: "May" is a month, "on Friday" a day, "at 3" an hour."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class TimeKind(StrEnum):
    """What a mention speaks of."""

    INSTANT = "instant"  # a point or a calendar unit: "tomorrow", "May 4 at 4 PM", "week 34"
    INTERVAL = "interval"  # from one to another, or open at one end: "9 to 11", "by Friday", "since May"
    DURATION = "duration"  # a length without a place: "two hours"
    SET = "set"  # again and again: "every Monday"


class Bound(StrEnum):
    """How a mention limits what it is said of."""

    NONE = "none"
    DEADLINE = "deadline"  # "by Friday", "senest", "innen", "senast", "之前": due then
    FROM = "from"  # "from Monday", "after lunch"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as the words count it: months and years have no fixed number of seconds.

    `count` of `grain`: 90 minutes is (90, MINUTE), one and a half hours is (90, MINUTE) too.
    """

    count: float
    grain: Grain


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a mention.

    Attributes:
        start: First moment of what is meant; None for an interval open at the start, and for a pure duration. A
            distance in days keeps the reference's hour with the grain day: "in 7 days", written at 10:15, starts at
            10:00; only its date counts, has_time is False.
        end: First moment after it; None for an instant without an end, an open interval or a pure duration. For a
            deadline it is the day or moment named itself, in which the thing is due: "by Friday" ends at the start
            of Friday with the grain day, "by noon" at 12:00.
        grain: The smallest unit named.
        has_date: The words, or their sentence, say which day. False for "at 3 PM" alone.
        has_time: The words say a clock time. False for "tomorrow", and for "tomorrow morning".
        is_past: The reading lies before the reference time.
        probability: 0 to 1, over the readings of one mention.
    """

    start: datetime | None
    end: datetime | None
    grain: Grain
    has_date: bool
    has_time: bool
    is_past: bool
    probability: float


@dataclass(frozen=True, slots=True)
class TimeMention:
    """One expression of time in a text.

    Attributes:
        span_start: Offset of its first character in the text that was given.
        span_end: Offset behind its last character.
        kind: What it speaks of.
        readings: The likeliest first, at least one, at most four. "5/4" has two.
        bound: Whether it is a deadline or a beginning.
        duration: The length, for a duration, and for an interval that is said by its length ("for two hours").
        rrule: The recurrence of a set as an RFC 5545 rule ("FREQ=WEEKLY;BYDAY=MO"); empty otherwise.
        in_gap: The local time does not exist: clocks jump over it. The reading is moved behind the gap.
        is_ambiguous_fold: The local time exists twice; the first is meant.
        language: BCP-47 tag of the grammar that read it.
    """

    span_start: int
    span_end: int
    kind: TimeKind
    readings: tuple[Reading, ...]
    bound: Bound
    duration: Duration | None
    rrule: str
    in_gap: bool
    is_ambiguous_fold: bool
    language: str
