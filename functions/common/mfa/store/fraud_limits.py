"""The end of a fraud budget: the decision about the message that found it spent, and when there may be room again."""

from mfa.challenges.budgets import DAY, HOUR, Window
from mfa.challenges.fraud_budgets import FraudDecision


class BeyondLimit(Exception):
    """A fraud budget is spent: that of a region in every shard, or that of an address."""

    def __init__(self, decision: FraudDecision) -> None:
        super().__init__(decision.rule)
        self.decision = decision


def reopens_at(decision: FraudDecision, now: float) -> float:
    """When the budget may have room again at the latest, in seconds since 1970."""
    return Window.of(HOUR if decision.rule == "hourly" else DAY, now).ends_at
