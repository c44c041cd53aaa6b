"""The suite's own JSON of a call."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.conversation.call import (
    MOST_VIOLATIONS,
    Call,
    Participant,
    Side,
    Utterance,
    Word,
    check_call,
    milliseconds,
)
from services.conversation.inputs.reading import checked_text, line_error


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Word(_Strict):
    text: str
    start_s: float | None = None
    end_s: float | None = None


class _Turn(_Strict):
    participant: str
    text: str = ""
    start_s: float | None = None
    end_s: float | None = None
    words: list[_Word] = Field(default_factory=list)


class _Participant(_Strict):
    id: str
    role: Side
    name: str = ""


class _Call(_Strict):
    id: str
    participants: list[_Participant]
    turns: list[_Turn]
    started_at: datetime | None = None
    consent: bool = False
    language: str = ""
    title: str = ""
    duration_s: float | None = None


def read_json(data: str | bytes) -> Call:
    """Reads the suite's own JSON: docs/conversation.md has an example.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line of broken JSON, or the fields.
    """
    return call_of(parsed(data))


def parsed(data: str | bytes) -> Mapping[str, Any]:
    """The JSON object of a file.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line.
    """
    text = checked_text(data)
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise line_error(error.lineno, f"is no JSON at column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise line_error(1, "is nested too deeply") from None
    if not isinstance(value, dict):
        raise line_error(1, "a call is a JSON object")
    return value


def call_of(value: Mapping[str, Any]) -> Call:
    """A call from the parsed object.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the fields.
    """
    try:
        read = _Call.model_validate(value)
    except ValidationError as error:
        raise invalid_arguments(
            [
                FieldViolation(_path(each["loc"]), each["msg"])
                for each in error.errors(include_input=False, include_url=False)[:MOST_VIOLATIONS]
            ]
        ) from None
    if read.started_at is not None and read.started_at.tzinfo is None:
        raise invalid_argument("started_at", "needs a time zone, such as 2026-03-11T09:30:00Z")
    call = Call(
        call_id=read.id,
        participants=tuple(Participant(each.id, each.role, each.name) for each in read.participants),
        utterances=tuple(_utterance(turn, f"turns[{index}]") for index, turn in enumerate(read.turns)),
        language=read.language,
        started_at=read.started_at,
        has_consent=read.consent,
        title=read.title,
        duration_ms=milliseconds(read.duration_s, "duration_s"),
    )
    check_call(call)
    return call


def _utterance(turn: _Turn, path: str) -> Utterance:
    words = tuple(
        Word(
            each.text,
            milliseconds(each.start_s, f"{path}.words[{at}].start_s"),
            milliseconds(each.end_s, f"{path}.words[{at}].end_s"),
        )
        for at, each in enumerate(turn.words)
    )
    return Utterance(
        turn.participant,
        turn.text or " ".join(word.text for word in words),
        milliseconds(turn.start_s, f"{path}.start_s"),
        milliseconds(turn.end_s, f"{path}.end_s"),
        words,
    )


def _path(location: Sequence[str | int]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
