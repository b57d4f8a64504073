"""Verifies passcodes: spends an attempt, judges the code, writes the approval, and only then gives the token.

A right code completes a login, or approves the one action that the MFA token names.
"""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mfa import errors
from mfa.challenges import action_seals, passcodes
from mfa.challenges.actions import Action, ActionApproval, ActionRefused, Offer
from mfa.challenges.challenge import Challenge, ChallengeRefused, Guess, KeyedAttempt
from mfa.challenges.challenge_ids import is_challenge_of
from mfa.challenges.charges import verified_charges
from mfa.challenges.confirmations import Confirmation
from mfa.challenges.drafts import KEY_USE, Purpose, is_of_earlier_send, is_right
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.idempotency import attempt_before, keyed_attempt
from mfa.challenges.sends import AccountChanged, Caller
from mfa.factors.factors import Proof
from mfa.flows import ports
from mfa.flows.genuine_actions import GenuineActions
from mfa.flows.runtime import Runtime
from mfa.times import rfc3339
from mfa.tokens.access_tokens import Grant, Signer, access_claims, moment_of, sign_access_token, uuid7
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import EventType


@dataclass(frozen=True, slots=True)
class Approval:
    """A completed login, or an approved action.

    Attributes:
        token: the access token.
        expires_in: seconds that it is valid.
        amr: how it was proved (RFC 8176).
        region: the region that the passcode went to, for metrics.
        repeated: whether an earlier request with the same idempotency key has been approved.
        of_action: whether it approves an action.
    """

    token: str = field(repr=False)
    expires_in: int
    amr: list[str]
    region: str
    repeated: bool = False
    of_action: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """A claimed attempt.

    Attributes:
        login: the MFA token's login.
        digits: the code.
        challenge: the challenge as it was before the attempt.
        guess: the attempt's time, address and idempotency key.
        token: `jti` and life of the access token that a right code gives.
        repeated: whether an earlier request with the same idempotency key has claimed it.
        action: the action that a right code approves, or None for a login.
    """

    login: MfaToken
    digits: str = field(repr=False)
    challenge: Challenge
    guess: Guess
    token: tuple[str, int]
    repeated: bool = False
    action: Action | None = None

    @property
    def amr(self) -> list[str]:
        """How a right code is proved."""
        channel = self.challenge.channel
        return self.action.amr(channel) if self.action else [Proof.PASSWORD.value, channel.traits.amr.value]

    @property
    def client_id(self) -> str | None:
        """The relying application that the access token is for."""
        return self.action.client_id if self.action else self.login.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPasscode:
    """Checks passcodes."""

    accounts: ports.Accounts
    attempts: ports.Attempts
    genuine: GenuineActions
    signer: Signer
    runtime: Runtime

    def verify(self, login: MfaToken, challenge_id: str, typed: str, caller: Caller) -> Approval:
        """Approves the challenge if the code is right.

        The same request again, under the same idempotency key, gets the same answer for REPLAY_SECONDS and spends no second
        attempt. Raises the errors of `POST /v1/challenges/{id}/verify`. Text that cannot be a passcode is refused as a
        request. It costs no attempt, since the refusal tells nothing about the code.
        """
        digits = passcodes.typed_digits(typed)
        keys, now = self.runtime.keys(), self.runtime.clock()
        if not is_challenge_of(keys, login, challenge_id):
            raise errors.ChallengeNotFound
        action = self._action(login)
        token = uuid7(now, self.runtime.random_bytes(10)), self._seconds(action)
        guess = Guess(now, caller.address, keyed_attempt(keys, login.jti, caller, now, token))
        try:
            challenge = self.attempts.claim_attempt(login, challenge_id, guess)
        except ChallengeRefused as refused:
            kept = attempt_before(keys, refused.challenge, login.jti, caller, now)
            if kept is None or refused.challenge.is_closed:
                raise self._why_not_claimed(login, challenge_id, refused.challenge, now) from refused
            guess = replace(guess, at=kept.claimed_at, keyed=kept)
            attempt = _Attempt(
                login=login, digits=digits, challenge=refused.challenge, guess=guess, token=token, action=action
            )
            return self._answer_again(attempt, kept)
        return self._judge(
            _Attempt(login=login, digits=digits, challenge=challenge, guess=guess, token=token, action=action)
        )

    def _action(self, login: MfaToken) -> Action | None:
        """The action that the token names, before an attempt is spent; None for a login's.

        Raises InvalidToken, Forbidden where its type is no longer offered, and ActionDenied.
        """
        action = self.genuine.of_token(login)
        if action is not None:
            Offer.for_action(self.runtime.settings(), action)
            if action.denied_at is not None:
                raise errors.ActionDenied
        return action

    def _seconds(self, action: Action | None) -> int:
        """How long the access token lives."""
        seconds = self.runtime.settings().access_token_seconds
        return seconds if action is None else min(seconds, action.token_seconds)

    def _why_not_claimed(self, login: MfaToken, challenge_id: str, challenge: Challenge, now: float) -> errors.Refusal:
        """Why the store refused the attempt; `challenge` is how things stand."""
        if not challenge.id:
            return errors.ChallengeNotFound()
        if challenge.is_closed:
            self.accounts.load_account(login.login_name).refuse_outdated(login)
        return challenge.why_not_attempted(challenge_id, login.jti, now)

    def _answer_again(self, attempt: _Attempt, kept: KeyedAttempt) -> Approval:
        """The answer to an attempt that an earlier request claimed. Its challenge is as it stands.

        If nothing came of the attempt yet, it is judged again. That tells nothing new, since the code is the same. The function
        that sends can write challenges, so what is kept of the attempt makes no token that a first verify would not make.
        """
        login, challenge = attempt.login, attempt.challenge
        if moment_of(kept.jti) != kept.claimed_at:
            raise errors.InvalidToken
        attempt = replace(
            attempt,
            challenge=challenge.without_guess(kept.claimed_at),
            token=(kept.jti, min(kept.seconds, self._seconds(attempt.action))),
            repeated=True,
        )
        if _is_approved_by(challenge, attempt):
            self.accounts.load_account(login.login_name).refuse_outdated(login)
            return self._approval(attempt, self._sign(attempt))
        return self._judge(attempt)

    def _judge(self, attempt: _Attempt) -> Approval:
        """Approves the challenge or raises the refusal of a wrong code."""
        if not is_right(self.runtime.keys(), _purpose(attempt.login), attempt.challenge, attempt.digits):
            raise self._refusal(attempt)
        return self._approve(attempt)

    def _sign(self, attempt: _Attempt) -> str:
        """The access token. Raises TemporarilyUnavailable."""
        jti, seconds = attempt.token
        grant = Grant(
            issuer=self.runtime.issuer(),
            client_id=attempt.client_id,
            issued_at=attempt.guess.at,
            seconds=seconds,
            jti=jti,
            amr=attempt.amr,
        )
        claims = access_claims(attempt.login, grant)
        return sign_access_token(self.signer, claims | (attempt.action.claims if attempt.action else {}))

    def _approval(self, attempt: _Attempt, token: str, *, repeated: bool = True) -> Approval:
        elapsed = int(self.runtime.clock() - attempt.guess.at) if repeated else 0
        return Approval(
            token=token,
            expires_in=attempt.token[1] - elapsed,
            amr=attempt.amr,
            region=attempt.challenge.region,
            repeated=repeated,
            of_action=attempt.action is not None,
        )

    def _approve(self, attempt: _Attempt) -> Approval:
        login, challenge, guess = attempt.login, attempt.challenge, attempt.guess
        # Signed before it is confirmed: if KMS does not answer, the code stays valid and the attempt is given back.
        try:
            token = self._sign(attempt)
        except errors.TemporarilyUnavailable:
            self._give_back(attempt)
            raise
        try:
            self.attempts.confirm(self._confirmation(attempt))
        except AccountChanged as changed:
            self._give_back(attempt)
            raise errors.InvalidToken from changed
        except ActionRefused as refused:  # it was denied, or expired, while the code was judged
            self._give_back(attempt)
            raise _why_not_approved(refused.action, self.runtime.clock()) from refused
        except ChallengeRefused as refused:
            if _is_approved_by(refused.challenge, attempt):  # the same request has done it meanwhile
                return self._approval(attempt, token)
            raise _why_not_confirmed(refused.challenge, challenge, login, guess.at) from refused
        return self._approval(attempt, token, repeated=False)

    def _confirmation(self, attempt: _Attempt) -> Confirmation:
        """The write of the approval, with its line in the history."""
        login, challenge, guess = attempt.login, attempt.challenge, attempt.guess
        event = self.runtime.event(
            EventType.ACTION_APPROVED if attempt.action else EventType.APPROVED,
            guess.at,
            actor=login.client_id or login.login_name,
            address=guess.address,
            phone_id=challenge.phone_id or None,
            challenge_id=challenge.id,
            detail={"channel": challenge.channel.value} | (attempt.action.detail if attempt.action else {}),
        )
        return Confirmation(
            login=login,
            challenge=challenge,
            guess=guess,
            budgets=verified_charges(challenge, self.runtime.settings()),
            events=[*refused_guesses(challenge, login.login_name, self.runtime.random_bytes), event],
            action=self._approved(attempt, attempt.action) if attempt.action else None,
        )

    def _approved(self, attempt: _Attempt, action: Action) -> Action:
        """The action with its approval. It is redeemed while its access token is valid, or not at all."""
        seconds = attempt.token[1]
        approval = ActionApproval(
            # Now, and not the time of a kept attempt, which the function that sends could change.
            at=self.runtime.clock(),
            redeem_before=round(attempt.guess.at + seconds, 3),
            amr=tuple(attempt.amr),
        )
        return action_seals.approved(self.genuine.secrets, action, approval)

    def _give_back(self, attempt: _Attempt) -> None:
        """The code was right, so the attempt costs nothing. Only the request that claimed it gives it back."""
        if not attempt.repeated:
            with suppress(errors.TemporarilyUnavailable):
                self.attempts.give_attempt_back(attempt.login.login_name, attempt.challenge, attempt.guess)

    def _refusal(self, attempt: _Attempt) -> errors.Refusal:
        """Why the code is wrong. It is counted once, by the request that claimed the attempt."""
        challenge, guess = attempt.challenge, attempt.guess
        after = challenge if attempt.repeated else challenge.after_failure(guess)
        members: dict[str, Any] = {"attempts_remaining": after.attempts_remaining}
        locked_until = after.locked_until(guess.at)
        if locked_until is not None:
            members["locked_until"] = rfc3339(locked_until)
        if not attempt.repeated:
            self._record(attempt, locked_until)
        if is_of_earlier_send(self.runtime.keys(), _purpose(attempt.login), challenge, attempt.digits):
            refusal: errors.Refusal = errors.CodeSuperseded(**_message_to_look_for(challenge), **members)
        else:
            refusal = errors.InvalidCode(**members)
        refusal.repeated = attempt.repeated
        return refusal

    def _record(self, attempt: _Attempt, locked_until: float | None) -> None:
        """Counts the wrong code, or writes the lock that it caused."""
        with suppress(errors.TemporarilyUnavailable):  # the attempt is spent, and the user locked, all the same
            if locked_until is None:
                self.attempts.record_wrong_code(attempt.challenge.region, attempt.guess.at)
            else:
                self._record_lock(attempt, locked_until)

    def _record_lock(self, attempt: _Attempt, until: float) -> None:
        event = self.runtime.event(
            EventType.LOCKED,
            attempt.guess.at,
            actor=attempt.login.login_name,
            address=attempt.guess.address,
            phone_id=attempt.challenge.phone_id or None,
            challenge_id=attempt.challenge.id,
            detail={"until": rfc3339(until)},
        )
        self.attempts.record_lock(attempt.login.login_name, event, attempt.challenge.region)


def _purpose(login: MfaToken) -> Purpose:
    """The purpose of the passcode. The digest of an action comes from the token, which only verify_code can make."""
    return Purpose(KEY_USE, login.login_name, login.digest)


def _is_approved_by(challenge: Challenge, attempt: _Attempt) -> bool:
    """Whether this very attempt has approved the challenge."""
    keyed = attempt.guess.keyed
    return keyed is not None and challenge.id == attempt.challenge.id and challenge.approved_key == keyed.key


def _why_not_confirmed(fresh: Challenge, judged: Challenge, login: MfaToken, now: float) -> errors.Refusal:
    """Why a right code came too late: another request got there first."""
    if fresh.id == judged.id and fresh.approved_at is None and fresh.send_id and fresh.send_id != judged.send_id:
        return errors.CodeSuperseded(**_message_to_look_for(fresh), attempts_remaining=fresh.attempts_remaining)
    return fresh.why_not_attempted(judged.id, login.jti, now)


def _why_not_approved(fresh: Action | None, now: float) -> errors.Refusal:
    """Why a right code did not approve the action. `fresh` is how it stands."""
    try:
        if fresh is not None:
            fresh.refuse_over(now)
    except errors.Refusal as refusal:
        return refusal
    return errors.InvalidToken()  # it is gone, or no longer what the token was made for


def _message_to_look_for(challenge: Challenge) -> dict[str, Any]:
    """The prefix of the latest message, unless that one was refused and will not be found."""
    return {} if challenge.delivery.is_refused else {"prefix": challenge.prefix}
