"""Pieces of a table: answered in order, as they come, with an end that waits for nobody."""

import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from services.common.errors import LeadlightError
from services.scoring.grades import DEFAULT_RANGES
from services.scoring.records import ReasonDetail
from services.scoring.stage_serving import StageModels, TableModel
from services.scoring.stages import StageOptions
from services.scoring.table_rows import TimeColumns
from services.scoring.table_scoring import score_pieces


def ipc(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def read(answer: bytes) -> pa.Table:
    return pa.ipc.open_stream(answer).read_all()


def score(fitted: Any, pieces: Iterator[bytes], **options: Any) -> Iterator[bytes]:
    chosen: dict[str, Any] = {
        "id_column": "",
        "ranges": DEFAULT_RANGES,
        "detail": ReasonDetail.NONE,
        "threads": 2,
    }
    chosen |= options
    return score_pieces(pieces, [TableModel((), fitted.model)], **chosen)


@pytest.fixture
def table(fitted: Any) -> pa.Table:
    return pa.Table.from_batches([fitted.records]).slice(0, 100)


def test_answers_keep_the_order_and_count_the_rows(fitted: Any, table: pa.Table) -> None:
    sizes = [1, 40, 0, 9, 50]
    starts = [sum(sizes[:index]) for index in range(len(sizes))]
    pieces = [ipc(table.slice(start, size)) for start, size in zip(starts, sizes, strict=True)]
    answers = [read(answer) for answer in score(fitted, iter(pieces))]
    assert [answer.num_rows for answer in answers] == sizes
    together = pa.concat_tables(answers)
    assert together["id"].to_pylist() == [str(number) for number in range(1, 101)]
    whole = read(next(score(fitted, iter([ipc(table)]))))
    assert together["probability"].equals(whole["probability"])


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        (["a", "b"], ["a", "b"]),
        ([7, 8], ["7", "8"]),
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        ([None, "b"], [None, "b"]),
    ],
)
def test_ids_are_texts(fitted: Any, ids: Any, texts: list[str | None]) -> None:
    piece = ipc(pa.table({"key": ids}))
    assert read(next(score(fitted, iter([piece]), id_column="key")))["id"].to_pylist() == texts


def test_no_pieces_give_no_answers(fitted: Any) -> None:
    assert list(score(fitted, iter([]))) == []


def test_a_bad_piece_comes_after_the_answers_before_it(fitted: Any, table: pa.Table) -> None:
    answers = score(fitted, iter([ipc(table), ipc(table), b"garbage", ipc(table)]))
    assert len([next(answers), next(answers)]) == 2
    with pytest.raises(LeadlightError) as info:
        next(answers)
    assert info.value.violations[0].field == "parts[2].arrow_ipc_stream"


def test_an_id_column_must_be_in_every_piece(fitted: Any, table: pa.Table) -> None:
    answers = score(fitted, iter([ipc(table), ipc(table.drop(["job"]))]), id_column="job")
    next(answers)
    with pytest.raises(LeadlightError) as info:
        next(answers)
    assert info.value.violations[0].field == "options.id_column"


def test_an_answer_does_not_wait_for_the_next_piece(fitted: Any, table: pa.Table) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield ipc(table)
        assert go_on.wait(10)
        yield ipc(table)

    answers = score(fitted, pieces())
    assert read(next(answers)).num_rows == 100
    go_on.set()
    assert read(next(answers)).num_rows == 100
    assert next(answers, None) is None


def test_only_a_few_pieces_are_read_ahead(fitted: Any, table: pa.Table) -> None:
    given: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(100):
            given.append(number)
            yield ipc(table)

    answers = score(fitted, pieces(), threads=1)
    for _ in range(10):
        next(answers)
        assert len(given) - 10 <= 4
    answers.close()  # type: ignore[attr-defined]


def test_who_stops_reading_waits_for_nobody(fitted: Any, table: pa.Table) -> None:
    """The reader may sit in the wait for a piece that never comes."""
    go_on = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield ipc(table)
        go_on.wait(10)

    answers = score(fitted, pieces())
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert not go_on.is_set()
    go_on.set()


def test_a_column_of_stages_without_times_is_named(fitted: Any, table: pa.Table) -> None:
    by_stage = StageModels(StageOptions(("Close",)), {"Close": fitted.model})
    models = [TableModel((), fitted.model, by_stage)]
    times = TimeColumns((("Close", "job"),), now_s=1.7e9)
    answers = score_pieces(
        iter([ipc(table)]),
        models,
        id_column="",
        ranges=DEFAULT_RANGES,
        detail=ReasonDetail.NONE,
        times=times,
    )
    with pytest.raises(LeadlightError) as refusal:
        next(answers)
    assert [each.field for each in refusal.value.violations] == ["options.stages[0]"]
