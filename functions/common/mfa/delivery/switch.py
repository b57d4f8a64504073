"""The switch: what an administrator has stopped by the setting `sending` does not go out."""

from collections.abc import Callable
from typing import Protocol

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import NotSent, Outcome
from mfa.errors import SENDING_OFF, SmsUnavailable
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.values import Settings

# An administrator may resume at any time, and then it takes 30 s.
RETRY_SECONDS = 300


class PhoneSender(Protocol):
    """Sends to phones, whatever the switch says."""

    def check(self, channel: Channel, region: str) -> None: ...
    def send(self, outgoing: Outgoing) -> Outcome: ...


class SwitchedMessenger:
    """Lets messages to phones through as far as the setting `sending` allows. All of them pass here, but for settings tests."""

    def __init__(self, messenger: PhoneSender, settings: Callable[[], Settings]) -> None:
        """`settings` are at most 30 s old."""
        self._messenger = messenger
        self._settings = settings

    def check(self, channel: Channel, region: str, *, verified: bool) -> None:
        """Raises SmsUnavailable if messages to the phone are stopped, and what the messenger raises."""
        refusal = self._refusal(verified=verified)
        if refusal is not None:
            raise refusal from NotSent(SENDING_OFF)
        self._messenger.check(channel, region)

    def send(self, outgoing: Outgoing) -> Outcome:
        """Sends one message, or calls, once. Raises nothing. Since the check, messages may have been stopped."""
        refusal = self._refusal(verified=outgoing.to_verified)
        return Outcome(Delivery.FAILED, SENDING_OFF, refusal) if refusal else self._messenger.send(outgoing)

    def _refusal(self, *, verified: bool) -> SmsUnavailable | None:
        if self._settings().sends_to(verified=verified):
            return None
        return SmsUnavailable("Messages are stopped for the time being.", retry_after=RETRY_SECONDS)
