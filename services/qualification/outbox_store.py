"""Keeps what the other services are still to be told, in the transaction that decided it."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, or_, update
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from services.common.db import Database, TenantReader, TenantSession
from services.common.errors import LeadlightError
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.qualification.models import DeliveryRow
from services.qualification.outbox import Delivery, Message, News, Peer

NEWS: TypeAdapter[Any] = TypeAdapter(News)
_MOST_MESSAGE_CHARS = 500
_LONGEST_WAIT = timedelta(minutes=2)
"""Twice the longest lease and the longest pause: a time further ahead was written before the clock was set back."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is due.

    Attributes:
        tenant: Whose it is.
        delivery: What is to be delivered.
    """

    tenant: str
    delivery: Delivery


def post(session: TenantSession, messages: Sequence[Message], now: datetime) -> None:
    """Stores what is to be delivered; it takes the place of what was said before about the same records."""
    rows = [
        {
            "peer": message.peer,
            "kind": message.ref.kind,
            "record_id": message.ref.id,
            "delivery_id": str(uuid.uuid4()),
            "news": NEWS.dump_python(message.news, mode="json"),
            "place": place,
            "created_at": now,
            "next_at": now,
            "leased_until": None,
            "failed_attempts": 0,
            "last_code": "",
            "last_message": "",
        }
        for place, message in enumerate(messages)
    ]
    # The lease of a runner that is at the earlier word stays: two words at once could arrive in either order.
    session.upsert_rows(
        DeliveryRow, rows, update=[name for name in rows[0] if name not in _KEPT] if rows else None
    )


_KEPT = ("peer", "kind", "record_id", "leased_until")


def due(db: Database, now: datetime, *, peers: Collection[Peer], limit: int) -> list[Due]:
    """What is due in all tenants, the oldest first.

    Args:
        db: The service's database.
        now: The time.
        peers: The services that can be called now.
        limit: Most that is given.
    """
    table = DeliveryRow.__table__  # type: ignore[attr-defined]
    query = (
        core_select(table)
        .where(_has_come(table.c.next_at, now), _is_free(now), table.c.peer.in_(peers))
        .order_by(table.c.created_at, table.c.place)
        .limit(limit)
    )
    with db.read_all_tenants() as connection:
        return [Due(row["tenant"], _delivery(row)) for row in connection.execute(query).mappings()]


def claim(session: TenantSession, delivery: Delivery, now: datetime, until: datetime) -> bool:
    """Keeps others from a delivery until then; whether it was free and still the latest word."""
    found = (*_is(delivery), col(DeliveryRow.delivery_id) == delivery.id, _is_free(now))
    return session.change(update(DeliveryRow).where(*found).values(leased_until=until)) > 0


def _is_free(now: datetime) -> ColumnElement[bool]:
    until = col(DeliveryRow.leased_until)
    return or_(until.is_(None), _has_come(until, now))


def _has_come(moment: ColumnElement[Any] | Mapped[Any], now: datetime) -> ColumnElement[bool]:
    return or_(moment <= now, moment > now + _LONGEST_WAIT)


def delivered(session: TenantSession, delivery: Delivery, until: datetime) -> None:
    """Forgets a delivery that arrived; a newer word on the same record stays and is free."""
    session.change(delete(DeliveryRow).where(*_is(delivery), col(DeliveryRow.delivery_id) == delivery.id))
    release(session, delivery, until)


def release(session: TenantSession, delivery: Delivery, until: datetime) -> None:
    """Leaves a delivery, or a newer word on the same record, to whoever comes next; not if they came already."""
    own = col(DeliveryRow.leased_until) == until
    session.change(update(DeliveryRow).where(*_is(delivery), own).values(leased_until=None))


def failed(
    session: TenantSession, delivery: Delivery, until: datetime, *, error: LeadlightError, next_at: datetime
) -> None:
    """Puts a delivery off that failed; a newer word on the same record is free at once."""
    session.change(
        update(DeliveryRow)
        .where(*_is(delivery), col(DeliveryRow.delivery_id) == delivery.id)
        .values(
            next_at=next_at,
            failed_attempts=col(DeliveryRow.failed_attempts) + 1,
            last_code=error.code,
            last_message=error.message[:_MOST_MESSAGE_CHARS],
        )
    )
    release(session, delivery, until)


def forget(session: TenantSession, refs: Sequence[RecordRef]) -> None:
    """Takes back what was to be told about records."""
    rows = [{"peer": peer, "kind": ref.kind, "record_id": ref.id} for ref in refs for peer in Peer]
    session.delete_rows(DeliveryRow, rows)


def list_deliveries(
    session: TenantReader, peer: Peer | None, *, page_size: int, page_token: str
) -> Page[Delivery]:
    """A page of what is still to be delivered, the oldest first."""
    query = select(DeliveryRow)
    if peer is not None:
        query = query.where(DeliveryRow.peer == peer)
    keys = (
        DeliveryRow.created_at,
        DeliveryRow.place,
        DeliveryRow.peer,
        DeliveryRow.kind,
        DeliveryRow.record_id,
    )
    page = read_page(
        session,
        query,
        [SortKey(key) for key in keys],
        page_size=page_size,
        page_token=page_token,
        scope=["deliveries", peer or ""],
    )
    return Page([_delivery(row.model_dump()) for row in page.rows], page.next_page_token)


def _is(delivery: Delivery) -> tuple[Any, Any, Any]:
    message = delivery.message
    return (
        col(DeliveryRow.peer) == message.peer,
        col(DeliveryRow.kind) == message.ref.kind,
        col(DeliveryRow.record_id) == message.ref.id,
    )


def _delivery(row: Any) -> Delivery:
    ref = RecordRef(RecordKind(row["kind"]), row["record_id"])
    return Delivery(
        id=row["delivery_id"],
        message=Message(Peer(row["peer"]), ref, NEWS.validate_python(row["news"])),
        created_at=row["created_at"],
        next_at=row["next_at"],
        failed_attempts=row["failed_attempts"],
        last_code=row["last_code"],
        last_message=row["last_message"],
    )
