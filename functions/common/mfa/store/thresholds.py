"""The item of the thresholds of fraud budgets, which the settings are read with."""

import msgspec

from mfa.settings.fraud_thresholds import FraudDocument, read_document
from mfa.store import records
from mfa.store.table import Table, Write


class ThresholdStore:
    """Reads and writes the thresholds."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self) -> FraudDocument:
        """The thresholds as they were computed last."""
        return read_document((self._table.get(records.FRAUD) or {}).get("document"))

    def save(self, document: FraudDocument) -> None:
        """Writes the thresholds. Two runs at once compute the same from the same counters, so either may come last."""
        item = {"document": msgspec.json.encode(document).decode()}
        self._table.put(Write(label="thresholds", verb="Put", key=records.FRAUD, item=item))
