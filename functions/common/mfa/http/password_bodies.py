"""The requests and answers of the operations on passwords."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.http.answers import Time
from mfa.http.requests import AskedLocale
from mfa.tokens.link_tokens import LINK_LENGTH
from mfa.tokens.mfa_tokens import MFA_TOKEN_LENGTH

type NewPassword = Annotated[str, Meta(min_length=8, max_length=256)]


class PasswordChange(Struct, frozen=True, forbid_unknown_fields=True):
    """The current password, and the one to take its place."""

    current_password: Annotated[str, Meta(min_length=1, max_length=256)]
    new_password: NewPassword

    def __repr__(self) -> str:
        return "PasswordChange(...)"


class ForgottenPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """The user who forgot the password, and the language of the page."""

    login_name: Annotated[str, Meta(max_length=256)]
    locale: AskedLocale | None = None


class Asked(Struct, frozen=True):
    """Empty, whether or not there is such a user."""


class FollowedLink(Struct, frozen=True, forbid_unknown_fields=True):
    """The token of the link."""

    reset: Annotated[str, Meta(min_length=1, max_length=LINK_LENGTH)]

    def __repr__(self) -> str:
        return "FollowedLink(...)"


class ResetPermitted(Struct, frozen=True, tag_field="status", tag="reset"):
    """The link is enough for this user: another password may be set."""

    reset_token: str
    expires_at: Time

    def __repr__(self) -> str:
        return "ResetPermitted(...)"


class PasswordToSet(Struct, frozen=True, forbid_unknown_fields=True):
    """The reset token, and the password."""

    reset_token: Annotated[str, Meta(min_length=1, max_length=MFA_TOKEN_LENGTH)]
    new_password: NewPassword

    def __repr__(self) -> str:
        return "PasswordToSet(...)"
