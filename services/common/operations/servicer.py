"""google.longrunning.Operations over a service's operations."""
# ruff: noqa: ARG002, N802 - method names and arguments are gRPC's

import threading
from collections.abc import Callable

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from services.common.context import current, current_tenant
from services.common.errors import invalid_argument
from services.common.operations.model import Operation
from services.common.operations.store import OperationStore
from services.common.server.status import status_of

# A waiting call holds one of the worker's few threads. So it waits a while, not as long as asked,
# and only one does; the others are answered at once, as the API allows, and ask again.
_MAX_WAIT_S = 20.0
_ANSWER_MARGIN_S = 0.5

Metadata = Callable[[Operation], Message]
"""Makes the typed metadata of an operation, such as TrainModelMetadata; a service's convert.py has it."""


class OperationsServicer(operations_pb2_grpc.OperationsServicer):
    """Shows a tenant's operations, and cancels and deletes them.

    Args:
        store: The operations.
        domain: `ErrorInfo.domain` of their errors, "leadlight.<service>".
        metadata: Their typed metadata.
    """

    def __init__(self, store: OperationStore, *, domain: str, metadata: Metadata) -> None:
        self._store = store
        self._domain = domain
        self._metadata = metadata
        self._waiting = threading.Semaphore(1)

    def GetOperation(
        self, request: operations_pb2.GetOperationRequest, context: grpc.ServicerContext
    ) -> operations_pb2.Operation:
        """The operation as it is now."""
        return self.message(self._store.get(current_tenant(), request.name))

    def ListOperations(
        self, request: operations_pb2.ListOperationsRequest, context: grpc.ServicerContext
    ) -> operations_pb2.ListOperationsResponse:
        """The tenant's operations, the newest first."""
        if request.name not in ("", "operations"):
            raise invalid_argument("name", 'must be "operations" or empty')
        if request.filter:
            raise invalid_argument("filter", "is not supported; leave it empty")
        page = self._store.list(current_tenant(), page_size=request.page_size, page_token=request.page_token)
        return operations_pb2.ListOperationsResponse(
            operations=[self.message(operation) for operation in page.rows],
            next_page_token=page.next_page_token,
        )

    def WaitOperation(
        self, request: operations_pb2.WaitOperationRequest, context: grpc.ServicerContext
    ) -> operations_pb2.Operation:
        """The operation once it is done, or as it is after a while."""
        asked_s = request.timeout.ToMicroseconds() / 1e6 if request.HasField("timeout") else _MAX_WAIT_S
        if asked_s < 0:
            raise invalid_argument("timeout", "must not be negative")
        if not self._waiting.acquire(blocking=False):
            return self.message(self._store.get(current_tenant(), request.name))
        timeout_s = min(asked_s, _MAX_WAIT_S, max(0.0, current().remaining_s() - _ANSWER_MARGIN_S))
        try:
            return self.message(self._store.wait(current_tenant(), request.name, timeout_s))
        finally:
            self._waiting.release()

    def CancelOperation(
        self, request: operations_pb2.CancelOperationRequest, context: grpc.ServicerContext
    ) -> Empty:
        """Asks the operation to stop."""
        self._store.cancel(current_tenant(), request.name)
        return Empty()

    def DeleteOperation(
        self, request: operations_pb2.DeleteOperationRequest, context: grpc.ServicerContext
    ) -> Empty:
        """Deletes a finished operation."""
        self._store.delete(current_tenant(), request.name)
        return Empty()

    def message(self, operation: Operation) -> operations_pb2.Operation:
        """The message of an operation; also the answer of the method that creates it."""
        message = operations_pb2.Operation(name=operation.name, done=operation.done)
        message.metadata.Pack(self._metadata(operation))
        if operation.error is not None:
            message.error.CopyFrom(status_of(operation.error, domain=self._domain, request_id=operation.name))
        elif operation.result is not None:
            message.response.type_url = operation.result.type_url
            message.response.value = operation.result.value
        return message
