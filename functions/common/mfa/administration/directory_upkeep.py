"""Keeps the directory: makes it, takes changes over, and reads everybody anew once a day.

A run ends when it has no time left, and what it has done stays. The next one goes on.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from types import MappingProxyType
from typing import Protocol

from msgspec import structs

from mfa.administration.directory_answers import DirectoryComputed
from mfa.administration.directory_lines import line_of
from mfa.administration.ports import AccountPages, UserLists
from mfa.errors import TemporarilyUnavailable
from mfa.times import rfc3339, seconds
from mfa.users.changes import ChangedUser
from mfa.users.directory_chunks import ChunkMark, DirectoryChunk, DirectoryHead, LineColumns, OtherRunError
from mfa.users.directory_lines import DirectoryLine, chunk_of
from mfa.users.search_index import SEARCHED, names, user_lists

# A request takes 20 seconds at most, writes with the time at which it began, and the index lags behind by a second or so.
SETTLED_SECONDS = 60.0
# So long a run begins another step, within the function's 20 seconds.
ENOUGH_SECONDS = 10.0
# Everybody is read anew so often, for what no event tells of: a vendor may have marked a phone unusable.
READ_AGAIN_SECONDS = 86400.0
# A change rewrites a whole chunk, so the chunks take changes over when so many users have changed or logged in, or after so
# long. Until then, each list reads these users, and lists about logins read the feed.
FOLDED_USERS = 100
FOLDED_LOGINS = 2000
FOLDED_AFTER_SECONDS = 1800.0
# The most changes, and logins of each part of the feed, of one step, so that each is surely done.
CHANGES_AT_ONCE = 500
NAMES_AT_ONCE = 1000
NO_LOGINS: Mapping[str, float] = MappingProxyType({})
ACCOUNTS_AT_ONCE = 100


class DirectoryItems(Protocol):
    """Keeps the directory."""

    def load_head(self) -> DirectoryHead: ...
    def save_head(self, head: DirectoryHead) -> DirectoryHead: ...
    def load_chunks(self, numbers: Collection[int]) -> dict[int, DirectoryChunk]: ...
    def load_columns(self, numbers: Collection[int]) -> dict[int, LineColumns]: ...
    def save_chunk(self, number: int, chunk: DirectoryChunk) -> int: ...
    def changes(self, since: str, until: str, limit: int) -> tuple[list[ChangedUser], str]: ...
    def latest_changes(self, since: str, limit: int) -> list[ChangedUser]: ...
    def logins(self, since: str, until: str, limit: int) -> tuple[dict[str, float], str]: ...
    def latest_logins(self, since: str, until: str, limit: int) -> dict[str, float]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryUpkeep:
    """Keeps the lines of the directory."""

    items: DirectoryItems
    accounts: AccountPages
    search_index: UserLists
    clock: Callable[[], float]

    def compute(self) -> DirectoryComputed:
        """Takes over what has changed, then reads the users of the chunks that are missing or due."""
        run = _Run(self, self.clock())
        with suppress(OtherRunError):  # which does the same
            run.fold()
            run.read_chunks()
        head = run.head
        return DirectoryComputed(
            as_of=rfc3339(head.as_of), complete=head.is_complete, users=head.users, changed=run.changed, read=run.read
        )

    def forget(self, login_name: str) -> None:
        """Takes out the line of a user who was deleted, if it is still there. Raises TemporarilyUnavailable."""
        number = chunk_of(login_name)
        if login_name not in self.items.load_chunks([number])[number].lines:
            return
        try:
            run = _Run(self, self.clock())
            run.take_over([login_name])
            run.save()
        except OtherRunError as other:
            raise TemporarilyUnavailable from other

    def names(self) -> Iterator[str]:
        """Every login name, as the search index knows them. One list after the other: together, each page would read all of them."""
        for name in user_lists(SEARCHED[0], None, None):
            after = ""
            while page := self.search_index.page([name], "", after, NAMES_AT_ONCE):
                yield from names(page)
                after = page[-1].position


class _Run:
    """One run. `changed` and `read` count the users who were read because of a change, and the others."""

    def __init__(self, upkeep: DirectoryUpkeep, began_at: float) -> None:
        self._upkeep = upkeep
        self._began_at = began_at
        head = upkeep.items.load_head()
        settled = began_at - SETTLED_SECONDS
        # Before the first chunk is read, nothing can have been missed.
        self.head = head if any(mark.version for mark in head.chunks) else structs.replace(head, as_of=settled)
        self.changed = self.read = 0

    @property
    def _has_time(self) -> bool:
        return self._upkeep.clock() < self._began_at + ENOUGH_SECONDS

    def fold(self) -> None:
        """Takes over the changes since the last run, if they are many or have waited for long."""
        until = rfc3339(self._began_at - SETTLED_SECONDS)
        while self._has_time and (since := rfc3339(self.head.as_of)) < until:
            found, complete = self._upkeep.items.changes(since, until, CHANGES_AT_ONCE)
            seen, seen_until = self._upkeep.items.logins(since, until, CHANGES_AT_ONCE)
            complete = min(complete, seen_until)
            as_of = seconds(complete, "as_of")
            changed = {change.login_name for change in found if change.at <= complete}
            logins = {name: at for name, at in seen.items() if at <= as_of}
            few = len(changed) < FOLDED_USERS and len(logins) < FOLDED_LOGINS
            if complete == until and few and self._began_at - self.head.as_of < FOLDED_AFTER_SECONDS:
                return
            self.take_over(changed, logins)
            self.save(as_of=as_of)

    def take_over(self, changed: Iterable[str], logins: Mapping[str, float] = NO_LOGINS) -> None:
        """Reads the users who changed, and puts their lines into the chunks. Of logins, only the time is new."""
        by_chunk: dict[int, list[str]] = defaultdict(list)
        for name in changed:
            by_chunk[chunk_of(name)].append(name)
        seen: dict[int, dict[str, float]] = defaultdict(dict)
        for name, at in logins.items():
            seen[chunk_of(name)][name] = at
        marks = dict(enumerate(self.head.chunks))
        made = sorted(number for number in {*by_chunk, *seen} if self.head.chunks[number].version)
        for numbers in batched(made, 8, strict=False):  # a chunk that is to be made will have them
            chunks = self._upkeep.items.load_chunks(numbers)
            for number in numbers:
                lines = chunks[number].lines | self._lines(by_chunk[number])
                kept = {
                    name: line.seen(seen[number].get(name, 0.0)) for name, line in lines.items() if line is not None
                }
                marks[number] = self._written(number, chunks[number].version, kept, marks[number].read_at)
                self.changed += len(by_chunk[number])
        self.head = structs.replace(self.head, chunks=tuple(marks.values()))

    def read_chunks(self) -> None:
        """Reads the users of chunks anew: the missing ones first, then those that were read longest ago."""
        missing = [number for number, mark in enumerate(self.head.chunks) if not mark.version]
        by_chunk: dict[int, list[str]] = defaultdict(list)
        for name in self._upkeep.names() if missing else ():
            by_chunk[chunk_of(name)].append(name)
        due = self._began_at - READ_AGAIN_SECONDS
        old = sorted(
            (mark.read_at, number)
            for number, mark in enumerate(self.head.chunks)
            if mark.version and mark.read_at < due
        )
        for number in [*missing, *(number for _, number in old)]:
            if not self._has_time:
                return
            known = self._upkeep.items.load_chunks([number])[number]
            found = self._lines([*by_chunk[number], *(known.lines if number not in missing else ())])
            lines = {name: line for name, line in found.items() if line is not None}
            mark = self._written(number, known.version, lines, self._began_at)
            marks = [*self.head.chunks[:number], mark, *self.head.chunks[number + 1 :]]
            self.head = structs.replace(self.head, chunks=tuple(marks))
            self.read += len(lines)
            self.save()

    def _written(self, number: int, version: int, lines: dict[str, DirectoryLine], read_at: float) -> ChunkMark:
        written = self._upkeep.items.save_chunk(number, DirectoryChunk(version, lines))
        return ChunkMark(written, read_at, len(lines))

    def _lines(self, login_names: Sequence[str]) -> dict[str, DirectoryLine | None]:
        """The lines of these users as they are now; None for a user who is gone."""
        found: dict[str, DirectoryLine | None] = dict.fromkeys(login_names)
        for some in batched(login_names, ACCOUNTS_AT_ONCE, strict=False):
            for account in self._upkeep.accounts.load_accounts(some):
                line = line_of(account, self._began_at)
                found[line.login_name] = line
        return found

    def save(self, as_of: float | None = None) -> None:
        """Writes the head. Raises OtherRunError."""
        head = self.head if as_of is None else structs.replace(self.head, as_of=as_of)
        self.head = self._upkeep.items.save_head(head)
