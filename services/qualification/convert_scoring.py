"""The scoring service: a lead's score with its reasons, and what it is told so that the next model learns from it."""

from collections.abc import Mapping

import grpc
from google.protobuf.struct_pb2 import Struct
from leadlight.scoring.v1 import grade_pb2, record_pb2, scoring_service_pb2_grpc

from services.common.errors import Code
from services.common.peers import peer_error
from services.common.records import RecordRef
from services.common.server.wire import ref_message, timestamp
from services.qualification.lead import LeadState
from services.qualification.mapping import PARENT_ACCOUNT, PARENT_CONTACT
from services.qualification.outbox import LeadMoved, RecordCreated, RecordRemoved
from services.qualification.summary import Reason, ScoreFact

SERVICE = "scoring"
_FACT_S = 2.0
_ANSWER_S = 5.0
_IDS = (PARENT_ACCOUNT, PARENT_CONTACT)
_OUTCOMES = {
    LeadState.OPEN: record_pb2.OUTCOME_UNSPECIFIED,
    LeadState.QUALIFIED: record_pb2.OUTCOME_POSITIVE,
    LeadState.DISQUALIFIED: record_pb2.OUTCOME_NEGATIVE,
}


class ScoringPeer:
    """The scoring service, as qualification needs it.

    Args:
        channel: To it.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._scoring = scoring_service_pb2_grpc.ScoringServiceStub(channel)

    def score(self, ref: RecordRef) -> ScoreFact | None:
        """A lead's score; None where it is not known there, or has none.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        request = record_pb2.GetRecordRequest(ref=ref_message(ref))
        try:
            record = self._scoring.GetRecord(request, timeout=_FACT_S)
        except grpc.RpcError as error:
            failure = peer_error(error, SERVICE)
            if failure.code is Code.NOT_FOUND:
                return None
            raise failure from error
        score = record.score
        if not score.model:
            return None
        reasons = [Reason(each.attribute, each.value, each.points) for each in score.reasons]
        grade = grade_pb2.Grade.Name(score.grade).removeprefix("GRADE_")
        return ScoreFact(score.score, grade, sorted(reasons, key=lambda each: -each.points))

    def deliver(
        self, ref: RecordRef, news: RecordCreated | LeadMoved | RecordRemoved, delivery_id: str
    ) -> None:
        """Tells it what became of a record.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer, or whatever it refused with.
        """
        try:
            match news:
                case RecordCreated():
                    record = record_pb2.Record(
                        ref=ref_message(ref),
                        attributes=_attributes(news.fields),
                        create_time=timestamp(news.created_at),
                    )
                    self._upsert(record_pb2.UpsertRecordRequest(record=record, request_id=delivery_id))
                case LeadMoved():
                    self._upsert(_moved(ref, news, delivery_id))
                case RecordRemoved():
                    request = record_pb2.DeleteRecordRequest(ref=ref_message(ref), allow_missing=True)
                    self._scoring.DeleteRecord(request, timeout=_ANSWER_S)
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error

    def _upsert(self, request: record_pb2.UpsertRecordRequest) -> None:
        self._scoring.UpsertRecord(request, timeout=_ANSWER_S)


def _moved(ref: RecordRef, news: LeadMoved, delivery_id: str) -> record_pb2.UpsertRecordRequest:
    """The outcome alone changes; the rest is for a service that does not know the lead yet."""
    record = record_pb2.Record(
        ref=ref_message(ref),
        attributes=_attributes(news.fields),
        outcome=_OUTCOMES[news.state],
        create_time=timestamp(min(news.created_at, news.state_at)),
    )
    if news.state is not LeadState.OPEN:
        record.close_time.CopyFrom(timestamp(news.state_at))
    request = record_pb2.UpsertRecordRequest(record=record, request_id=delivery_id)
    request.update_mask.paths.extend(["outcome", "close_time"])
    return request


def _attributes(fields: Mapping[str, str]) -> Struct:
    """Fields as attributes; ids of other records say nothing of this one."""
    attributes = Struct()
    attributes.update({name: value for name, value in fields.items() if name not in _IDS})
    return attributes
