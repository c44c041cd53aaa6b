"""Reads and writes what a tenant's relationships are measured by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import update
from sqlmodel import col, select

from services.common.db import PreparedSelect, TenantReader, TenantSession
from services.relationship.models import TenantSettingsRow
from services.relationship.tenant_settings import TenantSettings


@dataclass(frozen=True, slots=True)
class Versions:
    """What tells one state of the closed deals from another.

    Attributes:
        deals: Rises when one is stored or deleted.
        efforts: Rises when the daily numbers of one change.
    """

    deals: int = 0
    efforts: int = 0


_SETTINGS = TypeAdapter(TenantSettings)
_STORED = PreparedSelect(select(TenantSettingsRow.content, TenantSettingsRow.updated_at))


def read(session: TenantReader) -> TenantSettings:
    """What the tenant set, or the defaults."""
    rows = session.exec_prepared(_STORED)
    return _settings(*rows[0]) if rows else TenantSettings()


def locked(session: TenantSession) -> TenantSettings:
    """The tenant's settings; others who ask for them so wait for this transaction.

    Whoever changes daily numbers does: two that add to one row would lose what the other added.
    """
    session.upsert_rows(TenantSettingsRow, [{"content": {}, "updated_at": None}], update=[])
    row = session.get(TenantSettingsRow, for_update=True)
    return TenantSettings() if row is None else _settings(row.content, row.updated_at)


def write(session: TenantSession, settings: TenantSettings) -> None:
    """Stores what the tenant set."""
    content = _SETTINGS.dump_python(settings, mode="json", exclude_defaults=True, exclude={"updated_at"})
    session.upsert_rows(TenantSettingsRow, [{"content": content, "updated_at": settings.updated_at}])


def versions(session: TenantReader) -> Versions:
    """The versions of the closed deals."""
    row = TenantSettingsRow
    found = session.exec(select(row.deals_version, row.efforts_version)).first()
    return Versions() if found is None else Versions(*found)


def deals_changed(session: TenantSession) -> None:
    """Says that closed deals are others; the caller holds the tenant's lock."""
    row = TenantSettingsRow
    session.change(update(row).values(deals_version=col(row.deals_version) + 1))


def efforts_changed(session: TenantSession) -> None:
    """Says that closed deals took more or less; the caller holds the tenant's lock."""
    row = TenantSettingsRow
    session.change(update(row).values(efforts_version=col(row.efforts_version) + 1))


def _settings(content: Mapping[str, Any], updated_at: datetime | None) -> TenantSettings:
    return _SETTINGS.validate_python({**content, "updated_at": updated_at})
