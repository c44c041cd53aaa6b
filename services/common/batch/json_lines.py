"""JSON Lines as Arrow batches of text: an object a line, its values by name, lists and objects as JSON."""

import json
from collections.abc import Collection, Iterator
from pathlib import Path

import pyarrow as pa

from services.common.errors import invalid_argument

_BATCH_ROWS = 1_000


def json_line_batches(
    path: Path, columns: Collection[str], required: Collection[str], field: str
) -> Iterator[pa.RecordBatch]:
    """The lines of a file; empty ones are left out.

    Args:
        path: UTF-8.
        columns: Names to take; NULL in a line that lacks it.
        required: Those that no line may lack.
        field: What the file is, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the first line that is no such object.
    """
    rows: list[dict[str, str | None]] = []
    schema = pa.schema([(name, pa.string()) for name in columns])
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                rows.append(_row(_object(line, number, field), columns, required, number, field))
            if len(rows) == _BATCH_ROWS:
                yield pa.RecordBatch.from_pylist(rows, schema)
                rows = []
    yield pa.RecordBatch.from_pylist(rows, schema)


def _object(line: bytes, number: int, field: str) -> dict[str, object]:
    try:
        value = json.loads(line.decode("utf-8-sig"))
        if isinstance(value, dict):
            # Half of a character, which JSON can write, is none.
            json.dumps(value, ensure_ascii=False).encode()
            return value
    except (ValueError, RecursionError):
        pass
    raise invalid_argument(field, f"line {number} is no JSON object in UTF-8")


def _row(
    value: dict[str, object], columns: Collection[str], required: Collection[str], number: int, field: str
) -> dict[str, str | None]:
    missing = sorted(set(required) - value.keys())
    if missing:
        raise invalid_argument(field, f"line {number} lacks {', '.join(missing)}")
    return {name: _text(value.get(name)) for name in columns}


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
