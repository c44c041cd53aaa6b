"""The dashboard's built files over HTTP: at `/` and at every address of its pages, which nothing else answers."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

_COMPRESSED = frozenset({".css", ".html", ".js", ".json", ".md", ".svg"})
_FOREVER, _ASK_EACH_TIME = "public, max-age=31536000, immutable", "no-cache"
# Styles may stand in the page: Mantine writes its colours as a <style>, ECharts its tooltips' as attributes.
# Scripts may not, nor anything from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SAFE = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NOT_BUILT = (
    "Leadlight's gateway is running; its dashboard was not built into this installation.\n"
    "From a checkout: make web (needs Node 20.19 or later), then start the gateway again.\n"
    "Everything else is here: /openapi.json describes every call, `leadlight --help` every command.\n"
)


@dataclass(frozen=True, slots=True)
class _File:
    """One built file, as it is sent."""

    content: bytes
    compressed: bytes | None
    media_type: str
    etag: str
    cache: str


class Dashboard:
    """An ASGI application for GET and HEAD; its files are read once, at the start.

    Args:
        folder: With `index.html` and what it needs; a short page says how to build them where it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._files = _read(folder)

    def serves(self, scope: Scope) -> bool:
        """Whether an address that nothing else answers is the dashboard's.

        That is a built file, `/`, or what a browser was sent to and looks like one of the pages' addresses: those are
        known to the dashboard alone, and say themselves where there is no such page.
        """
        if scope["method"] not in ("GET", "HEAD"):
            return False
        path: str = scope["path"]
        if path == "/" or path in self._files:
            return True
        first = path.removeprefix("/").partition("/")[0]
        is_page = "." not in first and first not in ("v1", "assets")
        return is_page and bool(self._files) and "text/html" in Headers(scope=scope).get("accept", "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        await self._answer(scope["path"], Headers(scope=scope))(scope, receive, send)

    def _answer(self, path: str, headers: Headers) -> Response:
        file = self._files.get(path) or self._files.get("/index.html")
        if file is None:
            return PlainTextResponse(_NOT_BUILT, headers=_SAFE)
        own = {**_SAFE, "ETag": file.etag, "Cache-Control": file.cache}
        if file.compressed is not None:
            own["Vary"] = "Accept-Encoding"
        if file.etag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=own)
        if file.compressed is not None and "gzip" in headers.get("accept-encoding", ""):
            own["Content-Encoding"] = "gzip"
            return Response(file.compressed, media_type=file.media_type, headers=own)
        return Response(file.content, media_type=file.media_type, headers=own)


def _read(folder: Path) -> Mapping[str, _File]:
    if not (folder / "index.html").is_file():
        return {}
    return {
        f"/{path.relative_to(folder).as_posix()}": _file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _file(path: Path) -> _File:
    content = path.read_bytes()
    # Names under assets/ have a digest of the content: what one of them means never changes.
    is_named_by_content = path.parent.name == "assets"
    return _File(
        content=content,
        compressed=gzip.compress(content, 6, mtime=0) if path.suffix in _COMPRESSED else None,
        media_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        # A weak one: the compressed form is the same file.
        etag=f'W/"{hashlib.sha256(content).hexdigest()[:32]}"',
        cache=_FOREVER if is_named_by_content else _ASK_EACH_TIME,
    )
