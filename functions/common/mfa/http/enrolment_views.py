"""Invitations and enrolments as the API shows them."""

from typing import TYPE_CHECKING

from msgspec import UNSET

from mfa.http.enrolment_bodies import EnrolmentOpened, InvitationMade
from mfa.times import rfc3339

if TYPE_CHECKING:
    from mfa.flows.enrol import OpenedEnrolment
    from mfa.flows.invite import Invited


def made(value: "Invited") -> InvitationMade:
    """The answer of an invitation."""
    return InvitationMade(
        expires_at=rfc3339(value.expires_at),
        token=value.token or UNSET,
        url=value.url or UNSET,
        delivered_to=value.delivered_to or UNSET,
    )


def opened(value: "OpenedEnrolment") -> EnrolmentOpened:
    """The answer of an enrolment's begin."""
    return EnrolmentOpened(
        enrolment_token=value.token, login_name=value.login_name, expires_at=rfc3339(value.expires_at)
    )
