"""Reads the log over all users, newest first, page by page."""

from collections.abc import Iterator, Sequence
from heapq import merge

from mfa.store import records
from mfa.store.search import INDEX, LAST
from mfa.store.table import Table
from mfa.users.event_log import LogPlace, parts, read_place
from mfa.users.history import Event, EventType

# A shard's first page is short, since the newest lines lie in all shards alike. A filter that passes few reads long ones, which
# stay below the megabyte at which DynamoDB ends a page: an entry has a kilobyte at most.
FIRST_PAGE = 16
LONGEST_PAGE = 800

_SURROGATES = range(0xD800, 0xE000)


class _SpentError(Exception):
    """No more index entries may be read by this request."""


class LogWalk:
    """A walk through the places of the log that may have this type, newest first. It reads about so many index entries, and no more.

    Attributes:
        is_cut: whether there may be more.
        last: the position up to which everything was seen.
    """

    def __init__(
        self, table: Table, type_: EventType | None, span: tuple[str, str], entries: int, *, sparse: bool
    ) -> None:
        self._table = table
        self._names = parts(type_)
        self._first, self.last = span
        self._left = entries
        self._page = LONGEST_PAGE if sparse else FIRST_PAGE
        self.is_cut = False

    def __iter__(self) -> Iterator[LogPlace]:
        walks = [self._part(name, self.last) for name in self._names]
        try:
            for position, partition in merge(*walks, reverse=True):
                self.last = position
                # A function that was taken over can list any item that it may write.
                owner = records.history_owner(partition)
                place = None if owner is None else read_place(position, owner)
                if place is not None:
                    yield place
        except _SpentError:
            self.is_cut = True

    def _part(self, name: str, before: str) -> Iterator[tuple[str, str]]:
        limit = self._page
        while True:
            if self._left <= 0:
                raise _SpentError
            span = ("position", self._first, _below(before))
            found = self._table.newest_entries(INDEX, ("list", name), span, limit)
            self._left -= max(len(found), 1)
            yield from found
            if len(found) < limit:
                return
            before = found[-1][0]
            limit = min(limit * 4, LONGEST_PAGE)


class EventLogs:
    """Reads the log."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def walk(self, type_: EventType | None, span: tuple[str, str], entries: int, *, sparse: bool) -> LogWalk:
        """The places from the first position of the span to before the other one, newest first. `sparse`: few are wanted.

        With a type, it walks only the parts of the log that may have it. Other types are there too.
        """
        return LogWalk(self._table, type_, span, entries, sparse=sparse)

    def lines(self, places: Sequence[LogPlace]) -> list[tuple[LogPlace, Event]]:
        """The lines at these places. One that is gone is left out: the index lags behind."""
        # Two forged entries may lead to one line.
        by_key = {(records.history_of(place.owner), f"EVENT#{place.at}#{place.id}"): place for place in places}
        items = self._table.get_all(by_key)
        return [(place, records.event_of(items[key])) for key, place in by_key.items() if key in items]


def _below(position: str) -> str:
    """The last sort key before this one. A query's span includes its ends."""
    before = ord(position[-1]) - 1
    if before in _SURROGATES:
        before = _SURROGATES.start - 1
    return position[:-1] + (chr(before) + LAST if before >= 0 else "")
