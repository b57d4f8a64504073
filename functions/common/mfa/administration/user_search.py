"""Finds users by the directory: any part of a name, filters and orders, among all users and without reading them all.

The lines only say who may be in the list. What is shown is read from the users' own items, and left out if it is not so.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain, islice
from math import inf

from mfa.administration.directory_lines import line_of
from mfa.administration.directory_upkeep import DirectoryItems
from mfa.administration.ports import AccountPages
from mfa.challenges.account import Account
from mfa.times import rfc3339
from mfa.users.directory_chunks import DirectoryHead, LineColumns
from mfa.users.directory_lines import chunk_of
from mfa.users.directory_query import DirectoryQuery, Place
from mfa.waiting import both

# The most users whom a list reads because they changed since the directory was computed: those who changed last.
FRESH_USERS = 200
FRESH_CHANGES = 1000
# The most logins of each part of their feed that a list reads beside the directory.
FRESH_LOGINS = 200
# Pages of users that one request reads: more are left out only while many have changed.
PAGES_PER_REQUEST = 8
# Before every place.
FIRST: Place = (-inf, "")


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
    _chunks: dict[int, LineColumns] = field(default_factory=dict)

    def chunks(self, head: DirectoryHead) -> Mapping[int, LineColumns]:
        """The chunks, at least as new as this head."""
        versions = {number: mark.version for number, mark in enumerate(head.chunks)}
        outdated = [number for number, version in versions.items() if self._versions.get(number) != version]
        if outdated:
            self._chunks |= self.items.load_columns(outdated)
            self._versions = versions
        return self._chunks


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSearch:
    """Finds users by the directory."""

    items: DirectoryItems
    cache: DirectoryCache
    accounts: AccountPages
    clock: Callable[[], float]

    def page(self, query: DirectoryQuery, after: Place | None, limit: int) -> FoundUsers | None:
        """The users of the list behind this place. None while there is no directory."""
        parts = self._parts(query)
        if parts is None:
            return None
        first, wanted = after or FIRST, PAGES_PER_REQUEST * limit + 1
        behind = (islice(part, bisect_right(part, first), None) for part in parts)
        found, at = list(islice(merge(*behind), wanted)), 0
        accounts: list[Account] = []
        for _ in range(PAGES_PER_REQUEST):
            some = found[at : at + limit - len(accounts)]
            if not some:
                break
            at += len(some)
            loaded = self.accounts.load_accounts([name for _, name in some])
            accounts += [account for account in loaded if query.finds(line_of(account, query.now))]
        if query.needs_logins:  # their own items know the times to the second
            accounts.sort(key=lambda account: query.place(line_of(account, query.now)))
        more = at < len(found)
        return FoundUsers(accounts, found[at - 1] if more else None, sum(map(len, parts)))

    def places(self, query: DirectoryQuery) -> list[Place] | None:
        """The places of everybody who may be in the list, in no order. None while there is no directory."""
        parts = self._parts(query)
        return None if parts is None else list(chain.from_iterable(parts))

    def _parts(self, query: DirectoryQuery) -> list[list[Place]] | None:
        """The same by chunk, each in order. Users who changed since the directory was computed stand as they are now."""
        head = self.items.load_head()
        if not head.is_complete:
            return None
        now, since = self.clock(), rfc3339(head.as_of)
        chunks, changes = both(lambda: self.cache.chunks(head), lambda: self.items.latest_changes(since, FRESH_CHANGES))
        logins = self.items.latest_logins(since, rfc3339(now), FRESH_LOGINS) if query.needs_logins else {}
        fresh = list(dict.fromkeys(change.login_name for change in changes))[:FRESH_USERS]
        parts = {number: query.places(chunk, logins) for number, chunk in chunks.items()}
        names = frozenset(fresh)
        for number in {chunk_of(name) for name in fresh}:
            parts[number] = [place for place in parts[number] if place[1] not in names]
        current = (line_of(account, now) for account in self.accounts.load_accounts(fresh)) if fresh else ()
        return [*parts.values(), sorted(query.place(line) for line in current if query.finds(line))]
