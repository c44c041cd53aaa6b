"""The dedupe service on both databases, once per session; each test has a tenant of its own."""

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
from tests.integration.dedupe.inside import Inside


@dataclass(frozen=True)
class Dedupe:
    """A served dedupe service, and what its tables say behind its back."""

    served: Served
    db: Database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def dedupe(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dedupe]:
    folder = tmp_path_factory.mktemp("dedupe")
    with (
        service_database("dedupe", request.param, folder, request) as url,
        served("dedupe", folder, database_url=url) as running,
    ):
        db = Database(url, service="dedupe")
        yield Dedupe(running, db)
        db.close()


@pytest.fixture
def client(dedupe: Dedupe) -> Client:
    """A tenant that has nothing."""
    return dedupe.served.client(f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def inside(database_url: str, tmp_path: Path) -> Iterator[Inside]:
    made = Inside(database_url, tmp_path)
    yield made
    made.db.close()
