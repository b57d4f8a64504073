"""Records the decisions of fraud budgets: in the user's history, and in the counters of the region."""

from contextlib import suppress
from dataclasses import replace

from mfa import errors
from mfa.challenges.budgets import FraudSpent
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.challenges.sends import Send
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.users.history import EventType


def record_decision(decisions: ports.Decisions, send: Send, decision: FraudDecision | None, runtime: Runtime) -> None:
    """Writes the decision about a send, if there is one. The message's fate is decided, whether or not it can be written down.

    The line names the actor, the address and the phone of the message's own line.
    """
    if decision is None:
        return
    sent = send.events[-1]
    event = runtime.event(EventType.FRAUD_DECISION, sent.at, actor=sent.actor, detail=decision.detail)
    # A message that was refused has no challenge.
    challenge_id = None if decision.refused else sent.challenge_id
    event = replace(event, address=sent.address, phone_id=sent.phone_id, challenge_id=challenge_id)
    with suppress(errors.TemporarilyUnavailable):
        decisions.record_decision(send.login_name, decision, event)


def decision_of(refused: errors.RateLimited) -> FraudDecision | None:
    """The decision that a refusal comes from, or None if it comes from another budget."""
    return refused.__cause__.decision if isinstance(refused.__cause__, FraudSpent) else None
