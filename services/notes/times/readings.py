"""Turns what a grammar understood into readings on the calendar, clock changes included."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from services.notes.times.calendar import RANK, Cycle, Span, shift
from services.notes.times.conventions import Conventions
from services.notes.times.meaning import Clock, Frame, Interval, When, fitting
from services.notes.times.resolve_date import next_span, resolve_date
from services.notes.times.values import Grain, Reading

_OTHER_HALF = 0.15
"""Probability that a bare hour means the half of the day that is not a working hour."""

_OTHER_ORDER = 0.3
"""Probability that 5/4 means the order that the language or the tenant does not use."""

_NOON = Clock(12, is_fixed=True)
_LATE_PARTS = frozenset({"afternoon", "evening", "night"})
_EARLY_PARTS = frozenset({"early_morning", "morning", "forenoon", "small_hours"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A reading before its probability is known: from start to end (None: a point or open)."""

    start: datetime
    end: datetime | None
    grain: Grain
    has_date: bool
    has_time: bool
    is_open: bool = False  # what `end` ends is the first unit named, and the time goes on


def part_window(part: str, conventions: Conventions) -> tuple[time, time]:
    """Returns from when to when a part of the day lasts; an end of 0:00 is the day's end."""
    windows = {
        "morning": conventions.morning,
        "forenoon": conventions.morning,
        "afternoon": conventions.afternoon,
        "evening": conventions.evening,
        "night": conventions.night,
        "small_hours": (time(0), time(6)),
        "early_morning": (time(6), conventions.morning[0]),
        "noon": (time(12), time(12)),
        "lunch": (conventions.afternoon[0], _later(conventions.afternoon[0], hours=1)),
        "end_of_day": (conventions.end_of_day, conventions.end_of_day),
    }
    return windows[part]


def _later(moment: time, *, hours: int) -> time:
    return moment.replace(hour=(moment.hour + hours) % 24)


def hours_of(clock: Clock, part: str, conventions: Conventions) -> list[int]:
    """Returns the hours of 24 that a clock time may mean, the likelier first.

    A part of the day decides; without one the working hours do, and then the other half stays possible.
    """
    if clock.is_fixed or clock.hour > 12:
        return [clock.hour]
    early, late = clock.hour % 12, clock.hour % 12 + 12
    if part in _EARLY_PARTS:
        return [early if clock.hour != 12 or part == "small_hours" else 12]
    if part in ("lunch", "noon"):
        return [late if clock.hour in (12, 1, 2, 3) else early]
    if part in _LATE_PARTS:
        if part != "afternoon" and clock.hour == 12:
            return [24]
        return [24 + early] if part == "night" and early < 5 else [late]
    start, end = conventions.workday_start, conventions.workday_end
    moments = {hour: time(hour, clock.minute, clock.second) for hour in (early, late)}
    return sorted(moments, key=lambda hour: not start <= moments[hour] < end)


def on_day(midnight: datetime, clock: Clock, hour: int) -> datetime:
    """Returns a clock time on a day; hours beyond 24 are the next day's."""
    return midnight + timedelta(hours=hour, minutes=clock.minute, seconds=clock.second)


def place(frame: Frame, when: When, zone: ZoneInfo) -> list[tuple[Placed, float]]:
    """Returns the readings of a point in time with their probabilities, the likeliest first.

    Raises:
        ValueError: It names a date that no calendar has.
        OverflowError: Its year is out of range.
    """
    dated = [(when, 1.0)]
    if when.other_date is not None:
        dated = [(when, 1 - _OTHER_ORDER), (replace(when, date=when.other_date), _OTHER_ORDER)]
    found: list[tuple[Placed, float]] = []
    for one, probability in dated:
        for placed, share in _place_one(frame, one, zone):
            found.append((placed, probability * share))
    found.sort(key=lambda reading: -reading[1])
    return found


def _place_one(frame: Frame, when: When, zone: ZoneInfo) -> list[tuple[Placed, float]]:
    clock = _NOON if when.part == "noon" and when.clock is None else when.clock
    if clock is not None:
        return _place_clock(frame, when, clock, zone)
    if when.part:
        return [(_place_part(frame, when), 1.0)]
    span = resolve_date(frame, when)
    return [(Placed(span.start, span.end, span.grain, has_date=True, has_time=when.is_moment), 1.0)]


def _place_clock(frame: Frame, when: When, clock: Clock, zone: ZoneInfo) -> list[tuple[Placed, float]]:
    hours = hours_of(clock, when.part, frame.conventions)
    found = []
    for hour in hours:
        start = _clock_start(frame, when, clock, hour, zone)
        end = shift(start, clock.grain, 1)
        found.append(Placed(start, end, clock.grain, has_date=when.date is not None, has_time=True))
    if len(found) == 1:
        return [(found[0], 1.0)]
    return [(found[0], 1 - _OTHER_HALF), (found[1], _OTHER_HALF)]


def _clock_start(frame: Frame, when: When, clock: Clock, hour: int, zone: ZoneInfo) -> datetime:
    if when.date is not None:
        midnight = datetime.combine(resolve_date(frame, when).start.date(), time())
        return _to_zone(on_day(midnight, clock, hour), when.offset_min, zone)
    start = _to_zone(on_day(frame.today, clock, hour), when.offset_min, zone)
    if start <= frame.reference:
        return _to_zone(on_day(frame.today + timedelta(days=1), clock, hour), when.offset_min, zone)
    return start


def _to_zone(moment: datetime, offset_min: int | None, zone: ZoneInfo) -> datetime:
    if offset_min is None:
        return moment
    named = moment.replace(tzinfo=timezone(timedelta(minutes=offset_min)))
    return named.astimezone(zone).replace(tzinfo=None)


def _place_part(frame: Frame, when: When) -> Placed:
    first, last = part_window(when.part, frame.conventions)
    midnight = resolve_date(frame, when).start if when.date is not None else frame.today
    start, end = datetime.combine(midnight.date(), first), datetime.combine(midnight.date(), last)
    end += timedelta(days=1) if last <= first and when.part != "end_of_day" else timedelta()
    if when.date is None and end <= frame.reference:
        start, end = start + timedelta(days=1), end + timedelta(days=1)
    return Placed(start, end, Grain.HOUR, has_date=when.date is not None, has_time=False)


def place_interval(
    frame: Frame, interval: Interval, zone: ZoneInfo
) -> Placed | tuple[datetime | None, Placed]:
    """Returns a closed interval's stretch; for one that is open at the start, None and its end."""
    if interval.span is not None:
        span = interval.span
        has_time = RANK[span.grain] < RANK[Grain.DAY]
        return Placed(span.start, span.end, span.grain, has_date=True, has_time=has_time)
    if interval.start is None:
        return None, place(frame, fitting(interval.end, When), zone)[0][0]
    if interval.end is None:
        return _open_end(frame, interval.start, interval, zone)
    return _closed(frame, interval.start, interval.end, zone)


def _open_end(frame: Frame, start: When, interval: Interval, zone: ZoneInfo) -> Placed:
    placed = place(frame, start, zone)[0][0]
    if interval.length is None:
        return replace(placed, is_open=True)
    end = placed.start
    for count, grain in interval.length.parts:
        end = shift(end, grain, count)
    grain = (
        min(placed.grain, interval.length.grain, key=RANK.__getitem__) if placed.has_time else placed.grain
    )
    return replace(placed, end=end, grain=grain)


def _closed(frame: Frame, start: When, end: When, zone: ZoneInfo) -> Placed:
    start, end = _settle_hours(start, end, frame.conventions)
    first = place(frame, start, zone)[0][0]
    if end.clock is not None and end.date == start.date:
        day = first.start if end.offset_min is not None else datetime.combine(first.start.date(), time())
        return replace(
            first, end=_end_clock(frame, first, end, day, zone), grain=_finer(first.grain, end.grain)
        )
    later = replace(frame, reference=first.start, today=datetime.combine(first.start.date(), time()))
    if isinstance(end.date, Cycle) and end.date.is_weekday:
        end = replace(
            end, date=next_span(replace(later, reference=first.start - timedelta(days=1)), end.date)
        )
    if isinstance(end.date, Span):
        later = frame
    last = place(later, end, zone)[0][0]
    stop = last.start if last.has_time else last.end
    if stop is None or stop < first.start:
        raise ValueError("it ends before it starts")
    return replace(first, end=stop, grain=_finer(first.grain, last.grain))


def _finer(one: Grain, two: Grain) -> Grain:
    return min(one, two, key=RANK.__getitem__)


def _end_clock(frame: Frame, first: Placed, end: When, day: datetime, zone: ZoneInfo) -> datetime:
    clock = fitting(end.clock, Clock)
    midnight = datetime.combine(day.date(), time())
    hours = hours_of(clock, end.part, frame.conventions)
    moments = [_to_zone(on_day(midnight, clock, hour), end.offset_min, zone) for hour in hours]
    later = [moment for moment in moments if moment > first.start]
    return min(later) if later else min(moments) + timedelta(days=1)


def _settle_hours(start: When, end: When, conventions: Conventions) -> tuple[When, When]:
    """Lets an end whose half of the day is known decide the start's: "3:30 to 6 pm", "9-11 am"."""
    first, last = start.clock, end.clock
    if first is None or last is None or first.is_fixed or not last.is_fixed or start.part:
        return start, end
    minutes = last.hour * 60 + last.minute
    hours = (first.hour % 12, first.hour % 12 + 12)
    before = [hour for hour in hours if hour * 60 + first.minute < minutes]
    hour = max(before) if before else max(hours)
    if before and last.hour > 12 and first.hour == last.hour:  # "8 - 8 pm" on a 24 hour clock means nothing
        hour = hours_of(first, "", conventions)[0]
    return replace(start, clock=replace(first, hour=hour, is_fixed=True)), end


def reading_of(placed: Placed, probability: float, frame: Frame) -> Reading:
    """Returns a reading as callers get it."""
    behind = placed.end if placed.end is not None and not placed.has_time else placed.start
    return Reading(
        start=placed.start,
        end=None if placed.is_open else placed.end,
        grain=placed.grain,
        has_date=placed.has_date,
        has_time=placed.has_time,
        is_past=behind <= frame.reference if not placed.has_time else placed.start < frame.reference,
        probability=probability,
    )


def clock_change(moment: datetime, zone: ZoneInfo) -> tuple[datetime, bool, bool]:
    """Returns a local time that exists, whether the given one lay in a gap, and whether it happens twice."""
    aware = moment.replace(tzinfo=zone)
    back = aware.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back != moment:
        return back.replace(fold=0), True, False
    return moment, False, aware.utcoffset() != aware.replace(fold=1).utcoffset()
