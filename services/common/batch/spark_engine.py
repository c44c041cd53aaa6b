"""The engine for a cluster: Apache Spark 4, in this process, under a master or over Spark Connect.

Tables are data frames that Spark computes once, and keeps (in memory, then on disk) until they are dropped; what a
stage leaves behind the runner saves as Parquet, so that no plan grows without end. The session's settings make its
SQL mean what DuckDB's means; a function that Spark lacks is an Arrow function under DuckDB's name.
"""

import contextlib
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from pyarrow import csv, dataset, parquet
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as sql_functions
from pyspark.sql.pandas.types import from_arrow_schema

from services.common.batch import text_functions
from services.common.batch.csv_files import csv_batches
from services.common.batch.engine import BatchFunction
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
        self._dropped: list[Any] = []
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
            self._forget_dropped()
        self._folder.cleanup()
        if self._owns_session:
            self._session.stop()

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
        with _told():
            self._tables[name].write.parquet(str(path), mode="overwrite")
        self._forget_dropped()

    def load(self, rows: pa.Table, name: str) -> None:
        """See `Engine.load`."""
        schema = from_arrow_schema(rows.schema)
        self._keep(self._session.createDataFrame(rows, schema), name)

    def sql(self, query: str, name: str) -> None:
        """See `Engine.sql`."""
        self._keep(self._session.sql(query), name)

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
        self._keep(mapped, name)

    def collect(self, query: str) -> pa.Table:
        """See `Engine.collect`."""
        with _told():
            rows: pa.Table = self._session.sql(query).toArrow()
        self._forget_dropped()
        return rows

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
        self._dropped.append(self._tables.pop(name))
        self._session.catalog.dropTempView(name)

    def _forget_dropped(self) -> None:
        """Lets go of what is kept of dropped tables, now that what was made of them is computed."""
        while self._dropped:
            self._dropped.pop().unpersist()

    def _keep(self, rows: Any, name: str) -> None:
        """Keeps a table once it is computed, where it is first asked for: many tables, one Spark job."""
        self._name(rows.persist(StorageLevel.MEMORY_AND_DISK), name)

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
