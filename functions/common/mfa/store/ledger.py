"""Charges messages to their budgets, in the transaction that claims them."""

from collections.abc import Callable, Sequence
from copy import replace

from mfa.challenges.budgets import BudgetSpent, Charge, Cost, FraudSpent, Shards
from mfa.errors import RateLimited
from mfa.store.counters import Counters, spend
from mfa.store.fraud_limits import BeyondLimit, reopens_at
from mfa.store.full_shards import Full, FullBudgets
from mfa.store.spreads import SPREAD, reach, spread_decision
from mfa.store.table import Table, TransactionRefused, Write

# The writes of a claim. A function gives them for the shards that count the message.
type Claim = Sequence[Write] | Callable[[Shards], Sequence[Write]]


class Ledger:
    """Writes a claim together with its charges, or nothing."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters
        self._full = FullBudgets()

    def spend(self, claim: Claim, charges: Sequence[Charge], cost: Cost, now: float) -> Charge:
        """Writes the claim with the first charge that has room, in one transaction, and returns that charge.

        `cost` is added to the counters by region. A charge with a decision went beyond a fraud budget that is not enforced.
        Raises RateLimited with the first moment at which one of the charges may have room, from BudgetSpent; and
        TransactionRefused for the claim.
        """
        refusals: list[RateLimited] = []
        for charge in charges:
            try:
                charged = self._spend_or_decide(claim, charge, cost, now)
            except RateLimited as refused:
                refusals.append(refused)
            else:
                self._count_unbound(charged, cost, now)
                return charged
        raise min(refusals, key=lambda refused: refused.retry_after or 0)

    def _count_unbound(self, charge: Charge, cost: Cost, now: float) -> None:
        """Counts where nothing is bounded. A count that is lost opens no ceiling: it has none."""
        unbound = [budget for budget in charge.sharded if not budget.bounds]
        self._table.write_each((), [self._counters.count_message(budget, cost, now) for budget in unbound])

    def _spend_or_decide(self, claim: Claim, charge: Charge, cost: Cost, now: float) -> Charge:
        """Spends the charge; where a limit of fraud is not enforced, without it. A message has one decision, the first."""
        while True:
            try:
                return replace(charge, shards=self._spend(claim, charge, cost, now))
            except BeyondLimit as beyond:
                decision = beyond.decision
                if decision.refused:
                    raise RateLimited(retry_after=reopens_at(decision, now) - now) from FraudSpent(decision)
                charge = replace(charge.without(decision.rule), decision=charge.decision or decision)

    def _spend(self, claim: Claim, charge: Charge, cost: Cost, now: float) -> Shards:
        """Writes the claim with this charge; the shards that count the message."""
        charge, spread = self._counters.as_laid_out(charge), charge.spread
        budgets, sharded = charge.budgets, [budget for budget in charge.sharded if budget.bounds]
        shards: dict[str, int] = {}
        by_label = {spend(budget).label: budget for budget in budgets}
        full = {f"shard:{budget.subject}": self._full.found(budget, cost, now) for budget in sharded}

        def counted() -> Shards:
            of = {"new" if each.budget.new else each.budget.kind: shards[label] for label, each in full.items()}
            return Shards(of.get("new"), of.get("client"))

        def build() -> list[Write]:
            # Drawn for each try: a shard in conflict with another send is left for another shard.
            for label, each in full.items():
                shard = self._counters.open_shard(each.budget, each.shards, cost)
                if shard is None:
                    raise _all_full(each, now)
                shards[label] = shard
            spent = [self._counters.spend_shard(each.budget, shards[label], cost, now) for label, each in full.items()]
            reached = [reach(spread, now)] if spread else []
            return [*(claim(counted()) if callable(claim) else claim), *map(spend, budgets), *reached, *spent]

        while True:
            try:
                self._table.transact(build)
            except TransactionRefused as refused:
                if refused.failed - by_label.keys() - full.keys() - {SPREAD}:
                    raise
                if spread and SPREAD in refused.failed:  # before the others: it refuses until midnight
                    raise BeyondLimit(spread_decision(spread, refused.items.get(SPREAD, {}))) from refused
                if spent := refused.failed & by_label.keys():
                    found = [(by_label[label], refused.items.get(label, {}).get("n", 0)) for label in spent]
                    at, kind = max((budget.reopens_at(counted), budget.kind) for budget, counted in found)
                    raise RateLimited(retry_after=at - now) from BudgetSpent(kind)
                for label in refused.failed:
                    full[label].add(shards[label], refused.items.get(label, {}))
            else:
                return counted()


def _all_full(full: Full, now: float) -> Exception:
    """Why no shard of a budget has room."""
    if (decision := full.decision()) is not None:
        return BeyondLimit(decision)
    refused = RateLimited(retry_after=full.budget.window.ends_at - now)
    refused.__cause__ = BudgetSpent("spend" if full.is_too_dear else full.budget.kind)
    return refused
