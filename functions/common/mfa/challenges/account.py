"""An account: all that a login reads of a user, in one request."""

from dataclasses import dataclass, field

from mfa.challenges.challenge import Challenge
from mfa.errors import Conflict, InvalidToken, UserNotFound
from mfa.factors.phones import PHONES_PER_USER, Phone
from mfa.users.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user as read, or nobody, with phones in the order they were added in, and the wrong passwords of an address."""

    user: User | None
    phones: tuple[Phone, ...] = ()
    challenge: Challenge = field(default_factory=Challenge)
    wrong_passwords: int = 0
    wrong_passwords_for_name: int = 0

    @property
    def existing_user(self) -> User:
        """The user. Raises UserNotFound."""
        if self.user is None:
            raise UserNotFound
        return self.user

    def refuse_outdated(self, issued_at: float) -> None:
        """Raises InvalidToken where a token issued then speaks for this user no more."""
        if self.user is None or not self.user.accepts_token_of(issued_at):
            raise InvalidToken

    def free_slot(self) -> int:
        """The first place that is free for another phone. Raises Conflict."""
        free = sorted(set(range(PHONES_PER_USER)) - {phone.slot for phone in self.phones})
        if not free:
            raise Conflict(f"The user has {PHONES_PER_USER} phones, which is as many as there can be.")
        return free[0]
