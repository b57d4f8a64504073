"""The settings item and the clients."""

import json
from typing import Any

import msgspec

from mfa.errors import ClientNotFound, Conflict, PreconditionFailed
from mfa.settings.values import AuthToken, ReplacedToken, StoredSettings, as_saved
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.search import Listings
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.users.clients import Client
from mfa.users.history import Event
from mfa.users.search_index import names


class SettingsStore:
    """Settings and clients."""

    def __init__(self, table: Table, listings: Listings) -> None:
        self._table = table
        self._listings = listings

    def load_settings(self) -> StoredSettings:
        """The settings, and whether sending is paused; the defaults where none were saved yet."""
        items = self._table.get_all([records.SETTINGS, records.BREAKER])
        paused_until = items.get(records.BREAKER, {}).get("paused_until")
        item = items.get(records.SETTINGS)
        if item is None:
            return StoredSettings(paused_until=paused_until)
        token = AuthToken(item["auth_token"], item["auth_token_last4"]) if "auth_token" in item else None
        settings = as_saved(json.loads(item["document"]))
        replaced = (
            ReplacedToken(item["replaced_token"], item["replaced_accepted_until"]) if "replaced_token" in item else None
        )
        return StoredSettings(settings, token, item["version"], paused_until, replaced)

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

    def load_pause(self) -> float | None:
        """Until when sending is paused; None where it is not."""
        item = self._table.get(records.BREAKER)
        return item.get("paused_until") if item else None

    def pause(self, until: float, version: int) -> None:
        """Pauses sending, unless the settings were saved since this version: then other credentials were refused."""
        writes = [
            Write(
                label="breaker",
                verb="Update",
                key=records.BREAKER,
                update="SET paused_until = :until",
                values={":until": until},
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
        """Prolongs the pause that was read, for one send that tries. False where another did."""
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
        """Ends this pause, and no other. What only sends may not delete an item."""
        try:
            self._table.update(
                Write(
                    label="breaker",
                    verb="Update",
                    key=records.BREAKER,
                    update="REMOVE paused_until",
                    condition=when.PAUSE_AS_READ,
                    values={":read": until},
                )
            )
        except ConditionFailed:
            pass

    def load_client(self, client_id: str) -> Client | None:
        """A registered client."""
        item = self._table.get(records.client_key(client_id))
        return records.client_of(item) if item else None

    def list_clients(self) -> list[Client]:
        """Every client, by name."""
        keys = [records.client_key(name) for name in names(self._listings.all(records.CLIENTS))]
        items = self._table.get_all(keys)
        return [records.client_of(items[key]) for key in keys if key in items]

    def change_client(self, client: Client, actor: str, event: Event) -> None:
        """Writes the client's new secret. Raises ClientNotFound."""
        write = Write(
            label="client",
            verb="Update",
            key=records.client_key(client.client_id),
            update="SET secret_hash = :secret_hash",
            condition=when.EXISTS,
            values={":secret_hash": client.secret_hash},
        )
        self._change(write, actor, event)

    def use_client(self, client: Client, now: float) -> None:
        """Notes that the client was used. One that is gone stays gone."""
        write = Write(
            label="client",
            verb="Update",
            key=records.client_key(client.client_id),
            update="SET last_used_at = :now",
            condition=when.EXISTS,
            values={":now": now},
        )
        try:
            self._table.update(write, returns="NONE")
        except ConditionFailed:
            pass

    def delete_client(self, client_id: str, actor: str, event: Event) -> None:
        """Deletes the client. Raises ClientNotFound."""
        write = Write(label="client", verb="Delete", key=records.client_key(client_id), condition=when.EXISTS)
        self._change(write, actor, event)

    def add_client(self, client: Client, actor: str, event: Event) -> None:
        """Registers a client. Raises Conflict for an id that is taken, which no random one is."""
        write = Write(
            label="client",
            verb="Put",
            key=records.client_key(client.client_id),
            item=records.client_item(client),
            condition=when.NEW,
        )
        try:
            self._table.transact(lambda: [write, records.event_write(actor, event)])
        except TransactionRefused as refused:
            raise Conflict from refused

    def _change(self, write: Write, actor: str, event: Event) -> None:
        try:
            self._table.transact(lambda: [write, records.event_write(actor, event)])
        except TransactionRefused as refused:
            raise ClientNotFound from refused
