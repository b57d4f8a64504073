"""The index that lists users, clients and counters in order, without a scan.

An item that is to be found carries `list`, which list it is in, and `position`, its place there. The index holds keys only.
"""

from collections.abc import Sequence
from heapq import merge
from itertools import islice

from mfa.store.table import Item, Table, Write
from mfa.users.search_index import Entry, entries
from mfa.users.user import User

INDEX = "listing"
LAST = "\U0010ffff"


def profile_entry(user: User) -> Item:
    """The index attributes by which a profile is found by its login name."""
    return _entry(*entries(user)["login_name"])


def entry_writes(login_name: str, before: User | None, after: User | None) -> list[Write]:
    """The entries by the other fields, made, moved or removed."""
    old, new = (entries(user) if user else {} for user in (before, after))
    writes = []
    for field in sorted((old.keys() | new.keys()) - {"login_name"}):
        key = (f"USER#{login_name}", f"LIST#{field}")
        if field not in new:
            writes.append(Write(label="entry", verb="Delete", key=key))
        elif new[field] != old.get(field):
            writes.append(Write(label="entry", verb="Put", key=key, item=_entry(*new[field])))
    return writes


class SearchIndex:
    """Reads the lists in order."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, lists: Sequence[str], prefix: str, after: str, limit: int) -> list[Entry]:
        """The next entries of these lists together, in order: those behind `after` whose position begins with `prefix`."""
        first = after + "\0" if after else prefix or "\0"
        found = [self._query(name, first, prefix + LAST, limit) for name in lists]
        return list(islice(merge(*found), limit))

    def all(self, name: str) -> list[Entry]:
        """Every entry of a short list."""
        found: list[Entry] = []
        while page := self.page([name], "", found[-1].position if found else "", 1000):
            found += page
        return found

    def _query(self, name: str, first: str, last: str, limit: int) -> list[Entry]:
        items = self._table.between(INDEX, ("list", name), ("position", first, last), limit)
        return [Entry(item["position"], item["pk"].partition("#")[2]) for item in items]


def _entry(name: str, position: str) -> Item:
    return {"list": name, "position": position}
