"""Status callbacks: what Twilio posts to a StatusCallback URL as a message makes its way, signed as Twilio signs."""

from __future__ import annotations

import heapq
import http.client
import itertools
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

# Seconds after the message was accepted, and the status it has then.
_COURSE = ((0.3, "sent"), (0.8, "delivered"))
_TIMEOUT = 15

type Progress = Callable[[Mapping[str, str], str], None]


@dataclass(frozen=True)
class _Step:
    """A status a message reaches, and who is told."""

    status: str
    about: Mapping[str, str]
    url: str | None
    progress: Progress


class Callbacks:
    """Follows messages and tells their callback URLs. One that does not answer is not told again."""

    def __init__(self, auth_token: str, complain: Callable[[str], None]) -> None:
        self._validator: Any = RequestValidator(auth_token)  # type: ignore[no-untyped-call]  # has no types
        self._complain = complain
        self._due: list[tuple[float, int, _Step]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._senders = ThreadPoolExecutor(4, thread_name_prefix="twilio callback")
        self._clock = threading.Thread(target=self._run, name="twilio clock", daemon=True)

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        """Tell nobody anything any more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._senders.shutdown(wait=False, cancel_futures=True)

    def follow(self, url: str | None, about: Mapping[str, str], progress: Progress) -> None:
        """Let a message take its course: `progress` is called with each new status, then the URL, if any, is told."""
        now = time.monotonic()
        with self._changed:
            for delay, status in _COURSE:
                heapq.heappush(self._due, (now + delay, next(self._order), _Step(status, about, url, progress)))
            self._changed.notify()

    def send(self, url: str, parameters: Mapping[str, str]) -> int:
        """Post a signed callback; the answer's status. Raises `OSError` where nobody answers."""
        parts = urlsplit(url)
        connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Twilio-Signature": self._validator.compute_signature(url, parameters),
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", target, urlencode(parameters), headers)
            return connection.getresponse().status
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def _tell(self, url: str, parameters: Mapping[str, str]) -> None:
        try:
            status = self.send(url, parameters)
        except OSError as error:
            self._complain(f"status callback: nobody answers at {urlsplit(url).netloc} ({error})")
            return
        if status >= 400:
            self._complain(f"status callback: {urlsplit(url).path} answered {status}")

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._stopped:
                    return
                step = heapq.heappop(self._due)[2]
            step.progress(step.about, step.status)
            if step.url:
                parameters = {**step.about, "MessageStatus": step.status, "SmsStatus": step.status}
                try:
                    self._senders.submit(self._tell, step.url, parameters)
                except RuntimeError:  # stopped meanwhile
                    return
