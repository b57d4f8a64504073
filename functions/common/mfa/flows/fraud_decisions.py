"""Records the decisions of fraud budgets: in the user's history, and in the counters of the region."""

import hashlib
from contextlib import suppress
from copy import replace

from mfa import errors
from mfa.challenges.budgets import FraudSpent
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.challenges.sends import Send
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.users.history import EVENT_ID_LENGTH, Event, EventType

# A refused message is charged to nothing and has no cooldown. So whoever asks on and on writes one line in so many seconds.
REPEATED_SECONDS = 60


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
    if decision.refused:
        event = _once(event, send.login_name, decision)
    with suppress(errors.TemporarilyUnavailable):
        decisions.record_decision(send.login_name, decision, event)


def decision_of(refused: errors.RateLimited) -> FraudDecision | None:
    """The decision that a refusal comes from, or None if it comes from another budget."""
    return refused.__cause__.decision if isinstance(refused.__cause__, FraudSpent) else None


def _once(event: Event, login_name: str, decision: FraudDecision) -> Event:
    """The event with the place that every refusal of this user by this rule has within the minute: the store takes one."""
    at = event.at - event.at % REPEATED_SECONDS
    name = f"{login_name}\0{decision.rule}\0{decision.region}\0{at}"
    return replace(event, at=at, id=hashlib.sha256(name.encode()).hexdigest()[:EVENT_ID_LENGTH])
