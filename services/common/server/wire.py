"""Times, texts and records' refs between protobuf and the suite's own types, alike in every service's convert.py."""

from collections.abc import Mapping
from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordKind, RecordRef

RECORD_KINDS: Mapping[record_pb2.RecordKind.ValueType, RecordKind] = {
    record_pb2.RecordKind.Value(f"RECORD_KIND_{kind.name}"): kind for kind in RecordKind
}
_KIND_NUMBERS = {kind: number for number, kind in RECORD_KINDS.items()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(timestamp: Timestamp) -> datetime:
    """A timestamp as a time in UTC, whole microseconds."""
    return timestamp.ToDatetime(tzinfo=UTC)


def optional_moment(message: Message, field: str, path: str) -> datetime | None:
    """The time in a field of a message, None where it is absent.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is no time.
    """
    if not message.HasField(field):
        return None
    try:
        return moment(getattr(message, field))
    except ValueError as error:
        raise invalid_argument(path, "is outside the years 1 to 9999") from error


def timestamp(value: datetime) -> Timestamp:
    """A time as a timestamp."""
    message = Timestamp()
    set_moment(message, value)
    return message


def optional_timestamp(value: datetime | None) -> Timestamp | None:
    """A time as a timestamp, None for none: what a message's constructor takes for an absent field."""
    return None if value is None else timestamp(value)


def set_moment(message: Timestamp, value: datetime) -> None:
    """What `Timestamp.FromDatetime` does for a time with a zone, in a third of its time."""
    since_epoch = value - _EPOCH
    message.seconds = since_epoch.days * 86_400 + since_epoch.seconds
    message.nanos = since_epoch.microseconds * 1_000


def storable(text: str, path: str) -> str:
    """A text that goes into a column of its own.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it holds NUL, which PostgreSQL cannot store.
    """
    if "\x00" in text:
        raise invalid_argument(path, "holds the character NUL")
    return text


def ref(message: record_pb2.RecordRef, path: str) -> RecordRef:
    """A record's ref.

    Raises:
        LeadlightError: INVALID_ARGUMENT for an id that not every database can hold.
    """
    return RecordRef(RECORD_KINDS[message.kind], storable(message.id, f"{path}.id"))


def ref_message(value: RecordRef) -> record_pb2.RecordRef:
    """A record's ref."""
    return record_pb2.RecordRef(kind=_KIND_NUMBERS[value.kind], id=value.id)


def kind_number(kind: RecordKind) -> record_pb2.RecordKind.ValueType:
    """A kind as the protos number it."""
    return _KIND_NUMBERS[kind]
