"""Failures: those of other services passed on as they are, the gateway's own made to look alike."""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from services.common.context import deadline_passed
from services.common.errors import Code, LeadlightError, Reason
from services.common.peers import peer_error
from services.common.server.status import DETAILS_KEY, grpc_code, status_of

DOMAIN = "leadlight.gateway"


@dataclass(eq=False)
class Failed(Exception):  # noqa: N818 - an outcome of a call, not a fault of the gateway's
    """A call that ended with a status.

    Attributes:
        code: Canonical code.
        message: For people.
        status: The `google.rpc.Status`, serialized.
        reason: Of its `ErrorInfo`, for logs.
    """

    code: grpc.StatusCode
    message: str
    status: bytes
    reason: str

    def details(self) -> status_pb2.Status:
        """The status with its details."""
        return status_pb2.Status.FromString(self.status)


def own_failure(error: LeadlightError, request_id: str) -> Failed:
    """The status of an error that the gateway itself finds."""
    status = status_of(error, domain=DOMAIN, request_id=request_id)
    return Failed(grpc_code(error), status.message, status.SerializeToString(), error.reason)


def passed_on(error: grpc.RpcError, peer: str, request_id: str) -> Failed:
    """The status of a service, as it gave it; that of a service which gave none is the gateway's to say."""
    failed: Any = error
    for key, value in failed.trailing_metadata() or ():
        if key == DETAILS_KEY:
            reason = _reason(value)
            if reason:
                return Failed(failed.code(), failed.details() or "", value, reason)
    return own_failure(_without_details(failed, peer), request_id)


def _without_details(failed: Any, peer: str) -> LeadlightError:
    """What gRPC itself says of a service: its text may hold addresses, so it is not passed on."""
    code: grpc.StatusCode = failed.code()
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return deadline_passed()
    if code is grpc.StatusCode.CANCELLED:
        return LeadlightError(Code.CANCELLED, Reason.CALL_CANCELLED, "the call was cancelled")
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return LeadlightError(
            Code.RESOURCE_EXHAUSTED,
            Reason.MESSAGE_TOO_LARGE,
            "a message of the call is larger than the services take or send; ask for less at once",
            metadata={"service": peer},
        )
    error = peer_error(failed, peer)
    if error.reason is Reason.PEER_REFUSED:
        error.message = f"the {peer} service ended the call with {code.name} and did not say why"
    return error


def _reason(details: bytes) -> str:
    try:
        status = status_pb2.Status.FromString(details)
    except DecodeError:
        return ""
    info = error_details_pb2.ErrorInfo()
    return next((info.reason for detail in status.details if detail.Unpack(info)), "")
