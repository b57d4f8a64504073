"""The caches of a container, and how long they keep a value."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mfa.caches import CACHE_SECONDS, Cached
from mfa.errors import TemporarilyUnavailable


@dataclass
class Source:
    """Returns a number that grows by one at each call, or fails."""

    now: float = 1_000_000.0
    loaded: int = 0
    answers: bool = True

    def load(self) -> int:
        if not self.answers:
            raise TemporarilyUnavailable
        self.loaded += 1
        return self.loaded

    def cached(self, keep: Callable[[int], bool] = lambda _value: True) -> Cached[int]:
        return Cached(self.load, keep, lambda: self.now)


@pytest.mark.parametrize(
    ("seconds", "value"), [(0, 1), (CACHE_SECONDS - 0.1, 1), (CACHE_SECONDS, 2), (86_400, 2), (-0.1, 2), (-86_400, 2)]
)
def test_a_value_is_kept_for_its_seconds_and_not_when_the_clock_was_set_back(seconds: float, value: int) -> None:
    source = Source()
    cached = source.cached()
    assert cached() == 1
    source.now += seconds
    assert cached() == value


def test_the_old_value_is_used_while_the_source_does_not_answer() -> None:
    source = Source()
    cached = source.cached()
    assert cached() == 1
    source.answers = False
    source.now += CACHE_SECONDS
    assert cached() == 1
    source.answers = True
    assert cached() == 1
    source.now += CACHE_SECONDS
    assert cached() == 2


def test_a_source_that_never_answered_gives_no_value() -> None:
    source = Source(answers=False)
    with pytest.raises(TemporarilyUnavailable):
        source.cached()()


def test_uncacheable_and_forgotten_values_are_loaded_again() -> None:
    source = Source()
    odd = source.cached(lambda value: value % 2 == 1)
    assert [odd(), odd()] == [1, 1]
    odd.forget()
    assert [odd(), odd(), odd()] == [2, 3, 3]
