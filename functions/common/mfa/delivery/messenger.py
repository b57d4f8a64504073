"""Sends messages and calls from the account of the settings. Twilio's SDK is loaded when something goes out."""

import re
from collections.abc import Callable

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.breaker import Breaker
from mfa.delivery.timeouts import TIMEOUTS, Timeouts
from mfa.delivery.twilio_account import TwilioAccount
from mfa.errors import Refusal, SettingsIncomplete
from mfa.messages.channels import Channel, Form
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import Sender

# Twilio's names of messages and calls.
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


class TwilioMessenger:
    """Sends each message once, and never repeats one by itself."""

    def __init__(
        self,
        account: Callable[[Route | None], TwilioAccount | None],
        breaker: Breaker,
        api_url: str,
        callback_url: Callable[[str], str],
        timeouts: Timeouts = TIMEOUTS,
    ) -> None:
        """`account` gives the account that the settings name, with the sender of a route, or None while they are incomplete.

        `callback_url` takes a `ref`.
        """
        self._account = account
        self._breaker = breaker
        self._api_url = api_url
        self._callback_url = callback_url
        self._timeouts = timeouts

    def check(self, channel: Channel, route: Route | None = None) -> None:
        """Raises SettingsIncomplete if the channel is not set up, SmsUnavailable while Twilio refuses our credentials."""
        account = self._complete(route)
        if account.sender.kind not in channel.traits.senders:
            raise SettingsIncomplete(
                f"A passcode by {channel.traits.label} needs {channel.traits.senders_in_words} as the sender."
            )
        if channel.traits.form is Form.TEMPLATE and account.content_sid is None:
            raise SettingsIncomplete(f"Passcodes by {channel.traits.label} are not set up.")
        self._breaker.check()

    def send(self, outgoing: Outgoing, route: Route | None = None) -> Outcome:
        """Sends one message, or calls. It raises nothing: whatever happens, a send that was claimed has an outcome."""
        try:
            account = self._complete(route)
            callback = self._callback(outgoing)
            permit = self._breaker.claim()  # last: it may be the one send that tries, and then it must go out
        except Refusal as refusal:  # since the check, sending was paused or the settings changed
            return Outcome(Delivery.FAILED, refusal.code, refusal)
        outcome = self._send(account, outgoing, callback)
        self._breaker.learn(permit, outcome)
        return outcome

    def send_apart(self, outgoing: Outgoing, route: Route | None = None) -> Outcome:
        """Sends from the account of the settings, and leaves the pause as it is: `admin` may not write it."""
        try:
            account = self._complete(route)
            callback = self._callback(outgoing)
        except Refusal as refusal:
            return Outcome(Delivery.FAILED, refusal.code, refusal)
        return self._send(account, outgoing, callback)

    def report(self, message_id: str) -> Outcome | None:
        """How far a message from the account of the settings has come by now; None if Twilio does not tell.

        Another provider's message is none of Twilio's.
        """
        account = self._account(None) if _SID.fullmatch(message_id) else None
        if account is None:
            return None
        return self.report_with(account.account_sid, account.auth_token, account.sender, message_id)

    def send_with(self, account_sid: str, auth_token: str, sender: Sender | RouteSender, outgoing: Outgoing) -> Outcome:
        """Sends with settings that need not be saved. A refusal says nothing about the saved ones."""
        return self._send(TwilioAccount(account_sid, auth_token, sender), outgoing, self._callback(outgoing))

    def report_with(
        self, account_sid: str, auth_token: str, sender: Sender | RouteSender, message_id: str
    ) -> Outcome | None:
        """How far a message has come by now; None if Twilio does not tell, or it is another provider's."""
        if not _SID.fullmatch(message_id):
            return None
        from mfa.delivery import twilio  # noqa: PLC0415 - only what sends pays for the SDK

        return twilio.report(
            TwilioAccount(account_sid, auth_token, sender), self._api_url, message_id, timeouts=self._timeouts
        )

    def _send(self, account: TwilioAccount, outgoing: Outgoing, callback: str) -> Outcome:
        from mfa.delivery import twilio  # noqa: PLC0415 - only what sends pays for the SDK

        return twilio.send(account, self._api_url, outgoing, callback, self._timeouts)

    def _callback(self, outgoing: Outgoing) -> str:
        """Where Twilio reports, or nothing if nobody waits for reports."""
        return self._callback_url(outgoing.ref) if outgoing.ref else ""

    def _complete(self, route: Route | None) -> TwilioAccount:
        account = self._account(route)
        if account is None:
            raise SettingsIncomplete("Sending of messages is not set up.")
        return account
