"""Notes as tests write them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2
from leadlight.notes.v1 import note_pb2, notes_service_pb2

ACCOUNT = record_pb2.RECORD_KIND_ACCOUNT
ZONE = "Europe/Copenhagen"
WRITTEN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday; half past ten in the zone."""

MEETING = "Meet the customer on May 4 at 4:00 PM."
CALL = "Call her about pricing on Thursday."
PROMISE = "I'll prepare the contract by Friday."
NOTHING = "The office is nice and the weather was fine."


def timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message


def ref(record_id: str = "A-1", kind: record_pb2.RecordKind.ValueType = ACCOUNT) -> record_pb2.RecordRef:
    return record_pb2.RecordRef(kind=kind, id=record_id)


def create(text: str, note_id: str = "", **fields: Any) -> note_pb2.CreateNoteRequest:
    """A request to store a note; `skip_analysis`, `validate_only` and `request_id` go round the note."""
    names = ("skip_analysis", "validate_only", "request_id")
    around = {name: fields.pop(name) for name in names if name in fields}
    note = {"ref": ref(), "write_time": timestamp(WRITTEN), "time_zone": ZONE, "language": "en"} | fields
    return note_pb2.CreateNoteRequest(
        note=note_pb2.Note(text=text, **note), note_id=note_id or f"n-{uuid.uuid4().hex[:12]}", **around
    )


def edit(name: str, text: str, **fields: Any) -> note_pb2.UpdateNoteRequest:
    """A request to change a note's text alone."""
    request = note_pb2.UpdateNoteRequest(note=note_pb2.Note(name=name, text=text), **fields)
    request.update_mask.paths.append("text")
    return request


def actions(text: str, **fields: Any) -> notes_service_pb2.SuggestActionsRequest:
    given = {"reference_time": timestamp(WRITTEN), "time_zone": ZONE, "language": "en"} | fields
    return notes_service_pb2.SuggestActionsRequest(text=text, **given)


def times(text: str, **fields: Any) -> notes_service_pb2.ResolveTimesRequest:
    given = {"reference_time": timestamp(WRITTEN), "time_zone": ZONE, "language": "en"} | fields
    return notes_service_pb2.ResolveTimesRequest(text=text, **given)
