"""Sends with settings that need not be saved: by the provider of one route, from its sender, and by no other one."""

from collections.abc import Callable

from mfa.challenges.sends import Outcome
from mfa.challenges.settings_tests import Candidate
from mfa.delivery.aws_messenger import AwsMessenger
from mfa.delivery.messenger import TwilioMessenger
from mfa.messages.outgoing import Outgoing


class CandidateMessenger:
    """Sends the messages of settings tests. Their refusals pause no provider: they say nothing about the saved settings."""

    def __init__(self, twilio: TwilioMessenger, aws: Callable[[], AwsMessenger]) -> None:
        """`aws` builds AWS's messenger when a test goes by it."""
        self._twilio = twilio
        self._aws = aws

    def send_with(self, candidate: Candidate, outgoing: Outgoing) -> Outcome:
        """Sends one message, or calls, once. Raises nothing."""
        route = candidate.route
        if route.provider == "aws":
            return self._aws().send_apart(outgoing, route)
        return self._twilio.send_with(candidate.account_sid, candidate.auth_token, route.sender, outgoing)

    def report_with(self, candidate: Candidate, message_id: str) -> Outcome | None:
        """How far a message has come by now; None if the provider does not tell. AWS cannot be asked."""
        if candidate.route.provider == "aws":
            return None
        return self._twilio.report_with(candidate.account_sid, candidate.auth_token, candidate.route.sender, message_id)
