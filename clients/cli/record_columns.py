"""A table's columns as fields of records: `--id COL --map first_name=COL,last_name=COL`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clients.cli.failures import CommandError, UsageError, unknown_column
from clients.cli.tables import Table


@dataclass(frozen=True, slots=True)
class Row:
    """A record in a table.

    Attributes:
        id: The CRM's id.
        fields: What is known about it, without blanks.
        done: Share of the file read so far, 0 to 1.
    """

    id: str
    fields: Mapping[str, str]
    done: float


def mapping(given: str, columns: list[str]) -> dict[str, str]:
    """The columns that are named as fields.

    Args:
        given: FIELD=COL, separated by commas; empty for none.
        columns: Of the file.

    Returns:
        Columns by field.

    Raises:
        UsageError: If it has another form, or names a column that the file does not have.
    """
    found: dict[str, str] = {}
    for part in given.split(",") if given else ():
        field, is_set, column = part.partition("=")
        if not is_set or not field or field in found:
            raise UsageError(f"--map {part}: write FIELD=COL,FIELD=COL, each field once")
        if column not in columns:
            raise unknown_column("--map", column, columns)
        found[field] = column
    return found


def rows(table: Table, id_column: str, columns: Mapping[str, str]) -> Iterator[Row]:
    """The records of a table, their values as they are written.

    A column that is named as a field has that name; any other keeps its own unless a field has it.

    Args:
        table: The table.
        id_column: Column with the id.
        columns: Columns by field.

    Raises:
        UsageError: If there is no such id column.
        CommandError: If the file cannot be read, or a row has no id.
    """
    if id_column not in table.columns:
        raise unknown_column("--id", id_column, table.columns)
    taken = {*columns.values(), id_column}
    fields = dict(columns) | {
        name: name for name in table.columns if name not in taken and name not in columns
    }
    table.read_as_text(*table.columns)
    number = 0
    for piece in table.pieces():
        for row in piece.batch.to_pylist():
            number += 1
            if not row[id_column]:
                raise CommandError(f"{table.path}: row {number} has no id in column {id_column}")
            told = {field: row[column] for field, column in fields.items() if row[column]}
            yield Row(row[id_column], told, piece.done)
