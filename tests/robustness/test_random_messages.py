"""Random messages for every RPC: no INTERNAL, no crash, and every service is as alive as before.

Ten thousand for each RPC are sent by `make fuzz`; here LEADLIGHT_FUZZ_MESSAGES for each, always the same ones.
"""

import os
from collections.abc import Iterator

import pytest

from tests.contract.cases import Contract, every_contract
from tests.contract.served import rpcs
from tests.robustness.fuzz import fuzz, good_requests, is_alive, key
from tests.robustness.random_messages import Messages
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(600)

COUNT = int(os.environ.get("LEADLIGHT_FUZZ_MESSAGES", "4"))
SERVICES = sorted({rpc.service for rpc in rpcs()})


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Contract]]:
    with every_contract(tmp_path_factory.mktemp("suite")) as found:
        yield found


@pytest.mark.fault("random messages")
@pytest.mark.parametrize("service", SERVICES)
def test_no_message_brings_a_service_to_an_internal_error(
    contracts: dict[str, Contract], service: str, tried: Tried
) -> None:
    chosen = [rpc for rpc in dict.fromkeys(rpcs()) if rpc.service == service]
    good = good_requests(contracts, chosen)
    messages = Messages(0, [request for requests in good.values() for request in requests])
    found = {key(rpc): fuzz(contracts[service], rpc, good[key(rpc)], messages, COUNT) for rpc in chosen}
    tried(
        sum(each.sent for each in found.values()),
        wrong=sum(len(each.faults) for each in found.values()),
    )
    assert [fault for each in found.values() for fault in each.faults] == []
    assert all(sum(each.codes.values()) > 0 for each in found.values())
    # Some got past the constraints: else nothing but the constraints was tried.
    assert sum(each.codes["OK"] for each in found.values()) > 0
    assert is_alive(contracts[service])


def test_random_messages_are_the_same_for_a_seed(contracts: dict[str, Contract]) -> None:
    some = [rpc for rpc in rpcs() if rpc.service == "notes"]
    good = good_requests(contracts, some)[key(some[0])]
    first, second, other = (Messages(seed, good) for seed in (1, 1, 2))
    payloads = [first.payload(good) for _ in range(20)]
    assert payloads == [second.payload(good) for _ in range(20)]
    assert payloads != [other.payload(good) for _ in range(20)]
