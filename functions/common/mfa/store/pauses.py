"""The pause of sending, in the table, where every container sees it."""

from mfa.settings.values import AccountRefusal
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write


class PauseStore:
    """Pauses."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_pause(self) -> float | None:
        """Until when sending is paused, or None."""
        item = self._table.get(records.BREAKER)
        return item.get("paused_until") if item else None

    def pause(self, until: float, version: int, refusal: AccountRefusal) -> None:
        """Pauses sending, unless the settings were saved since this version: then other credentials were refused.

        A refusal that lasts keeps the moment of the first one.
        """
        writes = [
            Write(
                label="breaker",
                verb="Update",
                key=records.BREAKER,
                update="SET paused_until = :until, #error = :error, refused_since = if_not_exists(refused_since, :since)",
                names={"#error": "error"},
                values={":until": until, ":error": refusal.error, ":since": refusal.since},
            ),
            Write(
                label="settings",
                verb="ConditionCheck",
                key=records.SETTINGS,
                condition=when.VERSION_AS_READ,
                values={":version": version},
            ),
        ]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused:
            pass

    def claim_probe(self, read: float, until: float) -> bool:
        """Prolongs the pause that was read, for one send that tries. False if another send did."""
        try:
            self._table.update(
                Write(
                    label="breaker",
                    verb="Update",
                    key=records.BREAKER,
                    update="SET paused_until = :until",
                    condition=when.PAUSE_AS_READ,
                    values={":until": until, ":read": read},
                )
            )
        except ConditionFailed:
            return False
        return True

    def resume(self, until: float) -> None:
        """Ends this pause, and no other. Updates the item, since `send_code` may not delete it."""
        try:
            self._table.update(
                Write(
                    label="breaker",
                    verb="Update",
                    key=records.BREAKER,
                    update="REMOVE paused_until, #error, refused_since",
                    names={"#error": "error"},
                    condition=when.PAUSE_AS_READ,
                    values={":read": until},
                )
            )
        except ConditionFailed:
            pass
