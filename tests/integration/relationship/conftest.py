"""The relationship service on both databases, once per session; each test has a tenant of its own."""

import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest

from services.common.db import Database
from tests.contract.served import Client, Served, served
from tests.integration.databases import service_database
from tests.integration.relationship.inside import Inside
from tests.integration.relationship.world import OWN, settings


@dataclass(frozen=True)
class Relationship:
    """A served relationship service, and what its tables say behind its back."""

    served: Served
    db: Database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def relationship(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Relationship]:
    folder = tmp_path_factory.mktemp("relationship")
    with (
        service_database("relationship", request.param, folder, request) as url,
        served("relationship", folder, database_url=url) as running,
    ):
        db = Database(url, service="relationship")
        yield Relationship(running, db)
        db.close()


@pytest.fixture
def stranger(relationship: Relationship) -> Client:
    """A tenant that has set nothing."""
    return relationship.served.client(f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def client(stranger: Client) -> Client:
    """A tenant that has said who its own people are."""
    stranger.call("RelationshipService.UpdateRelationshipSettings", settings(own_domains=[OWN]))
    return stranger


@pytest.fixture
def inside(database_url: str) -> Iterator[Inside]:
    made = Inside(database_url)
    yield made
    made.db.close()
