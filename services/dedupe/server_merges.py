"""The servicer of merges: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from leadlight.dedupe.v1 import merge_pb2, merge_service_pb2_grpc

from services.common.context import current, current_tenant
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.server.wire import ref
from services.common.server.writes import write
from services.dedupe import convert_merges
from services.dedupe.convert_records import record_message
from services.dedupe.merging import MergeService

Context = grpc.ServicerContext


class MergeServicer(merge_service_pb2_grpc.MergeServiceServicer):
    """`leadlight.dedupe.v1.MergeService`.

    Args:
        service: The use cases.
        committer: The worker's writes.
    """

    def __init__(self, service: MergeService, *, committer: GroupCommitter) -> None:
        self._service = service
        self._committer = committer

    def MergeRecords(self, request: merge_pb2.MergeRecordsRequest, context: Context) -> merge_pb2.Merge:
        """Makes records one."""
        order = convert_merges.merge_order(request)
        caller = current().caller
        seen = self._service.look(caller.tenant, order.refs)

        def effect(session: TenantSession) -> merge_pb2.Merge:
            view = self._service.merge(
                session, order, seen, by=caller.subject, store_it=not request.validate_only
            )
            return convert_merges.view_message(view)

        return write(self._committer, request, merge_pb2.Merge, effect)

    def UnmergeRecords(
        self, request: merge_pb2.UnmergeRecordsRequest, context: Context
    ) -> merge_pb2.UnmergeRecordsResponse:
        """Takes a merge back."""
        merge_id = convert_merges.merge_id(request.name)
        seen = self._service.look_at_merge(current_tenant(), merge_id)

        def effect(session: TenantSession) -> merge_pb2.UnmergeRecordsResponse:
            unmerged = self._service.unmerge(
                session,
                merge_id,
                seen,
                discard_changes=request.discard_changes,
                store_it=not request.validate_only,
            )
            return merge_pb2.UnmergeRecordsResponse(
                merge=convert_merges.view_message(unmerged.view),
                records=[record_message(each) for each in unmerged.records],
            )

        return write(self._committer, request, merge_pb2.UnmergeRecordsResponse, effect)

    def DetachRecord(self, request: merge_pb2.DetachRecordRequest, context: Context) -> merge_pb2.Merge:
        """Takes one record out of a merge."""
        merge_id, detached = convert_merges.merge_id(request.name), ref(request.ref, "ref")
        seen = self._service.look_at_merge(current_tenant(), merge_id)

        def effect(session: TenantSession) -> merge_pb2.Merge:
            view = self._service.detach(
                session,
                merge_id,
                detached,
                seen,
                discard_changes=request.discard_changes,
                store_it=not request.validate_only,
            )
            return convert_merges.view_message(view)

        return write(self._committer, request, merge_pb2.Merge, effect)

    def GetMerge(self, request: merge_pb2.GetMergeRequest, context: Context) -> merge_pb2.Merge:
        """Returns one merge."""
        view = self._service.get_merge(current_tenant(), convert_merges.merge_id(request.name))
        return convert_merges.view_message(view)

    def ListMerges(
        self, request: merge_pb2.ListMergesRequest, context: Context
    ) -> merge_pb2.ListMergesResponse:
        """Lists merges, the newest first."""
        page = self._service.list_merges(
            current_tenant(),
            convert_merges.optional_ref(request, "ref"),
            convert_merges.state(request.state),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return merge_pb2.ListMergesResponse(
            merges=[convert_merges.merge_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )
