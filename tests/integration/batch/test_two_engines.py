"""Each job on DuckDB and on Spark in local mode: the same rows, floats within 1e-9.

All tests with Spark stand in this file, so that one process starts one Java.
"""

import json
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.batch.engine import Engine
from services.common.batch.engines import EngineName, EngineSettings, open_engine
from services.common.batch.job import Job, Stage
from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, run_job
from services.common.batch.sources import Source
from services.common.db import utc_now
from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.conversation.jobs import history as calls_job
from services.dedupe.jobs import scan as scan_job
from services.notes.jobs import history as notes_job
from services.relationship.jobs import rebuild as rebuild_job
from services.scoring.card import ModelCard
from services.scoring.files import digest
from services.scoring.jobs import features as features_job
from services.scoring.jobs import rescore as rescore_job
from tests.integration.batch import counted_job
from tests.integration.scoring.world import leads, trained

pytestmark = [
    pytest.mark.timeout(1200),
    # Nothing here uses pandas; Py4J leaves sockets to the end of the process.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SAMPLE = Path(__file__).parents[3] / "clients" / "cli" / "sample" / "duplicates.csv"
# Small tables: what Spark would compile and part costs more than the work.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@dataclass(frozen=True)
class Case:
    """A job with what it is run on.

    Attributes:
        job: The job.
        inputs: Files by input.
        options: Of the job.
    """

    job: Job
    inputs: Mapping[str, Source]
    options: Mapping[str, str]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    missing = [
        *(["Java"] if shutil.which("java") is None else []),
        *(["pyspark"] if find_spec("pyspark") is None else []),
    ]
    if missing:
        reason = f"Spark needs {' and '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from services.common.batch.spark_engine import open_session

    spark = open_session(
        master="local[1]",
        memory_mb=1024,
        local_folder=tmp_path_factory.mktemp("spark"),
        settings=SETTINGS,
    )
    yield spark
    spark.stop()


@pytest.fixture
def spark(session: Any, tmp_path: Path) -> Iterator[Engine]:
    from services.common.batch.spark_engine import SparkEngine

    with SparkEngine(session, tmp_path, owns_session=False) as engine:
        yield engine


def run(case: Case, engine: EngineName, folder: Path, session: Any) -> dict[str, list[dict[str, Any]]]:
    """Rows of each output, sorted."""
    from services.common.batch.spark_engine import SparkEngine

    def opener(settings: EngineSettings, work: Path) -> AbstractContextManager[Engine]:
        if settings.name is EngineName.SPARK:
            return SparkEngine(session, work, owns_session=False)
        return open_engine(settings, work)

    output = folder / (engine if len(case.job.outputs) > 1 else f"{engine}.parquet")
    request = JobRequest(case.inputs, output, case.options, EngineSettings(engine, threads=1))
    run_job(case.job, request, RunFolder(folder / "runs", engine), opener=opener)
    files = {name: output / f"{name}.parquet" for name in case.job.outputs}
    if len(files) == 1:
        files = dict.fromkeys(files, output)
    return {name: in_order(parquet.read_table(path)) for name, path in files.items()}


def in_order(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return sorted(rows, key=lambda row: json.dumps(rounded(row), sort_keys=True, default=str))


def rounded(value: Any) -> Any:
    match value:
        case float():
            return "nan" if math.isnan(value) else round(value, 6)
        case dict():
            return {name: rounded(each) for name, each in value.items()}
        case list():
            return [rounded(each) for each in value]
    return value


def assert_same(left: Any, right: Any) -> None:
    """Equal, floats within 1e-9."""
    if isinstance(left, float) and isinstance(right, float):
        assert left == right or abs(left - right) <= 1e-9 or (math.isnan(left) and math.isnan(right))
    elif isinstance(left, dict):
        assert left.keys() == right.keys()
        for name, value in left.items():
            assert_same(value, right[name])
    elif isinstance(left, list):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    else:
        assert left == right
        assert type(left) is type(right)


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> Source:
    path = folder / f"{name}.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return Source(str(path))


def scan_case(_folder: Path) -> Case:
    return Case(scan_job.JOB, {"file": Source(str(SAMPLE))}, {"region": "GB"})


def link_case(folder: Path) -> Case:
    other = folder / "other.csv"
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    other.write_text("".join([lines[0], *lines[2:40:2]]), encoding="utf-8")
    (folder / "file.csv").write_text("".join([lines[0], *lines[1:40:2]]), encoding="utf-8")
    sources = {"file": Source(str(folder / "file.csv")), "other": Source(str(other))}
    return Case(scan_job.JOB, sources, {"threshold": "0.3"})


def notes_case(folder: Path) -> Case:
    rows = [
        {
            "id": "n1",
            "text": "Call Anna Berg on Friday at 14:00 about the offer.",
            "language": "en",
            "reference_time": "2026-03-11T09:30:00Z",
        },
        {
            "id": "n2",
            "text": "Ring til Søren i morgen.",
            "language": "da",
            "reference_time": "2026-03-11T09:30:00Z",
        },
        {"id": "n3", "text": "", "language": None, "reference_time": None},
    ]
    return Case(notes_job.JOB, {"notes": written(folder, "notes", rows)}, {})


def calls_case(folder: Path) -> Case:
    participants = [{"id": "s", "role": "seller", "name": "Anna Berg"}, {"id": "c", "role": "customer"}]
    turns = [
        {"participant": "s", "start_s": 0, "end_s": 4, "text": "Good morning, this is Anna from Fabrikam."},
        {"participant": "c", "start_s": 5, "end_s": 9, "text": "I hate Contoso Ltd, it is terrible."},
    ]
    rows = [
        {
            "id": f"c{number}",
            "language": "en",
            "started_at": "2026-03-11T09:30:00Z",
            "consent": number < 2,
            "participants": json.dumps(participants),
            "turns": json.dumps(turns[: number + 1]),
        }
        for number in range(3)
    ]
    return Case(calls_job.JOB, {"calls": written(folder, "calls", rows)}, {"competitors": "contoso"})


def rebuild_case(folder: Path) -> Case:
    start = datetime(2026, 1, 5, 8)  # noqa: DTZ001 - UTC
    rows = [
        {
            "sender": ("s1@own.example", "c1@x.example", "c2@x.example")[number % 3],
            "receivers": ("c1@x.example", "s1@own.example", "s1@own.example; c1@x.example")[number % 3],
            "time": (start + timedelta(hours=7 * number)).isoformat(),
            "kind": ("mail", "meeting", "call")[number // 3 % 3],
            "duration": str(10 + number),
            "id": f"a{number:03}",
            "subject": ("Prices", "Re: Prices", None)[number % 3],
        }
        for number in range(60)
    ]
    options = {"as_of": "2026-02-20", "own": "own.example", "contacts": "true"}
    return Case(rebuild_job.JOB, {"activities": written(folder, "activities", rows)}, options)


@cache
def model_files() -> tuple[bytes, bytes]:
    made = trained()
    card = ModelCard(RecordKind.LEAD, "leads", 1, utc_now(), "tests", digest(made.onnx), made.report)
    return made.onnx, card.to_json()


def rescore_case(folder: Path) -> Case:
    onnx, card = model_files()
    (folder / "model.onnx").write_bytes(onnx)
    (folder / "card.json").write_bytes(card)
    csv.write_csv(leads(), folder / "leads.csv")
    options = {"model": str(folder / "model.onnx"), "card": str(folder / "card.json"), "reasons": "all"}
    return Case(rescore_job.JOB, {"records": Source(str(folder / "leads.csv"), {"id": "lead"})}, options)


def features_case(folder: Path) -> Case:
    rows = [
        {
            "id": f"r{number:02}",
            "email": f"kim{number}@{('gmail.com', 'acme.com')[number % 2]}" if number % 7 else None,
            "budget": float(number) if number % 4 else None,
            "status": ("won", "lost", None)[number % 3],
            "born": f"2026-01-{1 + number % 28:02}",
        }
        for number in range(60)
    ]
    options = {"label": "status", "positive": "won", "created": "born"}
    return Case(features_job.JOB, {"history": written(folder, "history", rows)}, options)


# The link runs the scan's own stages, and takes as long again.
CASES = [
    scan_case,
    pytest.param(link_case, marks=pytest.mark.quality),
    notes_case,
    calls_case,
    rebuild_case,
    rescore_case,
    features_case,
]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__.removesuffix("_case"))
def test_a_job_gives_the_same_rows_on_both(make: Any, session: Any, tmp_path: Path) -> None:
    case = make(tmp_path)
    expected = run(case, EngineName.DUCKDB, tmp_path, session)
    assert any(expected.values()), "nothing to compare"
    assert_same(run(case, EngineName.SPARK, tmp_path, session), expected)


def test_every_job_is_compared() -> None:
    from clients.cli.jobs import MODULES

    here = {scan_job, notes_job, calls_job, rebuild_job, rescore_job, features_job}
    assert {module.__name__ for module in here} == set(MODULES.values())
    assert {name: __import__(module, fromlist=["JOB"]).JOB.name for name, module in MODULES.items()} == {
        name: name for name in MODULES
    }


def test_spark_goes_on_after_the_last_whole_stage(session: Any, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("name,value\na,1\nb,2\na,\n", encoding="utf-8")
    case = Case(counted_job.JOB, {"rows": Source(str(tmp_path / "rows.csv"))}, {"log": str(tmp_path / "log")})

    def broken(_engine: Engine, _options: Any) -> None:
        raise KeyboardInterrupt

    stages = (case.job.stages[0], Stage("counting values", ("counted",), broken))
    with pytest.raises(KeyboardInterrupt):
        run(replace(case, job=replace(case.job, stages=stages)), EngineName.SPARK, tmp_path, session)
    (rows,) = run(case, EngineName.SPARK, tmp_path, session).values()
    assert {row["name"]: row["n"] for row in rows} == {"a": 2, "b": 1}
    assert (tmp_path / "log").read_text() == "change\n"


TYPED = pa.table(
    {
        "text": ["b", "ø", None, "", "B", "张"],
        "whole": [3, None, -7, 10, 0, 2**60],
        "number": [0.5, -0.25, None, 1e300, 0.1, 3.0],
        "flag": [True, False, None, True, False, True],
        "moment": pa.array([0, 1_500_000, None, 10**15, 5, 6], pa.timestamp("us")),
        "names": [["x"], [], None, ["y", None], ["z"], []],
    }
)
SHARED_SQL = (
    "SELECT text, whole / 4 AS quarter, abs(whole) AS a, upper(text) AS u, length(text) AS n FROM typed",
    "SELECT text, whole FROM typed ORDER BY text NULLS LAST, whole NULLS FIRST",
    "SELECT flag, count(*) AS n, count(whole) AS w, avg(number) AS mean, min(moment) AS earliest"
    " FROM typed GROUP BY flag",
    "SELECT text, row_number() OVER (ORDER BY text NULLS FIRST) AS row FROM typed",
    "SELECT CAST(number AS DOUBLE) / nullif(0, 0) AS nothing, coalesce(text, 'none') AS text FROM typed",
    "SELECT jaro_winkler_similarity(text, 'bo') AS j, damerau_levenshtein(text, 'øb') AS d, text FROM typed",
    'SELECT least(whole, 5) AS "left", greatest(whole, 5) AS "right", left(text, 1) AS l, names FROM typed',
    "SELECT moment, moment < TIMESTAMP '1970-01-01 00:00:01' AS early, flag AND whole > 0 AS both FROM typed",
)


def test_shared_sql_means_the_same(spark: Engine) -> None:
    with DuckDbEngine() as duckdb:
        for engine in (duckdb, spark):
            engine.load(TYPED, "typed")
        for query in SHARED_SQL:
            assert_same(in_order(spark.collect(query)), in_order(duckdb.collect(query)))


def test_a_function_of_batches_drops_adds_and_refuses_rows(spark: Engine) -> None:
    spark.load(TYPED, "typed")
    schema = pa.schema([("text", pa.string())])
    spark.map_arrow("typed", twice_what_is_there, schema, "twice")
    assert spark.collect("SELECT count(*) AS n FROM twice").to_pylist() == [{"n": 10}]
    with pytest.raises(LeadlightError, match=r"options\.x: cannot be"):
        spark.map_arrow("typed", refusing, schema, "refused")
    for name in ("twice", "typed"):
        spark.drop(name)


def twice_what_is_there(batch: pa.RecordBatch) -> pa.RecordBatch:
    texts = [text for text in batch.column("text").to_pylist() if text is not None]
    return pa.record_batch({"text": pa.array([*texts, *texts], pa.string())})


def refusing(_batch: pa.RecordBatch) -> pa.RecordBatch:
    from services.common.errors import invalid_argument

    raise invalid_argument("options.x", "cannot be")


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_what_spark_writes_both_read(spark: Engine, name: str, tmp_path: Path) -> None:
    rows = pa.table({"id": ["007", "8"], "name": ["Ødegård", '张, "伟"']})
    spark.load(rows, "rows")
    spark.write("SELECT id, name FROM rows ORDER BY id", ("the id", "left"), tmp_path / name)
    with DuckDbEngine() as duckdb:
        for engine in (duckdb, spark):
            engine.read(tmp_path / name, {"name": "left", "id": "the id"}, "again")
            assert engine.collect("SELECT id, name FROM again ORDER BY id").to_pylist() == rows.to_pylist()
    with pytest.raises(LeadlightError, match="no column mail; it has the id, left"):
        spark.read(tmp_path / name, {"email": "mail"}, "more")
