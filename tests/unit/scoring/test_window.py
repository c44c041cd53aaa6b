import numpy as np
import pyarrow as pa
import pytest

from services.common.errors import LeadlightError, Reason
from services.scoring.table import TrainingTable
from services.scoring.window import DAY_S, MONTH_S, oldest_share, require_enough, rows_in_window

NOW = 1_700_000_000.0


def outcomes(positive: int, negative: int) -> np.ndarray:
    return np.array([True] * positive + [False] * negative)


def closed_records(created_days_ago: list[float], closed_days_ago: list[float]) -> TrainingTable:
    n = len(closed_days_ago)
    return TrainingTable(
        {"a": pa.array(range(n))},
        np.zeros(n, dtype=bool),
        NOW - np.array(created_days_ago) * DAY_S,
        NOW - np.array(closed_days_ago) * DAY_S,
    )


@pytest.mark.parametrize(
    ("positive", "negative", "reason"),
    [
        (39, 40, Reason.TOO_FEW_CLOSED_RECORDS),
        (40, 39, Reason.TOO_FEW_CLOSED_RECORDS),
        (0, 0, Reason.TOO_FEW_CLOSED_RECORDS),
        (500, 0, Reason.SINGLE_OUTCOME),
        (0, 500, Reason.SINGLE_OUTCOME),
    ],
)
def test_below_40_of_each_is_refused_with_the_counts(positive: int, negative: int, reason: Reason) -> None:
    with pytest.raises(LeadlightError) as refused:
        require_enough(outcomes(positive, negative))

    assert refused.value.reason is reason
    assert refused.value.metadata == {"positive": str(positive), "negative": str(negative), "minimum": "40"}


def test_40_of_each_pass() -> None:
    require_enough(outcomes(40, 40))


def test_a_record_counts_if_created_and_closed_inside_the_window() -> None:
    months_3 = 3 * MONTH_S / DAY_S
    table = closed_records(
        created_days_ago=[months_3 - 1, months_3 + 1, 30, months_3 + 200],
        closed_days_ago=[5, 4, 0, months_3 + 100],
    )

    window = rows_in_window(table, months=3)

    assert window.rows.tolist() == [0, 2]
    assert window.outside == 2
    assert window.end == NOW


def test_default_end_is_the_newest_close_and_later_closes_are_outside_a_given_end() -> None:
    table = closed_records([20, 20], [10, 1])

    assert rows_in_window(table, 24).rows.tolist() == [0, 1]
    assert rows_in_window(table, 24, end=NOW - 5 * DAY_S).rows.tolist() == [0]


def test_records_come_oldest_close_first() -> None:
    assert rows_in_window(closed_records([9, 9, 9], [1, 3, 2]), 24).rows.tolist() == [1, 2, 0]


def test_without_dates_the_row_order_is_the_time_order() -> None:
    table = TrainingTable({"a": pa.array([1, 2, 3])}, np.zeros(3, dtype=bool))

    assert rows_in_window(table, 24).rows.tolist() == [0, 1, 2]


@pytest.mark.parametrize("months", [2, 25])
def test_window_of_less_than_3_months_or_more_than_2_years_is_refused(months: int) -> None:
    with pytest.raises(ValueError, match="3 to 24 months"):
        rows_in_window(closed_records([1], [0]), months)


@pytest.mark.parametrize(("rows", "older"), [(100, 80), (80, 64), (101, 80), (28_831, 23_064), (5, 4)])
def test_newest_20_percent_are_the_test_set(rows: int, older: int) -> None:
    assert oldest_share(rows) == older
