"""Writes the phones that users enrol."""

from collections.abc import Sequence
from contextlib import suppress

from mfa.challenges.budgets import Budget, Charge, Shards
from mfa.challenges.challenge import ChallengeRefused, Guess
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.challenges.phone_enrolments import LOGIN_JTI, SENDS, EnrolmentRefused, PhoneApproval, PhoneEnrolment
from mfa.challenges.sends import Outcome, Send
from mfa.errors import Conflict, InvalidToken, PreconditionFailed, TemporarilyUnavailable
from mfa.factors.phones import Phone
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.challenge_mapping import LANES, challenge_of
from mfa.store.challenges import ChallengeItems
from mfa.store.counters import Counters, give_back
from mfa.store.expressions import Update
from mfa.store.factors import change_writes
from mfa.store.ledger import Ledger
from mfa.store.spreads import give_region_back
from mfa.store.table import ConditionFailed, Item, Table, TransactionRefused, Write
from mfa.users.history import Event
from mfa.users.user import User

ENROLMENT_SECONDS = 86400


class PhoneEnrolmentStore:
    """The phones that users enrol, one at a time each."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters
        self._ledger = Ledger(table, counters)
        self._challenges = ChallengeItems(table, records.phone_enrolment_key, ENROLMENT_SECONDS, keeps_failures=False)

    def load(self, login_name: str) -> PhoneEnrolment:
        """The user's enrolment; one whose challenge has no id if there is none."""
        return _enrolment_of(self._challenges.item(login_name))

    def claim_send(self, user: User, send: Send, phone: Phone, charges: Sequence[Charge]) -> Charge:
        """Claims a send, its cooldown and its budgets in one transaction; the charge that had room.

        Raises EnrolmentRefused, RateLimited.
        """
        others = {"calling_code": phone.calling_code, "kind": phone.kind, "user_created_at": user.created_at}
        events = [records.event_write(send.login_name, event) for event in send.events]

        def claim(shards: Shards) -> list[Write]:
            return [self._challenges.opening(send.counted_in(shards), others), *events]

        try:
            return self._ledger.spend(claim, charges, send.cost, send.after.sent_at)
        except TransactionRefused as refused:
            raise EnrolmentRefused(self.load(send.login_name)) from refused

    def record_decision(self, login_name: str, decision: FraudDecision, event: Event) -> None:
        """Writes a decision to the user's history, and counts it. One that is there already is not counted again."""
        with suppress(TransactionRefused):
            self._table.transact(
                lambda: [records.event_write(login_name, event), self._counters.count_decision(decision, event.at)]
            )

    def record_sent(self, send: Send, outcome: Outcome) -> None:
        """Writes the outcome of the message."""
        update = _outcome(outcome)
        update.set(message_id=outcome.message_id, message_of=send.after.send_id)
        update.only_if(when.SAME_SEND, send=send.after.send_id)
        with suppress(ConditionFailed):
            self._table.update(update.write("challenge", self._challenges.key_of(send.login_name)), returns="NONE")

    def record_refused(self, send: Send, outcome: Outcome, hour: Budget) -> None:
        """Gives a refused send back to its counts, SENDS times at most, and ends the cooldown: another number may be tried.

        Its code, which nobody got, is over.
        """
        now, lane = send.after.sent_at, LANES[send.after.channel]
        refund = Write(
            label="challenge",
            verb="Update",
            key=self._challenges.key_of(send.login_name),
            update="SET delivery = :delivery, delivery_rank = :rank, delivery_error = :error, #available_at = :now, "
            "expires_at = :now ADD #refunded :one DELETE #charged :sends",
            condition=when.every(when.SAME_SEND, when.CHARGED, when.REFUNDS_LEFT),
            names={name: lane[name] for name in ("#available_at", "#refunded", "#charged")},
            values={
                ":delivery": outcome.delivery,
                ":rank": outcome.delivery.rank,
                ":error": outcome.error or "unknown",
                ":now": now,
                ":one": 1,
                ":sends": {send.after.send_id},
                ":send": send.after.send_id,
                ":max_sends": SENDS,
            },
        )
        after = send.after
        new = self._counters.give_new_back(after.region, after.new_shard, after.sent_at)
        try:
            self._table.transact(lambda: [refund, give_back(hour), *new])
        except TransactionRefused:
            self.record_sent(send, outcome)

    def record_report(self, login_name: str, enrolment: PhoneEnrolment, outcome: Outcome) -> None:
        """Writes what Twilio reports later, if it is news. A code that may have arrived stays valid."""
        update = _outcome(outcome)
        update.only_if(when.SAME_SEND, send=enrolment.challenge.send_id)
        update.only_if(when.LATER, rank=outcome.delivery.rank)
        with suppress(ConditionFailed):
            self._table.update(update.write("challenge", self._challenges.key_of(login_name)), returns="NONE")

    def claim_attempt(self, login_name: str, challenge_id: str, guess: Guess) -> PhoneEnrolment:
        """Spends an attempt; gives the enrolment as it was before. Raises EnrolmentRefused."""
        try:
            return _enrolment_of(self._challenges.claim_attempt(login_name, challenge_id, LOGIN_JTI, guess))
        except ChallengeRefused as refused:
            raise EnrolmentRefused(self.load(login_name)) from refused

    def approve(self, approval: PhoneApproval) -> None:
        """The number joins the user's phones, verified. A first factor uses the invitation up and turns MFA on, in the same write.

        Trusted devices end. Raises EnrolmentRefused if it was approved before, PreconditionFailed if the user was changed
        since it was read, Conflict if another phone took the place, InvalidToken if the invitation is gone.
        """
        change, phone = approval.change, approval.phone
        login_name = change.after.login_name
        writes = [
            self._challenges.approval(login_name, approval.challenge, approval.guess),
            records.proven_phone_write(login_name, phone),
            *change_writes(change, uses={"devices_since": change.after.updated_at}),
            *map(give_back, approval.budgets),
            self._counters.count_approval(approval.challenge, approval.guess.at),
        ]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            raise self._explained(login_name, refused) from refused
        # By itself: it would be the eleventh write. Until midnight the address is at most one region short.
        with suppress(TemporarilyUnavailable):
            for write in give_region_back(approval.challenge):
                self._table.update(write, returns="NONE")

    def _explained(self, login_name: str, refused: TransactionRefused) -> Exception:
        if "challenge" in refused.failed:
            return EnrolmentRefused(self.load(login_name))
        if "profile" in refused.failed:
            return PreconditionFailed()
        if "invitation" in refused.failed:
            return InvalidToken()
        return Conflict("Another phone took the place meanwhile. Start again.")


def _enrolment_of(item: Item) -> PhoneEnrolment:
    return PhoneEnrolment(
        challenge=challenge_of(item),
        user_created_at=item.get("user_created_at", 0.0),
        calling_code=item.get("calling_code", ""),
        kind=item.get("kind", ""),
        message_id=item.get("message_id") if item.get("message_of") == item.get("send_id") else None,
    )


def _outcome(outcome: Outcome) -> Update:
    update = Update()
    update.set(delivery=outcome.delivery, delivery_rank=outcome.delivery.rank, delivery_error=outcome.error)
    return update
