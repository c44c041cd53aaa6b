"""What the contract tests send to the conversation service."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import (
    call_pb2,
    call_service_pb2,
    comment_service_pb2,
    conversation_service_pb2,
    settings_pb2,
    tracker_pb2,
    tracker_service_pb2,
)

from services.common.batch.orders import ORDER, JobOrder
from services.common.db import Database
from services.common.tables import OperationState
from tests.contract import conversation_home_cases
from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import (
    MISSING_OPERATIONS,
    bad_operations,
    good_operations,
    new_operation,
    page_tokens,
)
from tests.contract.served import TENANT, Served

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


def create(call: call_pb2.Call | None = None, **more: Any) -> call_service_pb2.CreateCallRequest:
    """A request to keep a call; without one, a call that is not kept yet."""
    new = call or changed(id=f"call-{uuid.uuid4().hex}")
    return call_service_pb2.CreateCallRequest(call=new, **more)


def comment(call_id: str = CALL.id, **fields: Any) -> comment_service_pb2.CreateCommentRequest:
    """A request to comment on a call."""
    return comment_service_pb2.CreateCommentRequest(**{"call_id": call_id, "text": "Well done."} | fields)


def settings(*paths: str, **fields: Any) -> settings_pb2.UpdateConversationSettingsRequest:
    """A request to change settings: all of them, or those that are named."""
    request = settings_pb2.UpdateConversationSettingsRequest(
        settings=settings_pb2.ConversationSettings(**fields)
    )
    request.update_mask.paths.extend(paths)
    if not paths:
        request.ClearField("update_mask")
    return request


def upsert(tracked: tracker_pb2.Tracker, **more: Any) -> tracker_service_pb2.UpsertTrackerRequest:
    """A request to keep a tracker."""
    return tracker_service_pb2.UpsertTrackerRequest(tracker=tracked, **more)


def ref(record_id: str) -> record_pb2.RecordRef:
    """A lead's record."""
    return record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id=record_id)


def _imported(call: call_pb2.Call) -> Requests:
    return [call_service_pb2.ImportCallsRequest(call=call)]


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
        bad("NUL in a record's id", "regarding.id", changed(regarding=ref("a\x00b"))),
        bad(
            "NUL in an address",
            "participants[0].address",
            changed(participants=[call_pb2.Participant(id="c", address="a\x00b")]),
        ),
        bad(
            "NUL in the id of a participant's record",
            "participants[0].ref.id",
            changed(participants=[call_pb2.Participant(id="c", ref=ref("a\x00b"))]),
        ),
    ]


def _bad_stored_calls(wrap: Callable[[call_pb2.Call], Requests]) -> list[BadInput]:
    """What cannot be kept, however it comes."""
    nul = "a\x00b"

    def bad(fault: str, field: str, call: call_pb2.Call) -> BadInput:
        return BadInput(fault, lambda _: wrap(call), f"call.{field}")

    return [
        *_bad_calls(wrap, "call"),
        bad("no id", "id", changed(id="")),
        bad("NUL in the title", "title", changed(title=nul)),
        bad("NUL in an id", "participants[0].id", changed(participants=[call_pb2.Participant(id=nul)])),
        bad(
            "NUL in a name",
            "participants[0].name",
            changed(participants=[call_pb2.Participant(id="c", name=nul)]),
        ),
        bad("NUL in what was said", "turns[0].text", _said(text=nul)),
        bad("NUL in a word", "turns[0].words[0].text", _said(words=[call_pb2.Word(text=nul)])),
        BadInput(
            "another call under an id that is taken",
            lambda _: wrap(changed(title="Another")),
            None,
            "ALREADY_EXISTS",
            "RESOURCE_EXISTS",
        ),
    ]


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET

    def __init__(self, served: Served) -> None:
        self.served = served
        self._db = Database(served.settings.database_url, service="conversation")
        self._client = served.client()
        for call in (CALL, changed(id="without-consent", consent=False)):
            self._client.call("CallService.CreateCall", create(call))
        for each in ("kept", "kept-too"):
            self._client.call("TrackerService.UpsertTracker", upsert(tracker(each)))
        self._client.call("CommentService.CreateComment", comment())
        self._client.call("CommentService.CreateComment", comment(text="And once more."))
        self.good = _good(self)

    def close(self) -> None:
        self._db.close()

    def new_operation(self, state: OperationState = OperationState.PENDING) -> str:
        """A run of a job that no runner looks for."""
        request = ORDER.dump_json(JobOrder("conversation.history", output=f"{SECRET}.parquet"))
        return new_operation(self._db, TENANT, SECRET, state, request)

    def new_call(self) -> str:
        return str(self._client.call("CallService.CreateCall", create()).call.id)

    def new_tracker(self) -> str:
        new = tracker(f"t{uuid.uuid4().hex}")
        return str(self._client.call("TrackerService.UpsertTracker", upsert(new)).id)

    def new_comment(self) -> str:
        new = comment(text=uuid.uuid4().hex)
        return str(self._client.call("CommentService.CreateComment", new).id)

    def token_of_comments(self) -> str:
        """The token of a second page of comments."""
        request = comment_service_pb2.ListCommentsRequest(call_id=CALL.id, page_size=1)
        return str(self._client.call("CommentService.ListComments", request).next_page_token)

    def token_of_calls(self) -> str:
        """The token of a second page of calls."""
        request = call_service_pb2.ListCallsRequest(page_size=1)
        return str(self._client.call("CallService.ListCalls", request).next_page_token)

    def token_of_trackers(self) -> str:
        """The token of a second page of trackers."""
        request = tracker_service_pb2.ListTrackersRequest(page_size=1)
        return str(self._client.call("TrackerService.ListTrackers", request).next_page_token)

    def snapshot(self) -> Sequence[Message]:
        return [
            *self._pages("CallService.ListCalls", call_service_pb2.ListCallsRequest()),
            *self._pages("TrackerService.ListTrackers", tracker_service_pb2.ListTrackersRequest()),
            *self._pages(
                "CommentService.ListComments", comment_service_pb2.ListCommentsRequest(call_id=CALL.id)
            ),
            self._client.call(
                "ConversationService.GetConversationSettings", settings_pb2.GetConversationSettingsRequest()
            ),
        ]

    def _pages(self, method: str, request: Any) -> list[Message]:
        """Every page of a list: what the other tests left behind may fill more than one."""
        request.page_size = 1000
        pages = [self._client.call(method, request)]
        while pages[-1].next_page_token:
            request.page_token = pages[-1].next_page_token
            pages.append(self._client.call(method, request))
        return pages

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        **MISSING_OPERATIONS,
        "CallService.GetCall": lambda: [call_service_pb2.GetCallRequest(id="none")],
        "CallService.GetAnalysis": lambda: [call_service_pb2.GetAnalysisRequest(id="none")],
        "CallService.DeleteCall": lambda: [call_service_pb2.DeleteCallRequest(id="none")],
        "CommentService.CreateComment": lambda: [comment("none")],
        "CommentService.ListComments": lambda: [comment_service_pb2.ListCommentsRequest(call_id="none")],
        "CommentService.DeleteComment": lambda: [
            comment_service_pb2.DeleteCommentRequest(call_id=CALL.id, id="none")
        ],
        "TrackerService.GetTracker": lambda: [tracker_service_pb2.GetTrackerRequest(id="none")],
        "TrackerService.DeleteTracker": lambda: [tracker_service_pb2.DeleteTrackerRequest(id="none")],
    }

    nothing_missing: ClassVar[Mapping[str, str]] = {
        **conversation_home_cases.NOTHING_MISSING,
        "Operations.ListOperations": "an empty list is a good answer",
        "ConversationService.AnalyzeCall": "reads what it is sent",
        "ConversationService.AnalyzeSentiment": "reads what it is sent",
        "ConversationService.AnalyzeSentimentStream": "reads what it is sent",
        "ConversationService.GetConversationSettings": "every tenant has settings",
        "ConversationService.UpdateConversationSettings": "every tenant has settings",
        "CallService.CreateCall": "makes the call that it names",
        "CallService.ImportCalls": "makes the calls that it names",
        "CallService.ListCalls": "an empty list is a good answer",
        "TrackerService.UpsertTracker": "makes the tracker that it names",
        "TrackerService.ListTrackers": "an empty list is a good answer",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        **conversation_home_cases.BAD,
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
        "CallService.CreateCall": [
            *_bad_stored_calls(lambda call: [create(call)]),
            BadInput("NUL in the team", lambda _: [create(team="a\x00b")], "team"),
        ],
        "CallService.ImportCalls": _bad_stored_calls(_imported),
        "ConversationService.UpdateConversationSettings": [
            BadInput(
                "highlights kept shorter than the transcript",
                lambda _: [settings(transcript_days=30, highlight_days=20, insight_days=30)],
                "settings.highlight_days",
            ),
            BadInput(
                "insights kept shorter than highlights",
                lambda _: [settings("insight_days", insight_days=1)],
                "settings.insight_days",
            ),
            BadInput("no time zone", lambda _: [settings(time_zone="Mars/Base")], "settings.time_zone"),
            BadInput("an unknown field", lambda _: [settings("colour")], "update_mask.paths[0]"),
            BadInput(
                "NUL in a name",
                lambda _: [settings(organisations=["a", "a\x00b"])],
                "settings.organisations[1]",
            ),
        ],
        "CommentService.CreateComment": [
            BadInput("NUL in the comment", lambda _: [comment(text="a\x00b")], "text")
        ],
        "CommentService.ListComments": page_tokens(
            lambda token: comment_service_pb2.ListCommentsRequest(call_id=CALL.id, page_token=token),
            lambda c: c.token_of_trackers(),
        ),
        "CallService.ListCalls": [
            *page_tokens(
                lambda token: call_service_pb2.ListCallsRequest(page_token=token),
                lambda c: c.token_of_trackers(),
            ),
            BadInput(
                "NUL in a seller",
                lambda _: [call_service_pb2.ListCallsRequest(seller="a\x00b")],
                "seller",
            ),
            BadInput(
                "NUL in a record's id",
                lambda _: [call_service_pb2.ListCallsRequest(ref=ref("a\x00b"))],
                "ref.id",
            ),
        ],
        "CallService.GetAnalysis": [
            BadInput(
                "a call without consent",
                lambda _: [call_service_pb2.GetAnalysisRequest(id="without-consent")],
                None,
                "FAILED_PRECONDITION",
                "CONSENT_MISSING",
            ),
        ],
        "TrackerService.UpsertTracker": [
            BadInput(
                "a phrase without a word", lambda _: [upsert(tracker("t1", "??"))], "tracker.phrases[0]"
            ),
            BadInput(
                "NUL in a phrase", lambda _: [upsert(tracker("t1", "a", "a\x00b"))], "tracker.phrases[1]"
            ),
            BadInput(
                "NUL in the team",
                lambda _: [
                    upsert(
                        tracker_pb2.Tracker(
                            id="t1", kind=tracker_pb2.TRACKER_KIND_KEYWORD, phrases=["a"], team="a\x00b"
                        )
                    )
                ],
                "tracker.team",
            ),
        ],
        "TrackerService.ListTrackers": page_tokens(
            lambda token: tracker_service_pb2.ListTrackersRequest(page_token=token),
            lambda c: c.token_of_calls(),
        ),
        **bad_operations(lambda c: c.token_of_calls()),
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        "ConversationService.AnalyzeSentiment": "the proto's constraints say everything",
        "ConversationService.AnalyzeSentimentStream": "the proto's constraints say everything",
        "ConversationService.GetConversationSettings": "it has no field",
        "CommentService.DeleteComment": "the proto's patterns of the ids say everything",
        "CallService.GetCall": "the proto's pattern of the id says everything",
        "CallService.DeleteCall": "the proto's pattern of the id says everything",
        "TrackerService.GetTracker": "the proto's pattern of the id says everything",
        "TrackerService.DeleteTracker": "the proto's pattern of the id says everything",
    }


def _good(cases: Cases) -> Mapping[str, Callable[[], Requests]]:
    sentiment_text = conversation_service_pb2.SentimentText
    return {
        **conversation_home_cases.good(),
        **good_operations(cases),
        "ConversationService.AnalyzeCall": lambda: [analyze(trackers=[tracker()])],
        "ConversationService.AnalyzeSentiment": lambda: [
            conversation_service_pb2.AnalyzeSentimentRequest(texts=[sentiment_text(text="Great!")])
        ],
        "ConversationService.AnalyzeSentimentStream": lambda: [
            conversation_service_pb2.AnalyzeSentimentStreamRequest(text=sentiment_text(text=each))
            for each in ("Great!", "Terrible!")
        ],
        "CallService.CreateCall": lambda: [create()],
        "CallService.ImportCalls": lambda: _imported(create().call),
        "CallService.GetCall": lambda: [call_service_pb2.GetCallRequest(id=CALL.id)],
        "CallService.ListCalls": lambda: [call_service_pb2.ListCallsRequest()],
        "CallService.DeleteCall": lambda: [call_service_pb2.DeleteCallRequest(id=cases.new_call())],
        "CallService.GetAnalysis": lambda: [call_service_pb2.GetAnalysisRequest(id=CALL.id)],
        "ConversationService.GetConversationSettings": lambda: [
            settings_pb2.GetConversationSettingsRequest()
        ],
        "ConversationService.UpdateConversationSettings": lambda: [
            settings("organisations", organisations=[uuid.uuid4().hex])
        ],
        "CommentService.CreateComment": lambda: [comment()],
        "CommentService.ListComments": lambda: [comment_service_pb2.ListCommentsRequest(call_id=CALL.id)],
        "CommentService.DeleteComment": lambda: [
            comment_service_pb2.DeleteCommentRequest(call_id=CALL.id, id=cases.new_comment())
        ],
        "TrackerService.UpsertTracker": lambda: [upsert(tracker("changing"))],
        "TrackerService.GetTracker": lambda: [tracker_service_pb2.GetTrackerRequest(id="kept")],
        "TrackerService.ListTrackers": lambda: [tracker_service_pb2.ListTrackersRequest()],
        "TrackerService.DeleteTracker": lambda: [
            tracker_service_pb2.DeleteTrackerRequest(id=cases.new_tracker())
        ],
    }
