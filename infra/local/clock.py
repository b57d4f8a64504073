"""Runs things later, in the order in which they are due."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Clock:
    """One thread that calls functions at their time. Functions that are due together run in the order they came."""

    def __init__(self, name: str) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name=f"{name} clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Call nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def clear(self) -> None:
        """Forget everything that is still to come."""
        with self._changed:
            self._due.clear()

    def follow(self, steps: list[tuple[float, Callable[[], None]]]) -> None:
        """Call each function after its number of seconds from now. A function must be quick and must not raise."""
        now = time.monotonic()
        with self._changed:
            for after, call in steps:
                heapq.heappush(self._due, (now + after, next(self._order), call))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._stopped:
                    return
                _, _, call = heapq.heappop(self._due)
            call()
