"""Calls, transcripts and trackers between protobuf and the service's own types."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from leadlight.conversation.v1 import call_pb2, tracker_pb2

from services.common.errors import FieldViolation, LeadlightError, invalid_argument, invalid_arguments
from services.common.server.wire import optional_moment, optional_timestamp, ref, ref_message, storable
from services.conversation.call import (
    Call,
    Participant,
    Side,
    Utterance,
    Word,
    check_call,
    normal_address,
    normal_number,
)
from services.conversation.inputs.cues import read_srt, read_webvtt
from services.conversation.inputs.own_json import read_json
from services.conversation.inputs.timed_words import read_timed_words
from services.conversation.trackers import Tracker, TrackerKind

TRACKER_KINDS = {tracker_pb2.TrackerKind.Value(f"TRACKER_KIND_{kind.name}"): kind for kind in TrackerKind}
_LONGEST_KEY = 320
_SIDES = {call_pb2.CallSide.Value(f"CALL_SIDE_{side.name}"): side for side in Side}
_SIDE_NUMBERS = {side: number for number, side in _SIDES.items()}
_READERS = {
    call_pb2.TRANSCRIPT_FORMAT_JSON: read_json,
    call_pb2.TRANSCRIPT_FORMAT_TIMED_WORDS: read_timed_words,
}
_CUE_READERS = {
    call_pb2.TRANSCRIPT_FORMAT_WEBVTT: read_webvtt,
    call_pb2.TRANSCRIPT_FORMAT_SRT: read_srt,
}


def call_of(message: call_pb2.Call, path: str) -> Call:
    """A call from its message.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the fields at fault.
    """
    call = Call(
        call_id=message.id,
        participants=tuple(
            _participant(each, f"{path}.participants[{index}]")
            for index, each in enumerate(message.participants)
        ),
        utterances=tuple(map(_utterance, message.turns)),
        language=message.language,
        started_at=optional_moment(message, "start_time", f"{path}.start_time"),
        has_consent=message.consent,
        title=message.title,
        duration_ms=message.duration_ms if message.HasField("duration_ms") else None,
        regarding=ref(message.regarding, f"{path}.regarding") if message.HasField("regarding") else None,
    )
    try:
        check_call(call)
    except LeadlightError as error:
        # The core names a transcript's fields as the JSON has them, in seconds.
        raise _renamed(error, lambda field: f"{path}.{field.replace('_s', '_ms')}") from None
    return call


def file_call(message: call_pb2.TranscriptFile, path: str) -> Call:
    """A call from a transcript's file.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line or the field of the file.
    """
    reader = _READERS.get(message.format)
    try:
        if reader is not None:
            return reader(message.content)
        call = _CUE_READERS[message.format](
            message.content, sellers=message.sellers, language=message.language
        )
    except LeadlightError as error:
        raise _renamed(error, lambda field: _in_file(field, path)) from None
    return replace(call, has_consent=message.consent)


def call_message(call: Call) -> call_pb2.Call:
    """A call as a message."""
    return call_pb2.Call(
        id=call.call_id,
        participants=[
            call_pb2.Participant(
                id=each.participant_id,
                side=call_pb2.CALL_SIDE_UNSPECIFIED if each.side is None else _SIDE_NUMBERS[each.side],
                name=each.name,
                address=each.address,
                number=each.number,
                ref=ref_message(each.record) if each.record else None,
            )
            for each in call.participants
        ],
        turns=[
            call_pb2.Turn(
                participant=each.participant_id,
                text=each.text,
                start_ms=each.start_ms,
                end_ms=each.end_ms,
                words=[
                    call_pb2.Word(text=word.text, start_ms=word.start_ms, end_ms=word.end_ms)
                    for word in each.words
                ],
            )
            for each in call.utterances
        ],
        language=call.language,
        start_time=optional_timestamp(call.started_at),
        duration_ms=call.duration_ms,
        title=call.title,
        consent=call.has_consent,
        regarding=ref_message(call.regarding) if call.regarding else None,
    )


def address(text: str, path: str) -> str:
    """A mail address in normal form.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it cannot be kept.
    """
    normal = normal_address(storable(text, path))
    if len(normal) > _LONGEST_KEY:  # some letters are two once they are folded
        raise invalid_argument(path, f"is longer than {_LONGEST_KEY} characters without case")
    return normal


def trackers_of(messages: Sequence[tracker_pb2.Tracker]) -> tuple[Tracker, ...]:
    """Trackers from their messages.

    Raises:
        LeadlightError: INVALID_ARGUMENT for an id that stands twice.
    """
    seen: set[str] = set()
    twice = []
    for index, each in enumerate(messages):
        if each.id in seen:
            twice.append(FieldViolation(f"trackers[{index}].id", "stands twice among the trackers"))
        seen.add(each.id)
    if twice:
        raise invalid_arguments(twice)
    return tuple(Tracker(each.id, TRACKER_KINDS[each.kind], tuple(each.phrases)) for each in messages)


def _participant(message: call_pb2.Participant, path: str) -> Participant:
    participant = Participant(
        message.id,
        _SIDES.get(message.side),
        message.name,
        address(message.address, f"{path}.address"),
        normal_number(message.number),
        ref(message.ref, f"{path}.ref") if message.HasField("ref") else None,
    )
    if len(participant.key) > _LONGEST_KEY:
        raise invalid_argument(f"{path}.id", f"is longer than {_LONGEST_KEY} characters without case")
    return participant


def _utterance(turn: call_pb2.Turn) -> Utterance:
    return Utterance(
        turn.participant,
        turn.text,
        *_times(turn),
        tuple(Word(each.text, *_times(each)) for each in turn.words),
    )


def _times(message: call_pb2.Turn | call_pb2.Word) -> tuple[int | None, int | None]:
    return (
        message.start_ms if message.HasField("start_ms") else None,
        message.end_ms if message.HasField("end_ms") else None,
    )


def _renamed(error: LeadlightError, name: Callable[[str], str]) -> LeadlightError:
    return invalid_arguments([replace(each, field=name(each.field)) for each in error.violations])


def _in_file(field: str, path: str) -> str:
    if field == "sellers":
        return f"{path}.sellers"
    inside = field.removeprefix("transcript").removeprefix(".")
    return f"{path}.content.{inside}" if inside else f"{path}.content"
