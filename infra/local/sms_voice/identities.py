"""Decides which of the account's identities a message comes from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infra.local.phone_numbers import region
from infra.local.sms_voice.account import Account
from infra.local.sms_voice.errors import SmsVoiceError, invalid, not_found

_SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,11}")
# https://docs.aws.amazon.com/sms-voice/latest/userguide/phone-numbers-sms-by-country.html
_NO_SENDER_IDS = ("US", "CA", "CN", "MX", "BR", "AR")
_REGISTERED_SENDER_IDS = ("SG", "IN", "GB", "PH", "TR", "AE", "SA", "VN", "TH", "RU", "LK")


@dataclass(frozen=True)
class Origin:
    """The sender of a message as the phone shows it."""

    shown: str
    is_number: bool


def origin(account: Account, identity: str | None, to: str) -> Origin:
    """The identity that a request names, or the account's number if it names none. Raises `SmsVoiceError`."""
    own = Origin(account.phone_number, True)
    if identity is None:
        return own
    name = _unqualified(account, identity)
    numbers = {account.phone_number, account.phone_number.removeprefix("+"), account.phone_number_id}
    if name in numbers or name == account.pool_id:
        return own
    if name.startswith("pool-"):
        raise not_found("pool", identity)
    if name.startswith(("phone-", "+")) or name.isdecimal():
        raise not_found("phone-number", identity)
    if not _SENDER_ID.fullmatch(name):
        raise not_found("sender-id", identity)
    if problem := _problem(account, name, region(to)):
        raise problem
    return Origin(name, False)


def _unqualified(account: Account, identity: str) -> str:
    """An identity without its ARN. Raises the error of another account's ARN, or of an ARN of something else."""
    if not identity.startswith("arn:"):
        return identity
    for kind in ("phone-number", "pool", "sender-id"):
        prefix = account.arn(f"{kind}/")
        if identity.startswith(prefix):
            return identity.removeprefix(prefix).partition("/")[0]
    raise invalid("INVALID_ARN", [("OriginationIdentity", "The ARN names no identity of this account")])


def _problem(account: Account, sender_id: str, country: str) -> SmsVoiceError | None:
    if country in _NO_SENDER_IDS:
        return invalid("SENDER_ID_NOT_SUPPORTED", [("OriginationIdentity", f"{country} does not support sender IDs")])
    registered = (sender_id.upper(), country) in account.registered_sender_ids
    if country in _REGISTERED_SENDER_IDS and not registered:
        words = f"{country} requires that sender IDs are registered"
        return invalid("SENDER_ID_REQUIRES_REGISTRATION", [("OriginationIdentity", words)])
    return None
