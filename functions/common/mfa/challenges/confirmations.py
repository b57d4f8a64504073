"""Confirmations: the write that approves a challenge, or a login by another factor."""

from collections.abc import Sequence

from msgspec import Struct

from mfa.challenges.actions import Action
from mfa.challenges.budgets import Budget
from mfa.challenges.challenge import Challenge, Guess
from mfa.challenges.factor_proofs import FactorProof
from mfa.factors.trusted_devices import DeviceChange
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event


class Confirmation(Struct, frozen=True, kw_only=True):
    """A right code, ready to be confirmed.

    Attributes:
        login: the MFA token.
        challenge: the challenge as it was before the attempt.
        guess: the attempt.
        budgets: those that get a unit back.
        events: what the history learns with it.
        logged_in_at: the moment of the login, or None if it is none.
        action: the action with its approval, or None for a login.
        devices: the change of the user's trusted devices, if there is one.
        is_test_number: whether nothing was sent, since the number's passcode is fixed.
    """

    login: MfaToken
    challenge: Challenge
    guess: Guess
    budgets: Sequence[Budget]
    events: Sequence[Event]
    logged_in_at: float | None = None
    action: Action | None = None
    devices: DeviceChange | None = None
    is_test_number: bool = False


class FactorConfirmation(Struct, frozen=True, kw_only=True):
    """A right code of a factor that sends no message, ready to be confirmed.

    Attributes:
        login: the MFA token.
        proof: the factor as read, and the use of it.
        challenge: the user's challenge and counters as read.
        guess: the attempt.
        moved: the wrong attempts before it that leave the item, for the history.
        first: the first attempt that leaves the item, as it stands there. None if a send has moved them all.
        events: what the history learns with it.
        logged_in_at: the moment of the login, or None if it is none.
        devices: the change of the user's trusted devices, if there is one.
    """

    login: MfaToken
    proof: FactorProof
    challenge: Challenge
    guess: Guess
    moved: Sequence[Guess]
    first: Guess | None
    events: Sequence[Event]
    logged_in_at: float | None = None
    devices: DeviceChange | None = None

    @property
    def closes_challenge(self) -> bool:
        """Whether the live challenge is of the same login, which is complete now. Those of other logins are left."""
        challenge = self.challenge
        is_own = challenge.login_jti == self.login.jti
        return is_own and bool(challenge.send_id) and challenge.approved_at is None
