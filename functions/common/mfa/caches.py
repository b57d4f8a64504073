"""What is kept in a container for a while."""

import time
from collections.abc import Callable

from mfa.errors import TemporarilyUnavailable

# Settings, clients and keys are as old as this at most.
CACHE_SECONDS = 30.0


class Cached[T]:
    """A value that is loaded again when it is older than CACHE_SECONDS."""

    def __init__(self, load: Callable[[], T], keep: Callable[[T], bool] = lambda _value: True) -> None:
        """What `keep` says no to is loaded again the next time."""
        self._load = load
        self._keep = keep
        self._value: T | None = None
        self._until = 0.0

    def __call__(self) -> T:
        if self._value is None or time.monotonic() >= self._until:
            try:
                value = self._load()
            except TemporarilyUnavailable:
                if self._value is None:
                    raise
                value = self._value  # better old than none
            if not self._keep(value):
                return value
            self._value, self._until = value, time.monotonic() + CACHE_SECONDS
        return self._value

    def forget(self) -> None:
        """Loads it anew the next time."""
        self._value = None
