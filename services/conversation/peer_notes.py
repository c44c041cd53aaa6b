"""The notes service as the conversation service needs it: it reads words of time and keeps commitments."""

from collections.abc import Sequence
from datetime import datetime

import grpc
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    notes_service_pb2,
    notes_service_pb2_grpc,
    time_pb2,
)

from services.common.peers import Peers, peer_error
from services.common.records import RecordRef
from services.common.server.wire import moment, optional_timestamp, ref_message, timestamp
from services.conversation.call import Call, Side
from services.conversation.commitments import Commitment, Due, DueWords

_NAME = "notes"
_SIDES = {
    Side.SELLER: commitment_pb2.COMMITMENT_SIDE_OURS,
    Side.CUSTOMER: commitment_pb2.COMMITMENT_SIDE_CUSTOMER,
}
_POINTS = (time_pb2.TIME_KIND_INSTANT, time_pb2.TIME_KIND_INTERVAL)
_LONGEST_WHAT, _LONGEST_WORDS = 1_000, 2_000
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2199


class NotesPeer:
    """The notes service.

    Args:
        peers: The channels to other services.
        address: host:port.
        timeout_s: Longest wait for the words of one call.
    """

    def __init__(self, peers: Peers, address: str, timeout_s: float) -> None:
        channel = peers.channel(_NAME, address)
        self._notes = notes_service_pb2_grpc.NotesServiceStub(channel)
        self._commitments = commitment_service_pb2_grpc.CommitmentServiceStub(channel)
        self._timeout_s = timeout_s

    def read(self, texts: Sequence[str], language: str, said_at: datetime | None) -> list[DueWords | None]:
        """See `commitments.DueReader`: all texts of a call go in one stream, each with an answer of its own."""
        if said_at is not None and not _EARLIEST_YEAR <= said_at.year <= _LATEST_YEAR:
            said_at = None
        requests = [
            notes_service_pb2.ResolveTimesStreamRequest(
                request=notes_service_pb2.ResolveTimesRequest(
                    text=text, language=language, reference_time=optional_timestamp(said_at)
                )
            )
            for text in texts
        ]
        try:
            answers = self._notes.ResolveTimesStream(iter(requests), timeout=self._timeout_s)
            return [
                _due_words(text, each.response, has_start=said_at is not None)
                for text, each in zip(texts, answers, strict=True)
            ]
        except grpc.RpcError as error:
            raise peer_error(error, _NAME) from error

    def record(
        self, ref: RecordRef, call_id: str, call: Call | None, commitments: Sequence[Commitment]
    ) -> None:
        """Hands in what was promised in a call, in place of what was handed in before.

        Args:
            ref: The record that they are kept on.
            call_id: The call's id.
            call: The call with its utterances; None once it is gone.
            commitments: None of them once it is gone.

        Raises:
            LeadlightError: When they are not taken.
        """
        request = commitment_pb2.RecordCommitmentsRequest(
            ref=ref_message(ref),
            source=f"calls/{call_id}",
            commitments=[] if call is None else [_new(call, each) for each in commitments],
        )
        try:
            self._commitments.RecordCommitments(request, timeout=self._timeout_s)
        except grpc.RpcError as error:
            raise peer_error(error, _NAME) from error


def _new(call: Call, commitment: Commitment) -> commitment_pb2.NewCommitment:
    owner = next(each for each in call.participants if each.participant_id == commitment.owner_id)
    due = commitment.due
    # A transcript may be older than it is kept.
    said = call.utterances[commitment.utterance].text if call.utterances else ""
    return commitment_pb2.NewCommitment(
        # Who is on no known side made the promise in a call of ours: it is kept as ours rather than lost.
        owed_by=_SIDES[owner.side or Side.SELLER],
        owner=owner.name or owner.participant_id,
        what=commitment.what[:_LONGEST_WHAT],
        words=said[commitment.start : commitment.end][:_LONGEST_WORDS],
        due_time=timestamp(due.at) if due and due.at else None,
        date_only=bool(due and due.at and due.date_only),
        time_zone=due.time_zone if due and due.at else "",
    )


def _due_words(
    text: str, response: notes_service_pb2.ResolveTimesResponse, *, has_start: bool
) -> DueWords | None:
    """The expression by which a text says when: a deadline before any other, the first of several."""
    usable = [each for each in response.times if _reading(each) is not None]
    if not usable:
        return None
    best = min(usable, key=lambda each: each.bound != time_pb2.TIME_BOUND_DEADLINE)
    words = text[best.span_start : best.span_end]
    reading = _reading(best)
    if reading is None or not has_start:
        return DueWords(best.span_start, best.span_end, Due(words))
    at = reading.start if reading.HasField("start") else reading.end
    due = Due(words, moment(at), not reading.has_time, response.time_zone)
    return DueWords(best.span_start, best.span_end, due)


def _reading(mention: time_pb2.TimeMention) -> time_pb2.TimeReading | None:
    """The likeliest day that an expression names from its time of writing on."""
    if mention.kind not in _POINTS:
        return None
    return next(
        (
            each
            for each in mention.readings
            if each.has_date and not each.past and (each.HasField("start") or each.HasField("end"))
        ),
        None,
    )
