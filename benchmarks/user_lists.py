"""The CPU that a page of a list of users takes, by the number of users, in a container that has the directory.

python -m benchmarks.user_lists [USERS ...]

Makes the directory in memory, of 1,000 and of 1,000,000 users. Reading the users of the page is left out: it takes as long
whatever their number. Prints the milliseconds of this process: of the first such list, and the median of five later ones.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from mfa.administration.directory_upkeep import DirectoryItems
from mfa.administration.ports import AccountPages
from mfa.administration.user_search import DirectoryCache, UserSearch
from mfa.users.directory_chunks import ChunkDocument, ChunkMark, DirectoryHead, LineColumns
from mfa.users.directory_lines import BETWEEN, CHUNKS, DirectoryLine, chunk_of
from mfa.users.directory_query import DirectoryQuery
from mfa.users.user import Kind, UserStatus

FIRST = ("anna", "bo", "carla", "dmitri", "elif", "farid", "greta", "hong", "ines", "kenji", "lea", "mei", "nils")
LAST = ("schmidt", "garcia", "chan", "okafor", "silva", "tanaka", "novak", "rossi", "khan", "dubois")
LATER = 5


def line_of(n: int) -> DirectoryLine:
    """The line of the n-th user."""
    first, last = FIRST[n % len(FIRST)], LAST[n * 7 % len(LAST)]
    name = f"{first}.{last}.{n}"
    text = BETWEEN.join(
        (f"{first} {last}", "sales hong kong" if n % 2 else "", f"{name}@example.com", f"{n % 10_000:04}")
    )
    status = UserStatus.ACTIVE if n % 40 else UserStatus.DISABLED
    return DirectoryLine(name, text, Kind.BACKUP, n % 4 > 0, status, float(n), has_factor=True)


@dataclass(frozen=True)
class Items:
    """A directory in memory, to which nothing has happened since."""

    documents: dict[int, ChunkDocument]
    users: int

    @classmethod
    def of(cls, users: int) -> Items:
        lines: dict[int, list[DirectoryLine]] = defaultdict(list)
        for line in map(line_of, range(users)):
            lines[chunk_of(line.login_name)].append(line)
        return cls({number: ChunkDocument.of(lines[number]) for number in range(CHUNKS)}, users)

    def load_head(self) -> DirectoryHead:
        return DirectoryHead(as_of=1.0, chunks=(ChunkMark(1, 1.0, self.users // CHUNKS),) * CHUNKS)

    def load_columns(self, numbers: Collection[int]) -> dict[int, LineColumns]:
        return {number: LineColumns.read(self.documents[number]) for number in numbers}

    def latest_changes(self, _since: str, _limit: int) -> list[Any]:
        return []

    def load_accounts(self, _names: Collection[str]) -> list[Any]:
        return []


def lists(n: int) -> dict[str, dict[str, Any]]:
    """The queries to time. The words of a search are others each time."""
    return {
        "first page": {},
        "MFA off": {"mfa": False},
        "disabled": {"status": UserStatus.DISABLED},
        "search, the pages of one (chan)": {"text": "chan"},
        "search, new words, one user": {"text": line_of(n).login_name},
        "search, new words, nobody": {"text": f"no such person {n}"},
        "search, new last digits": {"text": f"{1234 + n}"},
    }


def measured(users: int) -> dict[str, tuple[float, float]]:
    """For each list, the first time and the median of the later ones."""
    items = cast("DirectoryItems", Items.of(users))
    search = UserSearch(
        items=items, cache=DirectoryCache(items), accounts=cast("AccountPages", items), clock=lambda: 2.0
    )
    search.page(DirectoryQuery(text="nothing", now=2.0), None, 50)  # the container reads the directory
    times: dict[str, list[float]] = defaultdict(list)
    for name in lists(0):
        for n in range(LATER + 1):
            query = DirectoryQuery(now=2.0 + n, **lists(n)[name])
            began = time.process_time()
            search.page(query, None, 50)
            times[name].append((time.process_time() - began) * 1000)
    return {name: (first, statistics.median(later)) for name, (first, *later) in times.items()}


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [1000, 1_000_000]
    found = {users: measured(users) for users in sizes}
    print(f"{'milliseconds of CPU, first and later':40}" + "".join(f"{users:>20,}" for users in sizes))
    for name in lists(0):
        print(f"{name:40}" + "".join(f"{found[users][name][0]:12.1f}{found[users][name][1]:8.1f}" for users in sizes))


if __name__ == "__main__":
    main()
