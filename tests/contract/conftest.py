"""Every service of the suite, served once for all contract tests, with what its good calls refer to."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest

from tests.contract.cases import Contract, cases_of, contract_of
from tests.contract.served import rpcs, served


@pytest.fixture(scope="session")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Contract]]:
    """By service: its cases, bound to a running server with one thread for calls."""
    with ExitStack() as cleanup:
        found: dict[str, Contract] = {}
        # The gateway last: it asks the others.
        for service in sorted({rpc.service for rpc in rpcs()}, key=lambda name: (name == "gateway", name)):
            with_own = dict(getattr(cases_of(service), "served_with", {}))
            if service == "gateway":
                with_own |= {f"{name}_address": other.served.address for name, other in found.items()}
            folder = tmp_path_factory.mktemp(service)
            running = cleanup.enter_context(served(service, folder, threads=1, **with_own))
            found[service] = contract_of(running)
            cleanup.callback(found[service].close)
        yield found
