"""The methods over gRPC."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, NoReturn

import grpc

from services.common.server.guard import (
    REQUEST_ID_KEY,
    not_served,
    request_id_of,
)
from services.common.server.status import DETAILS_KEY
from services.gateway.calls import Incoming
from services.gateway.convert_failures import Failed, own_failure
from services.gateway.server_builtin import Handler
from services.gateway.server_methods import Method

_TRACE_KEYS = frozenset({"traceparent", "tracestate"})


class Dispatcher(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    """Every method of the gateway's gRPC server.

    Args:
        methods: By path.
        open_handlers: Health and reflection, open to all.
    """

    def __init__(self, methods: Mapping[str, Method], open_handlers: Mapping[str, Handler]) -> None:
        self._handlers = {**open_handlers, **{path: _handler(each) for path, each in methods.items()}}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """The handler of a call; see `grpc.GenericRpcHandler`."""
        path = handler_call_details.method
        return self._handlers.get(path) or _not_served(path)


def _handler(method: Method) -> Handler:
    descriptor = method.rpc.method
    behavior = _many(method) if descriptor.server_streaming else _one(method)
    if descriptor.client_streaming:
        if descriptor.server_streaming:
            return grpc.stream_stream_rpc_method_handler(behavior)
        return grpc.stream_unary_rpc_method_handler(behavior)
    if descriptor.server_streaming:
        return grpc.unary_stream_rpc_method_handler(behavior)
    return grpc.unary_unary_rpc_method_handler(behavior)


def _one(method: Method) -> Any:
    async def call(request: Any, context: Any) -> bytes:
        incoming = _incoming(context)
        try:
            payload = await method.one(request, incoming)
        except Failed as failed:
            await _abort(failed, incoming.request_id, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, incoming.request_id),))
        return payload

    return call


def _many(method: Method) -> Any:
    async def call(request: Any, context: Any) -> AsyncIterator[bytes]:
        incoming = _incoming(context)
        try:
            async with aclosing(method.many(request, incoming)) as answers:
                async for payload in answers:
                    yield payload
        except Failed as failed:
            await _abort(failed, incoming.request_id, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, incoming.request_id),))

    return call


def _incoming(context: Any) -> Incoming:
    request_id = authorization = None
    trace: tuple[tuple[str, str], ...] = ()
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID_KEY:
            request_id = value
        elif key == "authorization":
            authorization = value
        elif key in _TRACE_KEYS:
            trace += ((key, value),)
    return Incoming(
        request_id_of(request_id), authorization, context.time_remaining(), trace, lambda: not context.done()
    )


async def _abort(failed: Failed, request_id: str, context: Any) -> NoReturn:
    trailers = ((REQUEST_ID_KEY, request_id), (DETAILS_KEY, failed.status))
    await context.abort(failed.code, failed.message, trailers)
    raise AssertionError("abort raises")


def _not_served(path: str) -> Handler:
    async def refuse(_requests: Any, context: Any) -> None:
        incoming = _incoming(context)
        failed = own_failure(not_served(path.lstrip("/")), incoming.request_id)
        await _abort(failed, incoming.request_id, context)

    # As a stream, whatever the method's shape: the request need not be read to be refused.
    return grpc.stream_stream_rpc_method_handler(refuse)
