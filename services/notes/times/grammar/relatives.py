"""Times by their place in an order: next week, last Tuesday, the last Friday of March, the end of May."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from services.notes.times.calendar import RANK, Cycle, Span, floor, inside, shift, unit_span, units_inside
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.words import cycle_of, first, last, length_of, number, unit_of, when_of
from services.notes.times.meaning import Frame, Interval, Length, UnfitError, When, fitting, join
from services.notes.times.resolve_date import next_span, resolve_date
from services.notes.times.values import Grain

_STEPS = {"next": 1, "coming": 1, "last": -1, "this": 0, "after_next": 2, "before_last": -2}


def _step_of(nodes: Sequence[Node]) -> int:
    return _STEPS[str(first(nodes, "mod"))]


def _unit(frame: Frame, nodes: Sequence[Node]) -> When | Interval | None:
    """Next week, this year, last month."""
    grain, times = unit_of(nodes[-1])
    step = _step_of(nodes)
    if times != 1:
        return _stretch(frame, Length(((int(times), grain),)), step) if times == int(times) else None
    if step == 0 and RANK[grain] < RANK[Grain.HOUR]:
        return None  # "this minute"
    return When(date=unit_span(frame.reference, grain, step))


def _units(frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """The next three weeks, the last two days."""
    return _stretch(frame, length_of(nodes[-1]), _step_of(nodes))


def _stretch(frame: Frame, length: Length, step: int) -> Interval | None:
    if step == 0 or len(length.parts) > 1:
        return None
    count, grain = length.parts[0]
    if count != int(count):
        return None
    if step > 0:
        start = unit_span(frame.reference, grain, 1).start
        return Interval(span=Span(start, shift(start, grain, count), grain), length=length)
    end = unit_span(frame.reference, grain).start
    return Interval(span=Span(shift(end, grain, -count), end, grain), length=length)


def _modified_date(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Next Tuesday, last March, this Christmas, Wednesday after next."""
    node = next(node for node in nodes if "date" in node.roles)
    when = when_of(node)
    if not isinstance(when.date, Cycle):
        return None
    step = str(first([other for other in nodes if other is not node], "mod"))
    span = _weekday(frame, when.date, step) if when.date.is_weekday else _recurring(frame, when.date, step)
    return When(date=span) if span is not None else None


def _weekday(frame: Frame, cycle: Cycle, step: str) -> Span | None:
    """A weekday with "next" is that of the next ISO week; with "last" the latest before today."""
    week = unit_span(frame.reference, Grain.WEEK)
    match step:
        case "last":
            return next(iter(cycle.before_moment(frame.today)), None) or _weekday_before(frame, cycle)
        case "this":
            found = inside(cycle, week)
            return found if found and found.start >= frame.today else next(cycle.from_moment(frame.today))
        case "coming":
            return next(cycle.from_moment(frame.today + timedelta(days=1)))
        case "after_next":
            return next(islice(cycle.from_moment(frame.today + timedelta(days=1)), 1, None))
        case "before_last":
            found = _weekday_before(frame, cycle)
            return Span(found.start - timedelta(days=7), found.end - timedelta(days=7), Grain.DAY)
    return inside(cycle, unit_span(frame.reference, Grain.WEEK, 1))


def _weekday_before(frame: Frame, cycle: Cycle) -> Span:
    return next(cycle.from_moment(frame.today - timedelta(days=7)))


def _recurring(frame: Frame, cycle: Cycle, step: str) -> Span | None:
    tomorrow = unit_span(frame.reference, Grain.DAY, 1).start
    match step:
        case "last":
            return next((span for span in cycle.before_moment(frame.today) if span.end <= frame.today), None)
        case "before_last":
            past = (span for span in cycle.before_moment(frame.today) if span.end <= frame.today)
            return next(islice(past, 1, None), None)
        case "this":
            following = next(cycle.from_moment(frame.today))
            year = unit_span(frame.reference, Grain.YEAR)
            return following if following.start < year.end else inside(cycle, year) or following
    coming = (span for span in cycle.from_moment(tomorrow) if span.start >= tomorrow)
    return next(islice(coming, 1 if step == "after_next" else 0, None), None)


def _after_next_unit(frame: Frame, nodes: Sequence[Node]) -> When:
    """The week after next."""
    return When(date=unit_span(frame.reference, unit_of(nodes[-2])[0], _STEPS[str(last(nodes, "mod_after"))]))


def _modified_after(frame: Frame, nodes: Sequence[Node]) -> When | None:
    node = replace(nodes[-1], roles={"mod": last(nodes, "mod_after")})
    return _modified_date(frame, [nodes[0], node])


def _outer_span(frame: Frame, nodes: Sequence[Node]) -> Span | None:
    """The month of "the first Monday of ...": a named one, or "the month"."""
    outer = nodes[-1]
    if "date" in outer.roles:
        return resolve_date(frame, when_of(outer))
    if "year" in outer.roles:
        return resolve_date(frame, When(date=Cycle(year=number(nodes[-1:], "year"))))
    grain, times = unit_of(outer)
    return unit_span(frame.reference, grain) if times == 1 and RANK[grain] > RANK[Grain.DAY] else None


def nth_of(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The last Friday of March, the first week of October 2014, the third day of October."""
    place = next(at for at, node in enumerate(nodes) if at and ({"unit", "weekday"} & node.roles.keys()))
    outer = _outer_span(frame, nodes)
    if "ord" in nodes[place].roles and place + 1 < len(nodes) and "unit" in nodes[place + 1].roles:
        place += 1  # "second" is an ordinal here, not the unit
    if outer is None:
        return None
    inner = _inner_spans(nodes[place], outer)
    position = _position(nodes[:place])
    if not inner or abs(position) > len(inner):
        return None
    return When(date=inner[position - 1 if position > 0 else position])


def _inner_spans(node: Node, outer: Span) -> list[Span]:
    if "weekday" in node.roles:
        weekday = cycle_of(node)
        return [day for day in units_inside(outer, Grain.DAY) if day.start.weekday() == weekday.weekday]
    grain, times = unit_of(node)
    if times != 1 or RANK[grain] >= RANK[outer.grain] or RANK[grain] < RANK[Grain.DAY]:
        return []
    return units_inside(outer, grain)


def _position(nodes: Sequence[Node]) -> int:
    """Returns the place counted from the start, or, negative, from the end."""
    from_end = first(nodes, "from_end")
    if isinstance(from_end, int):
        return -from_end
    if first(nodes, "mod") is not None:
        if first(nodes, "mod") != "last":
            raise UnfitError("no place in an order")
        return -1
    return number(nodes, "ord")


def _from_end(_frame: Frame, nodes: Sequence[Node]) -> dict[str, object] | None:
    """The second last."""
    return {"from_end": number(nodes[:1], "ord")} if nodes[-1].roles["mod"] == "last" else None


def _last_weekday(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """I mandags: the latest Monday before today."""
    weekday = first(nodes, "last_weekday")
    return When(date=_weekday_before(frame, Cycle(weekday=weekday))) if isinstance(weekday, int) else None


def _again(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Næste fredag igen: the one after the next."""
    if first(nodes, "mod") != "next":
        return None
    return _modified_date(frame, [replace(nodes[0], roles={"mod": "after_next"}), nodes[1]])


def _edge_after(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Denna månads slut."""
    span = resolve_date(frame, when_of(nodes[0]))
    return edge(span, str(nodes[-1].roles["edge"])) if RANK[span.grain] > RANK[Grain.DAY] else None


def _during(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """In the course of the week."""
    grain, times = unit_of(nodes[-1])
    return (
        When(date=unit_span(frame.reference, grain)) if times == 1 and RANK[grain] > RANK[Grain.DAY] else None
    )


def _modified_part(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """This morning, next morning, last night."""
    step = _step_of(nodes)
    if abs(step) > 1:
        return None
    return replace(when_of(nodes[-1]), date=unit_span(frame.reference, Grain.DAY, step), is_weak=False)


def _nth_here(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Second Sunday: of this month, if no other is named."""
    month = unit_span(frame.reference, Grain.MONTH)
    inner = _inner_spans(nodes[-1], month)
    place = number(nodes[:1], "ord")
    return When(date=inner[place - 1]) if 1 <= place <= len(inner) else None


def _day_of(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The 20th of next month."""
    outer = when_of(nodes[-1])
    if not isinstance(outer.date, Span) or outer.date.grain is not Grain.MONTH:
        return None
    return join(outer, When(date=Cycle(day=number(nodes, "ord", "num"))))


def _weekday_of_week(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Wednesday of next week, Tuesday in week 34."""
    week = when_of(nodes[-1])
    if week.date is None or week.date.grain is not Grain.WEEK:
        return None
    return join(week, when_of(nodes[0]))


def _week_of(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The week of October 6th."""
    if unit_of(nodes[0])[0] is not Grain.WEEK:
        return None
    return _week_around(frame, nodes)


def _week_around(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """W/c 18 February."""
    if "date" in nodes[-1].roles:
        day = resolve_date(frame, when_of(nodes[-1]))
    else:
        day = next_span(frame, Cycle(day=number(nodes[-1:], "digit_ord")))
    return When(date=unit_span(day.start, Grain.WEEK)) if day.grain is Grain.DAY else None


def _half_of(frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """The second half of March, the first half of next year."""
    span = _outer_span(frame, nodes)
    if span is None or span.grain not in (Grain.MONTH, Grain.QUARTER, Grain.YEAR):
        return None
    middle = (
        shift(span.start, Grain.MONTH, 6)
        if span.grain is Grain.YEAR
        else span.start + (span.end - span.start) / 2
    )
    middle = floor(middle, Grain.DAY)
    if first(nodes, "half_of") == 1:
        return Interval(span=Span(span.start, middle, Grain.DAY))
    return Interval(span=Span(middle, span.end, Grain.DAY))


def edge(span: Span, side: str) -> When | None:
    """Returns the day at the beginning, in the middle or at the end of a stretch.

    The end of a week is its Friday, the end of a month its last day, the middle of a month its 15th.
    """
    if span.grain is Grain.DAY:
        return When(date=span, part="end_of_day") if side == "end" else None
    if RANK[span.grain] < RANK[Grain.WEEK]:
        return None
    if side == "begin":
        return When(date=unit_span(span.start, Grain.DAY))
    if side == "end":
        days = -3 if span.grain is Grain.WEEK else -1
        return When(date=unit_span(span.end, Grain.DAY, days))
    middle = {Grain.WEEK: 2, Grain.MONTH: 14, Grain.QUARTER: 45, Grain.YEAR: 181}[span.grain]
    return When(date=unit_span(span.start, Grain.DAY, middle))


def _edge_of(frame: Frame, nodes: Sequence[Node]) -> When | None:
    side = str(first(nodes, "edge"))
    node = next(node for node in reversed(nodes) if {"date", "unit", "year"} & node.roles.keys())
    if "date" in node.roles:
        span = resolve_date(frame, when_of(node))
    elif "year" in node.roles:
        span = resolve_date(frame, When(date=Cycle(year=number([node], "year"))))
    else:
        grain, times = unit_of(node)
        if times != 1:
            return None
        span = unit_span(frame.reference, grain)
    return edge(span, side)


def _edge_unit(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """EOM, 月底: an edge of the current unit in one word."""
    grain, side = fitting(first(nodes, "edge_of_unit"), tuple)
    return edge(unit_span(frame.reference, grain), side)


def _now(frame: Frame, nodes: Sequence[Node]) -> When:
    """Now, and weakly what is rather said of a state: 目前, 当前."""
    moment = Span(frame.reference, frame.reference + timedelta(seconds=1), Grain.SECOND)
    return When(date=moment, is_weak=nodes[0].roles["now"] == "weak")


RULES = (
    Rule("relatives", "mod unit", _unit),
    Rule("relatives", "mod length", _units),
    Rule("relatives", "mod date", _modified_date),
    Rule("relatives", "date mod_after", _modified_after),
    Rule("relatives", "unit mod_after", _after_next_unit),
    Rule("numbers", "ord mod", _from_end),
    Rule("relatives", "ord|mod|from_end unit|weekday of|in? the? date|year", nth_of),
    Rule("relatives", "ord|mod|from_end unit|weekday of|in the unit", nth_of),
    Rule("relatives", "ord|num of|in? the? date", _day_of),
    Rule("relatives", "weekday of|in? the? date", _weekday_of_week),
    Rule("in_years", "ord weekday", _nth_here),
    Rule("relatives", "unit of|starting the? date|digit_ord", _week_of),
    Rule("relatives", "week_of the? date|digit_ord", _week_around),
    Rule("relatives", "half_of the? date|unit|year", _half_of),
    Rule("relatives", "edge of|in|on? the? date|unit|year", _edge_of),
    Rule("years", "edge_of_unit", _edge_unit),
    Rule("relatives", "last_weekday", _last_weekday),
    Rule("relatives", "mod date again", _again),
    Rule("relatives", "during unit", _during),
    Rule("relatives", "date edge", _edge_after),
    Rule("relatives", "mod part", _modified_part),
    Rule("relatives", "now", _now),
)
