"""The shards that refused a message, why they did, and the memory of them for a moment.

Without the memory, an attack that has used up a ceiling would cost a try for each shard with each of its messages.
"""

from msgspec import Struct, field

from mfa.challenges.budgets import FREE, Cost, ShardedBudget
from mfa.challenges.fraud_budgets import FraudDecision, FraudRule
from mfa.store.counters import is_too_dear
from mfa.store.table import Item

# A code that comes back makes room again, so nothing is remembered for long. In seconds.
FULL_SECONDS = 3


class Full(Struct):
    """The shards of a budget that had no room for a message of this cost.

    Attributes:
        budget: the budget, of a region, a client or of everything.
        cost: the cost of the message.
        shards: the shards.
        counts: what they had counted, by rule. A shard that is full for another reason is not there.
        reopens_in_an_hour: whether one of them has room for the fraud rule as soon as its hour ends.
    """

    budget: ShardedBudget
    cost: Cost
    shards: set[int] = field(default_factory=set)
    counts: dict[FraudRule, dict[int, int]] = field(default_factory=dict)
    reopens_in_an_hour: bool = False
    _dear: bool = False

    def add(self, shard: int, item: Item) -> None:
        """Judges a shard by its item as it stood."""
        self.shards.add(shard)
        self._dear = self._dear or is_too_dear(self.budget, shard, self.cost, item)
        new, parts = self.budget.new, self.budget.new_shares()
        if new is None or parts is None:
            return
        counted: dict[FraudRule, int] = {"daily": item.get("new_n", 0), "hourly": item.get(f"new_{new.hour}", 0)}
        full = {rule for (rule, count), part in zip(counted.items(), parts[shard], strict=True) if count >= part}
        if not full:
            return
        self.reopens_in_an_hour = self.reopens_in_an_hour or full == {"hourly"}
        for rule, count in counted.items():
            self.counts.setdefault(rule, {})[shard] = count

    @property
    def is_too_dear(self) -> bool:
        """Whether money was the reason: a shard had too little left, or the message costs more than any shard's part."""
        return self._dear or all(is_too_dear(self.budget, shard, self.cost, {}) for shard in range(self.budget.shards))

    def decision(self) -> FraudDecision | None:
        """The decision of the fraud rule, or None if no shard was full by it."""
        limit = self.budget.new.limit if self.budget.new else None
        if limit is None or not self.counts:
            return None
        # The rule that ends first: a client that is told of midnight would wait for nothing.
        rule: FraudRule = "hourly" if self.reopens_in_an_hour else "daily"
        return FraudDecision(
            rule=rule,
            region=self.budget.name,
            threshold=limit.daily if rule == "daily" else limit.hourly,
            count=sum(self.counts[rule].values()),
            mode=limit.mode,
            refused=limit.enforced,
        )


class FullBudgets:
    """The shards that were full a moment ago, by budget, and by cost where money bounds it: one may have room for a cheaper message."""

    def __init__(self) -> None:
        self._found: dict[tuple[ShardedBudget, Cost], tuple[float, Full]] = {}

    def found(self, budget: ShardedBudget, cost: Cost, now: float) -> Full:
        """The shards of the budget that were full. Those that are found full are to be added."""
        if budget.spend is None:
            cost = FREE  # nothing is too dear: an attack would have a try more for each price
        self._found = {key: found for key, found in self._found.items() if 0 <= now - found[0] < FULL_SECONDS}
        return self._found.setdefault((budget, cost), (now, Full(budget, cost)))[1]
