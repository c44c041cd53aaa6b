"""Settings and mappings between protobuf and the service's own types."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from leadlight.common.v1 import record_pb2
from leadlight.qualification.v1 import settings_pb2

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.common.records import RecordKind
from services.common.server.wire import RECORD_KINDS, kind_number, optional_timestamp, storable
from services.qualification.mapping import FieldMapping
from services.qualification.tenant_settings import ProcessStage, RecordMode, TenantSettings

_FIELDS = (
    "account_mode",
    "contact_mode",
    "opportunity_mode",
    "several_opportunities",
    "sellers_see_own_only",
    "exclude_inactive_duplicates",
    "stages",
)
_MODES = {
    settings_pb2.RECORD_MODE_UNSPECIFIED: RecordMode.SELLER,
    settings_pb2.RECORD_MODE_SELLER: RecordMode.SELLER,
    settings_pb2.RECORD_MODE_AUTOMATIC: RecordMode.AUTOMATIC,
}
_MODE_NUMBERS = {mode: number for number, mode in _MODES.items()}
_TARGET = re.compile(r"[A-Za-z0-9_]{1,100}")


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What to change of a tenant's settings.

    Attributes:
        sent: The settings as they were sent.
        fields: Those of their fields to take.
    """

    sent: TenantSettings
    fields: Collection[str]

    def applied_to(self, before: TenantSettings) -> TenantSettings:
        """The settings after the change."""
        taken: dict[str, Any] = {name: getattr(self.sent, name) for name in self.fields}
        return replace(before, **taken)


def settings_change(request: settings_pb2.UpdateQualificationSettingsRequest) -> SettingsChange:
    """What to change of a tenant's settings.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    paths = request.update_mask.paths or _FIELDS
    for place, path in enumerate(paths):
        if path not in _FIELDS:
            raise invalid_argument(f"update_mask.paths[{place}]", f"is none of {', '.join(_FIELDS)}")
    sent = request.settings
    stages = tuple(
        ProcessStage(
            storable(stage.name, f"settings.stages[{place}].name"),
            tuple(
                storable(name, f"settings.stages[{place}].required_fields") for name in stage.required_fields
            ),
        )
        for place, stage in enumerate(sent.stages)
    )
    return SettingsChange(
        TenantSettings(
            account_mode=_MODES[sent.account_mode],
            contact_mode=_MODES[sent.contact_mode],
            opportunity_mode=_MODES[sent.opportunity_mode],
            several_opportunities=sent.several_opportunities,
            sellers_see_own_only=sent.sellers_see_own_only,
            exclude_inactive_duplicates=sent.exclude_inactive_duplicates,
            stages=stages or TenantSettings().stages,
        ),
        frozenset(paths),
    )


def settings_message(settings: TenantSettings) -> settings_pb2.QualificationSettings:
    """A tenant's settings, complete."""
    return settings_pb2.QualificationSettings(
        account_mode=_MODE_NUMBERS[settings.account_mode],
        contact_mode=_MODE_NUMBERS[settings.contact_mode],
        opportunity_mode=_MODE_NUMBERS[settings.opportunity_mode],
        several_opportunities=settings.several_opportunities,
        sellers_see_own_only=settings.sellers_see_own_only,
        exclude_inactive_duplicates=settings.exclude_inactive_duplicates,
        stages=[
            settings_pb2.ProcessStage(name=stage.name, required_fields=stage.required_fields)
            for stage in settings.stages
        ],
        update_time=optional_timestamp(settings.updated_at),
    )


def mapping_id(name: str) -> str:
    """The id in a name that the request's constraints have let through."""
    return name.removeprefix("fieldMappings/")


def mapping_kind(number: record_pb2.RecordKind.ValueType) -> RecordKind | None:
    """The kind that mappings are asked for; None for all."""
    return RECORD_KINDS.get(number)


def new_mapping(message: settings_pb2.FieldMapping) -> FieldMapping:
    """A mapping to add.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    if not _TARGET.fullmatch(message.target_field):
        raise invalid_arguments(
            [FieldViolation("mapping.target_field", "must be 1 to 100 letters, digits and underscores")]
        )
    return FieldMapping(
        RECORD_KINDS[message.kind], message.target_field, mapping_source(message.source_field, "mapping.")
    )


def mapping_source(name: str, prefix: str = "") -> str:
    """The lead's field of a mapping.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it holds NUL.
    """
    return storable(name, f"{prefix}source_field")


def mapping_message(mapping: FieldMapping) -> settings_pb2.FieldMapping:
    """A mapping."""
    return settings_pb2.FieldMapping(
        name=f"fieldMappings/{mapping.id}",
        kind=kind_number(mapping.kind),
        target_field=mapping.target,
        source_field=mapping.source,
        built_in=mapping.built_in,
        overridden=mapping.overridden,
        fixed=mapping.fixed,
    )
