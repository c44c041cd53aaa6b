"""Where an admitted call goes: to the service whose RPC it is, byte for byte, or to the gateway's own servicer."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import nullcontext
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.message import Message

from services.common.context import deadline_passed
from services.common.errors import LeadlightError
from services.common.peers import less_margin_s
from services.common.server.guard import REQUEST_ID_KEY, parse
from services.common.server.handlers import checks_itself
from services.common.server.validation import check_request
from services.gateway.calls import Admitted
from services.gateway.catalog import Rpc
from services.gateway.convert_failures import Failed, own_failure, passed_on
from services.gateway.limits import CallsAtOnce
from services.gateway.server_peers import AioPeers
from services.gateway.server_statuses import StatusOfStream
from services.gateway.turns import Turns

Requests = bytes | AsyncIterator[bytes]
_Method = TypeVar("_Method", bound=Callable[..., Any])
_COMPOSES = "leadlight_composes_an_answer"


class Target(Protocol):
    """Answers a method's calls: `one` where it gives one message, `many` where it gives a stream."""

    async def one(self, request: Requests, admitted: Admitted) -> bytes:
        """The answer.

        Raises:
            Failed: With the status for the caller.
        """
        ...

    def many(self, request: Requests, admitted: Admitted) -> AsyncGenerator[bytes]:
        """The answers; fails as `one`."""
        ...


class Forward:
    """Passes a call on to its service, unread.

    Args:
        rpc: The method.
        peers: Where the services are.
        learn: Told each answer of a method that gives one.
    """

    def __init__(self, rpc: Rpc, peers: AioPeers, learn: Callable[[bytes], None] | None = None) -> None:
        sends = "stream" if rpc.method.client_streaming else "unary"
        answers = "stream" if rpc.method.server_streaming else "unary"
        channel: Any = peers.forwarding(rpc.owner)
        self._start = getattr(channel, f"{sends}_{answers}")(rpc.path)
        self._peer = rpc.owner
        self._sends_many = rpc.method.client_streaming
        self._passes_trace = not peers.traced  # tracing writes its own
        self._learn = learn

    def _begin(self, request: Requests, admitted: Admitted) -> Any:
        call = admitted.call
        metadata = [(REQUEST_ID_KEY, call.request_id)]
        if call.authorization is not None:
            metadata.append(("authorization", call.authorization))
        if self._passes_trace:
            metadata += admitted.trace
        return self._start(request, timeout=less_margin_s(call.remaining_s()), metadata=metadata)

    def _failed(self, error: grpc.RpcError, admitted: Admitted) -> Failed:
        return passed_on(error, self._peer, admitted.call.request_id)

    async def one(self, request: Requests, admitted: Admitted) -> bytes:
        """See `Target`."""
        call = self._begin(request, admitted)
        said = StatusOfStream(call) if self._sends_many else None
        try:
            payload: bytes = await call
        except grpc.RpcError as error:
            raise self._failed(said.instead_of(error) if said else error, admitted) from None
        if self._learn is not None:
            self._learn(payload)
        return payload

    async def many(self, request: Requests, admitted: Admitted) -> AsyncGenerator[bytes]:
        """See `Target`."""
        answers = self._begin(request, admitted)
        said = StatusOfStream(answers) if self._sends_many else None
        try:
            async for payload in answers:
                yield payload
        except grpc.RpcError as error:
            raise self._failed(said.instead_of(error) if said else error, admitted) from None
        finally:
            answers.cancel()  # nothing once it has ended


def composes(method: _Method) -> _Method:
    """Marks a servicer's method that asks several services for one answer: a worker bounds such calls."""
    setattr(method, _COMPOSES, True)
    return method


class Own:
    """Answers by a method of a generated servicer whose methods are coroutines, or asynchronous generators.

    They get no gRPC context, since a call may come over HTTP: who calls and until when is `context.current()`.

    Args:
        rpc: The method.
        behavior: What answers it.
        composed: Bounds the calls of all methods that are marked with `composes`, which give one answer each.
        turns: When those begin.
    """

    def __init__(
        self, rpc: Rpc, behavior: Callable[[Any, None], Any], composed: CallsAtOnce, turns: Turns
    ) -> None:
        self._behavior = behavior
        does_compose = getattr(behavior, _COMPOSES, False)
        self._counted = composed.one_more if does_compose else nullcontext
        self._turn = turns.one if does_compose else nullcontext
        self._request_type = rpc.request_type
        self._takes_many = rpc.method.client_streaming
        self._check = _unchecked if checks_itself(behavior) else check_request

    def _read(self, request: Requests) -> Message | AsyncIterator[Message]:
        if isinstance(request, bytes):
            message = parse(self._request_type, request)
            self._check(message)
            return message
        return self._read_many(request)

    async def _read_many(self, requests: AsyncIterator[bytes]) -> AsyncIterator[Message]:
        index = 0
        async for data in requests:
            try:
                message = parse(self._request_type, data)
                self._check(message)
            except LeadlightError as error:
                error.metadata["message_index"] = str(index)
                raise
            index += 1
            yield message

    async def one(self, request: Requests, admitted: Admitted) -> bytes:
        """See `Target`."""
        try:
            with self._counted():
                async with asyncio.timeout(admitted.call.remaining_s()), self._turn():
                    message: Message = await self._behavior(self._read(request), None)
        except grpc.RpcError as error:
            raise passed_on(error, "called", admitted.call.request_id) from None
        except TimeoutError:
            raise own_failure(deadline_passed(), admitted.call.request_id) from None
        return message.SerializeToString()

    async def many(self, request: Requests, admitted: Admitted) -> AsyncGenerator[bytes]:
        """See `Target`."""
        try:
            async with asyncio.timeout(admitted.call.remaining_s()):
                async for message in self._behavior(self._read(request), None):
                    yield message.SerializeToString()
        except grpc.RpcError as error:
            raise passed_on(error, "called", admitted.call.request_id) from None
        except TimeoutError:
            raise own_failure(deadline_passed(), admitted.call.request_id) from None


def _unchecked(_request: Message) -> None:
    """For servicers that check each request of a stream themselves."""
