"""Channels to the services, on the gateway's event loop."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
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

# To each service, of all composed calls of a worker: fewer than may wait there (`max_queued_calls`), as it refuses
# the rest; it works on a few at a time whatever waits.
_PARTS_AT_ONCE = 48


class AioPeers:
    """A channel to each service, which passes calls on and makes the gateway's own.

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
        self._tracing = make_interceptors(tracer_provider=tracer_provider) if tracer_provider else []
        self._tokens = ServiceTokens(settings)
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_PARTS_AT_ONCE))

    def forwarding(self, name: str) -> grpc.aio.Channel:
        """The channel for others' calls, which come with their own deadlines and metadata."""
        if name not in self._channels:
            self._channels[name] = self._open(name)
        return self._channels[name]

    def channel(self, name: str) -> "SigningChannel":
        """The channel for a generated stub: calls go as the caller of the call under way, within its time.

        A call fails with `grpc.aio.AioRpcError`; `parts.py` and `convert_failures.py` know what to make of it.
        """
        return SigningChannel(self.forwarding(name), self._tokens)

    def channel_in_turn(self, name: str) -> "SigningChannel":
        """The same for parts of composed calls, which ask for much at once: here what is too much waits its turn."""
        channel = self.channel(name)
        channel.unary_unary = _in_turn(channel.unary_unary, self._turns[name])
        return channel

    def _open(self, name: str) -> grpc.aio.Channel:
        options = channel_options(name, self._settings.max_message_bytes)
        address = self.addresses[name]
        if self._credentials is None:
            return grpc.aio.insecure_channel(address, options, interceptors=self._tracing)
        return grpc.aio.secure_channel(address, self._credentials, options, interceptors=self._tracing)

    async def close(self) -> None:
        """Closes every channel; calls under way end as cancelled."""
        for channel in self._channels.values():
            await channel.close(None)


def _in_turn(make: Callable[..., Any], turns: asyncio.Semaphore) -> Callable[..., Any]:
    """See `grpc.aio.Channel.unary_unary`: the same, of a call that begins, with its time, once there is room."""

    def made(*args: Any, **options: Any) -> Callable[..., Any]:
        start = make(*args, **options)

        async def call(request: Any) -> Any:
            async with turns:
                return await start(request)

        return call

    return made


class SigningChannel:
    """What a generated stub needs of a channel; signs each call and bounds its time by that of the call it is for.

    In the place of interceptors, which grpc.aio runs in tasks of their own (docs/gateway.md, "How fast").

    Args:
        channel: Where calls go.
        tokens: For calls on nobody's behalf.
    """

    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._tokens = tokens
        self.unary_unary = self._signing(channel.unary_unary)
        self.unary_stream = self._signing(channel.unary_stream)
        self.stream_unary = self._signing(channel.stream_unary)
        self.stream_stream = self._signing(channel.stream_stream)

    def _signing(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """See `grpc.aio.Channel`: the same, of a call that is signed."""

        def made(*args: Any, **options: Any) -> Callable[..., Any]:
            start = make(*args, **options)

            def call(
                request: Any, *, timeout: float | None = None, metadata: Sequence[tuple[str, str]] = ()
            ) -> Any:
                under_way = current()
                signed = (*metadata, *identity(under_way, self._tokens))
                return start(request, timeout=time_for_peer_s(under_way, timeout), metadata=signed)

            return call

        return made
