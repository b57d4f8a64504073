"""A forgotten password, last step: another one is set, which uses the link up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mfa import errors
from mfa.flows import ports
from mfa.flows.change_notices import ChangeNotices
from mfa.flows.new_passwords import NewPasswords
from mfa.flows.runtime import Runtime
from mfa.users.history import Event, EventType
from mfa.users.user import User

if TYPE_CHECKING:
    from mfa.tokens.token_keys import TokenKeys

# The profile may be changed meanwhile without its credentials.
RESET_TRIES = 4


class PasswordResets(Protocol):
    """Writes users."""

    def reset_password(self, before: User, after: User, event: Event, link: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPassword:
    """Sets forgotten passwords anew."""

    accounts: ports.Accounts
    users: PasswordResets
    passwords: NewPasswords
    notices: ChangeNotices
    token_keys: "Callable[[], TokenKeys]"
    runtime: Runtime

    def reset(self, reset_token: str, password: str, address: str) -> None:
        """Sets the password, ends the user's tokens, trusted devices and live challenge, and tells the user everywhere.

        Raises InvalidToken if the link was used, a newer one was asked for, or the user changed since; and InvalidRequest, naming
        `new_password`.
        """
        from mfa.tokens.signed_tokens import read_reset_token  # noqa: PLC0415 - other requests read no such token

        token = read_reset_token(self.token_keys(), reset_token, self.runtime.clock())
        hashed: str | None = None
        for _ in range(RESET_TRIES):
            account = self.accounts.load_account_with_tries(token.login_name)
            before = account.user
            if before is None or before.password_hash is None or not token.speaks_for(before):
                raise errors.InvalidToken
            hashed = hashed or self.passwords.hash(password, before, "new_password")
            after, _names = before.changed(self.runtime.clock(), {"password_hash": hashed})
            event = self.runtime.event(
                EventType.PASSWORD_RESET,
                after.updated_at,
                actor=before.login_name,
                address=address,
                detail={"amr": list(token.amr)},
                notable=before.is_administrator,
            )
            try:
                self.users.reset_password(before, after, event, token.link)
            except errors.PreconditionFailed:
                continue
            return self.notices.user_changed(account, after, event)
        raise errors.TemporarilyUnavailable
