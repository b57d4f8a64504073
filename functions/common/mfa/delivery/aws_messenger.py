"""Sends messages and calls by AWS. botocore's client is made when something goes out."""

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.aws import AwsSending, send
from mfa.delivery.breaker import Breaker
from mfa.errors import Refusal, SettingsIncomplete
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route


class AwsMessenger:
    """Sends each message once, and never repeats one by itself."""

    def __init__(self, sending: AwsSending | None, breaker: Breaker) -> None:
        """`sending` is None where the stack does not send by AWS."""
        self._sending = sending
        self._breaker = breaker

    def check(self, channel: Channel, route: Route | None = None) -> None:
        """Raises SettingsIncomplete if no route takes the channel here, SmsUnavailable while AWS refuses the account."""
        self._complete(channel, route)
        self._breaker.check()

    def send(self, outgoing: Outgoing, route: Route | None = None) -> Outcome:
        """Sends one message, or calls. It raises nothing: whatever happens, a send that was claimed has an outcome."""
        try:
            sending, by = self._complete(outgoing.channel, route)
            permit = self._breaker.claim()  # last: it may be the one send that tries, and then it must go out
        except Refusal as refusal:  # since the check, sending was paused or the settings changed
            return Outcome(Delivery.FAILED, refusal.code, refusal)
        outcome = send(sending, outgoing, by)
        self._breaker.learn(permit, outcome)
        return outcome

    def send_apart(self, outgoing: Outgoing, route: Route | None = None) -> Outcome:
        """Sends one message, or calls, and leaves the pause as it is: `admin` may not write it."""
        try:
            sending, by = self._complete(outgoing.channel, route)
        except Refusal as refusal:
            return Outcome(Delivery.FAILED, refusal.code, refusal)
        return send(sending, outgoing, by)

    def _complete(self, channel: Channel, route: Route | None) -> tuple[AwsSending, Route]:
        if self._sending is None:
            raise SettingsIncomplete("Sending by AWS is switched off in this stack.")
        if route is None or not route.takes(channel):
            raise SettingsIncomplete(f"AWS sends no passcode by {channel.traits.label} from this sender.")
        return self._sending, route
