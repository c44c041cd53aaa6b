"""Reads and writes how tenants qualify leads, and the mappings that are their own."""

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.qualification.mapping import FieldMapping, mappings
from services.qualification.models import MappingRow, TenantSettingsRow
from services.qualification.tenant_settings import TenantSettings

_SETTINGS = TypeAdapter(TenantSettings)


def tenant_settings(session: TenantReader) -> TenantSettings:
    """What the tenant set, or the defaults."""
    row = session.get(TenantSettingsRow)
    return TenantSettings() if row is None else _SETTINGS.validate_python(row.content)


def write_tenant_settings(session: TenantSession, settings: TenantSettings) -> None:
    """Stores what the tenant set."""
    session.upsert_rows(TenantSettingsRow, [_settings_row(settings)])


def lock_tenant(session: TenantSession) -> None:
    """Makes other transactions that do so wait for this one: for what must happen once at a time."""
    session.upsert_rows(TenantSettingsRow, [_settings_row(TenantSettings())], update=[])
    session.get(TenantSettingsRow, for_update=True)


def own_sources(session: TenantReader) -> dict[str, str]:
    """The sources that the tenant set, by id of the mapping."""
    return {row.mapping_id: row.source for row in session.exec(select(MappingRow))}


def tenant_mappings(session: TenantReader) -> list[FieldMapping]:
    """All mappings of the tenant, by rising id."""
    return mappings(own_sources(session))


def write_source(session: TenantSession, mapping_id: str, source: str) -> None:
    """Stores the source that a tenant set."""
    session.upsert_rows(MappingRow, [{"mapping_id": mapping_id, "source": source}])


def delete_source(session: TenantSession, mapping_id: str) -> None:
    """Forgets the source that a tenant set."""
    session.change(delete(MappingRow).where(col(MappingRow.mapping_id) == mapping_id))


def _settings_row(settings: TenantSettings) -> dict[str, object]:
    return {"content": _SETTINGS.dump_python(settings, mode="json"), "updated_at": settings.updated_at}
