"""The scoring service on both databases, once per session; each test has a tenant of its own."""

import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest

from services.common.db import Database
from services.scoring.files import ServiceFiles
from tests.contract.served import Client, Served, served
from tests.integration.databases import service_database
from tests.integration.scoring import world
from tests.integration.scoring.lines import Suite


@dataclass(frozen=True)
class Scoring:
    """A served scoring service, and what its files and tables say behind its back."""

    served: Served
    db: Database
    files: ServiceFiles
    folder: Path

    def client(self, tenant: str) -> Client:
        return self.served.client(tenant)

    def install(self, tenant: str, **how: Any) -> str:
        return world.install(self.db, self.files, tenant, **how)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def scoring(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scoring]:
    folder = tmp_path_factory.mktemp("scoring")
    with (
        service_database("scoring", request.param, folder, request) as url,
        served("scoring", folder, database_url=url) as running,
    ):
        db = Database(url, service="scoring")
        yield Scoring(running, db, ServiceFiles(folder), folder)
        db.close()


@pytest.fixture
def empty(scoring: Scoring) -> Client:
    """A tenant that has nothing."""
    return scoring.client(f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def acme(scoring: Scoring, empty: Client) -> Client:
    """A tenant with a published model for leads."""
    scoring.install(empty.tenant)
    return empty


@pytest.fixture
def suite(database_url: str, tmp_path: Path) -> Iterator[Suite]:
    """The service's inside on an empty database, on SQLite and on PostgreSQL."""
    made = Suite(database_url, tmp_path)
    yield made
    made.db.close()
