"""Scores tables piece by piece, several pieces at a time, answers in order."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from queue import SimpleQueue
from threading import Semaphore, Thread

import pyarrow as pa

from services.common.errors import invalid_argument
from services.scoring.batch import BatchOptions
from services.scoring.grades import GradeRanges
from services.scoring.limits import MAX_ATTRIBUTES
from services.scoring.reasons import SHOWN_PER_SIGN
from services.scoring.records import ReasonDetail
from services.scoring.stage_serving import TableModel
from services.scoring.table_rows import NO_TIMES, TimeColumns, score_rows
from services.scoring.upload import read_piece

THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SHOWN = {ReasonDetail.TOP: SHOWN_PER_SIGN, ReasonDetail.ALL: MAX_ATTRIBUTES, ReasonDetail.NONE: 0}


def score_pieces(
    pieces: Iterable[bytes],
    models: Sequence[TableModel],
    *,
    id_column: str,
    ranges: GradeRanges,
    detail: ReasonDetail,
    times: TimeColumns = NO_TIMES,
    compression: str | None = None,
    threads: int = THREADS,
) -> Iterator[bytes]:
    """Scores Arrow IPC streams.

    Args:
        pieces: Complete Arrow IPC streams; few of them are in memory at a time.
        models: The models with their filters; the first that a row matches scores it.
        id_column: The column with the ids; empty: the rows' numbers from 1.
        ranges: The tenant's grades.
        detail: How many reasons a row carries.
        times: The columns with times.
        compression: Of the answers' buffers, as Arrow calls it: "lz4", "zstd" or None.
        threads: Pieces in work at a time.

    Yields:
        For each piece a complete Arrow IPC stream with id, probability, score, grade, reasons; all but the id is
        null in a row that matches the filter of no model.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the piece or the column at fault.
    """
    options = BatchOptions(ranges=ranges, shown_per_sign=SHOWN[detail])
    written = pa.ipc.IpcWriteOptions(compression=compression)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="score-table")

    def score(batch: pa.RecordBatch) -> pa.RecordBatch:
        return score_rows(batch, models, times, options)

    def submit_all(hand_over: Callable[[Future[bytes]], None]) -> None:
        first_row = 1
        for index, piece in enumerate(pieces):
            table = read_piece(piece, f"parts[{index}].arrow_ipc_stream")
            if id_column and id_column not in table.column_names:
                raise invalid_argument("options.id_column", f"the table has no column {id_column!r}")
            for field, column in times.named:
                if column not in table.column_names:
                    raise invalid_argument(f"options.{field}", f"the table has no column {column!r}")
            hand_over(pool.submit(_score_piece, table, first_row, id_column, score, written))
            first_row += table.num_rows

    try:
        yield from _in_order(submit_all, most_waiting=2 * threads)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_order(
    submit_all: Callable[[Callable[[Future[bytes]], None]], None], *, most_waiting: int
) -> Iterator[bytes]:
    """The results of what `submit_all` hands over, each as soon as it and those before it are there.

    `submit_all` waits for its caller's next piece on a thread of its own, so that a caller who sends a piece
    only when it has the answer to the one before is answered too. The thread is not waited for at the end: it
    may sit in a read that ends when the call does.
    """
    handed_over: SimpleQueue[Future[bytes] | None] = SimpleQueue()
    room = Semaphore(most_waiting)
    ended = False

    def hand_over(future: Future[bytes]) -> None:
        handed_over.put(future)
        room.acquire()
        if ended:
            raise CancelledError

    def read() -> None:
        try:
            submit_all(hand_over)
        except BaseException as error:
            failed: Future[bytes] = Future()
            failed.set_exception(error)
            handed_over.put(failed)
        else:
            handed_over.put(None)

    Thread(target=copy_context().run, args=(read,), name="score-table-reader", daemon=True).start()
    try:
        while (future := handed_over.get()) is not None:
            yield future.result()
            room.release()
    finally:
        ended = True
        room.release()


def _score_piece(
    table: pa.Table,
    first_row: int,
    id_column: str,
    score: Callable[[pa.RecordBatch], pa.RecordBatch],
    written: pa.ipc.IpcWriteOptions,
) -> bytes:
    table = table.combine_chunks()
    batches = table.to_batches()
    batch = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
    scored = score(batch)
    if id_column:
        ids = batch.column(id_column)
        ids = ids.dictionary_decode() if pa.types.is_dictionary(ids.type) else ids
    else:
        ids = pa.array(range(first_row, first_row + batch.num_rows), pa.int64())
    answer = pa.RecordBatch.from_arrays(
        [ids.cast(pa.string()), *scored.columns], names=["id", *scored.schema.names]
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, answer.schema, options=written) as writer:
        writer.write_batch(answer)
    content: bytes = sink.getvalue().to_pybytes()
    return content
