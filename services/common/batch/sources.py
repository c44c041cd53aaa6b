"""Where a job's inputs come from: Parquet where it lies, CSV, JSON Lines, a table or query of PostgreSQL."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
import pyarrow as pa
from psycopg import sql
from pyarrow import parquet

from services.common.batch.columns import check_columns, settled_schema, typed_batch
from services.common.batch.csv_files import csv_batches, header_of
from services.common.batch.engine import Engine
from services.common.batch.job import JobInput
from services.common.batch.json_lines import json_line_batches
from services.common.batch.settled_types import settled, settled_columns
from services.common.errors import invalid_argument

_PARQUET = frozenset({".parquet", ".pq"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """Where one input comes from.

    Attributes:
        location: A file (Parquet, CSV, JSON Lines), a folder of Parquet, for Spark an address of Parquet such as
            s3a://bucket/folder, or `postgresql://user@host/database?table=schema.table` or `...?query=SELECT ...`.
        columns: The source's column by the job's, where they are called otherwise.
    """

    location: str
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_database(self) -> bool:
        """Whether it is PostgreSQL."""
        return self.location.startswith(("postgresql://", "postgres://"))

    @property
    def is_address(self) -> bool:
        """Whether it is no file of this machine."""
        return _ADDRESS.match(self.location) is not None

    @property
    def is_parquet(self) -> bool:
        """Whether an engine can read it where it lies."""
        if self.is_database:
            return False
        path = Path(self.location)
        return self.is_address or path.is_dir() or path.suffix.lower() in _PARQUET

    def state(self) -> str:
        """What tells whether the source is still the same; of a database its address without the password."""
        if self.is_database:
            parts = urlsplit(self.location)
            return hashlib.sha256(
                urlunsplit(parts._replace(netloc=re.sub(r":[^@]*@", "@", parts.netloc))).encode()
            ).hexdigest()
        if self.is_address:
            return self.location
        path = Path(self.location).resolve()
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        states = [(str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in files]
        return hashlib.sha256(repr(states).encode()).hexdigest()


def check_there(name: str, source: Source) -> None:
    """Refuses a file that is not there.

    Raises:
        LeadlightError: INVALID_ARGUMENT.
    """
    if not source.is_address and not Path(source.location).exists():
        raise invalid_argument(f"inputs.{name}", f"there is no file {Path(source.location).name}")


def copy_input(source: Source, job_input: JobInput, path: Path) -> None:
    """Brings a source that engines don't read where it lies into Parquet with the job's columns and types.

    Args:
        source: CSV, JSON Lines or PostgreSQL.
        job_input: What the job wants.
        path: Of the file to write.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a column that isn't there, or a value that isn't of its type.
    """
    if source.is_database:
        fetched = path.with_suffix(".csv")
        _fetch(source, job_input.name, fetched)
        _convert(fetched, source, job_input, path)
        fetched.unlink()
    elif Path(source.location).suffix.lower() in _JSON_LINES:
        _convert_lines(Path(source.location), source, job_input, path)
    else:
        _convert(Path(source.location), source, job_input, path)


def open_input(engine: Engine, source: Source, job_input: JobInput) -> None:
    """Makes the input's table of Parquet: read where it lies, converted where its types are others."""
    raw = f"{job_input.name}_as_given"
    engine.open(source.location, raw)
    there = engine.collect(f"SELECT * FROM {raw} LIMIT 0").schema  # noqa: S608 - a name of the job
    columns = check_columns(job_input, source.columns, there.names)
    schema = settled_schema(job_input, columns, there)
    if all(each.name in columns and there.field(columns[each.name]).type == each.type for each in schema):
        engine.open(source.location, job_input.name, columns)
    else:
        typed = partial(typed_batch, schema=schema, columns=columns, field=f"inputs.{job_input.name}")
        engine.map_arrow(raw, typed, schema, job_input.name)
    engine.drop(raw)


def no_input(engine: Engine, job_input: JobInput) -> None:
    """Makes the empty table of an input that is left out."""
    engine.load(job_input.schema.empty_table(), job_input.name)


def _convert(path: Path, source: Source, job_input: JobInput, written: Path) -> None:
    try:
        delimiter, there = header_of(path)
        columns = check_columns(job_input, source.columns, there)
        others = [column for name, column in columns.items() if name not in job_input.columns]
        # What others are shows only at the end of the file.
        found = settled_columns(csv_batches(path), others, may_have_commas=delimiter != ",") if others else {}
        types = pa.schema([(name, found[name].kind if name in found else pa.string()) for name in there])
        schema = settled_schema(job_input, columns, types)
        with parquet.ParquetWriter(written, schema) as writer:
            for batch in csv_batches(path):
                arrays = [
                    settled(values, found[name]) if name in found else values
                    for name, values in zip(batch.schema.names, batch.columns, strict=True)
                ]
                texts = pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)
                writer.write_batch(typed_batch(texts, schema, columns, f"inputs.{job_input.name}"))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        # Arrow's own message quotes the row.
        at = re.search(r"row #\d+", str(error), re.IGNORECASE)
        raise invalid_argument(
            f"inputs.{job_input.name}",
            f"is no CSV in UTF-8 with a header{f': see {at.group()}' if at else ''}",
        ) from None


def _convert_lines(path: Path, source: Source, job_input: JobInput, written: Path) -> None:
    field = f"inputs.{job_input.name}"
    if job_input.keeps_others:
        raise invalid_argument(field, "is a table: give Parquet, CSV or PostgreSQL")
    called = {name: source.columns.get(name, name) for name in job_input.columns}
    columns = check_columns(job_input, source.columns, list(called.values()))
    required = [column for name, column in called.items() if name not in job_input.optional]
    with parquet.ParquetWriter(written, job_input.schema) as writer:
        for batch in json_line_batches(path, list(called.values()), required, field):
            writer.write_batch(typed_batch(batch, job_input.schema, columns, field))


def _fetch(source: Source, name: str, written: Path) -> None:
    """Copies a table or the rows of a query into a CSV file, in which NULL and the empty text differ."""
    parts = urlsplit(source.location)
    asked = dict(parse_qsl(parts.query))
    table, query = asked.pop("table", ""), asked.pop("query", "")
    if bool(table) == bool(query):
        raise invalid_argument(
            f"inputs.{name}", "an address of PostgreSQL ends with ?table=... or ?query=..."
        )
    # The query is the caller's own, and runs with the caller's own rights.
    wanted: sql.Composable = sql.SQL(query)
    if table:
        wanted = sql.SQL("SELECT * FROM {}").format(sql.Identifier(*table.split(".")))
    address = urlunsplit(parts._replace(query=urlencode(asked)))
    try:
        with psycopg.connect(address, options="-c timezone=UTC -c datestyle=ISO") as connection:
            connection.read_only = True
            command = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(wanted)
            with connection.cursor() as cursor, cursor.copy(command) as rows, written.open("wb") as file:
                for piece in rows:
                    file.write(piece)
    except psycopg.Error as error:
        raise invalid_argument(
            f"inputs.{name}", f"PostgreSQL says: {str(error).strip().splitlines()[0]}"
        ) from None
