"""Posts messages to the webhook: by HTTPS, to public addresses, without redirects."""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import urllib3

# Together below the function's own timeout, which ends an answer that comes byte by byte.
CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
_HTTPS_PORT = 443

type Addresses = Sequence[str]


class NotDelivered(Exception):
    """The webhook did not take the message. The text says why, without the URL, which may hold a secret."""


def addresses_of(host: str, port: int) -> Addresses:
    """The addresses of a host, those of IPv4 first. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in sorted(found, key=lambda each: each[0] != socket.AF_INET)]


def is_public(address: str) -> bool:
    """Whether an address is one of the internet: not of a private network, a link, this machine or a group."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_global and not parsed.is_multicast


class Endpoint:
    """The webhook's URL."""

    def __init__(
        self,
        url: str,
        *,
        addresses: Callable[[str, int], Addresses] = addresses_of,
        allows: Callable[[str], bool] = is_public,
        trust: ssl.SSLContext | None = None,
        timeout: urllib3.Timeout | None = None,
    ) -> None:
        """`url` is one of https. The others are AWS Lambda's own network, unless a test has another."""
        parsed = urlsplit(url)
        if parsed.scheme != "https" or not parsed.hostname or parsed.username is not None:
            raise ValueError("the URL of the webhook must be https://HOST, without a user's name")
        self._host, self._port = parsed.hostname, parsed.port or _HTTPS_PORT
        self._netloc = parsed.netloc
        self._target = (parsed.path or "/") + (f"?{parsed.query}" if parsed.query else "")
        self._addresses, self._allows = addresses, allows
        self._trust = trust or ssl.create_default_context()
        self._timeout = timeout or urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)

    def post(self, headers: Mapping[str, str], body: bytes) -> None:
        """Delivers a message. Only an answer 2xx means that it was taken. Raises NotDelivered.

        The host is looked up each time, and the address that was checked is the one that is called: a name that leads to
        a private address is refused, also if it led elsewhere a moment ago.
        """
        try:
            address = self._address()
            status = self._status(address, {"Host": self._netloc, **headers}, body)
        except OSError as error:
            raise NotDelivered(f"no connection: {type(error).__name__}") from error
        except urllib3.exceptions.HTTPError as error:
            raise NotDelivered(f"no answer: {type(error).__name__}") from error
        if not 200 <= status < 300:
            raise NotDelivered(f"status {status}")

    def _address(self) -> str:
        found = self._addresses(self._host, self._port)
        if not found or not all(map(self._allows, found)):
            raise NotDelivered("the host has no public address, or another one beside it")
        return found[0]

    def _status(self, address: str, headers: Mapping[str, str], body: bytes) -> int:
        pool = urllib3.HTTPSConnectionPool(
            address, self._port, server_hostname=self._host, assert_hostname=self._host, ssl_context=self._trust
        )
        with pool:
            answer = pool.urlopen(
                "POST",
                self._target,
                body=body,
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": "mfa-webhook",
                    "Connection": "close",
                    **headers,
                },
                redirect=False,
                retries=False,
                timeout=self._timeout,
                assert_same_host=False,
                preload_content=False,  # the status says it all, and the rest may be long
            )
            answer.close()
        return int(answer.status)
