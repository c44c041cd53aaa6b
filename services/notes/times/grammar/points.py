"""Puts together what says one point in time: a date and a time of day, a day part and a date."""

from collections.abc import Sequence

from services.notes.times.calendar import Cycle, Span
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.clocks import clock_of
from services.notes.times.grammar.words import number, when_of
from services.notes.times.meaning import Frame, When, join
from services.notes.times.values import Grain


def _join(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    return join(when_of(nodes[0]), when_of(nodes[-1]))


def _date_and_digits(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """Tonight 815."""
    return join(when_of(nodes[0]), When(clock=clock_of(nodes[-1])))


def _hour_and_date(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """9 tomorrow, 8 tonight."""
    when = when_of(nodes[-1])
    if not isinstance(when.date, Span) or when.date.grain is not Grain.DAY:
        return None
    return join(when, When(clock=clock_of(nodes[0])))


def _hour_and_part(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """8 in the evening."""
    return join(when_of(nodes[-1]), When(clock=clock_of(nodes[0])))


def _part_and_hour(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    return join(when_of(nodes[0]), When(clock=clock_of(nodes[-1])))


def _digits_and_clock(_frame: Frame, nodes: Sequence[Node]) -> When | None:
    """8 pm on 15, the 5th at 4 am, 15 at 8:00: with a time of day beside it a bare number is a day."""
    numbers = [node for node in nodes if {"num", "digit_ord"} & node.roles.keys()]
    day = number(numbers, "num", "digit_ord")
    if not numbers[0].text.isdigit() and "digit_ord" not in numbers[0].roles:
        return None
    clock = next(when_of(node) for node in nodes if "clock" in node.roles)
    return join(When(date=Cycle(day=day)), clock) if 1 <= day <= 31 else None


SPACED_RULES = (
    Rule("points", "num date|datetime", _hour_and_date),
    Rule("points", "num comma datetime", _hour_and_date),
    Rule("points", "num link? link? part", _hour_and_part),
    Rule("points", "part num", _part_and_hour),
)
"""For languages that put spaces between words: a bare number beside a day or a part of it is an hour."""

RULES = (
    Rule("points", "digit_ord link? link? clock", _digits_and_clock),
    Rule("points", "clock comma? on the? num|digit_ord", _digits_and_clock),
    Rule("points", "on num link? clock", _digits_and_clock),
    Rule("points", "when link? link? when", _join),
    Rule("points", "date|datetime comma? hhmm", _date_and_digits),
)
