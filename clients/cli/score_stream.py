"""A table through ScoreTable: pieces out, scores back, a few under way at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pyarrow as pa
from leadlight.scoring.v1 import scoring_service_pb2, scoring_service_pb2_grpc

from clients.cli.failures import CommandError
from clients.cli.sending import Sending
from clients.cli.tables import PIECE_ROWS, Piece, Table, to_ipc
from clients.cli.writers import SCORES

_IN_FLIGHT = 4
_FIRST_ROWS = 2_000
_REASON_BYTES = 110  # attribute, value and points of one reason as JSON, generously
# What an answer is aimed at before compression: below a message's limit even where it does not compress.
_REPLY_BYTES = 8 * 1024 * 1024


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
    slices = _Slices(table)
    sending = Sending(
        slices,
        lambda piece: scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=to_ipc(piece.batch)),
        first=[scoring_service_pb2.ScoreTableRequest(options=options)],
        in_flight=_IN_FLIGHT,
    )
    call = stub.ScoreTable(sending.requests())
    try:
        for reply in call:
            piece = sending.next_answered()
            with pa.ipc.open_stream(reply.arrow_ipc_stream) as stream:
                scores = stream.read_all().select(SCORES.names).cast(SCORES)
            slices.learn(piece.batch.num_rows, scores.nbytes)
            sending.make_room()
            if scores.num_rows != piece.batch.num_rows:
                raise CommandError(
                    f"the service answered {scores.num_rows} scores for {piece.batch.num_rows} rows; "
                    "is it of another version?"
                )
            for batch in scores.to_batches():
                yield ScoredPiece(batch, piece.done)
        sending.check_all_answered()
    except grpc.RpcError:
        if sending.trouble is not None:
            raise sending.trouble from None
        raise
    finally:
        sending.close()
        call.cancel()  # type: ignore[no-untyped-call]


class _Slices:
    """A table in slices whose answers are as long as `_REPLY_BYTES`."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows = max(1, min(_FIRST_ROWS, _REPLY_BYTES // (_REASON_BYTES * len(table.columns))))

    def __iter__(self) -> Iterator[Piece]:
        for read in self._table.pieces():
            start = 0
            while start < read.batch.num_rows:
                piece = Piece(read.batch.slice(start, self._rows), read.done)
                start += piece.batch.num_rows
                yield piece

    def learn(self, rows: int, reply_bytes: int) -> None:
        """Makes further slices as large as an answer allows."""
        self._rows = max(1, min(PIECE_ROWS, rows * _REPLY_BYTES // max(1, reply_bytes)))
