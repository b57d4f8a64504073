"""Settings, as administrators change them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from mfa import errors
from mfa.flows.runtime import Runtime
from mfa.http import entity_tags
from mfa.messages.channels import ProviderName
from mfa.settings.differences import differences
from mfa.settings.validation import merged
from mfa.settings.values import AuthToken, ReplacedToken, SendingSwitched, Settings, SettingsChange, StoredSettings
from mfa.users.actors import Actor
from mfa.users.history import Event, EventType

# Time to promote Twilio's secondary Auth Token after it was saved here; until then Twilio signs with the one before.
REPLACED_TOKEN_SECONDS = 3600
# Administrators that a refusal names.
NAMED = 5


class SettingsItems(Protocol):
    """Reads and writes settings."""

    def load_settings(self) -> StoredSettings: ...
    def save_settings(self, stored: StoredSettings, actor: str, event: Event) -> None: ...


class Effects(Protocol):
    """Tells the login names of those whom changed settings would shut out."""

    def names_of_shut_out(self, now: Settings, then: Settings) -> list[str]: ...


class Cipher(Protocol):
    """Encrypts the Auth Token."""

    def encrypt(self, secret: str) -> bytes: ...


class Audit(Protocol):
    """Writes a line to the log that tells of a deed of an administrator."""

    def __call__(self, message: str, **facts: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Reads and changes the settings. Times are seconds since 1970. `lacking`: the providers by which the stack does not send."""

    settings: SettingsItems
    effects: Effects
    cipher: Cipher
    audit: Audit
    runtime: Runtime
    lacking: Collection[ProviderName] = ()

    def get(self) -> StoredSettings:
        """The settings."""
        return self.settings.load_settings()

    def patch(self, actor: Actor, patch: SettingsChange, if_match: str | None) -> StoredSettings:
        """Merges a patch (RFC 7396) into the settings. `if_match` names the ETag that was read.

        Only a direct invocation may do without, to take what is there. Raises InvalidRequest naming the field,
        PreconditionRequired, PreconditionFailed, Forbidden, and Conflict where the change would shut administrators out (a
        second factor that is required from now on, a country, route or channel turned off), unless the patch insists. Nothing is
        half-saved.
        """
        if if_match is None and not actor.is_direct:
            raise errors.PreconditionRequired
        stored = self.settings.load_settings()
        if if_match is not None and not entity_tags.is_match(if_match, stored.etag):
            raise errors.PreconditionFailed
        settings, token = merged(stored.settings, patch, self.lacking)
        turned_on = settings.require_mfa_for_system_users and not stored.settings.require_mfa_for_system_users
        if turned_on and not actor.shows_second_factor:
            # An administrator who turns the rule on must be able to pass it. Otherwise nobody could administer any more.
            raise errors.Forbidden("Log in with a second factor before requiring one.")
        if not patch.insist and (lost := self.effects.names_of_shut_out(stored.settings, settings)):
            raise errors.Conflict(_shut_out(lost))
        auth_token, replaced = stored.auth_token, stored.replaced_token
        if token is None or settings.twilio.account_sid is None:
            auth_token = replaced = None
        elif isinstance(token, str):
            auth_token = AuthToken(self.cipher.encrypt(token), token[-4:])
            if stored.auth_token:
                replaced = ReplacedToken(stored.auth_token.ciphertext, self.runtime.clock() + REPLACED_TOKEN_SECONDS)
        switched = self._switched(actor, stored, settings)
        saved = StoredSettings(settings, auth_token, stored.version + 1, replaced_token=replaced, switched=switched)
        changed = sorted(
            name for name in settings.__struct_fields__ if getattr(settings, name) != getattr(stored.settings, name)
        )
        if auth_token != stored.auth_token:
            changed.append("twilio.auth_token")
        # The actor's own history tells of it: settings have none.
        detail = {"changed": changed, "values": differences(stored, saved)}
        event = actor.event(EventType.SETTINGS_CHANGED, self.runtime.clock(), self.runtime.random_bytes, detail=detail)
        self.settings.save_settings(saved, actor.name, event)
        if settings.sending != stored.settings.sending:
            # Logs name nobody: the event, in the history of the administrator, says who it was.
            self.audit("sending switched", before=stored.settings.sending, after=settings.sending, event=event.id)
        return saved

    def _switched(self, actor: Actor, before: StoredSettings, after: Settings) -> SendingSwitched | None:
        """The administrator who changed the setting `sending` last, and when."""
        if after.sending == before.settings.sending:
            return before.switched
        return SendingSwitched(actor.name, self.runtime.clock())


def _shut_out(login_names: list[str]) -> str:
    named = ", ".join(login_names[:NAMED])
    more = f" and {len(login_names) - NAMED} more" if len(login_names) > NAMED else ""
    return (
        f"This would shut out {named}{more}: MFA would be required of them and is off, or no phone of theirs could receive "
        "a passcode. Turn on their MFA, or add a phone that can, first. To do it all the same, send insist: true."
    )
