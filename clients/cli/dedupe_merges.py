"""`leadlight dedupe merge`, `unmerge`, `detach` and `merges`: make records one, and take that back."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from enum import StrEnum
from typing import Annotated, Any

import typer
from google.protobuf import json_format
from leadlight.dedupe.v1 import merge_pb2, merge_service_pb2_grpc

from clients.cli import output
from clients.cli.connection import connect
from clients.cli.failures import UsageError
from clients.cli.options import JsonOption
from clients.cli.pages import PAGE_SIZE, pages
from clients.cli.refs import optional_ref, ref_of, ref_text

_SERVICE = "dedupe"
_MOST_TEXT = 60
_MOST_SHOWN = 20

MergeArgument = Annotated[str, typer.Argument(metavar="MERGE", help="Its id or merges/ID.")]
DiscardOption = Annotated[
    bool, typer.Option("--discard-changes", help="Give up what was changed on the master since.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it would do, and store nothing.")]


class Survivor(StrEnum):
    """Whose values survive."""

    MASTER = "master"
    NEWEST = "newest"
    LONGEST = "longest"
    MOST_COMPLETE = "most-complete"


class State(StrEnum):
    """Where merges stand."""

    MERGED = "merged"
    UNDONE = "undone"
    FINAL = "final"


def merge(
    context: typer.Context,
    master: Annotated[str, typer.Argument(metavar="MASTER", help="KIND/ID of the record that stays.")],
    others: Annotated[
        list[str], typer.Argument(metavar="OTHER...", help="KIND/ID of 1 to 10 records to merge into it.")
    ],
    *,
    survivor: Annotated[
        Survivor, typer.Option(help="Whose values survive; a blank never wins over a value.")
    ] = Survivor.MASTER,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", help="A value of your own; FIELD= for none. May be repeated."
        ),
    ] = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make records one: fields are moved to MASTER, and the others are found no more. `unmerge` takes it back.

    Examples:
        leadlight dedupe merge lead/L-1 lead/L-2 lead/L-3 --survivor newest --dry-run

        leadlight dedupe merge lead/L-1 lead/L-2 --set email=regina@contoso.com
    """
    request = merge_pb2.MergeRecordsRequest(
        master=ref_of(master, "MASTER"),
        others=[ref_of(each, "OTHER") for each in others],
        survivor=merge_pb2.Survivor.Value(f"SURVIVOR_{survivor.name}"),
        fields=_choices(given or ()),
        validate_only=dry_run,
    )
    with connect(context.obj, _SERVICE) as channel:
        done = merge_service_pb2_grpc.MergeServiceStub(channel).MergeRecords(request)
    if as_json:
        output.print_json(_as_json(done))
        return
    _print_moved_values(done)
    if done.child_count:
        shown = ", ".join(ref_text(each) for each in done.children[:_MOST_SHOWN])
        more = f" and {done.child_count - _MOST_SHOWN:,} more" if done.child_count > _MOST_SHOWN else ""
        output.say(f"To be moved to {ref_text(done.master)} in the CRM: {shown}{more}")
    names = ", ".join(ref_text(each) for each in done.merged)
    if dry_run:
        output.say(f"{names} would be merged into {ref_text(done.master)}; nothing is stored.")
    else:
        output.say(
            f"{names} merged into {ref_text(done.master)}: `leadlight dedupe unmerge {done.name}` takes it back"
        )


def unmerge(
    context: typer.Context,
    name: MergeArgument,
    *,
    discard_changes: DiscardOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take a merge back: every record is as it was before.

    Examples:
        leadlight dedupe unmerge merges/0b5d1c2f8e7a4d6c9b3a2f1e0d4c5b6a
    """
    request = merge_pb2.UnmergeRecordsRequest(
        name=_merge_name(name),
        discard_changes=discard_changes,
        validate_only=dry_run,
    )
    with connect(context.obj, _SERVICE) as channel:
        done = merge_service_pb2_grpc.MergeServiceStub(channel).UnmergeRecords(request)
    if as_json:
        output.print_json(_as_json(done))
        return
    names = ", ".join(ref_text(each.ref) for each in done.records)
    output.say(
        f"{names} would be as before; nothing is stored." if dry_run else f"{names} are as they were before."
    )


def detach(
    context: typer.Context,
    name: MergeArgument,
    record: Annotated[
        str, typer.Argument(metavar="KIND/ID", help="One of the records that were merged into the master.")
    ],
    *,
    discard_changes: DiscardOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take one record out of a merge: it is as before, the master as if it had never taken part.

    Examples:
        leadlight dedupe detach merges/0b5d1c2f8e7a4d6c9b3a2f1e0d4c5b6a lead/L-3
    """
    request = merge_pb2.DetachRecordRequest(
        name=_merge_name(name),
        ref=ref_of(record, "KIND/ID"),
        discard_changes=discard_changes,
        validate_only=dry_run,
    )
    with connect(context.obj, _SERVICE) as channel:
        done = merge_service_pb2_grpc.MergeServiceStub(channel).DetachRecord(request)
    if as_json:
        output.print_json(_as_json(done))
        return
    _print_moved_values(done)
    left = ", ".join(ref_text(each) for each in done.merged)
    rest = f"{left} stay part of {ref_text(done.master)}" if left else f"nothing is left in {done.name}"
    output.say(
        f"{record} would be a record of its own; nothing is stored."
        if dry_run
        else f"{record} is a record of its own again; {rest}."
    )


def merges(
    context: typer.Context,
    *,
    record: Annotated[
        str, typer.Option("--record", metavar="KIND/ID", help="Only merges that this record took part in.")
    ] = "",
    state: Annotated[State | None, typer.Option(help="Only merges in this state.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List merges, the newest first.

    Examples:
        leadlight dedupe merges --record lead/L-1
    """
    request = merge_pb2.ListMergesRequest(
        ref=optional_ref(record, "--record"),
        state=merge_pb2.MergeState.Value(f"MERGE_STATE_{state.name if state else 'UNSPECIFIED'}"),
        page_size=PAGE_SIZE,
    )
    found: list[merge_pb2.Merge] = []
    with connect(context.obj, _SERVICE) as channel:
        stub = merge_service_pb2_grpc.MergeServiceStub(channel)
        for page in pages(stub.ListMerges, request):
            found += page.merges
    if as_json:
        output.print_json([_as_json(each) for each in found])
        return
    output.print_table("", ("merge", "state", "master", "merged", "when"), [_row(each) for each in found])


def _merge_name(text: str) -> str:
    return f"merges/{text.removeprefix('merges/')}"


def _print_moved_values(merge: merge_pb2.Merge) -> None:
    """What the merge changes on its master, if anything."""
    if merge.moved_values:
        output.print_table(
            f"{ref_text(merge.master)} changes",
            ("field", "before", "after", "from"),
            [
                (
                    each.field,
                    each.before[:_MOST_TEXT],
                    each.after[:_MOST_TEXT],
                    ref_text(each.source) if each.HasField("source") else "given",
                )
                for each in merge.moved_values
            ],
        )


def _row(of: merge_pb2.Merge) -> Sequence[str]:
    when = of.create_time.ToDatetime(tzinfo=UTC).astimezone()
    return (
        of.name.removeprefix("merges/"),
        merge_pb2.MergeState.Name(of.state).removeprefix("MERGE_STATE_").lower(),
        ref_text(of.master),
        ", ".join(ref_text(each) for each in of.merged),
        f"{when:%Y-%m-%d %H:%M}",
    )


def _choices(given: Iterable[str]) -> dict[str, merge_pb2.FieldChoice]:
    choices = {}
    for each in given:
        name, is_set, value = each.partition("=")
        if not is_set or not name:
            raise UsageError(f"--set {each}: write FIELD=VALUE, or FIELD= to leave the field blank")
        choices[name] = merge_pb2.FieldChoice(value=value)
    return choices


def _as_json(message: Any) -> dict[str, Any]:
    told: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return told
