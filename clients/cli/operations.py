"""Long-running operations: follow one to its end."""

import contextlib
import time
from collections.abc import Callable

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2

from clients.cli.failures import CommandError

_POLL_S = 0.25


def follow(
    channel: grpc.Channel,
    operation: operations_pb2.Operation,
    show: Callable[[any_pb2.Any], None],
    *,
    cancel_on_interrupt: bool,
) -> any_pb2.Any:
    """Waits for an operation.

    Args:
        channel: To its service.
        operation: As it was answered.
        show: Takes its metadata each time they come.
        cancel_on_interrupt: Whether the operation ends when the command is interrupted, or goes on.

    Returns:
        Its response.

    Raises:
        CommandError: If it failed.
    """
    operations = operations_pb2_grpc.OperationsStub(channel)
    try:
        while not operation.done:
            show(operation.metadata)
            time.sleep(_POLL_S)
            operation = operations.GetOperation(operations_pb2.GetOperationRequest(name=operation.name))
    except KeyboardInterrupt:
        if cancel_on_interrupt:
            with contextlib.suppress(grpc.RpcError):
                operations.CancelOperation(operations_pb2.CancelOperationRequest(name=operation.name))
        raise
    if operation.HasField("error"):
        raise CommandError(_failure(operation))
    return operation.response


def _failure(operation: operations_pb2.Operation) -> str:
    info = error_details_pb2.ErrorInfo()
    reason = next((info.reason for detail in operation.error.details if detail.Unpack(info)), "")
    return operation.error.message + (f" [{reason}]" if reason else "")
