"""Judges why a shard refused a message to a new phone, and remembers for a moment which regions are full.

Without the memory an attack would cost a try for each shard with each of its messages.
"""

from dataclasses import dataclass, field

from mfa.challenges.budgets import DAY, HOUR, ShardedBudget, Window
from mfa.challenges.fraud_budgets import FraudDecision, FraudRule, NewLimit
from mfa.store.table import Item

# A code that comes back makes room again, so nothing is remembered for long. In seconds.
FULL_SECONDS = 3


class BeyondLimit(Exception):
    """The limit of messages to new phones is spent in every shard."""

    def __init__(self, decision: FraudDecision) -> None:
        super().__init__(decision.rule)
        self.decision = decision


@dataclass(slots=True)
class FullShards:
    """The shards of one region that refused one message, by the rule and with its count.

    Attributes:
        budget: the region's budget.
        counts: what the shards had counted, by rule. A shard that is full for another reason is not there.
    """

    budget: ShardedBudget
    counts: dict[FraudRule, dict[int, int]] = field(default_factory=dict)

    def add(self, shard: int, item: Item) -> None:
        """Judges the shard by its item as it stood."""
        new, parts = self.budget.new, self.budget.new_shares()
        if new is None or parts is None:
            return
        counted: dict[FraudRule, int] = {"daily": item.get("new_n", 0), "hourly": item.get(f"new_{new.hour}", 0)}
        for (rule, count), part in zip(counted.items(), parts[shard], strict=True):
            if count >= part:
                self.counts.setdefault(rule, {})[shard] = count
                return

    def decision(self) -> FraudDecision | None:
        """The decision, or None if no shard was full by a rule."""
        limit = self.budget.new.limit if self.budget.new else None
        if limit is None or not self.counts:
            return None
        rule: FraudRule = "daily" if "daily" in self.counts else "hourly"
        return FraudDecision(
            rule=rule,
            region=self.budget.name,
            threshold=limit.daily if rule == "daily" else limit.hourly,
            count=sum(self.counts[rule].values()),
            mode=limit.mode,
            refused=limit.enforced,
        )


class FullRegions:
    """The regions whose limits were spent a moment ago."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, NewLimit], tuple[float, FraudDecision]] = {}

    def refuse(self, budget: ShardedBudget, now: float) -> None:
        """Raises BeyondLimit if the region was full under this limit a moment ago."""
        if budget.new is None or budget.new.limit is None:
            return
        at, decision = self._found.get((budget.subject, Window.of(HOUR, now).name, budget.new.limit), (0.0, None))
        if decision is not None and 0 <= now - at < FULL_SECONDS:
            raise BeyondLimit(decision)

    def remember(self, budget: ShardedBudget, decision: FraudDecision, now: float) -> None:
        """Remembers that the region is full, and forgets those that were full before."""
        if budget.new is None or budget.new.limit is None:
            return
        self._found = {key: found for key, found in self._found.items() if 0 <= now - found[0] < FULL_SECONDS}
        self._found[budget.subject, Window.of(HOUR, now).name, budget.new.limit] = now, decision


def reopens_at(decision: FraudDecision, now: float) -> float:
    """When the budget may have room again at the latest, in seconds since 1970."""
    return Window.of(DAY if decision.rule == "daily" else HOUR, now).ends_at
