"""What callers do with a tenant's settings."""

from collections.abc import Callable
from dataclasses import replace

from services.common.db import Database, TenantSession, utc_now
from services.relationship import settings_store
from services.relationship.rebuild import ask_for_rebuild
from services.relationship.tenant_settings import TenantSettings


class PreferenceService:
    """Use cases around settings.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def stored(self, tenant: str) -> TenantSettings:
        """The tenant's settings as they are now."""
        with self._db.read(tenant) as session:
            return settings_store.read(session)

    def update(
        self, session: TenantSession, change: Callable[[TenantSettings], TenantSettings]
    ) -> TenantSettings:
        """Changes the settings; activities are read again where what is stored depends on what changed."""
        before = settings_store.locked(session)
        after = replace(change(before), updated_at=utc_now())
        settings_store.write(session, after)
        if after.shapes() != before.shapes():
            ask_for_rebuild(session, anew=True)
        return after
