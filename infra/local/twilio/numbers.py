"""Decides which numbers may send and receive, including Twilio's magic numbers for tests."""

from __future__ import annotations

import re

import phonenumbers

from infra.local.phone_numbers import E164, possible, region
from infra.local.twilio.errors import refusal

_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
# Alphanumeric senders cannot reach these calling codes.
_NO_ALPHANUMERIC = ("+1",)
# In these countries Twilio passes messages for landlines to the carrier, which rejects them. Elsewhere Twilio refuses.
_LANDLINES_TRIED = ("US", "CA", "GB")

# https://www.twilio.com/docs/iam/test-credentials#magic-input
MAGIC_SENDER = "+15005550006"
_MESSAGE_SENDERS = {"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
_MESSAGE_RECEIVERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
_CALL_SENDERS = {"+15005550001": 21212}
_CALL_RECEIVERS = {"+15005550001": 21217, "+15005550002": 21214, "+15005550003": 21215, "+15005550004": 21216}


def check_sender(sender: str, *, owned: bool) -> None:
    """Raise Twilio's error for a message's sender that is not valid, or that the account does not own."""
    if code := _MESSAGE_SENDERS.get(sender):
        raise refusal(code, sender=sender)
    if E164.fullmatch(sender):
        if not owned:
            raise refusal(21659, sender=sender)
    elif not _ALPHANUMERIC.fullmatch(sender):
        raise refusal(21212, sender=sender)


def check_receiver(number: str, sender: str) -> None:
    """Raise Twilio's error if a number cannot get a text message from this sender."""
    if code := _MESSAGE_RECEIVERS.get(number):
        raise refusal(code, to=number, sender=sender)
    if not possible(number) or number == sender:
        raise refusal(21211, to=number)
    if not sender.startswith("+") and number.startswith(_NO_ALPHANUMERIC):
        raise refusal(21612, to=number, sender=sender)
    if _is_landline(number) and not undeliverable(number):
        raise refusal(21614, to=number)


def undeliverable(number: str) -> bool:
    """True for a landline whose messages Twilio accepts and the carrier then cannot deliver (30006)."""
    return _is_landline(number) and region(number) in _LANDLINES_TRIED


def check_caller(sender: str, *, owned: bool) -> None:
    """Raise Twilio's error for a caller that is not a number, or not the account's."""
    if code := _CALL_SENDERS.get(sender):
        raise refusal(code, sender=sender)
    if not E164.fullmatch(sender):
        raise refusal(21212, sender=sender)
    if not owned:
        raise refusal(21210, sender=sender)


def check_called(number: str, sender: str) -> None:
    """Raise Twilio's error if a number cannot be called. Landlines can."""
    if code := _CALL_RECEIVERS.get(number):
        raise refusal(code, to=number)
    if not possible(number) or number == sender:
        raise refusal(21211, to=number)


def _is_landline(number: str) -> bool:
    return phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.FIXED_LINE
