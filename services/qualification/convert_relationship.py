"""The relationship service: how the contact with a lead is, what happened on a record, and what it is told."""

from collections.abc import Mapping, Sequence

import grpc
from leadlight.common.v1 import record_pb2
from leadlight.relationship.v1 import (
    activity_pb2,
    activity_service_pb2_grpc,
    insight_pb2,
    relationship_service_pb2_grpc,
)
from leadlight.relationship.v1 import (
    record_pb2 as relationship_record_pb2,
)

from services.common.errors import Code
from services.common.peers import peer_error
from services.common.records import RecordKind, RecordRef
from services.common.server.wire import moment, ref_message
from services.qualification.lead import LeadState
from services.qualification.outbox import LeadMoved, RecordCreated, RecordRemoved
from services.qualification.rules import BuiltOn
from services.qualification.summary import RelationshipFact

SERVICE = "relationship"
_FACT_S = 2.0
_ANSWER_S = 5.0
_MOST_BUILT = 1000
_ADDRESSES = ("email", "mobile_phone", "telephone1")
_STATES = {
    LeadState.OPEN: relationship_record_pb2.RECORD_STATE_OPEN,
    LeadState.QUALIFIED: relationship_record_pb2.RECORD_STATE_QUALIFIED,
    LeadState.DISQUALIFIED: relationship_record_pb2.RECORD_STATE_INACTIVE,
}
_CLOSED = {
    relationship_record_pb2.RECORD_STATE_WON: "won deal",
    relationship_record_pb2.RECORD_STATE_LOST: "lost deal",
}


class RelationshipPeer:
    """The relationship service, as qualification needs it.

    Args:
        channel: To it.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._records = relationship_service_pb2_grpc.RelationshipServiceStub(channel)
        self._activities = activity_service_pb2_grpc.ActivityServiceStub(channel)

    def relationship(self, ref: RecordRef) -> RelationshipFact | None:
        """The relationship with a lead; None where it is not known there.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        request = insight_pb2.GetInsightsRequest(ref=ref_message(ref))
        try:
            insights = self._records.GetInsights(request, timeout=_FACT_S)
        except grpc.RpcError as error:
            failure = peer_error(error, SERVICE)
            if failure.code is Code.NOT_FOUND:
                return None
            raise failure from error
        last = None
        if insights.HasField("last_interaction"):
            last = moment(insights.last_interaction.time).date()
        return RelationshipFact(
            activity_count=sum(each.from_us_count + each.from_customer_count for each in insights.kinds),
            window_days=insights.window_days,
            last_day=last,
            health=insights.health.score if insights.health.HasField("score") else None,
        )

    def built_on(self, refs: Sequence[RecordRef]) -> Sequence[BuiltOn]:
        """Activities that regard records, and deals that were closed.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        built = []
        try:
            for on in refs:
                built += self._regarding(on)
                if on.kind is RecordKind.OPPORTUNITY:
                    record = self._record(ref_message(on))
                    closed = None if record is None else _CLOSED.get(record.state)
                    built += [BuiltOn(on, closed, on.id)] if closed else []
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error
        return built

    def _regarding(self, on: RecordRef) -> list[BuiltOn]:
        """Activities that name a record; others count for it by their participants, as they did for the lead."""
        message = ref_message(on)
        request = activity_pb2.ListActivitiesRequest(ref=message, page_size=_MOST_BUILT)
        response = self._activities.ListActivities(request, timeout=_ANSWER_S)
        return [BuiltOn(on, "activity", each.id) for each in response.activities if message in each.regarding]

    def _record(self, message: record_pb2.RecordRef) -> relationship_record_pb2.RelationshipRecord | None:
        """A stored record; None where there is none."""
        try:
            return self._records.GetRecord(
                relationship_record_pb2.GetRecordRequest(ref=message), timeout=_ANSWER_S
            )
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise

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
                    self._upsert(_created(ref, news), delivery_id)
                case LeadMoved():
                    record = self._record(ref_message(ref)) or _lead(ref, news)
                    record.state = _STATES[news.state]
                    # What the CRM sent of it stays; so the request differs from attempt to attempt and has no id.
                    self._upsert(record, "")
                case RecordRemoved():
                    self._remove(ref)
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error

    def _upsert(self, record: relationship_record_pb2.RelationshipRecord, request_id: str) -> None:
        request = relationship_record_pb2.BatchUpsertRecordsRequest(records=[record], request_id=request_id)
        self._records.BatchUpsertRecords(request, timeout=_ANSWER_S)

    def _remove(self, ref: RecordRef) -> None:
        request = relationship_record_pb2.DeleteRecordRequest(ref=ref_message(ref))
        try:
            self._records.DeleteRecord(request, timeout=_ANSWER_S)
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise


def _created(ref: RecordRef, news: RecordCreated) -> relationship_record_pb2.RelationshipRecord:
    return relationship_record_pb2.RelationshipRecord(
        ref=ref_message(ref),
        display_name=_name(news.fields)[:200],
        owner=news.owner,
        addresses=_addresses(news.fields) if ref.kind is RecordKind.CONTACT else [],
        account=news.account,
        primary_contact=news.contact,
        state=relationship_record_pb2.RECORD_STATE_OPEN,
        stage=news.stage,
    )


def _lead(ref: RecordRef, news: LeadMoved) -> relationship_record_pb2.RelationshipRecord:
    return relationship_record_pb2.RelationshipRecord(
        ref=ref_message(ref),
        display_name=(_name(news.fields) or news.fields.get("company_name", ""))[:200],
        owner=news.owner,
        addresses=_addresses(news.fields),
    )


def _name(fields: Mapping[str, str]) -> str:
    person = " ".join(filter(None, (fields.get("first_name"), fields.get("last_name"))))
    return fields.get("name") or person


def _addresses(fields: Mapping[str, str]) -> list[str]:
    found = (fields.get(name, "") for name in _ADDRESSES)
    return list(dict.fromkeys(each[:320] for each in found if each))
