"""Reads and writes what tenants set."""

from services.common.db import TenantReader, TenantSession
from services.conversation.models import TenantSettingsRow
from services.conversation.tenant_settings import TenantSettings


def read(session: TenantReader, *, for_update: bool = False) -> TenantSettings:
    """What the tenant set, or the defaults."""
    row = session.get(TenantSettingsRow, for_update=for_update)
    if row is None:
        return TenantSettings()
    return TenantSettings(
        transcript_days=row.transcript_days,
        highlight_days=row.highlight_days,
        insight_days=row.insight_days,
        without_consent=row.without_consent,
        sellers_see_own=row.sellers_see_own,
        time_zone=row.time_zone,
        organisations=tuple(row.organisations),
        updated_at=row.updated_at,
    )


def lock(session: TenantSession) -> TenantSettings:
    """The tenant's settings; other transactions that lock them wait for this one."""
    session.upsert_rows(TenantSettingsRow, [_row(TenantSettings())], update=[])
    return read(session, for_update=True)


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
