"""Notes as JSON Lines: what a line asks, and the line that answers it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from leadlight.notes.v1 import notes_service_pb2, time_pb2

from clients.cli.failures import CommandError, UsageError
from services.common.file_formats import notes

_Request = TypeVar("_Request", notes_service_pb2.ResolveTimesRequest, notes_service_pb2.SuggestActionsRequest)
_TEXTS = ("text", "language", "reference_time", "time_zone")
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
    try:
        return notes.fill(request, line.note)
    except notes.UnreadableNoteError as error:
        raise UsageError(f"{path.name} line {line.number}: {error}") from None


def refused(line: NoteLine, path: Path, message: str) -> CommandError:
    """The error for a line that the service refused."""
    return CommandError(f"{path.name} line {line.number}: {message}")


def suggestions_answer(line: NoteLine, response: notes_service_pb2.SuggestActionsResponse) -> dict[str, Any]:
    """The line that answers what to create from a note."""
    zone = ZoneInfo(response.time_zone)
    return {
        "id": line.note["id"],
        "suggestions": [notes.suggestion_row(each, zone) for each in response.suggestions],
    }


def times_answer(line: NoteLine, response: notes_service_pb2.ResolveTimesResponse) -> dict[str, Any]:
    """The line that answers what a text's expressions of time mean."""
    zone = ZoneInfo(response.time_zone)
    return {"id": line.note["id"], "times": [_mention(each, zone) for each in response.times]}


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
    return [value for value in (notes.wall_time(reading, end, zone) for end in ends) if value is not None]


def _length(length: time_pb2.TimeLength) -> str:
    if length.unit == time_pb2.TIME_GRAIN_QUARTER:
        return f"P{length.count * 3:g}M"
    before, after = _UNITS[length.unit]
    return f"{before}{length.count:g}{after}"
