"""What a CSV file looks like: delimiter, decimal point, and columns whose digits are names."""

import csv
import re
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from clients.cli.failures import CommandError

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 256 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.\d+")
_LEADING_ZERO = re.compile(r"0\d+")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How to read one CSV file.

    Attributes:
        delimiter: Between fields.
        decimal_point: "." or ",".
        columns: The header.
        code_columns: Columns with numbers such as 00123: postal codes, phones. Text, or the zeros would go.
    """

    delimiter: str
    decimal_point: str
    columns: tuple[str, ...]
    code_columns: frozenset[str]


def find_dialect(path: Path) -> Dialect:
    """Looks at the beginning of a file.

    Raises:
        CommandError: If the file is empty, no UTF-8, or has no usable header.
    """
    rows, delimiter = _sample(path)
    columns = _checked_header(path, rows[0])
    values: dict[str, list[str]] = {name: [] for name in columns}
    for row in rows[1:]:
        for name, value in zip(columns, row, strict=False):
            values[name].append(value.strip())
    flat = [value for column in values.values() for value in column]
    has_commas = delimiter != "," and any(map(_DECIMAL_COMMA.fullmatch, flat))
    decimal_comma = has_commas and not any(map(_DECIMAL_POINT.fullmatch, flat))
    return Dialect(
        delimiter=delimiter,
        decimal_point="," if decimal_comma else ".",
        columns=columns,
        code_columns=frozenset(
            name for name, column in values.items() if any(map(_LEADING_ZERO.fullmatch, column))
        ),
    )


def not_utf8(path: Path) -> CommandError:
    """The error for a file in another encoding."""
    return CommandError(
        f"{path} is not UTF-8: save it as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`"
    )


def _sample(path: Path) -> tuple[list[list[str]], str]:
    """The first rows, header included, and the delimiter that splits them most evenly."""
    with path.open("rb") as file:
        raw = file.read(_SAMPLE_BYTES)
        whole = not file.read(1)
    if raw.startswith(_UTF16_MARKS):
        raise not_utf8(path)
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    if not whole:
        raw = raw[: raw.rfind(b"\n") + 1] or raw
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    if "\0" in text:
        raise CommandError(f"{path} is no text file: give a CSV with a header, or a .parquet file")
    best: tuple[tuple[float, int], list[list[str]], str] | None = None
    for delimiter in DELIMITERS:
        rows = _parse(text, delimiter, whole=whole)
        if rows:
            fit = _fit(rows)
            if best is None or fit > best[0]:
                best = fit, rows, delimiter
    if best is None:
        raise CommandError(f"{path} is empty: its first line must hold the columns' names")
    return best[1], best[2]


def _parse(text: str, delimiter: str, *, whole: bool) -> list[list[str]]:
    csv.field_size_limit(_SAMPLE_BYTES)
    rows = [row for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter) if row]
    # The last row of a cut sample may have been cut inside a quoted field.
    return rows if whole or len(rows) < 3 else rows[:-1]


def _fit(rows: list[list[str]]) -> tuple[float, int]:
    """How well a delimiter fits: the share of rows as long as the header, then the number of columns."""
    width = len(rows[0])
    if width == 1:
        return (0.0, 1)
    even = sum(len(row) == width for row in rows) / len(rows)
    return (round(even, 2), width)


def _checked_header(path: Path, header: list[str]) -> tuple[str, ...]:
    blank = next((number for number, name in enumerate(header, start=1) if not name.strip()), None)
    if blank is not None:
        raise CommandError(f"{path}: column {blank} has no name; the first line must name each column")
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise CommandError(
            f"{path}: column name{'s' if len(repeated) > 1 else ''} used twice: {', '.join(repeated)}; "
            "rename all but one"
        )
    if all(map(_NUMBER.fullmatch, header)):
        raise CommandError(f"{path} has no header: its first line must hold the columns' names")
    return tuple(header)
