"""Notes between protobuf and the service's own types."""

import re

from leadlight.notes.v1 import note_pb2

from services.common.db import utc_now
from services.common.errors import invalid_argument
from services.common.server.wire import optional_timestamp, ref, ref_message, storable, timestamp
from services.notes.convert_settings import time_zone
from services.notes.convert_suggestions import stored_suggestion_message
from services.notes.convert_texts import language, written_at
from services.notes.note import Note, NoteChange
from services.notes.service import new_note_id

_NAME = re.compile(r"notes/([A-Za-z0-9][A-Za-z0-9._-]{0,62})")
_MASK_PATHS = ("text", "write_time", "time_zone", "language", "author")


def note_id(name: str) -> str:
    """The id in a name that the request's constraints have let through; `-` for all notes."""
    return name.removeprefix("notes/")


def new_note(request: note_pb2.CreateNoteRequest) -> Note:
    """A note as it is to be stored.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    sent = request.note
    if not sent.HasField("ref"):
        raise invalid_argument("note.ref", "is required: the record that the note was written on")
    now = utc_now()
    return Note(
        note_id=request.note_id or new_note_id(),
        ref=ref(sent.ref, "note.ref"),
        text=storable(sent.text, "note.text"),
        written_at=written_at(sent, "write_time", "note.write_time") or now,
        time_zone=time_zone(sent.time_zone, "note.time_zone"),
        language=language(sent.language, "note.language"),
        author=storable(sent.author, "note.author"),
        created_at=now,
        updated_at=now,
    )


def note_change(request: note_pb2.UpdateNoteRequest) -> tuple[str, NoteChange]:
    """The id of the note to change, and what to change.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    sent = request.note
    match = _NAME.fullmatch(sent.name)
    if match is None:
        raise invalid_argument("note.name", "must have the form notes/{note}")
    paths = request.update_mask.paths or _MASK_PATHS
    for index, path in enumerate(paths):
        if path not in _MASK_PATHS:
            raise invalid_argument(f"update_mask.paths[{index}]", f"is none of {', '.join(_MASK_PATHS)}")
    at = written_at(sent, "write_time", "note.write_time")
    return match.group(1), NoteChange(
        text=storable(sent.text, "note.text") if "text" in paths else None,
        written_at=at if "write_time" in paths else None,
        time_zone=time_zone(sent.time_zone, "note.time_zone") if "time_zone" in paths else None,
        language=language(sent.language, "note.language") if "language" in paths else None,
        author=storable(sent.author, "note.author") if "author" in paths else None,
    )


def note_message(note: Note) -> note_pb2.Note:
    """A note with its suggestions, as far as they were read."""
    return note_pb2.Note(
        name=f"notes/{note.note_id}",
        ref=ref_message(note.ref),
        text=note.text,
        write_time=timestamp(note.written_at),
        time_zone=note.time_zone,
        language=note.language,
        author=note.author,
        suggestions=[stored_suggestion_message(each) for each in note.suggestions],
        withheld_count=note.withheld,
        create_time=timestamp(note.created_at),
        update_time=timestamp(note.updated_at),
        analyze_time=optional_timestamp(note.analyzed_at),
    )
