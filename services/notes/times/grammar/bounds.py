"""Deadlines and beginnings: by Friday, senest mandag, since May, 周五之前."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.clocks import clock_of
from services.notes.times.grammar.words import interval_of, when_of
from services.notes.times.meaning import Frame, Interval, When
from services.notes.times.values import Bound


def _when(nodes: Sequence[Node]) -> When:
    return when_of(next(node for node in nodes if "when" in node.roles))


def _deadline(_frame: Frame, nodes: Sequence[Node]) -> Interval:
    return Interval(end=_when(nodes), bound=Bound.DEADLINE)


def _deadline_hour(_frame: Frame, nodes: Sequence[Node]) -> Interval:
    """Until 5, by kl. 14.30."""
    return Interval(end=When(clock=clock_of(nodes[-1])), bound=Bound.DEADLINE)


def _from(_frame: Frame, nodes: Sequence[Node]) -> Interval:
    return Interval(start=_when(nodes), bound=Bound.FROM)


def _from_hour(_frame: Frame, nodes: Sequence[Node]) -> Interval:
    return Interval(start=When(clock=clock_of(nodes[-1])), bound=Bound.FROM)


def _both(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """After 3:30 pm but before 6 pm."""
    first, second = interval_of(nodes[0]), interval_of(nodes[-1])
    if first.bound is not Bound.FROM or second.bound is not Bound.DEADLINE:
        return None
    return Interval(start=first.start, end=second.end)


def _deadline_stretch(_frame: Frame, nodes: Sequence[Node]) -> Interval | None:
    """By the end of a stretch: "before the next two weeks are over" keeps its end."""
    interval = interval_of(nodes[-1])
    if interval.bound is not Bound.NONE or interval.span is None:
        return None
    return replace(interval, bound=Bound.DEADLINE)


RULES = (
    Rule("bounds", "by|until|before at|kl|on|in? the? when", _deadline),
    Rule("bounds", "when before_behind", _deadline),
    Rule("bounds", "by|until|before at|kl num|hhmm|dot_pair", _deadline_hour),
    Rule("bounds", "since|from|after at|kl|on|in? the? when", _from),
    Rule("bounds", "when after_behind", _from),
    Rule("bounds", "since|after at|kl num|hhmm|dot_pair", _from_hour),
    Rule("bounds", "by interval", _deadline_stretch),
    Rule("bounds_joined", "interval but? interval", _both),
)
