"""The engine inside the process: DuckDB, spilling to disk beyond its share of memory."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from services.common.batch.engine import BatchFunction
from services.common.batch.stage_progress import StageProgress
from services.common.errors import invalid_argument

DEFAULT_MEMORY_MB = 1024
_BATCH_ROWS = 65_536
_PARQUET = frozenset({".parquet", ".pq"})


class DuckDbEngine:
    """An engine over one DuckDB of its own; a context manager.

    Args:
        threads: Cores to use.
        memory_mb: What DuckDB itself may hold before it spills, MiB.
        spill_folder: Where to; a temporary folder if None.
    """

    steps_are_costly = False

    def __init__(
        self, threads: int = 1, memory_mb: int = DEFAULT_MEMORY_MB, spill_folder: Path | None = None
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="leadlight-scan-", dir=spill_folder)
        self._connection = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": f"{memory_mb}MiB",
                "temp_directory": self._folder.name,
                # Nothing is ever fetched.
                "autoinstall_known_extensions": False,
                "preserve_insertion_order": False,
            }
        )
        self._views: set[str] = set()
        self._progress = StageProgress()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forgets everything."""
        self._connection.close()
        self._folder.cleanup()

    def follow(self, progress: StageProgress) -> None:
        """See `Engine.follow`."""
        self._progress = progress

    def read(self, path: Path, columns: Mapping[str, str], name: str) -> None:
        """See `Engine.read`."""
        if path.suffix.lower() in _PARQUET:
            rows = self._connection.read_parquet(str(path))
        else:
            rows = self._connection.read_csv(str(path), header=True, all_varchar=True)
        missing = sorted(set(columns.values()) - set(rows.columns))
        if missing:
            there = ", ".join(rows.columns)
            raise invalid_argument(
                "columns", f"{path.name} has no column {', '.join(missing)}; it has {there}"
            )
        chosen = (f"CAST({_quoted(column)} AS VARCHAR) AS {_quoted(new)}" for new, column in columns.items())
        rows.project(", ".join(chosen)).create(_quoted(name))

    def open(self, path: Path | str, name: str, columns: Mapping[str, str] | None = None) -> None:
        """See `Engine.open`."""
        folder = Path(path)
        rows = self._connection.read_parquet(str(folder / "*.parquet") if folder.is_dir() else str(path))
        if columns is not None:
            rows = rows.project(
                ", ".join(f"{_quoted(old)} AS {_quoted(new)}" for new, old in columns.items())
            )
        rows.create_view(name)
        self._views.add(name)

    def save(self, name: str, path: Path) -> None:
        """See `Engine.save`."""
        self._connection.table(_quoted(name)).write_parquet(str(path))

    def load(self, rows: pa.Table, name: str) -> None:
        """See `Engine.load`."""
        with self._progress.making(name):
            self._connection.from_arrow(rows).create(_quoted(name))

    def sql(self, query: str, name: str) -> None:
        """See `Engine.sql`."""
        self.sql_in_parts((query,), name)

    def sql_in_parts(self, queries: Sequence[str], name: str) -> None:
        """See `Engine.sql_in_parts`."""
        done = 0
        with self._progress.making(name, lambda: done / len(queries)):
            for query in queries:
                into = f"INSERT INTO {_quoted(name)}" if done else f"CREATE TABLE {_quoted(name)} AS"
                self._connection.execute(f"{into} {query}")
                done += 1

    def map_arrow(
        self,
        source: str,
        function: BatchFunction,
        schema: pa.Schema,
        name: str,
        batch_rows: int | None = None,
    ) -> None:
        """See `Engine.map_arrow`."""
        total, done = self._connection.table(_quoted(source)).shape[0], 0
        # A cursor, since the batches are read while the table is filled.
        with (
            self._connection.cursor() as reading,
            self._progress.making(name, lambda: done / total if total else 0.0),
        ):
            batches = reading.table(_quoted(source)).to_arrow_reader(batch_rows or _BATCH_ROWS)

            def mapped() -> Iterator[pa.RecordBatch]:
                nonlocal done
                for batch in batches:
                    yield function(batch)
                    done += len(batch)

            stream = pa.RecordBatchReader.from_batches(schema, mapped())
            self._connection.from_arrow(stream).create(_quoted(name))

    def collect(self, query: str) -> pa.Table:
        """See `Engine.collect`."""
        return self._connection.sql(query).to_arrow_table()

    def write(self, query: str, names: Sequence[str], path: Path) -> None:
        """See `Engine.write`."""
        columns = ", ".join(_quoted(name) for name in names)
        rows = self._connection.sql(f"SELECT * FROM ({query}) AS written({columns})")  # noqa: S608  the caller's SQL
        if path.suffix.lower() in _PARQUET:
            rows.write_parquet(str(path))
        else:
            rows.write_csv(str(path), header=True)

    def hash_sql(self, expression: str) -> str:
        """See `Engine.hash_sql`."""
        return f"hash({expression})"

    def drop(self, name: str) -> None:
        """See `Engine.drop`."""
        kind = "VIEW" if name in self._views else "TABLE"
        self._connection.execute(f"DROP {kind} {_quoted(name)}")
        self._views.discard(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
