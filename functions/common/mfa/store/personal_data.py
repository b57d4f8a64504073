"""Reads and erases everything that the table keeps of a user."""

from itertools import batched

from mfa.errors import Conflict
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import Item, Table, TransactionRefused, Write
from mfa.users.history import Event

# With the condition on the profile ten writes, as many as every engine takes in a transaction.
_AT_ONCE = 9


class PersonalStore:
    """Everything under a user's name, whether or not there still is such a user."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, login_name: str, place: list[str], limit: int) -> tuple[list[Item], list[str] | None]:
        """At most so many of the next items, and the position after which there may be more. The first position is empty."""
        partitions = records.partitions(login_name)
        at, after = (partitions.index(place[0]), place[1]) if place else (0, "")
        found: list[Item] = []
        while at < len(partitions) and len(found) < limit:
            items, last = self._table.partition(partitions[at], after, limit - len(found))
            found += items
            at, after = (at + 1, "") if last is None else (at, last)
        return found, [partitions[at], after] if at < len(partitions) else None

    def erase(self, login_name: str, items: list[Item], actor: str, event: Event) -> None:
        """Deletes these items of a deleted user, after the erasure is written to the actor's history.

        Raises Conflict where there is such a user (again).
        """
        gone = Write(label="profile", verb="ConditionCheck", key=records.profile_key(login_name), condition=when.NEW)
        self._write([gone, records.event_write(actor, event)])
        for some in batched(items, _AT_ONCE, strict=False):
            self._write([gone, *(Write(label="record", verb="Delete", key=(item["pk"], item["sk"])) for item in some)])

    def _write(self, writes: list[Write]) -> None:
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            raise Conflict("Delete the user first.") from refused
