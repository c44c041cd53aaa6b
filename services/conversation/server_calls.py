"""The servicer of stored calls: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.conversation.v1 import analysis_pb2, call_pb2, call_service_pb2, call_service_pb2_grpc

from services.common.context import current, current_tenant
from services.common.group_commit import GroupCommitter
from services.common.server.handlers import checks_each_request
from services.common.server.results import results
from services.common.server.wire import ref, storable
from services.conversation.call_service import CallService
from services.conversation.convert_analysis import analysis_message
from services.conversation.convert_stored import storable_call, stored_call_message
from services.conversation.server import DOMAIN

Context = grpc.ServicerContext


class CallServicer(call_service_pb2_grpc.CallServiceServicer):
    """`leadlight.conversation.v1.CallService`.

    Args:
        service: The use cases.
        committer: The worker's writes.
    """

    def __init__(self, service: CallService, *, committer: GroupCommitter) -> None:
        self._service = service
        self._committer = committer

    def CreateCall(
        self, request: call_service_pb2.CreateCallRequest, context: Context
    ) -> call_service_pb2.StoredCall:
        """Stores a call and analyses it."""
        return self._create(request.call, request.team, store_it=not request.validate_only)

    @checks_each_request
    def ImportCalls(
        self, request_iterator: Iterator[call_service_pb2.ImportCallsRequest], context: Context
    ) -> Iterator[call_service_pb2.ImportCallsResponse]:
        """Stores calls as they come; each gets its own result."""

        def fill(
            request: call_service_pb2.ImportCallsRequest, result: call_service_pb2.ImportCallsResponse
        ) -> None:
            result.stored_call.CopyFrom(self._create(request.call, request.team, store_it=True))

        yield from results(request_iterator, call_service_pb2.ImportCallsResponse, fill, domain=DOMAIN)

    def GetCall(
        self, request: call_service_pb2.GetCallRequest, context: Context
    ) -> call_service_pb2.StoredCall:
        """Returns one call with its turns."""
        return stored_call_message(self._service.get(current().caller, request.id), with_turns=True)

    def ListCalls(
        self, request: call_service_pb2.ListCallsRequest, context: Context
    ) -> call_service_pb2.ListCallsResponse:
        """Lists calls, the last stored first."""
        page = self._service.list(
            current().caller,
            ref(request.ref, "ref") if request.HasField("ref") else None,
            storable(request.seller, "seller"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return call_service_pb2.ListCallsResponse(
            stored_calls=[stored_call_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def DeleteCall(self, request: call_service_pb2.DeleteCallRequest, context: Context) -> Empty:
        """Deletes a call with all that was said and found in it."""
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete(session, request.id, allow_missing=request.allow_missing),
        )
        self._service.forget()
        return Empty()

    def GetAnalysis(
        self, request: call_service_pb2.GetAnalysisRequest, context: Context
    ) -> analysis_pb2.Analysis:
        """Returns what was found in a call."""
        return analysis_message(self._service.analysis(current().caller, request.id))

    def _create(self, message: call_pb2.Call, team: str, *, store_it: bool) -> call_service_pb2.StoredCall:
        call = storable_call(message)
        prepared = self._service.prepare(current_tenant(), call, storable(team, "team"))
        stored = self._committer.submit(
            current_tenant(), lambda session: self._service.create(session, prepared, store_it=store_it)
        )
        return stored_call_message(stored)
