"""A failed call as an exception that says what a program needs: reason, fields, how long to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

_DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with one field of a request.

    Attributes:
        field: Its path, such as "attributes.budget" or "requests[3].kind".
        description: What is wrong with it.
    """

    field: str
    description: str


class CallError(grpc.RpcError, grpc.Call):
    """A call failed. It still is gRPC's own error, with `code()`, `details()` and metadata.

    Attributes:
        reason: The public reason, such as "INVALID_FIELD"; the code's name where no service answered.
        domain: Who found it, such as "leadlight.scoring"; empty where no service answered.
        metadata: What the reason is about, such as the id of the resource.
        violations: The fields that were refused.
        retry_after_s: Seconds after which trying again makes sense; None if the service did not say.
    """

    def __init__(self, call: Any) -> None:
        super().__init__()
        self._call = call
        self.reason: str = call.code().name
        self.domain = ""
        self.metadata: Mapping[str, str] = {}
        self.violations: tuple[Violation, ...] = ()
        self.retry_after_s: float | None = None
        for detail in _details(call):
            self._take(detail)

    def _take(self, detail: Any) -> None:
        info, refused, retry = (
            error_details_pb2.ErrorInfo(),
            error_details_pb2.BadRequest(),
            error_details_pb2.RetryInfo(),
        )
        if detail.Unpack(info):
            self.reason, self.domain, self.metadata = info.reason, info.domain, dict(info.metadata)
        elif detail.Unpack(refused):
            self.violations = tuple(
                Violation(each.field, each.description) for each in refused.field_violations
            )
        elif detail.Unpack(retry):
            self.retry_after_s = retry.retry_delay.ToTimedelta().total_seconds()

    def __str__(self) -> str:
        fields = "; ".join(f"{each.field}: {each.description}" for each in self.violations)
        return f"{fields or self.details() or 'the call failed'} [{self.reason}]"

    def code(self) -> Any:
        """The gRPC status code."""
        return self._call.code()

    def details(self) -> Any:
        """The service's message."""
        return self._call.details()

    def initial_metadata(self) -> Any:
        """See grpc.Call."""
        return self._call.initial_metadata()

    def trailing_metadata(self) -> Any:
        """See grpc.Call."""
        return self._call.trailing_metadata()

    def is_active(self) -> bool:
        """See grpc.RpcContext: never, the call has ended."""
        return False

    def time_remaining(self) -> float:
        """See grpc.RpcContext: none, the call has ended."""
        return 0.0

    def cancel(self) -> bool:
        """See grpc.RpcContext: the call has ended, there is nothing to cancel."""
        return False

    def add_callback(self, callback: Callable[[], None]) -> bool:  # noqa: ARG002 - gRPC's signature
        """See grpc.RpcContext: False, as the call has ended."""
        return False


def _details(call: Any) -> list[Any]:
    """The packed google.rpc details of a failed call; none if they cannot be read."""
    for key, value in call.trailing_metadata() or ():
        if key == _DETAILS_KEY:
            try:
                return list(status_pb2.Status.FromString(value).details)
            except DecodeError:  # from something between us and the service: the plain error remains
                return []
    return []
