"""The dedupe service: who a lead already is, what was merged or belongs to a record, and what it is told."""

from collections.abc import Mapping, Sequence

import grpc
from leadlight.common.v1 import record_pb2
from leadlight.dedupe.v1 import (
    dedupe_service_pb2_grpc,
    duplicate_pb2,
    merge_pb2,
    merge_service_pb2_grpc,
)
from leadlight.dedupe.v1 import (
    record_pb2 as dedupe_record_pb2,
)

from services.common.errors import Code
from services.common.peers import peer_error
from services.common.records import RecordKind, RecordRef
from services.common.server.wire import kind_number, ref, ref_message, timestamp
from services.qualification.duplicates import Match, compared_fields
from services.qualification.lead import LeadState
from services.qualification.outbox import LeadMoved, RecordCreated, RecordRemoved
from services.qualification.rules import BuiltOn

SERVICE = "dedupe"
MOST_MATCHES = 10
_ANSWER_S = 5.0
_MOST_BUILT = 100
_KINDS = (RecordKind.ACCOUNT, RecordKind.CONTACT)


class DedupePeer:
    """The dedupe service, as qualification needs it.

    Args:
        channel: To it.
    """

    def __init__(self, channel: grpc.Channel) -> None:
        self._dedupe = dedupe_service_pb2_grpc.DedupeServiceStub(channel)
        self._merges = merge_service_pb2_grpc.MergeServiceStub(channel)

    def find(self, kind: RecordKind, fields: Mapping[str, str], *, exclude_inactive: bool) -> Sequence[Match]:
        """The records of a kind that fields seem to be of, the likeliest first.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        request = duplicate_pb2.FindDuplicatesRequest(
            record=duplicate_pb2.Subject(kind=kind_number(kind), fields=fields),
            options=duplicate_pb2.FindOptions(
                kinds=[kind_number(kind)], limit=MOST_MATCHES, exclude_inactive=exclude_inactive
            ),
        )
        try:
            response = self._dedupe.FindDuplicates(request, timeout=_ANSWER_S)
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error
        return [self._match(duplicate) for duplicate in response.duplicates]

    def _match(self, duplicate: duplicate_pb2.Duplicate) -> Match:
        record = self._record(duplicate.ref)
        reasons = [f"{each.field}: {each.level}" for each in duplicate.evidence.fields if each.weight > 0]
        return Match(
            ref(duplicate.ref, "ref"),
            duplicate.probability,
            dict(record.fields) if record is not None else {},
            [*reasons, *duplicate.evidence.reasons],
        )

    def _record(self, message: record_pb2.RecordRef) -> dedupe_record_pb2.Record | None:
        """A stored record; None where there is none."""
        try:
            return self._dedupe.GetRecord(dedupe_record_pb2.GetRecordRequest(ref=message), timeout=_ANSWER_S)
        except grpc.RpcError as error:
            failure = peer_error(error, SERVICE)
            if failure.code is Code.NOT_FOUND:
                return None
            raise failure from error

    def built_on(self, refs: Sequence[RecordRef]) -> Sequence[BuiltOn]:
        """Merges that records took part in, and other records that belong to them.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        built = []
        try:
            for each in refs:
                if each.kind in _KINDS:
                    built += [*self._merges_of(each), *self._children(each, refs)]
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error
        return built

    def _merges_of(self, on: RecordRef) -> list[BuiltOn]:
        request = merge_pb2.ListMergesRequest(
            ref=ref_message(on), state=merge_pb2.MERGE_STATE_MERGED, page_size=_MOST_BUILT
        )
        response = self._merges.ListMerges(request, timeout=_ANSWER_S)
        return [BuiltOn(on, "merge", each.name) for each in response.merges]

    def _children(self, on: RecordRef, without: Sequence[RecordRef]) -> list[BuiltOn]:
        built = []
        for kind in _KINDS:
            request = dedupe_record_pb2.ListRecordsRequest(
                kind=kind_number(kind), parent=ref_message(on), page_size=_MOST_BUILT
            )
            response = self._dedupe.ListRecords(request, timeout=_ANSWER_S)
            children = [ref(each.ref, "ref") for each in response.records]
            built += [BuiltOn(on, each.kind, each.id) for each in children if each not in without]
        return built

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
                    self._dedupe.UpsertRecord(_created(ref, news, delivery_id), timeout=_ANSWER_S)
                case LeadMoved():
                    self._moved(ref, news)
                case RecordRemoved():
                    request = dedupe_record_pb2.DeleteRecordRequest(ref=ref_message(ref), allow_missing=True)
                    self._dedupe.DeleteRecord(request, timeout=_ANSWER_S)
        except grpc.RpcError as error:
            raise peer_error(error, SERVICE) from error

    def _moved(self, ref: RecordRef, news: LeadMoved) -> None:
        """Marks a lead as retired or not; what the CRM sent of it stays."""
        record = self._record(ref_message(ref))
        if record is None:
            record = dedupe_record_pb2.Record(
                ref=ref_message(ref), fields=compared_fields(ref.kind, news.fields)
            )
        if record.HasField("merged_into"):
            return
        record.inactive = news.state is not LeadState.OPEN
        self._dedupe.UpsertRecord(dedupe_record_pb2.UpsertRecordRequest(record=record), timeout=_ANSWER_S)


def _created(ref: RecordRef, news: RecordCreated, delivery_id: str) -> dedupe_record_pb2.UpsertRecordRequest:
    record = dedupe_record_pb2.Record(
        ref=ref_message(ref),
        fields=compared_fields(ref.kind, news.fields, news.company),
        modify_time=timestamp(news.created_at),
    )
    if news.account:
        record.parent.CopyFrom(ref_message(RecordRef(RecordKind.ACCOUNT, news.account)))
    return dedupe_record_pb2.UpsertRecordRequest(record=record, request_id=delivery_id)
