"""The requests and answers of invitations and of an enrolment's begin."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.http.answers import Time
from mfa.tokens.invitation_tokens import INVITATION_LENGTH
from mfa.users.invitations import HOURS, HOURS_MAX

type Hours = Annotated[int, Meta(ge=1, le=HOURS_MAX, description="how long the invitation can be used")]
type Deliver = Annotated[
    Literal["link", "email"],
    Meta(
        description="`link`: the answer has the link; `email`: it is mailed to the contact email, and nobody else sees it"
    ),
]


class ClientInvitation(Struct, frozen=True, forbid_unknown_fields=True):
    """A user of a relying application, and how the invitation reaches them."""

    login_name: Annotated[str, Meta(min_length=1, max_length=256)]
    hours: Hours = HOURS
    deliver: Deliver = "link"


class InvitationMade(Struct, frozen=True):
    """An invitation: its link, this once, or the masked mailbox that it was mailed to."""

    expires_at: Time
    token: str | UnsetType = UNSET
    url: Annotated[str, Meta(examples=["https://login.example.com/v1/account/#invitation=…"])] | UnsetType = UNSET
    delivered_to: Annotated[str, Meta(examples=["d***@example.com"])] | UnsetType = UNSET

    def __repr__(self) -> str:
        return "InvitationMade(...)"


class EnrolmentToOpen(Struct, frozen=True, forbid_unknown_fields=True):
    """The token of the invitation's link: all that follows `#invitation=`."""

    invitation: Annotated[str, Meta(min_length=1, max_length=INVITATION_LENGTH)]

    def __repr__(self) -> str:
        return "EnrolmentToOpen(...)"


class EnrolmentOpened(Struct, frozen=True, tag_field="status", tag="enrolment"):
    """The user may register a first factor now."""

    enrolment_token: str
    login_name: str
    expires_at: Time

    def __repr__(self) -> str:
        return "EnrolmentOpened(...)"
