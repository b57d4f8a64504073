"""Writes settings tests."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from mfa.challenges.budgets import Budget, BudgetSpent, Charge, Cost
from mfa.challenges.challenge import ChallengeRefused, Guess
from mfa.challenges.sends import Outcome, Send
from mfa.challenges.settings_tests import (
    LOGIN_JTI,
    REFUNDS_PER_HOUR,
    SettingsTest,
    SettingsTestApproval,
    SettingsTestRefused,
    TriedAction,
)
from mfa.errors import Conflict, RateLimited
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.challenge_mapping import challenge_of
from mfa.store.challenges import ChallengeItems
from mfa.store.counters import Counters, give_back, spend
from mfa.store.expressions import Update
from mfa.store.ledger import Ledger
from mfa.store.table import ConditionFailed, Item, Table, TransactionRefused, Write
from mfa.users.user import User

TEST_SECONDS = 86400


class SettingsTestStore:
    """The tests of administrators, each of whom has one at a time."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._ledger = Ledger(table, counters)
        self._challenges = ChallengeItems(table, records.settings_test_key, TEST_SECONDS, keeps_failures=False)

    def load(self, login_name: str, test_id: str) -> SettingsTest | None:
        """The test, if it is this one."""
        item = self._challenges.item(login_name)
        return _test_of(item) if item.get("id") == test_id else None

    def start(self, login_name: str, test: SettingsTest, charges: Sequence[Charge], cost: Cost) -> None:
        """Claims a test, in place of the one before, and charges its message. Raises RateLimited."""
        others = {
            "number": test.number,
            "calling_code": test.calling_code,
            "kind": test.kind,
            "contact_email": test.contact_email,
            "action": _action(test.action),
        }
        item = self._challenges.full(login_name, test.challenge, others)
        try:
            self._ledger.spend([item], charges, cost, test.challenge.sent_at)
        except RateLimited as refused:
            if isinstance(refused.__cause__, BudgetSpent) and refused.__cause__.kind == "tests":
                raise RateLimited("Too many tests within the hour.", retry_after=refused.retry_after) from refused
            raise

    def resend(self, send: Send, charges: Sequence[Charge]) -> None:
        """Claims another send of the same test, and charges its message. Raises SettingsTestRefused, RateLimited."""
        try:
            self._ledger.spend([self._challenges.opening(send)], charges, send.cost, send.after.sent_at)
        except TransactionRefused as refused:
            raise SettingsTestRefused(self.load(send.login_name, send.after.id)) from refused

    def record_delivery(self, send: Send, outcome: Outcome, summary: str = "") -> None:
        """Writes the message's outcome, and the deed that it named if it did. A refused one leaves no code to guess. The state of a newer send is not changed."""
        update = _outcome(outcome)
        # With its send: until the next send is recorded, the item still has the message of the one before.
        update.set(message_id=outcome.message_id, message_of=send.after.send_id)
        if summary:
            update.set(action_summary=summary)
        if outcome.delivery.is_refused:
            update.set(expires_at=send.after.sent_at)
        update.only_if(when.SAME_SEND, send=send.after.send_id)
        with suppress(ConditionFailed):
            self._table.update(update.write("challenge", self._challenges.key_of(send.login_name)))

    def record_report(self, login_name: str, test: SettingsTest, outcome: Outcome) -> None:
        """Writes what Twilio reports later, if it is news. A code that may have arrived stays valid."""
        update = _outcome(outcome)
        update.only_if(when.SAME_SEND, send=test.challenge.send_id)
        update.only_if(when.LATER, rank=outcome.delivery.rank)
        with suppress(ConditionFailed):
            self._table.update(update.write("challenge", self._challenges.key_of(login_name)))

    def give_back(self, budget: Budget) -> None:
        """Gives a refused test back to the hour's budget, at most REFUNDS_PER_HOUR times: a mistyped credential can be corrected."""
        update = Update()
        update.add("n", -1)
        update.add("refunded", 1)
        update.only_if(when.TEST_REFUNDS_LEFT, refunds=REFUNDS_PER_HOUR)
        try:
            self._table.update(update.write("budget", spend(budget).key))
        except ConditionFailed:
            pass

    def claim_attempt(self, login_name: str, test_id: str, guess: Guess) -> SettingsTest:
        """Spends an attempt; gives the test as it was before. Raises SettingsTestRefused."""
        try:
            return _test_of(self._challenges.claim_attempt(login_name, test_id, LOGIN_JTI, guess))
        except ChallengeRefused as refused:
            raise SettingsTestRefused(self.load(login_name, test_id)) from refused

    def approve(self, user: User, test: SettingsTest, approval: SettingsTestApproval) -> None:
        """Approves the test; the number joins the administrator's phones, verified, and the contact email the profile.

        Raises Conflict if profile or phones changed meanwhile, SettingsTestRefused if the test was approved before.
        """
        login_name, phone, event = user.login_name, approval.phone, approval.event
        writes = [
            self._challenges.approval(login_name, test.challenge, approval.guess),
            records.proven_phone_write(login_name, phone),
            _profile(user, test.contact_email, event.at),
            *map(give_back, approval.budgets),
            records.event_write(login_name, event),
        ]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            if "challenge" in refused.failed:
                raise SettingsTestRefused(self.load(login_name, test.challenge.id)) from refused
            raise Conflict("The profile changed meanwhile. Start another test.") from refused


def _test_of(item: Item) -> SettingsTest:
    return SettingsTest(
        challenge=challenge_of(item),
        number=item.get("number", ""),
        calling_code=item.get("calling_code", ""),
        kind=item.get("kind", ""),
        contact_email=item.get("contact_email"),
        message_id=item.get("message_id") if item.get("message_of") == item.get("send_id") else None,
        action=_action_of(item),
    )


def _action(action: TriedAction | None) -> Item | None:
    """The deed without its summary: each message has its own."""
    if action is None:
        return None
    return {"type": action.type, "params": dict(action.params), "locale": action.locale}


def _action_of(item: Item) -> TriedAction | None:
    stored = item.get("action")
    if stored is None:
        return None
    return TriedAction(
        type=stored["type"],
        params=stored["params"],
        locale=stored.get("locale"),
        summary=item.get("action_summary", ""),
    )


def _outcome(outcome: Outcome) -> Update:
    update = Update()
    update.set(delivery=outcome.delivery, delivery_rank=outcome.delivery.rank)
    if outcome.error is not None:
        update.set(delivery_error=outcome.error)
    return update


def _profile(user: User, contact_email: str | None, now: float) -> Write:
    key = records.profile_key(user.login_name)
    if contact_email is None:
        return Write(label="profile", verb="ConditionCheck", key=key, condition=when.EXISTS)
    values: dict[str, Any] = {":contact_email": contact_email, ":now": now, ":one": 1, ":version": user.version}
    return Write(
        label="profile",
        verb="Update",
        key=key,
        update="SET contact_email = :contact_email, updated_at = :now ADD version :one",
        condition=when.VERSION_AS_READ,
        values=values,
    )
