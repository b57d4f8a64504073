"""Verification: an attempt is spent, then the code is judged, then the approval is written, then the token is given."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from mfa import errors
from mfa.challenges import passcodes
from mfa.challenges.account import Account
from mfa.challenges.challenge import Challenge, Guess, NotOpened, find_earlier
from mfa.challenges.challenge_ids import is_challenge_of
from mfa.challenges.guesses import refused_guesses
from mfa.settings.values import Settings
from mfa.times import rfc3339
from mfa.tokens.access_tokens import Signer, access_claims, sign_access_token, uuid7
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event, EventType


@dataclass(frozen=True, slots=True)
class Approval:
    """A completed login: the access token, how long it is valid in seconds, what it shows, and the passcode's region."""

    token: str
    expires_in: int
    amr: list[str]
    region: str


class Accounts(Protocol):
    """Reads users."""

    def load_account(self, login_name: str) -> Account: ...


class Attempts(Protocol):
    """Claims attempts and confirms approvals."""

    def claim_attempt(self, login: MfaToken, challenge_id: str, guess: Guess) -> Challenge: ...
    def record_lock(self, login_name: str, event: Event, region: str) -> None: ...
    def confirm(self, login_name: str, challenge: Challenge, events: Sequence[Event], now: float) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Checks passcodes."""

    accounts: Accounts
    attempts: Attempts
    signer: Signer
    settings: Callable[[], Settings]
    keys: Callable[[], HmacKeys]
    issuer: Callable[[], str]
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]

    def verify(self, login: MfaToken, challenge_id: str, typed: str, address: str) -> Approval:
        """Approves the challenge where the code is right.

        Raises the errors of `POST /v1/challenges/{id}/verify`. What cannot be a passcode is refused as a request: it costs
        no attempt, since it tells nothing either.
        """
        digits = passcodes.normalise(typed)
        if digits is None:
            raise errors.InvalidRequest(
                "code", "must be the digits of the message, with or without the letters before them"
            )
        keys = self.keys()
        if not is_challenge_of(keys, login, challenge_id):
            raise errors.ChallengeNotFound
        now = self.clock()
        try:
            challenge = self.attempts.claim_attempt(login, challenge_id, Guess(now, address))
        except NotOpened as refused:
            if not refused.challenge.id:
                raise errors.ChallengeNotFound from refused
            if refused.challenge.is_closed:
                self.accounts.load_account(login.login_name).refuse_outdated(login.issued_at)
            raise refused.challenge.why_not_attempted(challenge_id, login.jti, now) from refused
        if not passcodes.matches(
            keys.accepted("passcode"),
            challenge.code_mac,
            login_name=login.login_name,
            challenge_id=challenge_id,
            send_id=challenge.send_id,
            digits=digits,
        ):
            raise self._refusal(login, challenge, digits, now, address)
        return self._approve(login, challenge, now, address)

    def _approve(self, login: MfaToken, challenge: Challenge, now: float, address: str) -> Approval:
        seconds, amr, issuer = self.settings().access_token_seconds, ["pwd", challenge.channel.amr], self.issuer()
        claims = access_claims(
            login,
            issuer=issuer,
            audience=login.client_id or issuer,
            seconds=seconds,
            now=now,
            jti=uuid7(now, self.random_bytes(10)),
            amr=amr,
        )
        # Signed first: where KMS does not answer, an attempt is lost and not the code.
        token = sign_access_token(self.signer, claims)
        approved = Event(
            id=self.random_bytes(6).hex(),
            at=now,
            type=EventType.APPROVED,
            actor=login.client_id or login.login_name,
            address=address,
            phone_id=challenge.phone_id or None,
            challenge_id=challenge.id,
            detail={"channel": challenge.channel.value},
        )
        events = [*refused_guesses(challenge, login.login_name, self.random_bytes), approved]
        try:
            self.attempts.confirm(login.login_name, challenge, events, now)
        except NotOpened as refused:
            raise _why_not_confirmed(refused.challenge, challenge, login, now) from refused
        return Approval(token, seconds, amr, challenge.region)

    def _refusal(self, login: MfaToken, challenge: Challenge, digits: str, now: float, address: str) -> errors.Refusal:
        after = replace(
            challenge, failures=challenge.failures + 1, failures_total=challenge.failures_total + 1, last_attempt_at=now
        )
        members: dict[str, Any] = {"attempts_remaining": after.attempts_remaining}
        if (locked_until := after.locked_until(now)) is not None:
            members["locked_until"] = rfc3339(locked_until)
            event = Event(
                id=self.random_bytes(6).hex(),
                at=now,
                type=EventType.LOCKED,
                actor=login.login_name,
                address=address,
                phone_id=challenge.phone_id or None,
                challenge_id=challenge.id,
                detail={"until": rfc3339(locked_until)},
            )
            with suppress(errors.TemporarilyUnavailable):  # it is locked all the same
                self.attempts.record_lock(login.login_name, event, challenge.region)
        if find_earlier(self.keys(), login.login_name, challenge.id, challenge.earlier, digits) is not None:
            return errors.CodeSuperseded(**_message_to_look_for(challenge), **members)
        return errors.InvalidCode(**members)


def _why_not_confirmed(fresh: Challenge, judged: Challenge, login: MfaToken, now: float) -> errors.Refusal:
    """Why a right code came too late: another took its place meanwhile."""
    if fresh.id == judged.id and fresh.approved_at is None and fresh.send_id and fresh.send_id != judged.send_id:
        return errors.CodeSuperseded(**_message_to_look_for(fresh), attempts_remaining=fresh.attempts_remaining)
    return fresh.why_not_attempted(judged.id, login.jti, now)


def _message_to_look_for(challenge: Challenge) -> dict[str, Any]:
    """The prefix of the latest message, unless that one was refused and will not be found."""
    return {} if challenge.delivery.is_refused else {"prefix": challenge.prefix}
