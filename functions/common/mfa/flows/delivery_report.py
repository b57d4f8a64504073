"""Writes a vendor's later reports about a message. Reports never touch attempts or expiry."""

import re
from dataclasses import dataclass, replace

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.flows import ports
from mfa.flows.runtime import Runtime

_REF = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReports:
    """Takes delivery reports."""

    receipts: ports.Receipts
    sends: ports.SendOutcomes
    runtime: Runtime

    def record(self, ref: str, outcome: Outcome) -> str | None:
        """Writes down how far the message of `ref` has come, and gives a refused send back.

        A report that comes twice, late or out of order changes nothing. A report of no known send is dropped.
        Returns the vendor's error if it was not known yet.
        """
        receipt = self.receipts.load_receipt(ref) if _REF.fullmatch(ref) else None
        if receipt is None:
            return None
        if not outcome.delivery.is_refused:
            arrived = outcome.delivery is Delivery.DELIVERED
            event = (
                receipt.delivered_event(outcome, self.runtime.clock(), self.runtime.random_bytes) if arrived else None
            )
            self.sends.record_delivery(receipt, outcome.delivery, event)
            return None
        error = outcome.error or "unknown"
        event = receipt.refused_event(outcome, self.runtime.clock(), self.runtime.random_bytes)
        news = self.sends.record_refused(receipt, replace(outcome, error=error), event, ends_cooldown=False)
        return error if news else None
