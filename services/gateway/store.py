"""The gateway's database: marks on worklists, and erasures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from services.common.db import Database, TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.gateway.models import ErasureRow, WorklistMarkRow

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure; the fields are those of `ErasureRow`."""

    erasure_id: str
    subject: Json | None
    services: Mapping[str, Json]
    asked_by: str
    subject_digest: str
    created_at: datetime
    done_at: datetime | None = None
    report: str = ""


def add_erasure(session: TenantSession, erasure: Erasure) -> None:
    """Stores a new erasure."""
    session.insert_rows(ErasureRow, [_row(erasure)])


def read_erasure(session: TenantReader, erasure_id: str, *, for_update: bool = False) -> Erasure | None:
    """An erasure, None if there is none of that id."""
    row = session.get(ErasureRow, erasure_id=erasure_id, for_update=for_update)
    return None if row is None else _erasure(row)


def write_erasure(session: TenantSession, erasure: Erasure) -> None:
    """Stores how an erasure stands now."""
    session.update_rows(ErasureRow, [_row(erasure)])


def list_erasures(session: TenantReader, *, page_size: int, page_token: str) -> Page[Erasure]:
    """A page of erasures, the newest first."""
    keys = [SortKey(ErasureRow.created_at, descending=True), SortKey(ErasureRow.erasure_id, descending=True)]
    page = read_page(
        session, select(ErasureRow), keys, page_size=page_size, page_token=page_token, scope=["erasures"]
    )
    return Page([_erasure(row) for row in page.rows], page.next_page_token)


def unfinished(db: Database) -> Sequence[tuple[str, str]]:
    """Tenant and id of every erasure that some service has not confirmed, the oldest first."""
    waiting = select(ErasureRow.tenant, ErasureRow.erasure_id).where(col(ErasureRow.done_at).is_(None))
    with db.read_all_tenants() as connection:
        rows = connection.execute(waiting.order_by(col(ErasureRow.created_at))).all()
    return [(tenant, erasure_id) for tenant, erasure_id in rows]


def marks(session: TenantReader, seller: str, now: datetime) -> dict[str, datetime | None]:
    """Items of a seller's worklist that are put off, and until when; None for good."""
    rows = session.exec(select(WorklistMarkRow).where(WorklistMarkRow.seller == seller)).all()
    return {row.item: row.until for row in rows if row.until is None or row.until > now}


def mark(session: TenantSession, seller: str, item: str, until: datetime | None, now: datetime) -> None:
    """Puts an item off."""
    row = {"seller": seller, "item": item, "until": until, "marked_at": now}
    session.upsert_rows(WorklistMarkRow, [row])


def all_marks(session: TenantReader) -> Sequence[WorklistMarkRow]:
    """Every mark on every worklist."""
    return session.exec(select(WorklistMarkRow)).all()


def delete_marks(session: TenantSession, marked: Sequence[WorklistMarkRow]) -> None:
    """Deletes marks: their items are to do again."""
    session.delete_rows(WorklistMarkRow, [{"seller": each.seller, "item": each.item} for each in marked])


def _row(erasure: Erasure) -> Json:
    return {
        "erasure_id": erasure.erasure_id,
        "subject": erasure.subject,
        "services": dict(erasure.services),
        "asked_by": erasure.asked_by,
        "subject_digest": erasure.subject_digest,
        "created_at": erasure.created_at,
        "done_at": erasure.done_at,
        "report": erasure.report,
    }


def _erasure(row: ErasureRow) -> Erasure:
    return Erasure(
        row.erasure_id,
        row.subject,
        row.services,
        row.asked_by,
        row.subject_digest,
        row.created_at,
        row.done_at,
        row.report,
    )
