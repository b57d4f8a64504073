"""Authenticates relying applications, and records once an hour that a client is in use."""

from collections.abc import Callable
from typing import Protocol

from mfa.caches import Cached
from mfa.errors import InvalidCredentials
from mfa.users.clients import Client

# A client's last use is recorded at most once in this time, in seconds. Otherwise each of its logins would be a write.
USE_SECONDS = 3600.0
_ID_LENGTH = 64


class RegisteredClients(Protocol):
    """Reads clients, and notes their use."""

    def load_client(self, client_id: str) -> Client | None: ...
    def use_client(self, client: Client, now: float) -> None: ...


class ClientAccess:
    """Authenticates registered clients. A client is cached for CACHE_SECONDS. Times are seconds since 1970."""

    def __init__(self, clients: RegisteredClients, clock: Callable[[], float]) -> None:
        self._clients = clients
        self._clock = clock
        self._read: dict[str, Cached[Client | None]] = {}
        self._noted: dict[str, float] = {}

    def authenticated(self, client_id: str, secret: str) -> Client:
        """The client, if this is its secret. Raises InvalidCredentials."""
        client = self.registered(client_id)
        if client is None or not client.has_secret(secret, self._clock()):
            raise InvalidCredentials("The client id or secret is not right.")
        self._note_use(client)
        return client

    def registered(self, client_id: str) -> Client | None:
        """The client of this id, or None. An unknown id is looked up again each time."""
        if not 0 < len(client_id) <= _ID_LENGTH:
            return None
        cached = self._read.get(client_id) or Cached(
            lambda: self._clients.load_client(client_id), lambda client: client is not None, self._clock
        )
        client = cached()
        if client is not None:
            self._read[client_id] = cached
        return client

    def _note_use(self, client: Client) -> None:
        now = self._clock()
        if now - max(client.last_used_at or 0, self._noted.get(client.client_id, 0)) >= USE_SECONDS:
            self._clients.use_client(client, now)
            self._noted[client.client_id] = now
