"""Writes contact emails that users change."""

from collections.abc import Sequence
from dataclasses import asdict

from mfa.challenges.budgets import FREE, Charge
from mfa.challenges.email_changes import EmailChange
from mfa.errors import ResendTooSoon
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.expressions import Update
from mfa.store.ledger import Ledger
from mfa.store.reading import read
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.times import rfc3339
from mfa.users.history import Event

_KEPT_SECONDS = 86400


class EmailChangeStore:
    """The contact emails that users change, one at a time each."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._ledger = Ledger(table, counters)

    def load(self, login_name: str) -> EmailChange | None:
        """The change that is to be confirmed, or None."""
        item = self._table.get(records.email_change_key(login_name))
        return read(item, EmailChange) if item else None

    def begin(
        self,
        login_name: str,
        change: EmailChange,
        event: Event,
        charges: Sequence[Charge],
        read_before: EmailChange | None,
    ) -> None:
        """Puts a change in the place of the one before, once its cooldown is over. Raises ResendTooSoon, RateLimited."""
        put = Write(
            label="change",
            verb="Put",
            key=records.email_change_key(login_name),
            item=asdict(change) | {"ttl": int(change.expires_at) + _KEPT_SECONDS},
            condition=when.COOLED,
            names={"#available_at": "available_at"},
            values={":now": event.at},
        )
        try:
            self._ledger.spend([put, records.event_write(login_name, event)], charges, FREE, event.at)
        except TransactionRefused as refused:
            until = read_before.available_at if read_before else event.at
            raise ResendTooSoon(retry_after=until - event.at, resend_available_at=rfc3339(until)) from refused

    def claim_try(self, login_name: str, change: EmailChange, now: float) -> EmailChange | None:
        """Spends a try before the code is judged; gives the change as it was before, or None if none is left."""
        update = Update()
        update.add("failures", 1)
        update.only_if(when.SAME_CHALLENGE, id=change.id)
        update.only_if(when.NOT_EXPIRED, now=now)
        update.only_if(when.ATTEMPTS_LEFT)
        try:
            item = self._table.update(update.write("change", records.email_change_key(login_name)))
        except ConditionFailed:
            return None
        return read(item, EmailChange)

    def use_up(self, login_name: str, change: EmailChange) -> bool:
        """Uses the code up, once. False if another request did."""
        delete = Write(
            label="change",
            verb="Delete",
            key=records.email_change_key(login_name),
            condition=when.SAME_CHALLENGE,
            values={":id": change.id},
        )
        try:
            self._table.transact(lambda: [delete])
        except TransactionRefused:
            return False
        return True
