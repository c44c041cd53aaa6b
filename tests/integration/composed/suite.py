"""The whole suite in this process: six services, and the gateway before them."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.gateway.v1 import ingest_pb2

from services.common.db import Database
from services.scoring.files import ServiceFiles
from tests.contract.served import Client, Served, served
from tests.integration.gateway.conftest import GENEROUS
from tests.integration.scoring.world import install

BACKENDS = ("scoring", "relationship", "dedupe", "conversation", "notes")
NOBODY = "127.0.0.1:1"
LEAD, OPPORTUNITY = common_pb2.RECORD_KIND_LEAD, common_pb2.RECORD_KIND_OPPORTUNITY
CONTACT, ACCOUNT = common_pb2.RECORD_KIND_CONTACT, common_pb2.RECORD_KIND_ACCOUNT


@dataclass(frozen=True)
class Suite:
    """What runs, each service with a data folder of its own below `folder`."""

    services: dict[str, Served]
    folder: Path

    @property
    def gateway(self) -> Served:
        return self.services["gateway"]

    def through(self, tenant: str, service: str = "gateway") -> Client:
        """A caller of the gateway's own calls, or of a service's through it."""
        return Client(self.gateway.channel, tenant, service=service)

    def publish_model(self, tenant: str) -> None:
        """Gives a tenant a model for leads."""
        settings = self.services["scoring"].settings
        db = Database(settings.database_url, service="scoring")
        install(db, ServiceFiles(settings.data_dir), tenant)
        db.close()


@contextmanager
def suite(folder: Path, **settings: Any) -> Iterator[Suite]:
    """Serves all of it; `settings` are the gateway's."""
    for name in (*BACKENDS, "qualification", "gateway"):
        (folder / name).mkdir()
    with ExitStack() as cleanup:
        found: dict[str, Served] = {}
        for name in BACKENDS:
            found[name] = cleanup.enter_context(served(name, folder / name))
        addresses = {f"{name}_address": each.address for name, each in found.items()}
        peers = {name: addresses[name] for name in addresses if not name.startswith("conversation")}
        found["qualification"] = cleanup.enter_context(
            served("qualification", folder / "qualification", **peers)
        )
        addresses["qualification_address"] = found["qualification"].address
        found["gateway"] = cleanup.enter_context(
            served("gateway", folder / "gateway", **addresses, **GENEROUS, **settings)
        )
        yield Suite(found, folder)


@contextmanager
def gateway_without(whole: Suite, folder: Path, *missing: str) -> Iterator[Served]:
    """A gateway before the same services, to which those that are named are down."""
    addresses = {
        f"{name}_address": NOBODY if name in missing else each.address
        for name, each in whole.services.items()
        if name != "gateway"
    }
    with served("gateway", folder, **addresses, **GENEROUS) as running:
        yield running


def ref(record_id: str, kind: common_pb2.RecordKind.ValueType = LEAD) -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=kind, id=record_id)


def item(cursor: str = "", **what: Any) -> ingest_pb2.IngestRequest:
    return ingest_pb2.IngestRequest(cursor=cursor, **what)


def ingest(client: Client, *items: ingest_pb2.IngestRequest) -> list[ingest_pb2.IngestResponse]:
    """Hands items in; each must be stored."""
    answers: list[ingest_pb2.IngestResponse] = client.call("IngestService.Ingest", *items)
    assert [each.status.message for each in answers] == [""] * len(items)
    return answers


def new_tenant() -> str:
    return f"t{uuid.uuid4().hex[:12]}"
