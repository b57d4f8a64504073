"""Callbacks: what Twilio reports of a message after it took it. They never touch attempts or expiry."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import PERMANENT_ERRORS, Receipt
from mfa.errors import Forbidden
from mfa.users.history import Event

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
PATH = "/v1/webhooks/twilio/status"
_REF = re.compile(r"[0-9a-f]{32}")


class Sends(Protocol):
    """Finds sends and writes what became of them."""

    def load_receipt(self, ref: str) -> Receipt | None: ...
    def record_delivery(self, receipt: Receipt, delivery: Delivery, event: Event | None = None) -> bool: ...
    def record_refused(
        self, receipt: Receipt, delivery: Delivery, error: str, event: Event, *, permanent: bool, ends_cooldown: bool
    ) -> bool: ...


def callback_url(public_url: str, ref: str) -> str:
    """Where Twilio reports on a send; it signs this URL, to the letter."""
    return f"{public_url}{PATH}?ref={ref}"


class Signatures(Protocol):
    """Checks who reports."""

    def is_signed(self, url: str, parameters: dict[str, str], signature: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Takes what Twilio reports."""

    sends: Sends
    signatures: Signatures
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]

    def report(self, url: str, ref: str, parameters: dict[str, str], signature: str) -> str | None:
        """Writes down how far a message has come, and gives a refused send back.

        `url` is the configured one, not the one the request came by. What comes twice, late or out of order changes
        nothing; what belongs to no send is forgotten. The error, where it is news. Raises Forbidden.
        """
        if not self.signatures.is_signed(url, parameters, signature):
            raise Forbidden("The signature is not Twilio's.")
        delivery = STATUSES.get(parameters.get("MessageStatus") or parameters.get("CallStatus") or "")
        receipt = self.sends.load_receipt(ref) if delivery and _REF.fullmatch(ref) else None
        if delivery is None or receipt is None:
            return None
        if not delivery.is_refused:
            arrived = delivery is Delivery.DELIVERED
            event = receipt.delivered_event(self.clock(), self.random_bytes) if arrived else None
            self.sends.record_delivery(receipt, delivery, event)
            return None
        error = parameters.get("ErrorCode") or parameters.get("CallStatus") or "unknown"
        event = receipt.refused_event(error, self.clock(), self.random_bytes)
        news = self.sends.record_refused(
            receipt, delivery, error, event, permanent=error in PERMANENT_ERRORS, ends_cooldown=False
        )
        return error if news else None
