"""Records as people give them: a row of a file, a JSON object, NAME=VALUE on the command line."""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from google.protobuf import struct_pb2

from clients.cli.failures import UsageError
from clients.cli.tables import Table, with_settled_types


def to_struct(attributes: Mapping[str, object]) -> struct_pb2.Struct:
    """Attributes as the service takes them; None is null."""
    struct = struct_pb2.Struct()
    for name, value in attributes.items():
        field = struct.fields[name]
        if value is None:
            field.null_value = struct_pb2.NULL_VALUE
        elif isinstance(value, bool):
            field.bool_value = value
        elif isinstance(value, int | float | Decimal):
            field.number_value = float(value)
        elif isinstance(value, date | time):  # a datetime is a date
            field.string_value = value.isoformat()
        else:
            field.string_value = str(value)
    return struct


def row_of(table: Table, number: int) -> dict[str, object]:
    """One row of a file, from 1, without its blanks.

    Raises:
        UsageError: If the file has fewer rows.
    """
    row = with_settled_types(table, lambda: _row_of(table, number))
    return {name: value for name, value in row.items() if value is not None}


def _row_of(table: Table, number: int) -> dict[str, object]:
    first = 1
    found: dict[str, object] | None = None
    # The whole file is read, since a value further down may change what a column is.
    for piece in table.pieces():
        if first <= number < first + piece.batch.num_rows:
            found = piece.batch.slice(number - first, 1).to_pylist()[0]
        first += piece.batch.num_rows
    if found is None:
        raise UsageError(f"--row {number}: {table.path.name} has {first - 1:,} rows")
    return found


def attributes_from_json(text: str) -> dict[str, object]:
    """The attributes in a JSON object of texts, numbers, truth values and nulls.

    Raises:
        UsageError: If it is something else.
    """
    try:
        value = json.loads(text, parse_int=float)
    except ValueError as error:
        raise UsageError(f"--record: this is no JSON ({error})") from None
    if not isinstance(value, dict) or any(isinstance(each, list | dict) for each in value.values()):
        raise UsageError(
            '--record: give a JSON object of texts, numbers, true, false and null: {"name": value}'
        )
    return value


def changes_from_options(given: Iterable[str]) -> dict[str, object]:
    """The attributes in NAME=VALUE options: numbers, true and false as such, nothing or null for blank, else text.

    Raises:
        UsageError: If one has no name.
    """
    changes: dict[str, object] = {}
    for each in given:
        name, is_set, text = each.partition("=")
        if not is_set or not name:
            raise UsageError(f"--set {each}: write NAME=VALUE, or NAME= to take the attribute away")
        changes[name] = _value(text)
    return changes


def _value(text: str) -> Any:
    if not text:
        return None
    try:
        value = json.loads(text, parse_int=float)
    except ValueError:
        return text
    # What Python reads as JSON and an attribute cannot be stays a text.
    is_no_value = isinstance(value, list | dict) or (isinstance(value, float) and not math.isfinite(value))
    return text if is_no_value else value
