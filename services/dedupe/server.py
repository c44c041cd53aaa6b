"""The servicer of records and duplicates: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator, Sequence

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.dedupe.v1 import (
    dedupe_service_pb2_grpc,
    duplicate_pb2,
    record_pb2,
    settings_pb2,
)

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.errors import LeadlightError
from services.common.group_commit import GroupCommitter
from services.common.records import RecordRef
from services.common.server.handlers import checks_each_request
from services.common.server.results import results_by_group
from services.common.server.wire import RECORD_KINDS, ref
from services.common.server.writes import write
from services.dedupe import convert_duplicates, convert_records, convert_settings
from services.dedupe.matching import TenantViews
from services.dedupe.record import Record
from services.dedupe.reindex import SettingsService
from services.dedupe.service import DedupeService, Prepared

Context = grpc.ServicerContext
DOMAIN = "leadlight.dedupe"


class DedupeServicer(dedupe_service_pb2_grpc.DedupeServiceServicer):
    """`leadlight.dedupe.v1.DedupeService`.

    Args:
        service: The use cases around records.
        settings: Those around settings.
        views: What this worker knows of tenants.
        committer: The worker's writes.
    """

    def __init__(
        self,
        service: DedupeService,
        *,
        settings: SettingsService,
        views: TenantViews,
        committer: GroupCommitter,
    ) -> None:
        self._service = service
        self._settings = settings
        self._views = views
        self._committer = committer

    def UpsertRecord(
        self, request: record_pb2.UpsertRecordRequest, context: Context
    ) -> record_pb2.UpsertRecordResponse:
        """Stores one record, and looks for duplicates of it if asked to."""
        prepared = self._prepared(request.record)
        check = convert_duplicates.find_options(request.check) if request.HasField("check") else None

        def effect(session: TenantSession) -> record_pb2.UpsertRecordResponse:
            record, duplicates = self._service.upsert(
                session, prepared, check, store_it=not request.validate_only
            )
            return record_pb2.UpsertRecordResponse(
                record=convert_records.record_message(record),
                duplicates=[convert_duplicates.duplicate_message(each) for each in duplicates],
            )

        return write(self._committer, request, record_pb2.UpsertRecordResponse, effect)

    @checks_each_request
    def ImportRecords(
        self, request_iterator: Iterator[record_pb2.ImportRecordsRequest], context: Context
    ) -> Iterator[record_pb2.ImportRecordsResponse]:
        """Stores records as they come; each gets its own result."""
        yield from results_by_group(
            request_iterator, record_pb2.ImportRecordsResponse, self._import, domain=DOMAIN
        )

    def _import(
        self, requests: Sequence[record_pb2.ImportRecordsRequest]
    ) -> list[record_pb2.ImportRecordsResponse | LeadlightError]:
        """Stores what came together in one transaction, and looks for duplicates once that is through."""
        prepared = [self._prepared_or_not(each.record) for each in requests]
        good = [each for each in prepared if isinstance(each, Prepared)]
        stored = iter(
            self._committer.submit(
                current_tenant(), lambda session: self._service.import_records(session, good)
            )
            if good
            else ()
        )
        results = [each if isinstance(each, LeadlightError) else next(stored) for each in prepared]
        asked = [
            (result, convert_duplicates.find_options(request.check))
            for result, request in zip(results, requests, strict=True)
            if isinstance(result, Record) and request.HasField("check")
        ]
        found = iter(self._service.find_many(current_tenant(), asked) if asked else ())
        return [
            result
            if isinstance(result, LeadlightError)
            else record_pb2.ImportRecordsResponse(
                record=convert_records.record_message(result, with_fields=False),
                duplicates=[convert_duplicates.duplicate_message(each) for each in next(found).duplicates]
                if request.HasField("check")
                else (),
            )
            for result, request in zip(results, requests, strict=True)
        ]

    def _prepared(self, message: record_pb2.Record) -> Prepared:
        return self._service.prepare(current_tenant(), convert_records.record_change(message, "record"))

    def _prepared_or_not(self, message: record_pb2.Record) -> Prepared | LeadlightError:
        try:
            return self._prepared(message)
        except LeadlightError as error:
            return error

    def GetRecord(self, request: record_pb2.GetRecordRequest, context: Context) -> record_pb2.Record:
        """Returns one stored record."""
        record = self._service.get_record(current_tenant(), ref(request.ref, "ref"))
        return convert_records.record_message(record)

    def ListRecords(
        self, request: record_pb2.ListRecordsRequest, context: Context
    ) -> record_pb2.ListRecordsResponse:
        """Lists stored records by id."""
        page = self._service.list_records(
            current_tenant(),
            RECORD_KINDS[request.kind],
            parent=ref(request.parent, "parent") if request.HasField("parent") else None,
            only_not_comparable=request.only_not_comparable,
            include_merged=request.include_merged,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        records = [convert_records.record_message(record) for record in page.rows]
        return record_pb2.ListRecordsResponse(records=records, next_page_token=page.next_page_token)

    def DeleteRecord(self, request: record_pb2.DeleteRecordRequest, context: Context) -> Empty:
        """Deletes one record."""
        of = ref(request.ref, "ref")
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete_record(session, of, allow_missing=request.allow_missing),
        )
        return Empty()

    @checks_each_request
    def DeleteRecords(
        self, request_iterator: Iterator[record_pb2.DeleteRecordsRequest], context: Context
    ) -> Iterator[record_pb2.DeleteRecordsResponse]:
        """Deletes records as their refs come; each gets its own result."""
        yield from results_by_group(
            request_iterator, record_pb2.DeleteRecordsResponse, self._delete, domain=DOMAIN
        )

    def _delete(
        self, requests: Sequence[record_pb2.DeleteRecordsRequest]
    ) -> list[record_pb2.DeleteRecordsResponse | LeadlightError]:
        """Deletes what came together in one transaction."""
        asked = [_ref_or_not(each.ref) for each in requests]
        good = [
            (of, request.allow_missing)
            for of, request in zip(asked, requests, strict=True)
            if isinstance(of, RecordRef)
        ]
        deleted = iter(
            self._committer.submit(
                current_tenant(), lambda session: self._service.delete_records(session, good)
            )
        )
        errors = [of if isinstance(of, LeadlightError) else next(deleted) for of in asked]
        return [error or record_pb2.DeleteRecordsResponse() for error in errors]

    def FindDuplicates(
        self, request: duplicate_pb2.FindDuplicatesRequest, context: Context
    ) -> duplicate_pb2.FindDuplicatesResponse:
        """Says who a record already is."""
        options = convert_duplicates.find_options(request.options)
        if request.WhichOneof("subject") == "ref":
            found = self._service.find_stored(current_tenant(), ref(request.ref, "ref"), options)
        else:
            fields = convert_records.record_fields(request.record.fields, "record.fields")
            kind = RECORD_KINDS[request.record.kind]
            found = self._service.find_sent(current_tenant(), kind, fields, options)
        return convert_duplicates.found_message(found)

    def DecidePair(
        self, request: duplicate_pb2.DecidePairRequest, context: Context
    ) -> duplicate_pb2.PairDecision:
        """Keeps what somebody says of a pair."""
        decision = convert_duplicates.decision(request.decision, "decision")
        holds = self._committer.submit(
            current_tenant(), lambda session: self._service.decide(session, decision)
        )
        return convert_duplicates.decision_message(holds)

    def DeletePairDecision(self, request: duplicate_pb2.DeletePairDecisionRequest, context: Context) -> Empty:
        """Takes a decision back."""
        left, right = convert_duplicates.pair(request, "")
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete_decision(
                session, left, right, allow_missing=request.allow_missing
            ),
        )
        return Empty()

    def ListPairDecisions(
        self, request: duplicate_pb2.ListPairDecisionsRequest, context: Context
    ) -> duplicate_pb2.ListPairDecisionsResponse:
        """Lists decisions, the newest first."""
        page = self._service.list_decisions(
            current_tenant(),
            ref=ref(request.ref, "ref") if request.HasField("ref") else None,
            is_match=convert_duplicates.verdict(request.verdict),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        decisions = [convert_duplicates.decision_message(each) for each in page.rows]
        return duplicate_pb2.ListPairDecisionsResponse(
            decisions=decisions, next_page_token=page.next_page_token
        )

    def GetDedupeSettings(
        self, request: settings_pb2.GetDedupeSettingsRequest, context: Context
    ) -> settings_pb2.DedupeSettings:
        """Returns the tenant's settings."""
        return convert_settings.settings_message(self._settings.settings(current_tenant()))

    def UpdateDedupeSettings(
        self, request: settings_pb2.UpdateDedupeSettingsRequest, context: Context
    ) -> settings_pb2.DedupeSettings:
        """Changes the tenant's settings."""
        region = convert_settings.default_region(request)
        settings = self._committer.submit(
            current_tenant(), lambda session: self._settings.set_region(session, region)
        )
        self._views.changed(current_tenant())
        return convert_settings.settings_message(settings)


def _ref_or_not(message: common_record_pb2.RecordRef) -> RecordRef | LeadlightError:
    try:
        return ref(message, "ref")
    except LeadlightError as error:
        return error
