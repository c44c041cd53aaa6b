"""A failed call as the exception that callers of the Python client get."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from leadlight_client import CallError, Violation


class Ended:
    """What gRPC has of a call that failed."""

    def __init__(self, *details: Message, raw: bytes | None = None) -> None:
        packed = []
        for detail in details:
            packed.append(any_pb2.Any())
            packed[-1].Pack(detail)
        status = status_pb2.Status(code=3, message="refused", details=packed)
        self._trailers = (("grpc-status-details-bin", status.SerializeToString() if raw is None else raw),)

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.INVALID_ARGUMENT

    def details(self) -> str:
        return "refused"

    def trailing_metadata(self) -> Any:
        return self._trailers


INFO = error_details_pb2.ErrorInfo(reason="INVALID_FIELD", domain="leadlight.scoring", metadata={"id": "7"})
RETRY = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=1, nanos=500_000_000))
FIELDS = error_details_pb2.BadRequest(
    field_violations=[
        error_details_pb2.BadRequest.FieldViolation(field="kind", description="must be a lead"),
        error_details_pb2.BadRequest.FieldViolation(field="id", description="is missing"),
    ]
)


def test_every_detail_is_an_attribute() -> None:
    error = CallError(Ended(INFO, FIELDS, RETRY))
    assert (error.reason, error.domain, error.metadata) == ("INVALID_FIELD", "leadlight.scoring", {"id": "7"})
    assert error.violations == (Violation("kind", "must be a lead"), Violation("id", "is missing"))
    assert error.retry_after_s == timedelta(seconds=1.5).total_seconds()
    assert str(error) == "kind: must be a lead; id: is missing [INVALID_FIELD]"


@pytest.mark.parametrize("ended", [Ended(), Ended(raw=b"\xff\xff")], ids=["none", "unreadable"])
def test_without_details_the_code_is_the_reason(ended: Ended) -> None:
    error = CallError(ended)
    assert (error.reason, error.domain, error.violations, error.retry_after_s) == (
        "INVALID_ARGUMENT",
        "",
        (),
        None,
    )
    assert str(error) == "refused [INVALID_ARGUMENT]"


def test_it_is_grpcs_own_error_too() -> None:
    error = CallError(Ended(INFO))
    assert isinstance(error, grpc.RpcError)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    status = rpc_status.from_call(error)
    assert status is not None
    assert status.message == "refused"
