"""The items of the directory, and the feed of changes that keeps them up to date.

Many users' lines lie in one item, compressed. Readers find by the head which of them they have in their newest version.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from itertools import batched, chain

import msgspec

from mfa.store import conditions as when
from mfa.store import records
from mfa.store.reading import read
from mfa.store.search import INDEX, LAST
from mfa.store.table import ConditionFailed, Item, Table, Write
from mfa.users.changes import ChangedUser, change_lists, read_change
from mfa.users.directory_chunks import (
    FORM,
    ChunkDocument,
    DirectoryChunk,
    DirectoryHead,
    LineColumns,
    OtherRunError,
)
from mfa.users.directory_lines import CHUNKS
from mfa.users.last_logins import read_seen, seen_lists
from mfa.waiting import at_once

# A quarter of all chunks, half a megabyte at 100,000 users.
CHUNKS_AT_ONCE = 16


class DirectoryStore:
    """Reads and writes the items of the directory, and reads the feed of changes."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_head(self) -> DirectoryHead:
        """The head; one without chunks if there is no directory, or one of another version of the product."""
        item = self._table.get(records.DIRECTORY) or {}
        try:
            head = msgspec.json.decode(item.get("document", "{}"), type=DirectoryHead)
        except msgspec.DecodeError:
            head = DirectoryHead()
        fits = len(head.chunks) == CHUNKS and head.form == FORM
        return msgspec.structs.replace(head if fits else DirectoryHead(), version=item.get("version", 0))

    def save_head(self, head: DirectoryHead) -> DirectoryHead:
        """Writes the next version. Raises OtherRunError if it was written since it was read."""
        document = msgspec.json.encode(msgspec.structs.replace(head, version=0)).decode()
        self._put(records.DIRECTORY, {"document": document}, head.version)
        return msgspec.structs.replace(head, version=head.version + 1)

    def load_chunks(self, numbers: Collection[int]) -> dict[int, DirectoryChunk]:
        """These chunks. One that is not there, or cannot be read, has no lines."""
        keys = {records.directory_chunk_key(number): number for number in numbers}
        items = self._table.get_all(keys)
        return {number: _chunk_of(items.get(key, {})) for key, number in keys.items()}

    def load_columns(self, numbers: Collection[int]) -> dict[int, LineColumns]:
        """The lines of these chunks by columns, some chunks at a time."""
        found: dict[int, LineColumns] = {}
        for part in at_once(self._columns, batched(numbers, CHUNKS_AT_ONCE, strict=False)):
            found |= part
        return found

    def _columns(self, numbers: Collection[int]) -> dict[int, LineColumns]:
        keys = {records.directory_chunk_key(number): number for number in numbers}
        items = self._table.get_all(keys)
        return {number: _columns_of(items.get(key, {})) for key, number in keys.items()}

    def save_chunk(self, number: int, chunk: DirectoryChunk) -> int:
        """Writes the next version of the chunk, and gives it. Raises OtherRunError if it was written since it was read."""
        document = ChunkDocument.of(chunk.lines.values())
        self._put(records.directory_chunk_key(number), asdict(document), chunk.version)
        return chunk.version + 1

    def changes(self, since: str, until: str, limit: int) -> tuple[list[ChangedUser], str]:
        """The changes from one moment on, in order of time, and the moment up to which they are complete: `until`, or an
        earlier one if a part of the feed has more than `limit` entries.
        """
        found: list[ChangedUser] = []
        complete = until
        for items in at_once(lambda name: self._part(name, since, until, limit), change_lists()):
            if len(items) == limit:
                complete = min(complete, items[-1]["position"].partition("#")[0])
            found += _changes((item["position"], item["pk"]) for item in items)
        return sorted(change for change in found if change.at <= complete), complete

    def latest_changes(self, since: str, limit: int) -> list[ChangedUser]:
        """The last changes since a moment, the last one first; of each part of the feed those among its last `limit` entries."""
        span = ("position", since, LAST)
        parts = at_once(lambda name: self._table.newest_entries(INDEX, ("list", name), span, limit), change_lists())
        return sorted(_changes(chain.from_iterable(parts)), reverse=True)

    def logins(self, since: str, until: str, limit: int) -> tuple[dict[str, float], str]:
        """The last login of each user who was first seen on a day between the moments, and the moment up to which they are
        complete, as of `changes`.
        """
        found: dict[str, float] = {}
        complete = until
        for items in at_once(lambda name: self._part(name, since, until, limit), seen_lists()):
            if len(items) == limit:
                complete = min(complete, items[-1]["position"])
            _note_logins(found, ((item["position"], item["pk"]) for item in items))
        return found, complete

    def latest_logins(self, since: str, until: str, limit: int) -> dict[str, float]:
        """The last login of each user among the last `limit` entries of each part of the feed between the moments."""
        span, found = ("position", since, until), dict[str, float]()
        for entries in at_once(
            lambda name: self._table.newest_entries(INDEX, ("list", name), span, limit), seen_lists()
        ):
            _note_logins(found, entries)
        return found

    def _part(self, name: str, since: str, until: str, limit: int) -> list[Item]:
        return self._table.between(INDEX, ("list", name), ("position", since, until + LAST), limit)

    def _put(self, key: tuple[str, str], item: dict[str, object], version: int) -> None:
        """Writes the version after this one, unless another run was faster: it read the users at another moment."""
        condition, values = (when.VERSION_AS_READ, {":version": version}) if version else (when.NEW, {})
        write = Write(
            label="directory",
            verb="Put",
            key=key,
            item=item | {"version": version + 1},
            condition=condition,
            values=values,
        )
        try:
            self._table.put(write)
        except ConditionFailed as failed:
            raise OtherRunError from failed


def _note_logins(found: dict[str, float], entries: Iterable[tuple[str, str]]) -> None:
    for position, partition in entries:
        if (seen := read_seen(position, partition)) is not None:
            login_name, at = seen
            found[login_name] = max(at, found.get(login_name, 0.0))


def _changes(entries: Iterable[tuple[str, str]]) -> Iterator[ChangedUser]:
    """The changes that these index entries, each a position and a partition, tell of."""
    for position, partition in entries:
        owner = records.history_owner(partition)
        change = None if owner is None else read_change(position, owner)
        if change is not None:
            yield change


def _chunk_of(item: Item) -> DirectoryChunk:
    lines = _columns_of(item).lines()
    return DirectoryChunk(item.get("version", 0), {line.login_name: line for line in lines})


def _columns_of(item: Item) -> LineColumns:
    document = read(item, ChunkDocument)
    return LineColumns() if document is None else LineColumns.read(document)
