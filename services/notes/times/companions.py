"""Weekdays in a list are of one week: "Tuesday or Wednesday next week", "næste tirsdag og torsdag"."""

from collections.abc import Sequence
from dataclasses import replace

from services.notes.times.calendar import Cycle, Span, inside, unit_span
from services.notes.times.engine import Node, roles_of
from services.notes.times.meaning import When
from services.notes.times.values import Grain

_LISTING = frozenset({"or", "and", "comma"})


def align(nodes: Sequence[Node]) -> list[Node]:
    """Puts a bare weekday into the week that its companion in a list names, if the list stays in order.

    A companion is parted from it by "or", "and" or a comma.
    """
    aligned = list(nodes)
    for places in (range(len(aligned) - 3, -1, -1), range(len(aligned) - 2)):  # from behind, then from before
        for place in places:
            first, between, second = aligned[place : place + 3]
            if _LISTING.isdisjoint(between.roles):
                continue
            one, two = first.roles.get("when"), second.roles.get("when")
            if isinstance(one, When) and isinstance(two, When):
                one, two = _in_one_week(one, two)
                aligned[place] = replace(first, roles=roles_of(one))
                aligned[place + 2] = replace(second, roles=roles_of(two))
    return aligned


def _in_one_week(one: When, two: When) -> tuple[When, When]:
    if _is_bare(one) and (span := _day_of(two)) is not None:
        found = _in_week_of(one, span)
        return (
            (replace(one, date=found), two) if found is not None and found.start < span.start else (one, two)
        )
    if _is_bare(two) and (span := _day_of(one)) is not None:
        found = _in_week_of(two, span)
        return (
            (one, replace(two, date=found)) if found is not None and found.start > span.start else (one, two)
        )
    return one, two


def _is_bare(when: When) -> bool:
    return isinstance(when.date, Cycle) and when.date.is_weekday and not when.is_weak


def _day_of(when: When) -> Span | None:
    """Returns the day that an expression is fixed to, if it is."""
    if isinstance(when.date, Span) and when.date.grain is Grain.DAY and when.date.is_unit:
        return when.date
    return None


def _in_week_of(when: When, span: Span) -> Span | None:
    return inside(when.date, unit_span(span.start, Grain.WEEK)) if isinstance(when.date, Cycle) else None
