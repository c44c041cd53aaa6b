"""What every table of the suite is made from: tenant, names of constraints, times in UTC.

A service declares its own base once and its tables on it, so that several services may live in one
process (tests, the embedded suite) without sharing metadata:

    class ScoringRow(TenantRow, registry=service_registry()):
        "A row of the scoring service."

    class Lead(ScoringRow, table=True):
        id: str = Field(primary_key=True, max_length=128)
        created_at: datetime = Field(sa_type=UtcDateTime)
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Fixed names, so that a migration can drop on PostgreSQL what it made on SQLite.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class TenantRow(SQLModel):
    """Base of every table whose rows belong to a tenant: all but the declared global ones.

    Attributes:
        tenant: Owner of the row, first column of the primary key. Stamped by the session; a value
            of another tenant is refused there.
    """

    # None until the session stamps it; NOT NULL holds in the database.
    tenant: str = Field(default=None, primary_key=True, max_length=64)


class GlobalRow(SQLModel):
    """Base of the few tables that belong to no tenant (reference data the suite ships)."""


def service_registry() -> registry:
    """A registry with metadata of its own for one service's tables."""
    return registry(metadata=MetaData(naming_convention=NAMING_CONVENTION))


def utc_now() -> datetime:
    """The time now, timezone-aware, in UTC."""
    return datetime.now(UTC)


def later_than(last: datetime | None, now: datetime) -> datetime:
    """`now`, or just after `last` if the clock was set back since: what is newest by its time stays so.

    Args:
        last: The latest of those before; None if there are none.
        now: The time now.
    """
    return now if last is None or now > last else last + timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware in Python, UTC in the database, microseconds kept.

    PostgreSQL stores `timestamptz`. SQLite has no time type and would compare texts: UTC in the
    fixed-width form `YYYY-MM-DD HH:MM:SS.ffffff` compares there as the moments do.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Converts to UTC; a naive time is a bug and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Gives the moment back in UTC, whatever time zone the connection has."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
