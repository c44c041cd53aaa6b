"""A gateway before two services of the suite and a double of a third, once per session."""

import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import httpx
import pytest

from tests.contract.served import EVERY_ROLE, Client, Rpc, Served, rpcs, served, token
from tests.integration.gateway.double import Double, doubled

NOBODY = "127.0.0.1:1"
GENEROUS = {"tenant_calls_per_s": 1e6, "tenant_burst_calls": 10**6}


def forwarded() -> list[Rpc]:
    """What passes through to the services of the suite: all but what the gateway composes of them."""
    return [
        rpc
        for rpc in rpcs()
        if rpc.service != "gateway" and rpc.method.containing_service.file.package != "leadlight.common.v1"
    ]


@dataclass(frozen=True)
class World:
    """The gateway and what is behind it; dedupe and conversation are down."""

    gateway: Served
    notes: Served
    relationship: Served
    scoring: Double
    folder: Path

    def caller(self, service: str, tenant: str) -> Client:
        return Client(self.gateway.channel, tenant, service=service)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as cleanup:
        notes, relationship = (
            cleanup.enter_context(served(name, tmp_path_factory.mktemp(name), **more))
            for name, more in (
                ("notes", {"jobs_folder": tmp_path_factory.mktemp("jobs")}),
                ("relationship", {}),
            )
        )
        scoring = cleanup.enter_context(doubled())
        folder = tmp_path_factory.mktemp("gateway")
        gateway = cleanup.enter_context(
            served(
                "gateway",
                folder,
                notes_address=notes.address,
                relationship_address=relationship.address,
                scoring_address=scoring.address,
                dedupe_address=NOBODY,
                conversation_address=NOBODY,
                qualification_address=NOBODY,
                max_deadline_s=60,
                **GENEROUS,
            )
        )
        yield World(gateway, notes, relationship, scoring, folder)


@pytest.fixture
def tenant() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def scoring(world: World) -> Double:
    world.scoring.reset()
    return world.scoring


@pytest.fixture
def http(world: World, tenant: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {token(tenant, EVERY_ROLE)}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{world.gateway.http_port}", headers=headers) as client:
        yield client
