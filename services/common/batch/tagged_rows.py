"""Several tables out of one pass over another: a batch function gives rows of all, which are then sorted out."""

import json
from collections.abc import Iterable, Mapping
from functools import partial

import pyarrow as pa

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine

TAGGED = pa.schema([("table", pa.string()), ("row", pa.string())])
"""What such a batch function returns: the table that a row belongs to, and the row as JSON."""


def tagged(rows: Iterable[tuple[str, Mapping[str, object]]]) -> pa.RecordBatch:
    """A batch of `TAGGED`.

    Args:
        rows: Each with its table; values are texts, numbers, truth values or None.
    """
    pairs = [(table, json.dumps(row, ensure_ascii=False)) for table, row in rows]
    return pa.RecordBatch.from_arrays(
        [pa.array([each[place] for each in pairs], pa.string()) for place in (0, 1)], schema=TAGGED
    )


def sort_out(engine: Engine, source: str, tables: Mapping[str, pa.Schema]) -> None:
    """Makes the tables of a table of `TAGGED` rows.

    Args:
        engine: With the source.
        source: The rows' table.
        tables: Schema by table.
    """
    for name, schema in tables.items():
        rows = f"{name}_rows"
        engine.sql(f"""SELECT "row" FROM {source} WHERE "table" = '{name}'""", rows)  # noqa: S608  our own names
        engine.map_arrow(rows, partial(_typed, schema=schema), schema, name, SMALL_BATCH_ROWS)
        engine.drop(rows)


def _typed(batch: pa.RecordBatch, *, schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([json.loads(each) for each in batch.column("row").to_pylist()], schema)
