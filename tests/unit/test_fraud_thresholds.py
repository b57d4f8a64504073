"""The thresholds of fraud budgets: authgear's rule, and how they are computed from counters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mfa.administration.fraud import FraudAdministration
from mfa.challenges.budgets import DAY, HOUR, SHARDS, NewSend, ShardedBudget, Window
from mfa.challenges.fraud_budgets import NewLimit
from mfa.challenges.new_phones import limit_of
from mfa.settings.fraud import Fraud, FraudMode
from mfa.settings.fraud_thresholds import FraudDocument, Thresholds, Verified, read_document, thresholds

MIDNIGHT = 1_790_035_200.0
NOON = MIDNIGHT + DAY / 2


@pytest.mark.parametrize(
    ("best_day", "last_day", "last_hour", "daily", "hourly"),
    [
        (0, 0, 0, 20, 3),  # the floors; a sixth of 20 is 3
        (100, 0, 0, 20, 3),
        (105, 0, 0, 21, 3),
        (120, 0, 0, 24, 4),  # a sixth of the day
        (1000, 400, 50, 200, 33),
        (0, 1000, 0, 200, 33),  # a busy day, after none
        (0, 0, 20, 20, 4),  # a busy hour
        (1000, 1200, 900, 240, 180),
        (29, 0, 0, 20, 3),
    ],
)
def test_thresholds_follow_confirmed_messages(
    best_day: int, last_day: int, last_hour: int, daily: int, hourly: int
) -> None:
    assert thresholds(Verified(best_day, last_day, last_hour), Fraud()) == Thresholds(daily, hourly)


@pytest.mark.parametrize(("share", "daily"), [(0.0, 20), (0.07, 70), (0.29, 290), (1.0, 1000)])
def test_a_share_is_exact(share: float, daily: int) -> None:
    assert thresholds(Verified(1000, 0, 0), Fraud(share=share)).daily == daily


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        '{"regions": 1}',
        '{"regions": {"HK": {"daily": "x"}}}',
        '{"x":' + "[" * 5000,
        5,
        {"regions": {}},
        b"\xff",
    ],
)
def test_a_document_that_says_nothing_leaves_the_floors(text: Any) -> None:
    found = limit_of("HK", Fraud(), read_document(text).regions)
    assert found == NewLimit(daily=20, hourly=3, mode="observe", enforced=False)


@pytest.mark.parametrize(
    ("mode", "own", "enforced"),
    [
        ("off", False, None),
        ("off", True, True),
        ("observe", False, False),
        ("observe", True, True),
        ("enforce", False, True),
        ("enforce", True, True),
    ],
)
def test_phones_that_users_enrol_are_held_to_it_in_every_mode(
    mode: FraudMode, own: bool, enforced: bool | None
) -> None:
    limit = limit_of("HK", Fraud(mode=mode), {"HK": Thresholds(50, 9)}, own=own)
    expected = None if enforced is None else NewLimit(daily=50, hourly=9, mode=mode, enforced=enforced)
    assert limit == expected


@pytest.mark.parametrize("hourly", [1, 3, 8, 15, 16, 127, 128, 10_000])
@pytest.mark.parametrize("ceiling", [None, 1000])
def test_the_shards_share_the_limits(hourly: int, ceiling: int | None) -> None:
    limit = NewLimit(daily=hourly * 6, hourly=hourly, mode="enforce", enforced=True)
    budget = ShardedBudget("REGION#HK", Window.of(DAY, NOON), ceiling, new=NewSend("12", limit))
    parts = budget.new_shares()
    assert parts is not None
    assert (len(parts), sum(daily for daily, _ in parts), sum(part for _, part in parts)) == (
        SHARDS,
        hourly * 6,
        hourly,
    )
    assert all(parts[0])


@pytest.mark.parametrize("ceiling", [None, 50, 1000])
@pytest.mark.parametrize(("daily", "hourly"), [(20, 3), (20, 1), (3, 20), (1, 1), (17, 15), (200, 33), (10_000, 1_000)])
def test_no_part_of_a_limit_lies_in_a_shard_that_takes_nothing(daily: int, hourly: int, ceiling: int | None) -> None:
    limit = NewLimit(daily=daily, hourly=hourly, mode="enforce", enforced=True)
    parts = ShardedBudget("REGION#HK", Window.of(DAY, NOON), ceiling, new=NewSend("12", limit)).new_shares() or []
    used = [part for part in parts if all(part)]
    assert (sum(part[0] for part in used), sum(part[1] for part in used)) == (daily, hourly)


class Counted:
    """Counters by day, and the thresholds."""

    def __init__(self) -> None:
        self.days: dict[str, list[Mapping[str, Any]]] = {}
        self.read: list[str] = []
        self.document = FraudDocument()

    def counters(self, day: str) -> Sequence[Mapping[str, Any]]:
        self.read.append(day)
        return self.days.get(day, [])

    def load(self) -> FraudDocument:
        return self.document

    def save(self, document: FraudDocument) -> None:
        self.document = document

    def approved(self, moment: float, count: int, region: str = "HK") -> None:
        """Counts codes that came back in the hour of a moment, in a shard of their own."""
        item = {"region": region, "approvals": count, f"ok_{Window.of(HOUR, moment).name[-2:]}": count}
        self.days.setdefault(Window.of(DAY, moment).name, []).append(item)

    def compute(self, now: float) -> Thresholds:
        self.read.clear()
        FraudAdministration(counters=self, store=self, own_addresses=dict).compute(Fraud(), now)
        found = self.document.regions.get("HK", Thresholds(20, 3))
        return Thresholds(found.daily, found.hourly)


def test_the_first_time_reads_fourteen_days_and_then_only_today() -> None:
    counted = Counted()
    counted.approved(NOON - 13 * DAY, 500)
    counted.approved(NOON - 14 * DAY, 5000)
    assert counted.compute(NOON) == Thresholds(100, 16)
    assert len(counted.read) == 14
    assert counted.compute(NOON + 300) == Thresholds(100, 16)
    assert counted.read == [Window.of(DAY, NOON).name]
    assert counted.compute(NOON + DAY) == Thresholds(20, 3), "the day is more than 14 days ago"
    assert counted.read == [Window.of(DAY, NOON + DAY).name, Window.of(DAY, NOON).name]


def test_the_last_messages_of_a_day_are_not_missed() -> None:
    counted = Counted()
    counted.compute(MIDNIGHT - 300)
    counted.approved(MIDNIGHT - 60, 1000)
    assert counted.compute(MIDNIGHT + 60) == Thresholds(200, int(1000 * (1 - 60 / HOUR) * 0.2))


def test_an_hour_counts_less_the_longer_it_is_over() -> None:
    counted = Counted()
    counted.approved(NOON - 1, 600)
    assert counted.compute(NOON) == Thresholds(120, 120)
    assert counted.compute(NOON + HOUR / 2) == Thresholds(120, 60)
    assert counted.compute(NOON + HOUR) == Thresholds(120, 20)


def test_a_day_ends_after_24_hours_unless_it_was_the_best_one() -> None:
    counted = Counted()
    counted.approved(NOON - DAY / 2 - HOUR, 1000)  # at 23:00
    counted.approved(NOON, 500)
    assert counted.compute(NOON) == Thresholds(300, 100)
    for hours in range(1, 11):
        assert counted.compute(NOON + hours * HOUR).daily == 300
    assert counted.compute(NOON + 11 * HOUR).daily == 200


def test_mails_and_factors_are_of_no_region_and_each_region_is_by_itself() -> None:
    counted = Counted()
    for region in ("*", "email", "factors", "GB"):
        counted.approved(NOON, 1000, region)
    assert counted.compute(NOON) == Thresholds(20, 3)
    assert counted.document.regions.keys() == {"GB"}


def test_a_clock_that_went_back_reads_today() -> None:
    counted = Counted()
    counted.compute(NOON)
    counted.approved(NOON - 2 * DAY, 1000)
    assert counted.compute(NOON - 2 * DAY).daily == 200


def test_the_schedule_notes_the_addresses_of_its_own_region() -> None:
    """The table may be a copy of another region's, which has addresses of its own."""
    kept = Counted()
    for own in ({"eu-central-1": "https://a"}, {"us-east-1": "https://b https://c"}, {}):
        FraudAdministration(counters=kept, store=kept, own_addresses=own.copy).compute(Fraud(), NOON)
    assert kept.document.addresses == {"eu-central-1": "https://a", "us-east-1": "https://b https://c"}
