"""Static pages from a folder beside the handler."""

import hashlib
from pathlib import Path

from aws_lambda_powertools.event_handler import Response

from mfa.errors import NotFound
from mfa.http import entity_tags

# Nothing inline, nothing from elsewhere, no frame around it: an injected script has nowhere to come from.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Pages:
    """The files of a folder, listed when the function starts. No path leads out of the list."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.suffix in _TYPES}

    def page(self, name: str, known: str | None) -> Response[str]:
        """A file, unless it is the one that `known` (`If-None-Match`) names; the first page for a name without an ending.

        Raises NotFound.
        """
        if "." not in name.rpartition("/")[2]:
            name = "index.html"
        path = self._files.get(name)
        if path is None:
            raise NotFound
        body = path.read_text()
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        headers = _HEADERS | {"Cache-Control": "no-cache", "ETag": etag}
        if known is not None and entity_tags.is_known(known, etag):
            return Response(status_code=304, content_type=_TYPES[path.suffix], body="", headers=headers)
        return Response(status_code=200, content_type=_TYPES[path.suffix], body=body, headers=headers)


def redirect(address: str) -> Response[str]:
    """A redirect to this address."""
    return Response(status_code=302, content_type="text/plain", body="", headers=_HEADERS | {"Location": address})
