"""`leadlight notes`: what to create from notes, what their words of time mean, and what became of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import grpc
import typer
from google.rpc import status_pb2
from leadlight.notes.v1 import notes_service_pb2, notes_service_pb2_grpc

from clients.cli import note_commands, output
from clients.cli.connection import connect
from clients.cli.drafts import check_draft, open_draft
from clients.cli.item_stream import answered
from clients.cli.note_lines import NoteLine, fill, read_lines, refused, suggestions_answer, times_answer
from clients.cli.options import JsonOption

SERVICE = "notes"
SAMPLE = Path(__file__).parent / "sample" / "notes.jsonl"

app = typer.Typer(
    help="Find what notes ask to be created, and what their words of time mean.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

NotesFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="JSON Lines: id, text, language?, reference_time?, time_zone?."),
]
OutOption = Annotated[
    Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write: a .jsonl file.")
]
Answer = Callable[[NoteLine, Any], dict[str, Any]]


@app.command()
def suggest(context: typer.Context, file: NotesFile, *, out: OutOption, as_json: JsonOption = False) -> None:
    """Say for every note of a file what to create from it. Nothing is stored.

    OUT has a line for each note: id, suggestions (type, start, end, due, date_only, assignee, contact_name,
    span_start, span_end, confidence, title ...); times are local wall times. It appears whole at the end, or
    not at all.

    Examples:
        leadlight notes suggest notes.jsonl -o suggestions.jsonl
    """

    def request(line: NoteLine) -> notes_service_pb2.SuggestActionsStreamRequest:
        asked = notes_service_pb2.SuggestActionsStreamRequest()
        fill(asked.request, line, file)
        return asked

    def method(channel: grpc.Channel) -> Any:
        return notes_service_pb2_grpc.NotesServiceStub(channel).SuggestActionsStream

    counts = _through(
        context, file, out, request=request, method=method, answer=suggestions_answer, counted="suggestions"
    )
    _report(counts, out, "suggestions", as_json=as_json)


@app.command()
def times(context: typer.Context, file: NotesFile, *, out: OutOption, as_json: JsonOption = False) -> None:
    """Find every expression of time in the notes of a file and say what it means. Nothing is stored.

    OUT has a line for each note: id, times (span_start, span_end, kind, grain, values, alternatives); an
    instant has its start as value, an interval its two ends. It appears whole at the end, or not at all.

    Examples:
        leadlight notes times notes.jsonl -o times.jsonl
    """

    def request(line: NoteLine) -> notes_service_pb2.ResolveTimesStreamRequest:
        asked = notes_service_pb2.ResolveTimesStreamRequest()
        fill(asked.request, line, file)
        return asked

    def method(channel: grpc.Channel) -> Any:
        return notes_service_pb2_grpc.NotesServiceStub(channel).ResolveTimesStream

    counts = _through(
        context, file, out, request=request, method=method, answer=times_answer, counted="times"
    )
    _report(counts, out, "times", as_json=as_json)


@app.command()
def sample(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Where to write: a .jsonl file.")],
) -> None:
    """Write synthetic notes in five languages, to try the other commands on.

    Examples:
        leadlight notes sample notes.jsonl
    """
    check_draft(out, SAMPLE, [".jsonl"])
    with open_draft(out) as draft:
        draft.write(SAMPLE.read_bytes())
    output.say(f"Synthetic notes written to {out}: `leadlight notes suggest {out} -o suggestions.jsonl`")


def _through(
    context: typer.Context,
    file: Path,
    out: Path,
    *,
    request: Callable[[NoteLine], Any],
    method: Callable[[grpc.Channel], Any],
    answer: Answer,
    counted: str,
) -> tuple[int, int]:
    """Sends a file through a stream; gives the number of notes and of what was found in them."""
    check_draft(out, file, [".jsonl"])
    lines = read_lines(file)
    notes = found = 0
    with (
        connect(context.obj, SERVICE) as channel,
        output.progress_bar("reading notes") as bar,
        open_draft(out) as draft,
    ):
        for line, result in answered(lines, request, method(channel)):
            _require_answer(line, result.status, file)
            told = answer(line, result.response)
            draft.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
            notes += 1
            found += len(told[counted])
            bar.update(line.done)
    return notes, found


def _require_answer(line: NoteLine, status: status_pb2.Status, file: Path) -> None:
    if status.code:
        raise refused(line, file, status.message)


def _report(counts: tuple[int, int], out: Path, what: str, *, as_json: bool) -> None:
    notes, found = counts
    if as_json:
        output.print_json({"notes": notes, what: found, "output": str(out)})
    else:
        output.say(f"{notes:,} notes read, {found:,} {what} written to {out}")


app.command("list")(note_commands.list_)
app.command("accept")(note_commands.accept)
app.command("dismiss")(note_commands.dismiss)
app.command("commitments")(note_commands.commitments)
