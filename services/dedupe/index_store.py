"""The index in the database: which records have a key, and how many have a value."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlmodel import col

from services.common.db import TenantSession
from services.dedupe.index import IndexChange
from services.dedupe.models import RecordKeyRow, ValueCountRow


def change_index(session: TenantSession, change: IndexChange) -> None:
    """Writes what becomes of the index; the caller holds the tenant's lock (settings_store.lock_tenant)."""
    session.delete_rows(RecordKeyRow, _key_rows(change.removed))
    session.upsert_rows(RecordKeyRow, _key_rows(change.added), update=[])
    counts = [{"value": value, "records": count} for value, count in sorted(change.counts.items())]
    session.upsert_rows(ValueCountRow, counts, add=["records"])
    fewer = [value for value, count in change.counts.items() if count < 0]
    if fewer:
        # A hash of a value that nobody has any more is still a trace of who had it.
        session.change(
            delete(ValueCountRow).where(col(ValueCountRow.value).in_(fewer), col(ValueCountRow.records) <= 0)
        )


def _key_rows(entries: Collection[tuple[int, int]]) -> list[dict[str, int]]:
    # Sorted: neighbours in the index are written one after the other.
    return [{"key": key, "number": number} for key, number in sorted(entries)]
