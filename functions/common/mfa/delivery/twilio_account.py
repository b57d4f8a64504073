"""The Twilio account that messages are sent from, and the Auth Tokens that its callbacks are signed with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mfa.settings.routes import Route, RouteSender
from mfa.settings.routing import routes_of
from mfa.settings.values import Sender, StoredSettings


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Account SID, Auth Token, sender, and the SID of the approved WhatsApp template if there is one."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: Sender | RouteSender
    content_sid: str | None = None


class TwilioAccounts:
    """Reads the account from the settings. Each token is decrypted once in a container's life."""

    def __init__(
        self,
        settings: Callable[[], StoredSettings],
        decrypt: Callable[[bytes], str],
        clock: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._decrypt = decrypt
        self._clock = clock
        self._decrypted: dict[bytes, str] = {}

    def current(self, route: Route | None = None) -> TwilioAccount | None:
        """The account of the settings with the sender of this route, else that of `twilio.sender` or of the first route.

        None while the settings are incomplete. Raises TemporarilyUnavailable.
        """
        stored = self._settings()
        twilio, token = stored.settings.twilio, stored.auth_token
        routes = [route] if route else routes_of(stored.settings)
        sender = next((each.sender for each in routes if each.provider == "twilio"), twilio.sender)
        if twilio.account_sid is None or sender is None or token is None:
            return None
        return TwilioAccount(
            twilio.account_sid, self._auth_token(token.ciphertext), sender, stored.settings.whatsapp.content_sid
        )

    def signing_tokens(self) -> Iterator[str]:
        """The Auth Tokens that Twilio may sign with: the current one and, for a while, the one that it replaced."""
        account, replaced = self.current(), self._settings().replaced_token
        if account is None:
            return
        yield account.auth_token
        if replaced is not None and replaced.accepted_until > self._clock():
            yield self._auth_token(replaced.ciphertext)

    def _auth_token(self, ciphertext: bytes) -> str:
        if ciphertext not in self._decrypted:
            self._decrypted[ciphertext] = self._decrypt(ciphertext)
        return self._decrypted[ciphertext]
