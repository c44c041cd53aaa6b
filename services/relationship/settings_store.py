"""Reads and writes what a tenant's relationships are measured by."""

from pydantic import TypeAdapter

from services.common.db import TenantReader, TenantSession
from services.relationship.models import TenantSettingsRow
from services.relationship.tenant_settings import TenantSettings

_SETTINGS = TypeAdapter(TenantSettings)


def read(session: TenantReader) -> TenantSettings:
    """What the tenant set, or the defaults."""
    return _settings(session.get(TenantSettingsRow))


def locked(session: TenantSession) -> TenantSettings:
    """The tenant's settings; others who ask for them so wait for this transaction.

    Whoever changes daily numbers does: two that add to one row would lose what the other added.
    """
    session.upsert_rows(TenantSettingsRow, [{"content": {}, "updated_at": None}], update=[])
    return _settings(session.get(TenantSettingsRow, for_update=True))


def write(session: TenantSession, settings: TenantSettings) -> None:
    """Stores what the tenant set."""
    content = _SETTINGS.dump_python(settings, mode="json", exclude_defaults=True, exclude={"updated_at"})
    session.upsert_rows(TenantSettingsRow, [{"content": content, "updated_at": settings.updated_at}])


def _settings(row: TenantSettingsRow | None) -> TenantSettings:
    if row is None:
        return TenantSettings()
    return _SETTINGS.validate_python({**row.content, "updated_at": row.updated_at})
