"""The seam to the engines that do whole-CRM work: DuckDB in the process, Apache Spark on a cluster.

Job code reads files into tables, works on them in the SQL both engines share, sends Arrow batches through Python
functions where SQL does not do, and writes files. It never sees which engine runs it.

SQL that both share gives the same rows where it says what the engines would settle differently: NULLS FIRST or LAST
in an order, nullif() under a division that may be by zero, an order in every window that numbers rows, identifiers in
double quotes, casts from text to numbers by an Arrow function. Division of whole numbers gives a fraction on both; a
failed cast and an overflow are errors on both. Sums of floats agree to rounding only; a sum of whole numbers is cast
to BIGINT, since DuckDB's is wider than what Parquet holds.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from services.common.batch.stage_progress import StageProgress

# One batch of rows in, one out; rows may be dropped or added.
BatchFunction = Callable[[pa.RecordBatch], pa.RecordBatch]
SMALL_BATCH_ROWS = 4_096
"""For batch functions that make Python objects of each row."""


class Engine(Protocol):
    """An engine. Tables are names that stand in SQL; they live until dropped or the engine is closed.

    Attributes:
        steps_are_costly: Whether many small tables cost more than one large one, as on a cluster.
    """

    @property
    def steps_are_costly(self) -> bool:
        """See above."""
        ...

    def follow(self, progress: StageProgress) -> None:
        """Tells from now on what is being made, and how much of it is done as far as the engine knows."""
        ...

    def read(self, path: Path, columns: Mapping[str, str], name: str) -> None:
        """Makes a table of some columns of a Parquet file or a CSV file (UTF-8, header), all as text.

        Args:
            path: Parquet by its ending (.parquet, .pq), CSV otherwise.
            columns: The file's column by the name it gets.
            name: The table to make.

        Raises:
            LeadlightError: INVALID_ARGUMENT if the file lacks a column.
        """
        ...

    def open(self, path: Path | str, name: str, columns: Mapping[str, str] | None = None) -> None:
        """Makes a table of Parquet, with its own types; it is read where it lies.

        Args:
            path: A file or a folder of files; for Spark an address such as s3a://bucket/folder too.
            name: The table to make.
            columns: The file's column by the name it gets; all under their own names if None.
        """
        ...

    def save(self, name: str, path: Path) -> None:
        """Writes a table as Parquet for `open`: a file, or a folder of files where an engine writes in parallel."""
        ...

    def load(self, rows: pa.Table, name: str) -> None:
        """Makes a table of rows at hand."""
        ...

    def sql(self, query: str, name: str) -> None:
        """Makes a table, computed once, of a query over the tables so far."""
        ...

    def sql_in_parts(self, queries: Sequence[str], name: str) -> None:
        """Makes a table of the rows of several queries, one after the other: each takes the memory of its part."""
        ...

    def map_arrow(
        self,
        source: str,
        function: BatchFunction,
        schema: pa.Schema,
        name: str,
        batch_rows: int | None = None,
    ) -> None:
        """Makes a table of what a function returns for each batch of another.

        Args:
            source: Name of the table to go through, in batches and in no particular order.
            function: Pure; may run in another process.
            schema: Of what it returns.
            name: The table to make.
            batch_rows: Most rows in a batch; the engine's own number if None. Few for a function that
                takes much more memory than the batch.
        """
        ...

    def collect(self, query: str) -> pa.Table:
        """The rows of a query, in this process's memory."""
        ...

    def write(self, query: str, names: Sequence[str], path: Path) -> None:
        """Writes the rows of a query as Parquet, or as CSV with header by the path's ending.

        Args:
            query: What to write.
            names: The file's columns, in the query's order.
            path: Of the file.
        """
        ...

    def hash_sql(self, expression: str) -> str:
        """A 64-bit hash of a text expression, the same in every row and batch of this engine."""
        ...

    def drop(self, name: str) -> None:
        """Forgets a table."""
        ...
