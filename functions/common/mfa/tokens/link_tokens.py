"""The token in a link that is mailed: the user's login name, so that one read finds what it is for, and 256 random bits.

The table keeps its digest. The token stands in the fragment of the link, which browsers send to nobody: no log holds it.
"""

import hashlib
from dataclasses import dataclass, field
from typing import ClassVar, Self

from mfa.errors import InvalidToken
from mfa.tokens import base64url
from mfa.users.user import LOGIN_NAME_LENGTH

SECRET_BYTES = 32
# A login name in UTF-8, a dot and the secret, both in base64url.
LINK_LENGTH = 4 * LOGIN_NAME_LENGTH * 4 // 3 + 2 + 1 + 43
# The page that takes the link.
PAGE = "/v1/account/"


@dataclass(frozen=True, slots=True)
class LinkToken:
    """A token that was made or read. Each kind of link has a subclass.

    Attributes:
        text: the token.
        login_name: the user whom it says it is for.
        NAME: what the fragment of the link calls it.
    """

    NAME: ClassVar[str] = ""
    text: str = field(repr=False)
    login_name: str

    @classmethod
    def new(cls, login_name: str, random_bytes: bytes) -> Self:
        """A token for the user, of 32 random bytes."""
        if len(random_bytes) != SECRET_BYTES:
            raise ValueError("a link has 256 random bits")
        return cls(f"{base64url.encode(login_name.encode())}.{base64url.encode(random_bytes)}", login_name)

    @classmethod
    def read(cls, text: str) -> Self:
        """The token of a text, which may be anything. Raises InvalidToken."""
        name, _, secret = text.partition(".")
        try:
            if len(text) > LINK_LENGTH or len(base64url.decode(secret)) != SECRET_BYTES:
                raise InvalidToken
            login_name = base64url.decode(name).decode()
        except ValueError as error:
            raise InvalidToken from error
        if not 0 < len(login_name) <= LOGIN_NAME_LENGTH:
            raise InvalidToken
        return cls(text, login_name)

    @property
    def digest(self) -> bytes:
        """The digest that the table keeps. SHA-256 is enough for a text that nobody can guess."""
        return hashlib.sha256(self.text.encode()).digest()

    def url(self, issuer: str) -> str:
        """The link of this public URL."""
        return f"{issuer}{PAGE}#{self.NAME}={self.text}"
