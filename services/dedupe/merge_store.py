"""Reads and writes the journal of merges."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.dedupe.journal import (
    Image,
    Merge,
    MergeState,
    choices_json,
    choices_of,
    outcome_json,
    outcome_of,
)
from services.dedupe.models import MergeMemberRow, MergeRow
from services.dedupe.record import Record

_HOLDING = (MergeState.MERGED, MergeState.FINAL)


def read_merge(session: TenantReader, merge_id: str, *, for_update: bool = False) -> Merge | None:
    """One merge."""
    row = session.get(MergeRow, for_update=for_update, merge_id=merge_id)
    return None if row is None else _merge(row)


def merges_holding(session: TenantReader, ref: RecordRef) -> list[Merge]:
    """The merges that hold and that a record is part of, as master or merged; not those it was detached from."""
    query = select(MergeRow).where(
        col(MergeRow.merge_id).in_(_ids_of(ref)), col(MergeRow.state).in_(_HOLDING)
    )
    merges = [_merge(row) for row in session.exec(query)]
    return [merge for merge in merges if ref not in merge.detached]


def list_merges(
    session: TenantReader,
    ref: RecordRef | None,
    state: MergeState | None,
    *,
    page_size: int,
    page_token: str,
) -> Page[Merge]:
    """A page of merges, the newest first.

    Args:
        session: The transaction.
        ref: Only merges that this record took part in.
        state: Only merges in this state.
        page_size: From the request.
        page_token: From the request.
    """
    query = select(MergeRow)
    if ref is not None:
        query = query.where(col(MergeRow.merge_id).in_(_ids_of(ref)))
    if state is not None:
        query = query.where(MergeRow.state == state)
    page = read_page(
        session,
        query,
        [SortKey(MergeRow.created_at, descending=True), SortKey(MergeRow.merge_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["merges", *((ref.kind, ref.id) if ref else ("", "")), state or ""],
    )
    return Page([_merge(row) for row in page.rows], page.next_page_token)


def add_merge(session: TenantSession, merge: Merge) -> None:
    """Stores a new merge."""
    session.insert_rows(MergeRow, [_row(merge)])
    members = [{"merge_id": merge.merge_id, "kind": ref.kind, "record_id": ref.id} for ref in merge.versions]
    session.insert_rows(MergeMemberRow, members)


def write_merge(session: TenantSession, merge: Merge) -> None:
    """Stores what became of a merge."""
    session.update_rows(MergeRow, [_row(merge)])


def follow_restored(session: TenantSession, before: Mapping[RecordRef, int], now: Collection[Record]) -> None:
    """Lets earlier merges know that their masters stand again as they left them.

    Args:
        session: The transaction.
        before: The versions that restored records had before the merge that was taken back.
        now: The restored records.
    """
    for record in now:
        session.change(
            update(MergeRow)
            .where(
                col(MergeRow.kind) == record.ref.kind,
                col(MergeRow.master_id) == record.ref.id,
                col(MergeRow.state) == MergeState.MERGED,
                col(MergeRow.master_version) == before[record.ref],
            )
            .values(master_version=record.version)
        )


def close_merges_of(session: TenantSession, ref: RecordRef) -> None:
    """Makes the merges of a record final that is deleted, and erases what the journal holds of its values.

    A merge in which it is still a part can't be taken back any more, so that nothing of any of its records need be
    kept but who was merged into whom. From a merge that it was detached from, its name goes. A merge goes with the
    last of its records.

    Args:
        session: The transaction; the caller holds the tenant's lock.
        ref: The record.
    """
    query = select(MergeRow).where(col(MergeRow.merge_id).in_(_ids_of(ref)))
    rows = session.exec(query.order_by(col(MergeRow.merge_id))).all()
    if not rows:
        return
    for row in rows:
        if ref.id in row.detached and ref.id != row.master_id:
            row.detached = [each for each in row.detached if each != ref.id]
            row.images = [row.images[0], *(each for each in row.images[1:] if each["id"] != ref.id)]
            continue
        if row.state == MergeState.MERGED:
            row.state = MergeState.FINAL
        row.request, row.result = {}, {}
        row.images = [{"id": each["id"], "version": each["version"]} for each in row.images]
    session.delete_rows(
        MergeMemberRow,
        [{"merge_id": row.merge_id, "kind": ref.kind, "record_id": ref.id} for row in rows],
    )
    ids = [row.merge_id for row in rows]
    left = select(MergeMemberRow.merge_id).where(col(MergeMemberRow.merge_id).in_(ids))
    empty = set(ids).difference(session.exec(left).all())
    if empty:
        session.change(delete(MergeRow).where(col(MergeRow.merge_id).in_(empty)))


def _ids_of(ref: RecordRef) -> Any:
    return select(MergeMemberRow.merge_id).where(
        MergeMemberRow.kind == ref.kind, MergeMemberRow.record_id == ref.id
    )


def _merge(row: MergeRow) -> Merge:
    kind = RecordKind(row.kind)
    return Merge(
        merge_id=row.merge_id,
        master=RecordRef(kind, row.master_id),
        versions={RecordRef(kind, each["id"]): each["version"] for each in row.images},
        detached=[RecordRef(kind, each) for each in row.detached],
        choices=choices_of(row.request, kind),
        before=Image.from_json(row.images[0]) if "fields" in row.images[0] else None,
        outcome=outcome_of(row.result, kind),
        master_version=row.master_version,
        state=MergeState(row.state),
        merged_by=row.merged_by,
        created_at=row.created_at,
        undone_at=row.undone_at,
    )


def _row(merge: Merge) -> dict[str, Any]:
    images: list[dict[str, Any]] = [
        {"id": ref.id, "version": version} for ref, version in merge.versions.items()
    ]
    if merge.before:
        images[0] |= merge.before.to_json()
    return {
        "merge_id": merge.merge_id,
        "kind": merge.master.kind,
        "master_id": merge.master.id,
        "request": choices_json(merge.choices),
        "images": images,
        "result": outcome_json(merge.outcome) if merge.outcome else {},
        "master_version": merge.master_version,
        "detached": [ref.id for ref in merge.detached],
        "state": merge.state,
        "merged_by": merge.merged_by,
        "created_at": merge.created_at,
        "undone_at": merge.undone_at,
    }
