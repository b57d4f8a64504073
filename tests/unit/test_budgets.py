"""Budgets: windows that begin on the hour or at midnight UTC, and ceilings in shards."""

from copy import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.challenges.budgets import (
    DAY,
    FREE,
    HOUR,
    SHARDS,
    Budget,
    BudgetSpent,
    Charge,
    Cost,
    FraudSpent,
    NewSend,
    ShardedBudget,
    Spend,
    Window,
    kept_of,
)
from mfa.challenges.fraud_budgets import FraudDecision, NewLimit, SpreadLimit
from mfa.store.counters import Counters

USD = 1_000_000
TODAY, THIS_HOUR = Window.of(DAY, 1_790_000_000.0), Window.of(HOUR, 1_790_000_000.0)
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
    shard = Counters(lambda limit: random % limit, lambda: "").open_shard(budget, full, FREE)
    open_shards = {n for n, share in enumerate(budget.shares()) if share != 0} - full
    assert shard in open_shards if open_shards else shard is None


# --- one counter


def of_number(subject: str = "NUMBER#+85292153799", **fields: Any) -> Budget:
    return Budget(subject, TODAY, 20, **fields)


@pytest.mark.parametrize(
    ("subject", "kind", "name"),
    [
        ("NUMBER#+85292153799", "number", "+85292153799"),
        ("MAILBOX#a#b@example.com", "mailbox", "a#b@example.com"),
        ("TESTS", "tests", ""),
    ],
)
def test_a_budget_is_called_by_what_it_counts_and_whose_it_is(subject: str, kind: str, name: str) -> None:
    budget = of_number(subject=subject)
    assert (budget.kind, budget.name) == (kind, name)


@pytest.mark.parametrize(
    ("fields", "counted", "reopens"),
    [
        ({}, 20, TODAY),
        ({}, 0, TODAY),
        ({"hour": THIS_HOUR, "hour_ceiling": 10}, 10, THIS_HOUR),
        ({"hour": THIS_HOUR, "hour_ceiling": 10}, 19, THIS_HOUR),
        ({"hour": THIS_HOUR, "hour_ceiling": 10}, 20, TODAY),
        ({"hour": THIS_HOUR, "hour_ceiling": 10}, 21, TODAY),
        ({"hour": THIS_HOUR, "hour_ceiling": 10, "kept": 5}, 14, THIS_HOUR),
        ({"hour": THIS_HOUR, "hour_ceiling": 10, "kept": 5}, 15, TODAY),
    ],
    ids=str,
)
def test_a_spent_budget_has_room_again_when_its_hour_or_its_day_ends(
    fields: dict[str, Any], counted: int, reopens: Window
) -> None:
    assert of_number(**fields).reopens_at(counted) == reopens.ends_at


# --- shards


def sharded(subject: str = "REGION#HK", ceiling: int | None = None, **fields: Any) -> ShardedBudget:
    return ShardedBudget(subject, TODAY, ceiling, **fields)


@pytest.mark.parametrize(
    ("subject", "kind", "name"),
    [("REGION#HK", "region", "HK"), ("REGION#*", "global", "*"), ("CLIENT#c1", "client", "c1")],
)
def test_a_sharded_budget_is_called_by_what_it_counts(subject: str, kind: str, name: str) -> None:
    assert (sharded(subject).kind, sharded(subject).name) == (kind, name)


@pytest.mark.parametrize(
    ("ceiling", "kept", "shares", "open_to_all"),
    [
        (10_000, 0, [625] * 16, [625] * 16),
        (10_000, 5_000, [625] * 16, [313] * 8 + [312] * 8),
        (3, 1, [1] * 3 + [0] * 13, [1] * 2 + [0] * 14),
        (17, 0, [2] + [1] * 15, [2] + [1] * 15),
        (None, 0, [None] * 16, [None] * 16),
    ],
)
def test_sixteen_shards_have_a_part_of_the_ceiling_each(
    ceiling: int | None, kept: int, shares: list[int | None], open_to_all: list[int | None]
) -> None:
    budget = sharded(ceiling=ceiling, kept=kept)
    assert (budget.shards, budget.shares(), budget.open_shares()) == (16, shares, open_to_all)


def test_without_a_part_that_is_kept_all_is_open_to_all() -> None:
    assert sharded(ceiling=33).open_shares() == sharded(ceiling=33).shares()


@pytest.mark.parametrize(
    ("ceiling", "shards"),
    [
        (0, 1),
        (20 * USD - 1, 1),
        (20 * USD, 2),
        (30 * USD - 1, 2),
        (160 * USD - 1, 15),
        (160 * USD, 16),
        (10_000 * USD, 16),
    ],
)
def test_what_a_day_may_cost_has_so_many_shards_that_the_dearest_message_fits_into_each(
    ceiling: int, shards: int
) -> None:
    budget = sharded("REGION#*", spend=Spend(ceiling))
    assert (budget.shards, budget.shares(), budget.open_shares()) == (shards, [None] * shards, [None] * shards)


def test_a_ceiling_beside_what_a_day_may_cost_is_in_the_same_shards() -> None:
    budget = sharded("REGION#*", 5, spend=Spend(20 * USD), kept=1)
    assert (budget.shares(), budget.open_shares()) == ([3, 2], [2, 2])


def test_a_message_has_room_in_a_shard_until_the_shards_part_less_its_own_cost_is_spent() -> None:
    budget = sharded("REGION#*", spend=Spend(40 * USD + 3, kept=10 * USD))
    assert budget.room(0, 5) == (10 * USD + 1 - 5, 7_500_001 - 5)
    assert budget.room(3, 5) == (10 * USD - 5, 7_500_000 - 5)
    without_kept = sharded("REGION#*", spend=Spend(10 * USD))
    assert without_kept.room(0, 10 * USD + 1) == (-1, -1)
    assert sharded("REGION#*", 5).room(0, 5) is None


def test_a_mail_costs_nothing() -> None:
    assert Cost(segments=0, micro_usd=0) == FREE


@pytest.mark.parametrize(
    ("fields", "bounds", "leaves_kept"),
    [
        ({}, False, False),
        ({"ceiling": 0}, True, False),
        ({"ceiling": 5, "kept": 1}, True, True),
        ({"spend": Spend(USD)}, True, False),
        ({"spend": Spend(USD, kept=1)}, True, True),
        ({"new": NewSend("09")}, True, False),
    ],
    ids=str,
)
def test_a_counter_that_bounds_nothing_is_only_counted(fields: dict[str, Any], bounds: bool, leaves_kept: bool) -> None:
    assert (sharded(**fields).bounds, sharded(**fields).leaves_kept) == (bounds, leaves_kept)


# --- messages to new phones


def new(daily: int, hourly: int) -> NewSend:
    return NewSend("09", NewLimit(daily=daily, hourly=hourly, mode="enforce", enforced=True))


@pytest.mark.parametrize(
    ("ceiling", "daily", "hourly", "parts"),
    [
        # As many shards as have room for eight messages an hour each.
        (None, 100, 40, [(20, 8)] * 5),
        (None, 100, 7, [(100, 7)]),
        (None, 3, 40, [(1, 14), (1, 13), (1, 13)]),
        (None, 1000, 1000, [(63, 63)] * 8 + [(62, 62)] * 8),
        # With a ceiling, as many as have a part of both limits.
        (500, 100, 40, [(7, 3)] * 4 + [(6, 3)] * 4 + [(6, 2)] * 8),
        (500, 100, 2, [(50, 1), (50, 1)]),
        (500, 2, 100, [(1, 50), (1, 50)]),
    ],
)
def test_the_limits_of_messages_to_new_phones_are_shared(
    ceiling: int | None, daily: int, hourly: int, parts: list[tuple[int, int]]
) -> None:
    budget = sharded(ceiling=ceiling, new=new(daily, hourly))
    assert budget.new_shares() == parts + [(0, 0)] * (16 - len(parts))


@pytest.mark.parametrize("fields", [{}, {"new": NewSend("09")}], ids=str)
def test_without_limits_messages_to_new_phones_have_no_shares(fields: dict[str, Any]) -> None:
    assert sharded(**fields).new_shares() is None


def test_a_charge_without_a_limit_is_still_charged_to_everything_else() -> None:
    spread = SpreadLimit(subject="ADDRESS#192.0.2.1", region="HK", regions=2, mode="enforce", enforced=True)
    limited, other = sharded(ceiling=500, new=new(10, 5)), sharded("REGION#*", 9)
    charge = Charge([of_number()], [limited, other], spread)
    assert charge.without("regions_per_address") == replace(charge, spread=None)
    for rule in ("daily", "hourly"):
        counted = [replace(limited, new=NewSend("09")), other]
        assert charge.without(rule) == replace(charge, sharded=counted)


def test_a_budget_that_is_spent_says_of_which_kind_it_is() -> None:
    decision = FraudDecision("daily", "HK", threshold=10, count=10, mode="enforce", refused=True)
    assert (BudgetSpent("number").kind, str(BudgetSpent("number"))) == ("number", "number")
    assert (FraudSpent(decision).kind, str(FraudSpent(decision)), FraudSpent(decision).decision) == (
        "fraud",
        "fraud",
        decision,
    )


@pytest.mark.parametrize(("ceiling", "percent", "kept"), [(10_000, 50, 5000), (3, 50, 1), (1, 90, 0)])
def test_a_percentage_of_a_ceiling_is_rounded_down(ceiling: int, percent: int, kept: int) -> None:
    assert kept_of(ceiling, percent) == kept
