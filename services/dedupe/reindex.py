"""Changes of a tenant's settings, and the request to make its index anew that follows from some."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import Connection, or_, select
from sqlmodel import col

from services.common.db import Database, TenantSession, utc_now
from services.common.operations import create_operation, unfinished_operations
from services.dedupe import settings_store, store
from services.dedupe.models import SettingsRow
from services.dedupe.normal_forms.version import NORMAL_FORM_VERSION
from services.dedupe.tenant_settings import TenantSettings

REINDEX = "Reindex"
"""The kind of the operation."""

_TARGET = "dedupeSettings"


class SettingsService:
    """Use cases around a tenant's settings.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def settings(self, tenant: str) -> TenantSettings:
        """The tenant's settings as they are now."""
        with self._db.read(tenant) as session:
            return settings_store.tenant_settings(session)

    def set_region(self, session: TenantSession, region: str) -> TenantSettings:
        """Sets the tenant's region; what was stored under another one is made anew in the background."""
        before = settings_store.lock_tenant(session)
        if region == before.default_region:
            return before
        after = replace(before, default_region=region, updated_at=utc_now())
        if after.is_reindexing and not store.next_records(session, after=None, limit=1):
            after = up_to_date(after)
        settings_store.write_tenant_settings(session, after)
        ask_for_reindex(session, after)
        return after


def up_to_date(settings: TenantSettings) -> TenantSettings:
    """The settings once every stored form is made with them."""
    return replace(settings, indexed_region=settings.default_region, indexed_version=NORMAL_FORM_VERSION)


def ask_for_reindex(session: TenantSession, settings: TenantSettings) -> None:
    """Has the index made anew if it needs to be; the caller holds the tenant's lock."""
    if settings.is_reindexing and not unfinished_operations(session, kind=REINDEX, target=_TARGET):
        create_operation(session, kind=REINDEX, request=b"", target=_TARGET)


def ask_for_outdated(db: Database) -> None:
    """Has the index of every tenant made anew whose stored forms are of another version of the service."""
    with db.read_all_tenants() as connection:
        tenants = list(_outdated(connection))
    for tenant in tenants:
        with db.write(tenant) as session:
            ask_for_reindex(session, settings_store.lock_tenant(session))


def _outdated(connection: Connection) -> Iterator[str]:
    query = select(col(SettingsRow.tenant)).where(
        or_(
            col(SettingsRow.indexed_version) != NORMAL_FORM_VERSION,
            col(SettingsRow.indexed_region) != col(SettingsRow.default_region),
        )
    )
    yield from connection.scalars(query)
