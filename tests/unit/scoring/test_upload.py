"""Pieces of tables: whatever the bytes are, a table or a refusal that names the field."""

import io
from contextlib import suppress
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import LeadlightError
from services.scoring.limits import MAX_PIECE_ROWS
from services.scoring.upload import read_piece


def ipc(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


GOOD = ipc(
    pa.table({"a": [1, 2, None], "b": ["x", None, "z"], "c": pa.array(["u", "v", "u"]).dictionary_encode()})
)


def refused(piece: bytes) -> str:
    with pytest.raises(LeadlightError) as info:
        read_piece(piece, "parts[3].arrow_ipc_stream")
    assert info.value.reason == "DATASET_UNREADABLE"
    assert [violation.field for violation in info.value.violations] == ["parts[3].arrow_ipc_stream"]
    return info.value.violations[0].description


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_bytes_are_a_table_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(GOOD)
    for place, value in changes:
        damaged[place] = value
    # Any other exception would be a crash of the call.
    with suppress(LeadlightError):
        read_piece(bytes(damaged), "piece")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(garbage: bytes) -> None:
    refused(garbage)


@pytest.mark.parametrize("end", [0, 1, 8, 100, len(GOOD) // 2, len(GOOD) - 30])
def test_a_stream_without_its_end_is_refused(end: int) -> None:
    refused(GOOD[:end])


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (pa.array([[1]]), "columns hold numbers, texts, booleans, times"),
        (pa.array([{"a": 1}]), "columns hold numbers, texts, booleans, times"),
        (pa.array([b"x"]), "columns hold numbers, texts, booleans, times"),
        (pa.array([1], pa.duration("s")), "columns hold numbers, texts, booleans, times"),
        (pa.array([float("inf")]), "infinite"),
        (pa.array([float("-inf")], pa.float32()), "infinite"),
        (pa.array([float("inf")], pa.float16()), "infinite"),
        (pa.array([float("inf")]).dictionary_encode(), "infinite"),
        (pa.array(["x" * 10_001]), "over 10000 characters"),
        (pa.array(["ü" * 10_001], pa.large_string()).dictionary_encode(), "over 10000 characters"),
    ],
)
def test_what_no_attribute_can_be_is_refused(column: pa.Array, words: str) -> None:
    assert words in refused(ipc(pa.table({"a": column})))


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["ü" * 10_000]),
        pa.array([float("nan")]),
        pa.array([1.5]).dictionary_encode(),
        pa.array([2**64 - 1], pa.uint64()),
        pa.nulls(1),
        pa.array([0], pa.date32()),
        pa.array([0], pa.timestamp("ns", "UTC")),
        pa.array([True]),
    ],
    ids=str,
)
def test_what_an_attribute_can_be_is_taken(column: pa.Array) -> None:
    assert read_piece(ipc(pa.table({"a": column})), "piece").num_rows == 1


def test_limits_hold_at_their_edge() -> None:
    def rows(count: int) -> bytes:
        return ipc(pa.table({"a": pa.nulls(count)}))

    assert read_piece(rows(MAX_PIECE_ROWS), "piece").num_rows == MAX_PIECE_ROWS
    assert str(MAX_PIECE_ROWS) in refused(rows(MAX_PIECE_ROWS + 1))


@pytest.mark.parametrize("names", [["a", "a"], ["", "b"], ["n" * 201, "b"]])
def test_columns_have_names_of_their_own(names: list[str]) -> None:
    refused(ipc(pa.table([[1], [2]], names=names)))


def test_a_piece_may_be_empty() -> None:
    empty: Any = read_piece(ipc(pa.table({"a": pa.array([], pa.string())})), "piece")
    assert empty.num_rows == 0
