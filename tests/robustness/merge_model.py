"""A plain model of records and merges in memory: what the tables must hold after any history of calls."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlmodel import select

from services.common.db import Database
from services.common.records import RecordKind, RecordRef
from services.dedupe.fields import forms_of
from services.dedupe.index import ALL_RECORDS, counted, hash_of, index_keys, number_of
from services.dedupe.models import MergeMemberRow, MergeRow, RecordKeyRow, RecordRow, ValueCountRow
from services.dedupe.record_forms import forms_text

UNKNOWN = "?"
"""The id of a merge that nobody was told of."""


class RefusedError(Exception):
    """A call that the service must refuse, with the reason it must name; nothing of the model has changed."""


@dataclass(frozen=True)
class Row:
    """A stored record. `stamp` names its content: what is restored has the stamp it had."""

    fields: dict[str, str]
    modified: datetime
    stored: datetime | None
    inactive: bool
    parent: RecordRef | None
    stamp: int
    version: int = 1
    merge: str = ""


@dataclass
class Merged:
    """A merge, with the rows that it changed."""

    master: RecordRef
    others: list[RecordRef]
    rule: str
    choices: dict[str, tuple[str, Any]]
    copies: dict[RecordRef, Row]
    stamp: int = 0
    state: str = "merged"
    detached: list[RecordRef] = field(default_factory=list)
    members: set[RecordRef] = field(default_factory=set)

    @property
    def parts(self) -> list[RecordRef]:
        return [self.master, *(ref for ref in self.others if ref not in self.detached)]


class Model:
    """Records and merges."""

    def __init__(self) -> None:
        self.rows: dict[RecordRef, Row] = {}
        self.merges: dict[str, Merged] = {}
        """In the order they were made."""
        self._stamps = count(1)

    def copy(self) -> "Model":
        other = Model()
        other.rows = dict(self.rows)
        other.merges = {
            merge_id: replace(
                merge, others=[*merge.others], detached=[*merge.detached], members={*merge.members}
            )
            for merge_id, merge in self.merges.items()
        }
        other._stamps = count(next(self._stamps))
        return other

    def upsert(
        self,
        ref: RecordRef,
        fields: dict[str, str],
        *,
        modified: datetime,
        stored: datetime | None,
        inactive: bool,
        parent: RecordRef | None,
    ) -> None:
        before = self.rows.get(ref)
        if before and before.merge:
            raise RefusedError("RECORD_MERGED")
        row = Row(dict(sorted(fields.items())), modified, stored, inactive, parent, next(self._stamps))
        self._put(ref, row)

    def delete(self, ref: RecordRef) -> None:
        if self.rows.pop(ref, None) is None:
            return
        for merge_id, merge in list(self.merges.items()):
            if ref not in merge.members:
                continue
            merge.members.discard(ref)
            if ref in merge.detached:
                merge.detached.remove(ref)
                merge.others.remove(ref)
            elif merge.state == "merged":
                merge.state = "final"
            if not merge.members:
                del self.merges[merge_id]

    def merge(
        self,
        master: RecordRef,
        others: Sequence[RecordRef],
        rule: str,
        choices: Mapping[str, tuple[str, Any]],
        *,
        merge_id: str,
        stored: datetime | None,
    ) -> None:
        for place, ref in enumerate(others):
            if ref == master:
                raise RefusedError("MERGE_INTO_ITSELF")
            if ref.kind != master.kind:
                raise RefusedError("MERGE_KINDS_DIFFER")
            if ref in others[:place]:
                raise RefusedError("INVALID_FIELD")
        for ref in (master, *others):
            if ref not in self.rows:
                raise RefusedError("RESOURCE_NOT_FOUND")
            if self.rows[ref].merge:
                raise RefusedError("RECORD_MERGED")
        copies = {ref: self.rows[ref] for ref in (master, *others)}
        made = Merged(master, list(others), rule, dict(choices), copies, members={master, *others})
        self._put(master, self._one(made, stored))
        made.stamp = self.rows[master].stamp
        for ref in others:
            self._put(ref, replace(self.rows[ref], merge=merge_id))
        self.merges[merge_id] = made

    def unmerge(self, merge_id: str, *, discard: bool) -> None:
        merge = self._reversible(merge_id, discard=discard)
        for ref in merge.parts:
            self._put(ref, merge.copies[ref])
        merge.state = "undone"

    def detach(self, merge_id: str, ref: RecordRef, *, discard: bool, stored: datetime | None) -> None:
        merge = self._reversible(merge_id, discard=discard)
        if ref in merge.detached:
            raise RefusedError("MERGE_NOT_REVERSIBLE")
        if ref not in merge.others:
            raise RefusedError("INVALID_FIELD")
        if merge.parts == [merge.master, ref]:
            self.unmerge(merge_id, discard=discard)
            return
        merge.detached.append(ref)
        self._put(ref, merge.copies[ref])
        self._put(merge.master, self._one(merge, stored))
        merge.stamp = self.rows[merge.master].stamp

    def is_last(self, merge_id: str) -> bool:
        """Whether no later merge that holds is over the master of this one."""
        ids, master = list(self.merges), self.merges[merge_id].master
        later = [self.merges[each] for each in ids[ids.index(merge_id) + 1 :]]
        return not any(each.state != "undone" and master in each.parts for each in later)

    def tables(self) -> dict[str, Any]:
        """What the service's tables must hold."""
        keys, counts = set(), Counter[int]()
        records = {}
        for ref, row in self.rows.items():
            forms = forms_of(row.fields)
            records[ref] = {
                "fields": list(row.fields.items()),
                "forms": forms_text(forms),
                "comparable": forms.is_comparable,
                "inactive": row.inactive,
                "parent": row.parent,
                "modified": row.modified,
                "stored": row.stored,
                "version": row.version,
                "merge": row.merge,
            }
            if row.merge:
                continue
            keys |= {(hash_of(key), number_of(ref)) for key in index_keys(forms)}
            if forms.is_comparable:
                counts.update([*counted(forms), ALL_RECORDS])
        merges = {
            merge_id: (
                merge.state,
                merge.master,
                sorted(merge.others),
                sorted(merge.detached),
                sorted(merge.members),
            )
            for merge_id, merge in self.merges.items()
        }
        return {"records": records, "keys": keys, "counts": dict(counts), "merges": merges}

    def _put(self, ref: RecordRef, row: Row) -> None:
        before = self.rows.get(ref)
        self.rows[ref] = replace(row, version=before.version + 1 if before else 1)

    def _reversible(self, merge_id: str, *, discard: bool) -> Merged:
        merge = self.merges.get(merge_id)
        if merge is None:
            raise RefusedError("RESOURCE_NOT_FOUND")
        if merge.state != "merged":
            raise RefusedError("MERGE_NOT_REVERSIBLE")
        if not self.is_last(merge_id):
            raise RefusedError("MERGE_NOT_REVERSIBLE")
        if self.rows[merge.master].stamp != merge.stamp and not discard:
            raise RefusedError("MERGE_CHANGED_SINCE")
        return merge

    def _one(self, merge: Merged, stored: datetime | None) -> Row:
        """What the master becomes."""
        rows = {ref: merge.copies[ref] for ref in merge.parts}
        master = rows[merge.master]
        fields = {}
        for name in {name for row in rows.values() for name in row.fields} | merge.choices.keys():
            how, what = merge.choices.get(name, ("rule", merge.rule))
            if how == "source" and what not in rows:
                how, what = "rule", merge.rule
            if how == "value":
                value = what
            elif how == "source":
                value = rows[what].fields.get(name, "")
            else:
                value = _survivor(what, name, merge.master, rows)
            if value:
                fields[name] = value
        modified = max(row.modified for row in rows.values())
        return replace(
            master,
            fields=dict(sorted(fields.items())),
            modified=modified,
            stored=stored,
            stamp=next(self._stamps),
        )


def _survivor(rule: str, name: str, master: RecordRef, rows: Mapping[RecordRef, Row]) -> str:
    having = sorted(ref for ref in rows if name in rows[ref].fields)
    # Each sort keeps the order of the one before among equals: the last one decides first.
    newest = sorted(having, key=lambda ref: rows[ref].modified, reverse=True)
    master_first = sorted(newest, key=lambda ref: ref != master)
    if rule == "newest":
        ordered = sorted(
            sorted(having, key=lambda ref: ref != master), key=lambda ref: rows[ref].modified, reverse=True
        )
    elif rule == "longest":
        ordered = sorted(master_first, key=lambda ref: len(rows[ref].fields[name]), reverse=True)
    elif rule == "most_complete":
        ordered = sorted(master_first, key=lambda ref: len(rows[ref].fields), reverse=True)
    else:
        ordered = master_first
    return rows[ordered[0]].fields[name] if ordered else ""


def stored_tables(db: Database, tenant: str) -> dict[str, Any]:
    """What the service's tables hold of a tenant."""
    with db.read(tenant) as session:
        rows = session.exec(select(RecordRow)).all()
        keys = session.exec(select(RecordKeyRow.key, RecordKeyRow.number)).all()
        counts = session.exec(select(ValueCountRow.value, ValueCountRow.records)).all()
        merges = session.exec(select(MergeRow)).all()
        members = session.exec(select(MergeMemberRow)).all()
    records = {
        RecordRef(RecordKind(row.kind), row.record_id): {
            "fields": list(row.fields.items()),
            "forms": row.forms,
            "comparable": row.is_comparable,
            "inactive": row.is_inactive,
            "parent": RecordRef(RecordKind(row.parent_kind), row.parent_id) if row.parent_kind else None,
            "modified": row.modified_at,
            "stored": row.stored_at,
            "version": row.version,
            "merge": row.merge_id,
        }
        for row in rows
    }
    of_merge: dict[str, list[RecordRef]] = {row.merge_id: [] for row in merges}
    for each in members:
        of_merge[each.merge_id].append(RecordRef(RecordKind(each.kind), each.record_id))
    found = {}
    for row in merges:
        kind = RecordKind(row.kind)
        others = sorted(RecordRef(kind, each["id"]) for each in row.images[1:])
        detached = sorted(RecordRef(kind, each) for each in row.detached)
        found[row.merge_id] = (
            row.state,
            RecordRef(kind, row.master_id),
            others,
            detached,
            sorted(of_merge[row.merge_id]),
        )
    return {
        "records": records,
        "keys": {(key, number) for key, number in keys},
        "counts": dict(counts),
        "merges": found,
    }


def is_as_told(found: dict[str, Any], model: Model) -> bool:
    """Whether tables are as a model says, as far as it knows: not when a call was stored that was not answered."""
    expected = model.tables()
    for ref, row in expected["records"].items():
        if row["stored"] is None and ref in found["records"]:
            row["stored"] = found["records"][ref]["stored"]
    untold = found["merges"].keys() - expected["merges"].keys()
    if UNKNOWN in expected["merges"] and len(untold) == 1:
        (merge_id,) = untold
        expected["merges"][merge_id] = expected["merges"].pop(UNKNOWN)
        for row in expected["records"].values():
            row["merge"] = merge_id if row["merge"] == UNKNOWN else row["merge"]
    return found == expected
