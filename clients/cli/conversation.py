"""`leadlight conversation`: what is in the transcript of a call, and how texts sound."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from leadlight.conversation.v1 import (
    analysis_pb2,
    call_pb2,
    conversation_service_pb2,
    conversation_service_pb2_grpc,
    tracker_pb2,
)

from clients.cli import output
from clients.cli.call_home import home
from clients.cli.connection import connect
from clients.cli.drafts import check_draft, open_draft
from clients.cli.failures import UsageError
from clients.cli.file_stream import answered
from clients.cli.note_lines import NoteLine, read_lines, refused
from clients.cli.options import JsonOption
from services.common.file_formats.calls import analysis_json

SERVICE = "conversation"

app = typer.Typer(
    help="Say what is in the transcripts of calls, how texts sound, and what calls add up to.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


app.command()(home)


class Format(StrEnum):
    """How a transcript is written."""

    JSON = "json"
    VTT = "vtt"
    SRT = "srt"
    WORDS = "words"


_FORMATS = {
    Format.JSON: call_pb2.TRANSCRIPT_FORMAT_JSON,
    Format.VTT: call_pb2.TRANSCRIPT_FORMAT_WEBVTT,
    Format.SRT: call_pb2.TRANSCRIPT_FORMAT_SRT,
    Format.WORDS: call_pb2.TRANSCRIPT_FORMAT_TIMED_WORDS,
}


@app.command()
def analyze(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The transcript.")],
    *,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write: a .json file.")],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help="How FILE is written; words is word-timed JSON.", show_default="by suffix"
        ),
    ] = None,
    seller: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="vtt and srt: a speaker who sells; may be repeated."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="vtt and srt: en, da, nb, sv or zh.", show_default="found out")
    ] = "",
    keyword: Annotated[
        list[str] | None, typer.Option(metavar="PHRASE", help="Listen for it; may be repeated.")
    ] = None,
    competitor: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Listen for it; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is in a call: measures, sentiment, names, tracked phrases, parts, summary. Nothing is stored.

    OUT has measures, turns (with sentiment), entities (turn, start, end, label, text), hits, commitments (who
    owes what, due when) and more. JSON
    without "consent": true is refused; of a vtt or srt file, which cannot say so, you vouch for it by the command.

    Examples:
        leadlight conversation analyze call.json -o analysis.json

        leadlight conversation analyze teams.vtt --seller "Anna Berg" --competitor Contoso -o analysis.json
    """
    check_draft(out, file, [".json"])
    request = conversation_service_pb2.AnalyzeCallRequest(
        file=call_pb2.TranscriptFile(
            content=_content(file),
            format=_FORMATS[form or _format_of(file)],
            sellers=seller or [],
            language=language,
            consent=True,
        ),
        trackers=[
            *_trackers("keyword", tracker_pb2.TRACKER_KIND_KEYWORD, keyword or []),
            *_trackers("competitor", tracker_pb2.TRACKER_KIND_COMPETITOR, competitor or []),
        ],
    )
    with connect(context.obj, SERVICE, "notes") as channel, open_draft(out) as draft:
        stub = conversation_service_pb2_grpc.ConversationServiceStub(channel)
        response = stub.AnalyzeCall(request)
        told = analysis_json(response)
        draft.write(json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n")
    for warning in response.analysis.warnings:
        output.note(warning)
    if analysis_pb2.ANALYSIS_PART_COMMITMENTS in response.analysis.missing_parts:
        output.note(
            "commitments are missing: the notes service, which reads when they are due, did not answer"
        )
    counts = {name: len(told[name]) for name in ("turns", "entities", "hits", "commitments")}
    if as_json:
        output.print_json({**counts, "output": str(out)})
    else:
        counted = ", ".join(f"{count:,} {what}" for what, count in counts.items())
        output.say(f"{counted} written to {out}")


@app.command()
def sentiment(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines: id, text, language?.")],
    *,
    out: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write: a .jsonl file.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Say for every text of a file whether it is positive, neutral or negative. Nothing is stored.

    OUT has a line for each text: id, sentiment (positive, neutral, negative), score (-1 to 1). It appears
    whole at the end, or not at all.

    Examples:
        leadlight conversation sentiment texts.jsonl -o sentiment.jsonl
    """

    def request(line: NoteLine) -> conversation_service_pb2.AnalyzeSentimentStreamRequest:
        try:
            text = conversation_service_pb2.SentimentText(
                text=line.note["text"] or "", language=line.note.get("language") or ""
            )
        except ValueError:
            raise UsageError(
                f"{file.name} line {line.number}: the text holds half of a character (a lone surrogate)"
            ) from None
        return conversation_service_pb2.AnalyzeSentimentStreamRequest(text=text)

    check_draft(out, file, [".jsonl"])
    texts = 0
    with (
        connect(context.obj, SERVICE) as channel,
        output.progress_bar("reading texts") as bar,
        open_draft(out) as draft,
    ):
        stub = conversation_service_pb2_grpc.ConversationServiceStub(channel)
        for line, result in answered(read_lines(file, "text"), request, stub.AnalyzeSentimentStream):
            if result.status.code:
                raise refused(line, file, result.status.message)
            draft.write(
                json.dumps(_sentiment_line(line, result.sentiment), ensure_ascii=False).encode() + b"\n"
            )
            texts += 1
            bar.update(line.done)
    if as_json:
        output.print_json({"texts": texts, "output": str(out)})
    else:
        output.say(f"{texts:,} texts read, their sentiment written to {out}")


def _sentiment_line(line: NoteLine, found: conversation_service_pb2.TextSentiment) -> dict[str, Any]:
    tone = analysis_pb2.Tone.Name(found.tone).removeprefix("TONE_").lower()
    return {"id": line.note["id"], "sentiment": tone, "score": round(found.score, 4)}


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    if not content:
        raise UsageError(f"{file} is empty")
    return content


def _format_of(file: Path) -> Format:
    try:
        return Format(file.suffix.lower().removeprefix("."))
    except ValueError:
        known = ", ".join(Format)
        raise UsageError(f"{file}: its suffix names no format; say --format, one of {known}") from None


def _trackers(
    prefix: str, kind: tracker_pb2.TrackerKind.ValueType, phrases: list[str]
) -> list[tracker_pb2.Tracker]:
    """A tracker for each phrase; its id says which of the options it was, from 1."""
    return [
        tracker_pb2.Tracker(id=f"{prefix}-{number}", kind=kind, phrases=[phrase])
        for number, phrase in enumerate(phrases, start=1)
    ]
