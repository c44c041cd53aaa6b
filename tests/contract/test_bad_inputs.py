"""Bad inputs of every RPC of every service: INVALID_ARGUMENT with the path of the field at fault, and nothing done.

Services and RPCs are found in the stubs, faults in the protos' constraints: what is new joins by itself. What no
constraint can say stands in tests/contract/<service>_cases.py.
"""

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from tests.contract.bad_requests import BadRequest, bad_requests
from tests.contract.cases import BadInput, Contract, cases_of
from tests.contract.served import Client, Rpc, rpcs
from tests.integration.server.clients import Failure, failure

BY_CONSTRAINT = [(rpc, bad) for rpc in rpcs() for bad in bad_requests(rpc.method.input_type)]
BY_MEANING = [(rpc, bad) for rpc in rpcs() for bad in cases_of(rpc.service).bad.get(rpc.name, ())]


def _name(value: object) -> str:
    if isinstance(value, BadRequest):
        return f"{value.rule} {value.field}"
    return value.fault if isinstance(value, BadInput) else str(value)


def answer_to(client: Client, rpc: Rpc, requests: object) -> Failure:
    """The error of a call, or the one that a stream with a result for each request carries in its last answer."""
    try:
        answers = client.answers(rpc, requests)  # type: ignore[arg-type]
    except grpc.RpcError as error:
        return failure(error)
    assert answers, "no answer at all"
    assert hasattr(answers[-1], "status"), f"answered {answers[-1]}"
    last = answers[-1]
    # An answer to many at once has a status for itself and one for each.
    return _in_answer(
        last.status if last.status.code or not hasattr(last, "results") else last.results[-1].status
    )


def _in_answer(status: status_pb2.Status) -> Failure:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(bad)
    return Failure(
        code=grpc.StatusCode(_code(status.code)).name,
        reason=info.reason,
        domain=info.domain,
        message=status.message,
        metadata=dict(info.metadata),
        fields=[violation.field for violation in bad.field_violations],
        retry_after_s=None,
        request_id="",
        trailer_request_id="",
    )


def _code(number: int) -> object:
    return next(code.value for code in grpc.StatusCode if code.value[0] == number)


@pytest.mark.parametrize(("rpc", "bad"), BY_CONSTRAINT, ids=_name)
def test_a_broken_constraint_is_named(contracts: dict[str, Contract], rpc: Rpc, bad: BadRequest) -> None:
    seen = answer_to(contracts[rpc.service].served.client(), rpc, [bad.request])
    assert (seen.code, seen.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert seen.domain == f"leadlight.{rpc.service}"
    assert bad.field in seen.fields


@pytest.mark.parametrize(("rpc", "bad"), BY_MEANING, ids=_name)
def test_a_fault_in_meaning_is_named_and_nothing_is_done(
    contracts: dict[str, Contract], rpc: Rpc, bad: BadInput
) -> None:
    contract = contracts[rpc.service]
    requests = bad.requests(contract)
    before = contract.snapshot()
    seen = answer_to(contract.served.client(), rpc, requests)
    assert (seen.code, seen.reason) == (bad.code, bad.reason)
    assert seen.domain == f"leadlight.{rpc.service}"
    assert bad.field in seen.fields if bad.field else not seen.fields
    assert contract.snapshot() == before


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_every_rpc_says_what_is_bad_missing_and_good(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    assert (rpc.name in contract.bad) != (rpc.name in contract.nothing_bad)
    assert (rpc.name in contract.missing) != (rpc.name in contract.nothing_missing)
    assert rpc.name in contract.good


def test_cases_are_of_rpcs_that_exist(contracts: dict[str, Contract]) -> None:
    for service, contract in contracts.items():
        names = {rpc.name for rpc in rpcs() if rpc.service == service}
        for table in (
            contract.good,
            contract.bad,
            contract.missing,
            contract.nothing_bad,
            contract.nothing_missing,
        ):
            assert set(table) <= names


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_what_is_no_message_is_malformed(contracts: dict[str, Contract], rpc: Rpc) -> None:
    client = contracts[rpc.service].served.client()
    streams, answers = rpc.method.client_streaming, rpc.method.server_streaming
    shape = f"{'stream' if streams else 'unary'}_{'stream' if answers else 'unary'}"
    call = getattr(client.channel, shape)(rpc.path)
    bytes_ = b"\xff\xff\xff no message"
    with pytest.raises(grpc.RpcError) as info:
        list(call(iter([bytes_]) if streams else bytes_, timeout=10, metadata=client.metadata))
    assert failure(info.value).reason == "MALFORMED_REQUEST"
