"""What the columns of a file of text are: one type that all of their values have."""

import pyarrow as pa
import pytest

from services.common.batch.job import TIME
from services.common.batch.settled_types import SettledColumn, settled, settled_columns

TEXT = SettledColumn(pa.string())


def kind_of(values: list[str | None], *, may_have_commas: bool = False) -> SettledColumn:
    halves = (values[: len(values) // 2], values[len(values) // 2 :])
    batches = [pa.record_batch({"a": pa.array(half, pa.string())}) for half in halves]
    return settled_columns(batches, ["a"], may_have_commas=may_have_commas)["a"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", "+3"], pa.int64()),
        (["1", "2.5"], pa.float64()),
        (["1e3", ".5"], pa.float64()),
        (["1", None, "", "NA", "2"], pa.int64()),
        (["true", "False", "TRUE"], pa.bool_()),
        (["2026-03-01", "2026-03-01T12:30:00Z"], TIME),
        (["1", "true"], pa.string()),
        (["1", "web"], pa.string()),
        (["1,5", "2"], pa.string()),
        (["9" * 19], pa.float64()),
        ([None, "", "null"], pa.string()),
        (["01.03.2026"], pa.string()),
    ],
)
def test_a_column_is_what_all_of_its_values_are(values: list[str | None], kind: pa.DataType) -> None:
    assert kind_of(values).kind == kind


def test_one_value_at_the_end_makes_a_column_text() -> None:
    assert kind_of(["1"] * 1000 + ["x"]) == TEXT


def test_digits_that_begin_with_a_zero_are_names() -> None:
    assert kind_of(["00123", "12"]) == TEXT
    assert kind_of(["0", "12"]).kind == pa.int64()


def test_decimal_commas_where_commas_part_no_columns() -> None:
    column = kind_of(["1,5", "2"], may_have_commas=True)
    assert column == SettledColumn(pa.float64(), has_decimal_comma=True)
    assert settled(pa.array(["1,5", "NA"]), column).to_pylist() == ["1.5", None]
    assert kind_of(["1,5", "2.5"], may_have_commas=True) == TEXT
