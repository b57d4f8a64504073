"""The interface of providers: vendors that send messages to phones."""

from typing import Protocol

from mfa.challenges.sends import Outcome
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route


class Provider(Protocol):
    """A vendor of messages and calls. `TwilioMessenger` and `AwsMessenger` are two.

    A route names the sender; without one, the sender of the provider's own settings is meant.
    """

    def check(self, channel: Channel, route: Route | None = None) -> None:
        """Raises SettingsIncomplete if the channel is not set up, SmsUnavailable while the provider is paused."""

    def send(self, outgoing: Outgoing, route: Route | None = None) -> Outcome:
        """Sends one message, or calls, once. Raises nothing."""

    def send_apart(self, outgoing: Outgoing, route: Route | None = None) -> Outcome:
        """The same, for functions that may not write the pause."""
