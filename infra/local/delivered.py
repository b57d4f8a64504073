"""A message or a call that reaches a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Delivered:
    """A message or a call as it reaches a phone: plain numbers, and the text, which a call speaks."""

    to: str
    sender: str
    body: str
    at: datetime
    channel: str = "sms"  # or whatsapp, voice
    language: str = ""  # of a call, from its TwiML or SSML
    provider: str = "twilio"  # or aws
