"""Recurrences as RFC 5545 rules, and when they happen first."""

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from services.notes.times.calendar import Cycle, unit_span
from services.notes.times.meaning import Frame, Repeat, When
from services.notes.times.readings import Placed, place
from services.notes.times.values import Grain

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def rrule(repeat: Repeat, first: Placed) -> str:
    """Returns a recurrence as an RFC 5545 rule; the clock time is that of its first occurrence."""
    parts = [f"FREQ={repeat.freq}"]
    if repeat.interval != 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.freq == "YEARLY" and repeat.when is not None and isinstance(repeat.when.date, Cycle):
        parts.extend(_yearly(repeat.when.date))
    if repeat.weekdays:
        place_in_month = str(repeat.position) if repeat.position else ""
        parts.append("BYDAY=" + ",".join(place_in_month + _DAYS[day] for day in repeat.weekdays))
    if repeat.monthday:
        parts.append(f"BYMONTHDAY={repeat.monthday}")
    if first.has_time and repeat.when is not None and repeat.when.clock is not None:
        parts.append(f"BYHOUR={first.start.hour};BYMINUTE={first.start.minute}")
    return ";".join(parts)


def _yearly(cycle: Cycle) -> list[str]:
    parts = [f"BYMONTH={cycle.month}"] if cycle.month is not None else []
    if cycle.day is not None:
        parts.append(f"BYMONTHDAY={cycle.day}")
    if cycle.week is not None:
        parts.append(f"BYWEEKNO={cycle.week}")
    return parts


def first_time(frame: Frame, repeat: Repeat, zone: ZoneInfo) -> Placed:
    """Returns when a recurrence happens first from the reference on, today included if its time is still to come.

    Raises:
        ValueError: It names a date that no calendar has.
    """
    when = repeat.when or When()
    if repeat.weekdays and repeat.position:
        when = replace(when, date=_first_positioned(frame, repeat))
    elif repeat.weekdays:
        days = [Cycle(weekday=day) for day in repeat.weekdays]
        tomorrow = frame.today + timedelta(days=1)
        when = replace(
            when, date=min((next(day.from_moment(tomorrow)) for day in days), key=lambda s: s.start)
        )
    elif repeat.monthday == -1:
        when = replace(when, date=unit_span(unit_span(frame.reference, Grain.MONTH).end, Grain.DAY, -1))
    elif repeat.monthday and when.date is None:
        when = replace(when, date=Cycle(day=repeat.monthday))
    elif when.date is None and when.clock is None and not when.part:
        grain = {"HOURLY": Grain.HOUR, "MINUTELY": Grain.MINUTE}.get(repeat.freq, Grain.DAY)
        span = unit_span(frame.reference, grain)
        return Placed(span.start, span.end, grain, has_date=True, has_time=False)
    return place(frame, when, zone)[0][0]


def _first_positioned(frame: Frame, repeat: Repeat) -> Cycle:
    """Returns the date of "the first Monday of every month" that is not over yet."""
    cycle = Cycle(weekday=repeat.weekdays[0])
    for months in range(3):
        month = unit_span(frame.reference, Grain.MONTH, months)
        days = list(takewhile(lambda day: day.start < month.end, cycle.from_moment(month.start)))  # noqa: B023
        at = repeat.position - 1 if repeat.position > 0 else repeat.position
        if -len(days) <= at < len(days) and days[at].start >= frame.today:
            start = days[at].start
            return Cycle(year=start.year, month=start.month, day=start.day)
    raise ValueError("no such weekday in the months ahead")
