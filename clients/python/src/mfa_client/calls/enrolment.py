"""The calls about invitations and enrolment."""

from __future__ import annotations

from mfa_client.answers import Enrolment, Invitation
from mfa_client.operations import operation
from mfa_client.requests import Credentials, Request, given


class EnrolmentCalls:
    """Invite a user, and open the invitation."""

    @operation
    def create_invitation(
        self, login_name: str, *, hours: int | None = None, deliver: str | None = None
    ) -> Request[Invitation]:
        """Invites a backup user to enrol a factor, for 72 hours unless told otherwise. Needs the client's id and secret.

        `deliver="email"` mails the link to the user's contact email instead of giving it to you. An older invitation of the user
        ends. Raises Conflict if the user has a factor, and UserNotFound.
        """
        body = given(login_name=login_name, hours=hours, deliver=deliver)
        return Request("POST", "/v1/invitations", Invitation, body, Credentials.CLIENT)

    @operation
    def start_enrolment(self, invitation: str) -> Request[Enrolment]:
        """Opens an invitation. Its token serves `add_phone`, `start_totp` and `make_recovery_codes`.

        Raises InvalidToken if the invitation is unknown, used, expired or withdrawn.
        """
        return Request("POST", "/v1/enrolment", Enrolment, {"invitation": invitation})
