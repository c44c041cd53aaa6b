"""From one time to another, and how long something takes from a time on."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.calendar import RANK, Cycle, Span, shift
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.clocks import clock_of
from services.notes.times.grammar.words import interval_of, length_of, number, when_of
from services.notes.times.meaning import Clock, Frame, Interval, When, join
from services.notes.times.resolve_date import resolve_date
from services.notes.times.values import Grain


def _ends(nodes: Sequence[Node]) -> tuple[Node, Node]:
    """Returns the nodes that name the two ends."""
    ends = [node for node in nodes if {"when", "num", "hhmm", "dot_pair", "ord"} & node.roles.keys()]
    return ends[0], ends[-1]


def _times(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """From Monday to Wednesday, 9:30 - 11:00, 3:30 to 6 PM."""
    first, second = (when_of(node) for node in _ends(nodes))
    return between(first, second)


def between(first: When, second: When) -> Interval | None:
    """Returns the interval between two times; what one end leaves out, the other says."""
    if (first.is_clock and second.is_clock) or (first.is_moment and second.date is not None):
        return Interval(start=first, end=second)
    if first.is_clock and second.clock is not None:  # from 9 to 11 on Thursday
        return Interval(start=replace(second, clock=first.clock), end=second)
    if second.is_clock and first.clock is not None:
        return Interval(start=first, end=replace(first, clock=second.clock))
    are_alike = (first.clock is None) == (second.clock is None) and not (first.is_moment or second.is_moment)
    if first.date is None or second.date is None or not are_alike:
        return None
    return Interval(start=_with_fields_of(first, second), end=_with_fields_of(second, first))


def _with_fields_of(one: When, other: When) -> When:
    """Gives a date the year that only the other end names: "May 3 to June 5, 2027"."""
    if not isinstance(one.date, Cycle) or not isinstance(other.date, Cycle) or one.date.is_weekday:
        return one
    if one.date.year is not None or other.date.year is None:
        return one
    return replace(one, date=replace(one.date, year=other.date.year), other_date=None)


def _time_and_hour(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """From 9 am to 5; 9 to 11 am; from 9 to 11."""
    first, second = _ends(nodes)
    start, end = _point(first), _point(second)
    return between(start, end)


def _point(node: Node) -> When:
    when = node.roles.get("when")
    return when if isinstance(when, When) else When(clock=clock_of(node))


def _hours(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """9-11: hours only in company."""
    first, second = _ends(nodes)
    start, end = clock_of(first), clock_of(second)
    if not _are_hours(start, end):
        return None
    return Interval(start=When(clock=start), end=When(clock=end), is_weak=True)


def _are_hours(start: Clock, end: Clock) -> bool:
    later = (start.hour, start.minute) < (end.hour, end.minute)
    return later or (start.hour <= 12 and end.hour <= 12 and start.hour != end.hour)


def _sure_hours(frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """From 9 to 11, between 9 and 11, at 9-11."""
    interval = _hours(frame, nodes)
    return replace(interval, is_weak=False) if interval else None


def _strong(_frame: Frame, nodes: Sequence[Node]) -> Interval:
    """A weak interval with a preposition: "at 9-11"."""
    return replace(interval_of(nodes[-1]), is_weak=False)


def _days_of_month(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """July 13-15, from the 13th to the 15th of July, den 3.-5. maj."""
    node = next(node for node in nodes if "date" in node.roles)
    dated = when_of(node)
    numbers = [node for node in nodes if {"ord", "num"} & node.roles.keys() and "date" not in node.roles]
    if not isinstance(dated.date, Cycle) or dated.date.month is None or dated.other_date is not None:
        return None
    if dated.date.day is None and len(numbers) == 2:
        first, second = (number([one], "ord", "num") for one in numbers)
    elif dated.date.day is not None and len(numbers) == 1:
        pair = (number(numbers, "ord", "num"), dated.date.day)
        first, second = pair if numbers[0] is not nodes[-1] else pair[::-1]
    else:
        return None
    if not 1 <= first < second <= 31:
        return None
    return Interval(
        start=When(date=replace(dated.date, day=first)), end=When(date=replace(dated.date, day=second))
    )


def _weeks(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """Week 34-36."""
    first = when_of(nodes[0])
    last = number(nodes[-1:], "num", "ord")
    if not isinstance(first.date, Cycle) or first.date.week is None or not first.date.week < last <= 53:
        return None
    return Interval(start=first, end=replace(first, date=replace(first.date, week=last)))


def _on_date(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """Thursday from 9 to 11; 9-11 on Thursday; tomorrow between 1 and 2:30."""
    at = next(at for at, node in enumerate(nodes) if {"interval", "weak_interval"} & node.roles.keys())
    interval = interval_of(nodes[at])
    dated = when_of(nodes[-1] if at == 0 else nodes[0])
    start = _joined(dated, interval.start) if interval.start is not None else None
    end = _joined(dated, interval.end) if interval.end is not None else None
    if (start is None) != (interval.start is None) or (end is None) != (interval.end is None) or start is end:
        return None
    return replace(interval, start=start, end=end, is_weak=False)


def _joined(dated: When, end: When) -> When | None:
    joined = join(dated, end)
    return joined if joined is not None and (end.clock is not None or end.date is not None) else None


def _for_length(frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """4pm for 30 minutes, for ten days from 18 December."""
    length_node = next(node for node in nodes if "length" in node.roles)
    length = length_of(length_node)
    start = when_of(next(node for node in nodes if "when" in node.roles))
    if start.clock is not None or start.is_moment:
        return Interval(start=start, length=length)
    if RANK[length.grain] < RANK[Grain.DAY] or start.date is None:
        return Interval(start=start, length=length) if start.date is not None else None
    span = resolve_date(frame, start)
    end = span.start
    for count, grain in length.parts:
        end = shift(end, grain, count)
    return Interval(span=Span(span.start, end, Grain.DAY), length=length)


_TO = "to|dash|until|and"
_HOUR = "num|hhmm|dot_pair|clock"
RULES = (
    Rule("day_ranges", "from|between the? ord|num to|dash|until|and the? date", _days_of_month),
    Rule("day_ranges", "from|between the? ord|num to|dash|until|and the? ord|num of? month", _days_of_month),
    Rule("day_ranges", "the? ord|num to|dash|until the? ord|num of? month", _days_of_month),
    Rule("day_ranges", "the? ord|num to|dash|until the? date", _days_of_month),
    Rule("day_ranges", "month from|between? the? ord|num to|dash|until|and the? ord|num", _days_of_month),
    Rule("day_ranges", "date to|dash|until the? ord|num", _days_of_month),
    Rule("day_ranges", "date dash|to num", _weeks),
    Rule("hour_ranges", f"from at|kl? {_HOUR} to|dash|until kl? {_HOUR}|datetime", _time_and_hour),
    Rule("hour_ranges", f"between at|kl? {_HOUR} and|dash|to kl? {_HOUR}|datetime", _time_and_hour),
    Rule("hour_ranges", "at|kl num|dot_pair to|dash|until kl? num|dot_pair", _sure_hours),
    Rule("hour_ranges_late", "num|hhmm|dot_pair to|dash|until clock|datetime", _time_and_hour),
    Rule("hour_ranges_late", f"clock|datetime to|dash|until kl? {_HOUR}", _time_and_hour),
    Rule("hour_ranges_late", "num|dot_pair dash num|dot_pair", _hours),
    Rule("points_late", "at|kl weak_interval", _strong),
    Rule("ranges", "from when to|dash|until the? when", _times),
    Rule("ranges", "between the? when and|dash|to the? when", _times),
    Rule("ranges_late", "when to|dash|until the? when", _times),
    Rule("ranges_late", "date|part|datetime link? link? interval|weak_interval", _on_date),
    Rule("ranges_late", "interval|weak_interval link? link? date|part|datetime", _on_date),
    Rule("bounds_joined", "date link? interval", _on_date),
    Rule("stays", "from? when comma? for length", _for_length),
    Rule("stays", "for? length comma? from|starting the? when", _for_length),
    Rule("stays", "from when length", _for_length),
)
