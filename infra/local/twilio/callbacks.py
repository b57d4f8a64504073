"""Status callbacks: signed requests to the StatusCallback URL while a message or a call is under way."""

from __future__ import annotations

import http.client
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from infra.local.clock import Clock
from infra.local.twilio.course import Course, Step

_TIMEOUT = 15
_KEPT = 10_000


@dataclass(frozen=True)
class Journey:
    """A message or a call under way: its course, and the URL that hears of it."""

    course: Course
    url: str | None
    method: str
    parameters: Callable[[Step], Mapping[str, str] | None]  # the callback's parameters for a step; None: no callback
    progress: Callable[[Step], None]  # called at each step, before its callback is sent


class Callbacks:
    """Follows messages and calls, and sends their callbacks. A callback without an answer is not repeated."""

    def __init__(self, auth_token: str, complain: Callable[[str], None]) -> None:
        self.sign_with(auth_token)
        self._complain = complain
        self._told: deque[dict[str, object]] = deque(maxlen=_KEPT)
        self._senders = ThreadPoolExecutor(8, thread_name_prefix="twilio callback")
        self._clock = Clock("twilio")
        self._before: dict[int, Future[None]] = {}  # by journey, the callback that must go first

    def sign_with(self, auth_token: str) -> None:
        """Sign with this token from now on."""
        self._validator: Any = RequestValidator(auth_token)  # type: ignore[no-untyped-call]  # has no types

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        """Send no more callbacks."""
        self._clock.stop()
        self._senders.shutdown(wait=False, cancel_futures=True)

    def follow(self, journey: Journey) -> None:
        """Run a message or a call through its steps."""
        self._clock.follow([(step.after, partial(self._take, journey, step)) for step in journey.course.steps])

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

    def _tell(self, journey: Journey, parameters: Mapping[str, str], before: Future[None] | None) -> None:
        """Post one callback, after the one before it. The pool runs them in order, so an earlier one is already running."""
        if before is not None:
            before.exception()
        url = str(journey.url)
        status, problem = None, None
        at = datetime.now(UTC)
        try:
            status, _ = self.send(url, parameters, journey.method)
        except OSError as error:
            problem = str(error)
            self._complain(f"status callback: nobody answers at {urlsplit(url).netloc} ({error})")
        else:
            if status >= 400:
                self._complain(f"status callback: {urlsplit(url).path} answered {status}")
        self._told.append(
            {
                "sent_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "sid": parameters.get("MessageSid") or parameters.get("CallSid"),
                "to": parameters["To"].removeprefix("whatsapp:"),
                "status": parameters.get("MessageStatus") or parameters.get("CallStatus"),
                "error_code": int(parameters["ErrorCode"]) if "ErrorCode" in parameters else None,
                "answer": status,
                "problem": problem,
                "method": journey.method,
                "url": url,
                "parameters": dict(parameters),
            }
        )

    def _take(self, journey: Journey, step: Step) -> None:
        """One step of a journey. Sends its callbacks."""
        journey.progress(step)
        steps: list[Step] = [step]
        if journey.course.reordered:
            # No callback is sent before the last step. Then all are sent, from the last to the first.
            steps = list(journey.course.steps)[::-1] if step is journey.course.steps[-1] else []
        try:
            for one in steps:
                self._hand_over(journey, one)
        except RuntimeError:  # stopped meanwhile
            return
        if step is journey.course.steps[-1]:
            self._before.pop(id(journey), None)

    def _hand_over(self, journey: Journey, step: Step) -> None:
        parameters = journey.parameters(step) if journey.url else None
        if parameters is None:
            return
        for _ in range(step.told):
            before = self._before.get(id(journey))
            self._before[id(journey)] = self._senders.submit(self._tell, journey, parameters, before)


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    if url.scheme == "https":
        return http.client.HTTPSConnection(url.hostname or "", url.port, timeout=_TIMEOUT, context=_trust())
    return http.client.HTTPConnection(url.hostname or "", url.port, timeout=_TIMEOUT)


@cache
def _trust() -> ssl.SSLContext:
    """How a server's certificate is checked. Reading all authorities takes longer than a callback, so it is done once."""
    return ssl.create_default_context()
