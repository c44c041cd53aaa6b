"""Records between protobuf and the service's own types."""

from collections.abc import Mapping
from datetime import UTC, datetime

from leadlight.dedupe.v1 import record_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import optional_moment, ref, ref_message, storable, timestamp
from services.dedupe.record import Record
from services.dedupe.service import RecordChange

_FIRST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)


def record_change(message: record_pb2.Record, path: str) -> RecordChange:
    """What a caller sends of a record.

    Args:
        message: The record.
        path: Its field, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    modified_at = optional_moment(message, "modify_time", f"{path}.modify_time")
    if modified_at is not None and not _FIRST_MOMENT <= modified_at < _END:
        raise invalid_argument(f"{path}.modify_time", "is outside the years 1900 to 2199")
    return RecordChange(
        ref=ref(message.ref, f"{path}.ref"),
        fields=record_fields(message.fields, f"{path}.fields"),
        inactive=message.inactive,
        parent=ref(message.parent, f"{path}.parent") if message.HasField("parent") else None,
        modified_at=modified_at,
    )


def record_fields(fields: Mapping[str, str], path: str) -> dict[str, str]:
    """A record's fields by name, without blank ones.

    Args:
        fields: As they were sent.
        path: Of the fields in the request, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    return {
        storable(name, f"{path} (a name)"): storable(text, f"{path}[{name!r}]")
        for name, text in sorted(fields.items())
        if text.strip()
    }


def record_message(record: Record, *, with_fields: bool = True) -> record_pb2.Record:
    """A stored record."""
    message = record_pb2.Record(
        ref=ref_message(record.ref),
        inactive=record.inactive,
        modify_time=timestamp(record.modified_at),
        update_time=timestamp(record.stored_at),
        comparable=record.forms.is_comparable,
    )
    if with_fields:
        message.fields.update(record.fields)
    if record.parent is not None:
        message.parent.CopyFrom(ref_message(record.parent))
    if record.merged_into is not None:
        message.merged_into.CopyFrom(ref_message(record.merged_into))
    return message
