"""`leadlight notes list`, `accept`, `dismiss` and `commitments`: what became of stored notes' suggestions."""

from datetime import UTC
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    notes_service_pb2_grpc,
    suggestion_pb2,
)

from clients.cli import output
from clients.cli.connection import connect
from clients.cli.options import JsonOption
from clients.cli.pages import PAGE_SIZE, pages
from clients.cli.refs import optional_ref

_SERVICE = "notes"
_MOST_TITLE = 60

NameArgument = Annotated[
    str, typer.Argument(metavar="SUGGESTION", help="Its name: notes/NOTE/suggestions/NUMBER.")
]
RecordOption = Annotated[
    str, typer.Option("--record", metavar="KIND/ID", help="Only those on one record, such as account/A-17.")
]


class State(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"


def list_(
    context: typer.Context,
    *,
    note: Annotated[str, typer.Option(help="Only suggestions of this note: its id or notes/ID.")] = "-",
    state: Annotated[State, typer.Option(help="Only suggestions in this state.")] = State.OPEN,
    as_json: JsonOption = False,
) -> None:
    """List the suggestions of stored notes, those of the newest note first.

    Examples:
        leadlight notes list

        leadlight notes list --note n-17 --state dismissed
    """
    request = suggestion_pb2.ListSuggestionsRequest(
        parent=f"notes/{note.removeprefix('notes/')}",
        states=[suggestion_pb2.SuggestionState.Value(f"SUGGESTION_STATE_{state.name}")],
        page_size=PAGE_SIZE,
    )
    found: list[suggestion_pb2.Suggestion] = []
    with connect(context.obj, _SERVICE) as channel:
        stub = notes_service_pb2_grpc.NotesServiceStub(channel)
        for page in pages(stub.ListSuggestions, request):
            found += page.suggestions
    if as_json:
        output.print_json([_as_json(each) for each in found])
        return
    rows = [
        (
            each.name,
            suggestion_pb2.SuggestionKind.Name(each.kind).removeprefix("SUGGESTION_KIND_").lower(),
            each.title[:_MOST_TITLE],
            f"{each.confidence:.2f}",
        )
        for each in found
    ]
    output.print_table("", ("suggestion", "kind", "title", ">confidence"), rows)


def accept(
    context: typer.Context,
    name: NameArgument,
    *,
    created: Annotated[str, typer.Option(metavar="ID", help="The CRM's id of what was created.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Say that a suggestion was created.

    Examples:
        leadlight notes accept notes/n-17/suggestions/1 --created A-4711
    """
    with connect(context.obj, _SERVICE) as channel:
        stub = notes_service_pb2_grpc.NotesServiceStub(channel)
        request = suggestion_pb2.AcceptSuggestionRequest(name=name, created_record=created)
        _show_decision(stub.AcceptSuggestion(request), "accepted", as_json=as_json)


def dismiss(context: typer.Context, name: NameArgument, *, as_json: JsonOption = False) -> None:
    """Say that a suggestion is not wanted.

    Examples:
        leadlight notes dismiss notes/n-17/suggestions/1
    """
    with connect(context.obj, _SERVICE) as channel:
        stub = notes_service_pb2_grpc.NotesServiceStub(channel)
        request = suggestion_pb2.DismissSuggestionRequest(name=name)
        _show_decision(stub.DismissSuggestion(request), "dismissed", as_json=as_json)


def commitments(
    context: typer.Context,
    *,
    record: RecordOption = "",
    done: Annotated[bool, typer.Option("--done", help="Show what is done as well.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List who owes what by when, the earliest due first.

    Examples:
        leadlight notes commitments --record account/A-17
    """
    request = commitment_pb2.ListCommitmentsRequest(ref=optional_ref(record, "--record"), page_size=PAGE_SIZE)
    if done:
        request.states.extend(
            [
                commitment_pb2.COMMITMENT_STATE_DUE,
                commitment_pb2.COMMITMENT_STATE_LATE,
                commitment_pb2.COMMITMENT_STATE_DONE,
            ]
        )
    found: list[commitment_pb2.Commitment] = []
    with connect(context.obj, _SERVICE) as channel:
        stub = commitment_service_pb2_grpc.CommitmentServiceStub(channel)
        for page in pages(stub.ListCommitments, request):
            found += page.commitments
    if as_json:
        output.print_json([_as_json(each) for each in found])
        return
    rows = [
        (
            commitment_pb2.CommitmentState.Name(each.state).removeprefix("COMMITMENT_STATE_").lower(),
            _due(each),
            each.owner
            or commitment_pb2.CommitmentSide.Name(each.owed_by).removeprefix("COMMITMENT_SIDE_").lower(),
            each.what[:_MOST_TITLE],
            each.source,
        )
        for each in found
    ]
    output.print_table("", ("state", "by", "who", "what", "from"), rows)


def _show_decision(decided: suggestion_pb2.Suggestion, what: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(_as_json(decided))
    else:
        output.say(f"{decided.name} {what}: {decided.title}")


def _due(commitment: commitment_pb2.Commitment) -> str:
    if not commitment.HasField("due_time"):
        return ""
    due: Timestamp = commitment.due_time
    local = due.ToDatetime(tzinfo=UTC).astimezone(ZoneInfo(commitment.time_zone))
    return f"{local:%Y-%m-%d}" if commitment.date_only else f"{local:%Y-%m-%d %H:%M}"


def _as_json(message: Any) -> dict[str, Any]:
    told: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return told
