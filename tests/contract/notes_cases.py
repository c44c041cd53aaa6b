"""What the contract tests send to the notes service."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from google.longrunning import operations_pb2
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import timeofday_pb2
from leadlight.notes.v1 import (
    commitment_pb2,
    note_pb2,
    notes_service_pb2,
    settings_pb2,
    suggestion_pb2,
    time_pb2,
)

from services.common.db import Database
from services.common.operations import unfinished_operations
from services.common.tables import OperationState
from services.notes.history import ANALYZE_HISTORY, HistoryOrder
from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import (
    MISSING_OPERATIONS,
    bad_operations,
    good_operations,
    new_operation,
    page_tokens,
)
from tests.contract.served import TENANT, Served
from tests.integration.notes.world import CALL, PROMISE, actions, create, edit, ref, times

SECRET = "Zephyrine-Quoll"
NOTE = f"{CALL} {PROMISE} It is about {SECRET}."
AFTER_9999 = Timestamp(seconds=253_402_300_800)
IN_1899 = Timestamp(seconds=-2_208_988_801)
ANALYZED_S = 60
EVERY_STATE = (
    commitment_pb2.COMMITMENT_STATE_DUE,
    commitment_pb2.COMMITMENT_STATE_LATE,
    commitment_pb2.COMMITMENT_STATE_DONE,
)


def clock(hours: int, minutes: int = 0, **more: int) -> timeofday_pb2.TimeOfDay:
    return timeofday_pb2.TimeOfDay(hours=hours, minutes=minutes, **more)


def part(start: int, end: int) -> time_pb2.DayPart:
    return time_pb2.DayPart(start=clock(start), end=clock(end))


BAD_CONVENTIONS: Mapping[str, tuple[time_pb2.Conventions, str]] = {
    "hour 25": (time_pb2.Conventions(end_of_day=clock(25)), ".end_of_day.hours"),
    "minute 60": (time_pb2.Conventions(workday_start=clock(8, 60)), ".workday_start.minutes"),
    "seconds": (time_pb2.Conventions(workday_start=clock(8, seconds=1)), ".workday_start.seconds"),
    "day part that ends before it starts": (time_pb2.Conventions(morning=part(9, 8)), ".morning.end"),
    "working day that ends before it starts": (
        time_pb2.Conventions(workday_start=clock(9), workday_end=clock(9)),
        ".workday_end",
    ),
}


def bad_texts(wrap: Callable[..., Requests], prefix: str = "") -> list[BadInput]:
    """What is wrong with a text to read, whatever reads it."""

    def bad(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: wrap(**fields), prefix + field)

    return [
        bad("language that is not read", "language", language="fr"),
        bad("zone that is none", "time_zone", time_zone="Mars/Olympus"),
        bad("zone that is a path", "time_zone", time_zone="../../etc/passwd"),
        bad("zone that is a folder", "time_zone", time_zone="Europe"),
        bad("time after the year 9999", "reference_time", reference_time=AFTER_9999),
        bad("time in 1899", "reference_time", reference_time=IN_1899),
        *(
            bad(fault, f"conventions{field}", conventions=conventions)
            for fault, (conventions, field) in BAD_CONVENTIONS.items()
        ),
    ]


def _bad_note_fields(wrap: Callable[..., Requests]) -> list[BadInput]:
    def bad(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: wrap(**fields), f"note.{field}")

    return [
        bad("NUL in the text", "text", text="a\x00b"),
        bad("NUL in the author", "author", author="a\x00b"),
        bad("language that is not read", "language", language="fr-CA"),
        bad("zone that is none", "time_zone", time_zone="Mars/Olympus"),
        bad("written after the year 9999", "write_time", write_time=AFTER_9999),
        bad("written in 1899", "write_time", write_time=IN_1899),
    ]


def _created(text: str = "", **fields: Any) -> Requests:
    return [create(text, **fields)]


def _updated(**fields: Any) -> Requests:
    return [note_pb2.UpdateNoteRequest(note=note_pb2.Note(name="notes/kept", **fields))]


def _without_ref() -> note_pb2.CreateNoteRequest:
    request = create(NOTE)
    request.note.ClearField("ref")
    return request


def _masked(name: str, *paths: str, **fields: Any) -> commitment_pb2.UpdateCommitmentRequest:
    request = commitment_pb2.UpdateCommitmentRequest(
        commitment=commitment_pb2.Commitment(name=name, **fields)
    )
    request.update_mask.paths.extend(paths)
    return request


def _settings(*paths: str, **fields: Any) -> settings_pb2.UpdateNotesSettingsRequest:
    request = settings_pb2.UpdateNotesSettingsRequest(settings=settings_pb2.NotesSettings(**fields))
    request.update_mask.paths.extend(paths)
    return request


def _bad_settings() -> list[BadInput]:
    def bad(fault: str, conventions: time_pb2.Conventions, field: str) -> BadInput:
        return BadInput(
            fault,
            lambda _: [_settings("conventions", conventions=conventions)],
            f"settings.conventions{field}",
        )

    return [bad(fault, *each) for fault, each in BAD_CONVENTIONS.items()]


def _recorded(source: str = "calls/1", **fields: Any) -> commitment_pb2.RecordCommitmentsRequest:
    promise = {"owed_by": commitment_pb2.COMMITMENT_SIDE_CUSTOMER, "what": f"Send {SECRET}"} | fields
    return commitment_pb2.RecordCommitmentsRequest(
        ref=ref("A-9"), source=source, commitments=[commitment_pb2.NewCommitment(**promise)]
    )


def _bad_commitment_changes() -> list[BadInput]:
    def bad(fault: str, field: str, *paths: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda c: [_masked(c.commitment(), *paths, **fields)], field)

    late = commitment_pb2.COMMITMENT_STATE_LATE
    return [
        BadInput("no commitment's name", lambda _: [_masked("none", "what", what="x")], "commitment.name"),
        bad("empty mask", "update_mask"),
        bad("unknown path", "update_mask.paths[0]", "source"),
        bad("state late", "commitment.state", "state", state=late),
        bad("no state", "commitment.state", "state"),
        bad("no side", "commitment.owed_by", "owed_by"),
        bad("nothing owed", "commitment.what", "what"),
        bad("NUL in what is owed", "commitment.what", "what", what="a\x00b"),
        bad("owner of 201 characters", "commitment.owner", "owner", owner="x" * 201),
        bad("zone that is none", "commitment.time_zone", "due_time", time_zone="Mars/Olympus"),
        bad("due in 1899", "commitment.due_time", "due_time", due_time=IN_1899),
    ]


def _other_token(cases: Any) -> str:
    return str(
        cases.page_token(
            note_pb2.ListNotesRequest,
            "NotesService.ListNotes",
        )
    )


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET

    def __init__(self, served: Served) -> None:
        self.served = served
        self._db = Database(served.settings.database_url, service="notes")
        self._client = served.client()
        for note_id in ("kept", "kept-too"):
            self._client.call("NotesService.CreateNote", create(NOTE, note_id))
        self.good = _good(self)

    def close(self) -> None:
        self._db.close()

    def new_note(self) -> str:
        return str(self._client.call("NotesService.CreateNote", create(NOTE)).name)

    def new_suggestion(self) -> str:
        """A suggestion nobody has decided about."""
        return f"{self.new_note()}/suggestions/1"

    def commitment(self) -> str:
        """A commitment that is not done."""
        answer = self._client.call("CommitmentService.RecordCommitments", _recorded("calls/of-the-contract"))
        return str(answer.commitments[0].name)

    def new_operation(self, state: OperationState = OperationState.PENDING) -> str:
        """An operation that no runner looks for."""
        return new_operation(self._db, TENANT, SECRET, state)

    def page_token(self, make: Callable[..., Message], method: str) -> str:
        """The token of a second page."""
        return str(self._client.call(method, make(page_size=1)).next_page_token)

    def _wait_for_analyses(self) -> None:
        until = time.monotonic() + ANALYZED_S
        targets = [HistoryOrder(only).target for only in (False, True)]
        while time.monotonic() < until:
            with self._db.read(TENANT) as session:
                if not any(
                    unfinished_operations(session, kind=ANALYZE_HISTORY, target=each) for each in targets
                ):
                    return
            time.sleep(0.05)
        raise AssertionError("an analysis of history does not end")

    def snapshot(self) -> Sequence[Message]:
        self._wait_for_analyses()
        call = self._client.call
        return [
            *self._pages("NotesService.ListNotes", note_pb2.ListNotesRequest()),
            *self._pages(
                "NotesService.ListSuggestions", suggestion_pb2.ListSuggestionsRequest(parent="notes/-")
            ),
            *self._pages(
                "CommitmentService.ListCommitments",
                commitment_pb2.ListCommitmentsRequest(states=EVERY_STATE),
            ),
            call("NotesService.GetNotesSettings", settings_pb2.GetNotesSettingsRequest()),
            call("NotesService.GetOfferSettings", settings_pb2.GetOfferSettingsRequest()),
            *self._pages("Operations.ListOperations", operations_pb2.ListOperationsRequest()),
        ]

    def _pages(self, method: str, request: Any) -> list[Message]:
        """Every page of a list: what the other tests left behind fills more than one."""
        request.page_size = 1000
        pages = [self._client.call(method, request)]
        while pages[-1].next_page_token:
            request.page_token = pages[-1].next_page_token
            pages.append(self._client.call(method, request))
        return pages

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        "NotesService.GetNote": lambda: [note_pb2.GetNoteRequest(name="notes/none")],
        "NotesService.UpdateNote": lambda: [edit("notes/none", NOTE)],
        "NotesService.DeleteNote": lambda: [note_pb2.DeleteNoteRequest(name="notes/none")],
        "NotesService.ListSuggestions": lambda: [suggestion_pb2.ListSuggestionsRequest(parent="notes/none")],
        "NotesService.AcceptSuggestion": lambda: [
            suggestion_pb2.AcceptSuggestionRequest(name="notes/kept/suggestions/none")
        ],
        "NotesService.DismissSuggestion": lambda: [
            suggestion_pb2.DismissSuggestionRequest(name="notes/none/suggestions/1")
        ],
        "CommitmentService.UpdateCommitment": lambda: [_masked("commitments/none", "what", what="x")],
        **MISSING_OPERATIONS,
    }

    nothing_missing: ClassVar[Mapping[str, str]] = {
        "NotesService.ResolveTimes": "reads what it is sent",
        "NotesService.ResolveTimesStream": "reads what it is sent",
        "NotesService.SuggestActions": "reads what it is sent",
        "NotesService.SuggestActionsStream": "reads what it is sent",
        "NotesService.CreateNote": "makes the note that it names",
        "NotesService.ListNotes": "an empty list is a good answer",
        "NotesService.AnalyzeHistory": "no notes are analysed at once",
        "NotesService.GetNotesSettings": "where none are set the default ones hold",
        "NotesService.UpdateNotesSettings": "sets what it names",
        "NotesService.GetOfferSettings": "without decisions everything is offered",
        "NotesService.ResetOfferSettings": "without decisions there is nothing to forget",
        "CommitmentService.ListCommitments": "an empty list is a good answer",
        "CommitmentService.RecordCommitments": "makes the commitments that it names",
        "Operations.ListOperations": "an empty list is a good answer",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        "NotesService.ResolveTimes": bad_texts(lambda **fields: [times("tomorrow", **fields)]),
        "NotesService.ResolveTimesStream": bad_texts(
            lambda **fields: [
                notes_service_pb2.ResolveTimesStreamRequest(request=times("tomorrow", **fields))
            ],
            "request.",
        ),
        "NotesService.SuggestActions": bad_texts(lambda **fields: [actions(NOTE, **fields)]),
        "NotesService.SuggestActionsStream": bad_texts(
            lambda **fields: [notes_service_pb2.SuggestActionsStreamRequest(request=actions(NOTE, **fields))],
            "request.",
        ),
        "NotesService.CreateNote": [
            *_bad_note_fields(_created),
            BadInput("no record", lambda _: [_without_ref()], "note.ref"),
            BadInput("NUL in the record's id", lambda _: [create(NOTE, ref=ref("a\x00"))], "note.ref.id"),
            BadInput(
                "name that is taken",
                lambda _: [create(NOTE, "kept")],
                None,
                "ALREADY_EXISTS",
                "RESOURCE_EXISTS",
            ),
        ],
        "NotesService.UpdateNote": [
            *_bad_note_fields(_updated),
            BadInput("no note's name", lambda _: [edit("kept", NOTE)], "note.name"),
            BadInput(
                "unknown path",
                lambda _: [
                    note_pb2.UpdateNoteRequest(
                        note=note_pb2.Note(name="notes/kept"), update_mask={"paths": ["text", "ref"]}
                    )
                ],
                "update_mask.paths[1]",
            ),
        ],
        "NotesService.ListNotes": [
            BadInput(
                "NUL in the record's id", lambda _: [note_pb2.ListNotesRequest(ref=ref("a\x00"))], "ref.id"
            ),
            *page_tokens(lambda token: note_pb2.ListNotesRequest(ref=ref(), page_token=token), _other_token),
        ],
        "NotesService.ListSuggestions": page_tokens(
            lambda token: suggestion_pb2.ListSuggestionsRequest(parent="notes/-", page_token=token),
            lambda c: c.page_token(
                lambda **page: suggestion_pb2.ListSuggestionsRequest(parent="notes/kept", **page),
                "NotesService.ListSuggestions",
            ),
        ),
        "NotesService.AcceptSuggestion": [
            BadInput(
                "NUL in what was created",
                lambda c: [
                    suggestion_pb2.AcceptSuggestionRequest(name=c.new_suggestion(), created_record="\x00")
                ],
                "created_record",
            ),
        ],
        "NotesService.UpdateNotesSettings": [
            BadInput(
                "zone that is none",
                lambda _: [_settings("time_zone", time_zone="Mars/Olympus")],
                "settings.time_zone",
            ),
            BadInput("unknown path", lambda _: [_settings("update_time")], "update_mask.paths[0]"),
            BadInput(
                "unknown field of the conventions",
                lambda _: [_settings("time_zone", "conventions.noon")],
                "update_mask.paths[1]",
            ),
            BadInput(
                "working day that would end before it starts",
                lambda _: [
                    _settings(
                        "conventions.workday_start",
                        conventions=time_pb2.Conventions(workday_start=clock(20)),
                    )
                ],
                "settings.conventions.workday_end",
            ),
            *_bad_settings(),
        ],
        "CommitmentService.ListCommitments": [
            BadInput(
                "NUL in the record's id",
                lambda _: [commitment_pb2.ListCommitmentsRequest(ref=ref("a\x00"))],
                "ref.id",
            ),
            *page_tokens(lambda token: commitment_pb2.ListCommitmentsRequest(page_token=token), _other_token),
        ],
        "CommitmentService.UpdateCommitment": _bad_commitment_changes(),
        "CommitmentService.RecordCommitments": [
            BadInput("a note as source", lambda _: [_recorded("notes/kept")], "source"),
            BadInput("NUL in the source", lambda _: [_recorded("a\x00")], "source"),
            BadInput("NUL in the owner", lambda _: [_recorded(owner="\x00")], "commitments[0].owner"),
            BadInput("NUL in what is owed", lambda _: [_recorded(what="\x00")], "commitments[0].what"),
            BadInput("NUL in the words", lambda _: [_recorded(words="\x00")], "commitments[0].words"),
            BadInput(
                "zone that is none",
                lambda _: [_recorded(time_zone="Mars/Olympus")],
                "commitments[0].time_zone",
            ),
            BadInput(
                "due after the year 9999",
                lambda _: [_recorded(due_time=AFTER_9999)],
                "commitments[0].due_time",
            ),
        ],
        **bad_operations(_other_token),
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        "NotesService.GetNote": "the proto's pattern of the name says everything",
        "NotesService.DeleteNote": "the proto's pattern of the name says everything",
        "NotesService.AnalyzeHistory": "the proto's constraints say everything",
        "NotesService.DismissSuggestion": "the proto's pattern of the name says everything",
        "NotesService.GetNotesSettings": "it has no fields",
        "NotesService.GetOfferSettings": "it has no fields",
        "NotesService.ResetOfferSettings": "the proto's constraints on the kinds say everything",
    }


def _good(cases: Cases) -> dict[str, Callable[[], Requests]]:
    return {
        "NotesService.ResolveTimes": lambda: [times("tomorrow at 3 pm")],
        "NotesService.ResolveTimesStream": lambda: [
            notes_service_pb2.ResolveTimesStreamRequest(request=times("tomorrow at 3 pm"))
        ],
        "NotesService.SuggestActions": lambda: [actions(NOTE)],
        "NotesService.SuggestActionsStream": lambda: [
            notes_service_pb2.SuggestActionsStreamRequest(request=actions(NOTE))
        ],
        "NotesService.CreateNote": lambda: [create(NOTE)],
        "NotesService.GetNote": lambda: [note_pb2.GetNoteRequest(name="notes/kept")],
        "NotesService.ListNotes": lambda: [note_pb2.ListNotesRequest()],
        "NotesService.UpdateNote": lambda: [edit("notes/kept", NOTE)],
        "NotesService.DeleteNote": lambda: [note_pb2.DeleteNoteRequest(name=cases.new_note())],
        "NotesService.AnalyzeHistory": lambda: [note_pb2.AnalyzeHistoryRequest(only_unanalyzed=True)],
        "NotesService.ListSuggestions": lambda: [suggestion_pb2.ListSuggestionsRequest(parent="notes/kept")],
        "NotesService.AcceptSuggestion": lambda: [
            suggestion_pb2.AcceptSuggestionRequest(name=cases.new_suggestion(), created_record=SECRET)
        ],
        "NotesService.DismissSuggestion": lambda: [
            suggestion_pb2.DismissSuggestionRequest(name=cases.new_suggestion())
        ],
        "NotesService.GetNotesSettings": lambda: [settings_pb2.GetNotesSettingsRequest()],
        "NotesService.UpdateNotesSettings": lambda: [
            _settings("conventions.country", conventions=time_pb2.Conventions(country="DK"))
        ],
        "NotesService.GetOfferSettings": lambda: [settings_pb2.GetOfferSettingsRequest()],
        "NotesService.ResetOfferSettings": lambda: [settings_pb2.ResetOfferSettingsRequest()],
        "CommitmentService.ListCommitments": lambda: [commitment_pb2.ListCommitmentsRequest()],
        "CommitmentService.UpdateCommitment": lambda: [
            _masked(cases.commitment(), "state", state=commitment_pb2.COMMITMENT_STATE_DONE)
        ],
        # A source of its own each time: what is handed in again changes nothing.
        "CommitmentService.RecordCommitments": lambda: [_recorded(f"calls/{uuid.uuid4().hex[:12]}")],
        **good_operations(cases),
    }
