"""`leadlight relationship`: activities in, ties and insights out."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

import grpc
import pyarrow as pa
import typer
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import (
    activity_pb2,
    activity_service_pb2_grpc,
    insight_pb2,
    record_pb2,
    relationship_service_pb2_grpc,
    tie_pb2,
    tie_service_pb2_grpc,
)
from pyarrow import csv, parquet

from clients.cli import output
from clients.cli.activity_rows import Columns
from clients.cli.activity_sources import format_of, open_source
from clients.cli.captured import OwnNames, Source
from clients.cli.captures import capture, ignore, never, offers, track
from clients.cli.connection import connect
from clients.cli.drafts import check_draft, open_draft
from clients.cli.failures import CommandError, UsageError
from clients.cli.file_stream import answered
from clients.cli.options import JsonOption, LanguageOption
from clients.cli.own_people import own_of, set_own
from clients.cli.refs import ref_of
from clients.cli.zones import zone_of

SERVICE = "relationship"
_CHUNK = 500
_RECORDS = 1000
_SHOWN_FAULTS = 5
_TIES = pa.schema([("person", pa.string()), ("contact", pa.string()), ("strength", pa.float64())])

app = typer.Typer(
    help="Take in mails, meetings and calls, or be offered them; see how relationships are, and who knows whom.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="CSV or Parquet, a row per activity or receiver; a mailbox (.mbox), mail (.eml) or calendar (.ics).",
        ),
    ],
    *,
    sender: Annotated[
        str, typer.Option("--from", metavar="COL", help="Column with who sent, called, invited.")
    ] = "",
    receivers: Annotated[
        str,
        typer.Option("--to", metavar="COL", help="Column with the others; several are separated by ; or ,."),
    ] = "",
    time: Annotated[
        str,
        typer.Option("--time", metavar="COL", help="Column with the time: ISO 8601, or seconds since 1970."),
    ] = "",
    file_format: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="csv, parquet, mbox, eml or ics; else by the suffix."),
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            metavar="COL", help="Column with email, meeting, call, task or other; else all are mails."
        ),
    ] = "",
    duration: Annotated[str, typer.Option(metavar="COL", help="Column with minutes.")] = "",
    thread: Annotated[str, typer.Option(metavar="COL", help="Column with the conversation's id.")] = "",
    id_column: Annotated[
        str, typer.Option("--id", metavar="COL", help="Column with the activity's id.")
    ] = "",
    subject: Annotated[str, typer.Option(metavar="COL", help="Column with the subject.")] = "",
    own: Annotated[
        str, typer.Option(metavar="A,B", help="Domains or addresses of own people, kept as settings.")
    ] = "",
    contacts: Annotated[
        bool,
        typer.Option("--contacts", help="Make a contact of every address that is not own, for `insights`."),
    ] = False,
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="IANA zone of times that name none.")
    ] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Take activities in, each once: the same file again changes nothing.

    Several receivers stand in one cell, separated by ; or , or in rows of their own: rows with the same --id, or
    without --id rows with the same sender, time, kind, thread and subject, are one activity.

    Of mails the headers alone are read, never the words. Mails and meetings that are marked private, or that own
    people alone took part in, are left out.

    Without --own, now or earlier, nobody is a customer: all who exchange mail know each other, in both directions.

    Examples:
        leadlight relationship import archive.mbox --own example.com --contacts

        leadlight relationship import mails.csv --from sender --to recipients --time sent_at --own example.com

        leadlight relationship import log.parquet --from from --to to --time unix_time --id message_id
    """
    columns = Columns(sender, receivers, time, kind, duration, thread, id_column, subject)
    own_names = [each.strip() for each in own.split(",") if each.strip()]
    zone, file_format = zone_of(time_zone), format_of(file, file_format)
    open_source(file, file_format, columns, zone, OwnNames(frozenset()))  # before anything is set
    with connect(context.obj, SERVICE) as channel, output.progress_bar("taking activities in"):
        if own_names:
            set_own(channel, own_names)
        known = OwnNames(frozenset(map(str.casefold, own_names))) if own_names else own_of(channel)
        source = open_source(file, file_format, columns, zone, known)
        counts, faults = _send(channel, source)
        if contacts:
            _make_contacts(channel, source.addresses, known)
    _report(counts, [*source.bad, *faults], source, as_json=as_json)


@app.command()
def strengths(
    context: typer.Context,
    *,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="T", help="Only whole days before T count: a date, a time, or seconds."
        ),
    ] = "",
    out: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="Where to write: .csv, .parquet or .jsonl.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Write how strong each tie is: person, contact, strength (0 to 100, unrounded).

    Examples:
        leadlight relationship strengths --as-of 2001-09-01 -o ties.csv
    """
    check_draft(out, None, [".csv", ".parquet", ".jsonl"])
    request = tie_pb2.StreamTiesRequest()
    if as_of:
        request.as_of_time.CopyFrom(_as_of(as_of))
    ties = 0
    with (
        connect(context.obj, SERVICE) as channel,
        open_draft(out) as draft,
        _WRITERS[out.suffix.lower()](draft) as writer,
    ):
        for answer in tie_service_pb2_grpc.TieServiceStub(channel).StreamTies(request):
            writer.write_batch(_batch(answer))
            ties += len(answer.ties)
    if as_json:
        output.print_json({"ties": ties, "output": str(out)})
    else:
        output.say(f"{ties:,} ties written to {out}")


@app.command()
def insights(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="KIND/ID, such as account/A-17.")],
    *,
    days: Annotated[int, typer.Option(min=1, max=730, help="Days that the counts are of.")] = 60,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="T", help="As of when: a date, a time, or seconds.")
    ] = "",
    language: LanguageOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show how the relationship behind a record is.

    Examples:
        leadlight relationship insights account/A-17

        leadlight relationship insights account/A-17 --language da
    """
    request = insight_pb2.GetInsightsRequest(ref=ref_of(ref, "REF"), window_days=days, language=language)
    if as_of:
        request.as_of_time.CopyFrom(_as_of(as_of))
    with connect(context.obj, SERVICE) as channel:
        found = relationship_service_pb2_grpc.RelationshipServiceStub(channel).GetInsights(request)
    if as_json:
        output.print_json(json_format.MessageToDict(found, preserving_proto_field_name=True))
        return
    output.print_table(f"{ref}, the last {days} days", ("what", "value"), list(_rows(found)))
    for sentence in found.summary:
        output.say(sentence)


for _command in (capture, offers, track, ignore, never):
    app.command()(_command)


def _send(channel: grpc.Channel, source: Source) -> tuple[dict[str, int], list[str]]:
    """Streams activities; gives how many had which outcome, and what the service refused."""
    stub = activity_service_pb2_grpc.ActivityServiceStub(channel)
    counts = {"added": 0, "corrected": 0, "unchanged": 0}
    faults: list[str] = []
    for sent, answer in answered(_chunks(source), lambda chunk: chunk, stub.ImportActivities):
        if answer.status.code:
            raise CommandError(f"activities were refused: {answer.status.message}")
        for activity, result in zip(sent.activities, answer.results, strict=True):
            if result.status.code:
                faults.append(f"activity {activity.id}: {result.status.message}")
            else:
                name = activity_pb2.ActivityOutcome.Name(result.outcome)
                counts[name.removeprefix("ACTIVITY_OUTCOME_").lower()] += 1
    return counts, faults


def _chunks(source: Source) -> Iterator[activity_pb2.ImportActivitiesRequest]:
    chunk = activity_pb2.ImportActivitiesRequest()
    for activity in source.activities():
        chunk.activities.append(activity)
        if len(chunk.activities) == _CHUNK:
            yield chunk
            chunk = activity_pb2.ImportActivitiesRequest()
    if chunk.activities:
        yield chunk


def _make_contacts(channel: grpc.Channel, addresses: set[str], own: OwnNames) -> None:
    """Makes a contact of each address that is not own; its id is the address."""
    stub = relationship_service_pb2_grpc.RelationshipServiceStub(channel)
    others = sorted(address for address in {each.casefold() for each in addresses} if not own.has(address))
    for start in range(0, len(others), _RECORDS):
        made = [
            record_pb2.RelationshipRecord(
                ref=common_pb2.RecordRef(kind=common_pb2.RECORD_KIND_CONTACT, id=address), addresses=[address]
            )
            for address in others[start : start + _RECORDS]
        ]
        stub.BatchUpsertRecords(record_pb2.BatchUpsertRecordsRequest(records=made))


def _report(counts: dict[str, int], faults: list[str], source: Source, *, as_json: bool) -> None:
    total = sum(counts.values())
    if source.naive:
        output.note(
            f"{source.naive:,} times named no zone and were taken as {source.zone.key}; see --time-zone"
        )
    for why, count in sorted(source.left_out.items()):
        output.note(f"not offered: {count:,} {why}")
    for fault in faults[:_SHOWN_FAULTS]:
        output.note(f"left out: {fault}")
    if len(faults) > _SHOWN_FAULTS:
        output.note(f"left out: {len(faults) - _SHOWN_FAULTS:,} more")
    if as_json:
        left_out = dict(sorted(source.left_out.items()))
        output.print_json({"activities": total, **counts, "refused": len(faults), "not_offered": left_out})
    else:
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        output.say(f"{total:,} activities: {told}; {len(faults):,} left out")
    if faults and not total:
        raise CommandError("no activity could be taken in; the lines above say why")


def _rows(found: insight_pb2.Insights) -> Iterator[tuple[str, str]]:
    health = found.health
    state = insight_pb2.HealthState.Name(health.state).removeprefix("HEALTH_STATE_").lower().replace("_", " ")
    yield "health", f"{health.score} ({state})" if health.HasField("score") else state
    if health.HasField("parts"):
        parts = health.parts
        points = (
            (parts.activity_points, 45),
            (parts.recency_points, 30),
            (parts.engagement_points, 25),
        )
        told = ", ".join(f"{got:.1f} of {most}" for got, most in points)
        yield "points of activity, recency, engagement", told
    trend = insight_pb2.HealthTrend.Name(health.trend).removeprefix("HEALTH_TREND_").lower()
    yield "trend", trend.replace("_", " ")
    for kind in found.kinds:
        name = activity_pb2.ActivityKind.Name(kind.kind).removeprefix("ACTIVITY_KIND_").lower()
        yield (
            name.replace("_", " "),
            f"{kind.from_us_count} from us, {kind.from_customer_count} from the customer",
        )
    yield "our time", _minutes(found.own_time.ToTimedelta().total_seconds())
    yield "the customer's time", _minutes(found.customer_time.ToTimedelta().total_seconds())
    for side, times in (("we answer", found.our_responses), ("they answer", found.customer_responses)):
        if times.HasField("median"):
            yield (
                side,
                f"{times.rate:.0%}, half within {_minutes(times.median.ToTimedelta().total_seconds())}",
            )
    if found.HasField("last_interaction"):
        yield "last", _interaction(found.last_interaction)
    if found.HasField("next_interaction"):
        yield "next", _interaction(found.next_interaction)
    yield "mails that wait", str(found.unanswered_count)
    for alert in found.alerts:
        what = insight_pb2.AlertKind.Name(alert.kind).removeprefix("ALERT_KIND_").lower().replace("_", " ")
        yield "alert", f"{what} {alert.subject} ({alert.value:.2g})"


def _interaction(interaction: insight_pb2.Interaction) -> str:
    return f"{interaction.time.ToDatetime():%Y-%m-%d %H:%M} {interaction.subject}".strip()


def _minutes(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"


def _as_of(text: str) -> Timestamp:
    """A date (its midnight), a time, or seconds since 1970; UTC where no zone is named."""
    message = Timestamp()
    try:
        if text.isdigit() and len(text) > len("20010901"):
            at = datetime.fromtimestamp(int(text), UTC)
        else:
            at = datetime.fromisoformat(text)
        message.FromDatetime(at.astimezone(UTC) if at.tzinfo else at)
    except (ValueError, OverflowError):
        raise UsageError(f"--as-of {text}: write a date or a time, such as {date.today()}") from None  # noqa: DTZ011
    return message


def _batch(answer: tie_pb2.StreamTiesResponse) -> pa.RecordBatch:
    ties = answer.ties
    columns = [[tie.person for tie in ties], [tie.contact for tie in ties], [tie.strength for tie in ties]]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _TIES.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_TIES)


class _JsonLines:
    """Takes batches of ties as lines of JSON."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Appends a line for each tie."""
        for row in batch.to_pylist():
            self._file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.flush()


_WRITERS: dict[str, Any] = {
    ".csv": lambda file: csv.CSVWriter(file, _TIES),
    ".parquet": lambda file: parquet.ParquetWriter(file, _TIES),
    ".jsonl": _JsonLines,
}
