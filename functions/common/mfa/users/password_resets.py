"""Forgotten passwords: the one link of a name by which its user may set another password."""

import hmac
from dataclasses import dataclass, field

from mfa.times import Moment
from mfa.users.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset:
    """A link that was asked for, whether or not there is such a user. Times are seconds since 1970.

    Attributes:
        digest: SHA-256 of the token in the link. A newer link takes its place.
        at: when it was asked for.
        expires_at: until when it can be opened.
    """

    digest: bytes = field(default=b"", repr=False)
    at: Moment = 0.0
    expires_at: Moment = 0.0

    def is_opened_by(self, digest: bytes, now: float) -> bool:
        """Whether the token of this digest opens it."""
        return bool(self.digest) and hmac.compare_digest(self.digest, digest) and now < self.expires_at

    def is_for(self, user: User) -> bool:
        """Whether the user may follow it: nothing about their credentials changed since it was asked for."""
        return user.accepts_token_of(self.at)
