"""Wraps the store and the senders to count and time their calls. The flows do not know it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from mfa.challenges.budgets import BudgetSpent, Charge, Cost
from mfa.challenges.challenge import Challenge, Delivery, Guess, Limits
from mfa.challenges.sends import NotSent
from mfa.errors import SENDING_OFF, RateLimited, SmsUnavailable, TemporarilyUnavailable
from mfa.messages.channels import Channel
from mfa.messages.feedback import MessageReceived
from mfa.metrics import WHOLE, Metrics
from mfa.settings.prices import USD
from mfa.users.history import Event

if TYPE_CHECKING:
    from mfa.challenges.account import Account
    from mfa.challenges.confirmations import Confirmation, FactorConfirmation
    from mfa.challenges.fraud_budgets import FraudDecision
    from mfa.challenges.sends import Outcome, Receipt, Send
    from mfa.delivery.providers import Provider
    from mfa.flows import ports
    from mfa.flows.change_notices import Handover
    from mfa.flows.handed_messages import MessageClaims
    from mfa.flows.tell_changes import Notice
    from mfa.messages.outgoing import Outgoing
    from mfa.settings.routes import Route
    from mfa.tokens.mfa_tokens import MfaToken


def known_error(error: str) -> str:
    """The error's metric name. There are few of them, whatever comes in; the log has the code."""
    from mfa.vendor_errors import look_up  # noqa: PLC0415 - only a function that sends pays for the table

    return look_up(error).metric


class MeteredSends:
    """Claims and records sends; counts what they cost."""

    def __init__(self, sends: "ports.Sends", metrics: Metrics) -> None:
        self._sends = sends
        self._metrics = metrics

    def open_challenge(self, account: "Account", send: "Send", charges: Sequence[Charge]) -> Charge:
        """Claims the send."""
        try:
            with self._metrics.timing("claim_send_ms"):
                charge = self._sends.open_challenge(account, send, charges)
        except RateLimited as refused:
            _count_spent(self._metrics, refused)
            raise
        _count_charge(self._metrics, charge, send.cost)
        return charge

    def record_decision(self, login_name: str, decision: "FraudDecision", event: Event) -> None:
        """Writes a decision. One that refused is counted among the refusals of budgets."""
        self._sends.record_decision(login_name, decision, event)

    def charge_notice(self, charges: Sequence[Charge], cost: Cost, now: float) -> Charge:
        """Charges a message without a passcode."""
        try:
            charge = self._sends.charge_notice(charges, cost, now)
        except RateLimited as refused:
            _count_spent(self._metrics, refused)
            raise
        _count_charge(self._metrics, charge, cost)
        return charge

    def record_delivery(self, receipt: "Receipt", delivery: Delivery, feedback_id: str = "") -> bool:
        """Writes how far the message has come."""
        with self._metrics.timing("record_send_ms"):
            return self._sends.record_delivery(receipt, delivery, feedback_id)

    def record_arrival(self, receipt: "Receipt", event: Event) -> bool:
        """Writes that the message arrived."""
        return self._sends.record_arrival(receipt, event)

    def record_refused(
        self, receipt: "Receipt", outcome: "Outcome", event: Event, *, ends_cooldown: bool, new_shard: int | None = None
    ) -> bool:
        """Gives a refused send back."""
        with self._metrics.timing("record_send_ms"):
            return self._sends.record_refused(receipt, outcome, event, ends_cooldown=ends_cooldown, new_shard=new_shard)


class MeteredNotices:
    """Claims the messages of notices; counts them and what they cost."""

    def __init__(self, sends: "MessageClaims", metrics: Metrics) -> None:
        self._sends = sends
        self._metrics = metrics

    def claim_notice(self, ref: str, charges: Sequence[Charge], cost: Cost, now: float) -> Charge | None:
        """Claims and charges one message."""
        try:
            charge = self._sends.claim_notice(ref, charges, cost, now)
        except RateLimited as refused:
            _count_spent(self._metrics, refused)
            raise
        if charge is not None:
            _count_charge(self._metrics, charge, cost)
        return charge

    def give_notice_back(self, ref: str, now: float) -> None:
        """Lets a later try send a message."""
        self._sends.give_notice_back(ref, now)

    def reclaim_notice(self, ref: str, now: float) -> bool:
        """Claims a message that was given back. It was counted when it was charged."""
        return self._sends.reclaim_notice(ref, now)

    def told(self, channel: str) -> None:
        """Counts a message that went out."""
        self._metrics.count("notices", channel=channel)

    def not_told(self, reason: str) -> None:
        """Counts a message that did not go out."""
        self._metrics.count("notice_failures", reason=reason)


class MeteredHandover:
    """Hands notices over; counts those that were lost. A notice that fails does not undo the change that it tells of."""

    def __init__(self, handover: "Handover", metrics: Metrics) -> None:
        self._handover = handover
        self._metrics = metrics

    def hand_over(self, notice: "Notice") -> None:
        """Hands a notice over. Raises nothing."""
        try:
            self._handover.hand_over(notice)
        except TemporarilyUnavailable:
            self._metrics.count("notice_failures", reason="not_handed_over")


class FeedbackHandover(Protocol):
    """Hands feedback over to the function that may give it."""

    def hand_over_feedback(self, received: MessageReceived) -> None: ...


class MeteredFeedback:
    """Hands over that messages were received; counts what was lost. It undoes no login."""

    def __init__(self, handover: FeedbackHandover, metrics: Metrics) -> None:
        self._handover = handover
        self._metrics = metrics

    def received(self, message_id: str) -> None:
        """The passcode of this message came back. Raises nothing."""
        try:
            self._handover.hand_over_feedback(MessageReceived(message_id))
        except TemporarilyUnavailable:
            self._metrics.count("feedback_failures", reason="not_handed_over")


class MeteredProvider:
    """Sends through a provider; times its answers and counts its refusals. Settings tests are not counted here.

    A message that another route takes afterwards was refused here all the same, and somebody should know.
    """

    def __init__(self, provider: "Provider", metrics: Metrics, timing: str) -> None:
        self._provider = provider
        self._metrics = metrics
        self._timing = timing

    def check(self, channel: Channel, route: "Route | None" = None) -> None:
        """Raises what the provider raises."""
        self._provider.check(channel, route)

    def send(self, outgoing: "Outgoing", route: "Route | None" = None) -> "Outcome":
        """Sends one message, or calls, once."""
        return self._counted(lambda: self._provider.send(outgoing, route))

    def send_apart(self, outgoing: "Outgoing", route: "Route | None" = None) -> "Outcome":
        """The same, for functions that may not write the pause."""
        return self._counted(lambda: self._provider.send_apart(outgoing, route))

    def _counted(self, send: "Callable[[], Outcome]") -> "Outcome":
        with self._metrics.timing(self._timing):
            outcome = send()
        if outcome.was_asked:
            _count_failure(self._metrics, outcome, known_error(outcome.error or ""))
        return outcome


class MeteredMessenger:
    """Sends to phones; counts messages that no provider was asked to send."""

    def __init__(self, messenger: "ports.Messenger", metrics: Metrics) -> None:
        self._messenger = messenger
        self._metrics = metrics

    def check(self, channel: Channel, region: str, *, verified: bool) -> None:
        """Raises what the messenger raises."""
        try:
            self._messenger.check(channel, region, verified=verified)
        except SmsUnavailable as refused:
            stopped = isinstance(refused.__cause__, NotSent) and refused.__cause__.reason == SENDING_OFF
            self._metrics.count("send_failures", error=SENDING_OFF if stopped else "paused")
            raise

    def send(self, outgoing: "Outgoing") -> "Outcome":
        """Sends one message, or calls, once."""
        outcome = self._messenger.send(outgoing)
        if not outcome.was_asked:
            _count_failure(self._metrics, outcome, known_error(outcome.error or ""))
        return outcome


class MeteredMailer:
    """Sends mail; counts refusals."""

    def __init__(self, email: "ports.Mailer", metrics: Metrics) -> None:
        self._email = email
        self._metrics = metrics

    def send(self, sender: str, outgoing: "Outgoing") -> "Outcome":
        """Sends one mail, once."""
        with self._metrics.timing("email_ms"):
            outcome = self._email.send(sender, outgoing)
        _count_failure(self._metrics, outcome, "ses")
        return outcome


class MeteredAttempts:
    """Claims attempts and confirms approvals; counts locks."""

    def __init__(self, attempts: "ports.Attempts", metrics: Metrics) -> None:
        self._attempts = attempts
        self._metrics = metrics

    def claim_attempt(self, login: "MfaToken", challenge_id: str, guess: Guess) -> Challenge:
        """Spends an attempt."""
        with self._metrics.timing("claim_attempt_ms"):
            return self._attempts.claim_attempt(login, challenge_id, guess)

    def give_attempt_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None:
        """Takes back an attempt."""
        self._attempts.give_attempt_back(login_name, challenge, guess)

    def record_wrong_code(self, region: str, now: float) -> None:
        """Counts a wrong code for the overview. The answer's code counts it for the metrics."""
        self._attempts.record_wrong_code(region, now)

    def record_lock(self, login_name: str, event: Event, region: str) -> None:
        """Writes a lock to the history. The user is locked whether or not that succeeds."""
        self._metrics.count("locks")
        self._attempts.record_lock(login_name, event, region)

    def confirm(self, confirmation: "Confirmation") -> None:
        """Approves the challenge."""
        with self._metrics.timing("confirm_ms"):
            self._attempts.confirm(confirmation)


class MeteredProofs:
    """Claims attempts at factors and confirms their proofs."""

    def __init__(self, proofs: "ports.FactorProofs", metrics: Metrics) -> None:
        self._proofs = proofs
        self._metrics = metrics

    def claim_proof(self, login: "MfaToken", read: Challenge, limits: Limits, guess: Guess) -> Challenge:
        """Spends an attempt."""
        with self._metrics.timing("claim_attempt_ms"):
            return self._proofs.claim_proof(login, read, limits, guess)

    def give_proof_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None:
        """Takes back an attempt."""
        self._proofs.give_proof_back(login_name, challenge, guess)

    def confirm_proof(self, confirmation: "FactorConfirmation") -> None:
        """Uses the factor."""
        with self._metrics.timing("confirm_ms"):
            self._proofs.confirm_proof(confirmation)


def _count_failure(metrics: Metrics, outcome: "Outcome", error: str) -> None:
    if outcome.refusal is not None:
        metrics.count("send_failures", error=error)
    elif outcome.delivery is Delivery.UNKNOWN:
        metrics.count("send_failures", error="no_answer")


def _count_charge(metrics: Metrics, charge: Charge, cost: Cost) -> None:
    """A day's (an hour's) sum of the shares is how much of the budget is spent, whatever the ceiling was meanwhile."""
    for whole in charge.sharded:
        if whole.kind == "global" and whole.ceiling:
            metrics.count("global_budget_share", 100 / whole.ceiling)
        elif whole.kind == "region" and cost.segments:
            metrics.count("message_segments", cost.segments, region=whole.name)
        elif whole.kind == "client" and whole.ceiling:
            # Somebody is told of 80 % of the hour's budget.
            part = WHOLE / (0.8 * whole.ceiling)
            metrics.count("incidents_of_an_hour", part, incident=f"ClientBudgetNearlySpent {whole.name}")
        if whole.kind == "region" and cost.micro_usd:
            metrics.count("cost_usd", cost.micro_usd / USD, region=whole.name)
        if whole.spend and cost.micro_usd:
            metrics.count("spend_share", 100 * cost.micro_usd / whole.spend.ceiling)


def _count_spent(metrics: Metrics, refused: RateLimited) -> None:
    if isinstance(refused.__cause__, BudgetSpent):
        metrics.count("budget_refusals", budget=refused.__cause__.kind)
