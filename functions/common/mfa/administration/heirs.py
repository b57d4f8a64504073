"""The owner who is left when another one goes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mfa.administration import ports
from mfa.administration.shut_out import why_shut_out
from mfa.challenges.account import Account
from mfa.errors import Forbidden
from mfa.settings.values import Settings
from mfa.users.actors import Actor
from mfa.users.search_index import names, user_lists
from mfa.users.user import Kind, User

# Accounts that are read at once, and as many times at most.
PAGE, PAGES = 50, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Heirs:
    """Finds an owner who can log in, besides the one who is to be demoted, disabled or deleted."""

    accounts: ports.AccountPages
    search_index: ports.UserLists
    settings: Callable[[], Settings]

    def of(self, actor: Actor, before: User, after: User) -> User | None:
        """The owner who is left, or None if the change ends nobody's ownership. Raises Forbidden if nobody would be left.

        The change may be written only while that owner is as read: two owners who demote each other at once would both
        succeed otherwise.
        """
        if not before.owns or after.owns:
            return None
        settings = self.settings()
        for account in self._candidates(actor):
            user = account.existing_user
            if user.owns and user.login_name != before.login_name and _can_log_in(account, settings):
                return user
        raise Forbidden("At least one active owner who can log in must remain.")

    def _candidates(self, actor: Actor) -> Iterable[Account]:
        """The owner who makes the change, who then must be one still; for a direct invocation any other."""
        if actor.is_direct:
            return system_users(self.accounts, self.search_index, passwords=True)
        return self.accounts.load_accounts([actor.name], passwords=True)


def _can_log_in(account: Account, settings: Settings) -> bool:
    return account.existing_user.password_hash is not None and why_shut_out(account, settings) is None


def system_users(
    accounts: ports.AccountPages, search_index: ports.UserLists, *, passwords: bool = False
) -> Iterator[Account]:
    """Every system user, PAGE times PAGES at most, by name."""
    after = ""
    for _ in range(PAGES):
        page = search_index.page(user_lists("login_name", Kind.SYSTEM, None), "", after, PAGE)
        if not page:
            return
        after = page[-1].position
        found = accounts.load_accounts(names(page), passwords=passwords)
        yield from (account for account in found if account.existing_user.kind is Kind.SYSTEM)
