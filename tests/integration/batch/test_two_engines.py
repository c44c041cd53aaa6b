"""Each job on DuckDB and on Spark in local mode: the same rows, floats within 1e-9.

All tests with Spark stand in this file, so that one process starts one Java.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import SecretStr

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.batch.engine import Engine
from services.common.batch.engines import EngineName
from services.common.batch.job import Job, JobOptions
from services.common.batch.orders import InputOrder, JobOrder, TableSource
from services.common.batch.places import JobPlaces
from services.common.batch.runner import Opener
from services.common.batch.sources import Source
from services.common.batch.stage_progress import StageProgress
from services.common.errors import LeadlightError
from services.dedupe.settings import DedupeSettings
from tests.integration.batch import counted_job
from tests.integration.batch.cases import CASES, Case, Ran, assert_same, in_order, link_case, run
from tests.integration.working import eventually

pytestmark = [
    pytest.mark.timeout(1200),
    # Nothing here uses pandas; Py4J leaves sockets to the end of the process.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# Small tables: what Spark would compile and part costs more than the work.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


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


@pytest.fixture
def on_spark(session: Any) -> Opener:
    from services.common.batch.spark_engine import SparkEngine

    return lambda _settings, work: SparkEngine(session, work, owns_session=False)


def broken_at(stage: int, job: Job) -> Job:
    """The job, broken off in the midst of a stage: when it begins, or before its checkpoint where it is the first."""
    whole = job.stages[stage]

    def broken(engine: Engine, options: JobOptions) -> None:
        if stage == 0:
            whole.run(engine, options)
        raise KeyboardInterrupt

    return replace(job, stages=(*job.stages[:stage], replace(whole, run=broken), *job.stages[stage + 1 :]))


# The link runs the scan's own stages, and takes as long again.
LINK = pytest.param(link_case, marks=pytest.mark.quality)


@pytest.mark.parametrize("make", [*CASES, LINK], ids=lambda make: make.__name__.removesuffix("_case"))
def test_a_job_gives_the_same_rows_on_both_though_spark_is_broken_off_half_way(
    make: Callable[[Path], Case], on_spark: Opener, tmp_path: Path
) -> None:
    case = make(tmp_path)
    expected = run(case, tmp_path / "duckdb")
    assert any(expected.rows.values()), "nothing to compare"
    spark = tmp_path / "spark"
    with pytest.raises(KeyboardInterrupt):
        run(replace(case, job=broken_at(case.middle, case.job)), spark, EngineName.SPARK, on_spark)
    found = run(case, spark, EngineName.SPARK, on_spark)
    assert found.resumed_stages == case.middle
    assert_same(found.rows, expected.rows)
    for each in (expected, found):
        assert_goes_on(case, each)


def assert_goes_on(case: Case, ran: Ran) -> None:
    """Each step begins where the one before it ends, and a stage that was worked on said so to its end."""
    steps = len(case.job.inputs) + len(case.job.stages) + 1
    first = len(case.job.inputs) + ran.resumed_stages
    assert len(ran.shares) == steps
    for step, (begun, ended) in enumerate(ran.shares):
        assert begun == step / steps
        assert ended == (step + (first <= step < steps - 1)) / steps


def test_every_job_is_compared(tmp_path: Path) -> None:
    from clients.cli.jobs import MODULES

    assert sorted(make(tmp_path).job.name for make in CASES) == sorted(MODULES)


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


def test_spark_tells_the_tasks_that_are_done(session: Any, spark: Engine, tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    for number in range(2):
        parquet.write_table(pa.table({"n": [number]}), tmp_path / "rows" / f"{number}.parquet")
    progress = StageProgress(("mapped",))
    # A file is counted with what opening one costs: each is a task of its own.
    session.conf.set("spark.sql.files.maxPartitionBytes", str(4 * 2**20))
    try:
        spark.open(tmp_path / "rows", "rows")
        spark.follow(progress)
        schema = pa.schema([("n", pa.int64())])
        second_waits = partial(first_passes, folder=tmp_path)
        mapping = threading.Thread(target=spark.map_arrow, args=("rows", second_waits, schema, "mapped"))
        mapping.start()
        eventually(lambda: progress.share() > 0.0)
        assert progress.share() == 0.5
        (tmp_path / "go").touch()
        mapping.join()
    finally:
        session.conf.unset("spark.sql.files.maxPartitionBytes")
    assert progress.share() == 1.0
    assert sorted(spark.collect("SELECT n FROM mapped").column("n").to_pylist()) == [0, 1]


def first_passes(batch: pa.RecordBatch, *, folder: Path) -> pa.RecordBatch:
    """The first batch passes; others wait until the file `go` is there."""
    if (folder / "first").exists():
        eventually((folder / "go").exists)
    (folder / "first").touch()
    return batch


def test_a_query_in_parts_is_one_table(spark: Engine) -> None:
    spark.load(pa.table({"n": list(range(10))}), "numbers")
    progress = StageProgress(("parts",))
    spark.follow(progress)
    parts = [f"SELECT n FROM numbers WHERE n % 3 = {part}" for part in range(3)]  # noqa: S608 - numbers
    spark.sql_in_parts(parts, "parts")
    found = spark.collect("SELECT count(*) AS c, sum(n) AS s FROM parts").to_pylist()
    assert (found, progress.share()) == ([{"c": 10, "s": 45}], 1.0)


def test_a_named_database_is_read_on_both(postgresql_url: str, on_spark: Opener, tmp_path: Path) -> None:
    address = postgresql_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE values_of (name text, value bigint)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO values_of VALUES (%s, %s)", counted_job.ROWS)
    settings = DedupeSettings(jobs_folder=tmp_path, jobs_connections={"local/crm": SecretStr(address)})
    order = JobOrder(
        counted_job.JOB.name, inputs={"rows": InputOrder(TableSource("crm", "public.values_of"))}
    )
    case = Case(counted_job.JOB, {"rows": Source(JobPlaces(settings, "local").inputs(order)["rows"])}, {})
    expected = {"counted": in_order(pa.Table.from_pylist(counted_job.COUNTED))}
    assert run(case, tmp_path / "duckdb").rows == expected
    assert run(case, tmp_path / "spark", EngineName.SPARK, on_spark).rows == expected


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
