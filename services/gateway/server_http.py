"""The gateway's HTTP port: the Connect protocol, REST aliases, OpenAPI, health, the dashboard."""

import asyncio
import json
import socket
import ssl
from collections.abc import Mapping
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from services.common.addresses import split_address
from services.common.settings import SettingsError
from services.gateway.openapi import document
from services.gateway.server_connect import ConnectApp
from services.gateway.server_methods import Method
from services.gateway.server_rest import RestAliases
from services.gateway.server_web import Dashboard
from services.gateway.settings import GatewaySettings

_CERTIFICATES_EVERY_S = 10.0
_EXPOSED = ["x-request-id"]
_log = structlog.get_logger()


class HttpServer:
    """The HTTP listener of one worker.

    Args:
        settings: The gateway's settings.
        methods: By path.
        jwks: The public key that verifies the gateway's reports.
        tracing: Whether spans are made here.

    Raises:
        SettingsError: If the certificate files cannot be used.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        methods: Mapping[str, Method],
        *,
        jwks: Mapping[str, Any],
        tracing: bool,
    ) -> None:
        self._settings = settings
        self._jwks = jwks
        self._stopping = False
        config = uvicorn.Config(
            self._app(methods, tracing=tracing),
            loop="none",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=round(settings.drain_timeout_s) or 1,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
            ssl_ca_certs=str(settings.tls_client_ca) if settings.tls_client_ca else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if settings.tls_client_ca else ssl.CERT_NONE,
        )
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"tls_cert or tls_key cannot be used: {type(error).__name__}") from None
        self._config = config
        self._server = uvicorn.Server(config)
        self._tasks: list[asyncio.Task[None]] = []

    def _app(self, methods: Mapping[str, Method], *, tracing: bool) -> Starlette:
        settings = self._settings
        connect = ConnectApp(methods, max_message_bytes=settings.max_message_bytes, tracing=tracing)
        middleware = []
        if settings.cors_origins:
            middleware.append(
                Middleware(
                    CORSMiddleware,
                    allow_origins=settings.cors_origins,
                    allow_methods=["GET", "POST", "PATCH", "PUT", "DELETE"],
                    allow_headers=["*"],
                    expose_headers=_EXPOSED,
                    max_age=600,
                )
            )
        calls = RestAliases(
            methods,
            connect,
            max_message_bytes=settings.max_message_bytes,
            pages=Dashboard(settings.web_folder),
        )
        described = document((method.rpc for method in methods.values()), tokens=settings.auth == "jwt")
        self._openapi = json.dumps(described, ensure_ascii=False).encode()
        routes = [
            Route("/healthz", self._health),
            Route("/openapi.json", self._document),
            Route("/.well-known/jwks.json", self._keys),
            Mount("/", calls),
        ]
        return Starlette(routes=routes, middleware=middleware)

    async def _health(self, _request: Request) -> Response:
        if self._stopping:
            return JSONResponse({"status": "NOT_SERVING"}, status_code=503)
        return JSONResponse({"status": "SERVING"})

    async def _document(self, _request: Request) -> Response:
        return Response(self._openapi, media_type="application/json")

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(self._jwks)

    async def start(self) -> int:
        """Listens; returns the port."""
        listener = _listener(self._settings.http)
        self._tasks.append(asyncio.create_task(self._server.serve(sockets=[listener])))
        while not self._server.started:
            if self._tasks[0].done():
                self._tasks[0].result()
                raise RuntimeError(f"http={self._settings.http} cannot be served")
            await asyncio.sleep(0.005)
        if self._settings.tls_cert is not None:
            self._tasks.append(asyncio.create_task(self._renew_certificates()))
        port: int = listener.getsockname()[1]
        return port

    async def stop(self) -> None:
        """No new calls, time for those under way."""
        self._stopping = True
        self._server.should_exit = True
        serving, *others = self._tasks
        for task in others:
            task.cancel()
        await serving

    async def _renew_certificates(self) -> None:
        """Takes a renewed certificate for handshakes from then on; files caught half-written leave the old one."""
        cert, key = self._settings.tls_cert, self._settings.tls_key
        assert cert is not None  # noqa: S101 - the task is only started then
        assert key is not None  # noqa: S101
        seen = cert.stat().st_mtime_ns
        while True:
            await asyncio.sleep(_CERTIFICATES_EVERY_S)
            try:
                now = cert.stat().st_mtime_ns
                if now != seen and self._config.ssl is not None:
                    self._config.ssl.load_cert_chain(cert, key)
                    seen = now
                    _log.info("certificate_renewed")
            except (OSError, ssl.SSLError):
                _log.warning("certificate_not_renewed", exc_info=True)


def _listener(address: str) -> socket.socket:
    """A listening socket that the other workers share."""
    host, port = split_address(address)
    family, _, _, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(target)
    return listener
