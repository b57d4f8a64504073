"""Writes test messages. A user's last one lies beside the challenge, where the function that takes reports may write as well."""

from collections.abc import Sequence
from dataclasses import asdict

from mfa.challenges.budgets import Charge
from mfa.challenges.phone_tests import COOLDOWN_SECONDS, PhoneTest, PhoneTestClaim, PhoneTestTooSoon
from mfa.challenges.sends import AccountChanged, Outcome, Receipt
from mfa.store import conditions as when
from mfa.store import records
from mfa.store.counters import Counters
from mfa.store.expressions import Update
from mfa.store.ledger import Ledger
from mfa.store.reading import read
from mfa.store.table import Table, TransactionRefused, Write
from mfa.users.history import Event

PHONE_TEST_SECONDS = 86400


class PhoneTestStore:
    """The last test message of each user."""

    def __init__(self, table: Table, counters: Counters) -> None:
        self._table = table
        self._ledger = Ledger(table, counters)

    def load_last(self, login_name: str) -> PhoneTest | None:
        """The user's last test message, or None."""
        item = self._table.get(records.phone_test_key(login_name))
        return None if item is None else read(item, PhoneTest)

    def claim(self, claim: PhoneTestClaim, charges: Sequence[Charge]) -> None:
        """Claims the message and its budgets in one transaction; only then may it go out.

        Raises PhoneTestTooSoon, RateLimited, and AccountChanged if the phone is not as it was read.
        """
        receipt, message = claim.receipt, claim.message
        state = Update()
        state.set(**asdict(message), delivery_rank=message.delivery.rank)
        state.set(ttl=int(receipt.sent_at) + PHONE_TEST_SECONDS)
        state.only_if(when.PHONE_TEST_COOLED, cooled=receipt.sent_at - COOLDOWN_SECONDS)
        writes = [
            state.write("phone_test", records.phone_test_key(receipt.login_name)),
            Write(
                label="phone",
                verb="ConditionCheck",
                key=records.phone_key(receipt.login_name, claim.phone.slot),
                condition=when.PHONE_AS_READ,
                names={"#number": "number"},
                values={":phone": claim.phone.id, ":number": claim.phone.number},
            ),
            records.event_write(receipt.login_name, claim.event),
        ]
        try:
            self._ledger.spend(writes, charges, claim.cost, receipt.sent_at)
        except TransactionRefused as refused:
            if "phone_test" not in refused.failed:
                raise AccountChanged from refused
            last = self.load_last(receipt.login_name)
            raise PhoneTestTooSoon(last.sent_at if last else None) from refused

    def record_outcome(self, receipt: Receipt, outcome: Outcome, event: Event | None) -> bool:
        """Writes how far the message has come, and the event. False if it is not news, or of a message before the last."""
        update = Update()
        update.set(
            delivery=outcome.delivery,
            delivery_rank=outcome.delivery.rank,
            delivery_error=outcome.error,
            vendor=outcome.vendor or receipt.channel.vendor,
        )
        update.only_if(when.SAME_SEND, send=receipt.send_id)
        update.only_if(when.LATER, rank=outcome.delivery.rank)
        writes = [update.write("phone_test", records.phone_test_key(receipt.login_name))]
        if event is not None:
            writes.append(records.event_write(receipt.login_name, event))
        try:
            self._table.transact(lambda: writes)
        except TransactionRefused:
            return False
        return True
