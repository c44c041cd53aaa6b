"""A plain model of what was written: what a reader must find, whatever was killed in between."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import Message
from leadlight.scoring.v1 import record_pb2, score_pb2, scoring_service_pb2

from services.scoring.trend import Trend, trend
from tests.contract.served import Client
from tests.integration.scoring.world import COLD, HOT, LEAD, WARM, ref, struct, upsert

KINDS = (HOT, COLD, WARM)
PATIENCE_S = 60.0
RETRY_PAUSE_S = 0.1


def scores_of_kinds(client: Client) -> list[int]:
    """The score of each kind of lead, from a call that stores nothing."""
    requests = [
        scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(attributes)) for attributes in KINDS
    ]
    return [client.call("ScoringService.Score", request).score for request in requests]


@dataclass
class Ledger:
    """One writer's records: each write puts a number and a kind of lead into one of them.

    Attributes:
        name: Of the writer; its records are its own.
        scores: See `scores_of_kinds`.
        records: How many records it writes in turn.
        written: Per record the kinds of the acknowledged writes, and the number of the last one.
        pending: The write that was sent and not yet acknowledged.
        is_gone: Set once the service is not to come back.
    """

    name: str
    scores: list[int]
    records: int
    written: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    pending: tuple[str, int, int] | None = None
    is_gone: threading.Event = field(default_factory=threading.Event)

    @property
    def acknowledged(self) -> int:
        return sum(len(writes) for writes in self.written.values())

    def write(self, client: Client, number: int) -> None:
        """One write, sent again with the same request id while the service is not there.

        Raises:
            grpc.RpcError: Any other failure, or the service is not there and is not to come back.
        """
        record_id, kind = f"{self.name}-{number % self.records}", number * 7 % len(KINDS)
        self.pending = (record_id, kind, number)
        request = upsert(record_id, KINDS[kind] | {"number": float(number)}, request_id=str(uuid.uuid4()))
        answer = self._call(client, "ScoringService.UpsertRecord", request)
        self.written.setdefault(record_id, []).append((kind, number))
        self.pending = None
        assert answer.score.score == self.scores[kind]

    def check(self, client: Client) -> None:
        """What is read is what was acknowledged, with the pending write or without it."""
        ids = {*self.written, *([self.pending[0]] if self.pending else [])}
        for record_id in sorted(ids):
            found = [self._seen(kind, number) for kind, number in self.written.get(record_id, [])]
            candidates = [found]
            if self.pending and self.pending[0] == record_id:
                candidates.append([*found, self._seen(*self.pending[1:])])
            past = self._read(client, record_id)
            match = next((each for each in candidates if len(each) == len(past)), None)
            assert match is not None, (record_id, len(past), [len(each) for each in candidates])
            assert [score.score for score in past] == [score for score, _ in match]
            trends = [
                trend(before, now)
                for before, now in zip([None, *(s for s, _ in match)], (s for s, _ in match), strict=False)
            ]
            assert [_trend(score) for score in past] == trends
            if match:
                request = record_pb2.GetRecordRequest(ref=ref(record_id))
                record = self._call(client, "ScoringService.GetRecord", request)
                assert record.attributes["number"] == match[-1][1]
                assert record.score.score == match[-1][0]

    def _call(self, client: Client, name: str, request: Message) -> Any:
        end_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                return client.call(name, request)
            except grpc.RpcError as error:
                again = error.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED}
                if not again or self.is_gone.is_set() or time.monotonic() > end_s:
                    raise
            time.sleep(RETRY_PAUSE_S)

    def _seen(self, kind: int, number: int) -> tuple[int, int]:
        return self.scores[kind], number

    def _read(self, client: Client, record_id: str) -> list[Any]:
        request = score_pb2.ListScoresRequest(ref=ref(record_id), page_size=1000)
        try:
            newest_first = self._call(client, "ScoringService.ListScores", request).scores
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
            return []
        return list(reversed(newest_first))


def _trend(score: score_pb2.Score) -> Trend:
    return Trend[score_pb2.Trend.Name(score.trend).removeprefix("TREND_")]
