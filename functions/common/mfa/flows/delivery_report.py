"""Writes down what a vendor reports of a message after it accepted it. Reports never touch attempts or expiry."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome, Receipt
from mfa.users.history import Event

_REF = re.compile(r"[0-9a-f]{32}")


class Sends(Protocol):
    """Finds sends and writes what became of them."""

    def load_receipt(self, ref: str) -> Receipt | None: ...
    def record_delivery(self, receipt: Receipt, delivery: Delivery, event: Event | None = None) -> bool: ...
    def record_refused(
        self, receipt: Receipt, delivery: Delivery, error: str, event: Event, *, permanent: bool, ends_cooldown: bool
    ) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReports:
    """Takes delivery reports."""

    sends: Sends
    clock: Callable[[], float]
    random_bytes: Callable[[int], bytes]

    def record(self, ref: str, outcome: Outcome) -> str | None:
        """Writes down how far the message of `ref` has come, and gives a refused send back.

        A report that comes twice, late or out of order changes nothing; one that belongs to no send is dropped.
        Returns the vendor's error if it is news.
        """
        receipt = self.sends.load_receipt(ref) if _REF.fullmatch(ref) else None
        if receipt is None:
            return None
        if not outcome.delivery.is_refused:
            arrived = outcome.delivery is Delivery.DELIVERED
            event = receipt.delivered_event(self.clock(), self.random_bytes) if arrived else None
            self.sends.record_delivery(receipt, outcome.delivery, event)
            return None
        error = outcome.error or "unknown"
        event = receipt.refused_event(error, self.clock(), self.random_bytes)
        news = self.sends.record_refused(
            receipt, outcome.delivery, error, event, permanent=outcome.permanent, ends_cooldown=False
        )
        return error if news else None
