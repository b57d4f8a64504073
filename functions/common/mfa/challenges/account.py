"""An account: all that a login reads of a user, in one request."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mfa.challenges.challenge import Challenge
from mfa.challenges.password_tries import PasswordTries
from mfa.errors import Conflict, InvalidToken, UserNotFound
from mfa.factors.phones import PHONES_PER_USER, Phone
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginAccount:
    """As much of an account as is needed to judge a password.

    Attributes:
        user: the user, or None if there is no such user.
        tries: the tries at the name's password.
        complete: the whole account. It takes longer the more is there, a lock for example, so it is for after a right password.
    """

    user: User | None
    tries: PasswordTries
    complete: "Callable[[], Account]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user with phones and challenge.

    Attributes:
        user: the user, or None if there is no such user.
        phones: in the order of their slots.
        challenge: the live challenge and the counters.
        tries: the tries at the name's password. Only logins and administrators read them.
        password_stopped: whether those tries stop the password until an unlock, as administrators see it.
    """

    user: User | None
    phones: tuple[Phone, ...] = ()
    challenge: Challenge = field(default_factory=Challenge)
    tries: PasswordTries = field(default_factory=PasswordTries)
    password_stopped: bool = False

    @property
    def existing_user(self) -> User:
        """The user. Raises UserNotFound."""
        if self.user is None:
            raise UserNotFound
        return self.user

    def refuse_outdated(self, login: MfaToken) -> None:
        """Raises InvalidToken if the user is not as the token says, or has ended the tokens of then."""
        user = self.user
        if user is None or not user.accepts_token_of(login.issued_at):
            raise InvalidToken
        if (user.kind, user.credentials_changed_at) != (login.kind, login.credentials_changed_at):
            raise InvalidToken

    def free_slot(self) -> int:
        """The first free slot for another phone. Raises Conflict."""
        free = sorted(set(range(PHONES_PER_USER)) - {phone.slot for phone in self.phones})
        if not free:
            raise Conflict(f"The user has {PHONES_PER_USER} phones, which is as many as there can be.")
        return free[0]
