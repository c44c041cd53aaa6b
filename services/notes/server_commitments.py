"""The servicer of commitments: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from leadlight.notes.v1 import commitment_pb2, commitment_service_pb2_grpc

from services.common.context import current_tenant
from services.common.db import TenantSession, utc_now
from services.common.group_commit import GroupCommitter
from services.common.server.wire import ref
from services.common.server.writes import write
from services.notes import convert_commitments
from services.notes.preferences import PreferenceService
from services.notes.promises import CommitmentService

Context = grpc.ServicerContext


class CommitmentServicer(commitment_service_pb2_grpc.CommitmentServiceServicer):
    """`leadlight.notes.v1.CommitmentService`.

    Args:
        service: The use cases.
        preferences: Knows the tenant's time zone.
        committer: The worker's writes.
    """

    def __init__(
        self, service: CommitmentService, *, preferences: PreferenceService, committer: GroupCommitter
    ) -> None:
        self._service = service
        self._preferences = preferences
        self._committer = committer

    def ListCommitments(
        self, request: commitment_pb2.ListCommitmentsRequest, context: Context
    ) -> commitment_pb2.ListCommitmentsResponse:
        """Lists commitments, the earliest due first."""
        page = self._service.list_commitments(
            current_tenant(),
            ref(request.ref, "ref") if request.HasField("ref") else None,
            states=convert_commitments.states(request.states),
            owed_by=convert_commitments.side(request.owed_by),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        now = utc_now()
        return commitment_pb2.ListCommitmentsResponse(
            commitments=[convert_commitments.commitment_message(each, now) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def UpdateCommitment(
        self, request: commitment_pb2.UpdateCommitmentRequest, context: Context
    ) -> commitment_pb2.Commitment:
        """Says that a commitment is done, or what it is in truth."""
        commitment_id, change = convert_commitments.commitment_change(request, self._time_zone())
        after = self._committer.submit(
            current_tenant(), lambda session: self._service.update(session, commitment_id, change)
        )
        return convert_commitments.commitment_message(after, utc_now())

    def RecordCommitments(
        self, request: commitment_pb2.RecordCommitmentsRequest, context: Context
    ) -> commitment_pb2.RecordCommitmentsResponse:
        """Hands in what was promised in a call."""
        record = ref(request.ref, "ref")
        source = convert_commitments.source(request.source)
        promises = convert_commitments.promises(request, record, self._time_zone())

        def effect(session: TenantSession) -> commitment_pb2.RecordCommitmentsResponse:
            standing = self._service.record(
                session, record, source, promises, store_them=not request.validate_only
            )
            now = utc_now()
            return commitment_pb2.RecordCommitmentsResponse(
                commitments=[convert_commitments.commitment_message(each, now) for each in standing]
            )

        return write(self._committer, request, commitment_pb2.RecordCommitmentsResponse, effect)

    def _time_zone(self) -> str:
        return self._preferences.recent(current_tenant()).settings.time_zone
