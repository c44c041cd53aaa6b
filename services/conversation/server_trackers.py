"""The servicer of trackers: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.conversation.v1 import tracker_pb2, tracker_service_pb2, tracker_service_pb2_grpc

from services.common.context import current_tenant
from services.common.group_commit import GroupCommitter
from services.conversation.convert_stored import stored_tracker, stored_tracker_message
from services.conversation.tracker_service import TrackerService

Context = grpc.ServicerContext


class TrackerServicer(tracker_service_pb2_grpc.TrackerServiceServicer):
    """`leadlight.conversation.v1.TrackerService`.

    Args:
        service: The use cases.
        committer: The worker's writes.
    """

    def __init__(self, service: TrackerService, *, committer: GroupCommitter) -> None:
        self._service = service
        self._committer = committer

    def UpsertTracker(
        self, request: tracker_service_pb2.UpsertTrackerRequest, context: Context
    ) -> tracker_pb2.Tracker:
        """Stores a tracker, new or changed."""
        tracker = stored_tracker(request.tracker)
        stored = self._committer.submit(
            current_tenant(),
            lambda session: self._service.upsert(session, tracker, store_it=not request.validate_only),
        )
        return stored_tracker_message(stored)

    def GetTracker(
        self, request: tracker_service_pb2.GetTrackerRequest, context: Context
    ) -> tracker_pb2.Tracker:
        """Returns one tracker."""
        return stored_tracker_message(self._service.get(current_tenant(), request.id))

    def ListTrackers(
        self, request: tracker_service_pb2.ListTrackersRequest, context: Context
    ) -> tracker_service_pb2.ListTrackersResponse:
        """Lists trackers by id."""
        page = self._service.list(
            current_tenant(), page_size=request.page_size, page_token=request.page_token
        )
        return tracker_service_pb2.ListTrackersResponse(
            trackers=[stored_tracker_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def DeleteTracker(self, request: tracker_service_pb2.DeleteTrackerRequest, context: Context) -> Empty:
        """Deletes a tracker."""
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete(session, request.id, allow_missing=request.allow_missing),
        )
        return Empty()
