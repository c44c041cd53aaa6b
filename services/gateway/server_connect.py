"""The methods over HTTP in the Connect protocol: `POST /package.Service/Method`, unary and streams."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.request import RequestContext
from connectrpc.server import ConnectASGIApplication, Endpoint
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from opentelemetry import context as trace_context
from opentelemetry import propagate

from services.common.server.guard import REQUEST_ID_KEY, request_id_of
from services.gateway.calls import Incoming
from services.gateway.convert_connect import connect_error
from services.gateway.convert_failures import Failed
from services.gateway.convert_json import BinaryCodec, JsonCodec, Reply, request_name
from services.gateway.server_methods import Method

_TRACE_KEYS = ("traceparent", "tracestate")
_IDEMPOTENCY = {
    MethodOptions.IDEMPOTENCY_UNKNOWN: IdempotencyLevel.UNKNOWN,
    MethodOptions.IDEMPOTENT: IdempotencyLevel.IDEMPOTENT,
    MethodOptions.NO_SIDE_EFFECTS: IdempotencyLevel.NO_SIDE_EFFECTS,
}
Context = RequestContext[Any, Any]


class ConnectApp(ConnectASGIApplication[Mapping[str, Method]]):
    """All methods, as an ASGI application.

    Args:
        methods: By path.
        max_message_bytes: Largest request taken.
        tracing: Whether spans are made here, so that a caller's trace has to be gone on with.
    """

    def __init__(self, methods: Mapping[str, Method], *, max_message_bytes: int, tracing: bool) -> None:
        super().__init__(
            service=methods,
            endpoints=lambda served: {
                path: _endpoint(each, tracing=tracing) for path, each in served.items()
            },
            interceptors=[_Doorkeeper(methods)],
            read_max_bytes=max_message_bytes,
            codecs=[BinaryCodec(), JsonCodec()],
        )

    @property
    def path(self) -> str:
        """Where it is mounted."""
        return "/"


class _Doorkeeper:
    """Names a call and sees who calls before the request is read: what a stranger sends costs nothing to parse."""

    def __init__(self, methods: Mapping[str, Method]) -> None:
        self._methods = methods

    async def on_start(self, context: Context) -> None:
        """Before the request is read."""
        name = request_id_of(context.request_headers.get(REQUEST_ID_KEY))
        request_name.set(name)  # for this request's task
        context.response_headers[REQUEST_ID_KEY] = name
        info = context.method
        try:
            await self._methods[f"/{info.service_name}/{info.name}"].check(_incoming(context, tracing=False))
        except Failed as failed:
            raise connect_error(failed) from None

    async def on_end(self, token: None, context: Context, error: Exception | None) -> None:
        """After the call: nothing is left to do."""


def _endpoint(method: Method, *, tracing: bool) -> Any:
    rpc = method.rpc
    info: MethodInfo[Any, Any] = MethodInfo(
        name=rpc.method.name,
        service_name=rpc.service_name,
        input=rpc.request_type,
        output=rpc.response_type,
        idempotency_level=_IDEMPOTENCY[rpc.method.GetOptions().idempotency_level],
        stream_type=_stream_type(rpc.method),
    )
    one, many = _one(method, tracing=tracing), _many(method, tracing=tracing)
    if rpc.method.client_streaming:
        if rpc.method.server_streaming:
            return Endpoint.bidi_stream(info, many)
        return Endpoint.client_stream(info, one)
    if rpc.method.server_streaming:
        return Endpoint.server_stream(info, many)
    return Endpoint.unary(info, one)


def _one(method: Method, *, tracing: bool) -> Callable[[Any, Context], Any]:
    response_type = method.rpc.response_type

    async def call(request: Any, context: Context) -> Reply:
        incoming = _incoming(context, tracing=tracing)
        try:
            return Reply(await method.one(request, incoming), response_type)
        except Failed as failed:
            raise connect_error(failed) from None

    return call


def _many(method: Method, *, tracing: bool) -> Callable[[Any, Context], AsyncIterator[Any]]:
    response_type = method.rpc.response_type

    async def call(request: Any, context: Context) -> AsyncIterator[Reply]:
        incoming = _incoming(context, tracing=tracing)
        try:
            async for payload in method.many(request, incoming):
                yield Reply(payload, response_type)
        except Failed as failed:
            raise connect_error(failed) from None

    return call


def _incoming(context: Context, *, tracing: bool) -> Incoming:
    headers = context.request_headers
    trace = tuple((key, headers[key]) for key in _TRACE_KEYS if key in headers)
    if tracing:
        trace_context.attach(propagate.extract(dict(trace)))  # for this request's task
    timeout_ms = context.timeout_ms
    return Incoming(
        request_name.get(),
        headers.get("authorization"),
        None if timeout_ms is None else timeout_ms / 1000,
        trace,
    )


def _stream_type(method: MethodDescriptor) -> StreamType:
    if method.client_streaming:
        return StreamType.BIDI_STREAM if method.server_streaming else StreamType.CLIENT_STREAM
    return StreamType.SERVER_STREAM if method.server_streaming else StreamType.UNARY
