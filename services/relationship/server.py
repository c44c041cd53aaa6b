"""The servicer of activities: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty
from leadlight.common.v1 import subject_pb2
from leadlight.relationship.v1 import activity_pb2, activity_service_pb2_grpc, engagement_pb2

from services.common.context import current, current_tenant
from services.common.db import TenantSession
from services.common.errors import LeadlightError
from services.common.group_commit import GroupCommitter
from services.common.operations.servicer import OperationsServicer
from services.common.server.handlers import checks_each_request
from services.common.server.status import status_of
from services.common.server.subjects import SubjectServicer
from services.common.server.validation import check_request
from services.common.server.wire import ref
from services.common.server.writes import write
from services.relationship import convert_activities, convert_engagement, convert_import, intake
from services.relationship.activities import ActivityService
from services.relationship.engagements import EngagementService
from services.relationship.rebuild import ask_for_rebuild

Context = grpc.ServicerContext
DOMAIN = "leadlight.relationship"


class ActivityServicer(activity_service_pb2_grpc.ActivityServiceServicer):
    """`leadlight.relationship.v1.ActivityService`.

    Args:
        service: The use cases around stored activities.
        engagements: Those around followed mails.
        subjects: Erases people.
        committer: The worker's writes.
        operations: Shows the operations that are started here.
    """

    def __init__(
        self,
        service: ActivityService,
        *,
        engagements: EngagementService,
        subjects: SubjectServicer,
        committer: GroupCommitter,
        operations: OperationsServicer,
    ) -> None:
        self._service = service
        self._engagements = engagements
        self._subjects = subjects
        self._committer = committer
        self._operations = operations

    @checks_each_request
    def ImportActivities(
        self, request_iterator: Iterator[activity_pb2.ImportActivitiesRequest], context: Context
    ) -> Iterator[activity_pb2.ImportActivitiesResponse]:
        """Stores activities as they come; each gets its own result."""
        first = 0
        for request in request_iterator:
            response = activity_pb2.ImportActivitiesResponse()
            try:
                check_request(request)
                self._import(request, response, first)
            except LeadlightError as error:
                current().check()
                response.Clear()
                response.status.CopyFrom(status_of(error, domain=DOMAIN, request_id=current().request_id))
            yield response
            first += len(request.activities)

    def _import(
        self,
        request: activity_pb2.ImportActivitiesRequest,
        response: activity_pb2.ImportActivitiesResponse,
        first: int,
    ) -> None:
        chunk = convert_import.chunk(request)

        def work(session: TenantSession) -> list[dict[str, intake.Outcome]]:
            return [intake.upsert(session, list(round_.values())) for round_ in chunk.rounds()]

        outcomes = self._committer.submit(current_tenant(), work)
        convert_import.fill(
            response,
            chunk,
            outcomes,
            first=first,
            status=lambda error: status_of(error, domain=DOMAIN, request_id=current().request_id),
        )

    def BatchUpsertActivities(
        self, request: activity_pb2.BatchUpsertActivitiesRequest, context: Context
    ) -> activity_pb2.BatchUpsertActivitiesResponse:
        """Stores several activities, all or none."""
        activities = convert_import.batch(request)

        def effect(session: TenantSession) -> activity_pb2.BatchUpsertActivitiesResponse:
            outcomes = intake.upsert(session, activities, store_them=not request.validate_only)
            return activity_pb2.BatchUpsertActivitiesResponse(
                outcomes=[
                    convert_activities.OUTCOME_NUMBERS[outcomes[each.activity_id]] for each in activities
                ]
            )

        return write(self._committer, request, activity_pb2.BatchUpsertActivitiesResponse, effect)

    def GetActivity(
        self, request: activity_pb2.GetActivityRequest, context: Context
    ) -> activity_pb2.Activity:
        """Returns one activity."""
        stored = self._service.get(current_tenant(), request.activity_id)
        return convert_activities.activity_message(stored)

    def ListActivities(
        self, request: activity_pb2.ListActivitiesRequest, context: Context
    ) -> activity_pb2.ListActivitiesResponse:
        """Lists activities, the newest first."""
        page = self._service.list(
            current_tenant(),
            ref(request.ref, "ref") if request.HasField("ref") else None,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return activity_pb2.ListActivitiesResponse(
            activities=[convert_activities.activity_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def DeleteActivity(self, request: activity_pb2.DeleteActivityRequest, context: Context) -> Empty:
        """Deletes one activity."""
        self._committer.submit(
            current_tenant(), lambda session: self._service.delete(session, request.activity_id)
        )
        return Empty()

    def RebuildAggregates(
        self, request: activity_pb2.RebuildAggregatesRequest, context: Context
    ) -> operations_pb2.Operation:
        """Starts a rebuild, or shows the one that is under way."""

        def effect(session: TenantSession) -> operations_pb2.Operation:
            if request.validate_only:
                return operations_pb2.Operation(done=True)
            return self._operations.message(ask_for_rebuild(session))

        return write(self._committer, request, operations_pb2.Operation, effect)

    def ErasePerson(
        self, request: activity_pb2.ErasePersonRequest, context: Context
    ) -> activity_pb2.ErasePersonResponse:
        """As EraseSubject of one address; callers are asked to call that."""
        erasure = subject_pb2.EraseSubjectRequest(
            subject=subject_pb2.Subject(emails=[convert_activities.address(request.address, "address")]),
            validate_only=request.validate_only,
            request_id=request.request_id,
        )
        counts = {each.resource: each for each in self._subjects.EraseSubject(erasure, context).resources}
        activities = counts.get("activity", subject_pb2.ErasedResource())
        records = counts.get("record", subject_pb2.ErasedResource())
        return activity_pb2.ErasePersonResponse(
            deleted_activity_count=activities.deleted_count,
            anonymised_activity_count=activities.masked_count,
            changed_record_count=records.masked_count,
        )

    def RecordEngagement(
        self, request: engagement_pb2.RecordEngagementRequest, context: Context
    ) -> engagement_pb2.RecordEngagementResponse:
        """Hands in what happened to followed mails."""
        events = convert_engagement.events(request)

        def effect(session: TenantSession) -> engagement_pb2.RecordEngagementResponse:
            results = self._engagements.record(session, events, store_them=not request.validate_only)
            return convert_engagement.results_message(results)

        return write(self._committer, request, engagement_pb2.RecordEngagementResponse, effect)

    def SetFollowing(self, request: engagement_pb2.SetFollowingRequest, context: Context) -> Empty:
        """Says whether a person's mails may be followed."""
        address = convert_activities.address(request.address, "address")
        self._committer.submit(
            current_tenant(),
            lambda session: self._engagements.set_following(
                session, address, is_forbidden=request.is_forbidden
            ),
        )
        return Empty()
