"""Notes as JSON Lines: what a line asks, and the line that answers it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.notes.v1 import notes_service_pb2, suggestion_pb2, time_pb2

from clients.cli.failures import CommandError, UsageError

_Request = TypeVar("_Request", notes_service_pb2.ResolveTimesRequest, notes_service_pb2.SuggestActionsRequest)
_TEXTS = ("text", "language", "reference_time", "time_zone")
_TIMED_BY_START = frozenset(
    {suggestion_pb2.SUGGESTION_KIND_APPOINTMENT, suggestion_pb2.SUGGESTION_KIND_PHONE_CALL}
)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)?")
_UNITS = {
    time_pb2.TIME_GRAIN_SECOND: ("PT", "S"),
    time_pb2.TIME_GRAIN_MINUTE: ("PT", "M"),
    time_pb2.TIME_GRAIN_HOUR: ("PT", "H"),
    time_pb2.TIME_GRAIN_DAY: ("P", "D"),
    time_pb2.TIME_GRAIN_WEEK: ("P", "W"),
    time_pb2.TIME_GRAIN_MONTH: ("P", "M"),
    time_pb2.TIME_GRAIN_YEAR: ("P", "Y"),
}


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of a file of notes.

    Attributes:
        number: Its number in the file, from 1.
        done: Share of the file that it ends at, 0 to 1.
        note: What it holds.
    """

    number: int
    done: float
    note: dict[str, Any]


def read_lines(path: Path, what: str = "note") -> Iterator[NoteLine]:
    """The notes, or other texts with ids, of a file, line by line; empty lines are left out.

    Args:
        path: The file.
        what: What a line is, for errors.

    Raises:
        UsageError: If the file cannot be read, or a line is none.
    """
    try:
        size = max(1, path.stat().st_size)
        with path.open("rb") as file:
            done = 0
            for number, line in enumerate(file, start=1):
                done += len(line)
                if line.strip():
                    yield NoteLine(number, done / size, _note(line, f"{path.name} line {number}", what))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _note(line: bytes, where: str, what: str) -> dict[str, Any]:
    try:
        note = json.loads(line.decode("utf-8-sig"))
    except ValueError:
        raise UsageError(f"{where}: this is no JSON in UTF-8") from None
    if not isinstance(note, dict) or not isinstance(note.get("id"), str | int) or "text" not in note:
        raise UsageError(f'{where}: a {what} is {{"id": ..., "text": ...}}, one to a line')
    for name in _TEXTS:
        if not isinstance(note.get(name) or "", str):
            raise UsageError(f"{where}: {name} must be a text")
    return note


def fill(request: _Request, line: NoteLine, path: Path) -> _Request:
    """Fills a request from a line.

    Args:
        request: The request.
        line: The line.
        path: Its file, for errors.

    Raises:
        UsageError: If its time or zone is none.
    """
    note = line.note
    where = f"{path.name} line {line.number}"
    try:
        request.text = note["text"] or ""
        request.language = note.get("language") or ""
        request.time_zone = _zone(note.get("time_zone") or "", where)
    except ValueError:
        raise UsageError(f"{where}: the text holds half of a character (a lone surrogate)") from None
    if note.get("reference_time"):
        at = _reference_time(request, note["reference_time"], where)
        request.reference_time.CopyFrom(at)
    return request


def _reference_time(request: _Request, text: str, where: str) -> Timestamp:
    """The moment of a time in ISO 8601: with an offset, or else as wall time of the line's zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{where}: reference_time is no time in ISO 8601, such as 2026-03-02T09:30:00"
        ) from None
    if at.tzinfo is None:
        try:
            at = at.replace(tzinfo=ZoneInfo(request.time_zone or "UTC"))
        except (KeyError, OSError, ValueError):
            raise UsageError(f"{where}: time_zone is no IANA time zone, such as Europe/Copenhagen") from None
        request.time_zone = request.time_zone or "UTC"
    elif not request.time_zone:
        request.time_zone = _zone_of(at.utcoffset() or timedelta(0), where)
    moment = Timestamp()
    try:
        moment.FromDatetime(at.astimezone(UTC))
    except OverflowError:
        raise UsageError(f"{where}: reference_time is outside the years that can be told") from None
    return moment


def _zone(name: str, where: str) -> str:
    """A line's zone; an offset such as +02:00 becomes the zone that is always at it."""
    match = _OFFSET.fullmatch(name)
    if match is None:
        return name
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return _zone_of(-offset if match["sign"] == "-" else offset, where)


def _zone_of(offset: timedelta, where: str) -> str:
    """The zone without daylight saving that has an offset."""
    hours, rest = divmod(offset, timedelta(hours=1))
    if rest or not -14 <= -hours <= 12:
        raise UsageError(f"{where}: give a time_zone, since no zone is always at this offset")
    # The names count westwards: Etc/GMT-2 is two hours ahead of UTC.
    return f"Etc/GMT{-hours:+d}" if hours else "UTC"


def refused(line: NoteLine, path: Path, message: str) -> CommandError:
    """The error for a line that the service refused."""
    return CommandError(f"{path.name} line {line.number}: {message}")


def suggestions_answer(line: NoteLine, response: notes_service_pb2.SuggestActionsResponse) -> dict[str, Any]:
    """The line that answers what to create from a note."""
    zone = ZoneInfo(response.time_zone)
    return {"id": line.note["id"], "suggestions": [_suggestion(each, zone) for each in response.suggestions]}


def times_answer(line: NoteLine, response: notes_service_pb2.ResolveTimesResponse) -> dict[str, Any]:
    """The line that answers what a text's expressions of time mean."""
    zone = ZoneInfo(response.time_zone)
    return {"id": line.note["id"], "times": [_mention(each, zone) for each in response.times]}


def _suggestion(suggestion: suggestion_pb2.Suggestion, zone: ZoneInfo) -> dict[str, Any]:
    """A suggestion: an appointment has a start, other work is due; a call has both, or a deadline alone."""
    time = suggestion.times[0] if suggestion.times else None
    start = _wall(time, "start", zone) if time else None
    end = _wall(time, "end", zone) if time else None
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


def _mention(mention: time_pb2.TimeMention, zone: ZoneInfo) -> dict[str, Any]:
    best, *others = [_values(mention, reading, zone) for reading in mention.readings]
    return {
        "span_start": mention.span_start,
        "span_end": mention.span_end,
        "kind": time_pb2.TimeKind.Name(mention.kind).removeprefix("TIME_KIND_").lower(),
        "grain": time_pb2.TimeGrain.Name(mention.readings[0].grain).removeprefix("TIME_GRAIN_").lower(),
        "values": best,
        "alternatives": others,
    }


def _values(mention: time_pb2.TimeMention, reading: time_pb2.TimeReading, zone: ZoneInfo) -> list[str]:
    """An instant's start; an interval's ends, as far as it has them; a length as in ISO 8601; a set's rule."""
    if mention.kind == time_pb2.TIME_KIND_DURATION:
        return [_length(mention.length)]
    if mention.kind == time_pb2.TIME_KIND_SET:
        return [mention.recurrence_rule]
    ends = ("start", "end") if mention.kind == time_pb2.TIME_KIND_INTERVAL else ("start",)
    return [value for value in (_wall(reading, end, zone) for end in ends) if value is not None]


def _length(length: time_pb2.TimeLength) -> str:
    if length.unit == time_pb2.TIME_GRAIN_QUARTER:
        return f"P{length.count * 3:g}M"
    before, after = _UNITS[length.unit]
    return f"{before}{length.count:g}{after}"


def _wall(reading: time_pb2.TimeReading, end: str, zone: ZoneInfo) -> str | None:
    """Local wall time in ISO 8601, to the second."""
    if not reading.HasField(end):  # type: ignore[arg-type]
        return None
    moment: Timestamp = getattr(reading, end)
    local = moment.ToDatetime(tzinfo=UTC).astimezone(zone)
    return local.replace(tzinfo=None, microsecond=0).isoformat()
