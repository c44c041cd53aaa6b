"""Reads and writes decisions about pairs."""

from typing import Any

from sqlalchemy import and_, delete, or_
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.dedupe.decisions import PairDecision
from services.dedupe.models import PairDecisionRow

_NEWEST_FIRST = (
    SortKey(PairDecisionRow.decided_at, descending=True),
    SortKey(PairDecisionRow.left_kind),
    SortKey(PairDecisionRow.left_id),
    SortKey(PairDecisionRow.right_kind),
    SortKey(PairDecisionRow.right_id),
)


def read_decision(session: TenantReader, left: RecordRef, right: RecordRef) -> PairDecision | None:
    """The decision about a pair, given in order."""
    row = session.get(PairDecisionRow, **_key(left, right))
    return None if row is None else _decision(row)


def write_decision(session: TenantSession, decision: PairDecision) -> None:
    """Stores a decision in place of an earlier one about the pair."""
    session.upsert_rows(
        PairDecisionRow,
        [
            {
                **_key(decision.left, decision.right),
                "is_match": decision.is_match,
                "decided_by": decision.decided_by,
                "decided_at": decision.decided_at,
            }
        ],
    )


def delete_decision(session: TenantSession, left: RecordRef, right: RecordRef) -> bool:
    """Forgets the decision about a pair, given in order; whether there was one."""
    return session.delete_rows(PairDecisionRow, [_key(left, right)]) > 0


def delete_decisions_about(session: TenantSession, ref: RecordRef) -> None:
    """Forgets everything that was decided about a record."""
    session.change(delete(PairDecisionRow).where(_is_about(ref)))


def list_decisions(
    session: TenantReader,
    *,
    ref: RecordRef | None,
    is_match: bool | None,
    page_size: int,
    page_token: str,
) -> Page[PairDecision]:
    """A page of decisions, the newest first.

    Args:
        session: The transaction.
        ref: Only those about this record; None for all.
        is_match: Only those that say so; None for all.
        page_size: From the request.
        page_token: From the request.
    """
    query = select(PairDecisionRow)
    if ref is not None:
        query = query.where(_is_about(ref))
    if is_match is not None:
        query = query.where(col(PairDecisionRow.is_match).is_(is_match))
    page = read_page(
        session,
        query,
        _NEWEST_FIRST,
        page_size=page_size,
        page_token=page_token,
        scope=["decisions", *((ref.kind, ref.id) if ref else ("", "")), str(is_match)],
    )
    return Page([_decision(row) for row in page.rows], page.next_page_token)


def _is_about(ref: RecordRef) -> Any:
    return or_(
        and_(col(PairDecisionRow.left_kind) == ref.kind, col(PairDecisionRow.left_id) == ref.id),
        and_(col(PairDecisionRow.right_kind) == ref.kind, col(PairDecisionRow.right_id) == ref.id),
    )


def _key(left: RecordRef, right: RecordRef) -> dict[str, Any]:
    return {
        "left_kind": left.kind,
        "left_id": left.id,
        "right_kind": right.kind,
        "right_id": right.id,
    }


def _decision(row: PairDecisionRow) -> PairDecision:
    return PairDecision(
        RecordRef(RecordKind(row.left_kind), row.left_id),
        RecordRef(RecordKind(row.right_kind), row.right_id),
        row.is_match,
        row.decided_by,
        row.decided_at,
    )
