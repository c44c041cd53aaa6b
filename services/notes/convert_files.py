"""Notes of a file to texts that can be analysed, and what is suggested from them to rows.

Both go over the messages of the RPC, so that a history is read as `SuggestActions` reads each of its notes.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from leadlight.notes.v1 import notes_service_pb2

from services.common.errors import invalid_argument
from services.common.file_formats import notes
from services.common.server.validation import check_request
from services.notes.actions.suggestion import Suggestion
from services.notes.analysis import Text
from services.notes.convert_settings import time_zone
from services.notes.convert_suggestions import suggestion_message
from services.notes.convert_texts import language, written_at


def text_of(note: Mapping[str, Any]) -> Text:
    """A note of a file as a text.

    Args:
        note: Its text, language, reference_time and time_zone, None where blank.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the column at fault.
    """
    try:
        request = notes.fill(notes_service_pb2.SuggestActionsRequest(), note)
    except notes.UnreadableNoteError as error:
        raise invalid_argument("note", str(error)) from None
    check_request(request)
    at = written_at(request, "reference_time", "reference_time")
    if at is None:
        raise invalid_argument("reference_time", "is missing: words of time count from there")
    return Text(
        request.text,
        language(request.language, "language"),
        at,
        time_zone(request.time_zone, "time_zone") or "UTC",
    )


def suggestion_rows(suggestions: Sequence[Suggestion], zone: str) -> list[dict[str, Any]]:
    """Suggestions as `leadlight notes suggest` writes them, in the order of the text."""
    local = ZoneInfo(zone)
    return [notes.suggestion_row(suggestion_message(each, zone), local) for each in suggestions]
