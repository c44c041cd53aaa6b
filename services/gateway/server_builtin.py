"""Health and reflection, gRPC's packaged servicers, open to all as at every service.

Health of the empty name is the gateway's own; that of a service's name is asked of that service.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from services.gateway.server_peers import AioPeers

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
_CHECK = f"/{health.SERVICE_NAME}/Check"
_WATCH = f"/{health.SERVICE_NAME}/Watch"
_CHECK_S = 3.0
_NOT_SERVING = health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.NOT_SERVING)


class Health:
    """grpc.health.v1.

    Args:
        owners: Which service answers for which name.
        peers: Where the services are.
    """

    def __init__(self, owners: Mapping[str, str], peers: AioPeers) -> None:
        packaged: Any = health
        self._own = packaged.aio.HealthServicer()
        self._owners = owners
        self._peers = peers

    def handlers(self) -> dict[str, Handler]:
        """Check and Watch."""
        codec: dict[str, Any] = {
            "request_deserializer": health_pb2.HealthCheckRequest.FromString,
            "response_serializer": health_pb2.HealthCheckResponse.SerializeToString,
        }
        return {
            _CHECK: grpc.unary_unary_rpc_method_handler(self._check, **codec),
            _WATCH: grpc.unary_stream_rpc_method_handler(self._watch, **codec),
        }

    async def _check(
        self, request: health_pb2.HealthCheckRequest, context: Any
    ) -> health_pb2.HealthCheckResponse:
        owner = self._owners.get(request.service)
        if owner is None:
            own: health_pb2.HealthCheckResponse = await self._own.Check(request, context)
            return own
        remaining_s = context.time_remaining()
        try:
            call: Any = self._peers.forwarding(owner).unary_unary(
                _CHECK,
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            answer: health_pb2.HealthCheckResponse = await call(
                request, timeout=_CHECK_S if remaining_s is None else min(_CHECK_S, remaining_s * 0.9)
            )
        except grpc.RpcError:
            return _NOT_SERVING
        return answer

    async def _watch(self, request: health_pb2.HealthCheckRequest, context: Any) -> None:
        owner = self._owners.get(request.service)
        if owner is None:
            await self._own.Watch(request, context)
            return
        watch: Any = self._peers.forwarding(owner).unary_stream(
            _WATCH,
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            async for answer in watch(request):
                await context.write(answer)
        except grpc.RpcError:
            await context.write(_NOT_SERVING)

    async def end(self) -> None:
        """NOT_SERVING for good."""
        await self._own.enter_graceful_shutdown()


def reflection_handlers(services: Sequence[str]) -> dict[str, Handler]:
    """What grpcurl asks for methods and messages: of every service that is reached here."""
    packaged: Any = reflection
    servicer = packaged.aio.ReflectionServicer([*services, health.SERVICE_NAME, reflection.SERVICE_NAME])
    return {
        f"/{reflection.SERVICE_NAME}/ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(
            servicer.ServerReflectionInfo,
            request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
            response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
    }
