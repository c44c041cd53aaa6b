"""Notes as files hold them: what a note asks of the service, and a suggestion as a flat row of its answer.

The command line and the jobs over histories read and write the same.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.notes.v1 import notes_service_pb2, suggestion_pb2, time_pb2

_Request = TypeVar("_Request", notes_service_pb2.ResolveTimesRequest, notes_service_pb2.SuggestActionsRequest)
_TIMED_BY_START = frozenset(
    {suggestion_pb2.SUGGESTION_KIND_APPOINTMENT, suggestion_pb2.SUGGESTION_KIND_PHONE_CALL}
)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?")


class UnreadableNoteError(ValueError):
    """A note that cannot be asked about; the text says which part of it is wrong."""


def fill(request: _Request, note: Mapping[str, Any]) -> _Request:
    """Fills a request from a note.

    Args:
        request: The request.
        note: Its text, language, reference_time (ISO 8601) and time_zone; each but the text may be missing.

    Raises:
        UnreadableNoteError: If its text, time or zone is none.
    """
    try:
        request.text = note["text"] or ""
        request.language = note.get("language") or ""
        request.time_zone = _zone(note.get("time_zone") or "")
    except UnreadableNoteError:
        raise
    except ValueError:
        raise UnreadableNoteError("the text holds half of a character (a lone surrogate)") from None
    if note.get("reference_time"):
        at = _reference_time(request, note["reference_time"])
        request.reference_time.CopyFrom(at)
    return request


def suggestion_row(suggestion: suggestion_pb2.Suggestion, zone: ZoneInfo) -> dict[str, Any]:
    """A suggestion: an appointment has a start, other work is due; a call has both, or a deadline alone."""
    time = suggestion.times[0] if suggestion.times else None
    start = wall_time(time, "start", zone) if time else None
    end = wall_time(time, "end", zone) if time else None
    has_start = suggestion.kind in _TIMED_BY_START and not suggestion.due
    is_due = suggestion.due or suggestion.kind != suggestion_pb2.SUGGESTION_KIND_APPOINTMENT
    return {
        "type": suggestion_pb2.SuggestionKind.Name(suggestion.kind).removeprefix("SUGGESTION_KIND_"),
        "start": start if has_start else None,
        "end": end if has_start and time and time.has_time else None,
        "due": (start or end) if is_due else None,
        "date_only": bool(time and not time.has_time),
        "time_only": bool(time and not time.has_date),
        "log": suggestion.log,
        "assignee": suggestion.assignee or None,
        "contact_name": next((each.name for each in suggestion.people if each.name), None),
        "span_start": suggestion.span_start,
        "span_end": suggestion.span_end,
        "confidence": round(suggestion.confidence, 4),
        "title": suggestion.title,
    }


def wall_time(reading: time_pb2.TimeReading, end: str, zone: ZoneInfo) -> str | None:
    """Local wall time of a reading's start or end in ISO 8601, to the second; None where it has none."""
    if not reading.HasField(end):  # type: ignore[arg-type]
        return None
    moment: Timestamp = getattr(reading, end)
    local = moment.ToDatetime(tzinfo=UTC).astimezone(zone)
    return local.replace(tzinfo=None, microsecond=0).isoformat()


def _reference_time(request: _Request, text: str) -> Timestamp:
    """The moment of a time in ISO 8601: with an offset, or else as wall time of the note's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableNoteError(
            "reference_time is no time in ISO 8601, such as 2026-03-02T09:30:00"
        ) from None
    if at.tzinfo is None:
        try:
            at = at.replace(tzinfo=ZoneInfo(request.time_zone or "UTC"))
        except (KeyError, OSError, ValueError):
            raise UnreadableNoteError("time_zone is no IANA time zone, such as Europe/Copenhagen") from None
        request.time_zone = request.time_zone or "UTC"
    elif not request.time_zone:
        request.time_zone = _zone_of(at.utcoffset() or timedelta(0))
    moment = Timestamp()
    try:
        moment.FromDatetime(at.astimezone(UTC))
    except OverflowError:
        raise UnreadableNoteError("reference_time is outside the years that can be told") from None
    return moment


def _zone(name: str) -> str:
    """A note's zone; an offset such as +02:00 becomes the zone that is always at it."""
    match = _OFFSET.fullmatch(name)
    if match is None:
        return name
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return _zone_of(-offset if match["sign"] == "-" else offset)


def _zone_of(offset: timedelta) -> str:
    """The zone without daylight saving that has an offset."""
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest or not -14 <= -hours <= 12:
        raise UnreadableNoteError("give a time_zone, since no zone is always at this offset")
    # The names count westwards: Etc/GMT-2 is two hours ahead of UTC.
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"
