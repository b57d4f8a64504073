"""Claims the messages that carry no passcode: notices, codes for new mailboxes, and links. Each goes out once."""

from collections.abc import Callable, Sequence
from copy import replace

from mfa.challenges.budgets import Charge, Cost
from mfa.store import conditions as when
from mfa.store.counters import Counters
from mfa.store.ledger import Ledger
from mfa.store.table import ConditionFailed, Key, Table, TransactionRefused, Write

# Lambda tries an event for an hour, and an operator may send one again that was kept.
CLAIM_SECONDS = 3 * 86400


class NoticeStore:
    """The claims of one function. `key_of` gives the key of a claim by its `ref`: no other function writes that partition."""

    def __init__(self, table: Table, counters: Counters, key_of: Callable[[str], Key]) -> None:
        self._table = table
        self._ledger = Ledger(table, counters)
        self._key_of = key_of

    def claim_notice(self, ref: str, charges: Sequence[Charge], cost: Cost, now: float) -> Charge | None:
        """Claims and charges a message; None if it was claimed before. Raises RateLimited."""
        claim = replace(self._write(ref, now), condition=when.NEW)
        try:
            return self._ledger.spend([claim], charges, cost, now)
        except TransactionRefused:
            return None

    def give_notice_back(self, ref: str, now: float) -> None:
        """Lets a later try send a message that was claimed and did not go out."""
        write = self._write(ref, now)
        self._table.put(replace(write, item={**write.item, "given_back": True}))

    def reclaim_notice(self, ref: str, now: float) -> bool:
        """Claims a message that was given back, once. It is charged already."""
        try:
            self._table.put(replace(self._write(ref, now), condition=when.GIVEN_BACK, values={":yes": True}))
        except ConditionFailed:
            return False
        return True

    def _write(self, ref: str, now: float) -> Write:
        return Write(label="notice", verb="Put", key=self._key_of(ref), item={"ttl": int(now) + CLAIM_SECONDS})
