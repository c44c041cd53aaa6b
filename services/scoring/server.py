"""The servicer of records and scores: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator, Sequence
from functools import partial

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.scoring.v1 import (
    grade_pb2,
    record_pb2,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from services.common.context import current_tenant
from services.common.db import TenantSession, utc_now
from services.common.errors import invalid_argument
from services.common.group_commit import GroupCommitter
from services.common.languages import language
from services.common.records import RecordKind
from services.common.server.handlers import checks_each_request
from services.common.server.results import results
from services.common.server.wire import optional_moment
from services.common.server.writes import write
from services.scoring import convert, convert_models, convert_records, records
from services.scoring.convert_what_if import what_if_message
from services.scoring.explaining import ExplainingService
from services.scoring.records import NO_REASONS, Record
from services.scoring.service import ScoringService
from services.scoring.shelf import ModelShelf
from services.scoring.table_rows import TimeColumns
from services.scoring.table_scoring import score_pieces

Context = grpc.ServicerContext
DOMAIN = "leadlight.scoring"


class ScoringServicer(scoring_service_pb2_grpc.ScoringServiceServicer):
    """`leadlight.scoring.v1.ScoringService`.

    Args:
        service: The use cases.
        shelf: The models, for tables.
        committer: The worker's writes.
    """

    def __init__(self, service: ScoringService, shelf: ModelShelf, committer: GroupCommitter) -> None:
        self._service = service
        self._explaining = ExplainingService(service, shelf)
        self._shelf = shelf
        self._committer = committer

    def Score(  # type: ignore[override]  # bytes: handlers.py takes a response that is in wire format
        self, request: scoring_service_pb2.ScoreRequest, context: Context
    ) -> bytes:
        """Scores one record and stores nothing."""
        return convert.score_bytes(self._score(request, ""))

    def BatchScore(
        self, request: scoring_service_pb2.BatchScoreRequest, context: Context
    ) -> scoring_service_pb2.BatchScoreResponse:
        """Scores up to 1,000 records and stores nothing."""
        scores = [
            convert.score_message(self._score(each, f"requests[{index}]."))
            for index, each in enumerate(request.requests)
        ]
        return scoring_service_pb2.BatchScoreResponse(scores=scores)

    def StreamScore(
        self, request_iterator: Iterator[scoring_service_pb2.StreamScoreRequest], context: Context
    ) -> Iterator[score_pb2.Score]:
        """Scores records as they come, in order."""
        for message in request_iterator:
            yield convert.score_message(self._score(message.request, "request."))

    def _score(self, request: scoring_service_pb2.ScoreRequest, prefix: str) -> records.Score:
        kind = convert.KINDS[request.kind]
        created_at = optional_moment(request, "create_time", f"{prefix}create_time")
        return self._service.score(
            current_tenant(),
            kind,
            convert_records.all_attributes(request, prefix),
            created_at=created_at,
            model_id=convert_models.model_id(request.model),
            wanted=convert.wanted_reasons(request, prefix),
            path=f"{prefix}attributes",
            stages=convert_records.stages(request.stages, kind, prefix) if request.stages else (),
        )

    def Explain(
        self, request: scoring_service_pb2.ExplainRequest, context: Context
    ) -> scoring_service_pb2.ExplainResponse:
        """Says what a score would be with other attributes."""
        changes = convert.attributes(request.changes, "changes")
        model_id = convert_models.model_id(request.model)
        told_in = language(request.language, "language")
        if request.HasField("ref"):
            ref = convert.ref(request.ref, "ref")
            what_if = self._explaining.of_stored(
                current_tenant(), ref, changes, model_id=model_id, language=told_in
            )
            return what_if_message(what_if, ref)
        sent = request.record
        for name in ("model", "language"):
            if getattr(sent, name):
                raise invalid_argument(f"record.{name}", f"goes into {name} of the request")
        kind = convert.KINDS[sent.kind]
        what_if = self._explaining.of_sent(
            current_tenant(),
            kind,
            convert_records.all_attributes(sent, "record."),
            changes,
            created_at=optional_moment(sent, "create_time", "record.create_time"),
            model_id=model_id,
            language=told_in,
            path="record.attributes",
            stages=convert_records.stages(sent.stages, kind, "record."),
        )
        return what_if_message(what_if, None)

    def ScoreTable(
        self, request_iterator: Iterator[scoring_service_pb2.ScoreTableRequest], context: Context
    ) -> Iterator[scoring_service_pb2.ScoreTableResponse]:
        """Scores tables of any length."""
        first = next(request_iterator, None)
        if first is None or first.WhichOneof("part") != "options":
            raise invalid_argument("options", "must be in the first message, and only there")
        options = first.options
        kind = convert.KINDS[options.kind]
        tenant = current_tenant()
        answers = score_pieces(
            _rows(request_iterator),
            self._shelf.for_table(tenant, kind, convert_models.model_id(options.model)),
            id_column=options.id_column,
            ranges=self._service.grade_ranges(tenant, kind),
            detail=convert.reason_detail(options.reason_detail),
            times=_time_columns(options),
            compression=convert.COMPRESSIONS[options.compression],
        )
        for answer in answers:
            yield scoring_service_pb2.ScoreTableResponse(arrow_ipc_stream=answer)

    def UpsertRecord(self, request: record_pb2.UpsertRecordRequest, context: Context) -> record_pb2.Record:
        """Stores a new or changed record and scores it."""

        def effect(session: TenantSession) -> record_pb2.Record:
            return self._upsert(session, [request], [""], store_them=not request.validate_only)[0]

        return write(self._committer, request, record_pb2.Record, effect)

    def BatchUpsertRecords(
        self, request: record_pb2.BatchUpsertRecordsRequest, context: Context
    ) -> record_pb2.BatchUpsertRecordsResponse:
        """Stores and scores up to 1,000 records, all or none."""
        for index, each in enumerate(request.requests):
            for name in ("validate_only", "request_id"):
                if getattr(each, name):
                    raise invalid_argument(f"requests[{index}].{name}", f"goes into {name} of the batch")
        prefixes = [f"requests[{index}]." for index in range(len(request.requests))]

        def effect(session: TenantSession) -> record_pb2.BatchUpsertRecordsResponse:
            records = self._upsert(session, request.requests, prefixes, store_them=not request.validate_only)
            return record_pb2.BatchUpsertRecordsResponse(records=records)

        return write(self._committer, request, record_pb2.BatchUpsertRecordsResponse, effect)

    def _upsert(
        self,
        session: TenantSession,
        requests: Sequence[record_pb2.UpsertRecordRequest],
        prefixes: list[str],
        *,
        store_them: bool,
    ) -> list[record_pb2.Record]:
        changes = [
            convert_records.record_change(
                each.record,
                list(each.update_mask.paths) if each.HasField("update_mask") else None,
                f"{prefix}record",
                f"{prefix}update_mask",
            )
            for each, prefix in zip(requests, prefixes, strict=True)
        ]
        stored = self._service.upsert(
            session,
            changes,
            wanted=[
                convert.wanted_reasons(each, prefix) for each, prefix in zip(requests, prefixes, strict=True)
            ],
            paths=[f"{prefix}record" for prefix in prefixes],
            store_them=store_them,
        )
        return [convert_records.record_message(record) for record in stored]

    @checks_each_request
    def ImportRecords(
        self, request_iterator: Iterator[record_pb2.ImportRecordsRequest], context: Context
    ) -> Iterator[record_pb2.ImportRecordsResponse]:
        """Stores and scores records as they come; each gets its own result."""

        def fill(request: record_pb2.ImportRecordsRequest, result: record_pb2.ImportRecordsResponse) -> None:
            record = self._committer.submit(current_tenant(), partial(self._import, request))
            result.record.CopyFrom(convert_records.record_message(record, with_attributes=False))

        yield from results(request_iterator, record_pb2.ImportRecordsResponse, fill, domain=DOMAIN)

    def _import(self, request: record_pb2.ImportRecordsRequest, session: TenantSession) -> Record:
        mask = list(request.update_mask.paths) if request.HasField("update_mask") else None
        change = convert_records.record_change(request.record, mask, "record", "update_mask")
        return self._service.upsert(session, [change], wanted=[NO_REASONS], paths=["record"])[0]

    def GetRecord(self, request: record_pb2.GetRecordRequest, context: Context) -> record_pb2.Record:
        """Returns one stored record with its latest score."""
        record = self._service.get_record(
            current_tenant(), convert.ref(request.ref, "ref"), convert.wanted_reasons(request)
        )
        return convert_records.record_message(record)

    def ListRecords(
        self, request: record_pb2.ListRecordsRequest, context: Context
    ) -> record_pb2.ListRecordsResponse:
        """Lists stored records in the wanted order."""
        page = self._service.list_records(
            current_tenant(),
            convert.KINDS[request.kind],
            grades=convert.grades(request.grades),
            trend=convert.trend(request.trend),
            include_closed=request.include_closed,
            order=convert.record_order(request.order_by),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        records = [convert_records.record_message(record) for record in page.rows]
        return record_pb2.ListRecordsResponse(records=records, next_page_token=page.next_page_token)

    def DeleteRecord(self, request: record_pb2.DeleteRecordRequest, context: Context) -> Empty:
        """Deletes one stored record with its scores."""
        ref = convert.ref(request.ref, "ref")
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete_record(session, ref, allow_missing=request.allow_missing),
        )
        return Empty()

    def ListScores(
        self, request: score_pb2.ListScoresRequest, context: Context
    ) -> score_pb2.ListScoresResponse:
        """Lists a record's scores over time, newest first."""
        ref = convert.ref(request.ref, "ref")
        page = self._service.list_scores(
            current_tenant(),
            ref,
            start=optional_moment(request, "start_time", "start_time"),
            end=optional_moment(request, "end_time", "end_time"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        scores = [convert.score_message(score, ref) for score in page.rows]
        return score_pb2.ListScoresResponse(scores=scores, next_page_token=page.next_page_token)

    def GetGradeRanges(
        self, request: scoring_service_pb2.GetGradeRangesRequest, context: Context
    ) -> grade_pb2.GradeRanges:
        """Returns where each grade begins."""
        kind = convert.KINDS[request.kind]
        return convert.grade_ranges_message(kind, self._service.stored_grade_ranges(current_tenant(), kind))

    def UpdateGradeRanges(
        self, request: scoring_service_pb2.UpdateGradeRangesRequest, context: Context
    ) -> grade_pb2.GradeRanges:
        """Sets where each grade begins."""
        kind = convert.KINDS[request.grade_ranges.kind]
        ranges = convert.grade_ranges(request.grade_ranges, "grade_ranges")
        self._committer.submit(
            current_tenant(), lambda session: self._service.set_grade_ranges(session, kind, ranges)
        )
        self._service.grade_ranges_changed(current_tenant(), kind)
        return convert.grade_ranges_message(kind, ranges)


def _time_columns(options: scoring_service_pb2.ScoreTableOptions) -> TimeColumns:
    """Where the table says when records were created and stages entered.

    Raises:
        LeadlightError: INVALID_ARGUMENT for leads.
    """
    if options.stages and convert.KINDS[options.kind] is not RecordKind.OPPORTUNITY:
        raise invalid_argument("options.stages", "are of opportunities alone")
    return TimeColumns(
        convert_models.stage_columns(options.stages), options.create_time, utc_now().timestamp()
    )


def _rows(messages: Iterator[scoring_service_pb2.ScoreTableRequest]) -> Iterator[bytes]:
    """The pieces of the table after the options."""
    for message in messages:
        if message.WhichOneof("part") != "arrow_ipc_stream":
            raise invalid_argument("options", "must be in the first message, and only there")
        yield message.arrow_ipc_stream
