"""What the contract tests send to any service: the RPCs of google.longrunning, and pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from google.longrunning import operations_pb2
from google.protobuf.message import Message

from services.common.db import Database, utc_now
from services.common.operations import create_operation
from services.common.tables import OperationRow, OperationState
from tests.contract.cases import BadInput, Requests


class _MakesOperations(Protocol):
    def new_operation(self, state: OperationState = OperationState.PENDING) -> str: ...


def new_operation(db: Database, tenant: str, target: str, state: OperationState, request: bytes = b"") -> str:
    """An operation that no runner looks for."""
    with db.write(tenant) as session:
        made = create_operation(session, kind="Waiting", request=request, target=target)
        row = session.get(OperationRow, id=made.id)
        assert row is not None
        row.state = state
        if state is OperationState.CANCELLED:
            row.finished_at = utc_now()
    return made.name


def page_tokens(make: Callable[[str], Message], other: Callable[[Any], str]) -> list[BadInput]:
    """Tokens that no page of the list gave.

    Args:
        make: Makes the request with a token.
        other: A token of another list, from the service's `Contract`.
    """
    reason = "INVALID_PAGE_TOKEN"
    return [
        BadInput("token that is none", lambda _: [make("nonsense")], "page_token", reason=reason),
        BadInput("token of another list", lambda c: [make(other(c))], "page_token", reason=reason),
    ]


def _wait(name: str, seconds: float) -> operations_pb2.WaitOperationRequest:
    request = operations_pb2.WaitOperationRequest(name=name)
    request.timeout.FromMilliseconds(round(seconds * 1000))
    return request


def good_operations(cases: _MakesOperations) -> dict[str, Callable[[], Requests]]:
    """Good requests about operations."""
    return {
        "Operations.GetOperation": lambda: [operations_pb2.GetOperationRequest(name=cases.new_operation())],
        "Operations.ListOperations": lambda: [operations_pb2.ListOperationsRequest()],
        "Operations.WaitOperation": lambda: [_wait(cases.new_operation(), 0.05)],
        "Operations.CancelOperation": lambda: [
            operations_pb2.CancelOperationRequest(name=cases.new_operation())
        ],
        "Operations.DeleteOperation": lambda: [
            operations_pb2.DeleteOperationRequest(name=cases.new_operation(OperationState.CANCELLED))
        ],
    }


MISSING_OPERATIONS: Mapping[str, Callable[[], Requests]] = {
    "Operations.GetOperation": lambda: [operations_pb2.GetOperationRequest(name="operations/none")],
    "Operations.WaitOperation": lambda: [operations_pb2.WaitOperationRequest(name="operations/none")],
    "Operations.CancelOperation": lambda: [operations_pb2.CancelOperationRequest(name="operations/none")],
    "Operations.DeleteOperation": lambda: [operations_pb2.DeleteOperationRequest(name="operations/none")],
}


def bad_operations(other_token: Callable[[Any], str]) -> dict[str, Sequence[BadInput]]:
    """Bad requests about operations.

    Args:
        other_token: A token of another list, from the service's `Contract`.
    """
    return {
        "Operations.GetOperation": [
            BadInput("another name", lambda _: [operations_pb2.GetOperationRequest(name="models/x")], "name"),
            BadInput("no name", lambda _: [operations_pb2.GetOperationRequest()], "name"),
        ],
        "Operations.ListOperations": [
            BadInput("another name", lambda _: [operations_pb2.ListOperationsRequest(name="models")], "name"),
            BadInput("a filter", lambda _: [operations_pb2.ListOperationsRequest(filter="done")], "filter"),
            BadInput(
                "negative size", lambda _: [operations_pb2.ListOperationsRequest(page_size=-1)], "page_size"
            ),
            *page_tokens(lambda token: operations_pb2.ListOperationsRequest(page_token=token), other_token),
        ],
        "Operations.WaitOperation": [
            BadInput(
                "another name", lambda _: [operations_pb2.WaitOperationRequest(name="models/x")], "name"
            ),
            BadInput("negative time", lambda c: [_wait(c.new_operation(), -1)], "timeout"),
        ],
        "Operations.CancelOperation": [
            BadInput(
                "another name", lambda _: [operations_pb2.CancelOperationRequest(name="models/x")], "name"
            )
        ],
        "Operations.DeleteOperation": [
            BadInput(
                "another name", lambda _: [operations_pb2.DeleteOperationRequest(name="models/x")], "name"
            ),
            BadInput(
                "not finished",
                lambda c: [operations_pb2.DeleteOperationRequest(name=c.new_operation())],
                None,
                "FAILED_PRECONDITION",
                "OPERATION_NOT_FINISHED",
            ),
        ],
    }
