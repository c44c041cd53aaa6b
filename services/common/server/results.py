"""Streams in which each request gets a result of its own, and a bad one does not stop the others."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.common.context import current
from services.common.errors import LeadlightError
from services.common.server.status import status_of
from services.common.server.validation import check_request

_Request = TypeVar("_Request", bound=Message)
_Result = TypeVar("_Result", bound=Message)
# One transaction: a second of writing, for which others wait.
_MOST_IN_GROUP = 1_000


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


def results_by_group(
    requests: Iterator[_Request],
    result_type: type[_Result],
    answer: Callable[[Sequence[_Request]], Sequence[_Result | LeadlightError]],
    *,
    domain: str,
) -> Iterator[_Result]:
    """As `results`, for work that costs little more for many requests than for one, such as a durable write.

    What has come while one group is worked on is the next one: nothing waits for company.

    Args:
        requests: The stream, unchecked.
        result_type: The answer's type; it has the fields `index` (position from 0) and `status`.
        answer: Does the work of several requests and gives the answer to each, or its error.
        domain: `ErrorInfo.domain`, "leadlight.<service>".

    Raises:
        LeadlightError: DEADLINE_EXCEEDED or CANCELLED when the whole call ends, or what `answer` raised.
    """
    kind: Any = result_type
    index = 0
    for group in _groups(requests, _MOST_IN_GROUP):
        faults = [_fault(request) for request in group]
        good = [request for request, fault in zip(group, faults, strict=True) if fault is None]
        answers = iter(answer(good) if good else ())
        for fault in faults:
            given = fault or next(answers)
            if isinstance(given, LeadlightError):
                current().check()
                result = kind(status=status_of(given, domain=domain, request_id=current().request_id))
            else:
                result = given
            result.index = index
            index += 1
            yield result


def _fault(request: Message) -> LeadlightError | None:
    try:
        check_request(request)
    except LeadlightError as error:
        return error
    return None


def _groups(requests: Iterator[_Request], most: int) -> Iterator[list[_Request]]:
    """What a stream holds, in groups of what has come by the time the one before is done."""
    waiting: queue.Queue[_Request | _End] = queue.Queue(most)
    left = threading.Event()

    def read() -> None:
        try:
            for request in requests:
                waiting.put(request)
                if left.is_set():
                    return
        except BaseException as error:
            waiting.put(_End(error))
        else:
            waiting.put(_End(None))

    reader = threading.Thread(target=copy_context().run, args=(read,), name="read-ahead", daemon=True)
    reader.start()
    try:
        end = None
        while end is None:
            group, end = _next_group(waiting, most)
            if group:
                yield group
        if end.error is not None:
            raise end.error
    finally:
        # Lets a reader go on that waits for room; it ends with the call's stream.
        left.set()
        while not waiting.empty():
            waiting.get()


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a stream, or what ended it."""

    error: BaseException | None


def _next_group(waiting: "queue.Queue[_Request | _End]", most: int) -> tuple[list[_Request], _End | None]:
    """What waits, at least one item; with the end if that is among it."""
    group: list[_Request] = []
    while not group or (len(group) < most and not waiting.empty()):
        item = waiting.get()
        if isinstance(item, _End):
            return group, item
        group.append(item)
    return group, None
