"""A tenant's settings between protobuf and the service's own types."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from leadlight.conversation.v1 import settings_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import optional_timestamp, storable
from services.conversation.tenant_settings import TenantSettings

# Fields of the message by those of the service's own type.
_FIELDS = {
    "transcript_days": "transcript_days",
    "highlight_days": "highlight_days",
    "insight_days": "insight_days",
    "analyze_without_consent": "without_consent",
    "sellers_see_own": "sellers_see_own",
    "time_zone": "time_zone",
    "organisations": "organisations",
}


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What to change of a tenant's settings.

    Attributes:
        values: The new values, by the names of `TenantSettings`.
    """

    values: Mapping[str, Any]

    def applied_to(self, before: TenantSettings) -> TenantSettings:
        """The settings after the change."""
        return replace(before, **self.values)


def settings_change(request: settings_pb2.UpdateConversationSettingsRequest) -> SettingsChange:
    """What to change of a tenant's settings; a value that is 0 or empty is the default.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    settings = request.settings
    for index, name in enumerate(settings.organisations):
        storable(name, f"settings.organisations[{index}]")
    given = {
        "transcript_days": settings.transcript_days,
        "highlight_days": settings.highlight_days,
        "insight_days": settings.insight_days,
        "analyze_without_consent": settings.analyze_without_consent,
        "sellers_see_own": settings.sellers_see_own,
        "time_zone": settings.time_zone,
        "organisations": tuple(settings.organisations),
    }
    paths = request.update_mask.paths if request.HasField("update_mask") else []
    for index, path in enumerate(paths):
        if path not in _FIELDS:
            raise invalid_argument(f"update_mask.paths[{index}]", f"is none of {', '.join(_FIELDS)}")
    default = TenantSettings()
    return SettingsChange(
        {_FIELDS[name]: given[name] or getattr(default, _FIELDS[name]) for name in paths or _FIELDS}
    )


def settings_message(settings: TenantSettings) -> settings_pb2.ConversationSettings:
    """A tenant's settings, complete."""
    return settings_pb2.ConversationSettings(
        transcript_days=settings.transcript_days,
        highlight_days=settings.highlight_days,
        insight_days=settings.insight_days,
        analyze_without_consent=settings.without_consent,
        sellers_see_own=settings.sellers_see_own,
        time_zone=settings.time_zone,
        organisations=settings.organisations,
        update_time=optional_timestamp(settings.updated_at),
    )
