"""Parts of an answer that failed, as callers are told of them."""

from collections.abc import Mapping
from typing import Any

import grpc
from google.rpc import status_pb2
from leadlight.gateway.v1 import unavailable_pb2
from leadlight.relationship.v1 import record_pb2

from services.common.context import current
from services.common.errors import Code, LeadlightError, Reason
from services.gateway.convert_failures import Failed, own_failure, passed_on
from services.gateway.parts import Parts


def unavailable(parts: Parts, services: Mapping[str, str]) -> list[unavailable_pb2.UnavailablePart]:
    """The parts that are missing, in the order of their names.

    Args:
        parts: What came of them.
        services: The service of each part.
    """
    return [
        unavailable_pb2.UnavailablePart(
            part=name, service=services[name], status=status_of_part(parts.failed[name], services[name])
        )
        for name in sorted(parts.failed)
    ]


def required(parts: Parts, name: str, service: str) -> Any:
    """The part that the answer is about.

    Raises:
        Failed: As the service said it, or UNAVAILABLE or DEADLINE_EXCEEDED with the name of one that was silent.
    """
    error = parts.failed.get(name)
    if error is not None:
        raise _failure_of_part(error, service)
    return parts.done[name]


def status_of_part(error: BaseException, service: str) -> status_pb2.Status:
    """Why a service gave nothing: its own status, or the gateway's of one that was silent."""
    return _failure_of_part(error, service).details()


def _failure_of_part(error: BaseException, service: str) -> Failed:
    request_id = current().request_id
    if isinstance(error, grpc.RpcError):
        return passed_on(error, service, request_id)
    if isinstance(error, LeadlightError):
        return own_failure(error, request_id)
    if isinstance(error, TimeoutError):
        return own_failure(_too_slow(service), request_id)
    raise error


def is_missing(error: BaseException) -> bool:
    """Whether a service only says that it has nothing of the kind: an absent part, not a missing one."""
    failed: Any = error
    return isinstance(error, grpc.RpcError) and failed.code() is grpc.StatusCode.NOT_FOUND


def is_open(record: record_pb2.RelationshipRecord) -> bool:
    """Whether relationship was not told that a record is closed."""
    return record.state in (record_pb2.RECORD_STATE_UNSPECIFIED, record_pb2.RECORD_STATE_OPEN)


def _too_slow(service: str) -> LeadlightError:
    return LeadlightError(
        Code.DEADLINE_EXCEEDED,
        Reason.PEER_UNAVAILABLE,
        f"the {service} service did not answer in time",
        metadata={"service": service},
    )
