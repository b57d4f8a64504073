"""Static pages: the console's, and the client pages.

The build puts the files beside the handler. A checkout has those of the client kit once, in `clients/web`, and serves them
from there.
"""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from mfa.errors import NotFound
from mfa.http import entity_tags
from mfa.http.gateway import HttpRequest, Response

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

    `parts` are folders that lie elsewhere in a checkout, by the name of the folder that they are served as. `joined` is a
    folder of folders, whose modules of the same name are served as one: `words/de.js` for `words/menu/de.js` and
    `words/login/de.js`. Each gives one object by `export default`.
    """

    def __init__(self, folder: Path, parts: Mapping[str, Path] = MappingProxyType({}), joined: str = "") -> None:
        self._folders = {"": folder, **{f"{name}/": part for name, part in parts.items()}}
        self._joined = f"{joined}/" if joined else None

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {
            prefix + path.relative_to(folder).as_posix(): path
            for prefix, folder in self._folders.items()
            for path in folder.rglob("*")
            if path.suffix in _TYPES
        }

    def page(self, request: HttpRequest) -> Response:
        """A file, unless it is the one that `If-None-Match` names; the first page for a name without an ending.

        Raises NotFound.
        """
        name, known = request.in_path.get("proxy", ""), request.header("If-None-Match")
        if "." not in name.rpartition("/")[2]:
            name = "index.html"
        body = self._read(name)
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        headers = _HEADERS | {"Cache-Control": "no-cache", "ETag": etag}
        if known is not None and entity_tags.is_known(known, etag):
            return Response(304, _TYPES[Path(name).suffix], "", headers)
        return Response(200, _TYPES[Path(name).suffix], body, headers)

    def _read(self, name: str) -> str:
        if path := self._files.get(name):
            return path.read_text()
        pieces = self._pieces.get(name)
        if not pieces:
            raise NotFound
        return "\n".join(
            ["const all = {};", *(_added(piece.read_text()) for piece in pieces), "export default all;", ""]
        )

    @cached_property
    def _pieces(self) -> dict[str, list[Path]]:
        """The files of each joined module, by its name."""
        found: dict[str, list[Path]] = {}
        for name, path in sorted(self._files.items()):
            if self._joined and name.startswith(self._joined) and name.count("/") == self._joined.count("/") + 1:
                found.setdefault(self._joined + path.name, []).append(path)
        return found


def _added(module: str) -> str:
    """A module that gives an object, as a statement that adds its members to `all`."""
    return module.replace("export default ", "Object.assign(all, ", 1).rstrip().removesuffix(";") + ");"


def redirect(address: str) -> Response:
    """A redirect to this address."""
    return Response(302, "text/plain", "", _HEADERS | {"Location": address})
