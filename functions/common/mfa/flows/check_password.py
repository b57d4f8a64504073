"""Checks a password that somebody typed: the try is claimed before anything is compared, and given back if it was right."""

from collections.abc import Callable
from contextlib import suppress

from msgspec import Struct

from mfa import errors
from mfa.challenges.account import LoginAccount, find_account
from mfa.challenges.password_tries import PasswordTry
from mfa.flows import ports
from mfa.flows.runtime import Runtime
from mfa.users.history import EventType
from mfa.users.password_costs import CostsInUse
from mfa.users.user import User


class CheckPassword(Struct, frozen=True, kw_only=True):
    """Checks passwords.

    Attributes:
        accounts: reads users, and counts tries.
        passwords: compares.
        costs_in_use: what the hashes of all users cost, at most 30 s old.
        runtime: settings and time.
    """

    accounts: ports.Logins
    passwords: ports.PasswordChecks
    costs_in_use: Callable[[], CostsInUse]
    runtime: Runtime

    def check(self, login_name: str, password: str, address: str, now: float) -> tuple[User, LoginAccount]:
        """The user of this name and password.

        Raises InvalidCredentials, whatever of the two is wrong, and RateLimited, before anything is compared, if there were
        too many wrong ones: from this address, for this name from it, or for this name in a row.
        """
        name, account = find_account(login_name, lambda name: self.accounts.load_account_for_login(name, address, now))
        attempt = PasswordTry(
            login_name=name,
            address=address,
            at=now,
            tries=account.tries,
            limits=self.runtime.settings().passwords,
            is_user=account.user is not None,
        )
        self._claim(attempt)
        user = account.user if account.user and account.user.active else None
        hashed = user.password_hash if user else None
        if not self.passwords.matches(hashed, password, self.costs_in_use()) or user is None:
            wrong = self.runtime.event(EventType.WRONG_PASSWORD, now, actor=name, address=address)
            with suppress(errors.TemporarilyUnavailable):
                self.accounts.record_wrong_password(attempt, wrong)
            raise errors.InvalidCredentials
        with suppress(errors.TemporarilyUnavailable):  # the try stays spent, as a wrong one
            self.accounts.record_right_password(attempt)
        return user, account

    def _claim(self, attempt: PasswordTry) -> None:
        """Spends a try, before anything is compared. Raises RateLimited."""
        until = attempt.refused_until
        if until is None:
            if self.accounts.claim_password_try(attempt):
                return
            until = attempt.at + 1  # other tries came in between; the next answer says how long it lasts
        raise errors.RateLimited("Too many wrong passwords. Try again later.", retry_after=until - attempt.at)
