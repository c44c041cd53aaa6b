"""A person in an uploaded table: the rows that are theirs or name them, and the table without them."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from services.common.subjects import Subject

Row = dict[str, Any]


def rows_with(file: pq.ParquetFile, id_column: str, subject: Subject) -> list[int]:
    """Places of the rows that are a person's own or name them, from 0.

    Each column's different values are looked at, rather than each row: tables have few columns that hold people.

    Args:
        file: The table.
        id_column: Name of the column with the rows' ids; empty if there is none.
        subject: The person.
    """
    columns = [each.name for each in file.schema_arrow if _is_text(each.type)]
    if subject.records and id_column and id_column not in columns:
        columns.append(id_column)
    table = file.read(columns, use_threads=False)
    values = {name: table[name].unique().to_pylist() for name in columns}
    own = [each for each in values.get(id_column, ()) if _is_own(each, subject)]
    # Most tables name somebody else: all texts at once are soon looked through.
    if not own and not subject.is_in(values):
        return []
    found = pa.repeat(False, table.num_rows)
    for name in columns:
        theirs = [each for each in values[name] if subject.is_in(each)]
        if name == id_column:
            theirs += own
        if theirs:
            value_set = pa.array(theirs, table.schema.field(name).type)
            found = pc.or_(found, pc.is_in(table[name], value_set=value_set))
    places: list[int] = pc.indices_nonzero(found).to_pylist()
    return places


def without(
    table: pa.Table, places: list[int], id_column: str, attributes: list[str], subject: Subject
) -> pa.Table:
    """A table without a person: a row keeps its numbers and its outcome, so that counts hold.

    Args:
        table: The table.
        places: Of the rows that `rows_with` found in it.
        id_column: Name of the column with the rows' ids; empty if there is none.
        attributes: Names of the columns that tell about a row's record.
        subject: The person.
    """
    rows = table.to_pylist()
    for place in places:
        row = rows[place]
        if not (id_column and _is_own(row[id_column], subject)):
            rows[place] = subject.masked(row)
            continue
        row |= {name: None for name in attributes if isinstance(row[name], str)}
        number = place + 1  # ids are neither blank nor given twice
        row[id_column] = f"erased-{number}" if isinstance(row[id_column], str) else -number
    return pa.Table.from_pylist(rows, schema=table.schema)


def _is_own(row_id: object, subject: Subject) -> bool:
    return any(str(row_id) == ref.id for ref in subject.records)


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of))
