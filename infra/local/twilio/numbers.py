"""Which numbers may send and receive, Twilio's magic numbers for tests among them."""

from __future__ import annotations

import re

import phonenumbers

from infra.local.twilio.errors import TwilioError

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ALPHANUMERIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 +&_-]{1,11}")
# Alphanumeric senders cannot reach these calling codes.
_NO_ALPHANUMERIC = ("+1",)

# The senders test credentials may use; only the first one sends.
MAGIC_SENDERS = {
    "+15005550006": None,
    "+15005550001": (
        21212,
        "The 'From' number {number} is not a valid phone number, shortcode, or alphanumeric sender ID.",
    ),
    "+15005550007": (
        21606,
        "The 'From' phone number {number} is not a valid, SMS-capable inbound phone number or short code for your account.",
    ),
    "+15005550008": (21611, "This 'From' number {number} has exceeded the maximum number of queued messages."),
}
_MAGIC_RECEIVERS = {
    "+15005550001": (21211, "The 'To' number {number} is not a valid phone number."),
    "+15005550002": (
        21612,
        "The 'To' phone number: {number}, is not currently reachable using the 'From' phone number: {sender} via SMS.",
    ),
    "+15005550003": (
        21408,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: {number}.",
    ),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number: {number}, is not a valid mobile number"),
}


def check_receiver(number: str, sender: str) -> None:
    """Raise the error Twilio has for a number that cannot get a message from this sender."""
    if number in _MAGIC_RECEIVERS:
        raise _error(_MAGIC_RECEIVERS[number], number, sender)
    if not _possible(number):
        raise _error(_MAGIC_RECEIVERS["+15005550001"], number, sender)
    if not sender.startswith("+") and number.startswith(_NO_ALPHANUMERIC):
        raise _error(_MAGIC_RECEIVERS["+15005550002"], number, sender)


def check_sender(sender: str, *, owned: bool) -> None:
    """Raise the error Twilio has for a sender: one that is none, or a number the account does not own."""
    if magic := MAGIC_SENDERS.get(sender):
        raise _error(magic, sender, sender)
    if _E164.fullmatch(sender):
        if not owned:
            raise TwilioError(21659, f"'From' {sender} is not a Twilio phone number or Short Code country mismatch")
    elif not _ALPHANUMERIC.fullmatch(sender):
        raise _error(
            (21212, "The 'From' number {number} is not a valid phone number, shortcode, or alphanumeric sender ID."),
            sender,
            sender,
        )


def _possible(number: str) -> bool:
    """A number in E.164 with as many digits as its country gives. Whether it is assigned, nobody knows."""
    if not _E164.fullmatch(number):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _error(known: tuple[int, str], number: str, sender: str) -> TwilioError:
    return TwilioError(known[0], known[1].format(number=number, sender=sender))
