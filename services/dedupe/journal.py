"""The journal of merges: what is kept of each, so that it can be taken back to the last byte.

Records that are merged into another keep their rows, which nothing may change while they are part of it, so of them
the journal holds no more than the version they had. The master's row does change: of it the journal holds the image
from before the merge, and the one that the merge left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from services.common.records import RecordKind, RecordRef
from services.dedupe.fields import Forms
from services.dedupe.record import Record
from services.dedupe.survivorship import Choice, Choices, Given, Moved, Survivor


class MergeState(StrEnum):
    """Where a merge stands."""

    MERGED = "merged"
    UNDONE = "undone"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Image:
    """A record at one moment, without what follows from its fields.

    Attributes:
        fields: As in `Record`, in their order.
        inactive: As in `Record`, as are the others.
        parent: …
        modified_at: …
        stored_at: …
        version: …
    """

    fields: Mapping[str, str]
    inactive: bool
    parent: RecordRef | None
    modified_at: datetime
    stored_at: datetime
    version: int

    @classmethod
    def of(cls, record: Record) -> Self:
        """A record as it is now."""
        return cls(
            record.fields,
            record.inactive,
            record.parent,
            record.modified_at,
            record.stored_at,
            record.version,
        )

    def record(self, ref: RecordRef, forms: Forms) -> Record:
        """The record, with the normal forms of its fields."""
        return Record(
            ref,
            self.fields,
            forms,
            self.inactive,
            self.parent,
            self.modified_at,
            self.stored_at,
            self.version,
        )

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return {
            "fields": dict(self.fields),
            "inactive": self.inactive,
            "parent": [self.parent.kind, self.parent.id] if self.parent else None,
            "modified_at": self.modified_at.isoformat(),
            "stored_at": self.stored_at.isoformat(),
            "version": self.version,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        parent = value["parent"]
        return cls(
            value["fields"],
            value["inactive"],
            RecordRef(RecordKind(parent[0]), parent[1]) if parent else None,
            datetime.fromisoformat(value["modified_at"]),
            datetime.fromisoformat(value["stored_at"]),
            value["version"],
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a merge made of its master.

    Attributes:
        image: The master as the merge, or the last Detach, left it.
        moved: The values that differ from before.
    """

    image: Image
    moved: Sequence[Moved]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge.

    Attributes:
        merge_id: Empty for one that is not stored.
        master: The record that stays.
        versions: Of each of its records the version before, the master's first; detached ones too. Since a version
            grows with every change, of two merges over one record that of the higher version is the later one.
        detached: Those of them that were detached.
        choices: What the caller wanted.
        before: The master before; None once it is erased.
        outcome: What the merge made of it; None once it is erased.
        master_version: Version of the master's row after the merge, or after the last Detach. When a later merge is
            taken back, and the master stands as this one left it, it becomes the version that it has then.
        state: Where it stands.
        merged_by: The caller's subject.
        created_at: When it was done.
        undone_at: When it was taken back.
    """

    merge_id: str
    master: RecordRef
    versions: Mapping[RecordRef, int]
    detached: Sequence[RecordRef]
    choices: Choices
    before: Image | None
    outcome: Outcome | None
    master_version: int
    state: MergeState
    merged_by: str
    created_at: datetime
    undone_at: datetime | None = None

    @property
    def merged(self) -> list[RecordRef]:
        """The records that were merged into the master and are not detached."""
        return [ref for ref in self.versions if ref != self.master and ref not in self.detached]

    @property
    def name(self) -> str:
        """`merges/{merge}`."""
        return f"merges/{self.merge_id}"


def choices_json(choices: Choices) -> dict[str, Any]:
    """Choices for a JSON column; refs by their ids, since all records of a merge are of one kind."""
    return {
        "survivor": choices.survivor,
        "fields": {name: _choice_json(choice) for name, choice in choices.fields.items()},
    }


def choices_of(value: Mapping[str, Any], kind: RecordKind) -> Choices:
    """What `choices_json` wrote.

    Args:
        value: The JSON; empty once it is erased.
        kind: Of the merge's records.
    """
    if not value:
        return Choices()
    fields = {name: _choice_of(how, text, kind) for name, (how, text) in value["fields"].items()}
    return Choices(Survivor(value["survivor"]), fields)


def _choice_json(choice: Choice) -> list[str]:
    match choice:
        case Survivor():
            return ["survivor", choice.value]
        case Given(value):
            return ["value", value]
        case RecordRef(id=record_id):
            return ["source", record_id]


def _choice_of(how: str, text: str, kind: RecordKind) -> Choice:
    if how == "survivor":
        return Survivor(text)
    return Given(text) if how == "value" else RecordRef(kind, text)


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """What a merge made of its master, for a JSON column."""
    moved = [
        [each.field, each.source.id if each.source else None, each.before, each.after]
        for each in outcome.moved
    ]
    return {"image": outcome.image.to_json(), "moved": moved}


def outcome_of(value: Mapping[str, Any], kind: RecordKind) -> Outcome | None:
    """What `outcome_json` wrote; None once it is erased.

    Args:
        value: The JSON.
        kind: Of the merge's records.
    """
    if not value:
        return None
    moved = [
        Moved(field, None if source is None else RecordRef(kind, source), before, after)
        for field, source, before, after in value["moved"]
    ]
    return Outcome(Image.from_json(value["image"]), moved)
