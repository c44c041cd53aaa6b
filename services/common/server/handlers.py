"""The four shapes of a method, each guarded.

A guarded handler takes and gives bytes: parsing happens in the call's own thread and after its
caller was let in, not on the one thread that accepts all calls. A unary method may give bytes too: a
response that it has put together in wire format itself.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from services.common.context import CallContext
from services.common.errors import LeadlightError
from services.common.server.dispatch import Handler
from services.common.server.guard import REQUEST_ID_KEY, Guard, parse, read_metadata
from services.common.server.pools import request_arrived
from services.common.server.validation import check_request

Behavior = Callable[[Any, grpc.ServicerContext], Any]
Serialize = Callable[[Any], bytes]
Method = TypeVar("Method", bound=Callable[..., Any])
Sent = TypeVar("Sent")


_SAME_DEADLINE_S = 0.1
_SETTLED_S = 0.02
_CHECKS_ITSELF = "leadlight_checks_each_request"


def checks_each_request(method: Method) -> Method:
    """Marks a servicer's method whose stream goes on after a bad request, with a result for each.

    Its requests arrive unchecked; it calls `validation.check_request` on each and answers for
    those at fault with `status.status_of`. All other methods get checked requests only.
    """
    setattr(method, _CHECKS_ITSELF, True)
    return method


def checks_itself(behavior: Callable[..., Any]) -> bool:
    """Whether a method is marked with `checks_each_request`."""
    return bool(getattr(behavior, _CHECKS_ITSELF, False))


def _no_check(_request: Message) -> None:
    """For `checks_each_request`."""


def guarded(handler: Any, request_type: type[Message], guard: Guard) -> Handler:
    """The `grpc.RpcMethodHandler` of a method with `guard` around it."""
    serialize: Serialize = handler.response_serializer
    if handler.request_streaming:
        behavior = handler.stream_stream or handler.stream_unary
        check = _no_check if checks_itself(behavior) else check_request
        read_many = _reader_of_many(request_type, guard, check)
        if handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(
                _streaming(handler.stream_stream, read_many, serialize, guard)
            )
        return grpc.stream_unary_rpc_method_handler(
            _collecting(handler.stream_unary, read_many, serialize, guard)
        )
    read_one = _reader_of_one(request_type, guard, check_request)
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler(
            _streaming(handler.unary_stream, read_one, serialize, guard)
        )
    return grpc.unary_unary_rpc_method_handler(_single(handler.unary_unary, read_one, serialize, guard))


def _reader_of_one(
    request_type: type[Message], guard: Guard, check: Callable[[Message], None]
) -> Callable[[bytes], Message]:
    received = guard.metrics.received

    def read(data: bytes) -> Message:
        received()
        request = parse(request_type, data)
        check(request)
        return request

    return read


def _reader_of_many(
    request_type: type[Message], guard: Guard, check: Callable[[Message], None]
) -> Callable[[Iterator[bytes]], Iterator[Message]]:
    read_one = _reader_of_one(request_type, guard, check)

    def read(stream: Iterator[bytes]) -> Iterator[Message]:
        for index, data in enumerate(stream):
            try:
                request = read_one(data)
            except LeadlightError as error:
                error.metadata["message_index"] = str(index)
                raise
            yield request

    return read


def _single(
    behavior: Behavior, read: Callable[[bytes], Message], serialize: Serialize, guard: Guard
) -> Behavior:
    started, sent = guard.metrics.started, guard.metrics.sent

    def call(data: bytes, context: grpc.ServicerContext) -> bytes:
        request_arrived()
        begun_s = time.perf_counter()
        started()
        request_id, authorization = read_metadata(context)
        try:
            guard.enter(request_id, authorization, context)
            response = behavior(read(data), context)
            payload = response if type(response) is bytes else serialize(response)
        except Exception as error:
            guard.fail(error, request_id, begun_s, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, request_id),))
        sent()
        guard.succeed(request_id, begun_s)
        return payload

    return call


def _collecting(
    behavior: Behavior,
    read: Callable[[Iterator[bytes]], Iterator[Message]],
    serialize: Serialize,
    guard: Guard,
) -> Behavior:
    started, sent = guard.metrics.started, guard.metrics.sent

    def call(stream: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        request_arrived()
        begun_s = time.perf_counter()
        started()
        request_id, authorization = read_metadata(context)
        try:
            entered = guard.enter(request_id, authorization, context)
            with _cut_off(entered, context):
                payload = serialize(behavior(to_the_end(read(stream), entered), context))
        except Exception as error:
            guard.fail(error, request_id, begun_s, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, request_id),))
        sent()
        guard.succeed(request_id, begun_s)
        return payload

    return call


def _streaming(
    behavior: Behavior, read: Callable[[Any], Any], serialize: Serialize, guard: Guard
) -> Behavior:
    started, sent = guard.metrics.started, guard.metrics.sent

    def call(argument: Any, context: grpc.ServicerContext) -> Generator[bytes]:
        request_arrived()
        begun_s = time.perf_counter()
        started()
        request_id, authorization = read_metadata(context)
        try:
            entered = guard.enter(request_id, authorization, context)
            with _cut_off(entered, context):
                for response in behavior(read(argument), context):
                    payload = serialize(response)
                    sent()
                    yield payload
        except GeneratorExit:
            guard.leave(request_id, begun_s)
            raise
        except Exception as error:
            guard.fail(error, request_id, begun_s, context)
        context.set_trailing_metadata(((REQUEST_ID_KEY, request_id),))
        guard.succeed(request_id, begun_s)

    return call


def to_the_end(requests: Iterator[Sent], call: CallContext) -> Iterator[Sent]:
    """The requests of a caller who is still there after the last one.

    gRPC shows a caller who left as an end of the stream first, and a moment later as a cancellation: without
    the pause, half of an upload could pass for the whole.
    """
    yield from requests
    time.sleep(_SETTLED_S)
    call.check()


@contextmanager
def _cut_off(call: CallContext, context: grpc.ServicerContext) -> Iterator[None]:
    """Ends a stream at its deadline even while it waits for its caller's next message.

    gRPC does so for deadlines callers set, and they see DEADLINE_EXCEEDED; this does it for the server's own
    longest time.
    """
    asked_s = context.time_remaining()
    if asked_s is not None and asked_s <= call.remaining_s() + _SAME_DEADLINE_S:
        yield
        return
    timer = Timer(call.remaining_s(), context.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
