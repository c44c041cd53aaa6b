"""Reads values out of matched nodes."""

from collections.abc import Sequence

from services.notes.times.engine import Node
from services.notes.times.meaning import Interval, Length, Repeat, When
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
        ValueError: There is none, or it is broken.
    """
    for node in nodes:
        for role in roles:
            value = node.roles.get(role)
            if isinstance(value, int):
                return value
    raise ValueError("no whole number")


def when_of(node: Node) -> When:
    """Returns a node's time.

    Raises:
        ValueError: It has none.
    """
    value = node.roles.get("when")
    if not isinstance(value, When):
        raise ValueError("no time")
    return value


def length_of(node: Node) -> Length:
    """Returns a node's duration.

    Raises:
        ValueError: It has none.
    """
    value = node.roles.get("length")
    if not isinstance(value, Length):
        raise ValueError("no duration")
    return value


def interval_of(node: Node) -> Interval:
    """Returns a node's interval.

    Raises:
        ValueError: It has none.
    """
    value = node.roles.get("interval", node.roles.get("weak_interval"))
    if not isinstance(value, Interval):
        raise ValueError("no interval")
    return value


def repeat_of(node: Node) -> Repeat:
    """Returns a node's recurrence.

    Raises:
        ValueError: It has none.
    """
    value = node.roles.get("repeat")
    if not isinstance(value, Repeat):
        raise ValueError("no recurrence")
    return value


def unit_of(node: Node) -> tuple[Grain, float]:
    """Returns the grain of a unit's word, and how many of it the word counts: a fortnight is 14 days.

    Raises:
        ValueError: It names no unit.
    """
    value = node.roles.get("unit")
    if not isinstance(value, tuple):
        raise ValueError("no unit")
    return value[0], value[1]
