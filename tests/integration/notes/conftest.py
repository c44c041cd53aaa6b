"""The notes service on both databases, once per session; each test has a tenant of its own."""

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
from tests.integration.notes.inside import Inside


@dataclass(frozen=True)
class Notes:
    """A served notes service, and what its tables say behind its back."""

    served: Served
    db: Database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def notes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notes]:
    folder = tmp_path_factory.mktemp("notes")
    with (
        service_database("notes", request.param, folder, request) as url,
        served("notes", folder, database_url=url) as running,
    ):
        db = Database(url, service="notes")
        yield Notes(running, db)
        db.close()


@pytest.fixture
def client(notes: Notes) -> Client:
    """A tenant that has nothing."""
    return notes.served.client(f"t{uuid.uuid4().hex[:12]}")


@pytest.fixture
def inside(database_url: str) -> Iterator[Inside]:
    made = Inside(database_url)
    yield made
    made.db.close()
