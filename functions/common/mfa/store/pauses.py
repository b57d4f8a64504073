"""The pauses of the providers, in the table, where every container sees them. One item holds them, beside the settings."""

from collections.abc import Callable
from contextlib import suppress
from copy import replace
from typing import NamedTuple

from mfa.messages.channels import PROVIDERS, ProviderName
from mfa.settings.values import AccountRefusal, Pause
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import ConditionFailed, Item, Table, TransactionRefused, Write
from mfa.users.event_log import product_event
from mfa.users.history import EventType


class _Names(NamedTuple):
    """The attributes of one provider's pause."""

    until: str
    error: str
    since: str


def _names(provider: ProviderName) -> _Names:
    """Twilio's have no prefix: for a long time it was the only one."""
    prefix = "" if provider == "twilio" else f"{provider}_"
    return _Names(f"{prefix}paused_until", f"{prefix}error", f"{prefix}refused_since")


def read_pauses(item: Item) -> dict[ProviderName, Pause]:
    """The pauses in the item, also those that are over if no message was accepted since.

    An earlier version wrote the time alone. A time that is no number is no pause: it must not stop logins.
    """
    pauses: dict[ProviderName, Pause] = {}
    for provider in PROVIDERS:
        names = _names(provider)
        until = _moment(item, names.until)
        if until is not None:
            since = _moment(item, names.since)
            refusal = AccountRefusal(str(item.get(names.error, "20003")), until if since is None else since)
            pauses[provider] = Pause(until, refusal)
    return pauses


def _moment(item: Item, name: str) -> float | None:
    value = item.get(name)
    return float(value) if isinstance(value, int | float) else None


class PauseStore:
    """The pauses of one provider."""

    def __init__(self, table: Table, provider: ProviderName, clock: Callable[[], float]) -> None:
        self._table, self._provider, self._clock = table, provider, clock
        names = _names(provider)
        self._until_name = names.until
        self._until = {"#until": names.until}
        self._all = {"#until": names.until, "#error": names.error, "#since": names.since}

    def load_pause(self) -> float | None:
        """Until when sending is paused, or None."""
        item = self._table.get(records.BREAKER)
        return _moment(item, self._until_name) if item else None

    def pause(self, until: float, version: int, refusal: AccountRefusal) -> None:
        """Pauses sending, unless the settings were saved since this version: then other credentials were refused.

        A refusal that lasts keeps the moment of the first one.
        """
        update = Write(
            label="breaker",
            verb="Update",
            key=records.BREAKER,
            update="SET #until = :until, #error = :error, #since = if_not_exists(#since, :since)",
            names=self._all,
            values={":until": until, ":error": refusal.error, ":since": refusal.since},
        )
        settings = Write(
            label="settings",
            verb="ConditionCheck",
            key=records.SETTINGS,
            condition=when.VERSION_AS_READ,
            values={":version": version},
        )
        begins = self._line(EventType.PROVIDER_PAUSED, self._clock(), {"error": refusal.error})
        try:
            self._table.transact(lambda: [replace(update, condition=when.NOT_PAUSED), settings, begins])
        except TransactionRefused as refused:
            if "settings" not in refused.failed:
                with suppress(TransactionRefused):
                    self._table.transact(lambda: [update, settings])

    def claim_probe(self, read: float, until: float) -> bool:
        """Prolongs the pause that was read, for one send that tries. False if another send did."""
        try:
            self._table.update(
                Write(
                    label="breaker",
                    verb="Update",
                    key=records.BREAKER,
                    update="SET #until = :until",
                    names=self._until,
                    condition=when.PAUSE_AS_READ,
                    values={":until": until, ":read": read},
                )
            )
        except ConditionFailed:
            return False
        return True

    def resume(self, until: float) -> None:
        """Ends this pause, and no other. Updates the item, since `send_code` may not delete it."""
        update = Write(
            label="breaker",
            verb="Update",
            key=records.BREAKER,
            update="REMOVE #until, #error, #since",
            names=self._all,
            condition=when.PAUSE_AS_READ,
            values={":read": until},
        )
        ends = self._line(EventType.PROVIDER_RESUMED, self._clock(), {})
        with suppress(TransactionRefused):
            self._table.transact(lambda: [update, ends])

    def _line(self, type_: EventType, now: float, detail: dict[str, str]) -> Write:
        return records.product_event_write(product_event(type_, now, {"provider": self._provider, **detail}))
