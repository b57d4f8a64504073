"""The simulated Twilio for tests: running, with Twilio's own client to talk to it and somewhere to be called back."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from infra.local.delivered import Delivered
from infra.local.serving import Server, bind
from infra.local.twilio.account import Account, local_account
from infra.local.twilio.app import Twilio


@dataclass
class Simulation:
    """A simulated Twilio, its address, and the messages that reached its phones, oldest first."""

    twilio: Twilio
    url: str
    delivered: list[Delivered]

    @property
    def account(self) -> Account:
        return self.twilio.account

    def client(self, auth_token: str | None = None, timeout: float = 10) -> Any:
        """Twilio's client, which tries once."""
        http_client: Any = TwilioHttpClient(pool_connections=False, timeout=timeout)
        request = http_client.request
        http_client.request = lambda method, url, **more: request(method, self.url + urlsplit(url).path, **more)
        client: Any = Client  # typed in parts only
        return client(self.account.sid, auth_token or self.account.auth_token, http_client=http_client)

    def bodies(self) -> list[str]:
        return [message.body for message in self.delivered]

    def reset(self, *rules: Mapping[str, object]) -> None:
        """Forgets every message and sets these faults."""
        self.twilio.faults.set([dict(rule) for rule in rules])
        self.twilio.forget()
        self.delivered.clear()


@dataclass(frozen=True)
class Told:
    """A callback: its request, and the URL it was signed for."""

    method: str
    url: str
    parameters: dict[str, str]
    signature: str


@dataclass
class Listener:
    """A server that is called back; it answers with `status`."""

    url: str
    status: int = 204
    body: bytes = b""
    told: list[Told] = field(default_factory=list)

    def statuses(self) -> list[str]:
        return [one.parameters.get("MessageStatus") or one.parameters["CallStatus"] for one in list(self.told)]

    def wait(self, count: int, seconds: float = 5) -> Sequence[Told]:
        """Waits for this many callbacks. Raises `TimeoutError` if they do not come."""
        until(lambda: len(self.told) >= count, seconds)
        return self.told


@contextmanager
def simulated_twilio(name: str = "test") -> Iterator[Simulation]:
    """Run one."""
    delivered: list[Delivered] = []
    twilio = Twilio(local_account(name), delivered.append)
    with bind("127.0.0.1", 0) as listening:
        server = Server(twilio, listening, threads=8)
        twilio.start()
        server.start()
        try:
            yield Simulation(twilio, f"http://127.0.0.1:{server.port}", delivered)
        finally:
            twilio.stop()
            server.stop()


@contextmanager
def listener() -> Iterator[Listener]:
    """Run one."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer(form if self.command == "POST" else urlsplit(self.path).query)

        do_GET = do_POST

        def _answer(self, form: str) -> None:
            address = f"http://127.0.0.1:{server.server_port}{self.path}"
            parameters = dict(parse_qsl(form, keep_blank_values=True))
            running.told.append(Told(self.command, address, parameters, self.headers["X-Twilio-Signature"]))
            self.send_response(running.status)
            self.send_header("Content-Length", str(len(running.body)))
            self.end_headers()
            self.wfile.write(running.body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running = Listener(f"http://127.0.0.1:{server.server_port}/hook?ref=a%2Bb")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield running
        finally:
            server.shutdown()


def until(happened: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for it; raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
