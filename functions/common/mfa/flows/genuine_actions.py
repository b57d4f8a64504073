"""Reads actions, and takes only those that verify_code wrote."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from mfa import errors
from mfa.challenges import action_seals
from mfa.challenges.actions import Action
from mfa.flows import ports
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenSecrets


class GenuineActions(Struct, frozen=True, kw_only=True):
    """Actions whose seal is right.

    Attributes:
        actions: the store.
        token_secrets: the private keys of MFA tokens, from which the seals' key is derived. Raises TemporarilyUnavailable.
    """

    actions: ports.Actions
    token_secrets: "Callable[[], TokenSecrets]"

    @property
    def secrets(self) -> HmacKeys:
        """The secrets that the seals' key is derived from. Raises TemporarilyUnavailable."""
        return self.token_secrets().secrets

    def of_id(self, action_id: str) -> Action:
        """The action of this id. Raises ActionNotFound if there is none, or somebody else wrote or changed it."""
        if not action_seals.is_action_id(action_id):
            raise errors.ActionNotFound
        return self.checked(self.actions.load_action(action_id))

    def of_token(self, token: MfaToken) -> Action | None:
        """The action that the token was made for; None for a login's. Raises InvalidToken if it is not there as it was opened."""
        if token.action is None:
            return None
        action = self.actions.load_action(token.action.id)
        if action is None or not self._is_genuine(action) or not action_seals.is_of_token(action, token.action):
            raise errors.InvalidToken
        return action

    def checked(self, action: Action | None) -> Action:
        """An action that was read. Raises ActionNotFound, as `of_id`."""
        if action is None or not self._is_genuine(action):
            raise errors.ActionNotFound
        return action

    def _is_genuine(self, action: Action) -> bool:
        return action_seals.is_genuine(self.secrets, action)
