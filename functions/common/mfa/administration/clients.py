"""Clients, as administrators register them."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from mfa import errors
from mfa.administration.requests import NewClient
from mfa.flows.runtime import Runtime
from mfa.tokens import base64url
from mfa.users.actors import Actor
from mfa.users.clients import Client, hash_secret
from mfa.users.history import Event, EventType


class ClientRegister(Protocol):
    """Reads and writes clients."""

    def list_clients(self) -> list[Client]: ...
    def load_client(self, client_id: str) -> Client | None: ...
    def add_client(self, client: Client, actor: str, event: Event) -> None: ...
    def change_client(self, client: Client, actor: str, event: Event) -> None: ...
    def delete_client(self, client_id: str, actor: str, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAdministration:
    """Registers, rotates and deletes clients. Times are seconds since 1970."""

    clients: ClientRegister
    runtime: Runtime

    def registered(self) -> list[Client]:
        """Every client, by name."""
        return self.clients.list_clients()

    def create(self, actor: Actor, new: NewClient) -> tuple[Client, str]:
        """Registers a client and returns it with its secret, which is shown only once."""
        secret = self._new_secret()
        client = Client(
            client_id=self.runtime.random_bytes(12).hex(),
            name=new.name,
            legacy=new.legacy,
            secret_hash=hash_secret(secret),
            created_at=self.runtime.clock(),
        )
        event = self._event(actor, EventType.CLIENT_CREATED, client, legacy=client.legacy)
        self.clients.add_client(client, actor.name, event)
        return client, secret

    def rotate(self, actor: Actor, client_id: str) -> tuple[Client, str]:
        """Gives the client a new secret; the old one ends within the 30 s that functions keep it. Raises ClientNotFound."""
        client = self.clients.load_client(client_id)
        if client is None:
            raise errors.ClientNotFound
        secret = self._new_secret()
        client = replace(client, secret_hash=hash_secret(secret))
        event = self._event(actor, EventType.CLIENT_ROTATED, client)
        self.clients.change_client(client, actor.name, event)
        return client, secret

    def delete(self, actor: Actor, client_id: str) -> None:
        """Deletes the client. Raises ClientNotFound."""
        client = self.clients.load_client(client_id)
        if client is None:
            raise errors.ClientNotFound
        event = self._event(actor, EventType.CLIENT_DELETED, client)
        self.clients.delete_client(client_id, actor.name, event)

    def _new_secret(self) -> str:
        """256 random bits as text."""
        return base64url.encode(self.runtime.random_bytes(32))

    def _event(self, actor: Actor, type_: EventType, client: Client, **more: Any) -> Event:
        """An event for the actor's own history: clients have no history."""
        detail = {"client_id": client.client_id, "name": client.name, **more}
        return actor.event(type_, self.runtime.clock(), self.runtime.random_bytes, detail=detail)
