"""Values that a container keeps for a while."""

import time
from collections.abc import Callable

from mfa.errors import TemporarilyUnavailable

# The maximum age of settings, clients and keys.
CACHE_SECONDS = 30.0


class Cached[T]:
    """A value that is loaded again when it is older than CACHE_SECONDS."""

    def __init__(
        self,
        load: Callable[[], T],
        keep: Callable[[T], bool] = lambda _value: True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """A value that `keep` rejects is loaded again the next time.

        The default is the wall clock. A monotonic clock may stand still while the container is frozen, and key rotation
        relies on nothing being kept for longer.
        """
        self._load = load
        self._keep = keep
        self._value: T | None = None
        self._clock = clock
        self._loaded_at = 0.0

    def __call__(self) -> T:
        if self._value is None or not 0 <= self._clock() - self._loaded_at < CACHE_SECONDS:
            try:
                value = self._load()
            except TemporarilyUnavailable:
                if self._value is None:
                    raise
                value = self._value  # an old value is better than no answer
            if not self._keep(value):
                return value
            self._value, self._loaded_at = value, self._clock()
        return self._value

    def forget(self) -> None:
        """Makes the next call load the value again."""
        self._value = None
