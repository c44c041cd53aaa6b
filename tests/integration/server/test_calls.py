"""What every call gets from the kit, over a real connection."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from prometheus_client import CollectorRegistry

from services.common.server.bundle import ServiceBundle
from services.common.server.grpc_server import GrpcServer
from tests.integration.server.clients import Client, failure, serving
from tests.integration.server.probe import ActRequest, Probe, ProbeSettings, add_open


@pytest.fixture
def servicer() -> Probe:
    return Probe()


@pytest.fixture
def client(servicer: Probe) -> Iterator[Client]:
    with serving(servicer, max_deadline_s=60) as (address, _):
        yield Client(address)


def caught(call: Callable[[], object]) -> Any:
    with pytest.raises(grpc.RpcError) as info:
        call()
    return info.value


def test_a_use_case_sees_the_caller_the_request_id_and_the_deadline(client: Client) -> None:
    assert client.act(metadata=[("x-request-id", "crm-42")], timeout=20) == "local local crm-42 20"


def test_a_call_without_deadline_gets_the_longest_allowed_and_a_longer_one_is_cut(client: Client) -> None:
    assert client.act(timeout=None).endswith(" 60")
    assert client.act(timeout=3600).endswith(" 60")


@pytest.mark.parametrize("sent", ["a b", "x" * 129, "", "-dash-first", "semi;colon"])
def test_a_request_id_that_is_not_sane_is_replaced(client: Client, sent: str) -> None:
    used = client.act(metadata=[("x-request-id", sent)]).split()[2]
    assert used != sent
    assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", used)


def test_the_request_id_comes_back_in_the_trailers(client: Client) -> None:
    call = client.begin("")
    assert call.result().text.split()[2] == dict(call.trailing_metadata())["x-request-id"]


def test_each_call_without_an_id_gets_its_own(client: Client) -> None:
    assert len({client.act() for _ in range(20)}) == 20


def test_an_error_of_a_use_case_arrives_with_all_it_says(client: Client) -> None:
    seen = failure(caught(lambda: client.act("precondition", metadata=[("x-request-id", "r1")])))
    assert (seen.code, seen.reason, seen.domain) == (
        "FAILED_PRECONDITION",
        "DATASET_EMPTY",
        "leadlight.probe",
    )
    assert seen.message == "the data set has no rows"
    assert seen.metadata == {"dataset": "d1"}
    assert seen.request_id == seen.trailer_request_id == "r1"


def test_not_found_names_the_resource(client: Client) -> None:
    seen = failure(caught(lambda: client.act("missing:operations/7")))
    assert (seen.code, seen.reason) == ("NOT_FOUND", "RESOURCE_NOT_FOUND")
    assert seen.metadata == {"resource": "operation", "name": "operations/7"}


@pytest.mark.parametrize("action", ["crash:Ida Holm", "wrong-reply"])
def test_an_unexpected_error_leaks_nothing_to_the_caller(client: Client, action: str) -> None:
    error = caught(lambda: client.act(action))
    seen = failure(error)
    assert (seen.code, seen.reason) == ("INTERNAL", "INTERNAL_ERROR")
    assert seen.request_id in seen.message
    assert not re.search("Ida|message|customer", repr(error))


def test_every_bad_field_is_named_by_its_path(client: Client, servicer: Probe) -> None:
    request = ActRequest(action="x" * 65)
    request.record.attributes.add(value=1)
    request.record.attributes.add(value=2)
    request.record.attributes.add(value=-1)
    request.record.extra["budget"].value = -5
    seen = failure(caught(lambda: client.act(request=request)))
    assert (seen.code, seen.reason) == ("INVALID_ARGUMENT", "INVALID_FIELD")
    assert sorted(seen.fields) == ["action", "record.attributes[2].value", 'record.extra["budget"].value']
    assert servicer.reached == []


def test_a_thousand_bad_fields_still_make_a_readable_answer(client: Client) -> None:
    request = ActRequest()
    for _ in range(1000):
        request.record.attributes.add(value=-1)
    seen = failure(caught(lambda: client.act(request=request)))
    assert seen.code == "INVALID_ARGUMENT"
    assert seen.fields[0] == "record.attributes[0].value"
    assert len(seen.fields) + int(seen.metadata["violations_left_out"]) == 1000


def test_bytes_that_are_no_request_are_an_invalid_argument(client: Client) -> None:
    call = client.channel.unary_unary("/leadlight.probe.v1.ProbeService/Act")
    seen = failure(caught(lambda: call(b"\xff\xff\xff", timeout=5)))
    assert (seen.code, seen.reason) == ("INVALID_ARGUMENT", "MALFORMED_REQUEST")


def test_a_deadline_that_passed_in_the_queue_does_no_work(servicer: Probe) -> None:
    with serving(servicer, threads=1) as (address, _):
        client = Client(address)
        busy = client.begin("sleep:0.6")
        while not servicer.reached:
            time.sleep(0.01)
        error = caught(lambda: client.act("late", timeout=0.2))
        busy.result()
        client.act("next")
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert servicer.reached == ["sleep", "next"]


def test_a_use_case_notices_that_its_caller_left(client: Client, servicer: Probe) -> None:
    call = client.begin("until-left")
    while not servicer.reached:
        time.sleep(0.01)
    call.cancel()
    assert servicer.left.wait(5)


def test_work_ends_at_the_servers_own_longest_time(servicer: Probe) -> None:
    with serving(servicer, max_deadline_s=0.3) as (address, _):
        seen = failure(caught(lambda: Client(address).act("until-left", timeout=None)))
    assert (seen.code, seen.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_PASSED")


def test_a_stream_whose_caller_falls_silent_ends_at_the_longest_time(servicer: Probe) -> None:
    silence = threading.Event()

    def requests() -> Iterator[object]:
        yield ActRequest(action="one")
        silence.wait(10)

    with serving(servicer, max_deadline_s=0.5) as (address, _):
        answers = Client(address).stream("Chat", requests(), timeout=None)
        assert next(answers).text == "one"
        begun = time.monotonic()
        error = caught(lambda: next(answers))
        silence.set()
    assert time.monotonic() - begun < 5
    assert error.code() is grpc.StatusCode.CANCELLED


def test_all_four_shapes_carry_calls(client: Client) -> None:
    words = [ActRequest(action=word) for word in ("a", "b", "c")]
    assert client.collect(words) == "a b c"
    assert [reply.text for reply in client.stream("Chat", words)] == ["a", "b", "c"]
    assert len(list(client.count(3))) == 3


def test_an_error_amid_a_stream_comes_after_the_answers_before_it(client: Client) -> None:
    stream = client.count(3, "crash:Ida")
    assert [next(stream).text.split()[0] for _ in range(3)] == ["0", "1", "2"]
    seen = failure(caught(lambda: next(stream)))
    assert (seen.code, seen.reason) == ("INTERNAL", "INTERNAL_ERROR")


@pytest.mark.parametrize("method", ["Chat", "Collect"])
def test_a_bad_request_in_a_stream_ends_it_and_names_its_place(client: Client, method: str) -> None:
    words = [ActRequest(action="a"), ActRequest(action="b"), ActRequest(action="x" * 65)]
    send = (
        (lambda: client.collect(words)) if method == "Collect" else lambda: list(client.stream("Chat", words))
    )
    seen = failure(caught(send))
    assert (seen.code, seen.fields, seen.metadata) == ("INVALID_ARGUMENT", ["action"], {"message_index": "2"})


def test_a_method_that_checks_each_request_goes_on_after_a_bad_one(client: Client) -> None:
    words = [ActRequest(action="a"), ActRequest(action="x" * 65), ActRequest(action="b")]
    answers = [reply.text for reply in client.stream("Import", words)]
    assert answers == ["taken", "INVALID_FIELD", "taken"]


def test_an_oversized_message_is_refused_and_the_connection_lives(servicer: Probe) -> None:
    with serving(servicer, max_message_bytes=4096) as (address, _):
        client = Client(address)
        error = caught(lambda: client.act(request=ActRequest(padding=bytes(5000))))
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert client.act()


def test_a_connection_past_its_age_is_renewed_without_a_failed_call() -> None:
    with serving(max_connection_age_s=1) as (address, _):
        client, until = Client(address), time.monotonic() + 20
        ports: set[str] = set()
        while len(ports) < 2 and time.monotonic() < until:
            ports.add(client.act("peer"))
    assert len(ports) == 2


@pytest.mark.parametrize(
    "path", ["/leadlight.probe.v1.ProbeService/Nothing", "/google.longrunning.Operations/GetOperation"]
)
def test_a_method_that_is_not_there_says_so(client: Client, path: str) -> None:
    call = client.channel.unary_unary(path)
    seen = failure(caught(lambda: call(b"", timeout=5)))
    assert (seen.code, seen.reason) == ("UNIMPLEMENTED", "NOT_SERVED")
    assert path.lstrip("/") in seen.message


def test_a_method_that_does_not_say_who_may_call_it_keeps_the_server_from_starting() -> None:
    bundle = ServiceBundle(servicers=[(add_open, Probe())])
    with pytest.raises(ValueError, match=r"OpenService\.Act does not say who may call it"):
        GrpcServer(ProbeSettings(), bundle, registry=CollectorRegistry())
