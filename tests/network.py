"""Keeps the tests with a browser and those with containers from running at the same time.

The start and the end of a container change the machine's network addresses. Chromium then gives up all its connections,
even those to 127.0.0.1 (net::ERR_NETWORK_CHANGED), and a page that is loading stays empty.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

_LOCK = Path(__file__).resolve().parents[1] / "build" / "network.lock"
_held: list[int] = []


def may_change() -> None:
    """Waits until no other process needs a network that stays as it is. Holds until this process ends."""
    _hold(fcntl.LOCK_EX)


def must_stay() -> None:
    """Waits until no other process changes the network. Holds until this process ends."""
    _hold(fcntl.LOCK_SH)


def _hold(kind: int) -> None:
    if _held:
        return
    _LOCK.parent.mkdir(exist_ok=True)
    _held.append(os.open(_LOCK, os.O_RDWR | os.O_CREAT))
    fcntl.flock(_held[0], kind)
