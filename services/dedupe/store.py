"""Reads and writes records. Every change of a record goes through `write_records`, which keeps the index in step."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.dedupe.index import MatchCodes, index_change, number_of
from services.dedupe.index_store import change_index
from services.dedupe.models import MergeRow, RecordRow
from services.dedupe.record import Record
from services.dedupe.record_forms import forms_from_text, forms_text


def read_record(session: TenantReader, ref: RecordRef, *, for_update: bool = False) -> Record | None:
    """A stored record."""
    return read_records(session, [ref], for_update=for_update).get(ref)


def read_records(
    session: TenantReader, refs: Collection[RecordRef], *, for_update: bool = False
) -> dict[RecordRef, Record]:
    """Those of some records that are stored, in the order of their refs.

    Args:
        session: The transaction.
        refs: Of the records.
        for_update: Lock them until the transaction ends.
    """
    ids = defaultdict(list)
    for ref in refs:
        ids[ref.kind].append(ref.id)
    found = {}
    for kind in sorted(ids):
        query = (
            select(RecordRow)
            .where(RecordRow.kind == kind, col(RecordRow.record_id).in_(ids[kind]))
            .order_by(col(RecordRow.record_id))
        )
        rows = session.exec(query.with_for_update() if for_update else query).all()
        found.update({record.ref: record for record in _records(session, rows)})
    return found


def known_ids(session: TenantReader, kind: RecordKind, ids: Collection[str]) -> set[str]:
    """Those of some ids that are of records in their own right: stored, and no part of another one."""
    of_their_own = select(RecordRow.record_id).where(RecordRow.kind == kind, RecordRow.merge_id == "")
    return set(session.exec(of_their_own.where(col(RecordRow.record_id).in_(ids))))


def write_records(
    session: TenantSession,
    before: Mapping[RecordRef, Record],
    after: Sequence[Record],
    *,
    removed: Collection[RecordRef] = (),
    codes: MatchCodes,
    codes_before: MatchCodes | None = None,
    keep_versions: bool = False,
) -> list[Record]:
    """Stores records, new or changed, and deletes others; keys and counts change with them.

    The caller has called `settings_store.lock_tenant` before it read `before`.

    Args:
        session: The transaction.
        before: As they are stored, by ref: every one of `after` and `removed` that is.
        after: As they are to be; refs without repeats. Their versions are given here.
        removed: Records to delete.
        codes: Match codes of the rules that hold in this transaction.
        codes_before: Those that `before` is in the index with, where they are others.
        keep_versions: Nothing of a record changes but what is made of it.

    Returns:
        `after` with their versions.
    """
    numbered = [
        record if keep_versions else replace(record, version=_version(before.get(record.ref)) + 1)
        for record in after
    ]
    touched = {record.ref for record in after} | set(removed)
    gone = [before[ref] for ref in touched if ref in before]
    change = index_change(gone, numbered, codes, codes_before or codes)
    session.upsert_rows(RecordRow, [_row(record) for record in numbered])
    session.delete_rows(RecordRow, [{"kind": ref.kind, "record_id": ref.id} for ref in sorted(removed)])
    change_index(session, change)
    return numbered


def _version(record: Record | None) -> int:
    return 0 if record is None else record.version


def list_records(
    session: TenantReader,
    kind: RecordKind,
    *,
    parent: RecordRef | None = None,
    only_not_comparable: bool = False,
    include_merged: bool = False,
    page_size: int,
    page_token: str,
) -> Page[Record]:
    """A page of records by id."""
    query = select(RecordRow).where(RecordRow.kind == kind)
    if parent is not None:
        query = query.where(RecordRow.parent_kind == parent.kind, RecordRow.parent_id == parent.id)
    if only_not_comparable:
        query = query.where(col(RecordRow.is_comparable).is_(False))
    if not include_merged:
        query = query.where(RecordRow.merge_id == "")
    page = read_page(
        session,
        query,
        [SortKey(RecordRow.record_id)],
        page_size=page_size,
        page_token=page_token,
        scope=[
            "records",
            kind,
            *((parent.kind, parent.id) if parent else ("", "")),
            str(only_not_comparable),
            str(include_merged),
        ],
    )
    return Page(_records(session, page.rows), page.next_page_token)


def next_records(session: TenantReader, *, after: RecordRef | None, limit: int) -> list[Record]:
    """The next records of all kinds by rising ref, merged ones too: a job goes through them page by page."""
    query = select(RecordRow).order_by(col(RecordRow.kind), col(RecordRow.record_id)).limit(limit)
    if after is not None:
        later = or_(
            col(RecordRow.kind) > after.kind,
            and_(col(RecordRow.kind) == after.kind, col(RecordRow.record_id) > after.id),
        )
        query = query.where(col(RecordRow.kind) >= after.kind, later)
    return _records(session, session.exec(query).all())


def record_count(session: TenantReader) -> int:
    """How many records are stored, merged ones too."""
    return session.exec(select(func.count()).select_from(RecordRow)).one()


def children(session: TenantReader, parents: Collection[RecordRef], *, limit: int) -> list[RecordRef]:
    """Refs of records of their own that belong to one of some records, in the order of refs."""
    query = select(RecordRow.kind, RecordRow.record_id).where(_is_child(parents))
    query = query.order_by(col(RecordRow.kind), col(RecordRow.record_id)).limit(limit)
    return [RecordRef(RecordKind(kind), record_id) for kind, record_id in session.exec(query)]


def child_count(session: TenantReader, parents: Collection[RecordRef]) -> int:
    """How many records of their own belong to one of some records."""
    return session.exec(select(func.count()).select_from(RecordRow).where(_is_child(parents))).one()


def _is_child(parents: Collection[RecordRef]) -> Any:
    return and_(
        or_(
            *(
                and_(col(RecordRow.parent_kind) == parent.kind, col(RecordRow.parent_id) == parent.id)
                for parent in parents
            )
        ),
        col(RecordRow.merge_id) == "",
    )


def _records(session: TenantReader, rows: Iterable[RecordRow]) -> list[Record]:
    """The records that rows hold, with what they were merged into."""
    rows = list(rows)
    merge_ids = {row.merge_id for row in rows if row.merge_id}
    masters = {}
    if merge_ids:
        query = select(MergeRow.merge_id, MergeRow.kind, MergeRow.master_id)
        query = query.where(col(MergeRow.merge_id).in_(merge_ids))
        masters = {merge_id: RecordRef(RecordKind(kind), of) for merge_id, kind, of in session.exec(query)}
    return [_record(row, masters.get(row.merge_id)) for row in rows]


def _record(row: RecordRow, merged_into: RecordRef | None) -> Record:
    return Record(
        ref=RecordRef(RecordKind(row.kind), row.record_id),
        fields=row.fields,
        forms=forms_from_text(row.forms),
        inactive=row.is_inactive,
        parent=RecordRef(RecordKind(row.parent_kind), row.parent_id) if row.parent_kind else None,
        modified_at=row.modified_at,
        stored_at=row.stored_at,
        version=row.version,
        merge_id=row.merge_id,
        merged_into=merged_into,
    )


def _row(record: Record) -> dict[str, object]:
    return {
        "kind": record.ref.kind,
        "record_id": record.ref.id,
        "number": number_of(record.ref),
        "fields": dict(record.fields),
        "forms": forms_text(record.forms),
        "is_comparable": record.forms.is_comparable,
        "is_inactive": record.inactive,
        "parent_kind": record.parent.kind if record.parent else "",
        "parent_id": record.parent.id if record.parent else "",
        "modified_at": record.modified_at,
        "stored_at": record.stored_at,
        "version": record.version,
        "merge_id": record.merge_id,
    }
