"""Verifies passcodes: spends an attempt, judges the code, writes the approval, and only then gives the token."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.challenge import Challenge, ChallengeRefused, Guess
from mfa.challenges.challenge_ids import is_challenge_of
from mfa.challenges.drafts import KEY_USE, is_of_earlier_send, is_right
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.sends import verified_charges
from mfa.factors.factors import Proof
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.times import rfc3339
from mfa.tokens.access_tokens import Grant, Signer, access_claims, sign_access_token, uuid7
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import EventType


@dataclass(frozen=True, slots=True)
class Approval:
    """A completed login.

    Attributes:
        token: the access token.
        expires_in: seconds that it is valid.
        amr: how the login was proved (RFC 8176).
        region: the region that the passcode went to, for metrics.
    """

    token: str
    expires_in: int
    amr: list[str]
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPasscode:
    """Checks passcodes."""

    accounts: ports.Accounts
    attempts: ports.Attempts
    signer: Signer
    runtime: Runtime

    def verify(self, login: MfaToken, challenge_id: str, typed: str, address: str) -> Approval:
        """Approves the challenge if the code is right.

        Raises the errors of `POST /v1/challenges/{id}/verify`. Text that cannot be a passcode is refused as a request. It
        costs no attempt, since the refusal tells nothing about the code.
        """
        digits = passcodes.typed_digits(typed)
        keys = self.runtime.keys()
        if not is_challenge_of(keys, login, challenge_id):
            raise errors.ChallengeNotFound
        guess = Guess(self.runtime.clock(), address)
        challenge = self._claim(login, challenge_id, guess)
        if not is_right(keys, KEY_USE, login.login_name, challenge, digits):
            raise self._refusal(login, challenge, digits, guess)
        return self._approve(login, challenge, guess.at, address)

    def _claim(self, login: MfaToken, challenge_id: str, guess: Guess) -> Challenge:
        """Spends an attempt; gives the challenge as it was before."""
        try:
            return self.attempts.claim_attempt(login, challenge_id, guess)
        except ChallengeRefused as refused:
            if not refused.challenge.id:
                raise errors.ChallengeNotFound from refused
            if refused.challenge.is_closed:
                self.accounts.load_account(login.login_name).refuse_outdated(login.issued_at)
            raise refused.challenge.why_not_attempted(challenge_id, login.jti, guess.at) from refused

    def _approve(self, login: MfaToken, challenge: Challenge, now: float, address: str) -> Approval:
        seconds, issuer = self.runtime.settings().access_token_seconds, self.runtime.issuer()
        amr = [Proof.PASSWORD.value, challenge.channel.traits.amr.value]
        grant = Grant(
            issuer=issuer,
            client_id=login.client_id,
            issued_at=now,
            seconds=seconds,
            jti=uuid7(now, self.runtime.random_bytes(10)),
            amr=amr,
        )
        # Signed before it is confirmed: if KMS does not answer, the code stays valid and the attempt is given back.
        try:
            token = sign_access_token(self.signer, access_claims(login, grant))
        except errors.TemporarilyUnavailable:
            with suppress(errors.TemporarilyUnavailable):
                self.attempts.give_attempt_back(login.login_name, challenge)
            raise
        approved = self.runtime.event(
            EventType.APPROVED,
            now,
            actor=login.client_id or login.login_name,
            address=address,
            phone_id=challenge.phone_id or None,
            challenge_id=challenge.id,
            detail={"channel": challenge.channel.value},
        )
        events = [*refused_guesses(challenge, login.login_name, self.runtime.random_bytes), approved]
        try:
            self.attempts.confirm(
                login.login_name, challenge, verified_charges(challenge, self.runtime.settings()), events, now
            )
        except ChallengeRefused as refused:
            raise _why_not_confirmed(refused.challenge, challenge, login, now) from refused
        return Approval(token, seconds, amr, challenge.region)

    def _refusal(self, login: MfaToken, challenge: Challenge, digits: str, guess: Guess) -> errors.Refusal:
        """Why the code is wrong. `challenge` is as it was before the attempt."""
        after = challenge.after_failure(guess)
        members: dict[str, Any] = {"attempts_remaining": after.attempts_remaining}
        locked_until = after.locked_until(guess.at)
        if locked_until is not None:
            members["locked_until"] = rfc3339(locked_until)
        with suppress(errors.TemporarilyUnavailable):  # the attempt is spent, and the user locked, all the same
            if locked_until is None:
                self.attempts.record_wrong_code(challenge.region, guess.at)
            else:
                self._record_lock(login, challenge, guess, locked_until)
        if is_of_earlier_send(self.runtime.keys(), KEY_USE, login.login_name, challenge, digits):
            return errors.CodeSuperseded(**_message_to_look_for(challenge), **members)
        return errors.InvalidCode(**members)

    def _record_lock(self, login: MfaToken, challenge: Challenge, guess: Guess, until: float) -> None:
        event = self.runtime.event(
            EventType.LOCKED,
            guess.at,
            actor=login.login_name,
            address=guess.address,
            phone_id=challenge.phone_id or None,
            challenge_id=challenge.id,
            detail={"until": rfc3339(until)},
        )
        self.attempts.record_lock(login.login_name, event, challenge.region)


def _why_not_confirmed(fresh: Challenge, judged: Challenge, login: MfaToken, now: float) -> errors.Refusal:
    """Why a right code came too late: another request got there first."""
    if fresh.id == judged.id and fresh.approved_at is None and fresh.send_id and fresh.send_id != judged.send_id:
        return errors.CodeSuperseded(**_message_to_look_for(fresh), attempts_remaining=fresh.attempts_remaining)
    return fresh.why_not_attempted(judged.id, login.jti, now)


def _message_to_look_for(challenge: Challenge) -> dict[str, Any]:
    """The prefix of the latest message, unless that one was refused and will not be found."""
    return {} if challenge.delivery.is_refused else {"prefix": challenge.prefix}
