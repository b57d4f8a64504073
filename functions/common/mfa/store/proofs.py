"""Writes attempts at factors that send no message before they are judged, and their proofs, which succeed once.

They spend the same attempts as passcodes: failures, lock and cap are those of the user's challenge item.
"""

from contextlib import suppress
from copy import replace

from mfa.challenges.challenge import FAILURE_CAP, Challenge, ChallengeRefused, Guess, Limits
from mfa.challenges.confirmations import FactorConfirmation
from mfa.challenges.factor_proofs import COUNTED_AS, FactorProof, FactorUsed
from mfa.challenges.idempotency import REPLAY_SECONDS
from mfa.challenges.sends import AccountChanged
from mfa.factors.factors import Factor
from mfa.store import challenge_mapping as mapping
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.attempts import login_attributes, profile_as_in_token
from mfa.store.challenges import NEVER, claim_key
from mfa.store.counters import Counters
from mfa.store.expressions import Update
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.store.trusted_devices import change_devices
from mfa.tokens.mfa_tokens import MfaToken


class ProofStore:
    """The attempts at factors, and the proofs."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._counters = counters

    def claim_proof(self, login: MfaToken, read: Challenge, limits: Limits, guess: Guess) -> Challenge:
        """Spends an attempt, before any code is judged; gives the challenge and counters as they were before.

        A user who was never sent anything gets the item by it. A lock that is over is ended here, and with it the challenge
        whose code was guessed at. Raises ChallengeRefused with the challenge as it stands.
        """
        update, ends_lock = Update(), read.lock_is_over(guess.at, limits.max_failures)
        _claim_key(update, read, guess)
        update.set(last_attempt_at=guess.at, ttl=NEVER)
        update.set(max_failures=limits.max_failures, lock_seconds=limits.lock_seconds)
        update.append("guesses", mapping.guess(guess))
        update.add("failures_total", 1)
        update.only_if(when.FAILURES_BELOW_CAP, failure_cap=FAILURE_CAP)
        if ends_lock:
            _end_lock(update, read, guess.at)
        else:
            update.add("failures", 1)
            update.begin_at(0, "lock_count")
            update.only_if(when.UNLOCKED, max_failures=limits.max_failures)
        key = records.challenge_key(login.login_name)
        try:
            before = mapping.challenge_of(self._table.update(update.write("challenge", key)))
        except ConditionFailed as failed:
            raise ChallengeRefused(mapping.challenge_of(failed.item or self._table.get(key) or {})) from failed
        before = replace(before, max_failures=limits.max_failures, lock_seconds=limits.lock_seconds)
        if ends_lock:
            before = replace(before, failures=0, lock_count=before.lock_count + 1, send_id="", code_mac=b"")
        return before

    def give_proof_back(self, login_name: str, challenge: Challenge, guess: Guess) -> None:
        """Takes back an attempt whose code was right but could not be approved. `challenge` is as it was before it."""
        update = Update()
        if guess.keyed is not None:
            update.remove_in("attempts", guess.keyed.key)
        update.add("failures", -1)
        update.add("failures_total", -1)
        update.remove_at("guesses", len(challenge.guesses))
        first = (*challenge.guesses, guess)[0]
        update.only_if(when.GUESSES_AS_READ, first_guess=mapping.guess(first))
        update.only_if(when.ATTEMPT_COUNTED, zero=0)
        with suppress(ConditionFailed):
            self._table.update(update.write("challenge", records.challenge_key(login_name)), returns="NONE")

    def confirm_proof(self, confirmation: FactorConfirmation) -> None:
        """Uses the factor, begins the counts anew and closes the login's own challenge: one write, which succeeds once.

        Raises AccountChanged if the user is not there as the token says, FactorUsed if the factor was used or removed
        meanwhile, and ChallengeRefused if only the attempts were moved.
        """
        login, proof, at = confirmation.login, confirmation.proof, confirmation.guess.at
        writes = [
            profile_as_in_token(login),
            _factor_as_read(login.login_name, proof),
            _use(confirmation),
            _approval(confirmation),
            *(records.event_write(login.login_name, event) for event in confirmation.events),
        ]
        try:
            self._table.transact(lambda: [*writes, self._counters.count(COUNTED_AS, at, approvals=1)])
        except TransactionRefused as refused:
            if "profile" in refused.failed:
                raise AccountChanged from refused
            if refused.failed & {"factors", "proofs"}:
                raise FactorUsed from refused
            fresh = self._table.get(records.challenge_key(login.login_name)) or {}
            raise ChallengeRefused(mapping.challenge_of(fresh)) from refused


def _claim_key(update: Update, read: Challenge, guess: Guess) -> None:
    """Claims the idempotency key, and forgets those that are too old to be answered again."""
    if guess.keyed is None:
        return
    if read.attempts is None:
        update.set(attempts={guess.keyed.key: mapping.keyed_attempt(guess.keyed)})
        update.only_if(when.NO_ATTEMPTS)
        return
    claim_key(update, guess.keyed)
    old = [key for key, each in read.attempts.items() if each.claimed_at <= guess.at - 2 * REPLAY_SECONDS]
    update.remove_in("attempts", *(key for key in old if key != guess.keyed.key))


def _end_lock(update: Update, read: Challenge, now: float) -> None:
    """Begins the failures anew. The code that was guessed at gets no more attempts."""
    update.only_if(
        when.LOCK_OVER,
        attempted_before=now - read.lock_duration,
        failures=read.failures,
        lock_count=read.lock_count,
    )
    update.set(failures=1, lock_count=read.lock_count + 1)
    if read.send_id:
        update.set(expires_at=0)
        update.remove("send_id", "code_mac")


def _approval(confirmation: FactorConfirmation) -> Write:
    """Begins the counts anew, and moves the attempts that were read."""
    update, guess, login = Update(), confirmation.guess, confirmation.login
    update.set(**login_attributes(confirmation))
    update.set(ttl=int(guess.at) + records.CHALLENGE_SECONDS, failures=0, failures_total=0, lock_count=0)
    update.remove(*mapping.COUNTS)
    if confirmation.first is not None:
        update.remove_first("guesses", len(confirmation.moved) + 1)
        update.only_if(when.GUESSES_AS_READ, first_guess=mapping.guess(confirmation.first))
    if guess.keyed is not None:
        update.set(approved_key=guess.keyed.key)
    if confirmation.closes_challenge:
        update.set(approved_at=guess.at)
        update.only_if(when.SAME_SEND, send=confirmation.challenge.send_id)
        update.only_if(when.UNUSED)
    return update.write("challenge", records.challenge_key(login.login_name))


def _factor_as_read(login_name: str, proof: FactorProof) -> Write:
    """The factor was not removed or replaced since it was read."""
    rule = {
        Factor.TOTP: when.TOTP_AS_READ,
        Factor.RECOVERY_CODE: when.RECOVERY_CODE_HELD,
        Factor.TEMPORARY_CODE: when.TEMPORARY_CODE_HELD,
    }[proof.factor]
    return Write(
        label="factors",
        verb="ConditionCheck",
        key=records.factors_key(login_name),
        condition=rule,
        values={":factor": proof.held},
    )


def _use(confirmation: FactorConfirmation) -> Write:
    """Uses the factor, once, and changes the trusted devices, which are kept beside the uses."""
    update, proof, login = Update(), confirmation.proof, confirmation.login
    if confirmation.logged_in_at is not None:
        update.set(last_login_at=confirmation.logged_in_at)
    match proof.factor:
        case Factor.TOTP:
            update.set(totp_step=proof.step)
            update.only_if(when.LATER_STEP, step=proof.step)
        case Factor.RECOVERY_CODE:
            update.add("recovery_used", {proof.held})
            update.only_if(when.RECOVERY_CODE_UNUSED, factor=proof.held)
        case _:
            update.set(temporary_used=proof.held)
            update.only_if(when.TEMPORARY_CODE_UNUSED, factor=proof.held)
    if confirmation.devices is not None:
        change_devices(update, confirmation.devices)
    return update.write("proofs", records.proofs_key(login.login_name))
