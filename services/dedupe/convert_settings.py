"""A tenant's settings, and operations on its index, between protobuf and the service's own types."""

from google.protobuf.message import Message
from leadlight.dedupe.v1 import scan_pb2, settings_pb2
from phonenumbers import SUPPORTED_REGIONS

from services.common.errors import invalid_argument
from services.common.operations import Operation
from services.common.server.wire import optional_timestamp
from services.dedupe.tenant_settings import TenantSettings

_MASK_PATHS = ("default_region",)


def default_region(request: settings_pb2.UpdateDedupeSettingsRequest) -> str:
    """The region that is set; empty for none.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    for index, path in enumerate(request.update_mask.paths):
        if path not in _MASK_PATHS:
            raise invalid_argument(f"update_mask.paths[{index}]", f"is none of {', '.join(_MASK_PATHS)}")
    region = request.settings.default_region
    if region and region not in SUPPORTED_REGIONS:
        raise invalid_argument("settings.default_region", "is no country that telephone numbers are known of")
    return region


def settings_message(settings: TenantSettings) -> settings_pb2.DedupeSettings:
    """A tenant's settings."""
    return settings_pb2.DedupeSettings(
        default_region=settings.default_region,
        reindexing=settings.is_reindexing,
        update_time=optional_timestamp(settings.updated_at),
    )


def reindex_response(records: int) -> settings_pb2.ReindexResponse:
    """What making the index anew did."""
    return settings_pb2.ReindexResponse(record_count=records)


def operation_metadata(operation: Operation) -> Message:
    """How far an operation is, of whatever kind."""
    return scan_pb2.ScanDuplicatesMetadata(
        stage=operation.stage,
        progress=operation.progress,
        start_time=optional_timestamp(operation.started_at),
        restart_count=max(0, operation.attempts - 1),
    )
