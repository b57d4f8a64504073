"""Text messages: from which account, and whether there is one. Twilio's SDK is loaded when a message goes out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mfa.dispatch import Outcome
from mfa.errors import SettingsIncomplete
from mfa.settings import Sender


@dataclass(frozen=True, slots=True)
class Account:
    """The Twilio account to send from."""

    account_sid: str
    auth_token: str = field(repr=False)
    sender: Sender


class TwilioSms:
    """Sends one message a call, never twice by itself."""

    def __init__(self, account: Callable[[], Account | None], api_url: str) -> None:
        """`account` gives the account as the settings have it now, or None where they are not complete."""
        self._account = account
        self._api_url = api_url

    def check(self) -> None:
        """Raises SettingsIncomplete where nothing can be sent yet."""
        self._complete()

    def send(self, number: str, body: str, *, valid_seconds: int) -> Outcome:
        """Sends the message; it is worthless after `valid_seconds`."""
        from mfa.delivery import twilio  # noqa: PLC0415 - only what sends pays for the SDK

        return twilio.send(self._complete(), self._api_url, number, body, valid_seconds)

    def _complete(self) -> Account:
        account = self._account()
        if account is None:
            raise SettingsIncomplete("Sending of text messages is not set up.")
        return account
