"""Invitations: one user's right to enrol a first factor, for a while and once."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from mfa.times import Moment
from mfa.users.user import User

HOURS, HOURS_MAX = 72, 168
# Invitations that are mailed to a user in a day: the first, and two more for who lost it.
MAILS_PER_DAY = 3
_DAY = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The one invitation of a user. Times are seconds since 1970.

    Attributes:
        user_created_at: when the user was created whom it is for. It is nobody's after that user was deleted.
        digest: SHA-256 of the token in the link; empty once it was withdrawn.
        expires_at: its end.
        at: when it was made.
        by: who made it: an administrator, a client's id, or `iam`.
        mail_day: the last day (UTC) on which an invitation was mailed to the user.
        mails: how many were mailed on that day.
    """

    user_created_at: Moment = 0.0
    digest: bytes = field(default=b"", repr=False)
    expires_at: Moment = 0.0
    at: Moment = 0.0
    by: str = ""
    mail_day: str = ""
    mails: int = 0

    def is_live(self, user: User, now: float) -> bool:
        """Whether it can still be used by this user."""
        return bool(self.digest) and self.user_created_at == user.created_at and now < self.expires_at


def day_of(now: float) -> str:
    """The day in UTC, as `2026-11-27`."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")


def next_day(now: float) -> float:
    """When the next day begins, in seconds since 1970."""
    return (now // _DAY + 1) * _DAY
