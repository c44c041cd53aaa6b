"""Qualification with the services that it asks and tells, all served here; each test has a tenant of its own."""

import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest

from services.common.caller import Role
from services.common.db import Database
from tests.contract.served import EVERY_ROLE, Client, Served, served
from tests.integration.databases import service_database

PEERS = ("dedupe", "relationship", "scoring", "notes")


@dataclass(frozen=True)
class Suite:
    """Services by name, and what qualification's tables say behind its back."""

    services: dict[str, Served]
    db: Database

    def client(self, service: str, tenant: str, roles: frozenset[Role] = EVERY_ROLE) -> Client:
        return self.services[service].client(tenant, roles)


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Served]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(served(name, tmp_path_factory.mktemp(name), run_operations=False))
            for name in PEERS
        }


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def suite(
    request: pytest.FixtureRequest, peers: dict[str, Served], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Suite]:
    folder = tmp_path_factory.mktemp("qualification")
    addresses = {f"{name}_address": peer.address for name, peer in peers.items()}
    with (
        service_database("qualification", request.param, folder, request) as url,
        served("qualification", folder, database_url=url, delivery_retry_s=0.05, **addresses) as running,
    ):
        db = Database(url, service="qualification")
        yield Suite({**peers, "qualification": running}, db)
        db.close()


@pytest.fixture
def tenant() -> str:
    """One that has nothing."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def client(suite: Suite, tenant: str) -> Client:
    return suite.client("qualification", tenant)
