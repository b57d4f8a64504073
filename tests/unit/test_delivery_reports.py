"""Callbacks: the meaning of Twilio's statuses, and the store's calls for each."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome, Receipt
from mfa.delivery.twilio_callbacks import STATUSES, TwilioCallbacks
from mfa.errors import Forbidden
from mfa.flows.delivery_report import DeliveryReports
from mfa.flows.runtime import Runtime
from mfa.messages.channels import Channel
from mfa.settings.values import Settings, StoredSettings
from mfa.times import rfc3339
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.history import Event
from mfa.vendor_errors import VENDOR_ERRORS

REF = "0123456789abcdef" * 2
RECEIPT = Receipt(
    login_name="demo.user",
    challenge_id="c",
    send_id="s",
    channel=Channel.SMS,
    phone_id="0-a",
    max_sends=5,
    sent_at=0.0,
)


RUNTIME = Runtime(
    thresholds=dict,
    settings=Settings,
    prices=StoredSettings().prices,
    keys=lambda: HmacKeys(b"key"),
    issuer=lambda: "https://login.example.com",
    clock=lambda: 1.0,
    random_below=lambda n: 0,
    random_bytes=bytes,
)


@dataclass
class Sends:
    """A store with one send, `REF`, that keeps what was recorded."""

    is_news: bool = True
    looked_for: list[str] = field(default_factory=list)
    written: list[Any] = field(default_factory=list)

    def load_receipt(self, ref: str) -> Receipt | None:
        self.looked_for.append(ref)
        return RECEIPT if ref == REF else None

    def record_delivery(
        self, receipt: Receipt, delivery: Delivery, event: Event | None = None, feedback_id: str = ""
    ) -> bool:
        assert (event is not None) == (delivery is Delivery.DELIVERED)  # its arrival is in the history
        self.written.append(delivery)
        return self.is_news

    def record_refused(self, receipt: Receipt, outcome: Outcome, event: Event, *, ends_cooldown: bool) -> bool:
        assert event.detail == {"error": outcome.error, "channel": "sms", "sent_at": rfc3339(RECEIPT.sent_at)}
        assert ends_cooldown is False, "only the answer to a send ends its cooldown"
        self.written.append((outcome.delivery, outcome.error, outcome.permanent))
        return self.is_news

    def record_outcome(self, receipt: Receipt, outcome: Outcome, event: Event | None) -> bool:
        raise AssertionError("it is no test message")


def is_signed(token: str, url: str, parameters: dict[str, str], signature: str) -> bool:
    """Accepts one signature, for one URL."""
    return (token, url, signature) == ("token", "https://login.example.com", "right")


def report(sends: Sends, ref: str = REF, signature: str = "right", **parameters: str) -> str | None:
    callbacks = TwilioCallbacks(lambda: ["token"], is_signed)
    outcome = callbacks.read("https://login.example.com", parameters, signature)
    reports = DeliveryReports(receipts=sends, sends=sends, tests=sends, runtime=RUNTIME)
    return None if outcome is None else reports.record(ref, outcome)


def test_every_status_of_twilio_is_known() -> None:
    """The statuses of messages and calls, as Twilio's API description lists them."""
    messages = {"queued", "sending", "sent", "failed", "delivered", "undelivered", "scheduled", "read", "canceled"}
    calls = {"queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"}
    assert set(STATUSES) == messages | calls | {"accepted", "initiated"}


@pytest.mark.parametrize(("status", "delivery"), STATUSES.items())
@pytest.mark.parametrize("name", ["MessageStatus", "CallStatus"])
def test_a_status_is_recorded(name: str, status: str, delivery: Delivery) -> None:
    sends = Sends()
    error = report(sends, **{name: status})
    if delivery.is_refused:
        said = status if name == "CallStatus" else "unknown"
        assert (error, sends.written) == (said, [(delivery, said, False)])
    else:
        assert (error, sends.written) == (None, [delivery])


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        *((code, known.permanent) for code, known in VENDOR_ERRORS.items() if code.isdecimal()),
        ("99999", False),
        ("", False),
    ],
)
def test_some_codes_are_permanent(code: str, permanent: bool) -> None:
    sends = Sends()
    assert report(sends, MessageStatus="undelivered", ErrorCode=code) == (code or "unknown")
    assert sends.written == [(Delivery.UNDELIVERED, code or "unknown", permanent)]


def test_a_status_that_is_already_known_is_ignored() -> None:
    assert report(Sends(is_news=False), MessageStatus="failed", ErrorCode="30008") is None


def test_an_unsigned_report_causes_no_read() -> None:
    sends = Sends()
    with pytest.raises(Forbidden):
        report(sends, signature="wrong", MessageStatus="failed")
    assert (sends.looked_for, sends.written) == ([], [])


def test_a_report_about_no_send_is_ignored() -> None:
    sends = Sends()
    assert report(sends, ref=REF[::-1], MessageStatus="failed", ErrorCode="30005") is None
    assert sends.written == []


@pytest.mark.parametrize("ref", ["", "ref", REF[1:], REF + "0", REF.upper(), f"{REF}\n", "0" * 5000])
def test_an_invalid_reference_causes_no_read(ref: str) -> None:
    """The table's keys have a maximum length."""
    sends = Sends()
    assert report(sends, ref=ref, MessageStatus="failed", ErrorCode="30005") is None
    assert (sends.looked_for, sends.written) == ([], [])


def test_an_invalid_status_causes_no_read() -> None:
    sends = Sends()
    assert report(sends, MessageStatus="received") is None
    assert report(sends) is None
    assert sends.looked_for == []


def test_a_message_progresses_step_by_step() -> None:
    """A status that does not rank higher is late."""
    course = [Delivery.SENDING, Delivery.UNKNOWN, Delivery.QUEUED, Delivery.SENT, Delivery.DELIVERED]
    assert [delivery.rank for delivery in course] == sorted({delivery.rank for delivery in course})
    ends = {delivery.rank for delivery in (Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED)}
    assert ends == {Delivery.DELIVERED.rank}, "the first end that is reported is the end"
