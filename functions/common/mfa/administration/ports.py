"""The Protocols that administration depends on, beside those of the flows."""

from collections.abc import Sequence
from typing import Protocol

from mfa.challenges.account import Account
from mfa.challenges.challenge import Challenge
from mfa.users.history import Event
from mfa.users.password_costs import CostsInUse
from mfa.users.search_index import Entry
from mfa.users.sessions import EndReason, Session, Standing


class AccountPages(Protocol):
    """Reads the users of a page, the challenge of one, and what the hashes of all cost."""

    def load_accounts(
        self, login_names: Sequence[str], *, passwords: bool = False, tries: bool = False
    ) -> list[Account]: ...
    def load_challenge(self, login_name: str) -> Challenge: ...
    def load_costs_in_use(self) -> CostsInUse: ...


class AdministratorSessions(Protocol):
    """Reads, writes down and ends the sessions of administrators."""

    def load(self, tokens: Sequence[tuple[str, str]]) -> list[Standing]: ...
    def begin(self, session: Session) -> bool: ...
    def note(self, session: Session, now: float) -> bool: ...
    def end(self, session: Session, reason: EndReason, event: Event) -> bool: ...
    def end_all(self, login_name: str, event: Event) -> bool: ...
    def newest(self, since: float, before: str, limit: int) -> list[tuple[str, tuple[str, str]]]: ...
    def newest_of(self, login_name: str, before: str, limit: int) -> list[tuple[str, tuple[str, str]]]: ...


class UserLists(Protocol):
    """Reads lists of users from the search index."""

    def page(self, lists: Sequence[str], prefix: str, after: str, limit: int) -> list[Entry]: ...
