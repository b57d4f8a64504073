"""The settings item and the clients."""

import json
from typing import Any

import msgspec

from mfa.clients import Client
from mfa.errors import PreconditionFailed
from mfa.settings import AuthToken, Settings, StoredSettings
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.table import ConditionFailed, Table


class SettingsStore:
    """Settings and clients."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_settings(self) -> StoredSettings:
        """The settings; the defaults where none were saved yet."""
        item = self._table.get(records.SETTINGS)
        if item is None:
            return StoredSettings()
        token = AuthToken(item["auth_token"], item["auth_token_last4"]) if "auth_token" in item else None
        return StoredSettings(msgspec.convert(json.loads(item["document"]), Settings), token, item["version"])

    def save_settings(self, stored: StoredSettings) -> None:
        """Writes the settings as the version after the one that was read. Raises PreconditionFailed."""
        item: dict[str, Any] = {
            "document": msgspec.json.encode(stored.settings).decode(),
            "auth_token": stored.auth_token.ciphertext if stored.auth_token else None,
            "auth_token_last4": stored.auth_token.last4 if stored.auth_token else None,
            "version": stored.version,
        }
        condition = when.NEW if stored.version == 1 else when.VERSION_AS_READ
        values = {} if stored.version == 1 else {":version": stored.version - 1}
        try:
            self._table.put(records.SETTINGS, item, condition, values)
        except ConditionFailed as failed:
            raise PreconditionFailed from failed

    def load_client(self, client_id: str) -> Client | None:
        """A registered client."""
        item = self._table.get(records.client_key(client_id))
        return records.client_of(item) if item else None

    def add_client(self, client: Client) -> None:
        """Registers a client; its id is random."""
        self._table.put(records.client_key(client.client_id), records.client_item(client), when.NEW)
