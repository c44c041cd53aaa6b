"""What a service said when it ended a call, where grpc.aio forgets it."""

from collections.abc import Coroutine
from typing import Any, TypeVar, cast

import grpc

_T = TypeVar("_T")


class StatusOfStream:
    """The status of a call that sends a stream, as its service gave it.

    When a service ends such a call before it has all messages, grpc.aio may find last that a message could not be
    sent, and says INTERNAL of its own in the status's place (grpc/grpc issue 36066). So what came first is noted.

    Args:
        call: The call, of grpc.aio, which has just begun.
    """

    def __init__(self, call: Any) -> None:
        self._first: grpc.aio.AioRpcError | None = None
        call.add_done_callback(self._note)

    def instead_of(self, error: grpc.RpcError) -> grpc.RpcError:
        """What the service said; the error that the call raised, if it said nothing else, or that all is well."""
        raised, first = cast("grpc.aio.AioRpcError", error), self._first
        if (
            raised.code() is grpc.StatusCode.INTERNAL
            and first is not None
            and first.code() is not grpc.StatusCode.OK
        ):
            return first
        return error

    def _note(self, call: Any) -> None:
        if self._first is None:
            code, details = _at_hand(call.code()), _at_hand(call.details())
            metadata = _at_hand(call.trailing_metadata())
            self._first = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), metadata, details, None)


def _at_hand(value: Coroutine[Any, Any, _T]) -> _T:
    """The result of a coroutine that has nothing to wait for."""
    try:
        value.send(None)
    except StopIteration as done:
        result: _T = done.value
        return result
    raise RuntimeError("a call that has ended has its status")
