"""An account: all that a login reads of a user, in one request."""

from dataclasses import dataclass, field

from mfa.challenges import Challenge
from mfa.phones import Phone
from mfa.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user as read, or nobody, with phones in the order they were added in, and the wrong passwords of an address."""

    user: User | None
    phones: tuple[Phone, ...] = ()
    challenge: Challenge = field(default_factory=Challenge)
    wrong_passwords: int = 0
    wrong_passwords_for_name: int = 0
