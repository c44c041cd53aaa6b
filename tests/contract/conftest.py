"""Every service of the suite, served once for all contract tests, with what its good calls refer to."""

import sys
from collections.abc import Iterator
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest

from tests.contract.cases import Contract, every_contract


@pytest.fixture(scope="session")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Contract]]:
    """By service: its cases, bound to a running server with one thread for calls."""
    with every_contract(tmp_path_factory.mktemp("suite")) as found:
        yield found
