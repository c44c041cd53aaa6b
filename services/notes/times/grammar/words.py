"""Reads values out of matched nodes."""

from collections.abc import Sequence

from services.notes.times.calendar import Cycle
from services.notes.times.engine import Node
from services.notes.times.meaning import Interval, Length, Repeat, UnfitError, When, fitting
from services.notes.times.values import Grain


def first(nodes: Sequence[Node], role: str) -> object:
    """Returns the value of the first node that plays a role, or None."""
    return next((node.roles[role] for node in nodes if role in node.roles), None)


def last(nodes: Sequence[Node], role: str) -> object:
    """Returns the value of the last node that plays a role, or None."""
    return next((node.roles[role] for node in reversed(nodes) if role in node.roles), None)


def number(nodes: Sequence[Node], *roles: str) -> int:
    """Returns the whole number of the first node that plays one of some roles.

    Raises:
        UnfitError: There is none, or it is broken.
    """
    for node in nodes:
        for role in roles:
            value = node.roles.get(role)
            if isinstance(value, int):
                return value
    raise UnfitError("no whole number")


def when_of(node: Node) -> When:
    """Returns a node's time.

    Raises:
        UnfitError: It has none; likewise below.
    """
    return fitting(node.roles.get("when"), When)


def length_of(node: Node) -> Length:
    """Returns a node's duration."""
    return fitting(node.roles.get("length"), Length)


def interval_of(node: Node) -> Interval:
    """Returns a node's interval."""
    return fitting(node.roles.get("interval", node.roles.get("weak_interval")), Interval)


def repeat_of(node: Node) -> Repeat:
    """Returns a node's recurrence."""
    return fitting(node.roles.get("repeat"), Repeat)


def unit_of(node: Node) -> tuple[Grain, float]:
    """Returns the grain of a unit's word, and how many of it the word counts: a fortnight is 14 days."""
    grain, times = fitting(node.roles.get("unit"), tuple)
    return grain, times


def cycle_of(node: Node) -> Cycle:
    """Returns the recurring date of a node."""
    return fitting(when_of(node).date, Cycle)
