"""From a method's name to its handler, or to a refusal that costs next to nothing.

gRPC asks the dispatcher on the one thread that accepts calls, before a call is queued: the place
to see that too many wait already, and to refuse there and then. Health and reflection have threads
of their own, so neither waits behind work.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeAlias

import grpc

from services.common.errors import LeadlightError
from services.common.server.guard import answer, not_served, overloaded, read_metadata
from services.common.server.metrics import MethodMetrics
from services.common.server.pools import AtOnce, CallPool

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
_RETRY_AFTER_S = 0.5


class Dispatcher(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Every method of a server."""

    def __init__(
        self,
        pool: CallPool,
        *,
        domain: str,
        max_queued_calls: int,
        max_wait_s: float,
    ) -> None:
        self._pool = pool
        self._at_once = AtOnce()
        self._domain = domain
        self._max_queued_calls = max_queued_calls
        self._max_wait_s = max_wait_s
        self._open: dict[str, Handler] = {}
        self._bounded: dict[str, tuple[Handler, Handler, MethodMetrics | None]] = {}

    def add_open(self, handlers: Mapping[str, Handler]) -> None:
        """Adds methods that are always taken: health and reflection."""
        self._open.update(handlers)

    def add_bounded(self, method: str, handler: Handler, metrics: MethodMetrics) -> None:
        """Adds a method whose calls are refused while too many wait, or too long."""

        def refuse() -> LeadlightError:
            metrics.started()
            metrics.handled(grpc.StatusCode.RESOURCE_EXHAUSTED)
            return overloaded(self._pool.waiting, _RETRY_AFTER_S)

        # A stream takes as long as its caller likes.
        takes = None if handler.request_streaming or handler.response_streaming else metrics
        self._bounded[method] = (handler, self._refusal(refuse), takes)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """The handler of a call; see `grpc.GenericRpcHandler`."""
        method = handler_call_details.method
        found = self._bounded.get(method)
        if found is None:
            return self._open.get(method) or self._refusal(lambda: not_served(method.lstrip("/")))
        handler, refusal, takes = found
        pool = self._pool
        if pool.waiting and (pool.waiting >= self._max_queued_calls or pool.wait_s > self._max_wait_s):
            return refusal
        if takes is not None:
            pool.expect(takes.recent_s)
        return handler

    def _refusal(self, error: Callable[[], LeadlightError]) -> Handler:
        def refuse(_stream: object, context: grpc.ServicerContext) -> NoReturn:
            request_id, _ = read_metadata(context)
            answer(error(), self._domain, request_id, context)

        # As a stream, whatever the method's shape: the request need not be read to be refused. And without a thread
        # of its own: beside busy ones each change of threads costs more than the refusal.
        return grpc.stream_stream_rpc_method_handler(on_pool(refuse, self._at_once))


def on_pool(behavior: Callable[..., Any], pool: ThreadPoolExecutor) -> Callable[..., Any]:
    """Lets gRPC run a handler's calls on `pool` instead of the server's own threads."""
    behavior.experimental_thread_pool = pool  # type: ignore[attr-defined]
    return behavior
