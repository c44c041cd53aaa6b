"""A tenant's settings, weights and rules as look-ups need them, at most a second old."""

from dataclasses import dataclass
from functools import lru_cache

import structlog

from services.common.db import Database, TenantReader
from services.common.recent import Recent
from services.dedupe import rule_store, settings_store
from services.dedupe.default_weights import default_weights
from services.dedupe.lookup import Matching
from services.dedupe.tenant_settings import TenantSettings
from services.dedupe.weights import Weights

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TenantView:
    """What a worker knows of a tenant.

    Attributes:
        settings: The tenant's.
        matching: What look-ups go by.
    """

    settings: TenantSettings
    matching: Matching


class TenantViews:
    """Tenants as one worker knows them.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._recent: Recent[str, TenantView] = Recent(self._stored)

    def get(self, tenant: str) -> TenantView:
        """The tenant, at most a second old."""
        return self._recent.get(tenant)

    def changed(self, tenant: str) -> None:
        """Something else holds from now on: called once the transaction is through."""
        self._recent.forget(tenant)

    def _stored(self, tenant: str) -> TenantView:
        with self._db.read(tenant) as session:
            return view_of(session)


def view_of(session: TenantReader) -> TenantView:
    """The tenant as it is in this transaction."""
    settings = settings_store.tenant_settings(session)
    rules = tuple(rule_store.rules_at_work(session))
    return TenantView(settings, Matching(weights_of(settings.weights), rules, settings.region))


@lru_cache(maxsize=64)
def weights_of(text: str | None) -> Weights:
    """Stored weights, or those that ship with the service where there are none or they are of another version."""
    if text is None:
        return default_weights()
    try:
        return Weights.from_json(text)
    except ValueError:
        _log.warning("weights_of_another_version")
        return default_weights()
