"""Dates by day, month, year, weekday, week and quarter."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.calendar import RANK, Cycle
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.words import first, number, unit_of, when_of
from services.notes.times.lexer import full_year, pair_date
from services.notes.times.meaning import Frame, When, fitting, join
from services.notes.times.values import Grain

_DAYS = range(1, 32)


def day_of_month(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Returns a day of a month: 4 May, the fourth of May, May 4th."""
    month = next(node for node in reversed(nodes) if "month" in node.roles)
    day = number([node for node in nodes if "month" not in node.roles], "ord", "num")
    named = month.roles["month"]
    date = named.date if isinstance(named, When) else None
    if day not in _DAYS or not isinstance(date, Cycle):
        return None
    return When(date=replace(date, day=day))


def glued_day_of_month(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Returns a day of a month that is written in one: 5-Mar."""
    return day_of_month(frame, nodes) if nodes[1].is_glued and nodes[2].is_glued else None


def _day_and_year(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """31/Oct/1974, 31-Oct-74."""
    dated = day_of_month(frame, nodes[:3])
    year = number(nodes[-1:], "num")
    if dated is None or not isinstance(dated.date, Cycle):
        return None
    return When(date=replace(dated.date, year=full_year(year, frame) if year < 100 else year))


def _with_year(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """A date said without its year, and the year."""
    node = nodes[0] if "when" in nodes[0].roles else nodes[-1]
    when = when_of(node)
    year = number([other for other in nodes if other is not node], "year")
    if not isinstance(when.date, Cycle) or when.date.year is not None or when.date.is_weekday:
        return None
    if when.date.month is None and when.date.day is not None:
        return None
    other = when.other_date
    if isinstance(other, Cycle):
        other = replace(other, year=year)
    return replace(when, date=replace(when.date, year=year), other_date=other, is_weak=False)


def _short_year(frame: Frame, nodes: Sequence[Node]) -> When | None:
    """May '26."""
    when, year = when_of(nodes[0]), number(nodes[-1:], "num")
    if not isinstance(when.date, Cycle) or when.date.year is not None or not nodes[-1].text or year > 99:
        return None
    return replace(when, date=replace(when.date, year=full_year(year, frame)), is_weak=False)


def _year(_frame: Frame, nodes: Sequence[Node]) -> When:
    """In 2026; a bare 2026 may be any number."""
    return When(date=Cycle(year=number(nodes, "year")), is_weak=len(nodes) == 1)


def _weekday_and_day(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Tuesday the 19th."""
    day = number(nodes[1:], "ord", "num")
    if "num" in nodes[-1].roles and not nodes[-1].text.isdigit():
        return None
    weekday = when_of(nodes[0]).date
    if day not in _DAYS or not isinstance(weekday, Cycle):
        return None
    return When(date=replace(weekday, day=day))


def _day(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    day = number(nodes, "ord", "num")
    return When(date=Cycle(day=day)) if day in _DAYS else None


def _weak_day(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The 14th: a day only if the ordinal is written in digits, "the second" is mostly something else."""
    day = number(nodes, "ord")
    if day not in _DAYS:
        return None
    return When(date=Cycle(day=day), is_weak="digit_ord" not in nodes[-1].roles)


def _bare_day(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """14th: a day in company."""
    day = number(nodes, "ord")
    return When(date=Cycle(day=day), is_weak=True) if day in _DAYS else None


def _slash_date(frame: Frame, nodes: Sequence[Node]) -> When | None:
    pair = _pair(nodes, "slash_pair")
    return None if pair == (24, 7) else pair_date(*pair, frame)  # 24/7 is round the clock


def _dot_date(frame: Frame, nodes: Sequence[Node]) -> When | None:
    return pair_date(*_pair(nodes, "dot_pair"), replace(frame, month_first=False))


def _weekday_dot_date(frame: Frame, nodes: Sequence[Node]) -> When | None:
    dated = _dot_date(frame, nodes)
    return join(when_of(nodes[0]), dated) if dated is not None else None


def _pair(nodes: Sequence[Node], role: str) -> tuple[int, int]:
    one, two = fitting(first(nodes, role), tuple)
    return one, two


def _week(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    week = number(nodes, "ord", "num")
    return When(date=Cycle(week=week)) if 1 <= week <= 53 else None


def _ordinal_unit(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """The third quarter. A week by ordinal has a year or a month beside it, see relatives."""
    count = number(nodes, "ord")
    grain, times = unit_of(nodes[-1])
    if (grain, times) == (Grain.QUARTER, 1) and 1 <= count <= 4:
        return When(date=Cycle(quarter=count))
    return None


def _quarter(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    count = number(nodes, "num")
    return When(date=Cycle(quarter=count)) if 1 <= count <= 4 else None


def _iso_moment(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """2013-02-12T04:30:00Z."""
    when = join(when_of(nodes[0]), when_of(nodes[2]))
    if when is None or when.clock is None:
        return None
    return replace(when, clock=replace(when.clock, is_fixed=True))


def _opaque(_frame: Frame, _nodes: Sequence[Node]) -> dict[str, object]:
    """What looks like a time and is none: "the second option", "1/3 of"."""
    return {"opaque": True}


def _month_year_cycle(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    when, year = when_of(nodes[0]), when_of(nodes[-1])
    if RANK[year.grain] < RANK[Grain.YEAR] or RANK[when.grain] >= RANK[Grain.YEAR]:
        return None
    return join(when, year)


NORDIC_RULES = (Rule("years", "the num", _day),)
RULES = (
    Rule("dates", "the? ord|num ordinal_noun", _opaque),
    Rule("dates", "slash_pair of", _opaque),
    Rule("compounds", "num not_after_number", _opaque),
    Rule("dates", "the? ord of? the? month", day_of_month),
    Rule("dates", "the? num of? month", day_of_month),
    Rule("dates", "num dash|slash month dash|slash num", _day_and_year),
    Rule("date_years", "date comma|of|in? year", _with_year),
    Rule("date_years", "year comma? date", _with_year),
    Rule("date_years", "date apostrophe num", _short_year),
    Rule("dates", "weekday comma? the? ord", _weekday_and_day),
    Rule("dates", "weekday comma? the num", _weekday_and_day),
    Rule("years", "the ord", _weak_day),
    Rule("zones", "digit_ord", _bare_day),
    Rule("years", "on the? ord", _day),
    Rule("years", "on the num", _day),
    Rule("dates", "slash_pair", _slash_date),
    Rule("dates", "dot_date", _dot_date),
    Rule("dates", "on|the the? dot_pair", _dot_date),
    Rule("dates", "weekday comma? the? dot_pair", _weekday_dot_date),
    Rule("dates", "week_word num|ord", _week),
    Rule("dates", "the? ord|num week_ordinal_unit", _week),
    Rule("dates", "the? ord unit", _ordinal_unit),
    Rule("dates", "quarter_letter num", _quarter),
    Rule("in_years", "in|in_year year", _year),
    Rule("years", "year", _year),
    Rule("dates", "date iso_t clock", _iso_moment),
    Rule("points", "date of|in? date", _month_year_cycle),
)
