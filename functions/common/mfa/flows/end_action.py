"""Reads actions, denies them, and redeems them: once."""

from contextlib import suppress
from copy import replace
from dataclasses import dataclass

from mfa import errors
from mfa.challenges.actions import Action, ActionEnd, ActionRefused
from mfa.challenges.idempotency import request_key
from mfa.challenges.sends import Caller
from mfa.flows.genuine_actions import GenuineActions
from mfa.flows.runtime import Runtime
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.clients import Client
from mfa.users.history import EventType


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAction:
    """Reads and ends actions. Somebody else's action is not found."""

    genuine: GenuineActions
    runtime: Runtime

    def get(self, principal: Client | MfaToken, action_id: str) -> Action:
        """The action as it stands, for the client that may redeem it, or by its MFA token. Raises ActionNotFound, InvalidToken."""
        return self._own(principal, action_id)

    def deny(self, token: MfaToken, action_id: str, caller: Caller) -> tuple[Action, bool]:
        """Ends the action, because somebody else asked for it. Also after its time, and again.

        Returns the action as it stands, and whether this request has denied it. Raises ActionNotFound, InvalidToken, ActionApproved.
        """
        action, end = self._own(token, action_id), self._end()
        try:
            self.genuine.actions.deny(action, end)
        except ActionRefused as refused:
            action = self.genuine.checked(refused.action)
            if action.approval is not None:
                raise errors.ActionApproved from refused
            if action.denied_at is None:
                raise errors.TemporarilyUnavailable from refused
            if action.ended_by != end.id:
                return action, False
            # The answer to this very write was lost, and its repetition found it.
        action = replace(action, denied_at=end.at)
        self._record(action, EventType.ACTION_DENIED, action.login_name, caller)
        return action, True

    def redeem(self, client: Client, action_id: str, caller: Caller) -> tuple[Action, bool]:
        """Uses the approval up. The same request, under the same idempotency key, gets the same answer again.

        Returns the action as it stands, and whether this request has redeemed it. Raises ActionNotFound, ActionPending, ActionDenied,
        ActionRedeemed, ActionExpired.
        """
        action, end = self._own(client, action_id), self._end(request_key(f"redeem {action_id}", caller))
        if action.was_redeemed_by(end):
            return action, False
        action.refuse_unredeemable(end.at)
        try:
            self.genuine.actions.redeem(action, client.client_id, end)
        except ActionRefused as refused:
            action = self.genuine.checked(refused.action)
            if action.ended_by != end.id:
                if action.was_redeemed_by(end):
                    return action, False
                action.refuse_unredeemable(end.at)
                raise errors.TemporarilyUnavailable from refused
            # As for a denial: its repetition found this very write.
        action = replace(action, redeemed_at=end.at, redemption=end.redemption)
        self._record(action, EventType.ACTION_REDEEMED, client.client_id, caller)
        return action, True

    def _end(self, redemption: str | None = None) -> ActionEnd:
        return ActionEnd(at=self.runtime.clock(), id=self.runtime.random_bytes(16).hex(), redemption=redemption or "")

    def _own(self, principal: Client | MfaToken, action_id: str) -> Action:
        """The caller's action of this id."""
        if isinstance(principal, Client):
            action = self.genuine.of_id(action_id)
            if action.client_id != principal.client_id:
                raise errors.ActionNotFound
            return action
        if principal.action is None:
            raise errors.InvalidToken
        if principal.action.id != action_id:
            raise errors.ActionNotFound
        found = self.genuine.of_token(principal)
        assert found is not None  # noqa: S101 - the token names one
        return found

    def _record(self, action: Action, type_: EventType, actor: str, caller: Caller) -> None:
        event = self.runtime.event(
            type_, self.runtime.clock(), actor=actor, address=caller.address, detail=action.detail
        )
        with suppress(errors.TemporarilyUnavailable):  # what happened to the action stays
            self.genuine.actions.record(action.login_name, event)
