"""What the contract tests send to the conversation service."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.conversation.v1 import call_pb2, conversation_service_pb2, tracker_pb2

from tests.contract.cases import BadInput, Requests
from tests.contract.served import Served

SECRET = "Zephyrine-Quoll"
AFTER_9999 = Timestamp(seconds=253_402_300_800)
CALL = call_pb2.Call(
    id="call-1",
    participants=[
        call_pb2.Participant(id="s", side=call_pb2.CALL_SIDE_SELLER, name="Anna Berg"),
        call_pb2.Participant(id="c", side=call_pb2.CALL_SIDE_CUSTOMER, name="Tom Hill"),
    ],
    turns=[
        call_pb2.Turn(participant="s", text="Good morning, how are you?", start_ms=0, end_ms=2000),
        call_pb2.Turn(participant="c", text=f"I love {SECRET}, it is great.", start_ms=2100, end_ms=5000),
    ],
    language="en",
    duration_ms=6000,
    consent=True,
)


def changed(**fields: Any) -> call_pb2.Call:
    """The call with other values in some fields."""
    call = call_pb2.Call()
    call.CopyFrom(CALL)
    for name in fields:
        call.ClearField(name)  # type: ignore[arg-type]
    call.MergeFrom(call_pb2.Call(**fields))
    return call


def analyze(call: call_pb2.Call = CALL, **more: Any) -> conversation_service_pb2.AnalyzeCallRequest:
    """A request for what is in a call."""
    return conversation_service_pb2.AnalyzeCallRequest(call=call, **more)


def tracker(tracker_id: str = "t1", *phrases: str) -> tracker_pb2.Tracker:
    """A tracked keyword."""
    return tracker_pb2.Tracker(
        id=tracker_id, kind=tracker_pb2.TRACKER_KIND_KEYWORD, phrases=phrases or ["offer"]
    )


def _said(**fields: Any) -> call_pb2.Call:
    return changed(turns=[call_pb2.Turn(**{"participant": "c", "text": "Hello"} | fields)])


def _file(content: bytes, form: str = "WEBVTT", **fields: Any) -> Requests:
    file = call_pb2.TranscriptFile(
        content=content, format=call_pb2.TranscriptFormat.Value(f"TRANSCRIPT_FORMAT_{form}"), **fields
    )
    return [conversation_service_pb2.AnalyzeCallRequest(file=file)]


def _bad_calls(wrap: Callable[[call_pb2.Call], Requests], path: str) -> list[BadInput]:
    """What no call can be, whatever is done with it."""
    participant = call_pb2.Participant(id="c")

    def bad(fault: str, field: str, call: call_pb2.Call) -> BadInput:
        return BadInput(fault, lambda _: wrap(call), f"{path}.{field}")

    return [
        bad("a turn that ends before it starts", "turns[0].end_ms", _said(start_ms=2, end_ms=1)),
        bad("a turn after the call's end", "turns[0].end_ms", _said(start_ms=1, end_ms=6001)),
        bad("an unknown speaker", "turns[0].participant", _said(participant="x")),
        bad("a participant who stands twice", "participants[1].id", changed(participants=[participant] * 2)),
        bad(
            "a word that ends before it starts",
            "turns[0].words[0].end_ms",
            _said(words=[call_pb2.Word(text="Hello", start_ms=2, end_ms=1)]),
        ),
        bad("a start after the year 9999", "start_time", changed(start_time=AFTER_9999)),
    ]


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET

    def __init__(self, served: Served) -> None:
        self.served = served

    def close(self) -> None:
        """Holds nothing."""

    def snapshot(self) -> Sequence[Message]:
        return []

    good: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        "ConversationService.AnalyzeCall": lambda: [analyze(trackers=[tracker()])],
        "ConversationService.AnalyzeSentiment": lambda: [
            conversation_service_pb2.AnalyzeSentimentRequest(
                texts=[conversation_service_pb2.SentimentText(text="Great!")]
            )
        ],
        "ConversationService.AnalyzeSentimentStream": lambda: [
            conversation_service_pb2.AnalyzeSentimentStreamRequest(
                text=conversation_service_pb2.SentimentText(text=each)
            )
            for each in ("Great!", "Terrible!")
        ],
    }

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {}

    nothing_missing: ClassVar[Mapping[str, str]] = {
        "ConversationService.AnalyzeCall": "reads what it is sent",
        "ConversationService.AnalyzeSentiment": "reads what it is sent",
        "ConversationService.AnalyzeSentimentStream": "reads what it is sent",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        "ConversationService.AnalyzeCall": [
            *_bad_calls(lambda call: [analyze(call)], "call"),
            BadInput(
                "no consent",
                lambda _: [analyze(changed(consent=False))],
                None,
                "FAILED_PRECONDITION",
                "CONSENT_MISSING",
            ),
            BadInput(
                "a cue file without consent",
                lambda _: _file(b"WEBVTT\n\n00:00.000 --> 00:01.000\n<v Anna>Hello</v>\n"),
                None,
                "FAILED_PRECONDITION",
                "CONSENT_MISSING",
            ),
            BadInput("no WebVTT", lambda _: _file(b"Hello"), "file.content.line[1]"),
            BadInput(
                "times that are none",
                lambda _: _file(b"WEBVTT\n\n00:00.000 --> 00:0x.000\nHello\n"),
                "file.content.line[3]",
            ),
            BadInput(
                "a seller who says nothing",
                lambda _: _file(b"1\n00:00:00,000 --> 00:00:01,000\nHello\n", "SRT", sellers=["Tom"]),
                "file.sellers",
            ),
            BadInput("no JSON", lambda _: _file(b'{"id":', "JSON"), "file.content.line[1]"),
            BadInput("JSON of no call", lambda _: _file(b'{"id": "1"}', "JSON"), "file.content.turns"),
            BadInput("JSON without words", lambda _: _file(b"{}", "TIMED_WORDS"), "file.content.words"),
            BadInput(
                "a tracker that stands twice",
                lambda _: [analyze(trackers=[tracker(), tracker()])],
                "trackers[1].id",
            ),
            BadInput(
                "a phrase without a word",
                lambda _: [analyze(trackers=[tracker("t1", "??")])],
                "trackers[0].phrases[0]",
            ),
        ],
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        "ConversationService.AnalyzeSentiment": "the proto's constraints say everything",
        "ConversationService.AnalyzeSentimentStream": "the proto's constraints say everything",
    }
