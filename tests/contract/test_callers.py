"""Who may call each RPC, from its `access` option, and whose data they see."""

import uuid
from collections.abc import Sequence

import grpc
import pytest
from google.protobuf.message import Message

from services.common.caller import Role
from tests.contract.cases import Contract
from tests.contract.served import EVERY_ROLE, Rpc, rpcs
from tests.integration.server.clients import failure

FORBIDDEN = [(rpc, role) for rpc in rpcs() for role in sorted(EVERY_ROLE - rpc.roles)]
ALLOWED = [(rpc, role) for rpc in rpcs() for role in sorted(rpc.roles)]


@pytest.mark.parametrize(("rpc", "role"), FORBIDDEN, ids=str)
def test_a_role_that_is_not_listed_is_refused(contracts: dict[str, Contract], rpc: Rpc, role: Role) -> None:
    contract = contracts[rpc.service]
    seen = contract.served.client(roles=[role]).refused(rpc, *contract.good[rpc.name]())
    assert (seen.code, seen.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    assert seen.metadata == {"roles": ", ".join(sorted(rpc.roles))}


@pytest.mark.parametrize(("rpc", "role"), ALLOWED, ids=str)
def test_a_role_that_is_listed_is_let_in(contracts: dict[str, Contract], rpc: Rpc, role: Role) -> None:
    contract = contracts[rpc.service]
    assert contract.served.client(roles=[role]).answers(rpc, contract.good[rpc.name]())


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_a_caller_without_roles_or_token_is_refused(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    requests = contract.good[rpc.name]()
    before = contract.snapshot()
    without_roles = contract.served.client(roles=[]).refused(rpc, *requests)
    assert (without_roles.code, without_roles.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    without_token = contract.served.client(roles=None).refused(rpc, *requests)
    assert (without_token.code, without_token.reason) == ("UNAUTHENTICATED", "MISSING_TOKEN")
    assert contract.snapshot() == before


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_another_tenants_data_is_neither_read_nor_changed(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    requests = contract.good[rpc.name]()
    before = contract.snapshot()
    intruder = contract.served.client(f"intruder-{uuid.uuid4().hex[:8]}")
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


def test_the_snapshot_sees_what_a_call_changes(contracts: dict[str, Contract]) -> None:
    """The tests above compare it: it must not be blind."""
    changing = {
        "dedupe": (
            "UpsertRecord",
            "DeleteRecord",
            "DeletePairDecision",
            "DeleteRule",
            "MergeRecords",
            "CancelOperation",
        ),
        "conversation": ("CreateCall", "DeleteCall", "DeleteTracker"),
        "scoring": ("UpsertRecord", "RetireModel", "DeleteDataset", "CancelOperation"),
        "relationship": (
            "BatchUpsertActivities",
            "DeleteActivity",
            "BatchUpsertRecords",
            "SetOptOut",
            "CancelOperation",
        ),
        "qualification": (
            "UpsertLead",
            "DeleteLead",
            "Qualify",
            "Unqualify",
            "Disqualify",
            "DeleteFieldMapping",
        ),
        "gateway": ("ErasePerson",),
        "notes": ("CreateNote", "DeleteNote", "DismissSuggestion", "RecordCommitments", "CancelOperation"),
    }
    assert changing.keys() == contracts.keys()
    for service, contract in contracts.items():
        client = contract.served.client()
        for rpc in (rpc for rpc in rpcs() if rpc.service == service and rpc.method.name in changing[service]):
            requests = contract.good[rpc.name]()
            before = contract.snapshot()
            client.answers(rpc, requests)
            assert contract.snapshot() != before, str(rpc)
