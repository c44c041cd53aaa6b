"""Puts the gateway together on a worker's event loop: the services' own calls, and the calls that compose them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leadlight.gateway.v1 import ingest_service_pb2_grpc, insight_service_pb2_grpc

from services.common.server.bundle import AddServicer
from services.gateway.server_ingest import IngestServicer
from services.gateway.server_insights import InsightServicer
from services.gateway.server_peers import AioPeers
from services.gateway.settings import GatewaySettings

Servicers = Sequence[tuple[AddServicer, Any]]


@dataclass(frozen=True)
class GatewayBundle:
    """One worker's gateway, beside what it forwards.

    Attributes:
        composed: Makes the servicers of the gateway's own calls, on the event loop: pairs of a generated
            `add_<Service>Servicer_to_server` and a servicer whose methods are coroutines or asynchronous generators.
        closers: Called in this order once no call is under way.
    """

    composed: Callable[[AioPeers], Servicers]
    closers: Sequence[Callable[[], object]] = ()


def build(settings: GatewaySettings) -> GatewayBundle:  # noqa: ARG001 - what every service's build is given
    """One worker's gateway."""
    return GatewayBundle(composed=_composed)


def _composed(peers: AioPeers) -> Servicers:
    return [
        (insight_service_pb2_grpc.add_InsightServiceServicer_to_server, InsightServicer(peers)),
        (ingest_service_pb2_grpc.add_IngestServiceServicer_to_server, IngestServicer(peers)),
    ]
