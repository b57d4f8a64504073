"""Test messages: they carry no code, and show an administrator whether a user's phone gets messages.

They have ceilings of their own beside those of every message. No code comes back, so the fraud budgets do not count them: an
administrator's script must not use up the messages that a region's new users need. The ceiling by region holds it instead.
"""

from copy import replace
from dataclasses import dataclass

from mfa.challenges.budgets import DAY, HOUR, Budget, Charge, Cost, Window
from mfa.challenges.challenge import SENDING_SECONDS, Delivery
from mfa.challenges.charges import phone_charges
from mfa.challenges.sends import Receipt
from mfa.factors.phones import Phone
from mfa.messages.channels import Channel
from mfa.settings.values import Settings
from mfa.times import Moment
from mfa.users.history import Event

# A user is sent one at a time: a second click sends nothing.
COOLDOWN_SECONDS = 30
PER_USER_AND_HOUR = 5
PER_ACTOR_AND_HOUR = 30
# To phones of a region that were not verified before today, whoever sends them.
PER_REGION_AND_DAY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneTest:
    """A user's last test message.

    Attributes:
        send_id: names the message.
        phone_id: the phone that it went to.
        channel: how it went out.
        sent_at: when it was claimed, in seconds since 1970.
        delivery: how far it came.
        delivery_error: the vendor's code, if it was refused.
        vendor: the vendor that was asked, or empty while that is not known.
    """

    send_id: str
    phone_id: str
    channel: Channel
    sent_at: Moment
    delivery: Delivery = Delivery.SENDING
    delivery_error: str | None = None
    vendor: str = ""

    def delivery_at(self, now: float) -> Delivery:
        """How far the message has come. A function that never said more has stopped, perhaps before it sent anything."""
        stopped = self.delivery is Delivery.SENDING and now >= self.sent_at + SENDING_SECONDS
        return Delivery.UNKNOWN if stopped else self.delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneTestClaim:
    """A test message, ready to be claimed.

    Attributes:
        receipt: the message as the vendor's callbacks will need it.
        phone: the phone as it was read.
        event: the line of the history.
        cost: what it is estimated to cost.
    """

    receipt: Receipt
    phone: Phone
    event: Event
    cost: Cost

    @property
    def message(self) -> PhoneTest:
        """The message as it is claimed."""
        receipt = self.receipt
        return PhoneTest(
            send_id=receipt.send_id, phone_id=self.phone.id, channel=receipt.channel, sent_at=receipt.sent_at
        )


class PhoneTestTooSoon(Exception):
    """Another test message was claimed a moment ago. `sent_at`: when, if that is known."""

    def __init__(self, sent_at: float | None) -> None:
        super().__init__("a test message was sent a moment ago")
        self.sent_at = sent_at


def phone_test_charges(actor: str, login_name: str, phone: Phone, settings: Settings, now: float) -> list[Charge]:
    """The budgets of a test message. It leaves the share that is kept for verified phones to logins."""
    hour, day = Window.of(HOUR, now), Window.of(DAY, now)
    # No name has a question mark in it, so that none is one of an administrator's settings tests.
    own = [
        Budget(f"TESTS#?of-{login_name}", hour, PER_USER_AND_HOUR),
        Budget(f"TESTS#?by-{actor}", hour, PER_ACTOR_AND_HOUR),
    ]
    if not phone.was_verified_before(day.ends_at - DAY):
        own.append(Budget(f"TESTS#?in-{phone.region}", day, PER_REGION_AND_DAY))
    as_new = replace(phone, verified_since=None, last_verified_at=None)
    return [replace(each, budgets=[*own, *each.budgets]) for each in phone_charges(as_new, settings, now)]
