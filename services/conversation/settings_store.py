"""Reads and writes what tenants set."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlmodel import select

from services.common.db import PreparedSelect, TenantReader, TenantSession
from services.conversation.models import TenantSettingsRow
from services.conversation.tenant_settings import TenantSettings


def read(session: TenantReader) -> TenantSettings:
    """What the tenant set, or the defaults."""
    rows = session.exec_prepared(_STORED)
    return _settings(rows[0]) if rows else TenantSettings()


def lock(session: TenantSession) -> TenantSettings:
    """The tenant's settings; other transactions that lock them wait for this one."""
    session.upsert_rows(TenantSettingsRow, [_row(TenantSettings())], update=[])
    row = session.get(TenantSettingsRow, for_update=True)
    return TenantSettings() if row is None else _settings([getattr(row, name) for name in _NAMES])


def write(session: TenantSession, settings: TenantSettings) -> None:
    """Stores what the tenant set."""
    session.upsert_rows(TenantSettingsRow, [_row(settings)])


def _row(settings: TenantSettings) -> dict[str, object]:
    return {
        "transcript_days": settings.transcript_days,
        "highlight_days": settings.highlight_days,
        "insight_days": settings.insight_days,
        "without_consent": settings.without_consent,
        "sellers_see_own": settings.sellers_see_own,
        "time_zone": settings.time_zone,
        "organisations": list(settings.organisations),
        "updated_at": settings.updated_at,
    }


def _settings(values: Sequence[Any]) -> TenantSettings:
    given = dict(zip(_NAMES, values, strict=True))
    return TenantSettings(**given | {"organisations": tuple(given["organisations"])})


_NAMES = tuple(field.name for field in fields(TenantSettings))
_COLUMNS: Any = [getattr(TenantSettingsRow, name) for name in _NAMES]
_STORED = PreparedSelect(select(*_COLUMNS))
