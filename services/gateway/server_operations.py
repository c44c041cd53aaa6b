"""google.longrunning.Operations of all services under one address.

An operation's name does not say whose it is. Its service is learned when the operation is started through here; of
others, all services are asked once. Names are random, so no two services have the same.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import grpc
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError

from services.common.context import current
from services.common.errors import LeadlightError, Reason, invalid_argument, not_found
from services.gateway.convert_failures import Failed, passed_on
from services.gateway.server_peers import AioPeers

_Listed: Any = operations_pb2.ListOperationsResponse  # its type stubs are older than it
_MOST_REMEMBERED = 10_000
_NAMES_NOTHING = frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT})


class OperationOwners:
    """Which service runs which operation, as far as this worker has seen."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def learner(self, owner: str) -> Callable[[bytes], None]:
        """Notes the operations that methods of `owner` start."""

        def learn(answer: bytes) -> None:
            try:
                self.remember(operations_pb2.Operation.FromString(answer).name, owner)
            except DecodeError:
                return

        return learn

    def remember(self, name: str, owner: str) -> None:
        """Notes whose operation it is."""
        if len(self._owners) >= _MOST_REMEMBERED:
            self._owners.clear()
        self._owners[name] = owner

    def get(self, name: str) -> str | None:
        """Whose operation it is, None if not known yet."""
        return self._owners.get(name)


class Operations(operations_pb2_grpc.OperationsServicer):
    """Answers for the operations of all services.

    Args:
        peers: Where the services are.
        services: Those that run operations, in the order in which lists show them.
        owners: What is known of operations.
    """

    def __init__(self, peers: AioPeers, services: Sequence[str], owners: OperationOwners) -> None:
        # The stubs' types know gRPC's own channels alone.
        channels: Mapping[str, Any] = {name: peers.channel(name) for name in services}
        self._stubs: Mapping[str, Any] = {
            name: operations_pb2_grpc.OperationsStub(channel) for name, channel in channels.items()
        }
        self._owners = owners

    async def GetOperation(self, request: Any, context: Any) -> Any:
        """The latest state of an operation."""
        return await self._of_owner(request.name, lambda stub: stub.GetOperation(request))

    async def WaitOperation(self, request: Any, context: Any) -> Any:
        """The state once it is done, or the time for waiting is over."""
        return await self._of_owner(request.name, lambda stub: stub.WaitOperation(request))

    async def CancelOperation(self, request: Any, context: Any) -> Empty:
        """Asks its service to end it."""
        answer: Empty = await self._of_owner(request.name, lambda stub: stub.CancelOperation(request))
        return answer

    async def DeleteOperation(self, request: Any, context: Any) -> Empty:
        """Forgets an operation that has ended."""
        answer: Empty = await self._of_owner(request.name, lambda stub: stub.DeleteOperation(request))
        return answer

    async def ListOperations(self, request: Any, context: Any) -> Any:
        """One service after the other; a page never holds operations of two."""
        names = list(self._stubs)
        name, token = _read_token(request.page_token, names) if request.page_token else (names[0], "")
        inner: Any = operations_pb2.ListOperationsRequest()
        inner.CopyFrom(request)
        inner.page_token = token
        inner.return_partial_success = False  # each service has its own alone
        try:
            answer = await self._asked(name, self._stubs[name].ListOperations(inner))
        except Failed as failed:
            if failed.code is not grpc.StatusCode.UNAVAILABLE or not request.return_partial_success:
                raise
            answer = _Listed()
            answer.unreachable.append(name)
        for operation in answer.operations:
            self._owners.remember(operation.name, name)
        following = names[names.index(name) + 1 :]
        if answer.next_page_token:
            answer.next_page_token = _token(name, answer.next_page_token)
        elif following:
            answer.next_page_token = _token(following[0], "")
        return answer

    async def _of_owner(self, name: str, ask: Callable[[Any], Awaitable[Any]]) -> Any:
        owner = self._owners.get(name) or await self._find(name)
        return await self._asked(owner, ask(self._stubs[owner]))

    async def _find(self, name: str) -> str:
        """Whose operation it is.

        Raises:
            LeadlightError: NOT_FOUND if all services say that it is not theirs.
            Failed: INVALID_ARGUMENT for what is no operation's name, UNAVAILABLE if a service that does not answer
                may have it.
        """
        request = operations_pb2.GetOperationRequest(name=name)
        calls = {owner: stub.GetOperation(request) for owner, stub in self._stubs.items()}
        answers = await asyncio.gather(
            *(self._tried(owner, call) for owner, call in calls.items()), return_exceptions=False
        )
        errors = []
        for owner, error in zip(calls, answers, strict=True):
            if error is None:
                self._owners.remember(name, owner)
                return owner
            errors.append((owner, error))
        request_id = current().request_id
        for owner, error in errors:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise passed_on(error, owner, request_id)
        raise not_found("operation", name)

    async def _tried(self, owner: str, call: Awaitable[Any]) -> Any:
        try:
            await call
        except grpc.RpcError as error:
            return error
        return None

    async def _asked(self, owner: str, call: Awaitable[Any]) -> Any:
        try:
            return await call
        except grpc.RpcError as error:
            raise passed_on(error, owner, current().request_id) from None


def _token(name: str, inner: str) -> str:
    return base64.urlsafe_b64encode(f"{name}:{inner}".encode()).decode()


def _read_token(token: str, names: Sequence[str]) -> tuple[str, str]:
    try:
        name, _, inner = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
    except ValueError:
        name, inner = "", ""
    if name not in names:
        raise _bad_token()
    return name, inner


def _bad_token() -> LeadlightError:
    return invalid_argument("page_token", "is not a token of this list", reason=Reason.INVALID_PAGE_TOKEN)
