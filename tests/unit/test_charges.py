"""Charges: the share of the ceilings that is kept for phones that were verified before today."""

import random
import re
from collections import Counter
from collections.abc import Mapping
from copy import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mfa.challenges.budgets import DAY, SHARDS, Cost, ShardedBudget, Window
from mfa.challenges.charges import KEPT_PER_NUMBER, phone_charges
from mfa.errors import RateLimited
from mfa.factors.phones import Phone
from mfa.settings.ceilings import Budgets
from mfa.settings.values import Settings
from mfa.store.attribute_values import decode
from mfa.store.counters import Counters
from mfa.store.sends import SendStore
from mfa.store.table import Table
from tests import accounts

NOON = 1_790_035_200.0 + DAY / 2
YESTERDAY = NOON - DAY


class CountersInMemory:
    """Transactions of updates that count, with the conditions as they are written: thousands of them in a second."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], Counter[str]] = {}

    def transact_write_items(self, **request: Any) -> Any:
        updates = [item["Update"] for item in request["TransactItems"]]
        reasons = [{} if self._holds(update) else {"Code": "ConditionalCheckFailed"} for update in updates]
        if any(reasons):
            refusal: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise ClientError(refusal, "TransactWriteItems")
        for update in updates:
            names, values = update["ExpressionAttributeNames"], decode(update["ExpressionAttributeValues"])
            for name, value in re.findall(r"([#\w]+) (:\w+)", update["UpdateExpression"].partition(" ADD ")[2]):
                self._item(update)[names.get(name, name)] += values[value]

    def update_item(self, **update: Any) -> Any:
        self.transact_write_items(TransactItems=[{"Update": update}])
        return {}

    def _item(self, update: Mapping[str, Any]) -> Counter[str]:
        return self.items.setdefault((update["Key"]["pk"]["S"], update["Key"]["sk"]["S"]), Counter())

    def _holds(self, update: Mapping[str, Any]) -> bool:
        names, values = update["ExpressionAttributeNames"], decode(update["ExpressionAttributeValues"])
        item = self._item(update)
        text = update.get("ConditionExpression", "")
        rules = re.findall(r"attribute_not_exists\(([#\w]+)\) OR \1 (<=?) (:\w+)", text)
        assert len(rules) == text.count(" <")
        compared = ((item[names.get(name, name)], sign, values[value]) for name, sign, value in rules)
        return all(counted < limit or (sign == "<=" and counted == limit) for counted, sign, limit in compared)


class Day:
    """One day's messages, charged by the real store."""

    def __init__(self, **budgets: Any) -> None:
        self.settings = Settings(budgets=Budgets(**budgets))
        self.memory = CountersInMemory()
        self.requests = 0
        self.cost = 10_000
        table = Table(self.memory, "table", lambda _: None)  # type: ignore[arg-type]  # the part that counters need
        self.sends = SendStore(table, Counters(random.Random(1).randrange, lambda: ""))

    def charged(self, phone: Phone) -> bool:
        """Whether a message to this phone goes out."""
        try:
            self.sends.charge_notice(phone_charges(phone, self.settings, NOON), Cost(1, self.cost), NOON)
        except RateLimited:
            return False
        return True


def phones(count: int, digit: int, verified_at: float | None = None) -> list[Phone]:
    """So many phones, verified at this moment or never."""
    return [
        replace(accounts.phone(f"+852{digit}{n:07d}"), verified=verified_at is not None, last_verified_at=verified_at)
        for n in range(count)
    ]


def test_thousands_of_messages_to_new_phones_leave_honest_logins_the_kept_half() -> None:
    day = Day(global_per_day=8)
    assert sum(day.charged(phone) for phone in phones(1000, 9) for _ in range(3)) == 4
    assert sum(day.charged(phone) for phone in phones(6, 6, YESTERDAY)) == 4


def test_stolen_passwords_of_verified_phones_draw_two_messages_each_from_the_kept_half() -> None:
    """In the proportions of the default ceiling and a thousand stolen passwords, each with ten messages an hour."""
    day = Day(global_per_day=1000)
    stolen = phones(100, 9, YESTERDAY)
    taken = sum(day.charged(phone) for _ in range(10) for phone in stolen)
    assert taken == 500 + 100 * KEPT_PER_NUMBER
    assert all(day.charged(phone) for phone in phones(300, 6, YESTERDAY))


def test_messages_to_verified_phones_leave_new_phones_their_half() -> None:
    day = Day(global_per_day=800)
    assert all(day.charged(phone) for phone in phones(300, 6, YESTERDAY))
    assert all(day.charged(phone) for phone in phones(350, 9))


@pytest.mark.parametrize("ceiling", [1, 2, SHARDS - 1, SHARDS, SHARDS + 1, 99, 10_000])
@pytest.mark.parametrize("percent", [0, 1, 50, 90])
def test_the_parts_open_to_all_add_up_and_fit_into_their_shards(ceiling: int, percent: int) -> None:
    kept = ceiling * percent // 100
    budget = ShardedBudget("REGION#*", Window.of(DAY, NOON), ceiling, kept)
    pairs = [(part or 0, whole or 0) for part, whole in zip(budget.open_shares(), budget.shares(), strict=True)]
    assert sum(part for part, _ in pairs) == ceiling - kept >= 1
    assert all(part <= whole for part, whole in pairs)


@pytest.mark.parametrize(
    ("verified", "since", "last", "proven"),
    [
        (False, None, None, False),
        (True, YESTERDAY, NOON, True),
        (True, NOON - 1, NOON, False),
        (True, NOON - DAY / 2, NOON, False),  # at midnight, when the day began
        (True, NOON - DAY / 2 - 0.001, NOON, True),
        (True, None, YESTERDAY, True),  # verified before its first time was kept
        (True, None, NOON, False),
        (False, YESTERDAY, YESTERDAY, False),
    ],
)
def test_a_phone_may_use_the_kept_share_if_it_was_verified_before_today(
    verified: bool, since: float | None, last: float | None, proven: bool
) -> None:
    phone = replace(accounts.phone(), verified=verified, verified_since=since, last_verified_at=last)
    charges = phone_charges(phone, Settings(), NOON)
    assert [any(budget.kept for budget in charge.sharded) for charge in charges] == [False, True][1 - proven :]
