"""Builds the parts that send to phones: the providers, their accounts and pauses, and the reports on messages.

Imports that slow down a cold start (Twilio's SDK, botocore's parsers) stand inside the methods that need them.
"""

# ruff: noqa: PLC0415 - imports inside functions are this module's purpose

import os
from functools import cached_property
from typing import TYPE_CHECKING

from mfa.account_wiring import AccountWiring
from mfa.http.operations import callback_url
from mfa.instrumented import MeteredMessenger, MeteredProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa.administration.user_messages import UserMessages
    from mfa.challenges.sends import Outcome
    from mfa.delivery.aws_messenger import AwsMessenger
    from mfa.delivery.breaker import Breaker
    from mfa.delivery.messenger import TwilioMessenger
    from mfa.delivery.twilio_account import TwilioAccounts
    from mfa.delivery.twilio_callbacks import TwilioCallbacks
    from mfa.flows.delivery_report import DeliveryReports
    from mfa.flows.send_phone_test import SendPhoneTest
    from mfa.messages.channels import ProviderName
    from mfa.messages.feedback import MessageReceived
    from mfa.store.phone_tests import PhoneTestStore


class DeliveryWiring(AccountWiring):
    """The parts that send to phones."""

    @cached_property
    def delivery_reports(self) -> "DeliveryReports":
        """Takes delivery reports."""
        from mfa.flows.delivery_report import DeliveryReports

        return DeliveryReports(sends=self._send_store, tests=self._phone_test_store, runtime=self.runtime)

    @cached_property
    def send_phone_test(self) -> "SendPhoneTest":
        """Sends test messages."""
        from mfa.flows.send_phone_test import SendPhoneTest

        return SendPhoneTest(
            accounts=self.account_store,
            tests=self._phone_test_store,
            messenger=self._to_phones(apart=True),
            runtime=self.runtime,
        )

    @cached_property
    def user_messages(self) -> "UserMessages":
        """Reads the latest messages to users."""
        from mfa.administration.user_messages import UserMessages
        from mfa.store.histories import Histories
        from mfa.store.phone_enrolments import PhoneEnrolmentStore

        return UserMessages(
            accounts=self.account_store,
            histories=Histories(self._table),
            tests=self._phone_test_store,
            enrolments=PhoneEnrolmentStore(self._table, self._counters),
            runtime=self.runtime,
        )

    @cached_property
    def _phone_test_store(self) -> "PhoneTestStore":
        from mfa.store.phone_tests import PhoneTestStore

        return PhoneTestStore(self._table, self._counters)

    @cached_property
    def twilio_callbacks(self) -> "TwilioCallbacks":
        """Reads Twilio's callbacks."""
        from mfa.delivery import twilio
        from mfa.delivery.twilio_callbacks import TwilioCallbacks

        return TwilioCallbacks(self._twilio_accounts.signing_tokens, twilio.is_signed)

    @staticmethod
    def aws_reports(records: object) -> "Iterator[tuple[str, Outcome]]":
        """The reports of AWS on messages in the records of SNS, each with its `ref`."""
        from mfa.delivery.aws_events import reports

        return reports(records)

    def put_feedback(self, received: "MessageReceived") -> bool:
        """Tells AWS that a message was received; whether it took that."""
        from mfa.delivery.aws import put_feedback

        return not self._lacking and put_feedback(self._sms_voice, received.message_id)

    def callback_url(self, ref: str) -> str:
        """The URL at which Twilio reports on the send of this `ref`."""
        return callback_url(self.addresses().callbacks, ref)

    def _to_phones(self, *, apart: bool = False) -> MeteredMessenger:
        """The messenger of the flows: by the routes, as far as the setting `sending` allows."""
        from mfa.delivery.routed import RoutedMessenger
        from mfa.delivery.switch import SwitchedMessenger

        routed = RoutedMessenger(self.settings, self._provider, self.clock, apart=apart)
        return MeteredMessenger(SwitchedMessenger(routed, self.settings), self.metrics)

    def _provider(self, name: "ProviderName") -> MeteredProvider:
        """The provider of this name. Nothing of AWS is built before a route leads there."""
        if name == "aws":
            return MeteredProvider(self._aws_messenger, self.metrics, "aws_ms")
        return MeteredProvider(self._messenger, self.metrics, "twilio_ms")

    @cached_property
    def _aws_messenger(self) -> "AwsMessenger":
        from mfa.delivery.aws import AwsSending
        from mfa.delivery.aws_messenger import AwsMessenger

        sending = AwsSending(lambda: self._sms_voice, os.environ.get("AWS_CONFIGURATION_SET", ""))
        return AwsMessenger(None if self._lacking else sending, self._breaker("aws"))

    @property
    def _lacking(self) -> "tuple[ProviderName, ...]":
        """The providers by which the stack does not send."""
        return () if os.environ.get("AWS_MESSAGES") == "on" else ("aws",)

    @cached_property
    def _messenger(self) -> "TwilioMessenger":
        from mfa.delivery.messenger import TwilioMessenger

        api_url = os.environ.get("TWILIO_API_URL", "")
        return TwilioMessenger(self._twilio_accounts.current, self._breaker("twilio"), api_url, self.callback_url)

    def _breaker(self, provider: "ProviderName") -> "Breaker":
        from mfa.delivery.breaker import Breaker
        from mfa.store.pauses import PauseStore

        return Breaker(PauseStore(self._table, provider, self.clock), self.settings_as_stored, self.clock, provider)

    @cached_property
    def _twilio_accounts(self) -> "TwilioAccounts":
        from mfa.delivery.twilio_account import TwilioAccounts

        return TwilioAccounts(self.settings_as_stored, self._cipher.decrypt, self.clock)
