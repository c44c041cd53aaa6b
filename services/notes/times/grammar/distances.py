"""Times at a distance from now or from another time: in two weeks, three days ago, two days after Easter."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from services.notes.times.calendar import RANK, Cycle, Span, floor, inside, shift, unit_span
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.words import (
    first,
    interval_of,
    length_of,
    number,
    unit_of,
    when_of,
)
from services.notes.times.meaning import Frame, Interval, Length, When
from services.notes.times.resolve_date import resolve_date
from services.notes.times.values import Bound, Grain

_DISTANCE_GRAIN = {
    Grain.SECOND: Grain.SECOND,
    Grain.MINUTE: Grain.SECOND,
    Grain.HOUR: Grain.MINUTE,
    Grain.DAY: Grain.DAY,
    Grain.WEEK: Grain.DAY,
    Grain.MONTH: Grain.DAY,
    Grain.QUARTER: Grain.DAY,
    Grain.YEAR: Grain.MONTH,
}
"""How exact a distance is: "in two years" names a month, "in two hours" a minute."""


def moved(base: Span, length: Length, sign: int) -> Span:
    """Returns the time at a distance from another.

    A distance in days keeps the hour of what it is counted from ("in three days": this time in three days).
    """
    start = base.start
    for count, grain in length.parts:
        start = shift(start, grain, sign * count)
    grain = _DISTANCE_GRAIN[length.grain]
    if base.start != base.end and RANK[base.grain] < RANK[grain]:
        grain = base.grain  # a year after a day is a day
    if length.grain is Grain.DAY:
        start = floor(start, Grain.HOUR)
        return Span(start, start + timedelta(days=1), Grain.DAY)
    start = floor(start, grain)
    return Span(start, shift(start, grain, 1), grain)


def from_now(frame: Frame, length: Length, sign: int) -> When:
    """Returns the time at a distance from the reference."""
    now = Span(frame.reference, frame.reference, Grain.SECOND)
    return When(date=moved(now, length, sign))


def _ago(frame: Frame, nodes: Sequence[Node]) -> When:
    return from_now(frame, _length_in(nodes), -1)


def _hence(frame: Frame, nodes: Sequence[Node]) -> When:
    return from_now(frame, _length_in(nodes), 1)


def _length_in(nodes: Sequence[Node]) -> Length:
    return length_of(next(node for node in nodes if "length" in node.roles))


def _after_time(frame: Frame, nodes: Sequence[Node]) -> When:
    """Two days after Easter."""
    return When(date=moved(resolve_date(frame, when_of(nodes[-1])), length_of(nodes[0]), 1))


def _before_time(frame: Frame, nodes: Sequence[Node]) -> When:
    return When(date=moved(resolve_date(frame, when_of(nodes[-1])), length_of(nodes[0]), -1))


def _weekdays_hence(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Two Sundays from now."""
    weekday = first(nodes, "weekdays")
    if not isinstance(weekday, int):
        return None
    count = number(nodes[:1], "num")
    tomorrow = frame.today + timedelta(days=1)
    return When(date=next(islice(Cycle(weekday=weekday).from_moment(tomorrow), count - 1, None)))


def _nth_after(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The third Tuesday after Christmas."""
    weekday = when_of(next(node for node in nodes if "weekday" in node.roles)).date
    start = resolve_date(frame, when_of(nodes[-1])).end
    if not isinstance(weekday, Cycle):
        return None
    count = number(nodes, "ord") if first(nodes, "ord") else 1
    return When(date=next(islice(weekday.from_moment(start), count - 1, None)))


def _within(frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """Within five days: due by then."""
    node = nodes[-1]
    length = length_of(node) if "length" in node.roles else interval_of(node).length
    if length is None:
        return None
    return Interval(end=from_now(frame, length, 1), length=length, bound=Bound.DEADLINE)


def _neighbour(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The day after Easter, the week before Christmas."""
    grain, times = unit_of(nodes[0])
    base = resolve_date(frame, when_of(nodes[-1]))
    if times != 1 or RANK[grain] < RANK[Grain.DAY] or RANK[grain] < RANK[base.grain]:
        return None
    step = 1 if "after" in nodes[1].roles else -1
    return When(date=unit_span(base.start, grain, step))


def _weekday_in(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Friday in two weeks, i dag om 14 dage: counted from that day."""
    base = resolve_date(frame, when_of(nodes[0]))
    length = length_of(nodes[-1])
    if base.grain is not Grain.DAY or RANK[length.grain] < RANK[Grain.DAY]:
        return None
    return When(date=unit_span(moved(base, length, 1).start, Grain.DAY))


def _weekday_of_week_in(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """In three weeks on Friday."""
    length = length_of(nodes[1])
    weekday = when_of(nodes[-1]).date
    if length.grain is not Grain.WEEK or not isinstance(weekday, Cycle):
        return None
    ahead = moved(Span(frame.reference, frame.reference, Grain.SECOND), length, 1)
    return When(date=inside(weekday, unit_span(ahead.start, Grain.WEEK)))


def _after_length(frame: Frame, nodes: Sequence[Node]) -> Interval:
    """After five days."""
    return Interval(start=from_now(frame, length_of(nodes[-1]), 1), bound=Bound.FROM)


def weekday_week(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Friday week, a week on Friday: a week after the next one."""
    day = next(node for node in nodes if "weekday" in node.roles)
    weeks: float = 1
    if "length" in nodes[0].roles:
        weeks, grain = length_of(nodes[0]).parts[-1]
    else:
        grain, weeks = unit_of(nodes[-1])
    if grain is not Grain.WEEK or weeks != int(weeks):
        return None
    return When(date=unit_span(resolve_date(frame, when_of(day)).start, Grain.DAY, 7 * int(weeks)))


RULES = (
    Rule("relatives", "num weekdays hence", _weekdays_hence),
    Rule("relatives", "ord weekday after date", _nth_after),
    Rule("distances", "weekday after date", _nth_after),
    Rule("distances", "the? unit after|before date", _neighbour),
    Rule("anchored", "date in length", _weekday_in),
    Rule("anchored", "in length on? weekday", _weekday_of_week_in),
    Rule("distances", "after length", _after_length),
    Rule("distances", "for length ago", _ago),
    Rule("distances_late", "length ago", _ago),
    Rule("distances_late", "length hence", _hence),
    Rule("distances", "in length hence?", _hence),
    Rule("distances", "length after|from date", _after_time),
    Rule("distances", "length before date", _before_time),
    Rule("distances", "within the? length|interval", _within),
)
