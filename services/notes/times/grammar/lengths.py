"""Durations: a number and a unit, half units, several in a row."""

from collections.abc import Sequence

from services.notes.times.calendar import RANK
from services.notes.times.engine import Node, Rule
from services.notes.times.grammar.words import length_of, unit_of
from services.notes.times.meaning import Frame, Length, UnfitError, fitting
from services.notes.times.values import Grain

_HALVES: dict[Grain, tuple[float, Grain]] = {
    Grain.MINUTE: (30, Grain.SECOND),
    Grain.HOUR: (30, Grain.MINUTE),
    Grain.DAY: (12, Grain.HOUR),
    Grain.WEEK: (3.5, Grain.DAY),
    Grain.MONTH: (15, Grain.DAY),
    Grain.QUARTER: (1.5, Grain.MONTH),
    Grain.YEAR: (6, Grain.MONTH),
}
_FINER = {Grain.MINUTE: (60, Grain.SECOND), Grain.HOUR: (60, Grain.MINUTE), Grain.YEAR: (12, Grain.MONTH)}
_MOST = 10_000
_MOST_MINUTES = 240


def make_length(count: float, grain: Grain, *, has_letter_unit: bool = False) -> Length | None:
    """Returns a duration; a broken count becomes a whole one of the finer unit where there is one."""
    if count > _MOST:
        return None
    if count != int(count) and grain in _FINER:
        factor, finer = _FINER[grain]
        return Length(((round(count * factor), finer),))
    return Length(((int(count) if count == int(count) else count, grain),), has_letter_unit)


def _counted(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    grain, times = unit_of(nodes[-1])
    if nodes[0].text.startswith("0") and "num" in nodes[0].roles:
        return None
    return make_length(_count(nodes[0]) * times, grain, has_letter_unit=nodes[-1].text == "h")


def _count(node: Node) -> float:
    if "slash_pair" in node.roles:
        part, whole = fitting(node.roles["slash_pair"], tuple)
        if part >= whole:
            raise UnfitError("no fraction")
        return float(part / whole)
    for role in ("num", "decimal"):
        value = node.roles.get(role)
        if isinstance(value, int | float):
            return value
    raise UnfitError("no count")


def _mixed(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    """1 1/2 hours."""
    grain, times = unit_of(nodes[-1])
    return make_length((_count(nodes[0]) + _count(nodes[1])) * times, grain)


def _second_thing(_frame: Frame, nodes: Sequence[Node]) -> dict[str, object] | None:
    """A second opinion."""
    return {"opaque": True} if "ord" in nodes[1].roles else None


def _upper(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    """Two to three weeks: the longer one."""
    length = length_of(nodes[-1])
    return length if _count(nodes[0]) < length.parts[0][0] else None


def _half(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    grain, times = unit_of(nodes[-1])
    if times != 1:
        return make_length(times / 2, grain)
    return Length((_HALVES[grain],)) if grain in _HALVES else None


def _and_a_half(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    unit = next(node for node in nodes if "unit" in node.roles)
    grain, times = unit_of(unit)
    return make_length((_count(nodes[0]) + 0.5) * times, grain)


def _sum(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    one, two = length_of(nodes[0]), length_of(nodes[-1])
    if RANK[one.grain] <= RANK[two.parts[0][1]]:
        return None
    return Length(one.parts + two.parts)


def _minutes_mark(_frame: Frame, nodes: Sequence[Node]) -> Length | None:
    """30'."""
    if not nodes[1].is_glued or _count(nodes[0]) > _MOST_MINUTES:
        return None
    return make_length(_count(nodes[0]), Grain.MINUTE)


RULES = (
    Rule("lengths", "num|decimal|slash_pair more? unit", _counted),
    Rule("lengths", "num|decimal dash unit", _counted),
    Rule("lengths", "num slash_pair unit", _mixed),
    Rule("lengths", "num unit ordinal_noun", _second_thing),
    Rule("lengths", "num dash|to length", _upper),
    Rule("lengths", "half unit", _half),
    Rule("lengths", "num and_half unit", _and_a_half),
    Rule("lengths", "num unit and_half", _and_a_half),
    Rule("ampm", "and_half unit", _half),
    Rule("lengths", "num minute_mark", _minutes_mark),
    Rule("lengths", "length and|comma? length", _sum),
)
