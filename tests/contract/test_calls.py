"""What holds for each call of any RPC: deadlines, cancellation, what is missing, repeats."""

import threading
import uuid
from collections.abc import Iterator

import grpc
import pytest
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

from tests.contract.cases import Contract
from tests.contract.served import Rpc, rpcs

STREAMING = [rpc for rpc in rpcs() if rpc.method.client_streaming]
WITH_REQUEST_ID = [rpc for rpc in rpcs() if "request_id" in rpc.method.input_type.fields_by_name]
REPEATABLE = [
    rpc for rpc in rpcs() if rpc.method.GetOptions().idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN
]
READING = [
    rpc for rpc in rpcs() if rpc.method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
]
# The gateway's calls wait for no thread; its deadlines are in tests/integration/gateway.
WAITING = [rpc for rpc in rpcs() if rpc.service != "gateway"]
FREE_AGAIN_S = 5.0


def assert_free(contract: Contract) -> None:
    """The one thread for calls takes the next one."""
    name = next(rpc for rpc in READING if rpc.service == contract.served.name)
    call = contract.served.client().begin(name, contract.good[name.name](), timeout_s=FREE_AGAIN_S)
    assert call.result()


def endless(requests: list[Message], end: threading.Event) -> Iterator[Message]:
    """A stream whose caller says no more and does not hang up."""
    yield from requests
    end.wait(30)


@pytest.mark.parametrize("rpc", WAITING, ids=str)
def test_a_call_whose_deadline_passes_while_it_waits_does_nothing(
    contracts: dict[str, Contract], rpc: Rpc
) -> None:
    contract = contracts[rpc.service]
    client = contract.served.client()
    requests = contract.good[rpc.name]()
    before = contract.snapshot()
    end = threading.Event()
    holding = next(each for each in STREAMING if each.service == rpc.service)
    held = client.begin(holding, endless([], end))
    # Until the stream has the one thread: calls that are begun together may be taken in any order.
    unary = [each for each in READING if not each.method.server_streaming]
    probe = next(each for each in unary if each.service == rpc.service)
    asked = contract.good[probe.name]()
    codes = (client.begin(probe, asked, timeout_s=0.1).code() for _ in range(100))
    assert grpc.StatusCode.DEADLINE_EXCEEDED in codes
    late = client.begin(rpc, requests, timeout_s=0.1)
    assert late.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    held.cancel()
    end.set()
    assert contract.snapshot() == before


@pytest.mark.parametrize("rpc", STREAMING, ids=str)
def test_a_stream_ends_at_its_deadline_and_frees_its_thread(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    end = threading.Event()
    requests = endless(list(contract.good[rpc.name]()), end)
    call = contract.served.client().begin(rpc, requests, timeout_s=0.3)
    assert call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert_free(contract)
    end.set()


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_a_cancelled_call_frees_its_thread(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    end = threading.Event()
    requests = list(contract.good[rpc.name]())
    sent = endless(requests, end) if rpc.method.client_streaming else iter(requests)
    call = contract.served.client().begin(rpc, sent)
    call.cancel()
    assert call.code() in {grpc.StatusCode.CANCELLED, grpc.StatusCode.OK}
    assert_free(contract)
    end.set()


@pytest.mark.parametrize("rpc", STREAMING, ids=str)
def test_a_stream_that_is_cancelled_under_way_frees_its_thread(
    contracts: dict[str, Contract], rpc: Rpc
) -> None:
    contract = contracts[rpc.service]
    end = threading.Event()
    call = contract.served.client().begin(rpc, endless(list(contract.good[rpc.name]()), end))
    if rpc.method.server_streaming:
        assert next(call)
    call.cancel()
    assert call.code() is grpc.StatusCode.CANCELLED
    assert_free(contract)
    end.set()


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_what_does_not_exist_is_not_found(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    if rpc.name not in contract.missing:
        assert contract.nothing_missing[rpc.name]
        return
    seen = contract.served.client().refused(rpc, *contract.missing[rpc.name]())
    assert (seen.code, seen.reason) == ("NOT_FOUND", "RESOURCE_NOT_FOUND")
    assert "none" in seen.metadata["name"]


@pytest.mark.parametrize("rpc", WITH_REQUEST_ID, ids=str)
def test_a_repeated_request_has_one_effect_and_the_first_answer(
    contracts: dict[str, Contract], rpc: Rpc
) -> None:
    contract = contracts[rpc.service]
    client = contract.served.client()
    request = contract.good[rpc.name]()[0]
    request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]
    first = client.answers(rpc, [request])
    after = contract.snapshot()
    assert client.answers(rpc, [request]) == first
    assert contract.snapshot() == after
    # Another tenant's id is another id.
    assert contract.served.client(f"other-{uuid.uuid4().hex[:8]}").begin(rpc, [request]).code() is not None
    assert contract.snapshot() == after
    seen = client.refused(rpc, _another(request))
    assert (seen.code, seen.reason, seen.fields) == ("INVALID_ARGUMENT", "REQUEST_ID_REUSED", ["request_id"])


def _another(request: Message) -> Message:
    """A request that differs from the given one in one field, with the same id."""
    names = request.DESCRIPTOR.fields_by_name
    if "validate_only" in names:
        request.validate_only = not request.validate_only  # type: ignore[attr-defined]
    else:
        request.kind = 3 - request.kind  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("rpc", REPEATABLE, ids=str)
def test_what_calls_itself_idempotent_is(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    client = contract.served.client()
    requests = contract.good[rpc.name]()
    before = contract.snapshot()
    first = client.answers(rpc, requests)
    after = contract.snapshot()
    if rpc in READING:
        assert after == before
    if rpc.method.name.startswith("Delete"):
        # What was deleted cannot be deleted again.
        assert client.refused(rpc, *requests).code == "NOT_FOUND"
    else:
        again = client.answers(rpc, requests)
        for answer in (*first, *again):
            _forget_what_passes(answer)
        assert again == first
    assert contract.snapshot() == after


def _forget_what_passes(answer: Message) -> None:
    """A score that is computed twice has two times, and work that an earlier call began ends when it will."""
    inside = [
        getattr(answer, name) for name in ("before", "after") if name in answer.DESCRIPTOR.fields_by_name
    ]
    for each in (answer, *getattr(answer, "scores", ()), *inside):
        if "score_time" in each.DESCRIPTOR.fields_by_name:
            each.ClearField("score_time")
    if "reindexing" in answer.DESCRIPTOR.fields_by_name:
        answer.ClearField("reindexing")


@pytest.mark.parametrize("rpc", rpcs(), ids=str)
def test_each_answer_carries_the_callers_request_id(contracts: dict[str, Contract], rpc: Rpc) -> None:
    contract = contracts[rpc.service]
    client = contract.served.client()
    call = client.begin(rpc, contract.good[rpc.name]())
    list(call) if rpc.method.server_streaming else call.result()
    assert dict(call.trailing_metadata())["x-request-id"]
