"""A person in an uploaded table: which rows have them, and what is left without them."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.common.records import RecordKind, RecordRef
from services.common.subjects import Subject, subject_of
from services.scoring.subject_table import rows_with, without

ANNA = subject_of(
    emails=["anna@example.com"],
    phones=["20 12 34 56"],
    records=[RecordRef(RecordKind.LEAD, "7")],
    names=["Anna"],
)
TEXTS = ["Bo", "ask Anna", None, "20123456", "Joanna", "ANNA@EXAMPLE.COM", "Bo"]


TEXT = pa.string()


def table(ids: list[Any], texts: pa.DataType = TEXT) -> pa.Table:
    columns = {"id": pa.array(ids), "contact": pa.array(TEXTS, texts), "won": ["yes"] * 7, "budget": range(7)}
    return pa.table(columns)


def written(made: pa.Table) -> pq.ParquetFile:
    content = io.BytesIO()
    pq.write_table(made, content, row_group_size=3)
    return pq.ParquetFile(content)


@pytest.mark.parametrize("texts", [pa.string(), pa.large_string()], ids=str)
@pytest.mark.parametrize("ids", [list("1234567"), list(range(1, 8))], ids=["text", "numbers"])
def test_rows_that_name_them_or_are_their_own(ids: list[Any], texts: pa.DataType) -> None:
    assert rows_with(written(table(ids, texts)), "id", ANNA) == [1, 3, 5, 6]


def test_without_a_column_of_ids_no_row_is_their_own() -> None:
    assert rows_with(written(table(list(range(7)))), "", ANNA) == [1, 3, 5]


def test_nobody_is_in_no_row() -> None:
    assert rows_with(written(table(list("1234567"))), "id", Subject()) == []
    assert rows_with(written(pa.table({"budget": [1.0, 2.0]})), "", ANNA) == []


@pytest.mark.parametrize(
    ("ids", "erased"), [(list("1234567"), "erased-7"), (list(range(1, 8)), -7)], ids=["text", "numbers"]
)
def test_a_row_of_their_own_keeps_its_numbers_and_its_outcome(ids: list[Any], erased: str | int) -> None:
    before = table(ids)
    left = without(before, [1, 3, 5, 6], "id", ["contact", "budget"], ANNA)
    assert left.schema == before.schema
    assert left["contact"].to_pylist() == ["Bo", "ask ••••", None, "•" * 8, "Joanna", "•" * 16, None]
    assert left["id"].to_pylist() == [*ids[:6], erased]
    assert left.select(["won", "budget"]) == before.select(["won", "budget"])
    assert rows_with(written(left), "id", ANNA) == []
