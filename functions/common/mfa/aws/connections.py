"""Kept connections to AWS over HTTP/1.1, for any number of threads."""

import http.client
import select
import socket
import ssl
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlsplit

import certifi
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)

from mfa.aws.http_messages import AwsResponse, written

CONNECT_SECONDS, READ_SECONDS = 1, 3
# So many connections to one host are kept. More are opened if more threads need one at once.
KEPT = 10


class Reply(NamedTuple):
    """An answer over HTTP. Names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


# Sends a request (method, URL, headers, body) once. Raises botocore's HTTPClientError or one of its ConnectionErrors.
type Send = Callable[[str, str, dict[str, str], bytes], Reply]


class Connections:
    """Connections that are kept between requests, the last used one first."""

    def __init__(self, certificates: str = "") -> None:
        """`certificates` is a file of authorities to trust in the place of certifi's (AWS_CA_BUNDLE)."""
        self._certificates = certificates
        self._idle: dict[str, list[http.client.HTTPConnection]] = {}

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        """The answer to one request, which is sent once."""
        target = urlsplit(url)
        idle = self._idle.setdefault(f"{target.scheme}://{target.netloc}", [])
        message = written(method, target.path or "/", {"host": target.netloc, **headers}, body)
        connection = self._kept(idle) or self._connect(target.scheme, target.netloc, url)
        whole = False
        try:
            connection.sock.sendall(message)
            with AwsResponse(connection.sock, method=method) as answer:
                answer.begin()
                reply = Reply(answer.status, dict(answer.headers), answer.read())
            whole = True
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=url, error=error) from error
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionClosedError(endpoint_url=url, error=error) from error
        finally:
            # A connection with the rest of an answer in it would give that to the next request.
            if whole and not answer.will_close and len(idle) < KEPT:
                idle.append(connection)
            else:
                connection.close()
            if not whole:
                # What ended this connection may have ended the others, unseen: the repetition gets a new one.
                _close_all(idle)
        return reply

    def close(self) -> None:
        """Closes the kept connections. Only tests and tools end before their process does."""
        for idle in self._idle.values():
            _close_all(idle)

    @staticmethod
    def _kept(idle: list[http.client.HTTPConnection]) -> http.client.HTTPConnection | None:
        """A kept connection that the other side has not closed: that one would be readable."""
        while idle:
            try:
                connection = idle.pop()
            except IndexError:  # another thread took it
                return None
            poll = select.poll()
            poll.register(connection.sock, select.POLLIN)
            if not poll.poll(0):
                return connection
            connection.close()
        return None

    def _connect(self, scheme: str, host: str, url: str) -> http.client.HTTPConnection:
        connection = (
            http.client.HTTPSConnection(host, timeout=CONNECT_SECONDS, context=self._tls)
            if scheme == "https"
            else http.client.HTTPConnection(host, timeout=CONNECT_SECONDS)
        )
        try:
            connection.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=url, error=error) from error
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=url, error=error) from error
        except http.client.HTTPException as error:
            raise HTTPClientError(error=error) from error
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.sock.settimeout(READ_SECONDS)
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The context of all connections: to read its certificates takes longer than a request."""
        return ssl.create_default_context(cafile=self._certificates or certifi.where())


def _close_all(idle: list[http.client.HTTPConnection]) -> None:
    while idle:
        try:
            connection = idle.pop()
        except IndexError:  # another thread took it
            return
        connection.close()
