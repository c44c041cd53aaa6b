"""The servicer of records, insights and settings: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import (
    insight_pb2,
    record_pb2,
    relationship_service_pb2_grpc,
    settings_pb2,
    talking_point_pb2,
)

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.languages import language
from services.common.server.wire import RECORD_KINDS, optional_moment, ref
from services.common.server.writes import write
from services.relationship import convert_insights, convert_records, convert_settings, convert_talking
from services.relationship.conditions import ConditionService
from services.relationship.insights import InsightService
from services.relationship.preferences import PreferenceService
from services.relationship.records import RecordService
from services.relationship.talking import TalkingPointService

Context = grpc.ServicerContext


class RelationshipServicer(relationship_service_pb2_grpc.RelationshipServiceServicer):
    """`leadlight.relationship.v1.RelationshipService`.

    Args:
        records: The use cases around records.
        insights: Those around insights.
        conditions: Those around the health of many records.
        preferences: Those around settings.
        talking: Those around talking points.
        committer: The worker's writes.
    """

    def __init__(
        self,
        records: RecordService,
        *,
        insights: InsightService,
        conditions: ConditionService,
        preferences: PreferenceService,
        talking: TalkingPointService,
        committer: GroupCommitter,
    ) -> None:
        self._records = records
        self._insights = insights
        self._conditions = conditions
        self._preferences = preferences
        self._talking = talking
        self._committer = committer

    def BatchUpsertRecords(
        self, request: record_pb2.BatchUpsertRecordsRequest, context: Context
    ) -> record_pb2.BatchUpsertRecordsResponse:
        """Stores several records, all or none."""
        records = convert_records.records(request)

        def effect(session: TenantSession) -> record_pb2.BatchUpsertRecordsResponse:
            stored = self._records.upsert(session, records, store_it=not request.validate_only)
            return record_pb2.BatchUpsertRecordsResponse(
                records=[convert_records.record_message(each) for each in stored]
            )

        return write(self._committer, request, record_pb2.BatchUpsertRecordsResponse, effect)

    def GetRecord(
        self, request: record_pb2.GetRecordRequest, context: Context
    ) -> record_pb2.RelationshipRecord:
        """Returns one record."""
        return convert_records.record_message(self._records.get(current_tenant(), ref(request.ref, "ref")))

    def ListRecords(
        self, request: record_pb2.ListRecordsRequest, context: Context
    ) -> record_pb2.ListRecordsResponse:
        """Lists records by kind and id."""
        all_kinds = request.kind == common_pb2.RECORD_KIND_UNSPECIFIED
        page = self._records.list(
            current_tenant(),
            None if all_kinds else RECORD_KINDS[request.kind],
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return record_pb2.ListRecordsResponse(
            records=[convert_records.record_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def DeleteRecord(self, request: record_pb2.DeleteRecordRequest, context: Context) -> Empty:
        """Forgets one record."""
        which = ref(request.ref, "ref")
        self._committer.submit(current_tenant(), lambda session: self._records.delete(session, which))
        return Empty()

    def GetInsights(self, request: insight_pb2.GetInsightsRequest, context: Context) -> insight_pb2.Insights:
        """Says how the relationship behind a record is."""
        told_in = language(request.language, "language")
        insights = self._insights.insights(
            current_tenant(),
            ref(request.ref, "ref"),
            optional_moment(request, "as_of_time", "as_of_time"),
            request.window_days or convert_insights.WINDOW_DAYS,
        )
        return convert_insights.insights_message(insights, told_in)

    def BatchGetRecordHealth(
        self, request: insight_pb2.BatchGetRecordHealthRequest, context: Context
    ) -> insight_pb2.BatchGetRecordHealthResponse:
        """Returns several records with their health."""
        found = self._conditions.of_records(
            current_tenant(),
            convert_records.different_refs(request.refs),
            optional_moment(request, "as_of_time", "as_of_time"),
        )
        return convert_insights.record_health_message(found)

    def GetActivitySeries(
        self, request: insight_pb2.GetActivitySeriesRequest, context: Context
    ) -> insight_pb2.ActivitySeries:
        """Counts a record's activities by day and kind."""
        series = self._insights.series(
            current_tenant(),
            ref(request.ref, "ref"),
            optional_moment(request, "as_of_time", "as_of_time"),
            request.window_days or convert_insights.WINDOW_DAYS,
            request.silence_days,
        )
        return convert_insights.series_message(series)

    def GetRelationshipSettings(
        self, request: settings_pb2.GetRelationshipSettingsRequest, context: Context
    ) -> settings_pb2.RelationshipSettings:
        """Returns what the tenant's relationships are measured by."""
        return convert_settings.settings_message(self._preferences.stored(current_tenant()))

    def UpdateRelationshipSettings(
        self, request: settings_pb2.UpdateRelationshipSettingsRequest, context: Context
    ) -> settings_pb2.RelationshipSettings:
        """Sets what the tenant's relationships are measured by."""
        change = convert_settings.settings_change(request)
        settings = self._committer.submit(
            current_tenant(), lambda session: self._preferences.update(session, change.applied_to)
        )
        return convert_settings.settings_message(settings)

    def ListTalkingPoints(
        self, request: talking_point_pb2.ListTalkingPointsRequest, context: Context
    ) -> talking_point_pb2.ListTalkingPointsResponse:
        """Says what there is to talk about with a contact."""
        points = self._talking.points(current_tenant(), ref(request.ref, "ref"))
        return convert_talking.points_message(points)

    def SetTalkingPointUse(
        self, request: talking_point_pb2.SetTalkingPointUseRequest, context: Context
    ) -> Empty:
        """Says whether a talking point may be used."""
        category = convert_talking.CATEGORIES[request.category]
        self._committer.submit(
            current_tenant(),
            lambda session: self._talking.set_use(
                session, request.activity_id, category, do_not_use=request.do_not_use
            ),
        )
        return Empty()
