"""Every RPC of every service again, through the gateway: roles are held, and no tenant reaches another's data."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace

import grpc
import pytest
from google.protobuf.message import Message

from services.common.caller import Role
from tests.contract.cases import Contract
from tests.contract.served import EVERY_ROLE, Client, Rpc, Served, served
from tests.integration.gateway.conftest import GENEROUS, forwarded
from tests.integration.server.clients import failure

FORWARDED = forwarded()
SHARED = "google.longrunning.Operations"
NO_MESSAGE = b"\xff\xff\xff no message"


@pytest.fixture(scope="module")
def gateway(contracts: dict[str, Contract], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    addresses = {f"{name}_address": contract.served.address for name, contract in contracts.items()}
    with served("gateway", tmp_path_factory.mktemp("door"), **addresses, **GENEROUS) as running:
        yield running


def caller(gateway: Served, rpc: Rpc, tenant: str, roles: frozenset[Role] | None = EVERY_ROLE) -> Client:
    return replace(gateway.client(tenant), roles=roles, service=rpc.service)


@pytest.mark.parametrize("rpc", FORWARDED, ids=str)
def test_each_role_is_held(gateway: Served, rpc: Rpc) -> None:
    """What is no message gets to the service for roles that may, and no further than the gateway for others."""
    streams, answers = rpc.method.client_streaming, rpc.method.server_streaming
    shape = f"{'stream' if streams else 'unary'}_{'stream' if answers else 'unary'}"
    call = getattr(gateway.channel, shape)(rpc.path)
    for roles in (*({role} for role in sorted(EVERY_ROLE)), set(), None):
        client = caller(gateway, rpc, "acme", None if roles is None else frozenset(roles))
        with pytest.raises(grpc.RpcError) as info:
            list(call(iter([NO_MESSAGE]) if streams else NO_MESSAGE, timeout=20, metadata=client.metadata))
        seen = failure(info.value)
        if roles is None:
            expected = ("leadlight.gateway", "MISSING_TOKEN")
        elif rpc.roles.isdisjoint(roles):
            expected = ("leadlight.gateway", "ROLE_REQUIRED")
        else:
            owner = "gateway" if rpc.method.containing_service.full_name == SHARED else rpc.service
            expected = (f"leadlight.{owner}", "MALFORMED_REQUEST")
        assert (seen.domain, seen.reason) == expected


@pytest.mark.parametrize("rpc", FORWARDED, ids=str)
def test_another_tenants_data_is_neither_read_nor_changed(
    contracts: dict[str, Contract], gateway: Served, rpc: Rpc
) -> None:
    contract = contracts[rpc.service]
    requests = contract.good[rpc.name]()
    before = contract.snapshot()
    intruder = caller(gateway, rpc, f"intruder-{uuid.uuid4().hex[:8]}")
    answers: Sequence[Message] = []
    code = "OK"
    try:
        answers = intruder.answers(rpc, requests)
    except grpc.RpcError as error:
        code = failure(error).code
    assert code == "NOT_FOUND" if rpc.name in contract.missing else code == "OK"
    # What the intruder sent comes back, of course.
    assert contract.secret not in str(answers) or contract.secret in str(requests)
    assert contract.snapshot() == before
