"""The settings item."""

import json
from typing import Any

import msgspec
from msgspec import structs

from mfa.errors import PreconditionFailed
from mfa.settings.fraud_thresholds import read_document
from mfa.settings.saved import as_saved
from mfa.settings.values import AuthToken, ReplacedToken, SendingSwitched, StoredSettings
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.pauses import read_pauses
from mfa.store.table import Table, TransactionRefused, Write
from mfa.users.history import Event


class SettingsStore:
    """Settings."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_settings(self) -> StoredSettings:
        """The settings, the providers that are paused, thresholds and prices, in one request. The defaults if none were saved yet."""
        items = self._table.get_all([records.SETTINGS, records.BREAKER, records.FRAUD, records.PRICES])
        fraud = read_document(items.get(records.FRAUD, {}).get("document"))
        pause = items.get(records.BREAKER, {})
        pauses = read_pauses(pause)
        stored = StoredSettings(
            pauses=pauses,
            thresholds=fraud.regions,
            price_document=items.get(records.PRICES, {}).get("document"),
            partitioned_from=fraud.partitioned_from,
            addresses=fraud.addresses,
        )
        item = items.get(records.SETTINGS)
        if item is None:
            return stored
        token = AuthToken(item["auth_token"], item["auth_token_last4"]) if "auth_token" in item else None
        settings = as_saved(json.loads(item["document"]))
        replaced = (
            ReplacedToken(item["replaced_token"], item["replaced_accepted_until"]) if "replaced_token" in item else None
        )
        switched = SendingSwitched(item["switched_by"], item["switched_at"]) if "switched_by" in item else None
        return structs.replace(
            stored,
            settings=settings,
            auth_token=token,
            version=item["version"],
            replaced_token=replaced,
            switched=switched,
        )

    def save_settings(self, stored: StoredSettings, actor: str, event: Event) -> None:
        """Writes the settings as the version after the one that was read, and ends a pause: the credentials may be right now.

        Raises PreconditionFailed.
        """
        item: dict[str, Any] = {
            "document": msgspec.json.encode(stored.settings).decode(),
            "auth_token": stored.auth_token.ciphertext if stored.auth_token else None,
            "auth_token_last4": stored.auth_token.last4 if stored.auth_token else None,
            "replaced_token": stored.replaced_token.ciphertext if stored.replaced_token else None,
            "replaced_accepted_until": stored.replaced_token.accepted_until if stored.replaced_token else None,
            "switched_by": stored.switched.by if stored.switched else None,
            "switched_at": stored.switched.at if stored.switched else None,
            "version": stored.version,
        }
        condition = when.NEW if stored.version == 1 else when.VERSION_AS_READ
        values = {} if stored.version == 1 else {":version": stored.version - 1}
        writes = [
            Write(label="settings", verb="Put", key=records.SETTINGS, item=item, condition=condition, values=values),
            Write(label="breaker", verb="Delete", key=records.BREAKER),
            records.event_write(actor, event),
        ]
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused as refused:
            raise PreconditionFailed from refused
