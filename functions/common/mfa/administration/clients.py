"""Clients, as administrators register them."""

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec import UNSET

from mfa import errors
from mfa.administration.requests import ClientPatch, NewClient
from mfa.challenges.budgets import HOUR
from mfa.flows.runtime import Runtime
from mfa.messages.insertions import UNSEEN, hidden
from mfa.tokens import base64url
from mfa.users.actors import Actor
from mfa.users.clients import Client, hash_secret
from mfa.users.history import Event, EventType
from mfa.users.user import folded


class ClientRegister(Protocol):
    """Reads and writes clients."""

    def list_clients(self) -> list[Client]: ...
    def load_client(self, client_id: str) -> Client | None: ...
    def add_client(self, client: Client, actor: str, event: Event) -> None: ...
    def change_client(self, before: Client, after: Client, actor: str, event: Event) -> None: ...
    def delete_client(self, client_id: str, actor: str, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClient:
    """A client as administrators see it.

    Attributes:
        client: the client.
        previous_ends_at: when the secret before the present one stops working, or None.
        messages_per_hour: its budget.
        actions: the action types that it may open.
        shares_name: whether another client has the same name.
    """

    client: Client
    previous_ends_at: float | None
    messages_per_hour: int
    actions: tuple[str, ...]
    shares_name: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAdministration:
    """Registers, changes, rotates and deletes clients. Times are seconds since 1970."""

    clients: ClientRegister
    runtime: Runtime

    def registered(self) -> list[RegisteredClient]:
        """Every client, by name."""
        clients = self.clients.list_clients()
        return [self._described(client, clients) for client in clients]

    def create(self, actor: Actor, new: NewClient) -> tuple[RegisteredClient, str]:
        """Registers a client and returns it with its secret, which is shown only once. Raises InvalidRequest."""
        _refuse_unreadable(new.name)
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
        return self._described(client, self.clients.list_clients()), secret

    def patch(self, actor: Actor, patch: ClientPatch) -> RegisteredClient:
        """Renames the client or changes its mark.

        Raises ClientNotFound, InvalidRequest, and Conflict where somebody else changed it meanwhile.
        """
        before = self._found(patch.id)
        changes = {
            name: value
            for name in ("name", "legacy")
            if (value := getattr(patch, name)) not in (UNSET, getattr(before, name))
        }
        if "name" in changes:
            _refuse_unreadable(changes["name"])
        after = replace(before, **changes)
        if changes:
            values = {name: {"old": getattr(before, name), "new": value} for name, value in changes.items()}
            event = self._event(actor, EventType.CLIENT_CHANGED, after, values=values)
            self.clients.change_client(before, after, actor.name, event)
        return self._described(after, self.clients.list_clients())

    def rotate(self, actor: Actor, client_id: str, keep_hours: int) -> tuple[RegisteredClient, str]:
        """Gives the client a new secret. The old one works for `keep_hours` more; functions keep a client for 30 s.

        Raises as `patch`.
        """
        before, secret = self._found(client_id), self._new_secret()
        after = before.rotated(secret, self.runtime.clock(), keep_hours * HOUR)
        event = self._event(actor, EventType.CLIENT_ROTATED, after, keep_hours=keep_hours)
        self.clients.change_client(before, after, actor.name, event)
        return self._described(after, self.clients.list_clients()), secret

    def end_previous_secret(self, actor: Actor, client_id: str) -> None:
        """Ends the secret that the last rotation left working. Raises as `patch`."""
        before = self._found(client_id)
        if before.previous_ends_at(self.runtime.clock()) is None:
            return
        event = self._event(actor, EventType.CLIENT_SECRET_ENDED, before)
        self.clients.change_client(before, before.without_previous(), actor.name, event)

    def delete(self, actor: Actor, client_id: str) -> None:
        """Deletes the client. Raises ClientNotFound."""
        client = self._found(client_id)
        event = self._event(actor, EventType.CLIENT_DELETED, client)
        self.clients.delete_client(client_id, actor.name, event)

    def _found(self, client_id: str) -> Client:
        client = self.clients.load_client(client_id)
        if client is None:
            raise errors.ClientNotFound
        return client

    def _described(self, client: Client, registered: Sequence[Client]) -> RegisteredClient:
        settings = self.runtime.settings()
        others = {folded(each.name) for each in registered if each.client_id != client.client_id}
        return RegisteredClient(
            client=client,
            previous_ends_at=client.previous_ends_at(self.runtime.clock()),
            messages_per_hour=settings.budgets.of_client(client.client_id),
            actions=tuple(name for name, type_ in settings.actions.items() if type_.serves(client.client_id)),
            shares_name=folded(client.name) in others,
        )

    def _new_secret(self) -> str:
        """256 random bits as text."""
        return base64url.encode(self.runtime.random_bytes(32))

    def _event(self, actor: Actor, type_: EventType, client: Client, **more: Any) -> Event:
        """An event for the actor's own history: clients have no history."""
        detail = {"client_id": client.client_id, "name": client.name, **more}
        return actor.event(type_, self.runtime.clock(), self.runtime.random_bytes, detail=detail)


def _refuse_unreadable(name: str) -> None:
    """Raises InvalidRequest for a name that shows nothing, or that looks like another client's and is not the same."""
    if not name.strip():
        raise errors.InvalidRequest("name", "must not be blank")
    if hidden(name):
        raise errors.InvalidRequest("name", UNSEEN)
