"""An HTTP server on a socket that is already bound, in its own threads."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Any

import waitress.server  # type: ignore[import-untyped]  # has no types
from waitress import wasyncore
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser, get_header_lines  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]

from infra.local.errors import StartError

type Environ = dict[str, Any]
type StartResponse = Callable[..., Any]
type Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# The request's headers in their order and spelling: a list of (name, value). WSGI joins repeated headers and loses their
# spelling. API Gateway does neither.
RAW_HEADERS = "local.raw_headers"

# Each request that waits for a worker keeps one thread of the server waiting, so there must be many.
_THREADS = 256
_BACKLOG = 2048
_CONNECTIONS = 2000


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # untyped base
    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        lines = get_header_lines(header_plus.partition(b"\r\n")[2])
        pairs = [line.decode("latin-1").partition(":") for line in lines]
        self.raw_headers = [(name.strip(), value.strip(" \t")) for name, _, value in pairs]


class _Task(WSGITask):  # type: ignore[misc]
    def get_environment(self) -> Environ:
        environ: Environ = super().get_environment()
        environ[RAW_HEADERS] = self.request.raw_headers
        return environ


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    task_class = _Task


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to this address, so that a port in use is found before anything is started.

    Raises `StartError` that names HOST or PORT.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise StartError(f"HOST {host!r} is no address: {error.strerror}") from error
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise StartError(f"cannot listen on HOST {host}, PORT {port}: {error.strerror}") from error
    return bound


class Server:
    """Serves a WSGI application until stopped. If all threads are busy, requests wait. None is refused."""

    def __init__(self, application: Application, bound: socket.socket, *, threads: int = _THREADS) -> None:
        logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns about every queued request
        self._server = waitress.server.create_server(
            application,
            sockets=[bound],
            threads=threads,
            backlog=_BACKLOG,
            connection_limit=_CONNECTIONS,
            asyncore_use_poll=True,
            max_request_body_size=256 * 1024 * 1024,
            inbuf_overflow=16 * 1024 * 1024,
            channel_timeout=60,
            clear_untrusted_proxy_headers=False,  # the gateway judges them
            ident="local",
        )
        self._server.channel_class = _Channel
        self.port: int = bound.getsockname()[1]
        self._stopping = False
        self._loop = threading.Thread(target=self._run, name=f"server {self.port}", daemon=True)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """Close every connection and stop listening. Does not wait for requests under way."""
        self._stopping = True
        if self._loop.is_alive():
            self._server.pull_trigger()
            self._loop.join(2)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=0)
        wasyncore.close_all(self._server._map, ignore_all=True)

    def _run(self) -> None:
        while not self._stopping:
            wasyncore.loop(timeout=1, use_poll=True, map=self._server._map, count=1)
