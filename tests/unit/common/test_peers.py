"""Calls to other services: the identity they carry, the time they may take, the errors they bring back."""

import threading
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any, ClassVar

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from pydantic import SecretStr, ValidationError

from services.common.caller import Caller, Role
from services.common.context import CallContext, enter, using
from services.common.errors import Code, LeadlightError, Reason
from services.common.peers import Peers, PeerSettings, ServiceTokens, peer_error, time_for_peer_s

SECRET = "0123456789abcdef0123456789abcdef"
ACME = Caller("acme", "u1", frozenset({Role.SELLER}))


class AskingSettings(PeerSettings):
    service: ClassVar[str] = "asking"
    notes_address: str = "127.0.0.1:1"


class Answering(health_pb2_grpc.HealthServicer):  # type: ignore[misc]
    """A peer that keeps what it was sent, and fails as it is told."""

    def __init__(self) -> None:
        self.metadata: dict[str, Any] = {}
        self.time_s = 0.0
        self.failure: tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]] | None = None
        self.free = threading.Event()
        self.free.set()

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.metadata = dict(context.invocation_metadata())
        self.time_s = context.time_remaining()
        self.free.wait(30)
        if self.failure is not None:
            code, text, trailers = self.failure
            context.set_trailing_metadata(trailers)
            context.abort(code, text)
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)


@pytest.fixture
def peer() -> Iterator[tuple[Answering, str]]:
    servicer, server = Answering(), grpc.server(futures.ThreadPoolExecutor(2))
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield servicer, f"127.0.0.1:{port}"
    servicer.free.set()
    server.stop(0).wait()


@pytest.fixture
def peers() -> Iterator[Peers]:
    opened = Peers(AskingSettings(auth="jwt", jwt_secret=SecretStr(SECRET)))
    yield opened
    opened.close()


def check(peers: Peers, address: str, **options: Any) -> None:
    stub = health_pb2_grpc.HealthStub(peers.channel("notes", address))
    stub.Check(health_pb2.HealthCheckRequest(), **options)


def test_a_call_goes_on_as_its_caller(peers: Peers, peer: tuple[Answering, str]) -> None:
    servicer, address = peer
    with using():
        enter(CallContext(ACME, "r-1", time.monotonic() + 20, authorization="Bearer theirs"))
        check(peers, address)
    assert servicer.metadata["authorization"] == "Bearer theirs"
    assert servicer.metadata["x-request-id"] == "r-1"
    assert 0 < servicer.time_s < 20


def test_work_of_the_service_goes_as_its_role_in_the_tenant(
    peers: Peers, peer: tuple[Answering, str]
) -> None:
    servicer, address = peer
    with using(ACME, request_id="outbox-7"):
        check(peers, address)
    said = jwt.decode(servicer.metadata["authorization"].removeprefix("Bearer "), SECRET, ["HS256"])
    assert (said["tenant"], said["sub"], said["roles"]) == ("acme", "service:asking", ["service"])
    assert 25 < servicer.time_s <= 30


def test_the_embedded_suite_needs_no_token(peer: tuple[Answering, str]) -> None:
    servicer, address = peer
    opened = Peers(AskingSettings())
    with using():
        check(opened, address)
    opened.close()
    assert "authorization" not in servicer.metadata


def test_a_peer_gets_less_time_than_its_caller_has() -> None:
    call = CallContext(ACME, "r", time.monotonic() + 10)
    assert 9.8 < time_for_peer_s(call) < 9.96
    assert time_for_peer_s(call, 2.0) == 2.0
    with pytest.raises(LeadlightError) as late:
        time_for_peer_s(CallContext(ACME, "r", time.monotonic() - 1))
    assert late.value.code is Code.DEADLINE_EXCEEDED


def test_a_token_is_signed_once_and_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = ServiceTokens(AskingSettings(auth="jwt", jwt_secret=SecretStr(SECRET), jwt_audience="suite"))
    first = tokens.authorization("acme")
    assert first == tokens.authorization("acme") != tokens.authorization("other")
    later_s = time.time() + 241
    monkeypatch.setattr(time, "time", lambda: later_s)
    assert tokens.authorization("acme") != first


def test_a_token_from_before_the_clock_was_set_back_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = AskingSettings(auth="jwt", jwt_secret=SecretStr(SECRET))
    tokens = ServiceTokens(settings)
    first = tokens.authorization("acme")
    earlier_s = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: earlier_s)
    second = tokens.authorization("acme")
    assert second != first
    claims = jwt.decode((second or "").removeprefix("Bearer "), options={"verify_signature": False})
    assert claims["iat"] == int(earlier_s)


def test_a_key_signs_where_public_keys_verify(tmp_path: Path) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    settings = AskingSettings(
        auth="jwt", jwt_jwks="keys.json", peer_signing_key=pem, peer_signing_key_id="k1"
    )
    token = (ServiceTokens(settings).authorization("acme") or "").removeprefix("Bearer ")
    assert jwt.get_unverified_header(token)["kid"] == "k1"
    assert jwt.decode(token, key.public_key(), ["EdDSA"])["tenant"] == "acme"


def test_without_a_key_the_error_says_what_to_set() -> None:
    tokens = ServiceTokens(AskingSettings(auth="jwt", jwt_jwks="keys.json"))
    with pytest.raises(LeadlightError, match="peer_signing_key"):
        tokens.authorization("acme")


def test_personal_data_never_leaves_the_machine_in_the_clear() -> None:
    with pytest.raises(ValidationError, match="peer_tls"):
        AskingSettings(notes_address="10.0.0.7:50056")
    assert AskingSettings(notes_address="10.0.0.7:50056", peer_tls=True).peer_addresses == {
        "notes": "10.0.0.7:50056"
    }


def test_a_peer_that_is_down_is_unavailable(peers: Peers) -> None:
    with using(), pytest.raises(grpc.RpcError) as down:
        check(peers, "127.0.0.1:1", timeout=5)
    public = peer_error(down.value, "notes")
    assert (public.code, public.reason) == (Code.UNAVAILABLE, Reason.PEER_UNAVAILABLE)
    assert public.metadata == {"service": "notes"}
    assert public.retry_after_s


def test_a_slow_peer_is_unavailable(peers: Peers, peer: tuple[Answering, str]) -> None:
    servicer, address = peer
    servicer.free.clear()
    with using(), pytest.raises(grpc.RpcError) as slow:
        check(peers, address, timeout=0.2)
    assert peer_error(slow.value, "notes").reason is Reason.PEER_UNAVAILABLE


def test_a_refusal_keeps_its_code_and_reason(peers: Peers, peer: tuple[Answering, str]) -> None:
    servicer, address = peer
    status = status_pb2.Status(code=9)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason="RECORD_MERGED", metadata={"master": "lead/7"})
    )
    servicer.failure = (
        grpc.StatusCode.FAILED_PRECONDITION,
        "it is merged",
        (("grpc-status-details-bin", status.SerializeToString()),),
    )
    with using(), pytest.raises(grpc.RpcError) as refused:
        check(peers, address)
    public = peer_error(refused.value, "dedupe")
    assert (public.code, public.reason) == (Code.FAILED_PRECONDITION, Reason.RECORD_MERGED)
    assert public.metadata == {"master": "lead/7", "service": "dedupe"}
    assert public.message == "it is merged"
