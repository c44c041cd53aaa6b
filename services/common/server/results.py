"""Streams in which each request gets a result of its own, and a bad one does not stop the others."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.common.context import current
from services.common.errors import LeadlightError
from services.common.server.status import status_of
from services.common.server.validation import check_request

_Request = TypeVar("_Request", bound=Message)
_Result = TypeVar("_Result", bound=Message)


def results(
    requests: Iterator[_Request],
    result_type: type[_Result],
    fill: Callable[[_Request, _Result], None],
    *,
    domain: str,
) -> Iterator[_Result]:
    """Answers each request of a stream, in order; for a method marked with `checks_each_request`.

    Args:
        requests: The stream, unchecked.
        result_type: The answer's type; it has the fields `index` (position from 0) and `status`.
        fill: Does one request's work and writes what came of it into its answer.
        domain: `ErrorInfo.domain`, "leadlight.<service>".

    Raises:
        LeadlightError: DEADLINE_EXCEEDED or CANCELLED when the whole call ends.
    """
    kind: Any = result_type
    for index, request in enumerate(requests):
        result = kind(index=index)
        try:
            check_request(request)
            fill(request, result)
        except LeadlightError as error:
            current().check()
            result.Clear()
            result.index = index
            result.status.CopyFrom(status_of(error, domain=domain, request_id=current().request_id))
        yield result
