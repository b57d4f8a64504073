"""Confirmations: the write that approves a challenge."""

from collections.abc import Sequence
from dataclasses import dataclass

from mfa.challenges.actions import Action
from mfa.challenges.budgets import Budget
from mfa.challenges.challenge import Challenge, Guess
from mfa.factors.trusted_devices import DeviceChange
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.history import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A right code, ready to be confirmed.

    Attributes:
        login: the MFA token.
        challenge: the challenge as it was before the attempt.
        guess: the attempt.
        budgets: those that get a unit back.
        events: what the history learns with it.
        action: the action with its approval, or None for a login.
        devices: the change of the user's trusted devices, if there is one.
    """

    login: MfaToken
    challenge: Challenge
    guess: Guess
    budgets: Sequence[Budget]
    events: Sequence[Event]
    action: Action | None = None
    devices: DeviceChange | None = None
