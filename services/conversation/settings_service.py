"""What callers do with a tenant's settings."""

from collections.abc import Callable
from dataclasses import replace

from services.common.db import Database, TenantSession, utc_now
from services.common.recent import Recent
from services.conversation import settings_store
from services.conversation.tenant_settings import TenantSettings, check_settings


class SettingsService:
    """Settings of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._recent: Recent[str, TenantSettings] = Recent(self.get)

    def get(self, tenant: str) -> TenantSettings:
        """A tenant's settings as they are now."""
        with self._db.read(tenant) as session:
            return settings_store.read(session)

    def recent(self, tenant: str) -> TenantSettings:
        """A tenant's settings, at most a second old: for calls that are not stored."""
        return self._recent.get(tenant)

    def update(
        self, session: TenantSession, change: Callable[[TenantSettings], TenantSettings]
    ) -> TenantSettings:
        """Changes a tenant's settings; gives them as they are then.

        Raises:
            LeadlightError: INVALID_ARGUMENT for settings that cannot be.
        """
        after = replace(change(settings_store.lock(session)), updated_at=utc_now())
        check_settings(after)
        settings_store.write(session, after)
        return after

    def changed(self, tenant: str) -> None:
        """Other settings hold from now on: called once the transaction is through."""
        self._recent.forget(tenant)
