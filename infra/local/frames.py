"""Messages between the stack and its workers: four bytes of length, then the payload."""

from __future__ import annotations

import socket
import struct

_LENGTH = struct.Struct(">I")


def send(connection: socket.socket, *parts: bytes) -> None:
    """Send each part as one message. Raises `OSError` if the other end is gone."""
    connection.sendall(b"".join(_LENGTH.pack(len(part)) + part for part in parts))


def receive(connection: socket.socket) -> bytes:
    """The next message. Raises `EOFError` if the other end is gone, `TimeoutError` after the socket's timeout."""
    return _exactly(connection, _LENGTH.unpack(_exactly(connection, _LENGTH.size))[0])


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        try:
            part = connection.recv(min(count - len(data), 1 << 20))
        except ConnectionError as error:
            raise EOFError from error
        if not part:
            raise EOFError
        data += part
    return bytes(data)
