"""What reaches a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Delivered:
    """A message or a call as it reaches a phone: plain numbers, and for a call what is spoken."""

    to: str
    sender: str
    body: str
    at: datetime
    channel: str = "sms"  # or whatsapp, voice
    language: str = ""  # of a call, as its TwiML gives it
