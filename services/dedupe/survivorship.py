"""Whose values survive a merge: field by field, by rule, by record or as given. A blank never wins over a value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.common.records import RecordRef
from services.dedupe.record import Record

_LATEST = datetime.max.replace(tzinfo=UTC)


class Survivor(StrEnum):
    """A rule that picks one of the values of a field; the names of the proto's without their prefix."""

    MASTER = "master"
    NEWEST = "newest"
    LONGEST = "longest"
    MOST_COMPLETE = "most_complete"


@dataclass(frozen=True, slots=True)
class Given:
    """A value that the caller gave; empty for a field that is to be blank."""

    value: str


Choice = Survivor | RecordRef | Given
"""How a field is chosen: by a rule, from one record (blank if that has none), or as given."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a caller wants of a merge.

    Attributes:
        survivor: The rule where `fields` says nothing.
        fields: Choices field by field.
    """

    survivor: Survivor = Survivor.MASTER
    fields: Mapping[str, Choice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """A value of the master that a merge changed.

    Attributes:
        field: Its name.
        source: The record that the value comes from; None for one that the caller gave.
        before: The master's value; empty where it had none.
        after: Its value now.
    """

    field: str
    source: RecordRef | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Survived:
    """What a merge makes of the master's fields.

    Attributes:
        fields: The fields, by name.
        moved: What differs from the master's before, by name.
    """

    fields: Mapping[str, str]
    moved: Sequence[Moved]


def survive(master: Record, others: Sequence[Record], choices: Choices) -> Survived:
    """The fields of several records made one.

    A choice of a record that is not among them falls back to the rule for all fields: so the master gets, when a
    record is detached, what it would have without that record.

    Args:
        master: The record that stays.
        others: Those that are merged into it, in any order.
        choices: What is wanted.
    """
    records = [master, *sorted(others, key=lambda each: each.ref)]
    known = {each.ref: each for each in records}
    fields: dict[str, str] = {}
    moved: list[Moved] = []
    for name in dict.fromkeys([*_names(records), *choices.fields]):
        choice = choices.fields.get(name, choices.survivor)
        if isinstance(choice, RecordRef) and choice not in known:
            choice = choices.survivor
        source, value = _chosen(name, choice, master, records, known)
        if value:
            fields[name] = value
        if value != (before := master.fields.get(name, "")):
            moved.append(Moved(name, source, before, value))
    return Survived(dict(sorted(fields.items())), sorted(moved, key=lambda each: each.field))


def _names(records: Sequence[Record]) -> list[str]:
    return [name for record in records for name in record.fields]


def _chosen(
    name: str, choice: Choice, master: Record, records: Sequence[Record], known: Mapping[RecordRef, Record]
) -> tuple[RecordRef | None, str]:
    if isinstance(choice, Given):
        return None, choice.value
    if isinstance(choice, RecordRef):
        return choice, known[choice].fields.get(name, "")
    having = [record for record in records if name in record.fields]
    if not having:
        return None, ""
    # Equal ones in the order of `records`: by ref.
    order = _ORDERS[choice]
    winner = min(having, key=lambda each: order(name, each, each is master))
    return winner.ref, winner.fields[name]


def _age(record: Record) -> timedelta:
    """Less for a newer one; exact, as a float of seconds is not."""
    return _LATEST - record.modified_at


_ORDERS: Mapping[Survivor, Callable[[str, Record, bool], Any]] = {
    Survivor.MASTER: lambda _, record, is_master: (not is_master, _age(record)),
    Survivor.NEWEST: lambda _, record, is_master: (_age(record), not is_master),
    Survivor.LONGEST: lambda name, record, is_master: (
        -len(record.fields[name]),
        not is_master,
        _age(record),
    ),
    Survivor.MOST_COMPLETE: lambda _, record, is_master: (
        -len(record.fields),
        not is_master,
        _age(record),
    ),
}
"""What comes first of the records that have a value: name of the field, record, whether it is the master."""
