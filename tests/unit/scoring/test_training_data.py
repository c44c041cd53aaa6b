"""Tables and records as training takes them in: times, outcomes, types of columns."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from services.common.errors import LeadlightError
from services.common.records import RecordKind, RecordRef
from services.scoring.records import Record
from services.scoring.training_data import label_texts, positive_value, seconds_of, table_from_records

DAY = datetime(2026, 3, 31, tzinfo=UTC).timestamp()
NOON = DAY + 12 * 3600
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def column(values: Any, type_: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, type_)])


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("2026-03-31", DAY),
        ("2026-03-31T12:00:00Z", NOON),
        ("2026-03-31T12:00:00", NOON),
        ("2026-03-31 12:00", NOON),
        (" 2026-03-31T12:00Z ", NOON),
        ("2026-03-31T14:00:00+02:00", NOON),
        ("2026-03-31T14:00:00+0200", NOON),
        ("2026-03-31T06:30:00-05:30", NOON),
        ("2026-03-31T12:00:00.25Z", NOON + 0.25),
        ("2026-03-31T12:00:00.123456789Z", NOON + 0.123456),
        ("", math.nan),
        (None, math.nan),
        ("9999-12-31", datetime(9999, 12, 31, tzinfo=UTC).timestamp()),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC).timestamp()),
    ],
)
def test_a_text_is_a_time_whatever_stands_beside_it(given: str | None, seconds: float) -> None:
    found = seconds_of(column([given, "2026-03-31", "2026-03-31T12:00:00Z", None]), "create_time")
    assert found[0] == pytest.approx(seconds, abs=1e-6, nan_ok=True)
    assert list(found[1:3]) == [DAY, NOON]


@pytest.mark.parametrize(
    "given",
    [
        column([int(NOON) * 10**6], pa.timestamp("us")),
        column([datetime(2026, 3, 31, 12, tzinfo=UTC)]),
        column(
            [datetime(2026, 3, 31, 14, tzinfo=timezone(timedelta(hours=2)))], pa.timestamp("us", "+02:00")
        ),
        column([int(NOON) * 10**9 + 1], pa.timestamp("ns")),
        column([int(NOON)], pa.timestamp("s", "Europe/Berlin")),
        column(["2026-03-31T12:00:00Z"]).dictionary_encode(),
    ],
    ids=["naive", "UTC", "offset", "nanoseconds", "zone", "dictionary"],
)
def test_columns_of_times(given: pa.ChunkedArray) -> None:
    assert list(seconds_of(given, "create_time")) == [NOON]


def test_a_date_begins_at_midnight_utc() -> None:
    assert list(seconds_of(column([date(2026, 3, 31)]), "create_time")) == [DAY]


@pytest.mark.parametrize(
    "given",
    [
        ["31.03.2026"],
        ["03/31/2026"],
        ["2026-13-01"],
        ["2026-03-31T25:00:00Z"],
        ["soon"],
        [2026],
        [True],
        [1.5],
    ],
)
def test_what_is_no_time_is_refused(given: list[Any]) -> None:
    with pytest.raises(LeadlightError) as info:
        seconds_of(column(given), "close_time")
    assert info.value.violations[0].field == "dataset.columns.close_time"


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        ([" Yes ", "NO", None, ""], ["yes", "no", "", ""]),
        ([1.0, 0.0, None, math.nan], ["1", "0", "", ""]),
        ([1.5, 0.0], ["1.5", "0"]),
        ([1, 0], ["1", "0"]),
        ([True, False, None], ["true", "false", ""]),
        (pa.array([1.0, 0.0]).cast(pa.float16()), ["1", "0"]),
        (pa.array([1.0, math.nan]).dictionary_encode(), ["1", ""]),
        ([None, None], ["", ""]),
    ],
)
def test_labels_are_compared_as_texts(labels: Any, texts: list[str]) -> None:
    assert label_texts(column(labels)).to_pylist() == texts


@pytest.mark.parametrize(
    ("labels", "wanted", "positive"),
    [
        (["won", "lost"], "", "won"),
        (["Qualified", "Disqualified"], "", "qualified"),
        (["a", "b"], " A ", "a"),
        (["won", "lost"], "Lost", "lost"),
        ([1, 0], "1", "1"),
        ([1.0, 0.0], "1", "1"),
    ],
)
def test_the_positive_value(labels: list[Any], wanted: str, positive: str) -> None:
    assert positive_value(column(labels), wanted) == positive


@pytest.mark.parametrize(
    ("labels", "wanted", "words"),
    [
        (["a", "b"], "", "none of the labels is known to be positive"),
        (["yes", "won"], "", "several labels look positive"),
        (["a", "b"], "c", "Labels in the column: a, b"),
        ([str(number) for number in range(2, 40)], "", "38 different ones"),
        ([None, ""], "x", "Labels in the column: none"),
    ],
)
def test_without_a_clear_positive_value_the_labels_are_shown(
    labels: list[Any], wanted: str, words: str
) -> None:
    with pytest.raises(LeadlightError, match=words):
        positive_value(column(labels), wanted)


def record(number: int, closed: datetime | None = None, **attributes: Any) -> Record:
    ref = RecordRef(RecordKind.LEAD, str(number))
    moment = closed or CREATED
    return Record(ref, attributes, number % 2 == 0, CREATED, moment, moment)


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        ([1.0, 2.5, None], pa.float64(), [1.0, 2.5, None]),
        ([1.0, ""], pa.float64(), [1.0, None]),
        ([True, False, None], pa.bool_(), [True, False, None]),
        ([True, ""], pa.bool_(), [True, None]),
        (["a", None], pa.string(), ["a", None]),
        ([1.0, "a"], pa.string(), ["1", "a"]),
        ([True, 2.0], pa.string(), ["true", "2"]),
        ([None, ""], pa.string(), [None, ""]),
    ],
)
def test_stored_values_become_the_narrowest_column(
    values: list[Any], type_: pa.DataType, expected: list[Any]
) -> None:
    table = table_from_records([record(number, a=value) for number, value in enumerate(values)])
    assert (table.columns["a"].type, table.columns["a"].to_pylist()) == (type_, expected)


def test_records_need_not_have_the_same_attributes() -> None:
    table = table_from_records([record(0, a=1.0), record(1, b="x"), record(2)])
    assert {name: array.to_pylist() for name, array in table.columns.items()} == {
        "a": [1.0, None, None],
        "b": [None, "x", None],
    }
    assert table.outcome.tolist() == [True, False, True]
    assert table.created_at is not None
    np.testing.assert_array_equal(table.created_at, [CREATED.timestamp()] * 3)


def test_decimals_are_labels_too() -> None:
    assert label_texts(column([Decimal(1), Decimal(0)])).to_pylist() == ["1", "0"]
