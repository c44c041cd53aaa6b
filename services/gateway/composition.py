"""Puts the gateway together on a worker's event loop: the services' own calls, and the calls that compose them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadlight.gateway.v1 import (
    ingest_service_pb2_grpc,
    insight_service_pb2_grpc,
    privacy_service_pb2_grpc,
    worklist_service_pb2_grpc,
)

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.peers import Peers
from services.common.server.bundle import AddServicer
from services.gateway.convert_subjects import SubjectPeer
from services.gateway.erasing import Erasing, Service
from services.gateway.marks import WorklistMarks
from services.gateway.reports import ReportKey
from services.gateway.server_ingest import IngestServicer
from services.gateway.server_insights import InsightServicer
from services.gateway.server_peers import AioPeers
from services.gateway.server_privacy import PrivacyServicer
from services.gateway.server_worklist import WorklistServicer
from services.gateway.settings import GatewaySettings

Servicers = Sequence[tuple[AddServicer, Any]]


@dataclass(frozen=True)
class GatewayBundle:
    """One worker's gateway, beside what it forwards.

    Attributes:
        composed: Makes the servicers of the gateway's own calls, on the event loop: pairs of a generated
            `add_<Service>Servicer_to_server` and a servicer whose methods are coroutines or asynchronous generators.
        jwks: The public key that verifies its reports.
        closers: Called in this order once no call is under way.
    """

    composed: Callable[[AioPeers], Servicers]
    jwks: Mapping[str, Any]
    closers: Sequence[Callable[[], object]] = ()


def build(settings: GatewaySettings) -> GatewayBundle:
    """One worker's gateway."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)
    blocking = Peers(settings)
    erasing = make_erasing(settings, db, blocking)

    def composed(peers: AioPeers) -> Servicers:
        return [
            (insight_service_pb2_grpc.add_InsightServiceServicer_to_server, InsightServicer(peers)),
            (ingest_service_pb2_grpc.add_IngestServiceServicer_to_server, IngestServicer(peers)),
            (worklist_service_pb2_grpc.add_WorklistServiceServicer_to_server, WorklistServicer(peers, db)),
            (
                privacy_service_pb2_grpc.add_PrivacyServiceServicer_to_server,
                PrivacyServicer(peers, db, erasing, WorklistMarks(db)),
            ),
        ]

    return GatewayBundle(composed, jwks=report_key(settings).jwks(), closers=[blocking.close, db.close])


def make_erasing(settings: GatewaySettings, db: Database, peers: Peers) -> Erasing:
    """What takes a person out of the services: in a worker, and in the process that finishes it."""
    others = {
        name: SubjectPeer(name, peers.channel(name, address))
        for name, address in settings.peer_addresses.items()
    }
    services: dict[str, Service] = {**others, settings.service: WorklistMarks(db)}
    return Erasing(db, services, identities=others["dedupe"], key=report_key(settings))


def report_key(settings: GatewaySettings) -> ReportKey:
    """The key that signs reports."""
    return ReportKey(settings.data_dir / "gateway" / "report_key.pem")
