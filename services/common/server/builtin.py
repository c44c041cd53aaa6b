"""Health and reflection: gRPC's packaged servicers, each on a thread of its own."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from services.common.server.dispatch import Handler, on_pool


def health_handlers(servicer: health.HealthServicer, pool: ThreadPoolExecutor) -> dict[str, Handler]:
    """Check and Watch on `pool`; a Watch holds no thread while nothing changes."""
    watch = partial(servicer.Watch)
    watch.experimental_non_blocking = True  # type: ignore[attr-defined]
    codec: dict[str, Any] = {
        "request_deserializer": health_pb2.HealthCheckRequest.FromString,
        "response_serializer": health_pb2.HealthCheckResponse.SerializeToString,
    }
    prefix = f"/{health.SERVICE_NAME}"
    return {
        f"{prefix}/Check": grpc.unary_unary_rpc_method_handler(
            on_pool(partial(servicer.Check), pool), **codec
        ),
        f"{prefix}/Watch": grpc.unary_stream_rpc_method_handler(on_pool(watch, pool), **codec),
    }


def reflection_handlers(services: Sequence[str], pool: ThreadPoolExecutor) -> dict[str, Handler]:
    """What grpcurl asks for methods and messages."""
    servicer = reflection.ReflectionServicer([*services, health.SERVICE_NAME, reflection.SERVICE_NAME])
    return {
        f"/{reflection.SERVICE_NAME}/ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(
            on_pool(partial(servicer.ServerReflectionInfo), pool),
            request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
            response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
    }
