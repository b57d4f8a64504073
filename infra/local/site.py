"""Routes each path to the part of the stack that answers it, and prints one line per request."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus

from infra.local import invocations
from infra.local.control import Asked, Control
from infra.local.events import Request
from infra.local.gateway import Gateway
from infra.local.invocations import Invocations
from infra.local.output import Output
from infra.local.pages import Pages
from infra.local.responses import Response
from infra.local.serving import Environ, StartResponse

# An open handset asks for these every second, or a page asks for them as it loads.
_UNLOGGED = ("/handset/", "/static/")


class Site:
    """The WSGI application of the stack.

    It tries, in this order: the template's routes, Lambda's API, the control of the simulated vendors, the pages.
    """

    def __init__(
        self,
        gateway: Gateway,
        invocations: Invocations,
        pages: Pages,
        output: Output,
        controls: Sequence[Control],
    ) -> None:
        self._gateway = gateway
        self._invocations = invocations
        self._pages = pages
        self._output = output
        self._controls = controls

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        started = time.monotonic()
        request = Request.of(environ)
        response = self._answer(request)
        if response.status >= 400 or not request.path.startswith(_UNLOGGED):
            took = (time.monotonic() - started) * 1000
            # Do not print query, headers or body: they may hold a passcode, a token or a number.
            self._output.line(
                f"{datetime.now().astimezone():%H:%M:%S} {request.method} {request.path} {response.status} {took:.0f} ms"
            )
        start_response(
            f"{response.status} {_phrase(response.status)}",
            [*((name, _latin(value)) for name, value in response.headers), ("Content-Length", str(len(response.body)))],
        )
        return [] if request.method == "HEAD" else [response.body]

    def _answer(self, request: Request) -> Response:
        if self._gateway.router.find(request.method, request.path):
            return self._gateway.answer(request)
        if request.path.startswith(invocations.PREFIX):
            return self._invocations.answer(request)
        for control in self._controls:
            if control.has(request.path):
                return _control(control, request)
        return self._pages.answer(request) or self._gateway.answer(request)


def _control(control: Control, request: Request) -> Response:
    mimetype = request.header("content-type").partition(";")[0].strip().lower()
    asked = Asked(request.method, request.path, request.query, mimetype, request.body)
    status, body = control.answer(asked)
    headers = (
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    )
    return Response(status, headers, json.dumps(body, ensure_ascii=False).encode())


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _latin(value: str) -> str:
    """Header values as WSGI wants them: UTF-8 bytes decoded as Latin-1."""
    return value.encode("utf-8").decode("latin-1")
