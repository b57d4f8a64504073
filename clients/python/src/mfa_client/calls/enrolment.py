"""The calls about invitations and enrolment."""

from __future__ import annotations

from mfa_client.answers import Enrolment, Invitation
from mfa_client.operations import operation
from mfa_client.requests import Credentials, Request


class EnrolmentCalls:
    """Invite a user, and open the invitation."""

    @operation
    def create_invitation(self, login_name: str) -> Request[Invitation]:
        """Invites a backup user to enrol a factor. Needs the client's id and secret.

        An older invitation of the user ends. Raises Conflict if the user has a factor, and UserNotFound.
        """
        return Request("POST", "/v1/invitations", Invitation, {"login_name": login_name}, Credentials.CLIENT)

    @operation
    def start_enrolment(self, invitation: str) -> Request[Enrolment]:
        """Opens an invitation. Its token serves `add_phone`, `start_totp` and `make_recovery_codes`.

        Raises InvalidToken if the invitation is unknown, used, expired or withdrawn.
        """
        return Request("POST", "/v1/enrolment", Enrolment, {"invitation": invitation})
