"""Clients: the registered relying applications."""

from mfa.errors import ClientNotFound, Conflict
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.search import SearchIndex
from mfa.store.table import ConditionFailed, Table, TransactionRefused, Write
from mfa.users.clients import Client
from mfa.users.history import Event
from mfa.users.search_index import names


class ClientStore:
    """Clients."""

    def __init__(self, table: Table, search_index: SearchIndex) -> None:
        self._table = table
        self._search_index = search_index

    def load_client(self, client_id: str) -> Client | None:
        """A registered client."""
        item = self._table.get(records.client_key(client_id))
        return records.client_of(item) if item else None

    def list_clients(self) -> list[Client]:
        """Every client, by name."""
        keys = [records.client_key(name) for name in names(self._search_index.all(records.CLIENTS))]
        items = self._table.get_all(keys)
        return [records.client_of(items[key]) for key in keys if key in items]

    def change_client(self, before: Client, after: Client, actor: str, event: Event) -> None:
        """Writes the client's name, mark and secrets. Raises Conflict if it was changed or deleted meanwhile."""
        update = Update()
        update.set(
            name=after.name,
            legacy=after.legacy,
            secret_hash=after.secret_hash,
            previous_hash=after.previous_hash,
            previous_until=after.previous_until,
            position=records.client_position(after),
        )
        update.only_if(when.CLIENT_AS_READ, old_name=before.name, old_legacy=before.legacy, old_hash=before.secret_hash)
        if before.previous_hash is None:
            update.only_if(when.NO_FORMER_HASH)
        else:
            update.only_if(when.FORMER_HASH_AS_READ, old_previous=before.previous_hash, old_until=before.previous_until)
        write = update.write("client", records.client_key(after.client_id))
        try:
            self._table.transact(lambda: [write, records.event_write(actor, event)])
        except TransactionRefused as refused:
            raise Conflict("Somebody else has just changed this client. Load it again.") from refused

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
        """Registers a client. Raises Conflict if the id is taken, which does not happen to a random one."""
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
