"""Times that come again: every Monday, hver anden uge, 每周三."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.calendar import Cycle
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.words import (
    cycle_of,
    first,
    interval_of,
    length_of,
    number,
    repeat_of,
    unit_of,
    when_of,
)
from services.notes.times.meaning import Frame, Repeat, When, fitting, join
from services.notes.times.values import Grain

_FREQ = {
    Grain.MINUTE: "MINUTELY",
    Grain.HOUR: "HOURLY",
    Grain.DAY: "DAILY",
    Grain.WEEK: "WEEKLY",
    Grain.MONTH: "MONTHLY",
    Grain.YEAR: "YEARLY",
}


def of_units(grain: Grain, count: float) -> Repeat | None:
    """Returns the recurrence every so many units."""
    if count < 1 or count != int(count):
        return None
    if grain is Grain.QUARTER:
        return Repeat("MONTHLY", int(count) * 3)
    return Repeat(_FREQ[grain], int(count)) if grain in _FREQ else None


def _every_unit(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    grain, times = unit_of(nodes[-1])
    step = 2 if first(nodes, "other") or first(nodes, "every_other") else 1
    if first(nodes[:-1], "ord") is not None:
        step = number(nodes[:-1], "ord")
    return of_units(grain, times * step)


def _every_length(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    length = length_of(nodes[-1])
    count, grain = length.parts[0]
    return of_units(grain, count) if len(length.parts) == 1 else None


def _every_date(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Every Monday, every other Friday at 9, every May 4."""
    when = when_of(nodes[-1])
    step = 2 if first(nodes[:-1], "other") or first(nodes[:-1], "every_other") else 1
    if when.is_part and not when.clock:
        return Repeat("DAILY", step, when=when)
    return of_date(when, step)


def of_date(when: When, step: int = 1) -> Repeat | None:
    """Returns the recurrence of a date said by some of its fields."""
    cycle = when.date
    if not isinstance(cycle, Cycle) or cycle.year is not None:
        return None
    if cycle.is_weekday and cycle.weekday is not None:
        return Repeat("WEEKLY", step, weekdays=(cycle.weekday,), when=when)
    if cycle == Cycle(day=cycle.day):
        return Repeat("MONTHLY", step, monthday=cycle.day or 0, when=when)
    return Repeat("YEARLY", step, when=when)


def _more_days(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Every Monday and Wednesday."""
    repeat, when = repeat_of(nodes[0]), when_of(nodes[-1])
    cycle = when.date
    if not repeat.weekdays or not isinstance(cycle, Cycle) or not cycle.is_weekday or cycle.weekday is None:
        return None
    days = tuple(sorted({*repeat.weekdays, cycle.weekday}))
    clock = When(clock=when.clock) if when.clock else repeat.when
    return replace(repeat, weekdays=days, when=clock)


def _plural(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """On Mondays."""
    weekday = first(nodes, "weekdays")
    if not isinstance(weekday, int):
        return None
    return Repeat("WEEKLY", weekdays=(weekday,), when=When(date=Cycle(weekday=weekday)))


def _adverb(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Daily, weekly."""
    grain, count = fitting(first(nodes, "frequency"), tuple)
    return of_units(grain, count)


def _workdays(_frame: Frame, _nodes: Sequence[Node]) -> Repeat:
    return Repeat("WEEKLY", weekdays=(0, 1, 2, 3, 4))


def _weekends(_frame: Frame, _nodes: Sequence[Node]) -> Repeat:
    return Repeat("WEEKLY", weekdays=(5, 6))


def _nth_weekday(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """The first Monday of every month."""
    position = -1 if first(nodes, "mod") == "last" else number(nodes, "ord")
    weekday = cycle_of(next(node for node in nodes if "weekday" in node.roles))
    if unit_of(nodes[-1])[0] is not Grain.MONTH or weekday.weekday is None:
        return None
    return Repeat("MONTHLY", weekdays=(weekday.weekday,), position=position)


def _day_of_every_month(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """The 15th of every month."""
    day = number(nodes, "ord", "num")
    if unit_of(nodes[-1])[0] is not Grain.MONTH or not 1 <= day <= 31:
        return None
    return Repeat("MONTHLY", monthday=day)


def _every_nth(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Every second Tuesday is every other one; every first Monday is the month's."""
    place = number(nodes[1:2], "ord")
    weekday = cycle_of(next(node for node in nodes if "weekday" in node.roles)).weekday
    if weekday is None or not 1 <= place <= 5:
        return None
    if place == 2 and "weekday" in nodes[-1].roles:
        return Repeat("WEEKLY", 2, weekdays=(weekday,))
    if "unit" in nodes[-1].roles and unit_of(nodes[-1])[0] is not Grain.MONTH:
        return None
    return Repeat("MONTHLY", weekdays=(weekday,), position=place)


def _last_day(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """The last day of every month."""
    units = [unit_of(node)[0] for node in nodes if "unit" in node.roles]
    if first(nodes, "mod") != "last" or units != [Grain.DAY, Grain.MONTH]:
        return None
    return Repeat("MONTHLY", monthday=-1)


def _both(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Mondays and Wednesdays."""
    one, two = repeat_of(nodes[0]), repeat_of(nodes[-1])
    is_same = (one.freq, one.interval, one.position) == (two.freq, two.interval, two.position)
    if not one.weekdays or not two.weekdays or not is_same:
        return None
    clock = next((repeat.when.clock for repeat in (two, one) if repeat.when and repeat.when.clock), None)
    days = tuple(sorted({*one.weekdays, *two.weekdays}))
    return replace(one, weekdays=days, when=When(clock=clock) if clock else None)


def _monthly_on(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Monthly on the 15th."""
    day = number(nodes[1:], "ord", "num")
    if fitting(first(nodes, "frequency"), tuple) != (Grain.MONTH, 1) or not 1 <= day <= 31:
        return None
    return Repeat("MONTHLY", monthday=day)


def _at(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Every Monday at 9; mornings at 9 every day."""
    place = next(at for at, node in enumerate(nodes) if "repeat" in node.roles)
    repeat = repeat_of(nodes[place])
    other = nodes[-1] if place == 0 else nodes[0]
    when = when_of(other)
    if repeat.when is None:
        return replace(repeat, when=when)
    joined = join(repeat.when, when)
    return replace(repeat, when=joined) if joined is not None else None


def _hours(_frame: Frame, nodes: Sequence[Node]) -> Repeat | None:
    """Every Monday from 9 to 11: the beginning counts."""
    interval = interval_of(nodes[-1])
    if interval.start is None or interval.start.clock is None:
        return None
    return _at(_frame, [nodes[0], replace(nodes[-1], roles={"when": interval.start})])


RULES = (
    Rule("sets", "every other? unit", _every_unit),
    Rule("sets", "every_other unit", _every_unit),
    Rule("sets", "every_other date|datetime|part", _every_date),
    Rule("sets", "every|every_nth ord unit", _every_unit),
    Rule("sets", "every length", _every_length),
    Rule("sets", "every other? date|datetime|part", _every_date),
    Rule("sets", "on? weekdays", _plural),
    Rule("sets", "frequency", _adverb),
    Rule("sets", "every workday", _workdays),
    Rule("sets", "workdays", _workdays),
    Rule("sets", "every weekend", _weekends),
    Rule("relatives", "ord|mod weekday of|in? every unit", _nth_weekday),
    Rule("relatives", "ord|num of|in? every unit", _day_of_every_month),
    Rule("every", "every|every_nth ord weekday", _every_nth),
    Rule("every", "every ord weekday of|in the? unit", _every_nth),
    Rule("relatives", "mod unit of|in? every unit", _last_day),
    Rule("sets", "frequency on? the ord|num", _monthly_on),
    Rule("set_times", "repeat and|comma repeat", _both),
    Rule("set_times", "repeat and|comma date|datetime", _more_days),
    Rule("set_times", "repeat link? link? clock|part", _at),
    Rule("set_times", "clock|part link? repeat", _at),
    Rule("set_times", "repeat link? interval", _hours),
)
