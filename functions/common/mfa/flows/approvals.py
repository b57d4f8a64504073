"""Approvals: one flow for every kind of code that a person types.

It spends an attempt, judges the code, signs the token, writes the approval, and only then gives the token. A kind of code says
how it is claimed, judged and confirmed; everything else is the same for a passcode, an authenticator app and a recovery code.
"""

from collections.abc import Callable
from contextlib import suppress
from copy import replace
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from mfa import errors
from mfa.challenges.actions import Action, ActionRefused
from mfa.challenges.challenge import Challenge, ChallengeRefused, Guess, KeyedAttempt
from mfa.challenges.factor_proofs import FactorUsed
from mfa.challenges.idempotency import attempt_before, keyed_attempt
from mfa.challenges.sends import AccountChanged, Caller
from mfa.factors.factors import Factor, Proof
from mfa.flows import ports
from mfa.flows.device_trust import NOTHING_TRUSTED, DeviceTrust, DeviceWish, device_trust
from mfa.flows.runtime import Runtime
from mfa.times import rfc3339
from mfa.tokens.access_tokens import Grant, Signer, access_claims, moment_of, sign_access_token, uuid7
from mfa.tokens.mfa_tokens import MfaToken
from mfa.tokens.reset_tokens import RESET_SECONDS, ResetToken
from mfa.users.history import Event, EventType
from mfa.users.user import Kind

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A completed login, an approved action, or a proof for a password reset.

    Attributes:
        token: the access token, or the reset token.
        expires_in: seconds that it is valid.
        amr: how it was proved (RFC 8176).
        region: the region that the passcode went to, for metrics; of another factor, `factors`.
        repeated: whether an earlier request with the same idempotency key has been approved.
        of_action: whether it approves an action.
        of_reset: whether the token sets another password, and gives no access.
        device: the device that is trusted from now on, if one is. A repeated answer has lost its token.
        feedback_id: of a passcode, the vendor's name for its message if it is to be told that this arrived, else empty.
        recovery_codes_remaining: how many recovery codes are left, after one was used.
    """

    token: str = field(repr=False)
    expires_in: int
    amr: list[str]
    region: str
    repeated: bool
    of_action: bool
    of_reset: bool
    device: DeviceTrust
    feedback_id: str
    recovery_codes_remaining: int | None = None


class TypedCode(Protocol):
    """A code that a person typed, of one kind.

    Attributes:
        action: the action that it approves, or None for a login.
        method: the kind, as histories name it; None for a passcode.
    """

    @property
    def action(self) -> Action | None: ...
    @property
    def method(self) -> str | None: ...
    def claim(self, guess: Guess) -> Challenge:
        """Spends an attempt; gives the challenge as it was before. Raises ChallengeRefused with the challenge as it stands."""

    def answers_again(self, challenge: Challenge) -> bool:
        """Whether a repeated request may get the answer of the first one. `challenge` is how things stand."""

    def why_not_claimed(self, challenge: Challenge, now: float) -> errors.Refusal:
        """Why `claim` was refused."""

    def is_right(self, challenge: Challenge) -> bool:
        """Judges the code. `challenge` is as it was before the attempt."""

    def wrong(self, challenge: Challenge, members: dict[str, Any]) -> errors.Refusal:
        """The refusal of a wrong code."""

    def proves(self, challenge: Challenge) -> Factor:
        """The factor that a right code proves."""

    def amr(self, challenge: Challenge) -> list[str]:
        """How a right code is proved."""

    def region(self, challenge: Challenge) -> str:
        """The region of the counters."""

    def event_fields(self, challenge: Challenge) -> dict[str, Any]:
        """The fields of an event that tell of the code, beyond its actor and address."""

    def confirm(self, attempt: "Attempt") -> None:
        """Writes the approval. Raises AccountChanged, ActionRefused, FactorUsed and ChallengeRefused."""

    def why_not_confirmed(self, challenge: Challenge, attempt: "Attempt") -> errors.Refusal:
        """Why a right code came too late. `challenge` is how things stand."""

    def give_back(self, attempt: "Attempt") -> None:
        """Takes the attempt back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A claimed attempt.

    Attributes:
        login: the MFA token's login.
        code: the code.
        challenge: the challenge as it was before the attempt.
        guess: the attempt's time, address and idempotency key.
        token: `jti` and life of the token that a right code gives.
        repeated: whether an earlier request with the same idempotency key has claimed it.
        wish: to trust the device, if there is one.
        device: what a right code means for trusted devices, to be written with the approval.
    """

    login: MfaToken
    code: TypedCode = field(repr=False)
    challenge: Challenge
    guess: Guess
    token: tuple[str, int]
    repeated: bool = False
    wish: DeviceWish | None = None
    device: DeviceTrust = NOTHING_TRUSTED

    @property
    def amr(self) -> list[str]:
        """How a right code is proved. A link that came by mail takes the place of the password."""
        amr = self.code.amr(self.challenge)
        return [Proof.EMAIL.value, *(each for each in amr if each != Proof.PASSWORD)] if self.login.reset else amr

    def logged_in_at(self, now: float) -> float | None:
        """The moment of the login that a right code completes, or None if it completes none. The function that sends could put
        the claim of a kept attempt into the future.
        """
        return min(self.guess.at, now) if self.login.is_login else None

    @property
    def client_id(self) -> str | None:
        """The relying application that the access token is for."""
        return self.code.action.client_id if self.code.action else self.login.client_id

    def event(self, runtime: Runtime, type_: EventType, actor: str, detail: dict[str, Any]) -> Event:
        """A line of the history about this attempt."""
        fields, method = self.code.event_fields(self.challenge), self.code.method
        named = {} if method is None else {"method": method}
        if self.login.reset is not None:
            named["for"] = "password_reset"
        return runtime.event(
            type_,
            self.guess.at,
            actor=actor,
            address=self.guess.address,
            detail=detail | named,
            notable=self.login.kind is Kind.SYSTEM or method == Factor.TEMPORARY_CODE,
            **fields,
        )


class Approvals(Struct, frozen=True, kw_only=True):
    """Judges codes.

    Attributes:
        accounts: reads users.
        attempts: claims attempts and confirms approvals.
        signer: signs access tokens.
        token_secrets: the private keys of reset tokens, at most 30 s old. Raises TemporarilyUnavailable.
        runtime: settings, keys, time and randomness.
    """

    accounts: ports.Accounts
    attempts: ports.Attempts
    signer: Signer
    token_secrets: "Callable[[], TokenSecrets]"
    runtime: Runtime

    def prove(self, login: MfaToken, code: TypedCode, caller: Caller, wish: DeviceWish | None = None) -> Approval:
        """Approves what the token asks for if the code is right, and trusts the device if that is wished and allowed.

        The same request again, under the same idempotency key, gets the same answer for REPLAY_SECONDS and spends no second
        attempt. Raises the refusals of the code, and InvalidToken.
        """
        keys, now = self.runtime.keys(), self.runtime.clock()
        token = uuid7(now, self.runtime.random_bytes(10)), self._seconds(login, code)
        guess = Guess(now, caller.address, keyed_attempt(keys, login.jti, caller, now, token), code.method)
        made = partial(Attempt, login=login, code=code, token=token, wish=wish)
        try:
            challenge = code.claim(guess)
        except ChallengeRefused as refused:
            kept = attempt_before(keys, refused.challenge, login.jti, caller, now)
            if kept is None or not code.answers_again(refused.challenge):
                raise code.why_not_claimed(refused.challenge, now) from refused
            guess = replace(guess, at=kept.claimed_at, keyed=kept)
            return self._answer_again(made(challenge=refused.challenge, guess=guess), kept)
        return self._judge(made(challenge=challenge, guess=guess))

    def _seconds(self, login: MfaToken, code: TypedCode) -> int:
        """How long the token lives."""
        if login.reset is not None:
            return RESET_SECONDS
        seconds = self.runtime.settings().access_token_seconds
        return seconds if code.action is None else min(seconds, code.action.token_seconds)

    def _answer_again(self, attempt: Attempt, kept: KeyedAttempt) -> Approval:
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
            token=(kept.jti, min(kept.seconds, self._seconds(login, attempt.code))),
            repeated=True,
        )
        if _is_approved_by(challenge, attempt):
            self.accounts.load_account(login.login_name).refuse_outdated(login)
            return self._approval(attempt, self._sign(attempt))
        return self._judge(attempt)

    def _judge(self, attempt: Attempt) -> Approval:
        """Approves, or raises the refusal of a wrong code."""
        if not attempt.code.is_right(attempt.challenge):
            raise self._refusal(attempt)
        return self._approve(attempt)

    def _sign(self, attempt: Attempt) -> str:
        """The access token, or the reset token. Raises TemporarilyUnavailable."""
        jti, seconds = attempt.token
        if attempt.login.reset is not None:
            return self._reset_token(attempt, attempt.login.reset)
        grant = Grant(
            issuer=self.runtime.issuer(),
            client_id=attempt.client_id,
            issued_at=attempt.guess.at,
            seconds=seconds,
            jti=jti,
            amr=attempt.amr,
        )
        action = attempt.code.action
        return sign_access_token(self.signer, access_claims(attempt.login, grant) | (action.claims if action else {}))

    def _reset_token(self, attempt: Attempt, link: str) -> str:
        from mfa.tokens.signed_tokens import write_reset_token  # noqa: PLC0415 - a login's verify makes no such token

        token = ResetToken.of(attempt.login, link, attempt.amr, attempt.guess.at + attempt.token[1])
        return write_reset_token(self.token_secrets(), token)

    def _approval(self, attempt: Attempt, token: str, *, repeated: bool = True) -> Approval:
        elapsed = int(self.runtime.clock() - attempt.guess.at) if repeated else 0
        return Approval(
            token=token,
            expires_in=attempt.token[1] - elapsed,
            amr=attempt.amr,
            region=attempt.code.region(attempt.challenge),
            repeated=repeated,
            of_action=attempt.code.action is not None,
            of_reset=attempt.login.reset is not None,
            device=NOTHING_TRUSTED if repeated else attempt.device,
            feedback_id="" if repeated or attempt.code.method else attempt.challenge.feedback_id,
        )

    def _approve(self, attempt: Attempt) -> Approval:
        # Signed before it is confirmed: if KMS does not answer, the code stays valid and the attempt is given back.
        try:
            token = self._sign(attempt)
        except errors.TemporarilyUnavailable:
            self._give_back(attempt)
            raise
        factor = attempt.code.proves(attempt.challenge)
        device = device_trust(attempt.login, factor, attempt.wish, attempt.guess.at, self.runtime)
        attempt = replace(attempt, device=device)
        try:
            attempt.code.confirm(attempt)
        except AccountChanged as changed:
            self._give_back(attempt)
            raise errors.InvalidToken from changed
        except ActionRefused as refused:  # it was denied, or expired, while the code was judged
            self._give_back(attempt)
            raise _why_not_approved(refused.action, self.runtime.clock()) from refused
        except FactorUsed as used:
            raise self._refusal(attempt) from used
        except ChallengeRefused as refused:
            if _is_approved_by(refused.challenge, attempt):  # the same request has done it meanwhile
                return self._approval(attempt, token)
            raise attempt.code.why_not_confirmed(refused.challenge, attempt) from refused
        return self._approval(attempt, token, repeated=False)

    def _give_back(self, attempt: Attempt) -> None:
        """The code was right, so the attempt costs nothing. Only the request that claimed it gives it back."""
        if not attempt.repeated:
            with suppress(errors.TemporarilyUnavailable):
                attempt.code.give_back(attempt)

    def _refusal(self, attempt: Attempt) -> errors.Refusal:
        """Why the code is wrong. It is counted once, by the request that claimed the attempt."""
        challenge, guess = attempt.challenge, attempt.guess
        after = challenge if attempt.repeated else challenge.after_failure(guess)
        members: dict[str, Any] = {"attempts_remaining": after.attempts_remaining}
        locked_until = after.locked_until(guess.at)
        if locked_until is not None:
            members["locked_until"] = rfc3339(locked_until)
        if not attempt.repeated:
            self._record(attempt, locked_until)
        refusal = attempt.code.wrong(challenge, members)
        refusal.repeated = attempt.repeated
        return refusal

    def _record(self, attempt: Attempt, locked_until: float | None) -> None:
        """Counts the wrong code, or writes the lock that it caused."""
        region, name = attempt.code.region(attempt.challenge), attempt.login.login_name
        with suppress(errors.TemporarilyUnavailable):  # the attempt is spent, and the user locked, all the same
            if locked_until is None:
                self.attempts.record_wrong_code(region, attempt.guess.at)
            else:
                event = attempt.event(self.runtime, EventType.LOCKED, name, {"until": rfc3339(locked_until)})
                self.attempts.record_lock(name, event, region)


def _is_approved_by(challenge: Challenge, attempt: Attempt) -> bool:
    """Whether this very attempt has been approved."""
    keyed = attempt.guess.keyed
    return keyed is not None and challenge.id == attempt.challenge.id and challenge.approved_key == keyed.key


def _why_not_approved(fresh: Action | None, now: float) -> errors.Refusal:
    """Why a right code did not approve the action. `fresh` is how it stands."""
    try:
        if fresh is not None:
            fresh.refuse_over(now)
    except errors.Refusal as refusal:
        return refusal
    return errors.InvalidToken()  # it is gone, or no longer what the token was made for
