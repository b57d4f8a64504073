"""The Twilio account that messages are sent from, and the Auth Tokens that its callbacks are signed with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mfa.settings.values import Sender, StoredSettings


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Account SID, Auth Token, sender, and the SID of the approved WhatsApp template if there is one."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: Sender
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

    def current(self) -> TwilioAccount | None:
        """The account that the settings name, or None while they are incomplete. Raises TemporarilyUnavailable."""
        stored = self._settings()
        twilio, token = stored.settings.twilio, stored.auth_token
        if twilio.account_sid is None or twilio.sender is None or token is None:
            return None
        return TwilioAccount(
            twilio.account_sid, self._auth_token(token.ciphertext), twilio.sender, stored.settings.whatsapp.content_sid
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
