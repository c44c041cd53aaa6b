"""`leadlight worklist`: what a seller is to do next."""

from typing import Annotated

import typer
from google.protobuf import json_format
from leadlight.gateway.v1 import worklist_pb2, worklist_service_pb2_grpc

from clients.cli import output
from clients.cli.connection import GATEWAY, connect
from clients.cli.options import JsonOption
from clients.cli.refs import ref_text

_ASKED = ("scoring", "relationship", "notes")


def worklist(
    context: typer.Context,
    seller: Annotated[
        str,
        typer.Argument(metavar="[SELLER]", help="As records name their owner; without it the caller's own."),
    ] = "",
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Items at most.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what a seller is to do next, the most pressing first, each with its reason and where it comes from.

    Examples:
        leadlight worklist anna@our-company.example
    """
    request = worklist_pb2.GetWorklistRequest(seller=seller, limit=limit)
    with connect(context.obj, GATEWAY, *_ASKED) as channel:
        found = worklist_service_pb2_grpc.WorklistServiceStub(channel).GetWorklist(request)
    if as_json:
        output.print_json(json_format.MessageToDict(found, preserving_proto_field_name=True))
        return
    print_items(found)


def print_items(found: worklist_pb2.Worklist) -> None:
    """A worklist for people."""
    rows = []
    for item in found.items:
        reason = worklist_pb2.WorklistReason.Name(item.reason).removeprefix("WORKLIST_REASON_").lower()
        when = item.time.ToDatetime().strftime("%Y-%m-%d") if item.HasField("time") else ""
        rows.append(
            (reason.replace("_", " "), item.display_name or ref_text(item.ref), item.what, when, item.service)
        )
    output.print_table("", ("why", "record", "what", "date", "from"), rows)
    for part in found.unavailable:
        output.note(f"without {part.part}: {part.service} did not answer")
