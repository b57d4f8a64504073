"""The tokens of a forgotten password: the one in the mailed link, and the one that lets its user set another password."""

from collections.abc import Iterable
from typing import ClassVar

from msgspec import Struct

from mfa.tokens.link_tokens import LinkToken
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.user import Kind, User

# How long a link can be opened.
LINK_SECONDS = 1800
# How long a person may take to choose a password.
RESET_SECONDS = 600


class ResetLink(LinkToken):
    """The token in the link."""

    __slots__ = ()
    NAME: ClassVar[str] = "reset"


class ResetToken(Struct, frozen=True, kw_only=True):
    """The result of a link that was opened, and of a second factor if the user has one. It sets one password, once.

    Attributes:
        login_name: the user.
        kind: the user's kind.
        credentials_changed_at: the version of the user's credentials. Any change of them ends the token.
        link: the digest of the link, in hexadecimal digits.
        amr: how the user was known, for the history.
        expires_at: seconds since 1970.
    """

    login_name: str
    kind: Kind
    credentials_changed_at: float
    link: str
    amr: tuple[str, ...]
    expires_at: float

    @classmethod
    def of(cls, user: User | MfaToken, link: str, amr: Iterable[str], expires_at: float) -> "ResetToken":
        """The token by which this user may set another password."""
        return cls(
            login_name=user.login_name,
            kind=user.kind,
            credentials_changed_at=user.credentials_changed_at,
            link=link,
            amr=tuple(amr),
            expires_at=expires_at,
        )

    def speaks_for(self, user: User) -> bool:
        """Whether it holds for this user: nothing was changed since."""
        given = self.login_name, self.kind, self.credentials_changed_at
        return user.active and given == (user.login_name, user.kind, user.credentials_changed_at)
