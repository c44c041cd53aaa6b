"""Frames that no library sends, calls that never come whole, and clients that do not read.

Whatever one connection does, the others are served as before, by a service of the kit and by the gateway.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from leadlight.gateway.v1 import privacy_pb2
from leadlight.notes.v1 import note_pb2

from services.common.caller import Role
from tests.contract.served import TENANT, Served, served, token
from tests.robustness import http2
from tests.robustness.http2 import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    GOAWAY,
    HEADERS,
    PING,
    PUSH,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    block,
    call_headers,
    frame,
    grpc_message,
)

LIST_NOTES = "/leadlight.notes.v1.NotesService/ListNotes"
LIST_ERASURES = "/leadlight.gateway.v1.PrivacyService/ListErasures"
PATHS = {"notes": LIST_NOTES, "gateway": LIST_ERASURES}
EMPTY = grpc_message(b"")
RECEIVE_TIMEOUT_S = 1.0
RESETS = 4000


@pytest.fixture(scope="module", params=["notes", "gateway"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp(request.param)
    with served(request.param, folder, run_operations=False, receive_timeout_s=RECEIVE_TIMEOUT_S) as running:
        yield running


def is_served(service: Served) -> bool:
    """Whether another caller, on a connection of its own, gets answers."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(service.address, options) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=20, wait_for_ready=True)
        assert answer.status == 1
        client = Served(service.name, service.settings, service.address, channel).client()
        if service.name == "notes":
            client.call("NotesService.ListNotes", note_pb2.ListNotesRequest())
        else:
            client.call("PrivacyService.ListErasures", privacy_pb2.ListErasuresRequest())
    return True


def begun(service: Served, stream: int = 1, flags: int = END_HEADERS, **more: str) -> bytes:
    """The frame that begins a call with a token."""
    authorization = f"Bearer {token(TENANT, frozenset(Role))}"
    headers = call_headers(PATHS[service.name], authorization=authorization, **more)
    return frame(HEADERS, flags, stream, block(headers))


BROKEN: dict[str, Callable[[Served], bytes]] = {
    "frame of 16 MB": lambda _: frame(DATA, 0, 1, length=2**24 - 1),
    "data on the connection itself": lambda _: frame(DATA, 0, 0, b"x"),
    "data on a stream that was not begun": lambda _: frame(DATA, 0, 7, b"x") * 3,
    "headers that are no HPACK": lambda _: frame(HEADERS, END_HEADERS, 1, b"\xff" * 200),
    "headers that end within a literal": lambda _: frame(
        HEADERS, END_HEADERS, 1, b"\x00\x7f\xff\xff\xff\xff\xff\x0f"
    ),
    "headers on a stream of the server's": lambda s: begun(s, stream=2),
    "continuation of nothing": lambda _: frame(CONTINUATION, 0, 1, b"x"),
    "frames between headers and their continuation": lambda s: (
        begun(s, flags=0) + frame(PING, 0, 0, b"8" * 8)
    ),
    "settings of 5 bytes": lambda _: frame(SETTINGS, 0, 0, b"12345"),
    "settings with a window beyond 2^31": lambda _: frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 2**32 - 1)),
    "ping of 7 bytes": lambda _: frame(PING, 0, 0, b"7" * 7),
    "window update of 0": lambda _: frame(WINDOW_UPDATE, 0, 0, b"\0" * 4),
    "window beyond 2^31": lambda _: frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 2**31 - 1)) * 2,
    "push by a client": lambda _: frame(PUSH, END_HEADERS, 1, b"\0\0\0\2"),
    "reset of a stream that was not begun": lambda _: frame(RST_STREAM, 0, 9, b"\0\0\0\0"),
    "reset of 3 bytes": lambda _: frame(RST_STREAM, 0, 1, b"\0\0\0"),
    "frame of an unknown kind": lambda _: frame(0xFA, 0xFF, 1, b"?" * 100),
    "goodbye of 1 byte": lambda _: frame(GOAWAY, 0, 0, b"x"),
}


@pytest.mark.fault("broken HTTP/2 frames")
@pytest.mark.parametrize("fault", BROKEN)
def test_broken_frames_harm_nobody_else(service: Served, fault: str) -> None:
    with http2.connection(service.address, wait_s=1) as broken:
        broken.send(BROKEN[fault](service))
        for _ in range(20):
            try:
                broken.send(frame(PING, 0, 0, b"01234567"))
            except OSError:  # closed by the server, as it may
                break
        assert is_served(service)


@pytest.mark.fault("broken HTTP/2 frames")
@pytest.mark.parametrize(
    "greeting",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 5000,
        b"PRI * HT",
    ],
    ids=["HTTP/1.1", "TLS", "zeros", "half a preface"],
)
def test_what_is_not_http2_harms_nobody_else(service: Served, greeting: bytes) -> None:
    with http2.connection(service.address, greet=False) as stranger:
        stranger.send(greeting)
        assert is_served(service)


MALFORMED: dict[str, tuple[bytes, int, set[bytes]]] = {
    "message said to have 4 GiB": (grpc_message(b"x", length=2**32 - 1), END_STREAM, {b"8", b"13"}),
    "message longer than allowed": (grpc_message(b"x", length=17 * 2**20), 0, {b"8"}),
    "message that ends too early": (grpc_message(b"x", length=100), END_STREAM, {b"13", b"12"}),
    "half of a message's prefix": (b"\0\0\0", END_STREAM, {b"13", b"12"}),
    "no message": (b"", END_STREAM, {b"12", b"13"}),
    "compressed by nothing": (grpc_message(b"x", compressed=1), END_STREAM, {b"13", b"12"}),
    "flags that mean nothing": (grpc_message(b"", compressed=6), END_STREAM, {b"0", b"13", b"12"}),
    "bytes that are no message": (grpc_message(b"\xff\xff\xff"), END_STREAM, {b"3"}),
}


@pytest.mark.fault("malformed and oversized messages")
@pytest.mark.parametrize("fault", MALFORMED)
def test_a_malformed_message_ends_its_call_alone(service: Served, fault: str) -> None:
    data, flags, codes = MALFORMED[fault]
    with http2.connection(service.address) as caller:
        caller.send(begun(service), frame(DATA, flags, 1, data))
        kind, payload = caller.end_of(1)
        assert kind in {HEADERS, RST_STREAM}, (kind, payload)
        if b"grpc-status" in payload:
            assert any(b"grpc-status" + bytes([len(code)]) + code in payload for code in codes), payload
        # The same connection carries the next call.
        caller.send(begun(service, stream=3), frame(DATA, END_STREAM, 3, EMPTY))
        kind, payload = caller.end_of(3)
        assert kind == HEADERS, (kind, payload)
    assert is_served(service)


@pytest.mark.fault("calls whose message never comes")
def test_a_call_whose_message_never_comes_is_ended(service: Served) -> None:
    with http2.connection(service.address) as caller:
        caller.send(begun(service), frame(DATA, 0, 1, EMPTY[:3]))
        kind, payload = caller.end_of(1)
        assert kind in {HEADERS, RST_STREAM}, (kind, payload)


@pytest.mark.fault("headers without end")
def test_headers_without_end_are_refused(service: Served) -> None:
    with http2.connection(service.address) as caller:
        large = {f"x-large-{number}": "x" * 8000 for number in range(2)}
        parts = [block({f"x-{number}": "y" * 8000}) for number in range(30)]
        try:
            caller.send(frame(HEADERS, 0, 1, block(call_headers(PATHS[service.name]) | large)))
            for part in parts:
                caller.send(frame(CONTINUATION, 0, 1, part))
        except OSError:
            pass
        assert is_served(service)


@pytest.mark.fault("calls begun and reset at once", times=RESETS)
def test_calls_begun_and_reset_at_once_silence_nobody(service: Served) -> None:
    streams = [2 * number + 1 for number in range(RESETS)]
    reset = struct.pack(">I", 8)
    flood = [begun(service, stream) + frame(RST_STREAM, 0, stream, reset) for stream in streams]
    with http2.connection(service.address) as caller:
        with suppress(OSError):
            caller.send(*flood)  # at once: faster than Python takes them, so that they wait
        assert is_served(service)


@pytest.mark.fault("half-open connections", times=200)
def test_half_open_connections_silence_nobody(service: Served) -> None:
    with ExitStack() as held:
        for number in range(200):
            half = held.enter_context(http2.connection(service.address, greet=number % 2 == 0))
            half.send(begun(service)[: 20 if number % 4 else 8])
        assert is_served(service)


@pytest.mark.fault("calls whose message never comes", times=12)
@pytest.mark.parametrize("flags", ["no token", "token"])
def test_calls_whose_message_never_comes_hold_no_thread(service: Served, flags: str) -> None:
    anonymous = frame(HEADERS, END_HEADERS, 1, block(call_headers(PATHS[service.name])))
    health = frame(HEADERS, END_HEADERS, 3, block(call_headers("/grpc.health.v1.Health/Check")))
    with ExitStack() as held:
        for _ in range(3 * service.settings.threads):
            half = held.enter_context(http2.connection(service.address))
            half.send(begun(service) if flags == "token" else anonymous, frame(DATA, 0, 1, EMPTY[:3]), health)
        begun_s = time.monotonic()
        assert is_served(service)
        # Each thread gave up in turn; a connection's keepalive, a minute, is not what ended them.
        assert time.monotonic() - begun_s < 30


@pytest.mark.fault("clients that do not read", times=12)
def test_clients_that_do_not_read_keep_nobody_waiting(service: Served) -> None:
    reading = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    window_of_none = frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0))
    with ExitStack() as held:
        for _ in range(3 * service.settings.threads):
            slow = held.enter_context(http2.connection(service.address))
            slow.wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            slow.send(window_of_none, begun(service), frame(DATA, END_STREAM, 1, EMPTY))
            slow.send(frame(HEADERS, END_HEADERS, 3, block(call_headers(reading))))
        assert is_served(service)
