"""The conversation service on both databases, once per session; each test has a tenant of its own."""

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


@dataclass(frozen=True)
class Conversation:
    """A served conversation service, and what its tables say behind its back."""

    served: Served
    db: Database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def conversation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Conversation]:
    folder = tmp_path_factory.mktemp("conversation")
    with (
        service_database("conversation", request.param, folder, request) as url,
        served("conversation", folder, database_url=url) as running,
    ):
        db = Database(url, service="conversation")
        yield Conversation(running, db)
        db.close()


@pytest.fixture
def client(conversation: Conversation) -> Client:
    """A tenant that has nothing."""
    return conversation.served.client(f"t{uuid.uuid4().hex[:12]}")
