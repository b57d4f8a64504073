"""The answers of the operations on messages to users."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.administration.user_messages import MessageKind
from mfa.challenges.challenge import Delivery
from mfa.http.answers import Time
from mfa.vendor_errors import Acts


class MessageError(Struct, frozen=True):
    """Why a message was refused: the vendor's code, its meaning and advice in English, and who can act on it."""

    code: str
    meaning: str
    advice: str
    acts: Acts


class MessageView(Struct, frozen=True):
    """A message to a user, never its text."""

    id: str
    kind: Annotated[MessageKind, Meta(description="whether it carried a passcode, or was a test message without one")]
    sent_at: Time
    phone_id: str | None
    destination: Annotated[str | None, Meta(description="the phone, masked; null for a mail or a removed phone")]
    channel: Annotated[str, Meta(description="`sms`, `voice`, `whatsapp` or `email`")]
    provider: Annotated[str | None, Meta(description="`twilio`, `aws` or `ses`; null while it is not known")]
    status: Annotated[Delivery, Meta(description="how far it came; `unknown` if the vendor never said")]
    ended_at: Annotated[Time | None, Meta(description="when the vendor said how it ended")]
    error: MessageError | None
    confirmed: Annotated[bool, Meta(description="whether its passcode came back")]
    test_number: Annotated[bool, Meta(description="whether nothing went out, since the number is a test number")]
    by: Annotated[str, Meta(description="who caused it: a login name, a client's id or `iam`")]


class MessageList(Struct, frozen=True):
    """The latest messages to a user, newest first, and the time of the answer."""

    items: list[MessageView]
    server_time: Time
