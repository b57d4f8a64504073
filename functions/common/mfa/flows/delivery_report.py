"""Writes a vendor's later reports about a message. Reports never touch attempts or expiry."""

from copy import replace
from dataclasses import dataclass

from mfa.challenges.receipts import read_ref
from mfa.challenges.sends import Outcome, Receipt
from mfa.flows import ports
from mfa.flows.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReports:
    """Takes delivery reports."""

    sends: ports.SendOutcomes
    tests: ports.PhoneTestOutcomes
    runtime: Runtime

    def record(self, ref: str, outcome: Outcome) -> str | None:
        """Writes down how far the message of `ref` has come, and gives a refused send back.

        A report that comes twice, late or out of order changes nothing. A report of no send of ours is dropped, and so is one
        that a message is still under way: nobody waits for that. Returns the vendor's error if it was not known yet.
        """
        receipt = read_ref(self.runtime.keys(), ref, self.runtime.clock())
        if receipt is None:
            return None
        if receipt.is_phone_test:
            return self._record_test(receipt, outcome)
        if not outcome.delivery.is_final:
            return None
        if not outcome.delivery.is_refused:
            event = receipt.delivered_event(outcome, self.runtime.clock(), self.runtime.random_bytes)
            self.sends.record_arrival(receipt, event)
            return None
        error = outcome.error or "unknown"
        event = receipt.refused_event(outcome, self.runtime.clock(), self.runtime.random_bytes)
        news = self.sends.record_refused(receipt, replace(outcome, error=error), event, ends_cooldown=False)
        return error if news else None

    def _record_test(self, receipt: Receipt, outcome: Outcome) -> str | None:
        """A test message has no challenge, and nothing is given back."""
        event = receipt.final_event(outcome, self.runtime.clock(), self.runtime.random_bytes)
        news = self.tests.record_outcome(receipt, outcome, event)
        return outcome.error if news and outcome.delivery.is_refused else None
