"""A job for tests of the runner: values by group, in two stages, of which the second may be killed once."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from services.common.batch.engine import Engine
from services.common.batch.job import TIME, Job, JobInput, JobOption, JobOptions, Stage

ROWS_CSV = 'name,value\na,1\nb,2\na,\n"",5\n,7\n'
ROWS = [("a", 1), ("b", 2), ("a", None), ("", 5), (None, 7)]
"""The same."""
COUNTED = [
    {"name": "", "n": 1, "total": 10, "part": 2.5},
    {"name": "a", "n": 2, "total": 2, "part": 0.5},
    {"name": "b", "n": 1, "total": 4, "part": 1.0},
    {"name": None, "n": 1, "total": 14, "part": 3.5},
]
"""What the job makes of `ROWS_CSV`."""

_CHANGED = pa.schema([("name", pa.string()), ("doubled", pa.int64())])


def _doubled(batch: pa.RecordBatch) -> pa.RecordBatch:
    doubled = [None if value is None else 2 * value for value in batch.column("value").to_pylist()]
    return pa.RecordBatch.from_arrays([batch.column("name"), pa.array(doubled, pa.int64())], schema=_CHANGED)


def _change(engine: Engine, options: JobOptions) -> None:
    if options.text("log"):
        with Path(options.text("log")).open("a", encoding="utf-8") as log:
            log.write("change\n")
    engine.map_arrow("rows", _doubled, _CHANGED, "changed")


def _count(engine: Engine, options: JobOptions) -> None:
    killed = options.text("kill_once")
    if killed and not Path(killed).exists():
        Path(killed).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if options.text("waits"):
        time.sleep(600)
    engine.sql(
        "SELECT name, count(*) AS n, CAST(sum(doubled) AS BIGINT) AS total, max(doubled) / 4 AS part"
        " FROM changed GROUP BY name",
        "counted",
    )


JOB = Job(
    name="tests.counted",
    description="Counts.",
    inputs=(
        JobInput(
            "rows",
            {"name": pa.string(), "value": pa.int64(), "at": TIME},
            optional=frozenset({"at"}),
            description="A value.",
        ),
    ),
    outputs={
        "counted": pa.schema(
            [("name", pa.string()), ("n", pa.int64()), ("total", pa.int64()), ("part", pa.float64())]
        )
    },
    stages=(
        Stage("changing values", ("changed",), _change),
        Stage("counting values", ("counted",), _count),
    ),
    options=(
        JobOption("log", "where each run of the first stage is noted", ""),
        JobOption("waits", "anything, for a second stage that takes ten minutes", ""),
        JobOption("kill_once", "a file; the second stage ends the process hard unless it is there", ""),
    ),
    order={"counted": "name NULLS LAST"},
)


def order(folder: Path, **options: str) -> dict[str, Any]:
    """An order for the program: of rows.csv in a folder, with the run r1 in runs/."""
    return {
        "module": "tests.integration.batch.counted_job",
        "inputs": {"rows": {"location": str(folder / "rows.csv")}},
        "options": options,
        "output": str(folder / "out.parquet"),
        "engine": {"name": "duckdb"},
        "runs": str(folder / "runs"),
        "run_id": "r1",
    }
