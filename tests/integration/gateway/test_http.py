"""The HTTP port: the Connect protocol, REST aliases, the pages beside them."""

import base64
import json
from typing import Any

import httpx
import pytest
from google.rpc import error_details_pb2
from leadlight.notes.v1 import notes_service_pb2
from openapi_spec_validator import validate

from tests.contract.served import EVERY_ROLE, token
from tests.integration.gateway.conftest import World, forwarded
from tests.integration.gateway.double import Double
from tests.integration.gateway.test_forwarding import TRACE
from tests.integration.notes.world import create, times

RESOLVE = "/leadlight.notes.v1.NotesService/ResolveTimes"
CREATE = "/leadlight.notes.v1.NotesService/CreateNote"
GET_NOTE = "/leadlight.notes.v1.NotesService/GetNote"
OF_DEDUPE = "/leadlight.dedupe.v1.DedupeService/GetDedupeSettings"
MODELS = "/leadlight.scoring.v1.ModelService/ListModels"
TOMORROW = {"text": "Call tomorrow", "language": "en"}


def reason_of(answer: httpx.Response) -> tuple[str, str]:
    """Code and reason of a failed call, read from the bytes as a client does."""
    body = answer.json()
    detail = next(each for each in body["details"] if each["type"] == "google.rpc.ErrorInfo")
    info = error_details_pb2.ErrorInfo.FromString(base64.b64decode(detail["value"] + "=="))
    assert detail["debug"]["reason"] == info.reason
    return body["code"], info.reason


# The Connect protocol


def test_json_in_json_out(http: httpx.Client) -> None:
    answer = http.post(RESOLVE, json=TOMORROW)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    assert [each["spanEnd"] for each in answer.json()["times"]] == [13]


def test_binary_in_binary_out(http: httpx.Client) -> None:
    request = times("Call tomorrow", language="en")
    answer = http.post(
        RESOLVE, content=request.SerializeToString(), headers={"content-type": "application/proto"}
    )
    assert answer.headers["content-type"] == "application/proto"
    assert notes_service_pb2.ResolveTimesResponse.FromString(answer.content).times[0].span_end == 13


def test_get_for_what_only_reads(http: httpx.Client) -> None:
    answer = http.get(RESOLVE, params={"encoding": "json", "message": json.dumps(TOMORROW), "connect": "v1"})
    assert answer.json()["times"]
    request = base64.urlsafe_b64encode(times("tomorrow", language="en").SerializeToString()).decode()
    answer = http.get(RESOLVE, params={"encoding": "proto", "message": request, "base64": "1"})
    assert notes_service_pb2.ResolveTimesResponse.FromString(answer.content).times
    assert http.get(CREATE, params={"encoding": "json", "message": "{}"}).status_code == 405


def test_a_stream_over_http(http: httpx.Client) -> None:
    messages = [{"request": TOMORROW}, {"request": {"text": "x", "language": "xx"}}]
    framed = b"".join(
        b"\0" + len(data).to_bytes(4, "big") + data
        for data in (json.dumps(each).encode() for each in messages)
    )
    path = "/leadlight.notes.v1.NotesService/ResolveTimesStream"
    answer = http.post(path, content=framed, headers={"content-type": "application/connect+json"})
    parts = []
    rest = answer.content
    while rest:
        size = int.from_bytes(rest[1:5], "big")
        parts.append((rest[0], json.loads(rest[5 : 5 + size])))
        rest = rest[5 + size :]
    assert [flag for flag, _ in parts] == [0, 0, 2]
    assert parts[0][1]["response"]["times"]
    assert parts[1][1]["status"]["code"] == 3
    assert "error" not in parts[2][1]


def test_a_services_error_as_connect_writes_it(http: httpx.Client) -> None:
    answer = http.post(RESOLVE, json={"text": "x", "language": "fr"})
    assert answer.status_code == 400
    assert reason_of(answer) == ("invalid_argument", "INVALID_FIELD")
    bad = next(each for each in answer.json()["details"] if each["type"] == "google.rpc.BadRequest")
    assert bad["debug"]["fieldViolations"][0]["field"] == "language"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (RESOLVE, b'{"text": 1}', (400, "invalid_argument", "MALFORMED_REQUEST")),
        (RESOLVE, b"{", (400, "invalid_argument", "MALFORMED_REQUEST")),
        (RESOLVE, b"\xff\xfe", (400, "invalid_argument", "MALFORMED_REQUEST")),
        (RESOLVE, b"[" * 100_000, (400, "invalid_argument", "MALFORMED_REQUEST")),
        (GET_NOTE, b'{"name":"notes/none"}', (404, "not_found", "RESOURCE_NOT_FOUND")),
        (OF_DEDUPE, b"{}", (503, "unavailable", "PEER_UNAVAILABLE")),
    ],
    ids=["wrong type", "no JSON", "no text", "too deep", "missing", "service down"],
)
def test_errors_have_connects_status(
    http: httpx.Client, path: str, body: bytes, expected: tuple[int, str, str]
) -> None:
    answer = http.post(path, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, *reason_of(answer)) == expected


def test_a_time_limit_is_kept(http: httpx.Client, scoring: Double) -> None:
    scoring.waits = True
    answer = http.post(MODELS, json={}, headers={"connect-timeout-ms": "500"})
    assert answer.status_code == 504
    assert reason_of(answer) == ("deadline_exceeded", "DEADLINE_PASSED")
    assert scoring.left.wait(10)


def test_a_caller_that_leaves_ends_the_services_work(http: httpx.Client, scoring: Double) -> None:
    scoring.waits = True
    with pytest.raises(httpx.ReadTimeout):
        http.post(MODELS, json={}, timeout=1)
    assert scoring.left.wait(10)


def test_headers_travel_on(http: httpx.Client, scoring: Double) -> None:
    answer = http.post(MODELS, json={}, headers={"x-request-id": "web-1", "traceparent": TRACE})
    assert answer.headers["x-request-id"] == "web-1"
    assert (scoring.metadata["x-request-id"], scoring.metadata["traceparent"]) == ("web-1", TRACE)


def test_a_body_that_is_too_large_is_refused(http: httpx.Client) -> None:
    large = b'{"text": "' + b"x" * (16 * 2**20) + b'"}'
    for path in (RESOLVE, "/v1/notes:resolveTimes"):
        answer = http.post(path, content=large, headers={"content-type": "application/json"})
        assert answer.status_code == 429
        assert answer.json()["code"] == "resource_exhausted"


def test_strangers_learn_nothing(world: World) -> None:
    address = f"http://127.0.0.1:{world.gateway.http_port}"
    answer = httpx.post(address + RESOLVE, content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 401
    assert reason_of(answer) == ("unauthenticated", "MISSING_TOKEN")
    bearer = {"authorization": f"Bearer {token('acme', frozenset())}"}
    answer = httpx.post(address + RESOLVE, json={}, headers=bearer)
    assert answer.status_code == 403
    assert reason_of(answer) == ("permission_denied", "ROLE_REQUIRED")


def test_no_other_origin_may_call(http: httpx.Client) -> None:
    answer = http.post(RESOLVE, json=TOMORROW, headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers
    asked = http.options(
        RESOLVE, headers={"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    )
    assert asked.status_code >= 400
    assert "access-control-allow-origin" not in asked.headers


# REST aliases


def test_a_resource_over_rest(http: httpx.Client) -> None:
    note = {"text": "Call Mia tomorrow.", "ref": {"kind": "RECORD_KIND_LEAD", "id": "L/1"}}
    made = http.post("/v1/notes", json={"note": note, "noteId": "n1"})
    assert made.status_code == 200, made.text
    name = made.json()["name"]
    assert http.get(f"/v1/{name}").json() == made.json()
    changed = http.patch(f"/v1/{name}", json={"text": "Call Bo on Friday.", "ref": note["ref"]})
    assert changed.json()["text"] == "Call Bo on Friday."
    listed = http.get("/v1/notes", params={"ref.kind": "RECORD_KIND_LEAD", "ref.id": "L/1", "page_size": "5"})
    assert [each["name"] for each in listed.json()["notes"]] == [name]
    suggestions = http.get(f"/v1/{name}/suggestions").json()["suggestions"]
    accepted = http.post(f"/v1/{suggestions[0]['name']}:accept", json={})
    assert accepted.json()["name"] == suggestions[0]["name"]
    assert http.delete(f"/v1/{name}").json() == {}
    assert http.get(f"/v1/{name}").status_code == 404


def test_a_rest_calls_slips_are_named(http: httpx.Client) -> None:
    for answer, field in (
        (http.get("/v1/notes", params={"pageSise": "5"}), "pageSise"),
        (http.get("/v1/notes", params={"ref": "x"}), "ref"),
        (http.post("/v1/notes:resolveTimes", json={"txt": "x"}), "body"),
        (http.post("/v1/notes:resolveTimes", json=[]), "body"),
        (http.post("/v1/notes:resolveTimes?text=x", json={}), "text"),
    ):
        assert answer.status_code == 400, answer.text
        bad = next(each for each in answer.json()["details"] if each["type"] == "google.rpc.BadRequest")
        assert bad["debug"]["fieldViolations"][0]["field"] == field


def test_what_is_not_there_says_where_to_look(http: httpx.Client) -> None:
    missing = http.get("/v2/notes")
    assert (missing.status_code, missing.json()["code"]) == (404, "unimplemented")
    wrong = http.put("/v1/notes")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, POST")


# Pages


def test_the_health_page(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "SERVING"}


def test_the_dashboard_is_where_nothing_else_is(http: httpx.Client) -> None:
    page = http.get("/", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for path in ("/v1/nothing", "/leadlight.notes.v1.NotesService/Nothing"):
        assert http.get(path, headers={"accept": "text/html"}).status_code == 404


def test_the_openapi_document_is_valid_and_has_every_call(http: httpx.Client) -> None:
    document: dict[str, Any] = http.get("/openapi.json").json()
    validate(document)
    assert document["security"] == [{"token": []}]
    unary = {
        rpc.path for rpc in forwarded() if not (rpc.method.client_streaming or rpc.method.server_streaming)
    }
    assert unary <= set(document["paths"])
    assert set(document["paths"]["/v1/notes/{notes_id}"]) == {"get", "patch", "delete"}
    page_size = next(
        each for each in document["paths"]["/v1/notes"]["get"]["parameters"] if each["name"] == "page_size"
    )
    assert page_size["in"] == "query"


def test_a_note_made_here_is_in_the_audit(http: httpx.Client, world: World, tenant: str) -> None:
    world.caller("notes", tenant).call("NotesService.CreateNote", create("Secret Zebra plan", "n7"))
    http.get("/v1/notes/n7")
    http.get("/v1/notes/mia@example.com")
    text = (world.folder / "audit" / "gateway.jsonl").read_text(encoding="utf-8")
    lines = [line for line in map(json.loads, text.splitlines()) if line["tenant"] == tenant]
    assert [(each["event"], each["outcome"]) for each in lines] == [
        ("read_personal_data", "OK"),
        ("read_personal_data", "INVALID_ARGUMENT"),
    ]
    assert lines[0]["ids"] == ["notes/n7"]
    assert lines[1]["ids"][0].startswith("sha256:")
    assert lines[0]["subject"] == "tester"
    assert lines[0]["request_id"]
    assert "mia@" not in text
    assert "Zebra" not in text
    assert set(lines[0]["roles"]) == EVERY_ROLE
