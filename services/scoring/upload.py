"""An upload of a table, piece by piece, checked as it comes and again as a whole; then it is a data set."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from services.common.errors import FieldViolation, LeadlightError, Reason, invalid_argument, invalid_arguments
from services.scoring.dataset_store import DatasetColumns
from services.scoring.limits import MAX_ATTRIBUTES, MAX_NAME_CHARACTERS, MAX_PIECE_ROWS, MAX_TEXT_CHARACTERS
from services.scoring.training_data import (
    closed_rows,
    entered_times,
    plain_texts,
    positive_rows,
    positive_value,
    seconds_of,
)


@dataclass(frozen=True, slots=True)
class UploadedTable:
    """What an upload turned out to hold.

    Attributes:
        columns: The columns' roles, with the positive value found out.
        attributes: Names of the other columns.
        row_count: Rows of closed records.
        positive_count: Of those, the positive ones.
    """

    columns: DatasetColumns
    attributes: tuple[str, ...]
    row_count: int
    positive_count: int


def read_piece(piece: bytes, field: str) -> pa.Table:
    """The rows of one piece.

    Args:
        piece: One complete Arrow IPC stream.
        field: The field it came in, for the error.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is no Arrow stream, too long, or holds what no attribute can be.
    """
    try:
        with pa.ipc.open_stream(piece) as reader:
            table = reader.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, EOFError) as error:
        raise _unreadable(field, "is not one complete, valid Arrow IPC stream") from error
    if table.num_rows > MAX_PIECE_ROWS:
        raise _unreadable(field, f"holds {table.num_rows} rows; a piece has at most {MAX_PIECE_ROWS}")
    repeated = {name for name in table.column_names if table.column_names.count(name) > 1}
    if repeated:
        raise _unreadable(field, f"has several columns with the name {min(repeated)!r}")
    for column in table.schema:
        _check_column(column, table[column.name], field)
    return table


def _check_column(column: pa.Field, values: pa.ChunkedArray, field: str) -> None:
    if not 1 <= len(column.name) <= MAX_NAME_CHARACTERS:
        raise _unreadable(field, f"has a column whose name is not 1 to {MAX_NAME_CHARACTERS} characters long")
    of = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_string(of) or pa.types.is_large_string(of):
        texts = values if column.type == of else pc.cast(values, of)
        if (pc.max(pc.utf8_length(texts)).as_py() or 0) > MAX_TEXT_CHARACTERS:
            raise _unreadable(
                field, f"column {column.name!r} has a text of over {MAX_TEXT_CHARACTERS} characters"
            )
    elif pa.types.is_floating(of):
        if pc.any(pc.is_inf(pc.cast(values, pa.float64()))).as_py():
            raise _unreadable(field, f"column {column.name!r} has an infinite number")
    elif not (
        pa.types.is_integer(of)
        or pa.types.is_boolean(of)
        or pa.types.is_decimal(of)
        or pa.types.is_null(of)
        or pa.types.is_timestamp(of)
        or pa.types.is_date(of)
    ):
        raise _unreadable(
            field,
            f"column {column.name!r} is of type {column.type}; columns hold numbers, texts, booleans, times",
        )


def _unreadable(field: str, description: str) -> LeadlightError:
    return invalid_argument(field, description, reason=Reason.DATASET_UNREADABLE)


def store_table(pieces: Iterable[bytes], columns: DatasetColumns, path: Path) -> UploadedTable:
    """Writes the pieces to a Parquet file and checks the table as a whole.

    Args:
        pieces: Arrow IPC streams of one schema.
        columns: The columns' roles as the caller gave them.
        path: Where to write; the caller removes the file if this raises.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the piece or the column at fault.
    """
    _require_different_columns(columns)
    tables = _tables(pieces)
    first = next(tables, None)
    if first is None:
        raise invalid_argument("arrow_ipc_stream", "no rows were sent", reason=Reason.DATASET_EMPTY)
    _require_columns(first.column_names, columns)
    roles = columns.named
    kept = [first.select(roles)]
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        for index, table in enumerate(tables, start=1):
            if table.schema != first.schema:
                raise _unreadable(f"parts[{index}].arrow_ipc_stream", "has other columns than the first")
            writer.write_table(table)
            kept.append(table.select(roles))
    attributes = tuple(name for name in first.column_names if name not in roles)
    return _summary(pa.concat_tables(kept), columns, attributes)


def _tables(pieces: Iterable[bytes]) -> Iterator[pa.Table]:
    for index, piece in enumerate(pieces):
        table = read_piece(piece, f"parts[{index}].arrow_ipc_stream")
        if table.num_rows:
            yield _without_dictionaries(table)


def _without_dictionaries(table: pa.Table) -> pa.Table:
    """Dictionaries are how a caller packs a column: they may differ from piece to piece, the values' type not."""
    for index, column in enumerate(table.schema):
        if pa.types.is_dictionary(column.type):
            table = table.set_column(index, column.name, pc.cast(table[index], column.type.value_type))
    return table


def _require_different_columns(columns: DatasetColumns) -> None:
    """No column has two roles."""
    seen: set[str] = set()
    for field, name in _roles(columns):
        if name in seen:
            raise invalid_argument(f"dataset.columns.{field}", f"column {name!r} has another role already")
        seen.add(name)
    stages = [stage for stage, _ in columns.stages]
    for index, stage in enumerate(stages):
        if stage in stages[:index]:
            raise invalid_argument(
                f"dataset.columns.stages[{index}].stage", f"{stage!r} has a column already"
            )


def _roles(columns: DatasetColumns) -> list[tuple[str, str]]:
    """Each field that names a column, with the column."""
    named = [(field, getattr(columns, field)) for field in ("id", "label", "create_time", "close_time")]
    named += [(f"stages[{index}].column", column) for index, (_, column) in enumerate(columns.stages)]
    return [(field, name) for field, name in named if name]


def _require_columns(names: list[str], columns: DatasetColumns) -> None:
    missing = [
        FieldViolation(f"dataset.columns.{field}", f"the table has no column {name!r}")
        for field, name in _roles(columns)
        if name not in names
    ]
    if missing:
        raise invalid_arguments(missing)
    roles = columns.named
    if not 1 <= len(names) - len(roles) <= MAX_ATTRIBUTES:
        raise _unreadable(
            "arrow_ipc_stream",
            f"the table has {len(names) - len(roles)} attributes; it needs 1 to {MAX_ATTRIBUTES}",
        )


def _summary(roles: pa.Table, columns: DatasetColumns, attributes: tuple[str, ...]) -> UploadedTable:
    if columns.id:
        ids = roles[columns.id]
        if pc.any(pc.equal(plain_texts(ids), "")).as_py():
            raise invalid_argument("dataset.columns.id", f"column {columns.id!r} has blanks")
        repeats = len(ids) - pc.count_distinct(ids).as_py()
        if repeats:
            raise invalid_argument(
                "dataset.columns.id",
                f"column {columns.id!r} repeats ids in {repeats} rows; ids are unique",
                reason=Reason.DUPLICATE_RECORD_IDS,
            )
    closed = roles.filter(closed_rows(roles, columns))
    if not closed.num_rows:
        raise invalid_argument("dataset.columns.label", "no row is closed", reason=Reason.DATASET_EMPTY)
    for field, name in (("create_time", columns.create_time), ("close_time", columns.close_time)):
        if name:
            seconds_of(closed[name], field)
    entered_times(closed, columns.stages)
    positive = positive_value(closed[columns.label], columns.positive_value)
    return UploadedTable(
        columns=replace(columns, positive_value=positive),
        attributes=attributes,
        row_count=closed.num_rows,
        positive_count=int(positive_rows(closed[columns.label], positive).sum()),
    )
