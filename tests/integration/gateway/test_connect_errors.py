"""Errors over HTTP as the Connect protocol's page says, in calls as curl would make them."""

import json

import httpx
import pytest

from tests.integration.gateway.test_http import CREATE, RESOLVE, TOMORROW, reason_of
from tests.integration.notes.world import times

STREAM = "/leadlight.notes.v1.NotesService/ResolveTimesStream"


def test_the_error_of_a_binary_call_is_json(http: httpx.Client) -> None:
    request = times("x", language="fr").SerializeToString()
    answer = http.post(RESOLVE, content=request, headers={"content-type": "application/proto"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert reason_of(answer) == ("invalid_argument", "INVALID_FIELD")


def test_details_are_typed_by_name_and_base64_without_padding(http: httpx.Client) -> None:
    answer = http.post(RESOLVE, json={"text": "x", "language": "fr"})
    assert set(answer.json()) == {"code", "message", "details"}
    for detail in answer.json()["details"]:
        assert set(detail) == {"type", "value", "debug"}
        assert detail["type"].startswith("google.rpc.")
        assert "=" not in detail["value"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "application/xml"}, 415),
    ],
    ids=["text", "xml"],
)
def test_other_content_is_refused_with_what_is_taken(
    http: httpx.Client, headers: dict[str, str], status: int
) -> None:
    answer = http.post(RESOLVE, content=b"{}", headers=headers)
    assert answer.status_code == status
    assert "application/json" in answer.headers["accept-post"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"connect-protocol-version": "2"}, "invalid_argument"),
        ({"connect-timeout-ms": "soon"}, "invalid_argument"),
        ({"content-encoding": "lzw"}, "unimplemented"),
    ],
    ids=["version", "timeout", "compression"],
)
def test_headers_that_cannot_be_kept_are_refused(
    http: httpx.Client, headers: dict[str, str], code: str
) -> None:
    answer = http.post(RESOLVE, json=TOMORROW, headers=headers)
    assert answer.status_code == {"invalid_argument": 400, "unimplemented": 501}[code]
    assert answer.json()["code"] == code


def test_an_unknown_call_is_unimplemented(http: httpx.Client) -> None:
    answer = http.post("/leadlight.notes.v1.NotesService/Nothing", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "unimplemented")


def test_what_exists_already_is_a_conflict(http: httpx.Client) -> None:
    request = {
        "note": {"text": "Call Mia.", "ref": {"kind": "RECORD_KIND_LEAD", "id": "L1"}},
        "noteId": "twice",
    }
    assert http.post(CREATE, json=request).status_code == 200
    request["requestId"] = "11111111-2222-4333-8444-555555555555"
    answer = http.post(CREATE, json=request)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


def test_a_stream_says_what_failed_in_its_last_part(http: httpx.Client) -> None:
    bearer = {"authorization": "Bearer forged"}
    message = json.dumps({"request": TOMORROW}).encode()
    framed = b"\0" + len(message).to_bytes(4, "big") + message
    answer = http.post(STREAM, content=framed, headers={"content-type": "application/connect+json", **bearer})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/connect+json")
    flag, size = answer.content[0], int.from_bytes(answer.content[1:5], "big")
    last = json.loads(answer.content[5 : 5 + size])
    assert (flag, last["error"]["code"]) == (2, "unauthenticated")
    info = next(each for each in last["error"]["details"] if each["type"] == "google.rpc.ErrorInfo")
    assert info["debug"]["reason"] == "INVALID_TOKEN"
