"""Callbacks: the meaning of Twilio's statuses, and the store's calls for each."""

import hmac
from copy import replace
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from mfa.challenges.challenge import Delivery
from mfa.challenges.receipts import read_ref, ref_of
from mfa.challenges.sends import Outcome, Receipt
from mfa.delivery.twilio_callbacks import STATUSES, TwilioCallbacks
from mfa.errors import Forbidden
from mfa.flows.delivery_report import DeliveryReports
from mfa.flows.runtime import Runtime
from mfa.messages.channels import Channel
from mfa.settings.values import Settings, StoredSettings
from mfa.times import rfc3339
from mfa.tokens import base64url
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.history import Event
from mfa.users.user import LOGIN_NAME_LENGTH
from mfa.vendor_errors import VENDOR_ERRORS

KEYS = HmacKeys(b"key")
RECEIPT = Receipt(
    login_name="demo.user",
    challenge_id="c",
    send_id="s",
    channel=Channel.SMS,
    phone_id="0-a",
    max_sends=5,
    sent_at=0.0,
)
REF = ref_of(KEYS, RECEIPT)


RUNTIME = Runtime(
    thresholds=dict,
    settings=Settings,
    prices=StoredSettings().prices,
    keys=lambda: KEYS,
    issuer=lambda: "https://login.example.com",
    clock=lambda: 1.0,
    random_below=lambda n: 0,
    random_bytes=bytes,
)


@dataclass
class Sends:
    """A store with one send, `REF`, that keeps what was recorded."""

    is_news: bool = True
    written: list[Any] = field(default_factory=list)

    def record_delivery(self, receipt: Receipt, delivery: Delivery, feedback_id: str = "") -> bool:
        raise AssertionError("no answer of a vendor")

    def record_arrival(self, receipt: Receipt, event: Event) -> bool:
        assert receipt == RECEIPT
        assert event.type == "delivered"
        self.written.append(Delivery.DELIVERED)
        return self.is_news

    def record_refused(
        self, receipt: Receipt, outcome: Outcome, event: Event, *, ends_cooldown: bool, new_shard: int | None = None
    ) -> bool:
        assert receipt == RECEIPT
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
    reports = DeliveryReports(sends=sends, tests=sends, runtime=RUNTIME)
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
        # Nobody waits for what a message under way does.
        assert (error, sends.written) == (None, [delivery] if delivery is Delivery.DELIVERED else [])


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


def test_an_unsigned_report_writes_nothing() -> None:
    sends = Sends()
    with pytest.raises(Forbidden):
        report(sends, signature="wrong", MessageStatus="failed")
    assert sends.written == []


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "ref",
        REF[1:],
        REF + "A",
        REF.upper(),
        f"{REF}\n",
        "0" * 32,
        "A" * 5000,
        "ä",
        ref_of(HmacKeys(b"another"), RECEIPT),
    ],
)
def test_a_reference_that_is_not_ours_is_ignored(ref: str) -> None:
    sends = Sends()
    assert report(sends, ref=ref, MessageStatus="failed", ErrorCode="30005") is None
    assert sends.written == []


def test_no_part_of_a_receipt_can_be_changed() -> None:
    for index in range(len(REF)):
        changed = REF[:index] + ("A" if REF[index] != "A" else "B") + REF[index + 1 :]
        assert read_ref(KEYS, changed, 1.0) is None


def test_a_receipt_is_good_for_three_days_and_under_a_key_that_is_being_replaced() -> None:
    rotated = HmacKeys(b"new", previous=b"key")
    assert read_ref(rotated, REF, 3 * 86400 - 1) == RECEIPT
    assert read_ref(rotated, REF, 3 * 86400) is None


def test_a_receipt_of_another_version_is_ignored() -> None:
    content = msgspec.msgpack.encode(["demo.user", "c"])
    tag = hmac.digest(KEYS.signing("receipt"), content, "sha256")[:16]
    assert read_ref(KEYS, base64url.encode(content + tag), 1.0) is None


def test_the_receipt_of_the_longest_name_fits() -> None:
    longest = replace(
        RECEIPT,
        login_name="\U0001d56b" * LOGIN_NAME_LENGTH,
        challenge_id="c" * 32,
        send_id="5" * 24,
        phone_id=f"4-{'f' * 16}",
        region="email",
        sent_at=1795871535.125,
    )
    assert read_ref(KEYS, ref_of(KEYS, longest), 1795871536.0) == longest


def test_an_invalid_status_writes_nothing() -> None:
    sends = Sends()
    assert report(sends, MessageStatus="received") is None
    assert report(sends) is None
    assert sends.written == []


def test_a_message_progresses_step_by_step() -> None:
    """A status that does not rank higher is late."""
    course = [Delivery.SENDING, Delivery.QUEUED, Delivery.UNKNOWN, Delivery.SENT, Delivery.DELIVERED]
    assert [delivery.rank for delivery in course] == sorted({delivery.rank for delivery in course})
    ends = {delivery.rank for delivery in (Delivery.DELIVERED, Delivery.UNDELIVERED, Delivery.FAILED)}
    assert ends == {Delivery.DELIVERED.rank}, "the first end that is reported is the end"
