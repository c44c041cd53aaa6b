"""One suite for all tests of a session, tenants of their own."""

import sys
from collections.abc import Iterator
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest

from tests.integration.composed.suite import Suite, new_tenant, suite


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with suite(tmp_path_factory.mktemp("suite")) as running:
        yield running


@pytest.fixture
def tenant() -> str:
    return new_tenant()
