"""The answers of the operations on invitations."""

from msgspec import UNSET, Struct, UnsetType

from mfa.http.answers import Time


class InvitationView(Struct, frozen=True):
    """An invitation that its user has not used yet: who made it, when, and its end."""

    by: str
    created_at: Time
    expires_at: Time


class InvitationRefusal(Struct, frozen=True):
    """Why a user was not invited: the code of the refusal, and its sentence."""

    code: str
    detail: str


class InvitationResult(Struct, frozen=True):
    """One of many users: invited, with the link or the masked mailbox, or refused."""

    login_name: str
    expires_at: Time | UnsetType = UNSET
    token: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    delivered_to: str | UnsetType = UNSET
    refusal: InvitationRefusal | UnsetType = UNSET

    def __repr__(self) -> str:
        return "InvitationResult(...)"


class InvitationReport(Struct, frozen=True):
    """How many users were invited, and each one's result, in the order of the request."""

    invited: int
    results: list[InvitationResult]
