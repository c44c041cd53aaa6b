"""What callers do with a tenant's settings, and with what its decisions do to what it is offered."""

from collections.abc import Callable, Collection
from dataclasses import replace

from services.common.db import Database, TenantSession, utc_now
from services.common.recent import Recent
from services.notes import preference_store as store
from services.notes.actions.suggestion import SuggestionKind
from services.notes.offers import Offer
from services.notes.tenant_settings import Preferences, TenantSettings


class PreferenceService:
    """Use cases around settings and offers.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._recent: Recent[str, Preferences] = Recent(self.stored)

    def stored(self, tenant: str) -> Preferences:
        """The tenant's preferences as they are now."""
        with self._db.read(tenant) as session:
            return store.preferences(session)

    def recent(self, tenant: str) -> Preferences:
        """The tenant's preferences, at most a second old: for analyses that are not stored."""
        return self._recent.get(tenant)

    def update_settings(
        self, session: TenantSession, change: Callable[[TenantSettings], TenantSettings]
    ) -> TenantSettings:
        """Changes the tenant's settings; gives them as they are then."""
        store.lock_tenant(session)
        after = replace(change(store.tenant_settings(session)), updated_at=utc_now())
        store.write_tenant_settings(session, after)
        return after

    def offers(self, tenant: str) -> list[Offer]:
        """The tenant's decisions about each kind."""
        with self._db.read(tenant) as session:
            return store.offers(session)

    def reset_offers(self, session: TenantSession, kinds: Collection[SuggestionKind]) -> list[Offer]:
        """Forgets the decisions about some kinds; returns all kinds as they are then."""
        now = utc_now()
        for offer in store.offers(session, for_update=True):
            if offer.kind in kinds and (offer.accepted or offer.dismissed):
                store.write_offer(session, Offer(offer.kind, reset_at=now))
        return store.offers(session)

    def changed(self, tenant: str) -> None:
        """Other preferences hold from now on: called once the transaction is through."""
        self._recent.forget(tenant)
