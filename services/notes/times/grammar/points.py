"""Puts together what says one point in time: a date and a time of day, a day part and a date."""

from collections.abc import Sequence

from services.notes.times.calendar import Span
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.clocks import clock_of
from services.notes.times.grammar.words import when_of
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


RULES = (
    Rule("points", "when link? link? when", _join),
    Rule("points", "date|datetime comma? hhmm", _date_and_digits),
    Rule("points", "num date|datetime", _hour_and_date),
    Rule("points", "num link? link? part", _hour_and_part),
    Rule("points", "part num", _part_and_hour),
)
