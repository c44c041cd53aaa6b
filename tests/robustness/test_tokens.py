"""Tokens that are forged, changed, foreign or expired: nothing is read, nothing is written, nobody else notices."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import jwt
import pytest
from leadlight.notes.v1 import note_pb2

from tests.contract.served import SECRET, TENANT, Served, served
from tests.integration.notes.world import create
from tests.integration.server.clients import failure

pytestmark = pytest.mark.fault("expired and forged tokens", times=2)

OTHER_SECRET = SECRET[::-1]


def claims(**changes: Any) -> dict[str, Any]:
    good = {"tenant": TENANT, "sub": "tester", "roles": ["admin"], "exp": time.time() + 600}
    return {name: value for name, value in (good | changes).items() if value is not None}


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def with_claims_changed() -> str:
    """A good token whose tenant was changed after it was signed."""
    header, _, signature = jwt.encode(claims(), SECRET, "HS256").split(".")
    return f"{header}.{part(claims(tenant='other'))}.{signature}"


BAD: dict[str, Callable[[], str]] = {
    "expired": lambda: jwt.encode(claims(exp=time.time() - 600), SECRET, "HS256"),
    "without an end": lambda: jwt.encode(claims(exp=None), SECRET, "HS256"),
    "good later": lambda: jwt.encode(claims(nbf=time.time() + 600), SECRET, "HS256"),
    "of another key": lambda: jwt.encode(claims(), OTHER_SECRET, "HS256"),
    "of another algorithm": lambda: jwt.encode(claims(), SECRET * 2, "HS512"),
    "unsigned": lambda: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}.",
    "without its signature": lambda: jwt.encode(claims(), SECRET, "HS256").rpartition(".")[0] + ".",
    "changed": with_claims_changed,
    "without a tenant": lambda: jwt.encode(claims(tenant=None), SECRET, "HS256"),
    "of a tenant with a path": lambda: jwt.encode(claims(tenant="../acme"), SECRET, "HS256"),
    "no token": lambda: "x",
    "long": lambda: "x" * 7000,
}


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("notes", tmp_path_factory.mktemp("notes"), run_operations=False) as running:
        running.client().call("NotesService.CreateNote", create("Call me on Friday.", "kept"))
        yield running


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_opens_nothing(notes: Served, kind: str) -> None:
    channel: Any = notes.channel
    metadata = (("authorization", f"Bearer {BAD[kind]()}"),)
    for name, request in (
        ("ListNotes", note_pb2.ListNotesRequest()),
        ("CreateNote", create("Call me on Friday.", "forged")),
    ):
        call = channel.unary_unary(
            f"/leadlight.notes.v1.NotesService/{name}", request_serializer=type(request).SerializeToString
        )
        with pytest.raises(grpc.RpcError) as refused:
            call(request, metadata=metadata, timeout=20)
        assert failure(refused.value).code == "UNAUTHENTICATED"
    stored = notes.client().call("NotesService.ListNotes", note_pb2.ListNotesRequest()).notes
    assert [note.name for note in stored] == ["notes/kept"]
