"""The account of the simulated Twilio."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.twilio.numbers import MAGIC_SENDER


@dataclass(frozen=True)
class Content:
    """A content template that WhatsApp has approved; `{{1}}` is its variable 1."""

    name: str
    language: str
    text: str
    channels: tuple[str, ...] = ("whatsapp",)


# WhatsApp writes the text of an authentication template, not its author.
_PASSCODE = Content("passcode", "en", "{{1}} is your verification code. For your security, do not share this code.")
_NOTICE = Content("notice", "en", "Your account: {{1}}", ("whatsapp", "sms"))


@dataclass(frozen=True)
class Account:
    """An account: its credentials, its senders, and its content templates by SID."""

    sid: str
    auth_token: str = field(repr=False)
    phone_numbers: tuple[str, ...]
    messaging_service_sid: str
    contents: Mapping[str, Content] = field(default_factory=dict)
    whatsapp_numbers: tuple[str, ...] = ()
    secondary_auth_token: str = field(default="", repr=False)

    @property
    def content_sid(self) -> str:
        """The authentication template: variable 1 is the code."""
        return next(iter(self.contents))

    def owns(self, number: str) -> bool:
        return number in self.phone_numbers or number == MAGIC_SENDER


def local_account(name: str = "local") -> Account:
    """An account derived from a name. The same name gives the same credentials on every machine, in every run."""
    return Account(
        sid="AC" + _hex(name, "account sid"),
        auth_token=_hex(name, "auth token"),
        phone_numbers=("+12063125010",),
        messaging_service_sid="MG" + _hex(name, "messaging service sid"),
        contents={f"HX{_hex(name, f'content sid {content.name}')}": content for content in (_PASSCODE, _NOTICE)},
        whatsapp_numbers=("+12063125010",),
        secondary_auth_token=_hex(name, "secondary auth token"),
    )


def _hex(name: str, purpose: str) -> str:
    return hashlib.sha256(f"simulated twilio/{name}/{purpose}".encode()).hexdigest()[:32]
