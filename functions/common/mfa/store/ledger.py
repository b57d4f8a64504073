"""Charges messages to their budgets, in the transaction that claims them."""

from collections.abc import Callable, Sequence

from mfa.challenges.budgets import BudgetSpent, Charge, Cost, ShardedBudget
from mfa.errors import RateLimited
from mfa.store.counters import Counters, is_too_dear, spend
from mfa.store.table import Table, TransactionRefused, Write

# The writes of a claim. A function gives them for the shard that counts the message as one to a new phone, None if none does.
type Claim = Sequence[Write] | Callable[[int | None], Sequence[Write]]


class Ledger:
    """Writes a claim together with its charges, or nothing."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def spend(self, claim: Claim, charges: Sequence[Charge], cost: Cost, now: float) -> Charge:
        """Writes the claim with the first charge that has room, in one transaction, and returns that charge.

        `cost` is added to the counters by region. Raises RateLimited with the first moment at which one of the charges may
        have room, from BudgetSpent; and TransactionRefused for the claim.
        """
        refusals: list[RateLimited] = []
        for charge in charges:
            try:
                self._spend(claim, charge, cost, now)
            except RateLimited as refused:
                refusals.append(refused)
            else:
                return charge
        raise min(refusals, key=lambda refused: refused.retry_after or 0)

    def _spend(self, claim: Claim, charge: Charge, cost: Cost, now: float) -> None:
        budgets, sharded = charge.budgets, charge.sharded
        full: dict[str, set[int]] = {budget.subject: set() for budget in sharded}
        shards: dict[str, int] = {}
        dear: set[str] = set()
        by_label = {spend(budget).label: budget for budget in budgets}
        sharded_by_label = {f"shard:{budget.subject}": budget for budget in sharded}

        def build() -> list[Write]:
            # Drawn for each try: a shard in conflict with another send is left for another shard.
            for budget in sharded:
                shard = self._counters.open_shard(budget, full[budget.subject], cost)
                if shard is None:
                    kind = "spend" if budget.subject in dear or _never_fits(budget, cost) else budget.kind
                    raise RateLimited(retry_after=budget.window.ends_at - now) from BudgetSpent(kind)
                shards[budget.subject] = shard
            spent = [self._counters.spend_shard(budget, shards[budget.subject], cost, now) for budget in sharded]
            new_shard = next((shards[budget.subject] for budget in sharded if budget.new), None)
            return [*(claim(new_shard) if callable(claim) else claim), *map(spend, budgets), *spent]

        while True:
            try:
                return self._table.transact(build)
            except TransactionRefused as refused:
                if refused.failed - by_label.keys() - sharded_by_label.keys():
                    raise
                if spent := refused.failed & by_label.keys():
                    last = max((by_label[label] for label in spent), key=lambda budget: budget.reopens_at)
                    raise RateLimited(retry_after=last.reopens_at - now) from BudgetSpent(last.kind)
                for budget in sharded:
                    label, shard = f"shard:{budget.subject}", shards[budget.subject]
                    if label in refused.failed:
                        full[budget.subject].add(shard)
                        if is_too_dear(budget, shard, cost, refused.items.get(label, {})):
                            dear.add(budget.subject)


def _never_fits(budget: ShardedBudget, cost: Cost) -> bool:
    """Whether the message alone costs more than any shard's part."""
    return all(is_too_dear(budget, shard, cost, {}) for shard in range(budget.shards))
