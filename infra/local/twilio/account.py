"""The account the simulated Twilio knows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from infra.local.twilio.numbers import MAGIC_SENDERS


@dataclass(frozen=True)
class Account:
    """An account: its credentials and what it may send from."""

    sid: str
    auth_token: str = field(repr=False)
    phone_numbers: tuple[str, ...]
    messaging_service_sid: str

    def owns(self, number: str) -> bool:
        return number in self.phone_numbers or number in MAGIC_SENDERS


def local_account(name: str = "local") -> Account:
    """An account made from a name: the same name gives the same credentials on every machine, in every run."""
    return Account(
        sid="AC" + _hex(name, "account sid"),
        auth_token=_hex(name, "auth token"),
        phone_numbers=("+12063125010",),
        messaging_service_sid="MG" + _hex(name, "messaging service sid"),
    )


def _hex(name: str, purpose: str) -> str:
    return hashlib.sha256(f"simulated twilio/{name}/{purpose}".encode()).hexdigest()[:32]
