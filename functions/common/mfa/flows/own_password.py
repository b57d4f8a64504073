"""Changes the password of the user who asks."""

from copy import replace
from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.flows import ports
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.changed_meanwhile import CHANGE_TRIES
from mfa.flows.check_password import CheckPassword
from mfa.flows.new_passwords import NewPasswords
from mfa.flows.runtime import Runtime
from mfa.users.history import Event, EventType
from mfa.users.user import User


class PasswordChanges(Protocol):
    """Writes users."""

    def change(self, before: User, after: User, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPassword:
    """Changes users' own passwords."""

    accounts: ports.Accounts
    users: PasswordChanges
    check_password: CheckPassword
    passwords: NewPasswords
    notices: ChangeNotices
    runtime: Runtime

    def change(self, user: User, address: str, current: str, new: str) -> None:
        """Sets another password, ends the user's tokens and trusted devices, and tells the user everywhere.

        `user` is as it was when the token was checked. The new password is judged first, which tells nothing about the current
        one. A try is claimed before that one is compared.

        Raises InvalidRequest, InvalidCredentials for another current password, RateLimited, InvalidToken if password, status,
        MFA switch or kind changed meanwhile.
        """
        hashed = self.passwords.hash(new, user, "new_password")
        before, login = self.check_password.check(user.login_name, current, address, self.runtime.clock())
        if new == current:
            raise errors.InvalidRequest("new_password", "is the password that you have already")
        account = replace(login.complete(), user=before)
        for _ in range(CHANGE_TRIES):
            if before.credentials_changed_at != user.credentials_changed_at:
                raise errors.InvalidToken
            after, names = before.changed(self.runtime.clock(), {"password_hash": hashed})
            event = self.runtime.event(
                EventType.USER_CHANGED,
                after.updated_at,
                actor=user.login_name,
                address=address,
                detail=before.differences(after, names),
                notable=before.is_administrator,
            )
            try:
                self.users.change(before, after, event)
            except errors.PreconditionFailed:
                account = self.accounts.load_account_with_tries(user.login_name)
                if account.user is None:
                    raise errors.InvalidToken from None
                before = account.user
                continue
            return self.notices.user_changed(account, after, event)
        raise errors.TemporarilyUnavailable
