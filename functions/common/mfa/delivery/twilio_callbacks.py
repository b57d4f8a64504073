"""Reads Twilio's reports on messages and calls that it has accepted."""

from collections.abc import Callable, Iterable

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.errors import Forbidden
from mfa.vendor_errors import look_up

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
# https://www.twilio.com/docs/voice/api/call-resource#call-status-values
STATUSES = {
    "accepted": Delivery.QUEUED,
    "scheduled": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "initiated": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "ringing": Delivery.SENT,
    "in-progress": Delivery.SENT,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.DELIVERED,
    "completed": Delivery.DELIVERED,
    "undelivered": Delivery.UNDELIVERED,
    "busy": Delivery.UNDELIVERED,
    "no-answer": Delivery.UNDELIVERED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
}


class TwilioCallbacks:
    """Checks the signature of a callback and translates its status."""

    def __init__(
        self, auth_tokens: Callable[[], Iterable[str]], is_signed: Callable[[str, str, dict[str, str], str], bool]
    ) -> None:
        """`auth_tokens` gives the tokens that Twilio may sign with; `is_signed` checks a signature under one of them."""
        self._auth_tokens = auth_tokens
        self._is_signed = is_signed

    def read(self, url: str, parameters: dict[str, str], signature: str) -> Outcome | None:
        """The message's outcome, or None for an unknown status. Raises Forbidden.

        `url` is the configured one, not the one that the request came by.
        """
        if not any(self._is_signed(token, url, parameters, signature) for token in self._auth_tokens()):
            raise Forbidden("The signature is not Twilio's.")
        delivery = STATUSES.get(parameters.get("MessageStatus") or parameters.get("CallStatus") or "")
        if delivery is None or not delivery.is_refused:
            return None if delivery is None else Outcome(delivery)
        error = parameters.get("ErrorCode") or parameters.get("CallStatus") or "unknown"
        return Outcome(delivery, error, permanent=look_up(error).permanent)
