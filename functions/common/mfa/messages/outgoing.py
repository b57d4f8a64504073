"""A message that is ready to go out."""

from dataclasses import dataclass, field

from mfa.messages.channels import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message that is ready to go out.

    Attributes:
        channel: how it goes out.
        address: the number or the email address.
        region: the ISO 3166 region of the number, by which its route is chosen.
        body: the text, the call's TwiML, the template's variable, or the mail's body.
        subject: of a mail.
        ref: its receipt in the vendor's callbacks; empty where nobody waits for them.
        valid_seconds: how long the vendor may try to deliver it.
        is_notice: whether it tells of something and carries no passcode.
        to_verified: whether a passcode that was sent to this phone came back once.
        takes_feedback: whether the vendor is told once its passcode came back.
    """

    channel: Channel
    address: str = field(repr=False)
    body: str = field(repr=False)
    subject: str = ""
    region: str = ""
    ref: str = ""
    valid_seconds: int
    is_notice: bool = False
    to_verified: bool = False
    takes_feedback: bool = False
