"""Reads users' histories and the counters."""

from collections.abc import Sequence

from mfa.store import records
from mfa.store.counters import region_of
from mfa.store.search import INDEX, LAST
from mfa.store.table import Item, Table
from mfa.users.history import Event

_EVENTS = "EVENT#"


class Histories:
    """Reads events and counters."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def events(self, login_name: str, before: str | None, limit: int) -> tuple[list[Event], str | None]:
        """At most `limit` events before this position, newest first, and the last one's position. None begins at the newest."""
        lines = self.lines(login_name, before or f"{_EVENTS}{LAST}", limit)
        return [event for _, event in lines], lines[-1][0] if lines else None

    def lines(self, login_name: str, before: str, limit: int, since: str = "") -> list[tuple[str, Event]]:
        """At most `limit` events with their positions, newest first, from the time `since` to before this position.

        The position is the item's own: what a forged line says of its time must not lead past other lines.
        """
        items = self._table.newest(records.history_of(login_name), f"{_EVENTS}{since}", before, limit)
        return [(item["sk"], records.event_of(item)) for item in items]

    def counters(self, day: str) -> Sequence[Item]:
        """The counters of a day: one item per region and shard, with its `region`."""
        keys = []
        after = "\0"
        while page := self._table.between(INDEX, ("list", f"DAY#{day}"), ("position", after, LAST), 1000):
            keys += [(item["pk"], item["sk"]) for item in page]
            after = page[-1]["position"] + "\0"
        items = self._table.get_all(keys)
        return [item | {"region": region_of(pk)} for (pk, _), item in items.items()]
