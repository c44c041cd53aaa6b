"""`leadlight dedupe scan`, `clusters` and `weights`: everything compared with everything."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf import any_pb2, json_format
from leadlight.dedupe.v1 import scan_pb2, scan_service_pb2_grpc

from clients.cli import output
from clients.cli.connection import connect
from clients.cli.drafts import check_draft, draft_path, open_draft
from clients.cli.engines import (
    Engine,
    EngineOption,
    MasterOption,
    MemoryOption,
    RemoteOption,
    SparkConfOption,
    engine_arguments,
)
from clients.cli.failures import CommandError, UsageError, did_you_mean, unknown_column
from clients.cli.file_scan import FileScan
from clients.cli.file_scan import scan as scan_files
from clients.cli.operations import follow
from clients.cli.options import JsonOption
from clients.cli.pages import PAGE_SIZE
from clients.cli.record_columns import mapping
from clients.cli.refs import optional_ref, ref_text
from clients.cli.tables import open_table

SAMPLE = Path(__file__).parent / "sample" / "duplicates.csv"
_SERVICE = "dedupe"
_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "address",
    "city",
    "postal_code",
    "birth_date",
    "national_id",
)
_REGION = re.compile(r"[A-Z]{2}")
_MOST_CROWDED = 5
_MOST_RECORDS = 5
_CLUSTERS_AFTER_SCAN = 20


def scan(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="CSV with a header, or Parquet. Without it: what is stored."),
    ] = None,
    *,
    stored: Annotated[
        bool, typer.Option("--stored", help="Scan the stored records; the same as no FILE.")
    ] = False,
    id_column: Annotated[str, typer.Option("--id", metavar="COL", help="Of FILE: column with the ids.")] = "",
    columns: Annotated[
        str,
        typer.Option(
            "--map",
            metavar="FIELD=COL,...",
            help=f"Of FILE: columns of {', '.join(_FIELDS)}, where they have other names.",
        ),
    ] = "",
    other: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE2",
            help="A second file with the same columns: pairs are then between the two only.",
        ),
    ] = None,
    engine: EngineOption = Engine.DUCKDB,
    master: MasterOption = "",
    remote: RemoteOption = "",
    memory: MemoryOption = "",
    spark_conf: SparkConfOption = None,
    region: Annotated[
        str,
        typer.Option(
            metavar="XX", help="Of FILE: country of telephone numbers and dates that name none, such as US."
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT", help="Of FILE: where the pairs go, a .csv or .parquet file."
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Least probability of a pair that is kept, above 0 up to 1.")
    ] = 0.5,
    exclude_inactive: Annotated[
        bool, typer.Option("--exclude-inactive", help="Of what is stored: leave out retired records.")
    ] = False,
    keep_weights: Annotated[
        bool,
        typer.Option(
            "--keep-weights", help="Of what is stored: compare by the weights that hold; estimate none."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find all duplicates: in a file, between two files, or among the records that are stored.

    A file is scanned on this machine, or on a Spark cluster: no server is needed, nothing is stored. OUT has a line
    for each pair:
    left, right, probability; the likeliest first. It appears whole at the end, or not at all. Weights are
    estimated from the records themselves, without labels.

    Examples:
        leadlight dedupe scan crm.csv --id id --map last_name=Name,email=Mail --region DE -o pairs.csv

        leadlight dedupe scan crm.csv --id id --map company=name,city=city --other fair.csv -o pairs.parquet

        leadlight dedupe scan --stored
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"--threshold {threshold:g}: a probability above 0 up to 1")
    if file is None:
        of_file = {"--id": id_column, "--map": columns, "--other": other, "--region": region, "-o": out}
        given = [option for option, value in of_file.items() if value]
        if given or engine is Engine.SPARK:
            raise UsageError(f"{', '.join(given) or '--engine spark'}: name the FILE to scan")
        request = scan_pb2.ScanDuplicatesRequest(
            threshold=threshold, exclude_inactive=exclude_inactive, keep_weights=keep_weights
        )
        _scan_stored(context, request, as_json=as_json)
        return
    if stored or exclude_inactive or keep_weights:
        raise UsageError("--stored, --exclude-inactive and --keep-weights go without a FILE")
    if out is None:
        raise UsageError("-o OUT: say where the pairs go, a .csv or .parquet file")
    if region and not _REGION.fullmatch(region):
        raise UsageError(f"--region {region}: two capital letters, such as US")
    chosen = _columns([file, other] if other else [file], id_column, columns)
    by = engine_arguments(engine, master, remote, memory, spark_conf or ())
    order = FileScan(file, other, id_column, chosen, region, threshold, by)
    check_draft(out, file, [".csv", ".parquet"])
    with output.progress_bar("scanning") as bar, draft_path(out) as draft:
        found = scan_files(order, draft, bar)
    _report_files(found, out, as_json=as_json)


def clusters(
    context: typer.Context,
    *,
    record: Annotated[
        str, typer.Option("--record", metavar="KIND/ID", help="Only those with this record.")
    ] = "",
    bridges: Annotated[
        bool, typer.Option("--bridges", help="Only those that hang together by a weak pair.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the clusters that the last scan of the stored records found, the surest first.

    Examples:
        leadlight dedupe clusters --bridges

        leadlight dedupe clusters --record lead/L-17
    """
    request = scan_pb2.ListClustersRequest(
        parent="scans/-", ref=optional_ref(record, "--record"), only_with_bridge=bridges
    )
    with connect(context.obj, _SERVICE) as channel:
        found = _clusters(scan_service_pb2_grpc.ScanServiceStub(channel), request, limit)
    if as_json:
        output.print_json([_as_json(each) for each in found])
    elif found:
        _print_clusters(found)
    else:
        output.say("No clusters.")


def weights(
    context: typer.Context,
    *,
    reset: Annotated[
        bool, typer.Option("--reset", help="Go back to those that ship with the service.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the weights that comparisons use: for each field and level of agreement, in bits.

    Examples:
        leadlight dedupe weights
    """
    with connect(context.obj, _SERVICE) as channel:
        stub = scan_service_pb2_grpc.ScanServiceStub(channel)
        if reset:
            in_force = stub.ResetWeights(scan_pb2.ResetWeightsRequest())
        else:
            in_force = stub.GetWeights(scan_pb2.GetWeightsRequest())
    if as_json:
        output.print_json(_as_json(in_force))
        return
    output.print_table(
        "Weights that ship with the service"
        if in_force.is_default
        else f"Weights that {in_force.scan} estimated",
        ("field", "level", ">of matches", ">of strangers", ">bits"),
        [
            (
                field.field,
                level.level,
                f"{level.match_rate:.4f}",
                f"{level.stranger_rate:.4f}",
                f"{level.weight:+.1f}",
            )
            for field in in_force.fields
            for level in field.levels
        ],
    )


def _columns(files: Sequence[Path], id_column: str, columns: str) -> dict[str, str]:
    """Columns by field, checked against the files' headers; those that are called as a field if none is named."""
    if not id_column:
        raise UsageError("--id COL: say which column holds the ids")
    chosen: dict[str, str] = {}
    headers = [open_table(path).columns for path in files]
    for there in headers:
        if id_column not in there:
            raise unknown_column("--id", id_column, there)
        chosen = mapping(columns, there)
    for field in chosen:
        if field not in _FIELDS:
            raise UsageError(
                f"--map {field}=...: there is no such field{did_you_mean(field, list(_FIELDS))} "
                f"Compared are: {', '.join(_FIELDS)}"
            )
    called = {field: field for field in _FIELDS if all(field in there for there in headers)}
    if not chosen and not called:
        raise UsageError("--map FIELD=COL,...: no column is called as a field; say which columns hold what")
    return chosen or called


def _report_files(found: dict[str, Any], out: Path, *, as_json: bool) -> None:
    if as_json:
        output.print_json({**found, "output": str(out)})
        return
    rows = [
        ("records", f"{found['records']:,}"),
        ("  with nothing to compare", f"{found['not_comparable']:,}"),
        ("pairs compared", f"{found['compared_pairs']:,}"),
        ("pairs found", f"{found['pairs']:,}"),
        ("clusters", f"{found['clusters']:,}"),
        ("  that hang by a weak pair", f"{found['clusters_with_bridge']:,}"),
        ("crowded keys", f"{found['crowded_keys']:,}"),
        ("  pairs under them", f"{found['hidden_pairs']:,}"),
    ]
    output.print_table("", ("found", ">number"), rows)
    for crowded in found["most_crowded"][:_MOST_CROWDED]:
        output.note(
            f"{crowded['records']:,} records share {crowded['key']}: they are compared by other keys only"
        )
    output.say(f"{found['pairs']:,} pairs written to {out}")


def _scan_stored(context: typer.Context, request: scan_pb2.ScanDuplicatesRequest, *, as_json: bool) -> None:
    scan = scan_pb2.Scan()
    with connect(context.obj, _SERVICE) as channel, output.progress_bar("scanning") as bar:

        def show(metadata: any_pb2.Any) -> None:
            told = scan_pb2.ScanDuplicatesMetadata()
            if metadata.Unpack(told) and told.stage:
                bar.update(told.progress, told.stage)

        stub = scan_service_pb2_grpc.ScanServiceStub(channel)
        operation = stub.ScanDuplicates(request)
        answer = follow(channel, operation, show, cancel_on_interrupt=True)
        if not answer.Unpack(scan):
            raise CommandError("the service answered something else than a scan")
        listed = scan_pb2.ListClustersRequest(parent=scan.name)
        found = _clusters(stub, listed, PAGE_SIZE if as_json else _CLUSTERS_AFTER_SCAN)
    if as_json:
        output.print_json({**_as_json(scan), "clusters": [_as_json(each) for each in found]})
        return
    if found:
        _print_clusters(found)
    more = scan.cluster_count - len(found)
    output.say(
        f"{scan.record_count:,} records scanned: {scan.pair_count:,} pairs in {scan.cluster_count:,} clusters"
        + (f", {more:,} more of them in `leadlight dedupe clusters`" if more else "")
    )


def _clusters(
    stub: scan_service_pb2_grpc.ScanServiceStub, request: scan_pb2.ListClustersRequest, limit: int
) -> list[scan_pb2.Cluster]:
    """The first clusters of a list, page by page."""
    found: list[scan_pb2.Cluster] = []
    while len(found) < limit:
        request.page_size = min(PAGE_SIZE, limit - len(found))
        page = stub.ListClusters(request)
        found += page.clusters
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    return found


def _print_clusters(found: list[scan_pb2.Cluster]) -> None:
    rows = []
    for cluster in found:
        shown = ", ".join(ref_text(ref) for ref in cluster.records[:_MOST_RECORDS])
        more = cluster.record_count - min(len(cluster.records), _MOST_RECORDS)
        weak = "; ".join(
            f"{ref_text(each.left)} - {ref_text(each.right)} ({each.probability:.2f})"
            for each in cluster.bridges
        )
        rows.append(
            (shown + (f" and {more:,} more" if more else ""), f"{cluster.least_probability:.3f}", weak)
        )
    output.print_table("", ("records", ">least probability", "hang together by"), rows)


def _as_json(message: Any) -> dict[str, Any]:
    told: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return told


def sample(
    out: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write: a .csv file.")],
) -> None:
    """Write synthetic records with duplicates in five languages, to try the other commands on.

    Examples:
        leadlight dedupe sample -o crm.csv
    """
    check_draft(out, SAMPLE, [".csv"])
    with open_draft(out) as draft:
        draft.write(SAMPLE.read_bytes())
    output.say(f"Synthetic records written to {out}: `leadlight dedupe scan {out} --id id -o pairs.csv`")
