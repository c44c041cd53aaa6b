"""Scores tables piece by piece, several pieces at a time, answers in order."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pyarrow as pa

from services.common.errors import invalid_argument
from services.scoring.batch import BatchOptions, score_batch
from services.scoring.grades import GradeRanges
from services.scoring.limits import MAX_ATTRIBUTES
from services.scoring.reasons import SHOWN_PER_SIGN
from services.scoring.records import ReasonDetail
from services.scoring.runtime import LoadedModel
from services.scoring.upload import read_piece

THREADS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
_SHOWN = {ReasonDetail.TOP: SHOWN_PER_SIGN, ReasonDetail.ALL: MAX_ATTRIBUTES, ReasonDetail.NONE: 0}


def score_pieces(
    pieces: Iterable[bytes],
    model: LoadedModel,
    *,
    id_column: str,
    ranges: GradeRanges,
    detail: ReasonDetail,
    threads: int = THREADS,
) -> Iterator[bytes]:
    """Scores Arrow IPC streams.

    Args:
        pieces: Complete Arrow IPC streams, one at a time in memory for each thread.
        model: The model.
        id_column: The column with the ids; empty: the rows' numbers from 1.
        ranges: The tenant's grades.
        detail: How many reasons a row carries.
        threads: Pieces in work at a time.

    Yields:
        For each piece a complete Arrow IPC stream with id, probability, score, grade, reasons.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the piece or the column at fault.
    """
    options = BatchOptions(ranges=ranges, shown_per_sign=_SHOWN[detail])
    first_row = 1
    with ThreadPoolExecutor(threads, thread_name_prefix="score-table") as pool:
        waiting: deque[Future[bytes]] = deque()
        try:
            for index, piece in enumerate(pieces):
                field = f"parts[{index}].arrow_ipc_stream"
                table = read_piece(piece, field)
                if id_column and id_column not in table.column_names:
                    raise invalid_argument("options.id_column", f"the table has no column {id_column!r}")
                waiting.append(pool.submit(_score_piece, table, first_row, id_column, model, options))
                first_row += table.num_rows
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _score_piece(
    table: pa.Table, first_row: int, id_column: str, model: LoadedModel, options: BatchOptions
) -> bytes:
    table = table.combine_chunks()
    batches = table.to_batches()
    batch = batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
    scored = score_batch(batch, model, options)
    if id_column:
        ids = batch.column(id_column)
        ids = ids.dictionary_decode() if pa.types.is_dictionary(ids.type) else ids
    else:
        ids = pa.array(range(first_row, first_row + batch.num_rows), pa.int64())
    answer = pa.RecordBatch.from_arrays(
        [ids.cast(pa.string()), *scored.columns], names=["id", *scored.schema.names]
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, answer.schema) as writer:
        writer.write_batch(answer)
    content: bytes = sink.getvalue().to_pybytes()
    return content
