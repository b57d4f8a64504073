"""Writes attempts before they are judged, and approvals, which succeed once."""

from typing import Any

from mfa.challenges.actions import ActionRefused
from mfa.challenges.challenge import Challenge, ChallengeRefused, Guess
from mfa.challenges.confirmations import Confirmation, FactorConfirmation
from mfa.challenges.sends import AccountChanged
from mfa.factors.phones import slot_of
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.actions import action_of, approval_write
from mfa.store.challenge_mapping import challenge_of
from mfa.store.challenges import ChallengeItems
from mfa.store.counters import Counters, give_back
from mfa.store.expressions import Update
from mfa.store.spreads import give_region_back
from mfa.store.table import Table, TransactionRefused, Write
from mfa.store.trusted_devices import devices_write
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event
from mfa.users.last_logins import noted_login
from mfa.users.user import UserStatus


class AttemptStore:
    """The attempts at a challenge."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters
        self._challenges = ChallengeItems(table, records.challenge_key, records.CHALLENGE_SECONDS, keeps_failures=True)

    def claim_attempt(self, login: MfaToken, challenge_id: str, guess: Guess) -> Challenge:
        """Spends an attempt, before any code is judged; gives the challenge as it was before.

        Raises ChallengeRefused with the challenge as it stands.
        """
        item = self._challenges.claim_attempt(login.login_name, challenge_id, login.jti, guess)
        return challenge_of(item)

    def give_attempt_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None:
        """Takes back an attempt whose code was right but could not be approved. `challenge` is as it was before it."""
        self._challenges.give_attempt_back(login_name, challenge, guess)

    def record_wrong_code(self, region: str, now: float) -> None:
        """Counts a wrong code for the overview. The next send or approval writes it to the history."""
        self._table.update(self._counters.count(region, now, wrong_codes=1), returns="NONE")

    def record_lock(self, login_name: str, event: Event, region: str) -> None:
        """Writes a lock to the history, and counts it and its wrong code. The lock itself follows from the claimed attempts."""
        self._table.transact(
            lambda: [
                records.event_write(login_name, event),
                self._counters.count(region, event.at, wrong_codes=1, locks=1),
            ]
        )

    def confirm(self, confirmation: Confirmation) -> None:
        """Approves the challenge, and the action if there is one, begins the counts anew and verifies a new phone: one write.

        What bounds nobody follows: budgets get their units back, the approval is counted, and a verified phone notes it.

        It succeeds once. Raises AccountChanged if the user is not there as the token says, ChallengeRefused, and ActionRefused
        if the action alone stands in the way.
        """
        challenge, action = confirmation.challenge, confirmation.action
        now, login_name = confirmation.guess.at, confirmation.login.login_name
        logged_in_at = confirmation.logged_in_at
        writes = [
            profile_as_in_token(confirmation.login),
            self._challenges.approval(login_name, challenge, confirmation.guess, login_attributes(confirmation)),
            *(records.event_write(login_name, event) for event in confirmation.events),
        ]
        if action is not None:
            writes.append(approval_write(action))
        if confirmation.devices is not None:  # there always is a change of them where no phone keeps the login's time
            writes.append(devices_write(login_name, confirmation.devices, logged_in_at))
        later = [
            *map(give_back, confirmation.budgets),
            *give_region_back(challenge),
            self._counters.count_approval(challenge, now, is_test_number=confirmation.is_test_number),
        ]
        if challenge.phone_id:
            # A phone that counts as new becomes verified with the approval. So may one that gets no messages.
            phone = _verified_phone(login_name, challenge.phone_id, now, logged_in_at)
            is_new = challenge.new_shard is not None or confirmation.is_test_number
            (writes if is_new else later).append(phone)
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            if "challenge" not in refused.failed:
                if "profile" in refused.failed:
                    raise AccountChanged from refused
                if action is not None and "action" in refused.failed:
                    item = self._table.get(records.action_key(action.id))
                    raise ActionRefused(action_of(item or {})) from refused
            raise ChallengeRefused(self._challenges.load(login_name)) from refused
        # What is not given back stays spent, and what is not counted bounds nothing. The phone is there: its removal would
        # have changed the profile.
        self._table.write_each((), later)


def login_attributes(confirmation: Confirmation | FactorConfirmation) -> dict[str, Any]:
    """The attributes of the challenge's item by which a login is known."""
    at = confirmation.logged_in_at
    if at is None:
        return {}
    return noted_login(confirmation.login.login_name, at, confirmation.challenge.last_login_at)


def _verified_phone(login_name: str, phone_id: str, now: float, logged_in_at: float | None) -> Write:
    """The code came back, so the phone is verified and takes messages. A login leaves its time."""
    update = Update()
    update.set(verified=True, last_verified_at=now)
    if logged_in_at is not None:
        update.set(last_login_at=logged_in_at)
    update.begin_at(now, "verified_since")
    update.remove("unusable_reason", "unusable_at")
    update.only_if(when.SAME_PHONE, phone=phone_id)
    return update.write("phone", records.phone_key(login_name, slot_of(phone_id)))


def profile_as_in_token(login: MfaToken) -> Write:
    """A forged challenge approves nobody who was disabled, deleted or changed since the password was checked."""
    return Write(
        label="profile",
        verb="ConditionCheck",
        key=records.profile_key(login.login_name),
        condition=when.every(when.IS_ACTIVE, when.SAME_KIND, when.SAME_CREDENTIALS),
        names={"#status": "status"},
        values={":active": UserStatus.ACTIVE, ":kind": login.kind, ":credentials": login.credentials_changed_at},
    )
