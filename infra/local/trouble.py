"""Applies the faults that replace or delay the answer to one request."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from waitress.channel import ClientDisconnected  # type: ignore[import-untyped]  # has no types

from infra.local.faults import ANSWERS, Faults, Rule
from infra.local.serving import Environ


@dataclass
class Answer:
    """The answer of a simulated vendor."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    code: str | int | None = None  # the vendor's, of a refusal


@dataclass(frozen=True)
class Trouble:
    """The faults of one request. `slow` delays the answer, `fault` replaces it. Resetting needs waitress as the server."""

    slow: Rule | None
    fault: Rule | None

    @classmethod
    def take(cls, faults: Faults, to: str, channel: str) -> Trouble:
        """The rules that fit a request. Counts them as applied."""
        return cls(faults.take("slow", to, channel), faults.take(ANSWERS, to, channel))

    @property
    def names(self) -> list[str]:
        return [rule.fault for rule in (self.slow, self.fault) if rule]

    def answer(
        self,
        accept: Callable[[], Answer],
        error: Callable[[Rule], Answer],
        stopping: threading.Event,
        environ: Environ,
    ) -> Answer:
        """The answer to the request. `accept` takes the message, `error` is the vendor's own refusal for a fault.

        Drops the request if it is slow to be accepted and the caller has hung up meanwhile.
        """
        if self.slow and not self.slow.values["accept"]:
            stopping.wait(self.slow.values["seconds"])
            if _hung_up(environ):
                raise ClientDisconnected
        accepted = accept() if self.fault is None or self.fault.values.get("accept") else None
        if self.slow and self.slow.values["accept"]:
            stopping.wait(self.slow.values["seconds"])
        if self.fault is not None:
            return _spoiled(self.fault, error(self.fault), environ)
        assert accepted is not None  # without a fault it is always taken
        return accepted


def _spoiled(rule: Rule, error: Answer, environ: Environ) -> Answer:
    """The answer that a fault gives instead of the right one. `error` is the vendor's own. A reset gives none."""
    values: Mapping[str, Any] = rule.values
    match rule.fault:
        case "error":
            return error
        case "malformed":
            return Answer(values["status"], values["body"])
        case "status":
            if values["body"] is not None:
                error.text = values["body"]
            if values["retry_after"] is not None:
                error.headers["Retry-After"] = str(values["retry_after"])
            return error
    reset(environ)


def _channel(environ: Environ) -> Any:
    """The connection of a request. waitress exposes it only as the owner of a method."""
    return environ["waitress.client_disconnected"].__self__


def _hung_up(environ: Environ) -> bool:
    """True if the caller has closed the connection. An open one sends nothing, because it waits for this answer."""
    try:
        return not _channel(environ).socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def reset(environ: Environ) -> NoReturn:
    """Ends the connection by a TCP RST instead of a FIN, without an answer."""
    _channel(environ).socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise ClientDisconnected  # waitress closes the connection
