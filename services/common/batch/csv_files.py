"""CSV files as Arrow batches of text: one reader for the jobs of every engine."""

import csv as standard_csv
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from services.common.errors import invalid_argument

_DELIMITERS = (",", ";", "\t", "|")
_BLOCK_BYTES = 4 * 1024 * 1024
_BYTE_ORDER_MARK = "\ufeff"


def csv_batches(path: Path) -> pa.RecordBatchReader:
    """The rows of a CSV file, in order, all columns as text; what stands nowhere between delimiters is NULL.

    Args:
        path: UTF-8 with a header; delimiter, by the header, one of comma, semicolon, tab, bar.

    Raises:
        LeadlightError: INVALID_ARGUMENT if there is no header.
    """
    delimiter, columns = header_of(path)
    return csv.open_csv(
        path,
        csv.ReadOptions(block_size=_BLOCK_BYTES),
        csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def header_of(path: Path) -> tuple[str, list[str]]:
    """The delimiter that parts the header into the most columns, and those."""
    with path.open(encoding="utf-8", newline="") as file:
        line = file.readline().removeprefix(_BYTE_ORDER_MARK)
    if not line.strip():
        raise invalid_argument("inputs", f"{path.name} is empty: its first line must hold the columns' names")
    headers = [(each, next(standard_csv.reader([line], delimiter=each))) for each in _DELIMITERS]
    return max(headers, key=lambda each: len(each[1]))
