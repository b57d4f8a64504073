"""The Protocols that administration depends on, beside those of the flows."""

from collections.abc import Sequence
from typing import Protocol

from mfa.challenges.account import Account
from mfa.challenges.challenge import Challenge
from mfa.users.search_index import Entry


class AccountPages(Protocol):
    """Reads the users of a page, and the challenge of one."""

    def load_accounts(self, login_names: Sequence[str], *, passwords: bool = False) -> list[Account]: ...
    def load_challenge(self, login_name: str) -> Challenge: ...


class UserLists(Protocol):
    """Reads lists of users from the search index."""

    def page(self, lists: Sequence[str], prefix: str, after: str, limit: int) -> list[Entry]: ...
