"""The methods over gRPC."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, NoReturn

import grpc

from services.common.errors import Code, LeadlightError, Reason
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
        receive_timeout_s: Longest wait for the message of a call that sends one.
    """

    def __init__(
        self, methods: Mapping[str, Method], open_handlers: Mapping[str, Handler], *, receive_timeout_s: float
    ) -> None:
        handlers = {path: _handler(each, receive_timeout_s) for path, each in methods.items()}
        self._handlers = {**open_handlers, **handlers}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """The handler of a call; see `grpc.GenericRpcHandler`."""
        path = handler_call_details.method
        return self._handlers.get(path) or _not_served(path)


def _handler(method: Method, receive_timeout_s: float) -> Handler:
    # To gRPC every method takes a stream: of those that take one message it would wait for it itself, without end and
    # before anyone asked who calls.
    descriptor = method.rpc.method
    patience_s = None if descriptor.client_streaming else receive_timeout_s
    if descriptor.server_streaming:
        return grpc.stream_stream_rpc_method_handler(_many(method, patience_s))
    return grpc.stream_unary_rpc_method_handler(_one(method, patience_s))


def _one(method: Method, patience_s: float | None) -> Any:
    async def call(requests: Any, context: Any) -> bytes:
        incoming = _incoming(context)
        try:
            request = requests if patience_s is None else await _message(context, patience_s, incoming)
            payload = await method.one(request, incoming)
        except Failed as failed:
            await _abort(failed, incoming.request_id, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, incoming.request_id),))
        return payload

    return call


def _many(method: Method, patience_s: float | None) -> Any:
    async def call(requests: Any, context: Any) -> AsyncIterator[bytes]:
        incoming = _incoming(context)
        try:
            request = requests if patience_s is None else await _message(context, patience_s, incoming)
            async with aclosing(method.many(request, incoming)) as answers:
                async for payload in answers:
                    yield payload
        except Failed as failed:
            await _abort(failed, incoming.request_id, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, incoming.request_id),))

    return call


async def _message(context: Any, patience_s: float, incoming: Incoming) -> bytes:
    """The one message of a call.

    Raises:
        Failed: CANCELLED if it does not come, UNIMPLEMENTED if the call ends without one, as gRPC has it.
    """
    try:
        async with asyncio.timeout(patience_s):
            message = await context.read()
    except TimeoutError:
        late = LeadlightError(
            Code.CANCELLED, Reason.CALL_CANCELLED, f"the call's message did not come within {patience_s:g} s"
        )
        raise own_failure(late, incoming.request_id) from None
    if isinstance(message, bytes):
        return message
    absent = LeadlightError(
        Code.UNIMPLEMENTED,
        Reason.MALFORMED_REQUEST,
        "the call ended without its message; the method takes one",
    )
    raise own_failure(absent, incoming.request_id)


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
