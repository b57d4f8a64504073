"""A message that is ready to go out."""

from dataclasses import dataclass, field

from mfa.messages.channels import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What goes out: a text, a call's TwiML, a template's variables, or a mail. Worthless after `valid_seconds`."""

    channel: Channel
    address: str = field(repr=False)
    body: str = field(repr=False)
    subject: str = ""
    ref: str = ""
    valid_seconds: int
