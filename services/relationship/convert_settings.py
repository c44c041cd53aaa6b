"""A tenant's settings between protobuf and the service's own types."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from leadlight.relationship.v1 import settings_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import optional_timestamp, storable
from services.relationship.activity import Kind
from services.relationship.convert_activities import address
from services.relationship.tenant_settings import BusinessHours, TenantSettings, is_zone

_FIELDS = (
    "own_domains",
    "own_addresses",
    "time_zone",
    "expected_days",
    "good_from",
    "fair_from",
    "weights",
    "half_life_days",
    "business_hours",
    "unanswered_hours",
    "sensitive_talking_points",
    "connections_for_managers_only",
)
_DEFAULTS = TenantSettings()


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What to change of a tenant's settings.

    Attributes:
        values: By field.
    """

    values: dict[str, Any]

    def applied_to(self, before: TenantSettings) -> TenantSettings:
        """The settings after the change.

        Raises:
            LeadlightError: INVALID_ARGUMENT when bands would not be in order.
        """
        after = replace(before, **self.values)
        if after.fair_from >= after.good_from:
            field = "fair_from" if "fair_from" in self.values else "good_from"
            raise invalid_argument(f"settings.{field}", "must leave fair_from below good_from")
        return after


def settings_change(request: settings_pb2.UpdateRelationshipSettingsRequest) -> SettingsChange:
    """What to change of a tenant's settings.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    paths = list(request.update_mask.paths) or list(_FIELDS)
    for index, path in enumerate(paths):
        if path not in _FIELDS:
            raise invalid_argument(f"update_mask.paths[{index}]", f"is none of {', '.join(_FIELDS)}")
    sent = request.settings
    readers: dict[str, Callable[[], Any]] = {
        "own_domains": lambda: _domains(sent),
        "own_addresses": lambda: _addresses(sent),
        "time_zone": lambda: _time_zone(sent.time_zone),
        "weights": lambda: _weights(sent.weights),
        "business_hours": lambda: _business_hours(sent),
    }
    values = {}
    for path in paths:
        plain = getattr(sent, path)
        values[path] = readers[path]() if path in readers else plain or getattr(_DEFAULTS, path)
    return SettingsChange(values)


def settings_message(settings: TenantSettings) -> settings_pb2.RelationshipSettings:
    """A tenant's settings, complete."""
    message = settings_pb2.RelationshipSettings(
        own_domains=settings.own_domains,
        own_addresses=settings.own_addresses,
        time_zone=settings.time_zone,
        expected_days=settings.expected_days,
        good_from=settings.good_from,
        fair_from=settings.fair_from,
        half_life_days=settings.half_life_days,
        unanswered_hours=settings.unanswered_hours,
        sensitive_talking_points=settings.sensitive_talking_points,
        connections_for_managers_only=settings.connections_for_managers_only,
        update_time=optional_timestamp(settings.updated_at),
        weights=settings_pb2.KindWeights(**{kind.value: settings.weights[kind] for kind in Kind}),
    )
    hours = settings.business_hours
    if hours is not None:
        message.business_hours.CopyFrom(
            settings_pb2.BusinessHours(
                start_minute=hours.start_minute, end_minute=hours.end_minute, weekdays=hours.weekdays
            )
        )
    return message


def _domains(sent: settings_pb2.RelationshipSettings) -> tuple[str, ...]:
    found = []
    for index, text in enumerate(sent.own_domains):
        path = f"settings.own_domains[{index}]"
        domain = storable(text, path).strip().casefold().removeprefix("@").rstrip(".")
        if not domain or "@" in domain or " " in domain:
            raise invalid_argument(path, "is no domain, such as example.com")
        found.append(domain)
    return tuple(dict.fromkeys(found))


def _addresses(sent: settings_pb2.RelationshipSettings) -> tuple[str, ...]:
    found = (
        address(each, f"settings.own_addresses[{index}]") for index, each in enumerate(sent.own_addresses)
    )
    return tuple(dict.fromkeys(found))


def _time_zone(name: str) -> str:
    if name and not is_zone(name):
        raise invalid_argument("settings.time_zone", "is no IANA time zone, such as Europe/Copenhagen")
    return name or _DEFAULTS.time_zone


def _weights(sent: settings_pb2.KindWeights) -> dict[Kind, float]:
    return {kind: getattr(sent, kind.value) or _DEFAULTS.weights[kind] for kind in Kind}


def _business_hours(sent: settings_pb2.RelationshipSettings) -> BusinessHours | None:
    if not sent.HasField("business_hours"):
        return None
    hours = sent.business_hours
    if hours.end_minute <= hours.start_minute:
        raise invalid_argument("settings.business_hours.end_minute", "must be after start_minute")
    return BusinessHours(hours.start_minute, hours.end_minute, tuple(sorted(hours.weekdays)))
