"""What is written about a tenant's whole kind of record, and the lock for what must happen once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import col, select

from services.common.db import Database, TenantSession, utc_now
from services.common.records import RecordKind
from services.scoring.models import KindRow, ModelRow


@dataclass(frozen=True, slots=True)
class KindState:
    """How a kind stands; the fields are those of `KindRow`."""

    refreshed_at: datetime | None
    refresh_asked_at: datetime | None


def lock_kind(session: TenantSession, kind: RecordKind) -> KindState:
    """Locks a kind until the transaction ends: of two callers the second waits, and sees what the first did."""
    session.upsert_rows(KindRow, [{"kind": kind}], update=())
    row = session.get(KindRow, kind=kind, for_update=True)
    return KindState(row.refreshed_at, row.refresh_asked_at) if row else KindState(None, None)


def refresh_asked(session: TenantSession, kind: RecordKind) -> None:
    """Notes that a refresh was asked for just now."""
    session.change(update(KindRow).where(col(KindRow.kind) == kind).values(refresh_asked_at=utc_now()))


def refreshed(session: TenantSession, kind: RecordKind, began: datetime) -> None:
    """Notes that every open record was rescored by a refresh that began then."""
    lock_kind(session, kind)
    session.change(update(KindRow).where(col(KindRow.kind) == kind).values(refreshed_at=began))


@dataclass(frozen=True, slots=True)
class ServedKind:
    """A tenant's kind with a published model.

    Attributes:
        tenant: The tenant.
        kind: Leads or opportunities.
        published_at: When the first of its published models was published.
    """

    tenant: str
    kind: RecordKind
    published_at: datetime


def served_kinds(db: Database) -> list[ServedKind]:
    """Every tenant's kinds that have a published model: what the schedule goes through."""
    # The kind's lines as columns: this is the one statement over all tenants, and it reads no tenant's content.
    query = (
        select(col(ModelRow.tenant), col(ModelRow.kind), func.min(col(ModelRow.published_at)))
        .where(col(ModelRow.published_version).is_not(None))
        .group_by(col(ModelRow.tenant), col(ModelRow.kind))
    )
    with db.read_all_tenants() as connection:
        rows = connection.execute(query).all()
    return [ServedKind(tenant, RecordKind(kind), at) for tenant, kind, at in rows if at is not None]
