"""Verifies passcodes: a right one completes a login, or approves the one action that the MFA token names."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from mfa import errors
from mfa.challenges import action_seals, passcodes
from mfa.challenges.actions import Action, ActionApproval, Offer
from mfa.challenges.challenge import Challenge, Guess
from mfa.challenges.challenge_ids import is_challenge_of
from mfa.challenges.charges import budgets_given_back
from mfa.challenges.confirmations import Confirmation
from mfa.challenges.drafts import KEY_USE, Purpose, is_of_earlier_send, is_right
from mfa.challenges.guesses import refused_guesses
from mfa.challenges.reach import fixed_code_of
from mfa.challenges.sends import Caller
from mfa.factors.factors import Factor, Proof
from mfa.flows import ports
from mfa.flows.approvals import Approval, Approvals, Attempt
from mfa.flows.device_trust import DeviceWish
from mfa.flows.genuine_actions import GenuineActions
from mfa.flows.runtime import Runtime
from mfa.tokens.access_tokens import Signer
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import EventType


class VerifyPasscode(Struct, frozen=True, kw_only=True):
    """Checks passcodes."""

    accounts: ports.Accounts
    attempts: ports.Attempts
    genuine: GenuineActions
    signer: Signer
    runtime: Runtime

    def verify(
        self, login: MfaToken, challenge_id: str, typed: str, caller: Caller, wish: DeviceWish | None = None
    ) -> Approval:
        """Approves the challenge if the code is right, as `Approvals.prove`.

        Raises the errors of `POST /v1/challenges/{id}/verify`. Text that cannot be a passcode is refused as a request. It
        costs no attempt, since the refusal tells nothing about the code.
        """
        digits = passcodes.typed_digits(typed)
        if not is_challenge_of(self.runtime.keys(), login, challenge_id):
            raise errors.ChallengeNotFound
        code = _Passcode(flow=self, login=login, challenge_id=challenge_id, digits=digits, action=self._action(login))
        approvals = Approvals(
            accounts=self.accounts,
            attempts=self.attempts,
            signer=self.signer,
            token_secrets=self.genuine.token_secrets,
            runtime=self.runtime,
        )
        return approvals.prove(login, code, caller, wish)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passcode:
    """A passcode that was typed: a `TypedCode`.

    Attributes:
        flow: the parts that it is judged with.
        login: the MFA token's login.
        challenge_id: the challenge that it answers.
        digits: the code.
        action: the action that it approves, or None for a login.
    """

    flow: VerifyPasscode
    login: MfaToken
    challenge_id: str
    digits: str = field(repr=False)
    action: Action | None = None

    @property
    def method(self) -> str | None:
        """Histories tell passcodes by their channel."""
        return None

    def claim(self, guess: Guess) -> Challenge:
        """Spends an attempt at the challenge."""
        return self.flow.attempts.claim_attempt(self.login, self.challenge_id, guess)

    def answers_again(self, challenge: Challenge) -> bool:
        """Not after a change that closed the challenge."""
        return not challenge.is_closed

    def why_not_claimed(self, challenge: Challenge, now: float) -> errors.Refusal:
        """There is no such challenge, the token is outdated, or the challenge's own reason."""
        if not challenge.id:
            return errors.ChallengeNotFound()
        if challenge.is_closed:
            self.flow.accounts.load_account(self.login.login_name).refuse_outdated(self.login)
        return challenge.why_not_attempted(self.challenge_id, self.login.jti, now)

    def is_right(self, challenge: Challenge) -> bool:
        """Whether it is the code of the last send. For a password reset, none that was mailed is: the link came by mail."""
        if self.login.reset is not None and not challenge.channel.to_phone:
            return False
        return is_right(self.flow.runtime.keys(), self._purpose, challenge, self.digits)

    def wrong(self, challenge: Challenge, members: dict[str, Any]) -> errors.Refusal:
        """It is wrong, or the code of an earlier send."""
        if is_of_earlier_send(self.flow.runtime.keys(), self._purpose, challenge, self.digits):
            return errors.CodeSuperseded(**_message_to_look_for(challenge), **members)
        return errors.InvalidCode(**members)

    def proves(self, challenge: Challenge) -> Factor:
        """A phone, or the mailbox."""
        return challenge.channel.traits.factor

    def amr(self, challenge: Challenge) -> list[str]:
        """The password and the channel; for an action as it says."""
        channel = challenge.channel
        return self.action.amr(channel) if self.action else [Proof.PASSWORD.value, channel.traits.amr.value]

    def region(self, challenge: Challenge) -> str:
        """The region that the message went to."""
        return challenge.region

    def event_fields(self, challenge: Challenge) -> dict[str, Any]:
        """The phone and the challenge."""
        return {"phone_id": challenge.phone_id or None, "challenge_id": challenge.id}

    def confirm(self, attempt: Attempt) -> None:
        """Approves the challenge, and the action."""
        self.flow.attempts.confirm(self._confirmation(attempt))

    def why_not_confirmed(self, challenge: Challenge, attempt: Attempt) -> errors.Refusal:
        """Another request got there first."""
        judged, fresh = attempt.challenge, challenge
        if fresh.id == judged.id and fresh.approved_at is None and fresh.send_id and fresh.send_id != judged.send_id:
            return errors.CodeSuperseded(**_message_to_look_for(fresh), attempts_remaining=fresh.attempts_remaining)
        return fresh.why_not_attempted(judged.id, self.login.jti, attempt.guess.at)

    def give_back(self, attempt: Attempt) -> None:
        """Takes the attempt back."""
        self.flow.attempts.give_attempt_back(self.login.login_name, attempt.challenge, attempt.guess)

    @property
    def _purpose(self) -> Purpose:
        """The digest of an action comes from the token, which only verify_code can make."""
        return Purpose(KEY_USE, self.login.login_name, self.login.digest)

    def _confirmation(self, attempt: Attempt) -> Confirmation:
        """The write of the approval, with its line in the history."""
        login, challenge, runtime = self.login, attempt.challenge, self.flow.runtime
        event = attempt.event(
            runtime,
            EventType.ACTION_APPROVED if self.action else EventType.APPROVED,
            login.client_id or login.login_name,
            {"channel": challenge.channel.value} | (self.action.detail if self.action else {}) | attempt.device.detail,
        )
        return Confirmation(
            login=login,
            challenge=challenge,
            guess=attempt.guess,
            budgets=budgets_given_back(challenge, runtime.settings()),
            events=[
                *refused_guesses(challenge, login.login_name, runtime.random_bytes, notable=event.notable),
                event,
            ],
            logged_in_at=attempt.logged_in_at(runtime.clock()),
            action=self._approved(attempt, self.action) if self.action else None,
            devices=attempt.device.change,
            is_test_number=fixed_code_of(login.kind, challenge.number, runtime.settings()) is not None,
        )

    def _approved(self, attempt: Attempt, action: Action) -> Action:
        """The action with its approval. It is redeemed while its access token is valid, or not at all."""
        approval = ActionApproval(
            # Now, and not the time of a kept attempt, which the function that sends could change.
            at=self.flow.runtime.clock(),
            redeem_before=round(attempt.guess.at + attempt.token[1], 3),
            amr=tuple(attempt.amr),
        )
        return action_seals.approved(self.flow.genuine.secrets, action, approval)


def _message_to_look_for(challenge: Challenge) -> dict[str, Any]:
    """The prefix of the latest message, unless that one was refused and will not be found."""
    return {} if challenge.delivery.is_refused else {"prefix": challenge.prefix}
