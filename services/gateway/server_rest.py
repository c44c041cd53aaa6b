"""REST aliases: each is turned into the call that it stands for, so that what follows is alike for both."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from services.common.errors import Code, LeadlightError, Reason
from services.gateway.convert_json import refused, strictly
from services.gateway.rest import Aliases
from services.gateway.server_methods import Method
from services.gateway.server_web import Dashboard

App = Callable[[Any, Any, Any], Awaitable[None]]


class RestAliases:
    """An ASGI application before another, which answers the calls.

    Args:
        methods: By path.
        connect: Answers `POST /package.Service/Method` with JSON.
        max_message_bytes: Largest body taken.
        pages: Answers what is neither a call nor an alias, where it says so.
    """

    def __init__(
        self, methods: Mapping[str, Method], connect: App, *, max_message_bytes: int, pages: Dashboard
    ) -> None:
        self._aliases = Aliases(method.rpc for method in methods.values())
        self._paths = frozenset(methods)
        self._connect = connect
        self._max_bytes = max_message_bytes
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http" or scope["path"] in self._paths:
            await self._connect(scope, receive, send)
            return
        path = scope["raw_path"].partition(b"?")[0].decode("ascii", "replace")
        found = self._aliases.find(scope["method"], path)
        if found is None:
            other: App = self._pages if self._pages.serves(scope) else self._nothing_here(path)
            await other(scope, receive, send)
            return
        alias, match = found
        error: LeadlightError | None = None
        payload = b"{}"
        try:
            body = await _read(receive, self._max_bytes)
            payload = json.dumps(alias.request(match, scope["query_string"].decode("latin-1"), body)).encode()
        except LeadlightError as caught:
            error = caught
        with strictly(), refused(error):
            await self._connect(_as_call(scope, alias.rpc.path, payload), _given(payload, receive), send)

    def _nothing_here(self, path: str) -> JSONResponse:
        verbs = self._aliases.verbs(path)
        if verbs:
            message = f"this address takes {', '.join(verbs)}"
            return JSONResponse(
                {"code": "unimplemented", "message": message}, 405, {"Allow": ", ".join(verbs)}
            )
        message = "nothing is served at this address; /openapi.json has all that is"
        return JSONResponse({"code": "unimplemented", "message": message}, 404)


def _as_call(scope: Scope, path: str, payload: bytes) -> Scope:
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name not in {b"content-type", b"content-length", b"content-encoding", b"transfer-encoding"}
    ]
    headers = [
        *kept,
        (b"content-type", b"application/json"),
        (b"content-length", str(len(payload)).encode()),
    ]
    return {**scope, "method": "POST", "path": path, "query_string": b"", "headers": headers}


def _given(payload: bytes, receive: Receive) -> Receive:
    """A body in one piece; after it, what the client does next."""
    given = False

    async def next_event() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": payload, "more_body": False}

    return next_event


async def _read(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise LeadlightError(Code.CANCELLED, Reason.CALL_CANCELLED, "the caller left")
        body += event.get("body", b"")
        if len(body) > most:
            raise LeadlightError(
                Code.RESOURCE_EXHAUSTED,
                Reason.MESSAGE_TOO_LARGE,
                f"the body is larger than {most} bytes",
                metadata={"max_bytes": str(most)},
            )
        if not event.get("more_body", False):
            return bytes(body)
