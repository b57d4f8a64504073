"""Budgets: windows that begin on the hour or at midnight UTC, and ceilings in shards."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.challenges.budgets import DAY, FREE, HOUR, SHARDS, ShardedBudget, Window
from mfa.store.counters import Counters

TIMES = st.floats(0, 4e9).map(lambda at: round(at, 3))


@given(st.integers(1, 10_000_000))
def test_the_shards_share_the_ceiling_nearly_equally(ceiling: int) -> None:
    shares = ShardedBudget("REGION#*", Window.of(DAY, 0), ceiling).shares()
    assert len(shares) == SHARDS
    numbers = [share for share in shares if share is not None]
    assert sum(numbers) == ceiling
    assert max(numbers) - min(numbers) <= 1


def test_without_a_ceiling_no_shard_has_one() -> None:
    assert ShardedBudget("REGION#HK", Window.of(DAY, 0), None).shares() == [None] * SHARDS


@given(st.sampled_from([HOUR, DAY]), TIMES)
def test_a_window_contains_its_moments_and_is_named_by_its_start(seconds: int, now: float) -> None:
    window = Window.of(seconds, now)
    assert window.ends_at - seconds <= now < window.ends_at
    assert window.ends_at % seconds == 0
    start = datetime.fromtimestamp(window.ends_at - seconds, UTC).isoformat()
    assert start.startswith(window.name)
    assert Window.of(seconds, window.ends_at).name != window.name
    assert Window.of(seconds, window.ends_at - seconds) == window


@pytest.mark.parametrize(
    ("seconds", "now", "name", "ends_at"),
    [
        (HOUR, 1_790_000_000.0, "2026-09-21T14", 1_790_002_800),
        (DAY, 1_790_000_000.0, "2026-09-21", 1_790_035_200),
        (HOUR, 1_790_002_799.999, "2026-09-21T14", 1_790_002_800),
        (HOUR, 1_790_002_800.0, "2026-09-21T15", 1_790_006_400),
        (DAY, 1_790_035_200.0, "2026-09-22", 1_790_121_600),
    ],
)
def test_windows_are_hours_and_days_in_utc(seconds: int, now: float, name: str, ends_at: float) -> None:
    assert Window.of(seconds, now) == Window(name, ends_at)


@given(st.integers(1, 40), st.sets(st.integers(0, SHARDS - 1)), st.integers(0, 10**6))
def test_a_shard_is_drawn_from_those_that_may_have_room_left(ceiling: int, full: set[int], random: int) -> None:
    budget = ShardedBudget("REGION#*", Window.of(DAY, 0), ceiling)
    shard = Counters(lambda limit: random % limit).open_shard(budget, full, FREE)
    open_shards = {n for n, share in enumerate(budget.shares()) if share != 0} - full
    assert shard in open_shards if open_shards else shard is None
