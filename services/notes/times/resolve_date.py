"""Lays a date on the calendar."""

from dataclasses import replace
from datetime import timedelta

from services.notes.times.calendar import Cycle, Span, unit_span
from services.notes.times.meaning import Frame, UnfitError, When
from services.notes.times.values import Grain


def resolve_date(frame: Frame, when: When) -> Span:
    """Returns the span that the date of an expression means, counted from the reference.

    Raises:
        UnfitError: No calendar has such a date, or there is none.
    """
    if isinstance(when.date, Span):
        return when.date
    if isinstance(when.date, Cycle):
        return next_span(frame, when.date)
    raise UnfitError("no date")


def next_span(frame: Frame, cycle: Cycle) -> Span:
    """Returns the next span of a recurring date: today and the current unit count, but not for a bare weekday.

    Raises:
        UnfitError: No calendar has such a date.
    """
    start = unit_span(frame.reference, Grain.DAY, 1).start if cycle.is_weekday else frame.today
    if cycle.weekday is not None and cycle.month is not None and cycle.day is not None:
        return _checked_by_weekday(cycle, frame)
    if cycle.weekday is not None and cycle.day is not None:
        return _nearest(cycle, frame)
    found = next(cycle.from_moment(start), None)
    if found is None:
        raise UnfitError("no such date")
    return found


_NEAR = timedelta(days=31)


def _nearest(cycle: Cycle, frame: Frame) -> Span:
    """Thursday the 21st: of weeks ago rather than of months ahead."""
    coming = next(cycle.from_moment(frame.today), None)
    past = next(cycle.before_moment(frame.today), None)
    if coming is None:
        raise UnfitError("no such date")
    is_far = coming.start - frame.today > _NEAR
    return past if past is not None and is_far and frame.today - past.start <= _NEAR else coming


def _checked_by_weekday(cycle: Cycle, frame: Frame) -> Span:
    """A weekday beside a full date tells the year; if no year near fits it, the day counts and not the weekday."""
    plain = replace(cycle, weekday=None)
    coming = next(plain.from_moment(frame.today), None)
    if coming is None:
        raise UnfitError("no such date")
    if coming.start.weekday() == cycle.weekday:
        return coming
    fitting = (
        span for span in (*plain.before_moment(frame.today),)[:1] if span.start.weekday() == cycle.weekday
    )
    return next(fitting, coming)
