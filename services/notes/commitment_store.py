"""Reads and writes commitments."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, delete, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.notes.commitments import Commitment, CommitmentState, Due, Promise, Side
from services.notes.models import CommitmentRow


def read_commitment(
    session: TenantReader, commitment_id: str, *, for_update: bool = False
) -> Commitment | None:
    """One commitment."""
    row = session.get(CommitmentRow, for_update=for_update, commitment_id=commitment_id)
    return None if row is None else _commitment(row)


def of_source(session: TenantReader, source: str, ref: RecordRef) -> list[Commitment]:
    """A source's commitments on a record, in the source's order; locked until the transaction ends."""
    query = _in_order().where(
        CommitmentRow.source == source, CommitmentRow.kind == ref.kind, CommitmentRow.record_id == ref.id
    )
    return [_commitment(row) for row in session.exec(query.with_for_update())]


def of_sources(session: TenantReader, sources: Collection[str]) -> dict[str, list[Commitment]]:
    """The commitments of some sources, each source's in its order; locked until the transaction ends."""
    found: dict[str, list[Commitment]] = {}
    query = _in_order().where(col(CommitmentRow.source).in_(sources))
    for row in session.exec(query.with_for_update()):
        found.setdefault(row.source, []).append(_commitment(row))
    return found


def _in_order() -> SelectOfScalar[CommitmentRow]:
    return select(CommitmentRow).order_by(col(CommitmentRow.place), col(CommitmentRow.commitment_id))


def write_commitments(session: TenantSession, placed: Sequence[tuple[int, Commitment]]) -> None:
    """Stores commitments, new or changed, each with its place in its source."""
    session.upsert_rows(CommitmentRow, [_row(each, place) for place, each in placed])


def write_commitment(session: TenantSession, commitment: Commitment) -> None:
    """Stores a change of one commitment that is there."""
    row = _row(commitment, 0)
    session.upsert_rows(
        CommitmentRow, [row], update=[name for name in row if name not in {"commitment_id", "place"}]
    )


def delete_commitments(session: TenantSession, commitments: Collection[Commitment]) -> None:
    """Deletes commitments."""
    if commitments:
        ids = [each.commitment_id for each in commitments]
        session.change(delete(CommitmentRow).where(col(CommitmentRow.commitment_id).in_(ids)))


def list_commitments(
    session: TenantReader,
    ref: RecordRef | None,
    *,
    states: Collection[CommitmentState],
    owed_by: Side | None,
    now: datetime,
    page_size: int,
    page_token: str,
) -> Page[Commitment]:
    """A page of commitments in the wanted states, the earliest due first."""
    query = select(CommitmentRow)
    if ref is not None:
        query = query.where(CommitmentRow.kind == ref.kind, CommitmentRow.record_id == ref.id)
    if owed_by is not None:
        query = query.where(CommitmentRow.owed_by == owed_by)
    is_open = col(CommitmentRow.done_at).is_(None)
    conditions = {
        CommitmentState.DUE: and_(is_open, col(CommitmentRow.late_from) > now),
        CommitmentState.LATE: and_(is_open, col(CommitmentRow.late_from) <= now),
        CommitmentState.DONE: col(CommitmentRow.done_at).is_not(None),
    }
    query = query.where(or_(*(conditions[state] for state in states)))
    page = read_page(
        session,
        query,
        [SortKey(CommitmentRow.late_from), SortKey(CommitmentRow.commitment_id)],
        page_size=page_size,
        page_token=page_token,
        scope=["commitments", *((ref.kind, ref.id) if ref else ()), "", *sorted(states), str(owed_by or "")],
    )
    return Page([_commitment(row) for row in page.rows], page.next_page_token)


def _commitment(row: CommitmentRow) -> Commitment:
    due = None
    if row.due_at is not None:
        due = Due(row.due_at, row.date_only, row.time_zone, row.late_from)
    return Commitment(
        commitment_id=row.commitment_id,
        source=row.source,
        promise=Promise(
            ref=RecordRef(RecordKind(row.kind), row.record_id),
            owed_by=Side(row.owed_by),
            owner=row.owner,
            what=row.what,
            due=due,
            words=row.words,
        ),
        done_at=row.done_at,
        is_edited=row.is_edited,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _row(commitment: Commitment, place: int) -> dict[str, object]:
    promise = commitment.promise
    due = promise.due
    return {
        "commitment_id": commitment.commitment_id,
        "kind": promise.ref.kind,
        "record_id": promise.ref.id,
        "source": commitment.source,
        "place": place,
        "owed_by": promise.owed_by,
        "owner": promise.owner,
        "what": promise.what,
        "due_at": due.at if due else None,
        "date_only": due.date_only if due else False,
        "time_zone": due.time_zone if due else "",
        "late_from": commitment.late_from,
        "words": promise.words,
        "done_at": commitment.done_at,
        "is_edited": commitment.is_edited,
        "created_at": commitment.created_at,
        "updated_at": commitment.updated_at,
    }
