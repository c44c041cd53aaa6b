"""Channels to the services, on the gateway's event loop."""

from collections.abc import Mapping
from typing import Any

import grpc
from opentelemetry.instrumentation.grpc import aio_client_interceptors
from opentelemetry.sdk.trace import TracerProvider

from services.common.context import current
from services.common.peers import (
    ServiceTokens,
    channel_credentials,
    channel_options,
    identity,
    time_for_peer_s,
)
from services.gateway.settings import GatewaySettings


class AioPeers:
    """Two channels to each service, over the same connection: one passes calls on, one makes the gateway's own.

    Args:
        settings: Where the services are.
        tracer_provider: Where spans go; None for no tracing.

    Raises:
        SettingsError: If a certificate or key cannot be read.
    """

    def __init__(self, settings: GatewaySettings, tracer_provider: TracerProvider | None = None) -> None:
        self.addresses: Mapping[str, str] = settings.peer_addresses
        self.traced = tracer_provider is not None
        self._settings = settings
        self._credentials = channel_credentials(settings)
        make_interceptors: Any = aio_client_interceptors
        tracing = make_interceptors(tracer_provider=tracer_provider) if tracer_provider else []
        tokens = ServiceTokens(settings)
        signing = [kind(tokens) for kind in (_UnaryUnary, _UnaryStream, _StreamUnary, _StreamStream)]
        self._tracing, self._signing = tracing, [*signing, *tracing]
        self._forwarding: dict[str, grpc.aio.Channel] = {}
        self._calling: dict[str, grpc.aio.Channel] = {}

    def forwarding(self, name: str) -> grpc.aio.Channel:
        """The channel for others' calls, which come with their own deadlines and metadata."""
        if name not in self._forwarding:
            self._forwarding[name] = self._open(name, self._tracing, timeouts=False)
        return self._forwarding[name]

    def channel(self, name: str) -> grpc.aio.Channel:
        """The channel for a generated stub: calls go as the caller of the call under way, within its time.

        A call fails with `grpc.aio.AioRpcError`; `parts.py` and `convert_failures.py` know what to make of it.
        """
        if name not in self._calling:
            self._calling[name] = self._open(name, self._signing, timeouts=True)
        return self._calling[name]

    def _open(self, name: str, interceptors: list[Any], *, timeouts: bool) -> grpc.aio.Channel:
        options = channel_options(name, self._settings.max_message_bytes, timeouts=timeouts)
        address = self.addresses[name]
        if self._credentials is None:
            return grpc.aio.insecure_channel(address, options, interceptors=interceptors)
        return grpc.aio.secure_channel(address, self._credentials, options, interceptors=interceptors)

    async def close(self) -> None:
        """Closes every channel; calls under way end as cancelled."""
        for channel in (*self._forwarding.values(), *self._calling.values()):
            await channel.close(None)


class _Signing:
    """Signs each call and bounds its time by that of the call it is made for."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    def _signed(self, details: Any) -> Any:
        call = current()
        metadata = grpc.aio.Metadata(*(details.metadata or ()), *identity(call, self._tokens))
        return details._replace(metadata=metadata, timeout=time_for_peer_s(call, details.timeout))


class _UnaryUnary(_Signing, grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._signed(client_call_details), request)


class _UnaryStream(_Signing, grpc.aio.UnaryStreamClientInterceptor):  # type: ignore[type-arg]
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._signed(client_call_details), request)


class _StreamUnary(_Signing, grpc.aio.StreamUnaryClientInterceptor):  # type: ignore[type-arg]
    async def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return await continuation(self._signed(client_call_details), request_iterator)


class _StreamStream(_Signing, grpc.aio.StreamStreamClientInterceptor):  # type: ignore[type-arg]
    async def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        return await continuation(self._signed(client_call_details), request_iterator)
