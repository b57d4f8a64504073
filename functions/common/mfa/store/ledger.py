"""Charges messages to their budgets, in the transaction that claims them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mfa.challenges.budgets import BudgetSpent, Charge, Cost, FraudSpent, ShardedBudget
from mfa.errors import RateLimited
from mfa.store.counters import Counters, is_too_dear, spend
from mfa.store.fraud_limits import BeyondLimit, FullRegions, FullShards, reopens_at
from mfa.store.table import Item, Table, TransactionRefused, Write

# The writes of a claim. A function gives them for the shard that counts the message as one to a new phone, None if none does.
type Claim = Sequence[Write] | Callable[[int | None], Sequence[Write]]


class Ledger:
    """Writes a claim together with its charges, or nothing."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters
        self._full_regions = FullRegions()

    def spend(self, claim: Claim, charges: Sequence[Charge], cost: Cost, now: float) -> Charge:
        """Writes the claim with the first charge that has room, in one transaction, and returns that charge.

        `cost` is added to the counters by region. A charge with a decision went beyond a fraud budget that is not enforced.
        Raises RateLimited with the first moment at which one of the charges may have room, from BudgetSpent; and
        TransactionRefused for the claim.
        """
        refusals: list[RateLimited] = []
        for charge in charges:
            try:
                return self._spend_or_decide(claim, charge, cost, now)
            except RateLimited as refused:
                refusals.append(refused)
        raise min(refusals, key=lambda refused: refused.retry_after or 0)

    def _spend_or_decide(self, claim: Claim, charge: Charge, cost: Cost, now: float) -> Charge:
        try:
            self._spend(claim, charge, cost, now)
        except BeyondLimit as beyond:
            decision = beyond.decision
            if decision.refused:
                raise RateLimited(retry_after=reopens_at(decision, now) - now) from FraudSpent(decision)
            self._spend(claim, charge.without_limit, cost, now)
            return replace(charge, decision=decision)
        return charge

    def _spend(self, claim: Claim, charge: Charge, cost: Cost, now: float) -> None:
        budgets, sharded = charge.budgets, charge.sharded
        shards: dict[str, int] = {}
        by_label = {spend(budget).label: budget for budget in budgets}
        full = {f"shard:{budget.subject}": _Full(budget) for budget in sharded}
        for budget in sharded:
            self._full_regions.refuse(budget, now)

        def build() -> list[Write]:
            # Drawn for each try: a shard in conflict with another send is left for another shard.
            for label, each in full.items():
                shard = self._counters.open_shard(each.budget, each.shards, cost)
                if shard is None:
                    raise self._all_full(each, cost, now)
                shards[label] = shard
            spent = [self._counters.spend_shard(each.budget, shards[label], cost, now) for label, each in full.items()]
            new_shard = next((shards[label] for label, each in full.items() if each.budget.new), None)
            return [*(claim(new_shard) if callable(claim) else claim), *map(spend, budgets), *spent]

        while True:
            try:
                return self._table.transact(build)
            except TransactionRefused as refused:
                if refused.failed - by_label.keys() - full.keys():
                    raise
                if spent := refused.failed & by_label.keys():
                    last = max((by_label[label] for label in spent), key=lambda budget: budget.reopens_at)
                    raise RateLimited(retry_after=last.reopens_at - now) from BudgetSpent(last.kind)
                for label in refused.failed:
                    full[label].add(shards[label], cost, refused.items.get(label, {}))

    def _all_full(self, full: "_Full", cost: Cost, now: float) -> Exception:
        """Why no shard of a budget has room. A spent limit of messages to new phones is remembered."""
        budget = full.budget
        if (decision := full.by_limit.decision()) is not None:
            self._full_regions.remember(budget, decision, now)
            return BeyondLimit(decision)
        refused = RateLimited(retry_after=budget.window.ends_at - now)
        refused.__cause__ = BudgetSpent("spend" if full.dear or _never_fits(budget, cost) else budget.kind)
        return refused


class _Full:
    """The shards of a budget that refused a message, and why."""

    def __init__(self, budget: ShardedBudget) -> None:
        self.budget = budget
        self.shards: set[int] = set()
        self.dear = False
        self.by_limit = FullShards(budget)

    def add(self, shard: int, cost: Cost, item: Item) -> None:
        """Judges a shard by its item as it stood."""
        self.shards.add(shard)
        self.dear = self.dear or is_too_dear(self.budget, shard, cost, item)
        self.by_limit.add(shard, item)


def _never_fits(budget: ShardedBudget, cost: Cost) -> bool:
    """Whether the message alone costs more than any shard's part."""
    return all(is_too_dear(budget, shard, cost, {}) for shard in range(budget.shards))
