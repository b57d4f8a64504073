"""The calls of a forgotten password."""

from __future__ import annotations

from mfa_client.answers import ResetAnswer
from mfa_client.operations import operation
from mfa_client.requests import Request, given


class PasswordCalls:
    """Mail a link, open it, prove a factor, set the new password."""

    @operation
    def start_password_reset(self, login_name: str, *, locale: str | None = None) -> Request[None]:
        """Mails a link to the user's contact email. The answer never says whether the name exists."""
        body = given(login_name=login_name, locale=locale)
        return Request("POST", "/v1/password-reset", type(None), body)

    @operation
    def open_password_reset(self, reset: str) -> Request[ResetAnswer]:
        """Opens the link's token.

        `MfaRequired`: prove a factor as in a login; the `Approved` then holds the reset token. Raises InvalidToken if the link
        is unknown, used or expired.
        """
        return Request("POST", "/v1/password-reset/open", ResetAnswer, {"reset": reset})

    @operation
    def finish_password_reset(self, reset_token: str, new_password: str) -> Request[None]:
        """Sets the new password. The link is used up, and every login under way ends."""
        body = {"reset_token": reset_token, "new_password": new_password}
        return Request("POST", "/v1/password-reset/password", type(None), body)
