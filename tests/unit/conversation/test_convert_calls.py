import json
from datetime import UTC, datetime
from typing import Any

import pytest
from leadlight.conversation.v1 import call_pb2, tracker_pb2

from services.common.errors import Code, LeadlightError
from services.conversation.call import Call, Participant, Side, Utterance, Word
from services.conversation.convert_calls import call_message, call_of, file_call, trackers_of
from services.conversation.convert_stored import storable_call, stored_tracker, stored_tracker_message
from services.conversation.trackers import Tracker, TrackerKind

WHOLE = Call(
    "c-1",
    (Participant("s", Side.SELLER, "Anna"), Participant("c", Side.CUSTOMER), Participant("x", None, "Guest")),
    (
        Utterance("s", "Hello", 0, 900),
        Utterance("c", "Hi there", 1000, 1800, (Word("Hi", 1000, 1300), Word("there"))),
        Utterance("x", "no times"),
    ),
    "en-GB",
    datetime(2026, 3, 11, 9, 30, tzinfo=UTC),
    has_consent=True,
    title="Review",
    duration_ms=60_000,
)
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nAnna: Hello\n\n00:03.000 --> 00:04.000\nTom: Hi\n"
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nAnna: Hello\n\n2\n00:00:03,000 --> 00:00:04,000\nTom: Hi\n"


def refused(convert: Any, *arguments: Any) -> Any:
    with pytest.raises(LeadlightError) as caught:
        convert(*arguments)
    assert caught.value.code is Code.INVALID_ARGUMENT
    return [violation.field for violation in caught.value.violations]


@pytest.mark.parametrize("call", [WHOLE, Call("", (), ())], ids=["whole", "empty"])
def test_a_call_comes_back_as_it_went(call: Any) -> None:
    assert call_of(call_message(call), "call") == call


def test_what_is_unknown_is_left_out_of_the_message() -> None:
    message = call_message(WHOLE)
    assert message.turns[0].HasField("start_ms")  # at 0, which is no absence
    assert not message.turns[2].HasField("start_ms")
    assert not message.turns[2].HasField("end_ms")
    assert not message.turns[1].words[1].HasField("end_ms")
    assert message.participants[2].side == call_pb2.CALL_SIDE_UNSPECIFIED
    assert not call_message(Call("", (), ())).HasField("start_time")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"turns": [{"participant": "s", "start_ms": 5, "end_ms": 4}]}, ["call.turns[0].end_ms"]),
        ({"turns": [{"participant": "nobody"}]}, ["call.turns[0].participant"]),
        (
            {"duration_ms": 10, "turns": [{"participant": "s", "start_ms": 5, "end_ms": 11}]},
            ["call.turns[0].end_ms"],
        ),
        (
            {"turns": [{"participant": "s", "words": [{"text": "x", "start_ms": 5, "end_ms": 4}]}]},
            ["call.turns[0].words[0].end_ms"],
        ),
        ({"participants": [{"id": "s"}, {"id": "s"}]}, ["call.participants[1].id"]),
        (
            {"turns": [{"participant": "s", "start_ms": 5, "end_ms": 4}, {"participant": "nobody"}]},
            ["call.turns[0].end_ms", "call.turns[1].participant"],
        ),
    ],
)
def test_errors_name_the_fields_of_the_message(changes: Any, fields: Any) -> None:
    assert refused(call_of, call_pb2.Call(**({"participants": [{"id": "s"}]} | changes)), "call") == fields


def test_no_error_names_more_fields_than_help_to_mend_it() -> None:
    message = call_pb2.Call(turns=[call_pb2.Turn(participant="nobody")] * 1_000)
    assert len(refused(call_of, message, "call")) == 20


@pytest.mark.parametrize(
    ("form", "content"),
    [(call_pb2.TRANSCRIPT_FORMAT_WEBVTT, VTT), (call_pb2.TRANSCRIPT_FORMAT_SRT, SRT)],
    ids=["webvtt", "srt"],
)
def test_a_file_that_cannot_say_it_is_told_who_sells_the_language_and_the_consent(
    form: Any, content: Any
) -> None:
    message = call_pb2.TranscriptFile(
        content=content, format=form, sellers=["Anna"], language="da", consent=True
    )
    call = file_call(message, "file")
    assert call.sides == {"Anna": Side.SELLER, "Tom": Side.CUSTOMER}
    assert (call.language, call.has_consent) == ("da", True)
    assert not file_call(call_pb2.TranscriptFile(content=content, format=form), "file").has_consent


def test_a_file_that_says_it_itself_is_not_overruled() -> None:
    own = {"id": "c", "consent": False, "participants": [], "turns": []}
    words = {"id": "w", "language": "sv", "words": [{"text": "Hej", "speaker": "1"}]}
    for form, content in (
        (call_pb2.TRANSCRIPT_FORMAT_JSON, own),
        (call_pb2.TRANSCRIPT_FORMAT_TIMED_WORDS, words),
    ):
        message = call_pb2.TranscriptFile(
            content=json.dumps(content).encode(), format=form, language="en", consent=True
        )
        call = file_call(message, "file")
        assert not call.has_consent
        assert call.language == content.get("language", "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": VTT.replace(b"00:04.000", b"soon")}, "file.content.line[6]"),
        ({"content": b"hello"}, "file.content.line[1]"),
        ({"sellers": ["Eva"]}, "file.sellers"),
        (
            {"content": b'{"id": "c",\n "turns": [}', "format": call_pb2.TRANSCRIPT_FORMAT_JSON},
            "file.content.line[2]",
        ),
        (
            {
                "content": b'{"id": "c", "participants": [], "turns": [{"participant": "x"}]}',
                "format": call_pb2.TRANSCRIPT_FORMAT_JSON,
            },
            "file.content.turns[0].participant",
        ),
    ],
)
def test_an_error_in_a_file_names_the_line_or_the_field_of_the_file(changes: Any, field: Any) -> None:
    message = call_pb2.TranscriptFile(**({"content": VTT, "format": "TRANSCRIPT_FORMAT_WEBVTT"} | changes))
    assert refused(file_call, message, "file") == [field]


def test_trackers_with_one_id_are_refused() -> None:
    one = tracker_pb2.Tracker(id="t", kind=tracker_pb2.TRACKER_KIND_COMPETITOR, phrases=["Contoso"])
    assert trackers_of([one]) == (Tracker("t", TrackerKind.COMPETITOR, ("Contoso",)),)
    assert refused(trackers_of, [one, one]) == ["trackers[1].id"]


def test_a_call_that_is_stored_needs_an_id_and_no_nul() -> None:
    assert refused(storable_call, call_pb2.Call()) == ["call.id"]
    nul = call_pb2.Call(
        id="c",
        participants=[call_pb2.Participant(id="s")],
        turns=[call_pb2.Turn(participant="s", words=[call_pb2.Word(text="a\0b")])],
    )
    assert refused(storable_call, nul) == ["call.turns[0].words[0].text"]
    assert storable_call(call_message(WHOLE)) == WHOLE


def test_a_tracker_that_is_stored_comes_back_or_names_its_field() -> None:
    message = tracker_pb2.Tracker(
        id="t", kind=tracker_pb2.TRACKER_KIND_KEYWORD, phrases=["price"], team="north"
    )
    assert stored_tracker_message(stored_tracker(message)) == message
    message.phrases.append("...")
    assert refused(stored_tracker, message) == ["tracker.phrases[1]"]
    message.phrases[1] = "a\0b"
    assert refused(stored_tracker, message) == ["tracker.phrases[1]"]
