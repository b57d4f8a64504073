"""The calls about actions: one deed each, which the user approves."""

from __future__ import annotations

from collections.abc import Mapping

from mfa_client.answers import Action, OpenedAction, Redemption
from mfa_client.operations import operation
from mfa_client.requests import Credentials, Request, given, segment


class ActionCalls:
    """Open an action, follow it, deny it, and use the approval up."""

    @operation
    def open_action(
        self,
        login_name: str,
        type: str,
        params: Mapping[str, str],
        *,
        locale: str | None = None,
        end_user_address: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[OpenedAction]:
        """Opens an action for a backup user. Needs the client's id and secret.

        `end_user_address` is the user's IP address, for the history. Messages are charged to that address's budget too.
        Raises NoPhone.
        """
        body = given(
            login_name=login_name,
            type=type,
            params=dict(params),
            locale=locale,
            end_user_address=end_user_address,
        )
        return Request("POST", "/v1/actions", OpenedAction, body, Credentials.CLIENT, keyed=True, key=idempotency_key)

    @operation
    def open_own_action(
        self,
        access_token: str,
        type: str,
        params: Mapping[str, str],
        *,
        locale: str | None = None,
        idempotency_key: str | None = None,
    ) -> Request[OpenedAction]:
        """Opens an action for the user of an access token."""
        body = given(type=type, params=dict(params), locale=locale)
        return Request("POST", "/v1/actions", OpenedAction, body, access_token, keyed=True, key=idempotency_key)

    @operation
    def get_action(self, action_id: str, *, mfa_token: str | None = None) -> Request[Action]:
        """Reads an action, as the client that opened it or with its MFA token. `approved` is no permission: redeem it."""
        token = Credentials.CLIENT if mfa_token is None else mfa_token
        return Request("GET", f"/v1/actions/{segment(action_id)}", Action, token=token)

    @operation
    def deny_action(self, mfa_token: str, action_id: str) -> Request[Action]:
        """Says that the user did not ask for this. Nobody can approve or redeem the action any more."""
        return Request("POST", f"/v1/actions/{segment(action_id)}/deny", Action, token=mfa_token)

    @operation
    def redeem_action(self, action_id: str, *, idempotency_key: str | None = None) -> Request[Redemption]:
        """Uses the approval up, once, before the deed is done. Needs the id and secret of the client that opened it.

        A key of your own makes a redemption repeatable over a restart of your program. Raises ActionPending, ActionDenied,
        ActionRedeemed and ActionExpired.
        """
        path = f"/v1/actions/{segment(action_id)}/redeem"
        return Request("POST", path, Redemption, token=Credentials.CLIENT, keyed=True, key=idempotency_key)
