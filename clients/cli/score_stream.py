"""A table through ScoreTable: pieces out, scores back, a few under way at a time."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pyarrow as pa
from leadlight.scoring.v1 import scoring_service_pb2, scoring_service_pb2_grpc

from clients.cli.failures import CommandError
from clients.cli.tables import PIECE_ROWS, Piece, Table, to_ipc
from clients.cli.writers import SCORES

_IN_FLIGHT = 4
_FIRST_ROWS = 2_000
_REASON_BYTES = 110  # attribute, value and points of one reason as JSON, generously
# What an answer is aimed at: well below a message's limit, so that much longer texts further on still fit.
_REPLY_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScoredPiece:
    """The scores of some consecutive rows.

    Attributes:
        batch: Rows of the schema SCORES, in the order of the file.
        done: Share of the file that they end at, 0 to 1.
    """

    batch: pa.RecordBatch
    done: float


def score_table(
    stub: scoring_service_pb2_grpc.ScoringServiceStub,
    table: Table,
    options: scoring_service_pb2.ScoreTableOptions,
) -> Iterator[ScoredPiece]:
    """Scores a whole table in order.

    Memory stays flat: no piece is read while `_IN_FLIGHT` wait for their scores.

    Raises:
        CommandError: If the table cannot be read, or an answer does not fit what was sent.
        TypeChangedError: If the table must be read anew.
        grpc.RpcError: If the call fails.
    """
    pieces = _Pieces(table, options)
    call = stub.ScoreTable(pieces.requests())
    try:
        for reply in call:
            piece = pieces.next_answered(len(reply.arrow_ipc_stream))
            with pa.ipc.open_stream(reply.arrow_ipc_stream) as stream:
                scores = stream.read_all().select(SCORES.names).cast(SCORES)
            if scores.num_rows != piece.batch.num_rows:
                raise CommandError(
                    f"the service answered {scores.num_rows} scores for {piece.batch.num_rows} rows; "
                    "is it of another version?"
                )
            for batch in scores.to_batches():
                yield ScoredPiece(batch, piece.done)
        pieces.check_all_answered()
    except grpc.RpcError:
        if pieces.trouble is not None:
            raise pieces.trouble from None
        raise
    finally:
        pieces.close()
        call.cancel()  # type: ignore[no-untyped-call]


class _Pieces:
    """The request side, which grpc iterates over in a thread of its own."""

    def __init__(self, table: Table, options: scoring_service_pb2.ScoreTableOptions) -> None:
        self._table = table
        self._options = options
        self._slots = threading.Semaphore(_IN_FLIGHT)
        self._closed = threading.Event()
        self._sent: list[Piece] = []
        self._rows = max(1, min(_FIRST_ROWS, _REPLY_BYTES // (_REASON_BYTES * len(table.columns))))
        self.trouble: Exception | None = None

    def requests(self) -> Iterator[scoring_service_pb2.ScoreTableRequest]:
        try:
            yield scoring_service_pb2.ScoreTableRequest(options=self._options)
            for read in self._table.pieces():
                start = 0
                while start < read.batch.num_rows:
                    self._slots.acquire()
                    if self._closed.is_set():
                        return
                    piece = Piece(read.batch.slice(start, self._rows), read.done)
                    start += piece.batch.num_rows
                    request = scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=to_ipc(piece.batch))
                    self._sent.append(piece)
                    yield request
        except Exception as error:
            self.trouble = error
            raise

    def next_answered(self, reply_bytes: int) -> Piece:
        """The piece that the next answer belongs to; makes room for a further one, as long as answers allow."""
        if not self._sent:
            raise CommandError("the service answered more than it was sent; is it of another version?")
        piece = self._sent.pop(0)
        fitting = piece.batch.num_rows * _REPLY_BYTES // max(1, reply_bytes)
        self._rows = max(1, min(PIECE_ROWS, fitting))
        self._slots.release()
        return piece

    def check_all_answered(self) -> None:
        """Refuses an end of the answers before the last piece."""
        if self.trouble is not None:
            raise self.trouble
        if self._sent:
            raise CommandError("the service stopped answering before the last row; try again")

    def close(self) -> None:
        """Lets the request side end."""
        self._closed.set()
        self._slots.release()
