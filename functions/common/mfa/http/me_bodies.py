"""The requests and answers of the operations on one's own account."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mfa.decoding import form
from mfa.http.answers import PhoneChoice, Time
from mfa.users.user import Kind

_TAG = form(r"^[A-Za-z0-9-]+$(?!\n)", "is no language tag, such as en or pt-BR")


class ProfileChange(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of one's own profile. Null clears a field."""

    locale: Annotated[str, Meta(max_length=35, pattern=_TAG, description="BCP 47")] | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return "ProfileChange(...)"


class OwnProfile(Struct, frozen=True):
    """One's own profile after a change."""

    login_name: str
    locale: str | None
    contact_email: str | None


class OwnEvent(Struct, frozen=True):
    """A line of one's own history. `address` is shown of what the user did, and nobody else's."""

    at: Time
    type: str
    by: Literal["user", "administrator", "client", "service"]
    address: str | None
    phone: Annotated[str | None, Meta(description="masked", examples=["+852 - ****3799"])]
    channel: str | None


class Me(Struct, frozen=True):
    """One's own account."""

    login_name: str
    alias: str | None
    kind: Kind
    locale: str | None
    contact_email: str | None
    mfa_enabled: bool
    phones: list[PhoneChoice]
    events: Annotated[list[OwnEvent], Meta(description="the newest first")]
