"""A `LeadlightError` as the status callers see: canonical code, `ErrorInfo`, and what helps.

Status travels in HTTP/2 trailers, which clients bound to 8 KiB by default; a thousand bad records
must not turn into an unreadable answer, so details are cut to a budget and say that they were.
"""

import grpc
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from services.common.errors import LeadlightError

DETAILS_KEY = "grpc-status-details-bin"
_DETAILS_BUDGET_BYTES = 3 * 1024
_MESSAGE_BUDGET_CHARS = 500
_TEXT_BUDGET_BYTES = 600
"""For a path, a description or a value of the metadata: each may repeat what a caller sent, however long."""


def status_of(error: LeadlightError, *, domain: str, request_id: str) -> status_pb2.Status:
    """The `google.rpc.Status` of an error.

    Args:
        error: The error.
        domain: `ErrorInfo.domain`, "leadlight.<service>".
        request_id: The call's name, for `RequestInfo`.
    """
    message = error.message
    if len(message) > _MESSAGE_BUDGET_CHARS:
        message = message[: _MESSAGE_BUDGET_CHARS - 1] + "…"
    metadata = {key: _cut(value) for key, value in error.metadata.items()}
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=domain, metadata=metadata)
    details: list[Message] = [info, error_details_pb2.RequestInfo(request_id=request_id)]
    if error.retry_after_s is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(round(error.retry_after_s * 1000))
        details.append(retry)
    if error.violations:
        bad_request = _bad_request(error)
        left_out = len(error.violations) - len(bad_request.field_violations)
        if left_out:
            info.metadata["violations_left_out"] = str(left_out)
        details.append(bad_request)
    status = status_pb2.Status(code=code_pb2.Code.Value(error.code), message=message)
    for detail in details:
        status.details.add().Pack(detail)
    return status


def _bad_request(error: LeadlightError) -> error_details_pb2.BadRequest:
    bad_request = error_details_pb2.BadRequest()
    size = 0
    for violation in error.violations:
        entry = error_details_pb2.BadRequest.FieldViolation(
            field=_cut(violation.field), description=_cut(violation.description)
        )
        size += entry.ByteSize() + 4
        if size > _DETAILS_BUDGET_BYTES and bad_request.field_violations:
            break
        bad_request.field_violations.append(entry)
    return bad_request


def _cut(text: str) -> str:
    data = text.encode()
    if len(data) <= _TEXT_BUDGET_BYTES:
        return text
    return data[: _TEXT_BUDGET_BYTES - len("…".encode())].decode(errors="ignore") + "…"


def grpc_code(error: LeadlightError) -> grpc.StatusCode:
    """The error's code as grpc names it."""
    return grpc.StatusCode[error.code.name]
