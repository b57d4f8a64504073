"""Static pages: the console's, and the client pages.

The build puts the files beside the handler. A checkout has those of the client kit once, in `clients/web`, and serves them
from there.
"""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

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


_KIT = "clients/web"


def built(handler: str, name: str, kit: str = "") -> Path:
    """The folder of this name beside the handler, or in a checkout the folder of the client kit that the build copies there."""
    folder = Path(handler).resolve().parent / name
    return folder if folder.is_dir() else Path(handler).resolve().parents[2] / _KIT / kit


class Pages:
    """The files of a folder, listed when the first page is asked for. No path leads out of the list.

    `parts` are folders that lie elsewhere in a checkout, by the name of the folder that they are served as.
    """

    def __init__(self, folder: Path, parts: Mapping[str, Path] = MappingProxyType({})) -> None:
        self._folders = {"": folder, **{f"{name}/": part for name, part in parts.items()}}

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {
            prefix + path.relative_to(folder).as_posix(): path
            for prefix, folder in self._folders.items()
            for path in folder.rglob("*")
            if path.suffix in _TYPES
        }

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
