"""From a verb and a path to a request, as google/api/http.proto says."""

from typing import Any

import pytest

from services.common.errors import LeadlightError
from services.gateway.catalog import rpcs_of
from services.gateway.rest import Aliases

PEERS = ("scoring", "relationship", "dedupe", "conversation", "notes")
ALIASES = Aliases(rpc for peer in PEERS for rpc in rpcs_of(peer))


def request(verb: str, path: str, query: str = "", body: bytes = b"") -> tuple[str, dict[str, Any]]:
    found = ALIASES.find(verb, path)
    assert found is not None
    alias, match = found
    return alias.rpc.method.name, alias.request(match, query, body)


@pytest.mark.parametrize(
    ("verb", "path", "query", "body", "expected"),
    [
        ("GET", "/v1/notes", "", b"", ("ListNotes", {})),
        (
            "GET",
            "/v1/notes",
            "page_size=5&pageToken=x",
            b"",
            ("ListNotes", {"page_size": "5", "page_token": "x"}),
        ),
        ("GET", "/v1/notes/n1", "", b"", ("GetNote", {"name": "notes/n1"})),
        ("GET", "/v1/notes/n%2F1", "", b"", ("GetNote", {"name": "notes/n/1"})),
        ("GET", "/v1/notes/n1/suggestions", "", b"", ("ListSuggestions", {"parent": "notes/n1"})),
        (
            "POST",
            "/v1/notes/n1/suggestions/s1:accept",
            "",
            b"",
            ("AcceptSuggestion", {"name": "notes/n1/suggestions/s1"}),
        ),
        (
            "PATCH",
            "/v1/notes/n1",
            "update_mask=text",
            b'{"text":"x","name":"notes/other"}',
            ("UpdateNote", {"note": {"text": "x", "name": "notes/n1"}, "update_mask": "text"}),
        ),
        (
            "GET",
            "/v1/scoring/records/RECORD_KIND_LEAD/a%20b/scores",
            "",
            b"",
            ("ListScores", {"ref": {"kind": "RECORD_KIND_LEAD", "id": "a b"}}),
        ),
        ("GET", "/v1/scoring/records/1", "", b"", ("ListRecords", {"kind": 1})),
        ("POST", "/v1/scoring:score", "", b'{"a":1}', ("Score", {"a": 1})),
        ("GET", "/v1/dedupe/scans/s/pairs", "", b"", ("ListPairs", {"parent": "scans/s"})),
    ],
    ids=str,
)
def test_what_a_path_means(
    verb: str, path: str, query: str, body: bytes, expected: tuple[str, dict[str, Any]]
) -> None:
    assert request(verb, path, query, body) == expected


@pytest.mark.parametrize(
    ("verb", "path"),
    [("GET", "/v1/nothing"), ("PUT", "/v1/notes"), ("GET", "/v1/notes/"), ("GET", "/v1/notes/a/b")],
)
def test_what_means_nothing(verb: str, path: str) -> None:
    assert ALIASES.find(verb, path) is None


@pytest.mark.parametrize(
    ("verb", "path", "query", "body", "field"),
    [
        ("GET", "/v1/notes", "size=5", b"", "size"),
        ("GET", "/v1/notes", "ref.none=5", b"", "ref.none"),
        ("GET", "/v1/notes", "ref=5", b"", "ref"),
        ("GET", "/v1/notes", "page_size=5&pageSize=6", b"", "pageSize"),
        ("GET", "/v1/notes", "", b"{}", "body"),
        ("POST", "/v1/notes", "", b"[]", "body"),
        ("POST", "/v1/notes", "", b"{", "body"),
        ("POST", "/v1/notes", "note_id=x", b"{}", "note_id"),
        ("PATCH", "/v1/notes/n1", "note.text=x", b"{}", "note.text"),
        ("PATCH", "/v1/notes/n1", "", b"5", "note"),
    ],
)
def test_slips_are_named(verb: str, path: str, query: str, body: bytes, field: str) -> None:
    with pytest.raises(LeadlightError) as info:
        request(verb, path, query, body)
    assert [each.field for each in info.value.violations] == [field]


def test_no_two_methods_share_an_address() -> None:
    seen: dict[tuple[str, str], str] = {}
    for alias in ALIASES.all:
        at = (alias.verb, alias.pattern.pattern)
        assert at not in seen, f"{alias.rpc.method.full_name} and {seen[at]}"
        seen[at] = alias.rpc.method.full_name


def test_every_alias_finds_its_own_method() -> None:
    for alias in ALIASES.all:
        path = alias.template
        for variable in alias.variables:
            inner = next((part for part in alias.template.split("{") if part.startswith(f"{variable}=")), "")
            example = inner.split("=")[1].split("}")[0].replace("*", "x1") if inner else "x1"
            path = path.replace(
                f"{{{variable}={example.replace('x1', '*')}}}" if inner else f"{{{variable}}}", example
            )
        found = ALIASES.find(alias.verb, path)
        assert found is not None, path
        assert found[0].rpc.method.full_name == alias.rpc.method.full_name, path
