"""Settings and clients, as administrators change them."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from mfa import errors
from mfa.administration.requests import NewClient
from mfa.settings.validation import merged
from mfa.settings.values import AuthToken, ReplacedToken, StoredSettings
from mfa.users.actors import Actor
from mfa.users.clients import Client, hash_secret
from mfa.users.history import Event, EventType

# Time to promote Twilio's secondary Auth Token after it was saved here; until then Twilio signs with the one before.
REPLACED_TOKEN_SECONDS = 3600


class SettingsItems(Protocol):
    """Reads and writes settings and clients."""

    def load_settings(self) -> StoredSettings: ...
    def save_settings(self, stored: StoredSettings, actor: str, event: Event) -> None: ...
    def list_clients(self) -> list[Client]: ...
    def load_client(self, client_id: str) -> Client | None: ...
    def add_client(self, client: Client, actor: str, event: Event) -> None: ...
    def change_client(self, client: Client, actor: str, event: Event) -> None: ...
    def delete_client(self, client_id: str, actor: str, event: Event) -> None: ...


class Cipher(Protocol):
    """Encrypts the Auth Token."""

    def encrypt(self, secret: str) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What administrators set. Times are seconds since 1970."""

    items: SettingsItems
    cipher: Cipher
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]

    def get(self) -> StoredSettings:
        """The settings."""
        return self.items.load_settings()

    def patch(self, actor: Actor, patch: Mapping[str, Any], if_match: str | None) -> StoredSettings:
        """Merges a patch (RFC 7396) into the settings. `if_match` is the ETag that was read.

        Only a direct invocation may do without, to take what is there. Raises InvalidRequest naming the field,
        PreconditionRequired, PreconditionFailed, Forbidden. Nothing is half-saved.
        """
        if if_match is None and not actor.is_direct:
            raise errors.PreconditionRequired
        stored = self.items.load_settings()
        if if_match is not None and if_match != stored.etag:
            raise errors.PreconditionFailed
        settings, token = merged(stored.settings, patch)
        turned_on = settings.require_mfa_for_system_users and not stored.settings.require_mfa_for_system_users
        if turned_on and not actor.shows_second_factor:
            # Who turns the rule on must be able to pass it, or nobody could administer any more.
            raise errors.Forbidden("Log in with a second factor before requiring one.")
        auth_token, replaced = stored.auth_token, stored.replaced_token
        if token is None or settings.twilio.account_sid is None:
            auth_token = replaced = None
        elif isinstance(token, str):
            auth_token = AuthToken(self.cipher.encrypt(token), token[-4:])
            if stored.auth_token:
                replaced = ReplacedToken(stored.auth_token.ciphertext, self.clock() + REPLACED_TOKEN_SECONDS)
        saved = StoredSettings(settings, auth_token, stored.version + 1, replaced_token=replaced)
        changed = sorted(
            name for name in settings.__struct_fields__ if getattr(settings, name) != getattr(stored.settings, name)
        )
        if auth_token != stored.auth_token:
            changed.append("twilio.auth_token")
        self.items.save_settings(saved, actor.name, self._event(actor, EventType.SETTINGS_CHANGED, changed=changed))
        return saved

    def _event(self, actor: Actor, type_: EventType, **detail: Any) -> Event:
        """What the actor did, for the actor's own history: settings and clients have none."""
        return actor.event(type_, self.clock(), self.random_bytes, detail=detail)

    def clients(self) -> list[Client]:
        """Every client, by name."""
        return self.items.list_clients()

    def create_client(self, actor: Actor, new: NewClient) -> tuple[Client, str]:
        """Registers a client; gives it with its secret, which is shown this once."""
        secret = base64.urlsafe_b64encode(self.random_bytes(32)).rstrip(b"=").decode()
        client = Client(
            client_id=self.random_bytes(12).hex(),
            name=new.name,
            legacy=new.legacy,
            secret_hash=hash_secret(secret),
            created_at=self.clock(),
        )
        event = self._event(actor, EventType.CLIENT_CREATED, client_id=client.client_id, name=client.name)
        self.items.add_client(client, actor.name, event)
        return client, secret

    def rotate_client(self, actor: Actor, client_id: str) -> tuple[Client, str]:
        """Gives the client a new secret; the old one ends within the 30 s that functions keep it. Raises ClientNotFound."""
        client = self.items.load_client(client_id)
        if client is None:
            raise errors.ClientNotFound
        secret = base64.urlsafe_b64encode(self.random_bytes(32)).rstrip(b"=").decode()
        client = replace(client, secret_hash=hash_secret(secret))
        event = self._event(actor, EventType.CLIENT_ROTATED, client_id=client_id, name=client.name)
        self.items.change_client(client, actor.name, event)
        return client, secret

    def delete_client(self, actor: Actor, client_id: str) -> None:
        """Deletes the client. Raises ClientNotFound."""
        event = self._event(actor, EventType.CLIENT_DELETED, client_id=client_id)
        self.items.delete_client(client_id, actor.name, event)
