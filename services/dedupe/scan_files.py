"""Scans files for duplicates, without a server: `python -m services.dedupe.scan_files --help`.

For programs, such as `leadlight dedupe scan`: each line on standard output is a JSON object, {"progress", "stage"}
while it works and {"result"} or {"error"} at the end. The exit code is 1 after an error.
"""

import argparse
import json
import signal
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.common.batch.engine import Engine
from services.common.batch.engines import EngineName, EngineSettings, memory_of, open_engine
from services.common.errors import LeadlightError, invalid_argument
from services.dedupe.evidence import DEFAULT_THRESHOLD
from services.dedupe.fields import Field
from services.dedupe.scan import ScanRequest, found_clusters, scan, write_pairs

_MOST_CROWDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class FileScan:
    """What to scan, where to write, what to take of the machine.

    Attributes:
        request: The files.
        output: Where the pairs go: CSV, or Parquet by its ending.
        engine: What does it, and what that may take of the machine.
    """

    request: ScanRequest
    output: Path
    engine: EngineSettings = field(default_factory=EngineSettings)


def scan_files(order: FileScan) -> dict[str, Any]:
    """Scans and writes the pairs; tells on standard output how far it is.

    Returns:
        The scan in numbers, and the keys that too many records share.

    Raises:
        LeadlightError: A file lacks a column, or a record has no id.
    """
    # A cluster's machines share the folder of the output.
    folder = order.output.absolute().parent if order.engine.name is EngineName.SPARK else None
    with open_engine(order.engine, folder) as engine:
        report = scan(engine, order.request, lambda share, stage: _tell(progress=share, stage=stage))
        _require_ids(engine, order.request.id_column)
        _tell(progress=0.95, stage="writing what was found")
        write_pairs(engine, order.output)
        clusters = [cluster for _, cluster in found_clusters(engine)]
    return {
        "records": report.records,
        "not_comparable": report.not_comparable,
        "compared_pairs": report.compared,
        "pairs": report.pairs,
        "clusters": len(clusters),
        "clusters_with_bridge": sum(bool(cluster.weak_bridges) for cluster in clusters),
        "crowded_keys": report.damped_keys,
        "hidden_pairs": report.hidden_pairs,
        "most_crowded": [
            {"key": each.key, "records": each.records} for each in report.damped[:_MOST_CROWDED_SHOWN]
        ],
    }


def _require_ids(engine: Engine, column: str) -> None:
    query = "SELECT count(*) AS n FROM records WHERE id IS NULL OR trim(id) = ''"
    missing = engine.collect(query).column("n")[0].as_py()
    if missing:
        raise invalid_argument("id", f"{missing} records have none in column {column}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; gives its exit code."""
    # PySpark's word on a pandas that nothing here uses.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    order = _order(arguments)
    # Ended by an exception, it removes what it spilled to disk.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        _tell(result=scan_files(order))
    except LeadlightError as error:
        _tell(error=error.violations[0].description if error.violations else error.message)
        return 1
    except Exception as error:
        # Whatever an engine throws is told in one line.
        _tell(error=str(error).split("\n", 1)[0])
        return 1
    return 0


def _order(arguments: Sequence[str] | None) -> FileScan:
    parser = argparse.ArgumentParser(
        prog="python -m services.dedupe.scan_files", description="Scans files for duplicates."
    )
    parser.add_argument("file", type=Path, help="CSV with a header, or Parquet")
    parser.add_argument("--other", type=Path, help="a second file: pairs are then between the two only")
    parser.add_argument("--id", required=True, metavar="COL", help="column with the ids")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=COL",
        type=lambda text: text.split("=", 1),
        help=f"column of a field: {', '.join(Field)}; repeated",
    )
    parser.add_argument("--region", help="ISO 3166 country of telephone numbers and dates that name none")
    parser.add_argument("--threshold", type=float, default=DEFAULT_THRESHOLD)
    parser.add_argument("--output", type=Path, required=True, help="left, right, probability: CSV or Parquet")
    parser.add_argument("--engine", type=EngineName, choices=list(EngineName), default=EngineName.DUCKDB)
    parser.add_argument("--master", help="Spark's master")
    parser.add_argument("--remote", help="a Spark Connect server")
    parser.add_argument("--spark-conf", action="append", default=[], type=lambda text: text.split("=", 1))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--memory", type=memory_of, metavar="SIZE", help="such as 768MB")
    given = parser.parse_args(arguments)
    try:
        columns = {Field(field): column for field, column in given.column}
    except ValueError as error:
        parser.error(str(error))
    request = ScanRequest(
        given.file,
        given.id,
        columns,
        other=given.other,
        region=given.region,
        threshold=given.threshold,
    )
    engine = EngineSettings(
        given.engine, given.master, given.remote, given.memory, given.threads, dict(given.spark_conf)
    )
    return FileScan(request, given.output, engine)


def _tell(**event: object) -> None:
    sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
