"""Reading CSV and Parquet piece by piece, with one type per column over the whole file.

A column's type comes from the beginning of the file. Where a later value does not fit (a text after
100,000 numbers), the column is widened and the file read again from its start: `with_settled_types`
does that. So memory stays flat, and a file that is what it seems is read once.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pyarrow as pa
from pyarrow import csv, parquet

from clients.cli.dialect import find_dialect, not_utf8
from clients.cli.failures import CommandError

PIECE_ROWS = 65_536
PIECE_BYTES = 8 * 1024 * 1024
_BLOCK_BYTES = 4 * 1024 * 1024
_CONVERSION = re.compile(r"In CSV column #(\d+): (.*)", re.DOTALL)
_TIME_FORMATS = (csv.ISO8601, "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d")
_WIDER: dict[pa.DataType, pa.DataType] = {
    pa.null(): pa.int64(),
    pa.int64(): pa.float64(),
    pa.date32(): pa.timestamp("ns"),
    pa.timestamp("s"): pa.timestamp("ns"),
}

T = TypeVar("T")


class TypeChangedError(Exception):
    """A column's type was widened: what was read so far has the old one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some consecutive rows of a file.

    Attributes:
        batch: The rows.
        done: Share of the file read so far, 0 to 1.
    """

    batch: pa.RecordBatch
    done: float


class Table(Protocol):
    """A file of rows under named columns."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def columns(self) -> list[str]:
        """The columns' names in order."""

    def read_as_text(self, *names: str) -> None:
        """Takes these columns as they are written, whatever they look like."""

    def pieces(self, *, rows: int = PIECE_ROWS) -> Iterator[Piece]:
        """The file from its start, in pieces of at most `rows` rows and about PIECE_BYTES.

        Raises:
            TypeChangedError: If a column's type had to be widened: start over.
            CommandError: If the file cannot be read.
        """


def open_table(path: Path) -> Table:
    """Opens a file by its suffix: Parquet for .parquet and .pq, else CSV.

    Raises:
        CommandError: If it cannot be read or has no usable header.
    """
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            return _ParquetTable(path)
        return _CsvTable(path)
    except FileNotFoundError:
        raise CommandError(f"{path} does not exist") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}") from None


def with_settled_types(table: Table, work: Callable[[], T]) -> T:
    """Does `work`, which reads the whole table; once more if a column's type turns out to be wider."""
    try:
        return work()
    except TypeChangedError:
        _settle(table)
        return work()


def _settle(table: Table) -> None:
    while True:
        try:
            for _ in table.pieces():
                pass
        except TypeChangedError:
            continue
        return


class _CsvTable:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._dialect = find_dialect(path)
        self._types: dict[str, pa.DataType] = dict.fromkeys(self._dialect.code_columns, pa.string())
        self._size = max(1, path.stat().st_size)

    @property
    def columns(self) -> list[str]:
        return list(self._dialect.columns)

    def read_as_text(self, *names: str) -> None:
        self._types |= dict.fromkeys(names, pa.string())

    def pieces(self, *, rows: int = PIECE_ROWS) -> Iterator[Piece]:
        with ExitStack() as opened:
            try:
                file, reader = self._open(opened)
                if self._take_types(reader.schema):
                    # A file of its own: the first reader may still read ahead in the other.
                    file, reader = self._open(opened)
                for batch in reader:
                    done = min(1.0, file.tell() / self._size)
                    for part in _split(batch, rows):
                        yield Piece(part, done)
            except pa.ArrowInvalid as error:
                raise self._explained(error) from None

    def _open(self, opened: ExitStack) -> tuple[pa.NativeFile, csv.CSVStreamingReader]:
        file = opened.enter_context(pa.OSFile(str(self.path)))
        return file, self._read(file)

    def _read(self, file: pa.NativeFile) -> csv.CSVStreamingReader:
        return csv.open_csv(
            file,
            read_options=csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=csv.ParseOptions(delimiter=self._dialect.delimiter, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=self._types,
                strings_can_be_null=True,
                decimal_point=self._dialect.decimal_point,
                timestamp_parsers=list(_TIME_FORMATS),
            ),
        )

    def _take_types(self, schema: pa.Schema) -> bool:
        """Keeps the types found; whether the file must be opened anew because clock times are text here."""
        changed = False
        for name, type_ in zip(self._dialect.columns, schema.types, strict=True):
            if pa.types.is_binary(type_):  # what Arrow takes for text that is no UTF-8
                raise not_utf8(self.path)
            is_clock = pa.types.is_time(type_) or pa.types.is_duration(type_)
            self._types[name] = pa.string() if is_clock else type_
            changed |= is_clock
        return changed

    def _explained(self, error: pa.ArrowInvalid) -> Exception:
        text = str(error)
        if "UTF8" in text:
            return not_utf8(self.path)
        conversion = _CONVERSION.match(text)
        if conversion:
            name = self._dialect.columns[int(conversion.group(1))]
            self._types[name] = _WIDER.get(self._types[name], pa.string())
            return TypeChangedError(name)
        if "Expected" in text and "columns, got" in text:
            counts = re.search(r"Expected (\d+) columns, got (\d+)", text)
            expected, got = counts.groups() if counts else ("?", "?")
            return CommandError(
                f"{self.path}: a row has {got} fields where the header has {expected}; "
                "fields that contain the delimiter or a line break must stand in double quotes"
            )
        if "straddling" in text:
            return CommandError(
                f"{self.path}: a row is longer than {_BLOCK_BYTES // 2**20} MiB; is a double quote left open?"
            )
        return CommandError(f"{self.path} cannot be read as CSV: {text.splitlines()[0]}")


class _ParquetTable:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._text: set[str] = set()
        with self._open() as file:
            self.columns: list[str] = file.schema_arrow.names
            self._rows = max(1, file.metadata.num_rows)
        repeated = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if repeated:
            raise CommandError(f"{path}: column names used twice: {', '.join(repeated)}; rename all but one")

    def read_as_text(self, *names: str) -> None:
        self._text.update(names)

    def pieces(self, *, rows: int = PIECE_ROWS) -> Iterator[Piece]:
        seen = 0
        with self._open() as file:
            try:
                for batch in file.iter_batches(batch_size=rows):
                    seen += batch.num_rows
                    for part in _split(self._as_text(batch), rows):
                        yield Piece(part, seen / self._rows)
            except (pa.ArrowException, OSError) as error:
                raise self._unreadable(error) from None

    def _open(self) -> parquet.ParquetFile:
        try:
            return parquet.ParquetFile(self.path)
        except pa.ArrowException as error:
            raise self._unreadable(error) from None

    def _unreadable(self, error: Exception) -> CommandError:
        return CommandError(f"{self.path} cannot be read as Parquet: {str(error).splitlines()[0]}")

    def _as_text(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        arrays = [
            column.cast(pa.string()) if name in self._text else column
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _split(batch: pa.RecordBatch, rows: int) -> Iterable[pa.RecordBatch]:
    """A batch as slices within the limits of one message."""
    per_row = max(1, batch.nbytes // max(1, batch.num_rows))
    length = max(1, min(rows, PIECE_BYTES // per_row))
    for start in range(0, batch.num_rows, length):
        yield batch.slice(start, length)


def to_ipc(batch: pa.RecordBatch) -> bytes:
    """A batch as one complete Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content
