"""The dashboard's files as a browser is sent them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from services.gateway.server_web import Dashboard

SCRIPT = b"console.log('a dashboard')" * 20
PAGE = b"<!doctype html><title>Leadlight</title>"


@pytest.fixture
def dashboard(tmp_path: Path) -> Dashboard:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "assets" / "index-1a2b.js").write_bytes(SCRIPT)
    return Dashboard(tmp_path)


def get(dashboard: Dashboard, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(app=dashboard)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(path, headers=headers or {})

    return asyncio.run(answered())


def serves(dashboard: Dashboard, path: str, *, method: str = "GET", accept: str = "*/*") -> bool:
    return dashboard.serves({"method": method, "path": path, "headers": [(b"accept", accept.encode())]})


def test_the_page_is_asked_for_each_time_and_named_files_never_again(dashboard: Dashboard) -> None:
    page, script = get(dashboard, "/"), get(dashboard, "/assets/index-1a2b.js")
    assert (page.content, page.headers["cache-control"]) == (PAGE, "no-cache")
    assert script.content == SCRIPT
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"].startswith("text/javascript")


def test_nothing_runs_that_was_not_sent_from_here(dashboard: Dashboard) -> None:
    headers = get(dashboard, "/").headers
    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy["script-src"] == "'self'"
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert headers["x-content-type-options"] == "nosniff"


def test_what_a_browser_has_is_not_sent_again(dashboard: Dashboard) -> None:
    etag = get(dashboard, "/").headers["etag"]
    again = get(dashboard, "/", {"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_compressed_for_who_takes_it(dashboard: Dashboard) -> None:
    small = get(dashboard, "/assets/index-1a2b.js", {"accept-encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(SCRIPT)
    assert small.content == SCRIPT  # httpx has unpacked it
    plain = get(dashboard, "/assets/index-1a2b.js", {"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/leads", "/records/lead/L%2E1", "/records/lead/a.b", "/no/such/page"])
def test_addresses_of_pages_are_the_dashboards(dashboard: Dashboard, path: str) -> None:
    assert serves(dashboard, path, accept="text/html,application/xhtml+xml")
    assert get(dashboard, path).content == PAGE


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/leads", "*/*"),  # not a browser: an address that does not exist is an error in JSON
        ("/v1/nothing", "text/html"),
        ("/assets/gone-1a2b.js", "text/html"),
        ("/leadlight.notes.v1.NotesService/Nothing", "text/html"),
        ("/openapi.yaml", "text/html"),
    ],
)
def test_everything_else_is_not(dashboard: Dashboard, path: str, accept: str) -> None:
    assert not serves(dashboard, path, accept=accept)


def test_only_reading_is_answered(dashboard: Dashboard) -> None:
    assert not serves(dashboard, "/", method="POST", accept="text/html")


def test_without_built_files_a_page_says_how_to_build_them(tmp_path: Path) -> None:
    empty = Dashboard(tmp_path / "nothing")
    assert serves(empty, "/")
    assert not serves(empty, "/leads", accept="text/html")
    assert "make web" in get(empty, "/").text
