"""Finds users by the directory: any part of a name, filters and orders, among all users and without reading them all.

The lines only say who may be in the list. What is shown is read from the users' own items, and left out if it is not so.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mfa.administration.directory_lines import line_of
from mfa.administration.directory_upkeep import DirectoryItems
from mfa.administration.ports import AccountPages
from mfa.challenges.account import Account
from mfa.times import rfc3339
from mfa.users.directory_chunks import DirectoryChunk, DirectoryHead
from mfa.users.directory_lines import DirectoryLine
from mfa.users.directory_query import DirectoryQuery, Place

# The most users whom a list reads because they changed since the directory was computed: those who changed last.
FRESH_USERS = 200
FRESH_CHANGES = 1000
# The most logins of each part of their feed that a list reads beside the directory.
FRESH_LOGINS = 200
# Pages of users that one request reads: more are left out only while many have changed.
PAGES_PER_REQUEST = 8


@dataclass(frozen=True, slots=True)
class FoundUsers:
    """A page of a list.

    Attributes:
        accounts: the users.
        after: the place of the last one, if there are more.
        total: the number of users in the list.
    """

    accounts: list[Account]
    after: Place | None
    total: int


@dataclass(slots=True)
class DirectoryCache:
    """The directory as this container read it last. Chunks that did not change since are not read again."""

    items: DirectoryItems
    _versions: dict[int, int] = field(default_factory=dict)
    _chunks: dict[int, DirectoryChunk] = field(default_factory=dict)
    _lines: list[DirectoryLine] = field(default_factory=list)

    def lines(self, head: DirectoryHead) -> Sequence[DirectoryLine]:
        """The lines in order of login name, at least as new as this head."""
        versions = {number: mark.version for number, mark in enumerate(head.chunks)}
        outdated = [number for number, version in versions.items() if self._versions.get(number) != version]
        if outdated:
            self._chunks |= self.items.load_chunks(outdated)
            self._versions = versions
            every = (line for chunk in self._chunks.values() for line in chunk.lines.values())
            self._lines = sorted(every, key=lambda line: line.login_name)
        return self._lines


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSearch:
    """Finds users by the directory."""

    items: DirectoryItems
    cache: DirectoryCache
    accounts: AccountPages
    clock: Callable[[], float]

    def page(self, query: DirectoryQuery, after: Place | None, limit: int) -> FoundUsers | None:
        """The users of the list behind this place. None while there is no directory."""
        found = self.lines(query)
        if found is None:
            return None
        at = 0 if after is None else bisect_right(found, after, key=query.place)
        accounts: list[Account] = []
        for _ in range(PAGES_PER_REQUEST):
            some = found[at : at + limit - len(accounts)]
            if not some:
                break
            at += len(some)
            loaded = self.accounts.load_accounts([line.login_name for line in some])
            accounts += [account for account in loaded if query.finds(line_of(account, query.now))]
        if query.needs_logins:  # their own items know the times to the second
            accounts.sort(key=lambda account: query.place(line_of(account, query.now)))
        more = at < len(found)
        return FoundUsers(accounts, query.place(found[at - 1]) if more else None, len(found))

    def lines(self, query: DirectoryQuery) -> Sequence[DirectoryLine] | None:
        """The lines of everybody who may be in the list, in its order. None while there is no directory."""
        head = self.items.load_head()
        return query.found(self._current(head, query)) if head.is_complete else None

    def _current(self, head: DirectoryHead, query: DirectoryQuery) -> Sequence[DirectoryLine]:
        """The lines, with those of users who changed since the directory was computed as they are now."""
        now, since = self.clock(), rfc3339(head.as_of)
        changes = self.items.latest_changes(since, FRESH_CHANGES)
        lines = self.cache.lines(head)
        if query.needs_logins and (logins := self.items.latest_logins(since, rfc3339(now), FRESH_LOGINS)):
            lines = [line.seen(logins.get(line.login_name, 0.0)) for line in lines]
        fresh = list(dict.fromkeys(change.login_name for change in changes))[:FRESH_USERS]
        if not fresh:
            return lines
        current = [line_of(account, now) for account in self.accounts.load_accounts(fresh)]
        names = frozenset(fresh)
        unchanged = [line for line in lines if line.login_name not in names]
        return sorted([*unchanged, *current], key=lambda line: line.login_name)
