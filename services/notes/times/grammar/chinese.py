"""What Chinese says in an order of its own: numbers before their unit, bounds behind, the large before the small."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.calendar import Cycle, Span, days_span, unit_span, units_inside
from services.notes.times.engine import Node, Rule, roles_of
from services.notes.times.grammar.distances import from_now
from services.notes.times.grammar.lengths import make_length
from services.notes.times.grammar.relatives import edge, nth_of
from services.notes.times.grammar.sets import of_date, of_units
from services.notes.times.grammar.words import first, length_of, number, unit_of, when_of
from services.notes.times.lexer import clock_time, full_year
from services.notes.times.meaning import (
    Clock,
    Frame,
    Interval,
    Length,
    Repeat,
    When,
    fitting,
    join,
    join_dates,
)
from services.notes.times.resolve_date import resolve_date
from services.notes.times.values import Bound, Grain


def _year(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """2026年."""
    year = number(nodes, "num")
    return When(date=Cycle(year=year)) if 1000 <= year <= 2999 else None


def _short_year(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """26年5月."""
    year = number(nodes[:1], "num")
    if not 10 <= year <= 99:
        return None
    return join(When(date=Cycle(year=full_year(year, frame))), when_of(nodes[-1]))


def _month(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    month = number(nodes, "num")
    return When(date=Cycle(month=month)) if 1 <= month <= 12 else None


def _day(_frame: Frame, nodes: Sequence[Node]) -> dict[str, object] | None:
    day = number(nodes, "num")
    if not 1 <= day <= 31:
        return None
    roles = roles_of(When(date=Cycle(day=day)))
    return roles | {"day_count": day} if nodes[-1].roles["day_mark"] and day <= _MOST_DAYS else roles


def _opaque(_frame: Frame, _nodes: Sequence[Node]) -> dict[str, object]:
    """5号楼."""
    return {"opaque": True}


def _dates(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """2026年 5月 4日, 下个月 15号."""
    one, two = when_of(nodes[0]), when_of(nodes[-1])
    if one.date is None or two.date is None:
        return None
    if _is_week(two) and one.date.grain is Grain.MONTH:
        return None
    date = join_dates(one.date, two.date)
    return When(date=date) if date is not None else None


def _is_week(when: When) -> bool:
    return isinstance(when.date, Cycle) and when.date.week is not None


def _week_of_month(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """十月的第一周: after a month, not the year's week of that number."""
    month, week = when_of(nodes[0]), when_of(nodes[-1])
    if not isinstance(week.date, Cycle) or week.date.week is None or month.date is None:
        return None
    weeks = units_inside(resolve_date(frame, month), Grain.WEEK)
    return When(date=weeks[week.date.week - 1]) if 0 < week.date.week <= len(weeks) else None


def _month_and_number(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """二月十五, without its 日."""
    month, day = when_of(nodes[0]).date, number(nodes[-1:], "num")
    if not isinstance(month, Cycle) or not 1 <= day <= 31 or "month_mark" in nodes[-1].roles:
        return None
    return When(date=replace(month, day=day))


def _days_of_month(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """7月13-15日."""
    month, end = when_of(nodes[0]).date, when_of(nodes[-1]).date
    start = number(nodes[1:2], "num")
    if not isinstance(month, Cycle) or not isinstance(end, Cycle) or end != Cycle(day=end.day):
        return None
    if end.day is None or not 1 <= start < end.day:
        return None
    return Interval(start=When(date=replace(month, day=start)), end=When(date=replace(month, day=end.day)))


def _ordinal(_frame: Frame, nodes: Sequence[Node]) -> dict[str, object]:
    """第三个."""
    return {"ord": number(nodes, "num")}


def _week(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """第34周."""
    week = number(nodes, "num")
    return When(date=Cycle(week=week)) if 1 <= week <= 53 else None


def _quarter(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """第三季度, 三季度."""
    quarter = number(nodes, "num")
    return When(date=Cycle(quarter=quarter)) if 1 <= quarter <= 4 else None


def _half_year(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    """三个半小时."""
    grain, times = unit_of(nodes[-1])
    return make_length((number(nodes[:1], "num") + 0.5) * times, grain)


def _hour(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三点: alone in characters it may be "three points"; 三点钟 and 15点 are not."""
    hour = number(nodes, "num")
    if hour > 24:
        return None
    is_sure = bool(nodes[0].text.isdigit()) or "sharp_hour_mark" in nodes[-1].roles
    is_fixed = hour > 12 or hour == 0 or "padded" in nodes[0].roles
    return When(clock=Clock(hour, is_fixed=is_fixed), is_weak=not is_sure)


def _minute(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三点十五分, 三点零五, 15时30分."""
    numbers = [node for node in nodes if "num" in node.roles]
    minute = number(numbers[1:], "num")
    if len(numbers) == 3 and minute == 0 and "second_word" not in nodes[-1].roles:  # 3点零5分
        numbers = [numbers[0], numbers[2]]
        minute = number(numbers[1:], "num")
        return When(clock=clock_time(number(numbers, "num"), minute, digits=nodes[0].text))
    has_word = "minute_word" in nodes[-1].roles or "second_word" in nodes[-1].roles
    if minute < 10 and not has_word and numbers[1].end - numbers[1].start < 2:
        return None  # 三点五 is 3.5
    second = number(numbers[2:], "num") if len(numbers) > 2 else 0
    clock = clock_time(
        number(numbers, "num"), minute, second, digits=nodes[0].text, has_seconds=len(numbers) > 2
    )
    return When(clock=clock)


def _half(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    return When(clock=clock_time(number(nodes, "num"), 30, digits=nodes[0].text))


def _quarter_past(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三点一刻, 三点三刻."""
    numbers = [node for node in nodes if "num" in node.roles]
    quarters = number(numbers[1:], "num")
    if quarters not in (1, 3):
        return None
    return When(clock=clock_time(number(numbers, "num"), quarters * 15, digits=nodes[0].text))


def _lacking(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """差五分三点, 三点差五分, 差一刻四点."""
    place = next(at for at, node in enumerate(nodes) if "lack" in node.roles)
    minutes = number(nodes[place + 1 :], "num")
    if "quarter_word" in nodes[place + 2].roles:
        minutes *= 15
    hours = nodes[place + 3 :] if place == 0 else nodes[:place]
    clock = when_of(hours[0]).clock if "clock" in hours[0].roles else None
    hour = clock.hour if clock is not None else number(hours, "num")
    if not 0 < minutes < 60 or not 1 <= hour <= 24:
        return None
    hour = hour - 1 or 12
    return When(clock=clock_time(hour, 60 - minutes))


def _over(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三点过五分."""
    numbers = [node for node in nodes if "num" in node.roles]
    return When(clock=clock_time(number(numbers, "num"), number(numbers[1:], "num")))


def _sure(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """在三点: a preposition makes the hour sure."""
    when = when_of(nodes[-1])
    return replace(when, is_weak=False) if when.is_weak else None


def _edge_behind(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三月底, 明年年底, 下个月初."""
    side = str(first(nodes, "edge_behind"))
    span = resolve_date(frame, when_of(nodes[0]))
    return edge(span, side) if span.grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR, Grain.WEEK) else None


def _edge_of_month(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """5月初: the words for the edges of a month begin with its word."""
    value, month = first(nodes, "edge_of_unit"), number(nodes, "num")
    if not isinstance(value, tuple):
        return None
    cycle = {Grain.MONTH: Cycle(month=month), Grain.QUARTER: Cycle(quarter=month)}.get(value[0])
    most = 12 if value[0] is Grain.MONTH else 4
    return edge(resolve_date(frame, When(date=cycle)), value[1]) if cycle and 1 <= month <= most else None


def _edge_with_unit(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """明年年底."""
    value = first(nodes, "edge_of_unit")
    span = resolve_date(frame, when_of(nodes[0]))
    if not isinstance(value, tuple) or value[0] is not span.grain:
        return None
    return edge(span, value[1])


def _nth(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三月的第一个星期一, 十月的最后一天."""
    place = next(at for at, node in enumerate(nodes) if {"ord", "last_word"} & node.roles.keys())
    order = nodes[place]
    if "last_word" in order.roles:
        order = replace(order, roles={"mod": "last"})
    return nth_of(frame, [order, nodes[-1], nodes[0]])


def _within(frame: Frame, nodes: Sequence[Node]) -> Interval:
    """三天内."""
    length = length_of(nodes[0])
    return Interval(end=from_now(frame, length, 1), length=length, bound=Bound.DEADLINE)


def _days_hence(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """三日后."""
    length = make_length(number(nodes, "day_count"), Grain.DAY)
    if length is None:
        return None
    return from_now(frame, length, -1 if "ago" in nodes[-1].roles else 1)


def _every_skipping(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """每隔两天: one more than the days between."""
    count, grain = length_of(nodes[-1]).parts[0]
    return of_units(grain, count + 1)


def _this_edge(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """本月15号 in one go: 这个月的15号."""
    outer = when_of(nodes[0])
    if not isinstance(outer.date, Span):
        return None
    return join(outer, when_of(nodes[-1]))


def _days_from_when(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """春节后三天, 下周一之前两天."""
    start = resolve_date(frame, when_of(nodes[0]))
    count, grain = length_of(nodes[-1]).parts[0]
    if grain is not Grain.DAY or start.grain is not Grain.DAY or count != int(count):
        return None
    days = int(count) if "after_behind" in nodes[1].roles else -int(count)
    return When(date=days_span(unit_span(start.start, Grain.DAY, days).start.date()))


def _every_date(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """每个月15号, 每年5月4日."""
    freq = of_units(*fitting(first(nodes, "frequency"), tuple))
    repeat = of_date(when_of(nodes[-1]), freq.interval) if freq is not None else None
    return repeat if repeat is not None and freq is not None and repeat.freq == freq.freq else None


def _last_of_every(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """每月最后一天."""
    freq = of_units(*fitting(first(nodes, "frequency"), tuple))
    is_day = unit_of(nodes[-1])[0] is Grain.DAY
    return Repeat("MONTHLY", monthday=-1) if freq and freq.freq == "MONTHLY" and is_day else None


_MOST_DAYS = 15
"""三日后 is in three days, 20日后 after the 20th."""

RULES = (
    Rule("sets", "frequency of? date|datetime", _every_date),
    Rule("sets", "frequency of? last_word unit", _last_of_every),
    Rule("numbers", "num day_mark ordinal_noun", _opaque),
    Rule("numbers", "num year_mark", _year),
    Rule("numbers", "num month_mark", _month),
    Rule("distances", "day_count hence|ago", _days_hence),
    Rule("compounds", "num edge_of_unit", _edge_of_month),
    Rule("numbers", "num day_mark", _day),
    Rule("compounds", "ordinal_prefix num week_mark", _week),
    Rule("compounds", "ordinal_prefix num quarter_mark", _quarter),
    Rule("numbers", "num quarter_mark", _quarter),
    Rule("compounds", "ordinal_prefix num counter?", _ordinal),
    Rule("numbers", "num hour_mark", _hour),
    Rule("numbers", "num hour_mark num minute_word?", _minute),
    Rule("numbers", "num hour_mark num minute_word num second_word", _minute),
    Rule("numbers", "num hour_mark half", _half),
    Rule("numbers", "num hour_mark num quarter_word", _quarter_past),
    Rule("numbers", "num hour_mark lack num minute_word|quarter_word", _lacking),
    Rule("lengths", "lack num minute_word|quarter_word clock", _lacking),
    Rule("numbers", "num hour_mark num num minute_word?", _minute),
    Rule("numbers", "num hour_mark over num minute_word", _over),
    Rule("lengths", "num year_mark month", _short_year),
    Rule("dates", "date of? date", _dates),
    Rule("date_years", "month num", _month_and_number),
    Rule("date_years", "date of? date", _week_of_month),
    Rule("dates", "month num to|dash date", _days_of_month),
    Rule("clocks", "on|by|since|until clock", _sure),
    Rule("relatives", "date of? edge_behind", _edge_behind),
    Rule("relatives", "date of? edge_of_unit", _edge_with_unit),
    Rule("relatives", "date of? ord|last_word counter? weekday|unit", _nth),
    Rule("relatives", "date of? date", _this_edge),
    Rule("lengths", "num and_half unit", _half_year),
    Rule("distances", "length within_behind", _within),
    Rule("distances", "date after_behind|before_behind length", _days_from_when),
    Rule("sets", "every_skipping length", _every_skipping),
)
