"""The engine for a cluster: Apache Spark 4, in this process, under a master or over Spark Connect.

A table is computed once, into a folder of Parquet files, and read back: no plan grows with the tables before it, a
machine that is lost costs its own part only, and memory holds what Spark is working on, nothing else. The session's
settings make its SQL mean what DuckDB's means; a function that Spark lacks is an Arrow function under DuckDB's name.
"""

import contextlib
import itertools
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from pyarrow import csv, dataset, parquet
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as sql_functions
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from services.common.batch import text_functions
from services.common.batch.csv_files import csv_batches
from services.common.batch.engine import BatchFunction
from services.common.batch.spark_tasks import SparkTasks
from services.common.batch.stage_progress import StageProgress
from services.common.errors import Code, LeadlightError, Reason, invalid_argument

_REFUSED = re.compile(r"LeadlightError: ([A-Z_]+): (.*)")
_PARQUET = frozenset({".parquet", ".pq"})
_BATCH_ROWS = 65_536

_SAME_SQL = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    # TIMESTAMP has no zone in DuckDB either.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH_ROWS),
}
_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.ui.showConsoleProgress": "false",
    # A small table in many pieces costs more than it gains; a large one's pieces spill.
    "spark.sql.shuffle.partitions": str(4 * (os.cpu_count() or 1)),
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "1000",
    "spark.hadoop.mapreduce.fileoutputcommitter.algorithm.version": "2",
    "spark.log.level": "ERROR",
}


def open_session(
    *,
    master: str | None = None,
    remote: str | None = None,
    memory_mb: int | None = None,
    local_folder: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> SparkSession:
    """A session whose SQL means what DuckDB's means.

    Args:
        master: Spark's master URL, such as `spark://host:7077`, `yarn` or `k8s://...`; local on all cores if None and
            `spark-submit` named none.
        remote: Address of a Spark Connect server, `sc://host:port`, instead of a master.
        memory_mb: Heap of the driver, which in local mode does all the work; a cluster's executors have their own
            settings.
        local_folder: Where local mode spills to; a temporary folder if None.
        settings: Spark's own, by name, before ours.
    """
    # Python workers run what this process runs.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder.appName("leadlight")
    if remote is not None:
        builder = builder.remote(remote)
    else:
        if memory_mb is not None:
            builder = builder.config("spark.driver.memory", f"{memory_mb}m")
        if master is not None:
            builder = builder.master(master)
        if master is None or master.startswith("local"):
            folder = str(local_folder or tempfile.gettempdir())
            builder = builder.config("spark.local.dir", folder).config("spark.sql.warehouse.dir", folder)
            for name, value in _LOCAL.items():
                builder = builder.config(name, value)
    for name, value in (settings or {}).items():
        builder = builder.config(name, value)
    session: SparkSession = builder.getOrCreate()
    return session


class SparkEngine:
    """An engine over a Spark session; a context manager.

    Args:
        session: It is stopped with the engine if `owns_session`.
        folder: For files on their way; driver and executors must see it under the same path. A temporary folder of
            this machine if None, which does in local mode.
        owns_session: Whether closing the engine stops the session.
    """

    steps_are_costly = True

    def __init__(
        self, session: SparkSession, folder: Path | None = None, *, owns_session: bool = True
    ) -> None:
        self._session = session
        self._owns_session = owns_session
        self._folder = tempfile.TemporaryDirectory(prefix="leadlight-spark-", dir=folder)
        self._tables: dict[str, Any] = {}
        self._folders: dict[str, Path] = {}
        self._numbers = itertools.count()
        self._progress = StageProgress()
        self._tasks = SparkTasks(session)
        # Py4J tells of every call that a signal ends.
        logging.getLogger("py4j").setLevel(logging.CRITICAL)
        for name, value in _SAME_SQL.items():
            session.conf.set(name, value)
        arrow_udf: Any = sql_functions.arrow_udf  # type: ignore[attr-defined]  # PySpark's stubs lack it
        for name, function, kind in text_functions.FUNCTIONS:
            session.udf.register(name, arrow_udf(function, kind))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forgets everything."""
        # A session that is gone has forgotten everything.
        with contextlib.suppress(Exception):
            for name in list(self._tables):
                self.drop(name)
        self._folder.cleanup()
        if self._owns_session:
            self._session.stop()

    def follow(self, progress: StageProgress) -> None:
        """See `Engine.follow`."""
        self._progress = progress

    def read(self, path: Path, columns: Mapping[str, str], name: str) -> None:
        """See `Engine.read`."""
        if path.suffix.lower() not in _PARQUET:
            path = self._as_parquet(path)
        rows = self._session.read.parquet(str(path))
        missing = sorted(set(columns.values()) - set(rows.columns))
        if missing:
            there = ", ".join(rows.columns)
            raise invalid_argument(
                "columns", f"{path.name} has no column {', '.join(missing)}; it has {there}"
            )
        chosen = [rows[_quoted(column)].cast("string").alias(new) for new, column in columns.items()]
        self._keep(rows.select(*chosen), name)

    def _as_parquet(self, path: Path) -> Path:
        """A CSV file as Parquet, all text: read once, by the reader that jobs on both engines use."""
        batches = csv_batches(path)
        written = Path(self._folder.name) / f"{path.stem}.parquet"
        with parquet.ParquetWriter(written, batches.schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        return written

    def open(self, path: Path | str, name: str, columns: Mapping[str, str] | None = None) -> None:
        """See `Engine.open`."""
        rows = self._session.read.parquet(str(path))
        if columns is not None:
            rows = rows.select(*(rows[_quoted(old)].alias(new) for new, old in columns.items()))
        self._name(rows, name)

    def save(self, name: str, path: Path) -> None:
        """See `Engine.save`."""
        folder = self._folders.get(name)
        if folder is None:
            with _told():
                self._tables[name].write.parquet(str(path), mode="overwrite")
        else:
            # It is Parquet already; what is written once is never changed.
            shutil.copytree(folder, path, copy_function=os.link)

    def load(self, rows: pa.Table, name: str) -> None:
        """See `Engine.load`."""
        folder = self._new_folder()
        folder.mkdir()
        with self._progress.making(name):
            parquet.write_table(rows, folder / "part-0.parquet")
        self._read_back(folder, from_arrow_schema(rows.schema), name)

    def sql(self, query: str, name: str) -> None:
        """See `Engine.sql`."""
        self.sql_in_parts((query,), name)

    def sql_in_parts(self, queries: Sequence[str], name: str) -> None:
        """See `Engine.sql_in_parts`."""
        # Spark plans a query while it works on it: how many tasks one takes shows only at its end.
        folder, done = self._new_folder(), 0
        with self._progress.making(name, lambda: done / len(queries)), _told():
            for query in queries:
                rows = self._session.sql(query)
                rows.write.parquet(str(folder), mode="append")
                done += 1
        self._read_back(folder, rows.schema, name)

    def map_arrow(
        self,
        source: str,
        function: BatchFunction,
        schema: pa.Schema,
        name: str,
        batch_rows: int | None = None,
    ) -> None:
        """See `Engine.map_arrow`."""
        batches = _Batches(function, batch_rows or _BATCH_ROWS)
        mapped = self._tables[source].mapInArrow(batches, from_arrow_schema(schema))
        # The rows of one table through a function are one task for each of its parts.
        with self._tasks.followed() as done, self._progress.making(name, done):
            self._keep(mapped, name)

    def collect(self, query: str) -> pa.Table:
        """See `Engine.collect`."""
        with _told():
            return self._session.sql(query).toArrow()

    def write(self, query: str, names: Sequence[str], path: Path) -> None:
        """See `Engine.write`."""
        columns = ", ".join(f'"{name}"' for name in names)
        rows = self._session.sql(f"SELECT * FROM ({query}) AS written({columns})")  # noqa: S608  the caller's SQL
        parts = Path(self._folder.name) / "written"
        with _told():
            rows.write.parquet(str(parts), mode="overwrite")
        # Spark writes parts side by side, numbered in the query's order; one file is made of them here.
        files = sorted(parts.glob("part-*.parquet"))
        found = dataset.dataset(files, format="parquet")
        batches = (batch for file in files for batch in parquet.ParquetFile(file).iter_batches(_BATCH_ROWS))
        if path.suffix.lower() in _PARQUET:
            with parquet.ParquetWriter(path, found.schema) as writer:
                for batch in batches:
                    writer.write_batch(batch)
        else:
            options = csv.WriteOptions(quoting_style="needed")
            with csv.CSVWriter(path, found.schema, write_options=options) as writer:
                for batch in batches:
                    writer.write_batch(batch)

    def hash_sql(self, expression: str) -> str:
        """See `Engine.hash_sql`."""
        return f"xxhash64({expression})"

    def drop(self, name: str) -> None:
        """See `Engine.drop`."""
        del self._tables[name]
        self._session.catalog.dropTempView(name)
        folder = self._folders.pop(name, None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def _keep(self, rows: Any, name: str) -> None:
        """Computes a table, once."""
        folder = self._new_folder()
        with _told():
            rows.write.parquet(str(folder))
        self._read_back(folder, rows.schema, name)

    def _read_back(self, folder: Path, schema: StructType, name: str) -> None:
        # With its schema, or Spark would start a job to find it out.
        self._name(self._session.read.schema(schema).parquet(str(folder)), name)
        self._folders[name] = folder

    def _new_folder(self) -> Path:
        return Path(self._folder.name) / f"table-{next(self._numbers)}"

    def _name(self, rows: Any, name: str) -> None:
        rows.createOrReplaceTempView(name)
        self._tables[name] = rows


class _Batches:
    """A function of a batch as Spark's function of all batches of a part; a class, since that travels by name."""

    def __init__(self, function: BatchFunction, batch_rows: int) -> None:
        self._function = function
        self._batch_rows = batch_rows

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for start in range(0, batch.num_rows, self._batch_rows):
                yield self._function(batch.slice(start, self._batch_rows))


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What a function refused in another process, as the error that it raised there."""
    try:
        yield
    except PySparkException as error:
        found = _REFUSED.search(str(error))
        if found is None:
            raise
        code, message = found.groups()
        field, _, description = message.partition(": ")
        if code == Code.INVALID_ARGUMENT and description:
            raise invalid_argument(field, description) from None
        raise LeadlightError(Code(code), Reason.OPERATION_FAILED, message) from None


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
