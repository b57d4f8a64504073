"""Prints the computed tables of docs/fraud.md: `python -m infra.fraud_costs`.

Everything comes from the default settings, the rule, and the shipped prices.
"""

import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "common"))

from mfa.challenges.budgets import kept_of  # noqa: E402 - the layer is not an installed package
from mfa.factors.phones import PHONES_PER_USER  # noqa: E402
from mfa.messages.channels import Channel  # noqa: E402
from mfa.settings.ceilings import Budgets  # noqa: E402
from mfa.settings.fraud import Fraud  # noqa: E402
from mfa.settings.fraud_thresholds import Verified, thresholds  # noqa: E402
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
    budgets, floor = Budgets(), Fraud().daily_floor
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
            "Stolen passwords or a leaked client secret, new phones, observed",
            new,
            unkept(budgets.global_per_day),
            unkept(spend),
        ),
        _Attack("Stolen passwords, phones that were verified", everything, budgets.global_per_day, spend),
    ]


if __name__ == "__main__":
    print(rule(), worst(), sep="\n\n")
