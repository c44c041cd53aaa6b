"""Reads and writes tenants' settings."""

from services.common.db import TenantReader, TenantSession
from services.dedupe.models import SettingsRow
from services.dedupe.normal_forms.version import NORMAL_FORM_VERSION
from services.dedupe.tenant_settings import TenantSettings


def tenant_settings(session: TenantReader) -> TenantSettings:
    """What the tenant set, or the defaults."""
    return _settings(session.get(SettingsRow))


def lock_tenant(session: TenantSession) -> TenantSettings:
    """Makes other transactions that do so wait for this one; gives the settings that hold in it.

    Every write of records and their index begins with it, before it reads what it depends on: counts are shared by
    all records, and two transactions that changed several of them in different orders would wait for each other.
    """
    row = session.get(SettingsRow, for_update=True)
    if row is None:
        session.upsert_rows(SettingsRow, [{"indexed_version": NORMAL_FORM_VERSION}], update=[])
        row = session.get(SettingsRow, for_update=True)
    return _settings(row)


def write_tenant_settings(session: TenantSession, settings: TenantSettings) -> None:
    """Stores the settings; the weights stay as they are."""
    session.upsert_rows(
        SettingsRow,
        [
            {
                "default_region": settings.default_region,
                "indexed_region": settings.indexed_region,
                "indexed_version": settings.indexed_version,
                "updated_at": settings.updated_at,
            }
        ],
    )


def _settings(row: SettingsRow | None) -> TenantSettings:
    if row is None:
        return TenantSettings()
    return TenantSettings(
        row.default_region, row.indexed_region, row.indexed_version, row.weights, row.updated_at
    )
