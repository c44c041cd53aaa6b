"""A worker whose threads are all busy: health answers, what would queue too long is refused."""

import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from services.common.server.pools import AtOnce, CallPool
from tests.integration.server.clients import Client, failure, serving
from tests.integration.server.probe import SERVICE, Probe

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def test_health_check_and_watch_answer_while_every_thread_works() -> None:
    with serving(threads=2) as (address, _):
        client = Client(address)
        busy = [client.begin("sleep:5") for _ in range(2)]
        time.sleep(0.1)
        assert client.health(SERVICE) == "SERVING"
        assert next(client.watch(SERVICE)).status == SERVING
        assert not any(call.done() for call in busy)
        for call in busy:
            call.result()


def test_many_watchers_hold_no_thread() -> None:
    with serving() as (address, _):
        clients = [Client(address) for _ in range(3)]
        watchers = [client.watch() for client in clients for _ in range(10)]
        assert [next(watcher).status for watcher in watchers] == [SERVING] * 30
        assert clients[0].health() == "SERVING"


def test_watchers_are_told_when_the_server_stops() -> None:
    with serving() as (address, _):
        watcher = Client(address).watch(SERVICE)
        assert next(watcher).status == SERVING
        begun = time.monotonic()
    assert time.monotonic() - begun < 5, "an open watch does not hold up the stop"
    assert [answer.status for answer in watcher] == [NOT_SERVING]


def test_health_knows_its_services_only() -> None:
    with serving() as (address, _):
        client = Client(address)
        assert client.health() == client.health("google.longrunning.Operations") == "SERVING"
        with pytest.raises(grpc.RpcError) as info:
            client.health("leadlight.unknown.v1.Service")
        assert info.value.code() is grpc.StatusCode.NOT_FOUND


def test_calls_beyond_the_queue_are_refused_at_once_with_a_time_to_retry() -> None:
    servicer = Probe()
    with serving(servicer, threads=1, max_queued_calls=3) as (address, registry):
        client = Client(address)
        taken = [client.begin("sleep:5")]
        while not servicer.reached:
            time.sleep(0.01)
        taken += [client.begin("queued") for _ in range(3)]
        time.sleep(0.1)
        with pytest.raises(grpc.RpcError) as info:
            client.act("too much", metadata=[("x-request-id", "r5")])
        assert client.health(SERVICE) == "SERVING"
        assert not taken[0].done()
        seen = failure(info.value)
        assert (seen.code, seen.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert seen.retry_after_s == 0.5
        assert seen.metadata == {"waiting_calls": "3"}
        assert seen.request_id == seen.trailer_request_id == "r5"
        for call in taken:
            call.result()
        assert client.act("room again")
        labels = {"grpc_type": "unary", "grpc_service": SERVICE, "grpc_method": "Act"}
        refused = registry.get_sample_value(
            "grpc_server_handled_total", {**labels, "grpc_code": "ResourceExhausted"}
        )
        assert refused == 1
    assert "too much" not in servicer.reached


def test_calls_that_would_wait_too_long_are_refused_at_once() -> None:
    with serving(threads=1, max_wait_s=0.5) as (address, _):
        client = Client(address)
        for _ in range(20):
            client.act("sleep:0.05")  # what is known of it from here on: 40 to 50 ms
        calls = [client.begin("sleep:0.05") for _ in range(40)]
        codes = [call.code() for call in calls]
        assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert 2 <= codes.count(grpc.StatusCode.OK) <= 25  # about 12 on a machine that is not busy
        assert client.act("room again")


def test_a_flood_is_partly_served_and_partly_refused_and_nothing_else() -> None:
    with serving(threads=2, max_queued_calls=10) as (address, _):
        client = Client(address)
        calls = [client.begin("sleep:0.02") for _ in range(200)]
        codes = [call.code() for call in calls]
        assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
        assert codes.count(grpc.StatusCode.OK) >= 12


def test_callers_that_leave_the_queue_make_room() -> None:
    servicer = Probe()
    with serving(servicer, threads=1, max_queued_calls=3) as (address, _):
        client = Client(address)
        busy = client.begin("sleep:0.5")
        while not servicer.reached:
            time.sleep(0.01)
        for call in [client.begin("queued") for _ in range(3)]:
            call.cancel()
        busy.result()
        assert client.act("served")
    assert servicer.reached == ["sleep", "served"]


def test_the_pool_counts_who_waits() -> None:
    pool = CallPool(1, "test")
    first = pool.submit(time.sleep, 0.2)
    time.sleep(0.05)
    others = [pool.submit(time.sleep, 0) for _ in range(5)]
    assert pool.waiting == 5
    for call in (first, *others):
        call.result()
    assert pool.waiting == 0
    pool.shutdown()


def test_the_pool_knows_how_long_the_next_call_will_wait() -> None:
    pool = CallPool(2, "test")
    end = threading.Event()
    busy = [pool.submit(end.wait, 10) for _ in range(2)]
    while pool.waiting:
        time.sleep(0.01)
    for duration_s in (3.0, 1.0):
        pool.expect(duration_s)
        busy.append(pool.submit(end.wait, 10))
    busy.append(pool.submit(end.wait, 10))  # of which nothing is known
    assert pool.wait_s == (3.0 + 1.0) / 2
    end.set()
    for call in busy:
        call.result()
    assert pool.wait_s == 0
    pool.shutdown()


def test_reflection_lists_what_is_served_and_can_be_switched_off() -> None:
    def listed(address: str) -> set[str]:
        stub = reflection_pb2_grpc.ServerReflectionStub(grpc.insecure_channel(address))
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        answer = next(stub.ServerReflectionInfo(iter([request]), timeout=5))
        return {service.name for service in answer.list_services_response.service}

    with serving() as (address, _):
        assert listed(address) == {
            SERVICE,
            "google.longrunning.Operations",
            "grpc.health.v1.Health",
            "grpc.reflection.v1alpha.ServerReflection",
        }
    with serving(reflection=False) as (address, _), pytest.raises(grpc.RpcError) as info:
        listed(address)
    assert info.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_open_reflection_streams_hold_no_thread_of_the_calls() -> None:
    with serving(threads=1) as (address, _):
        stub = reflection_pb2_grpc.ServerReflectionStub(grpc.insecure_channel(address))
        silence = threading.Event()
        stalled = [stub.ServerReflectionInfo(iter(silence.wait, True)) for _ in range(3)]
        time.sleep(0.1)
        assert Client(address).act()
        begun = time.monotonic()
    assert time.monotonic() - begun < 5, "nor do they hold up the stop"
    assert stalled[0].code() in {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}
    silence.set()


def test_at_once_means_on_the_same_thread() -> None:
    pool = AtOnce()
    assert pool.submit(threading.get_ident).result(timeout=0) == threading.get_ident()
    with pytest.raises(ValueError, match="no number"):
        pool.submit(_fail).result(timeout=0)


def _fail() -> None:
    raise ValueError("no number")
