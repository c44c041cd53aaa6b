"""Health and reflection: gRPC's packaged servicers, each on threads of its own.

Both have streams that last as long as their caller likes. They are ended when the server stops,
or each open one would hold up the stop for the whole drain time.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from services.common.server.dispatch import Handler, on_pool
from services.common.server.pools import request_arrived

Send = Callable[[Any], None]


class Health:
    """grpc.health.v1: the server and each of its services."""

    def __init__(self, services: Sequence[str], pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._servicer = health.HealthServicer()
        self._watchers: set[Send] = set()
        self._ended = False
        for name in services:
            self._servicer.set(name, health_pb2.HealthCheckResponse.SERVING)

    def handlers(self) -> dict[str, Handler]:
        """Check and Watch; a Watch holds no thread while nothing changes."""
        watch = partial(self._watch)
        watch.experimental_non_blocking = True  # type: ignore[attr-defined]
        codec: dict[str, Any] = {
            "request_deserializer": health_pb2.HealthCheckRequest.FromString,
            "response_serializer": health_pb2.HealthCheckResponse.SerializeToString,
        }
        prefix = f"/{health.SERVICE_NAME}"
        return {
            f"{prefix}/Check": grpc.unary_unary_rpc_method_handler(
                on_pool(partial(self._check), self._pool), **codec
            ),
            f"{prefix}/Watch": grpc.unary_stream_rpc_method_handler(on_pool(watch, self._pool), **codec),
        }

    def _check(
        self, request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext
    ) -> health_pb2.HealthCheckResponse:
        request_arrived()
        return self._servicer.Check(request, context)

    def _watch(
        self, request: health_pb2.HealthCheckRequest, context: grpc.ServicerContext, send: Send
    ) -> None:
        if not context.add_callback(lambda: self._watchers.discard(send)):
            return
        self._watchers.add(send)
        self._servicer.Watch(request, context, send)
        if self._ended:
            self._end_watchers()

    def end(self) -> None:
        """NOT_SERVING for good; watchers are told, then their streams end."""
        self._servicer.enter_graceful_shutdown()
        self._ended = True
        self._end_watchers()

    def _end_watchers(self) -> None:
        while True:
            try:
                send = self._watchers.pop()
            except KeyError:
                return
            send(None)


class Reflection:
    """What grpcurl asks for methods and messages."""

    def __init__(self, services: Sequence[str], pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._servicer: Any = reflection.ReflectionServicer(
            [*services, health.SERVICE_NAME, reflection.SERVICE_NAME]
        )
        self._open: set[Any] = set()
        self._ended = False

    def handlers(self) -> dict[str, Handler]:
        """The one streaming method."""
        return {
            f"/{reflection.SERVICE_NAME}/ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(
                on_pool(partial(self._answer), self._pool),
                request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
                response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
            )
        }

    def _answer(self, requests: Iterator[Any], context: Any) -> Iterator[Any]:
        self._open.add(context)
        if self._ended:
            context.cancel()
        try:
            yield from self._servicer.ServerReflectionInfo(requests, context)
        finally:
            self._open.discard(context)

    def end(self) -> None:
        """Ends open streams, and those that wait behind them."""
        self._ended = True
        for context in list(self._open):
            context.cancel()
