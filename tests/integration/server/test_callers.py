"""Who may call what, over a real connection with tokens."""

import time
from collections.abc import Iterator
from typing import Any

import grpc
import jwt
import pytest

from tests.integration.server.clients import Client, Failure, failure, serving
from tests.integration.server.probe import Probe

SECRET = "0123456789abcdef0123456789abcdef"


def token(**claims: Any) -> str:
    whole = {"tenant": "acme", "sub": "u1", "roles": ["seller"], "exp": time.time() + 60, **claims}
    return jwt.encode({key: value for key, value in whole.items() if value is not None}, SECRET, "HS256")


@pytest.fixture
def servicer() -> Probe:
    return Probe()


@pytest.fixture
def client(servicer: Probe) -> Iterator[Client]:
    with serving(servicer, auth="jwt", jwt_secret=SECRET) as (address, _):
        yield Client(address)


def refusal(client: Client, authorization: str | None, method: str = "Act") -> Failure:
    metadata = [("authorization", authorization)] if authorization is not None else []
    with pytest.raises(grpc.RpcError) as info:
        client.act(metadata=metadata, method=method)
    return failure(info.value)


def test_the_token_says_who_calls(client: Client) -> None:
    answer = client.act(metadata=[("authorization", f"Bearer {token()}")])
    assert answer.startswith("acme u1 ")


def test_a_call_without_token_is_unauthenticated(client: Client, servicer: Probe) -> None:
    seen = refusal(client, None)
    assert (seen.code, seen.reason) == ("UNAUTHENTICATED", "MISSING_TOKEN")
    assert servicer.reached == []


def test_a_bad_token_is_unauthenticated(client: Client) -> None:
    seen = refusal(client, f"Bearer {token(exp=time.time() - 60)}")
    assert (seen.code, seen.reason) == ("UNAUTHENTICATED", "INVALID_TOKEN")


def test_a_role_the_method_does_not_name_is_refused_with_those_it_names(
    client: Client, servicer: Probe
) -> None:
    seen = refusal(client, f"Bearer {token(roles=['service'])}")
    assert (seen.code, seen.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    assert seen.metadata == {"roles": "manager, seller"}
    assert servicer.reached == []


@pytest.mark.parametrize(("role", "method"), [("manager", "Act"), ("seller", "Act"), ("admin", "Administer")])
def test_any_role_the_method_names_suffices(client: Client, role: str, method: str) -> None:
    assert client.act(metadata=[("authorization", f"Bearer {token(roles=[role])}")], method=method)


def test_a_token_without_roles_may_do_nothing(client: Client) -> None:
    assert refusal(client, f"Bearer {token(roles=None)}").code == "PERMISSION_DENIED"


def test_who_may_not_call_gets_no_word_about_the_request(client: Client) -> None:
    call = client.channel.unary_unary("/leadlight.probe.v1.ProbeService/Administer")
    with pytest.raises(grpc.RpcError) as info:
        call(b"\xff\xff", metadata=[("authorization", f"Bearer {token()}")], timeout=5)
    assert failure(info.value).code == "PERMISSION_DENIED"


def test_health_needs_no_token(client: Client) -> None:
    assert client.health() == "SERVING"
