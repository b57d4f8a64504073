"""Prints the computed tables of docs/fraud.md: `python -m infra.fraud_costs`.

Everything comes from the default settings, the rule, and the shipped prices.
"""

import sys
from collections import Counter, deque
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "common"))

from mfa.administration.fraud import computed_thresholds  # noqa: E402 - the layer is not an installed package
from mfa.challenges.budgets import DAY, HOUR, kept_of  # noqa: E402
from mfa.factors.phones import PHONES_PER_USER  # noqa: E402
from mfa.messages.channels import Channel  # noqa: E402
from mfa.settings.ceilings import Budgets  # noqa: E402
from mfa.settings.fraud import Fraud  # noqa: E402
from mfa.settings.fraud_thresholds import DAYS, HOURS, RegionThresholds, Verified, thresholds  # noqa: E402
from mfa.settings.prices import USD, FetchedPrices, Prices, shipped  # noqa: E402

# The most segments of a message with a built-in text, for the longest name. tests/unit/test_templates.py holds it.
SEGMENTS = 3
_EXAMPLES = {
    "none": Verified(),
    "10, all in the last hour": Verified(best_day=10, last_day=10, last_hour=10),
    "1000 on the best day, 400 in the last 24 hours, 50 in the last hour": Verified(1000, 400, 50),
    "the same best day, 600 in the last 24 hours, 300 in the last hour": Verified(1000, 600, 300),
}


class _Attack(NamedTuple):
    """An attack in the table.

    Attributes:
        messages: how many go out in a day at most.
        usd: what a day costs at most, whatever the price.
    """

    name: str
    bound: str
    messages: int
    usd: int


def rule() -> str:
    """The worked example of the rule."""
    lines = ["| confirmed messages of the region | unconfirmed in a day | in an hour |", "|---|---|---|"]
    for name, verified in _EXAMPLES.items():
        found = thresholds(verified, Fraud())
        lines.append(f"| {name} | {found.daily} | {found.hourly} |")
    return "\n".join(lines)


def worst() -> str:
    """The cost of each attack in a day: one segment to Hong Kong each, and the longest messages to the dearest region."""
    price = Prices({}, FetchedPrices())
    usd = {region: price.of(region, Channel.SMS).micro_usd / USD for region in shipped().regions()}
    dearest = max(usd, key=lambda region: usd[region])
    lines = [
        f"| attack | what bounds it | messages | USD, Hong Kong | USD, at worst ({dearest}) |",
        "|---|---|---|---|---|",
    ]
    for attack in _attacks(len(usd)):
        cheap, dear = (min(attack.messages * each, attack.usd) for each in (usd["HK"], usd[dearest] * SEGMENTS))
        lines.append(f"| {attack.name} | {attack.bound} | {attack.messages} | {cheap:.2f} | {dear:.2f} |")
    return "\n".join(lines)


def _attacks(regions: int) -> list[_Attack]:
    budgets, fraud = Budgets(), Fraud()
    floor, reach = fraud.daily_floor, fraud.regions_per_address_per_day
    number, spend = budgets.number_per_day, budgets.spend_per_day

    def unkept(ceiling: int) -> int:
        return ceiling - kept_of(ceiling, budgets.kept_for_verified_percent)

    everything, new = "`budgets.spend_per_day`", "`budgets.spend_per_day` without the kept part"
    address = "`budgets.address_per_hour` without the kept part"
    return [
        _Attack("One stolen password, one phone", "`budgets.number_per_day`", number, spend),
        _Attack(
            f"One stolen password, {PHONES_PER_USER} phones",
            "`budgets.number_per_day` of each",
            PHONES_PER_USER * number,
            spend,
        ),
        _Attack(
            "Stolen passwords, new phones, one address",
            f"{address}, then {new}",
            24 * unkept(budgets.address_per_hour),
            unkept(spend),
        ),
        _Attack(
            "New phones of one region, enforced or enrolled by their users", "`fraud.daily_floor`", floor, unkept(spend)
        ),
        _Attack(
            f"The same in all {regions} regions",
            f"`fraud.daily_floor` of each, then {new}",
            regions * floor,
            unkept(spend),
        ),
        _Attack(
            "The same from one address, where the users have no verified phone",
            f"`fraud.daily_floor` of each of `fraud.regions_per_address_per_day` ({reach}) regions",
            reach * floor,
            unkept(spend),
        ),
        _Attack(
            "Stolen passwords or a leaked client secret, new phones, observed",
            new,
            unkept(budgets.global_per_day),
            unkept(spend),
        ),
        _Attack(
            "A ring that confirms its own numbers, on the first day", new, unkept(budgets.global_per_day), unkept(spend)
        ),
        _Attack("The same from the second day on", everything, budgets.global_per_day, spend),
        _Attack("Stolen passwords, phones that were verified", everything, budgets.global_per_day, spend),
    ]


# The launch day: so many first logins between 9:00 and 10:00, evenly; one of so many never types the code.
LOGINS = 20_000
_ONE_NEVER_TYPES = 33
_SECONDS_TO_TYPE = 25
# The schedule runs every five minutes, and containers keep what it wrote for half a minute.
_SCHEDULE_SECONDS, _KEPT_SECONDS = 300, 30
_FLOORS = Fraud(daily_floor=1000, hourly_floor=1000)
_BEFORE = {
    "none": (0, Fraud()),
    "5 % of the launch": (LOGINS // 20, Fraud()),
    "5 % of the launch, both floors raised to 1000": (LOGINS // 20, _FLOORS),
    "20 % of the launch": (LOGINS // 5, Fraud()),
    "half of the launch": (LOGINS // 2, Fraud()),
    "as many as on the launch day": (LOGINS, Fraud()),
}


def launches() -> str:
    """How many of a launch day's first logins `enforce` refuses, by the confirmed messages of each day of the week before."""
    lines = [
        "| confirmed messages on each day of the week before | refused in `enforce` | of a hundred |",
        "|---|---|---|",
    ]
    for name, (history, fraud) in _BEFORE.items():
        refused = refused_at_launch(history, fraud)
        lines.append(f"| {name} | {refused} of {LOGINS} | {100 * refused / LOGINS:.1f} |")
    return "\n".join(lines)


def refused_at_launch(history: int, fraud: Fraud) -> int:
    """How many first logins are refused, at full size: the rule's own thresholds, and its counters as plain numbers.

    Nobody asks twice. The history lies between 8:00 and 18:00 of seven days.
    """
    midnight = 20_000 * DAY
    begin = midnight + 9 * HOUR
    # As they were computed at the first minute of the day: yesterday's hours, the latest first.
    hours = [0] * HOURS
    hours[7:17] = [history // 10] * 10
    kept = RegionThresholds(days=[0, *[history] * 7, *[0] * (DAYS - 8)], hours=hours)
    confirmed, unconfirmed, refused = 0, 0, 0
    confirming: deque[float] = deque()
    limit, coming = computed_thresholds(kept, midnight, {}, fraud, begin), deque[tuple[float, RegionThresholds]]()
    next_run = begin
    for n in range(LOGINS):
        now = begin + n * HOUR / LOGINS
        while confirming and confirming[0] <= now:
            confirming.popleft()
            confirmed, unconfirmed = confirmed + 1, unconfirmed - 1
        if now >= next_run:
            seen = {0: Counter(approvals=confirmed, ok_09=confirmed)}
            coming.append((now + _KEPT_SECONDS, computed_thresholds(kept, midnight, seen, fraud, now)))
            next_run += _SCHEDULE_SECONDS
        while coming and coming[0][0] <= now:
            limit = coming.popleft()[1]
        if unconfirmed >= min(limit.daily, limit.hourly):
            refused += 1
            continue
        unconfirmed += 1
        if n % _ONE_NEVER_TYPES:
            confirming.append(now + _SECONDS_TO_TYPE)
    return refused


if __name__ == "__main__":
    print(rule(), worst(), launches(), sep="\n\n")
