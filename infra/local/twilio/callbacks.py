"""Status callbacks: signed requests to the StatusCallback URL while a message or a call is under way."""

from __future__ import annotations

import http.client
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from infra.local.inbox import timestamp
from infra.local.journeys import Journey, Journeys, Report
from infra.local.twilio.course import Step, Way
from infra.local.vendor import KEPT

_TIMEOUT = 15


@dataclass(frozen=True)
class Listener:
    """The URL that hears of a message or a call; None: nobody does.

    Attributes:
        parameters: the callback's parameters for a step; None: no callback.
    """

    url: str | None
    method: str
    parameters: Callable[[Step], Mapping[str, str] | None]


class Callbacks:
    """Follows messages and calls, and sends their callbacks. A callback without an answer is not repeated."""

    def __init__(self, auth_token: str, complain: Callable[[str], None]) -> None:
        self.sign_with(auth_token)
        self._complain = complain
        self._told: deque[dict[str, object]] = deque(maxlen=KEPT)
        self._journeys = Journeys("twilio")

    def sign_with(self, auth_token: str) -> None:
        """Sign with this token from now on."""
        self._validator: Any = RequestValidator(auth_token)  # type: ignore[no-untyped-call]  # has no types

    def start(self) -> None:
        self._journeys.start()

    def stop(self) -> None:
        """Send no more callbacks."""
        self._journeys.stop()

    def follow(self, way: Way, progress: Callable[[Step], None], listener: Listener) -> None:
        """Run a message or a call through its steps."""

        def report(step: Step) -> Report | None:
            parameters = listener.parameters(step) if listener.url else None
            return partial(self._tell, listener, parameters) if parameters is not None else None

        self._journeys.follow(Journey(way, progress, report))

    def told(self) -> list[dict[str, object]]:
        """Every callback so far with its answer, newest first."""
        return list(self._told)[::-1]

    def clear(self) -> None:
        """Forget the callbacks so far."""
        self._told.clear()

    def send(self, url: str, parameters: Mapping[str, str], method: str = "POST") -> tuple[int, bytes]:
        """Send a signed request. Returns the answer's status and body. Raises `OSError` if nothing answers."""
        parts = urlsplit(url)
        headers = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*"}
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        body = None
        if method == "GET":  # the signature covers the whole URL, without parameters
            query = ("&" if parts.query else "?") + urlencode(parameters)
            target, url, parameters = target + query, url + query, {}
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            body = urlencode(parameters)
        headers["X-Twilio-Signature"] = self._validator.compute_signature(url, parameters)
        connection = _connection(parts)
        try:
            connection.request(method, target, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(64 * 1024)
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def _tell(self, listener: Listener, parameters: Mapping[str, str]) -> None:
        """Send one callback."""
        url = str(listener.url)
        status, problem = None, None
        at = datetime.now(UTC)
        try:
            status, _ = self.send(url, parameters, listener.method)
        except OSError as error:
            problem = str(error)
            self._complain(f"status callback: nobody answers at {urlsplit(url).netloc} ({error})")
        else:
            if status >= 400:
                self._complain(f"status callback: {urlsplit(url).path} answered {status}")
        self._told.append(
            {
                "sent_at": timestamp(at),
                "sid": parameters.get("MessageSid") or parameters.get("CallSid"),
                "to": parameters["To"].removeprefix("whatsapp:"),
                "status": parameters.get("MessageStatus") or parameters.get("CallStatus"),
                "error_code": int(parameters["ErrorCode"]) if "ErrorCode" in parameters else None,
                "answer": status,
                "problem": problem,
                "method": listener.method,
                "url": url,
                "parameters": dict(parameters),
            }
        )


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    if url.scheme == "https":
        return http.client.HTTPSConnection(url.hostname or "", url.port, timeout=_TIMEOUT, context=_trust())
    return http.client.HTTPConnection(url.hostname or "", url.port, timeout=_TIMEOUT)


@cache
def _trust() -> ssl.SSLContext:
    """How a server's certificate is checked. Reading all authorities takes longer than a callback, so it is done once."""
    return ssl.create_default_context()
