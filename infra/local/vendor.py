"""The HTTP side that every simulated vendor has: its faults, the requests that came, and the API that changes and shows both."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from werkzeug.wrappers import Request, Response

from infra.local.control import PREFIX, Control
from infra.local.faults import Faults, Kinds, Rule
from infra.local.inbox import timestamp
from infra.local.serving import Environ, StartResponse
from infra.local.trouble import Answer, Trouble

# The requests, messages and reports that a simulated vendor remembers.
KEPT = 10_000


@dataclass(kw_only=True)
class Received:
    """A request to a simulated vendor, and its outcome.

    Attributes:
        parameters: those of the request, as they were read.
        status: the answer's HTTP status; None while the request is under way, or if it got no answer.
        code: the vendor's name of a refusal.
        to: the number that the request is about.
        faults: those that it met.
    """

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    parameters: Mapping[str, object] = field(default_factory=dict, repr=False)
    status: int | None = None
    code: str | int | None = None
    to: str = ""
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        shown = {name: value for name, value in vars(self).items() if name != "at"}
        return {**shown, "received_at": timestamp(self.at)}


class Vendor(ABC):
    """A WSGI application that answers as a vendor does. Its own paths are below `/handset`.

    Resetting a connection needs waitress as the server.
    """

    control: Control

    def __init__(self, kinds: Kinds) -> None:
        self.faults = Faults(kinds)
        self._received: deque[Received] = deque(maxlen=KEPT)
        self._stopping = threading.Event()

    @abstractmethod
    def respond(self, request: Request) -> Response:
        """The vendor's answer to a request."""

    def stop(self) -> None:
        """End the waits of slow answers."""
        self._stopping.set()

    def requests(self) -> list[dict[str, object]]:
        """Every request so far, newest first."""
        return [one.as_json() for one in reversed(list(self._received))]

    def forget(self) -> None:
        """Forget the requests so far. The faults stay."""
        self._received.clear()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        ours = request.path.startswith(PREFIX)
        response = self.control.response(request) if ours else self.respond(request)
        sent: Iterable[bytes] = response(environ, start_response)
        return sent

    def answered(
        self,
        request: Request,
        received: Received,
        channel: str,
        accept: Callable[[], Answer],
        error: Callable[[Rule], Answer],
    ) -> Answer:
        """The answer to a message or a call, as the faults make it: `accept` takes it, `error` is the vendor's own refusal."""
        trouble = Trouble.take(self.faults, received.to, channel)
        received.faults = trouble.names
        return trouble.answer(accept, error, self._stopping, request.environ)
