"""`leadlight dedupe`: store records, say who they already are, make them one and take that back."""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf import json_format
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.dedupe.v1 import (
    dedupe_service_pb2_grpc,
    duplicate_pb2,
    record_pb2,
    settings_pb2,
)

from clients.cli import dedupe_merges, dedupe_rules, dedupe_scans, output
from clients.cli.connection import connect
from clients.cli.failures import UsageError
from clients.cli.file_stream import answered
from clients.cli.options import JsonOption
from clients.cli.record_columns import Row, mapping, rows
from clients.cli.refs import ref_of, ref_text
from clients.cli.tables import open_table

SERVICE = "dedupe"
_IN_FLIGHT = 512
_MOST_SHOWN = 20
_MOST_REASONS = 3

app = typer.Typer(
    help="Find records that are the same person or company, make them one, and take that back.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Kind(StrEnum):
    """What records are."""

    LEAD = "lead"
    CONTACT = "contact"
    ACCOUNT = "account"

    @property
    def proto(self) -> common_record_pb2.RecordKind.ValueType:
        """The kind in the protos."""
        return common_record_pb2.RecordKind.Value(f"RECORD_KIND_{self.name}")


FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV with a header (UTF-8; delimiter found out), or Parquet.")
]
IdOption = Annotated[str, typer.Option("--id", metavar="COL", help="Column with the CRM's id of the record.")]
MapOption = Annotated[
    str,
    typer.Option(
        "--map",
        metavar="FIELD=COL,...",
        help="Columns of fields that are compared: first_name, last_name, email, phone, company, address, city, "
        "postal_code, birth_date, national_id. Other columns keep their names.",
    ),
]
RegionOption = Annotated[
    str,
    typer.Option(
        metavar="XX",
        help="Country of telephone numbers and dates that name none, such as US: kept as a setting.",
    ),
]


@dataclass
class _Import:
    """What became of a file."""

    stored: int = 0
    not_comparable: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    pairs: set[frozenset[str]] = field(default_factory=set)


@app.command("import")
def import_(
    context: typer.Context,
    file: FileArgument,
    *,
    id_column: IdOption,
    columns: MapOption = "",
    kind: Annotated[Kind, typer.Option(help="What the records are.")] = Kind.LEAD,
    region: RegionOption = "",
    check: Annotated[
        bool,
        typer.Option("--check", help="Say of each record who it already is among what is stored by then."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Store the records of a file; a record that is stored already is replaced.

    A record that is refused does not stop the others; the exit code is 1 then.

    Examples:
        leadlight dedupe import leads.csv --id id --map first_name=Vorname,last_name=Name,email=Mail --region DE

        leadlight dedupe import contacts.csv --id id --kind contact --check
    """
    table = open_table(file)
    chosen = mapping(columns, table.columns)
    found = _Import()
    with connect(context.obj, SERVICE) as channel, output.progress_bar("storing records") as bar:
        stub = dedupe_service_pb2_grpc.DedupeServiceStub(channel)
        _set_region(stub, region)

        def request(row: Row) -> record_pb2.ImportRecordsRequest:
            ref = common_record_pb2.RecordRef(kind=kind.proto, id=row.id)
            record = record_pb2.Record(ref=ref, fields=row.fields)
            return record_pb2.ImportRecordsRequest(
                record=record, check=duplicate_pb2.FindOptions() if check else None
            )

        answers = answered(rows(table, id_column, chosen), request, stub.ImportRecords, in_flight=_IN_FLIGHT)
        for row, answer in answers:
            _take(found, f"{kind.value}/{row.id}", answer)
            bar.update(row.done)
    _report(found, as_json=as_json)
    if found.refused:
        raise typer.Exit(1)


@app.command()
def find(
    context: typer.Context,
    *,
    record: Annotated[
        str,
        typer.Argument(
            metavar="RECORD",
            help='KIND/ID of a stored record, or the fields of one that need not be: {"email": "a@b.c"}.',
        ),
    ],
    kind: Annotated[Kind, typer.Option(help="What a record given by its fields is.")] = Kind.LEAD,
    among: Annotated[
        list[Kind] | None, typer.Option(help="Look among this kind only; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 10,
    threshold: Annotated[float, typer.Option(help="Least probability of a match, above 0 up to 1.")] = 0.5,
    as_json: JsonOption = False,
) -> None:
    """Say who a record already is, with the evidence. Nothing is stored.

    Examples:
        leadlight dedupe find '{"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"}'

        leadlight dedupe find lead/L-17 --among contact --json
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"--threshold {threshold:g}: a probability above 0 up to 1")
    request = duplicate_pb2.FindDuplicatesRequest(
        options=duplicate_pb2.FindOptions(
            kinds=[each.proto for each in among or ()], limit=limit, threshold=threshold
        )
    )
    if record.lstrip().startswith("{"):
        request.record.CopyFrom(duplicate_pb2.Subject(kind=kind.proto, fields=_fields(record)))
    else:
        request.ref.CopyFrom(ref_of(record, "RECORD"))
    with connect(context.obj, SERVICE) as channel:
        answer = dedupe_service_pb2_grpc.DedupeServiceStub(channel).FindDuplicates(request)
    if as_json:
        output.print_json(json_format.MessageToDict(answer, preserving_proto_field_name=True))
        return
    for crowded in answer.crowded_keys:
        output.note(
            f"{crowded.record_count:,} records or more share its {' and '.join(crowded.fields)}: "
            "not all of them were looked at"
        )
    if answer.not_comparable:
        output.say("The record has nothing to compare.")
    elif not answer.duplicates:
        output.say("No duplicates found.")
    else:
        output.print_table(
            "",
            ("record", ">probability", "why", "rules"),
            [
                (
                    ref_text(each.ref),
                    f"{each.probability:.3f}",
                    _why(each),
                    ", ".join(rule.removeprefix("rules/") for rule in each.rules),
                )
                for each in answer.duplicates
            ],
        )


def _why(duplicate: duplicate_pb2.Duplicate) -> str:
    """What speaks most for the pair, then what speaks against it."""
    telling = sorted(duplicate.evidence.fields, key=lambda each: -abs(each.weight))[:_MOST_REASONS]
    told = [f"{each.field} {each.level} ({each.weight:+.1f})" for each in telling]
    return "; ".join([*told, *duplicate.evidence.reasons])


def _fields(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"RECORD: this is no JSON ({error})") from None
    if not isinstance(value, dict) or any(isinstance(each, list | dict) for each in value.values()):
        raise UsageError('RECORD: give a JSON object of texts: {"email": "a@b.c"}')
    return {name: str(each) for name, each in value.items() if each is not None}


def _set_region(stub: dedupe_service_pb2_grpc.DedupeServiceStub, region: str) -> None:
    """Keeps a country as the tenant's, if it is another one than now."""
    if not region:
        return
    settings = stub.GetDedupeSettings(settings_pb2.GetDedupeSettingsRequest())
    if settings.default_region != region:
        request = settings_pb2.UpdateDedupeSettingsRequest(
            settings=settings_pb2.DedupeSettings(default_region=region)
        )
        request.update_mask.paths.append("default_region")
        stub.UpdateDedupeSettings(request)


def _take(found: _Import, name: str, answer: record_pb2.ImportRecordsResponse) -> None:
    if answer.status.code:
        found.refused.append({"record": name, "why": answer.status.message})
        return
    found.stored += 1
    found.not_comparable += not answer.record.comparable
    for each in answer.duplicates:
        # Rows that were stored together find each other: a pair is told once.
        pair = frozenset((name, ref_text(each.ref)))
        if pair not in found.pairs:
            found.pairs.add(pair)
            found.duplicates.append(
                {"record": name, "duplicate": ref_text(each.ref), "probability": each.probability}
            )


def _report(found: _Import, *, as_json: bool) -> None:
    if as_json:
        output.print_json(
            {
                "stored": found.stored,
                "not_comparable": found.not_comparable,
                "refused": found.refused,
                "duplicates": found.duplicates,
            }
        )
        return
    if found.duplicates:
        shown = sorted(found.duplicates, key=lambda each: -each["probability"])[:_MOST_SHOWN]
        output.print_table(
            "",
            ("record", "may be", ">probability"),
            [(each["record"], each["duplicate"], f"{each['probability']:.3f}") for each in shown],
        )
    for each in found.refused[:_MOST_SHOWN]:
        output.note(f"{each['record']} refused: {each['why']}")
    told = [f"{found.stored:,} records stored"]
    told += [f"{found.not_comparable:,} of them with nothing to compare"] if found.not_comparable else []
    told += [f"{len(found.refused):,} refused"] if found.refused else []
    told += [f"{len(found.duplicates):,} possible pairs"] if found.duplicates else []
    output.say(", ".join(told))


app.command("scan")(dedupe_scans.scan)
app.command("clusters")(dedupe_scans.clusters)
app.command("weights")(dedupe_scans.weights)
app.command("sample")(dedupe_scans.sample)
app.add_typer(dedupe_rules.app, name="rules")
app.command("merge")(dedupe_merges.merge)
app.command("unmerge")(dedupe_merges.unmerge)
app.command("detach")(dedupe_merges.detach)
app.command("merges")(dedupe_merges.merges)
