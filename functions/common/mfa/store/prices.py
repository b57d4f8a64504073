"""The item of the providers' price lists, which the settings are read with."""

import msgspec

from mfa.settings.prices import FetchedPrices, read_fetched
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import ConditionFailed, Table, Write
from mfa.users.history import Event

_TRIES = 3


class PriceStore:
    """Reads and updates the price lists."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self) -> FetchedPrices:
        """The prices as they were fetched last."""
        return read_fetched(self._document())

    def update(self, new: FetchedPrices) -> None:
        """Puts the new prices in the place of those that are known, and keeps the others."""
        for attempt in range(_TRIES):
            read = self._document()
            document = msgspec.json.encode(read_fetched(read).updated(new)).decode()
            write = Write(
                label="prices",
                verb="Put",
                key=records.PRICES,
                item={"document": document},
                condition=when.NEW if read is None else when.PRICES_AS_READ,
                values={} if read is None else {":read": read},
            )
            try:
                return self._table.put(write)
            except ConditionFailed:
                if attempt == _TRIES - 1:
                    raise
        return None

    def record_failure(self, event: Event) -> None:
        """Writes into the log that a fetch brought nothing."""
        self._table.put(records.product_event_write(event))

    def _document(self) -> str | None:
        item = self._table.get(records.PRICES)
        return item["document"] if item else None
