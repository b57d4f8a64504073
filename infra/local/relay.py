"""Lets containers reach a server on this machine's 127.0.0.1, without opening it to the network."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65536


class _Relay(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, target: tuple[str, int]) -> None:
        self.target = target
        super().__init__((host, 0), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Relay

    def handle(self) -> None:
        try:
            with socket.create_connection(self.server.target) as there:
                back = threading.Thread(target=_pour, args=(there, self.request), daemon=True)
                back.start()
                _pour(self.request, there)
                back.join()
        except OSError:  # nobody listens there: the caller sees the connection end
            pass


def _pour(source: socket.socket, sink: socket.socket) -> None:
    """Copy one direction until it ends, then close it."""
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:  # one side is gone: this direction has ended
        pass


@contextmanager
def relayed(host: str, target: tuple[str, int]) -> Iterator[int]:
    """Forward connections from an address of this machine to `target`. Yields the port. Raises `OSError`."""
    with _Relay(host, target) as relay:
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield int(relay.server_address[1])
        finally:
            relay.shutdown()
            thread.join()
