"""From stored records or an uploaded table to the table that training takes in."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from services.common.errors import LeadlightError, Reason, invalid_argument
from services.scoring.dataset_store import DatasetColumns
from services.scoring.encoding import Value, category_text
from services.scoring.matching import Filter, matching_rows
from services.scoring.records import Record
from services.scoring.stages import stays_from_columns, stays_of
from services.scoring.table import TrainingTable

KNOWN_POSITIVE_VALUES = ("true", "yes", "1", "won", "qualified")
SHOWN_LABELS = 10
_DATE_ALONE = r"^\d{4}-\d{2}-\d{2}$"
_BEYOND_MICROSECONDS = r"(\.\d{6})\d+"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)$"


def table_from_records(records: Sequence[Record]) -> TrainingTable:
    """Closed records as a training table; attributes in order of their first appearance."""
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record.attributes))
    closed_at = _seconds(
        [record.closed_at.timestamp() if record.closed_at else math.nan for record in records]
    )
    return TrainingTable(
        columns={name: _column([record.attributes.get(name) for record in records]) for name in names},
        outcome=np.array([bool(record.is_positive) for record in records], dtype=np.bool_),
        created_at=_seconds([record.created_at.timestamp() for record in records]),
        closed_at=closed_at,
        stays=stays_of([record.stages for record in records], closed_at),
    )


def _seconds(values: list[float]) -> npt.NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


def _column(values: list[Value]) -> pa.Array:
    """Values of one attribute as the narrowest type that holds them all; mixed types become text."""
    kinds = {type(value) for value in values if value is not None and value != ""}
    if kinds and kinds <= {bool}:
        return pa.array([None if value == "" else value for value in values], pa.bool_())
    if kinds and kinds <= {int, float}:
        return pa.array([None if value == "" else value for value in values], pa.float64())
    return pa.array([None if value is None else category_text(value) for value in values], pa.string())


def table_from_dataset(path: Path, columns: DatasetColumns, conditions: Filter = ()) -> TrainingTable:
    """An uploaded table as a training table: everything but the named columns is an attribute.

    Args:
        path: Its Parquet file.
        columns: The named columns.
        conditions: The filter; of the closed rows those that match.
    """
    table = _closed(pq.read_table(path), columns, conditions).combine_chunks()
    roles = set(columns.named)
    closed_at = _times(table, columns.close_time, "close_time")
    return TrainingTable(
        columns={name: table[name].combine_chunks() for name in table.column_names if name not in roles},
        outcome=positive_rows(table[columns.label], columns.positive_value),
        created_at=_times(table, columns.create_time, "create_time"),
        closed_at=closed_at,
        stays=stays_from_columns(entered_times(table, columns.stages), closed_at) if columns.stages else None,
    )


def entered_times(
    table: pa.Table, stages: Sequence[tuple[str, str]], field: str = "dataset.columns"
) -> dict[str, npt.NDArray[np.float64]]:
    """When each row entered each stage, seconds since 1970 UTC, NaN for never.

    Args:
        table: The rows.
        stages: Stage and column, in the order of the process.
        field: Where they were named, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT when a text is no ISO 8601 date or time.
    """
    return {
        stage: seconds_of(table[column], f"stages[{place}]", field)
        for place, (stage, column) in enumerate(stages)
    }


def _closed(table: pa.Table, columns: DatasetColumns, conditions: Filter) -> pa.Table:
    table = table.filter(closed_rows(table, columns))
    named = dict(zip(table.column_names, table.columns, strict=True))
    return table.filter(pa.array(matching_rows(conditions, named, table.num_rows))) if conditions else table


def closed_outcomes(path: Path, columns: DatasetColumns, conditions: Filter) -> npt.NDArray[np.bool_]:
    """The outcomes of the rows that `table_from_dataset` would take."""
    wanted = {columns.label, columns.close_time, *(condition.attribute for condition in conditions)} - {""}
    names = [name for name in pq.read_schema(path).names if name in wanted]
    table = _closed(pq.read_table(path, columns=names), columns, conditions)
    return positive_rows(table[columns.label], columns.positive_value)


def closed_stages(path: Path, columns: DatasetColumns, conditions: Filter) -> npt.NDArray[np.str_]:
    """The stage that each row of `table_from_dataset` was in when it was closed; "" for none."""
    wanted = {*columns.named, *(condition.attribute for condition in conditions)}
    names = [name for name in pq.read_schema(path).names if name in wanted]
    table = _closed(pq.read_table(path, columns=names), columns, conditions)
    closed_at = _times(table, columns.close_time, "close_time")
    return stays_from_columns(entered_times(table, columns.stages), closed_at).last


def _times(table: pa.Table, name: str, field: str) -> npt.NDArray[np.float64] | None:
    """The times in a column; None without a column, and where it is blank throughout."""
    if not name:
        return None
    seconds = seconds_of(table[name], field)
    return None if np.isnan(seconds).all() else seconds


def closed_rows(table: pa.Table, columns: DatasetColumns) -> pa.ChunkedArray:
    """Boolean per row: the label is there, and so is the time of closing where a column holds it."""
    closed = pc.not_equal(label_texts(table[columns.label]), "")
    if columns.close_time:
        closed = pc.and_(closed, pc.not_equal(plain_texts(table[columns.close_time]), ""))
    return closed


def label_texts(labels: pa.ChunkedArray) -> pa.ChunkedArray:
    """Labels as they are compared: text, lower case, no white space around; blank is empty; 1.0 is 1."""
    if pa.types.is_dictionary(labels.type):
        labels = pc.cast(labels, labels.type.value_type)
    if pa.types.is_floating(labels.type):
        labels = pc.cast(labels, pa.float64())
        labels = pc.if_else(pc.is_nan(labels), None, labels)
        whole = pc.cast(labels, pa.int64(), safe=False)
        if pc.all(pc.equal(pc.cast(whole, labels.type), labels)).as_py():
            labels = whole
    return pc.utf8_lower(plain_texts(labels))


def plain_texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Any column as texts without white space around; blank (null, NaN, white space) is empty."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_floating(column.type):
        column = pc.cast(column, pa.float64())
        column = pc.if_else(pc.is_nan(column), None, column)
    return pc.utf8_trim_whitespace(pc.fill_null(pc.cast(column, pa.string()), ""))


def positive_value(labels: pa.ChunkedArray, wanted: str) -> str:
    """The label's text for a positive outcome: the wanted one, or the only usual one that occurs.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it does not occur, or when none or several usual ones do.
    """
    found = sorted(set(pc.unique(label_texts(labels)).to_pylist()) - {""})
    if wanted:
        value = wanted.strip().lower()
        if value in found:
            return value
        raise _no_positive_value(f"no row's label is {wanted!r}", found)
    usual = [value for value in KNOWN_POSITIVE_VALUES if value in found]
    if len(usual) == 1:
        return usual[0]
    problem = "several labels look positive" if usual else "none of the labels is known to be positive"
    raise _no_positive_value(f"{problem}; say which one is", found)


def _no_positive_value(problem: str, found: Sequence[str]) -> LeadlightError:
    shown = ", ".join(found) if len(found) <= SHOWN_LABELS else f"{len(found)} different ones"
    return invalid_argument(
        "dataset.columns.positive_value", f"{problem}. Labels in the column: {shown or 'none'}"
    )


def positive_rows(labels: pa.ChunkedArray, positive: str) -> npt.NDArray[np.bool_]:
    """Boolean per row: the outcome was positive."""
    matches = pc.equal(label_texts(labels), positive.strip().lower())
    return np.asarray(matches.to_numpy(), dtype=np.bool_)


def seconds_of(
    column: pa.ChunkedArray, field: str, message: str = "dataset.columns"
) -> npt.NDArray[np.float64]:
    """Times as seconds since 1970 UTC, NaN where blank; a time without a zone counts as UTC.

    Some rows of a column may have a zone and others none.

    Raises:
        LeadlightError: INVALID_ARGUMENT when a text is no ISO 8601 date or time.
    """
    try:
        moments = _moments(column)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise invalid_argument(
            f"{message}.{field}",
            "every value must be a date or time like 2026-03-31 or 2026-03-31T14:00:00Z",
            reason=Reason.DATASET_UNREADABLE,
        ) from error
    # Unsafe: microseconds of the far future have more digits than a float; their seconds fit.
    seconds = pc.divide(pc.cast(pc.cast(moments, pa.int64()), pa.float64(), safe=False), 1e6)
    return np.asarray(pc.fill_null(seconds, math.nan).to_numpy(), dtype=np.float64)


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times in UTC, in microseconds."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_temporal(column.type):
        # Nanoseconds are cut: nothing here is that fine.
        return pc.cast(column, options=pc.CastOptions(pa.timestamp("us"), allow_time_truncate=True))
    texts = plain_texts(column)
    texts = pc.if_else(pc.equal(texts, ""), None, texts)
    texts = pc.replace_substring_regex(texts, _BEYOND_MICROSECONDS, r"\1")
    # Arrow parses a column in which every text has a zone, or none has.
    dates = pc.match_substring_regex(texts, _DATE_ALONE)
    texts = pc.if_else(dates, pc.binary_join_element_wise(texts, "T00:00:00", ""), texts)
    zoned = pc.match_substring_regex(texts, _ZONE)
    utc = pc.if_else(zoned, texts, pc.binary_join_element_wise(texts, "Z", ""))
    return pc.cast(pc.cast(utc, pa.timestamp("us", tz="UTC")), pa.timestamp("us"))
