"""The table of channels: the abilities of each way that a passcode goes out.

A new channel is a value of `Channel` and a row of CHANNELS, the client of its vendor in `delivery`, its texts (a `Form` of
its own in `composition`, where none of the forms fits) and its tests. No other module names a channel: they ask the row.

    >>> Channel.VOICE.traits.reaches_landlines
    True
"""

from collections.abc import Mapping
from enum import StrEnum
from operator import attrgetter
from typing import Literal, NamedTuple

from mfa.factors.factors import Factor, Proof

# The two counts of sends, each with a cooldown of its own: all that reaches a phone shares one.
type LaneName = Literal["messages", "email"]
# The three kinds of sender that the setting `twilio.sender` may hold.
type SenderKind = Literal["phone_number", "messaging_service_sid", "alphanumeric"]
# Those of a route: AWS has pools of numbers, too.
type RouteSenderKind = Literal["phone_number", "messaging_service_sid", "alphanumeric", "pool_id"]
type ProviderName = Literal["twilio", "aws"]
# A channel to phones, as prices name it.
type PhoneChannelName = Literal["sms", "voice", "whatsapp"]
PROVIDERS: Mapping[ProviderName, str] = {"twilio": "Twilio", "aws": "AWS"}
_SENDER_WORDS: Mapping[SenderKind, str] = {
    "phone_number": "a phone number",
    "messaging_service_sid": "a Messaging Service",
    "alphanumeric": "an alphanumeric sender",
}


class Channel(StrEnum):
    """How a passcode goes out. The value is the one of the API, the table and the metrics."""

    SMS = "sms"
    VOICE = "voice"
    WHATSAPP = "whatsapp"
    EMAIL = "email"

    @property
    def traits(self) -> "ChannelTraits":
        """The channel's row of CHANNELS."""
        return CHANNELS[self]

    @property
    def to_phone(self) -> bool:
        """Whether it reaches a phone. A right code then proves the phone."""
        return self.traits.factor is Factor.PHONE

    @property
    def vendor(self) -> str:
        """The vendor of its messages, as histories and logs name it."""
        return "twilio" if self.to_phone else "ses"

    def is_offered(self, settings: object) -> bool:
        """Whether these settings (`mfa.settings.values.Settings`) switch it on."""
        switch = self.traits.switch
        return switch is None or bool(attrgetter(switch)(settings))


class Form(StrEnum):
    """The form of a channel's messages. `composition` has a composer for each."""

    TEXT = "text"
    CALL = "call"
    TEMPLATE = "template"
    MAIL = "mail"


class ChannelTraits(NamedTuple):
    """The abilities of a channel. A named tuple: every cold start makes it, in a third of the time of a dataclass.

    Attributes:
        label: Its name on screens and in documents, after "by": "by text message".
        amr: How an access token names the proof (RFC 8176).
        form: The form of its messages.
        factor: The factor that a right code proves, and so where the channel leads: to a phone or to the contact email.
        lane: The count and the cooldown that its sends are charged to.
        switch: The setting that offers it, as a path; None: it is always offered.
        senders: The kinds of `twilio.sender` that it can come from; empty: it does not go out through Twilio.
        aws_senders: The kinds of a route's sender that it can come from through AWS; empty: AWS does not send it.
        reaches_landlines: Whether it reaches numbers that take no messages.
        paid_by_segment: Whether it is priced by the segments of its text (3GPP TS 23.040), and not by the message.
        names_deed: Whether its messages can say what a code confirms. A vendor's approved template cannot, and mail may not.
        max_sends: How many of its lane may go out between two successes; None: as many as the setting `max_sends` says.
    """

    label: str
    amr: Proof
    form: Form
    factor: Factor = Factor.PHONE
    lane: LaneName = "messages"
    switch: str | None = None
    senders: frozenset[SenderKind] = frozenset()
    aws_senders: frozenset[RouteSenderKind] = frozenset()
    reaches_landlines: bool = False
    paid_by_segment: bool = False
    names_deed: bool = False
    max_sends: int | None = None

    def senders_of(self, provider: ProviderName) -> frozenset[RouteSenderKind]:
        """The kinds of sender that it can come from through this provider."""
        return self.aws_senders if provider == "aws" else frozenset[RouteSenderKind](self.senders)

    @property
    def senders_in_words(self) -> str:
        """The kinds of sender that it can come from, as in "a phone number or a Messaging Service"."""
        *most, last = [words for kind, words in _SENDER_WORDS.items() if kind in self.senders] or [""]
        return f"{', '.join(most)} or {last}" if most else last


# In the order in which a client offers them.
CHANNELS: Mapping[Channel, ChannelTraits] = {
    Channel.SMS: ChannelTraits(
        label="text message",
        amr=Proof.MESSAGE,
        form=Form.TEXT,
        senders=frozenset(("phone_number", "messaging_service_sid", "alphanumeric")),
        aws_senders=frozenset(("phone_number", "alphanumeric", "pool_id")),
        paid_by_segment=True,
        names_deed=True,
    ),
    Channel.VOICE: ChannelTraits(
        label="call",
        amr=Proof.CALL,
        form=Form.CALL,
        switch="voice.enabled",
        senders=frozenset(("phone_number",)),
        aws_senders=frozenset(("phone_number",)),
        reaches_landlines=True,
        names_deed=True,
    ),
    Channel.WHATSAPP: ChannelTraits(
        label="WhatsApp",
        amr=Proof.MESSAGE,
        form=Form.TEMPLATE,
        switch="whatsapp.content_sid",
        senders=frozenset(("phone_number", "messaging_service_sid")),
    ),
    Channel.EMAIL: ChannelTraits(
        label="email",
        factor=Factor.EMAIL,
        amr=Proof.EMAIL,
        lane="email",
        form=Form.MAIL,
        switch="email_sender",
        max_sends=3,
    ),
}

# Used if no channel was asked for, and for notices and settings tests.
DEFAULT = Channel.SMS
# Where a passcode goes if the user has no phone at hand.
RECOVERY = Channel.EMAIL
# For phones that take no messages.
TO_LANDLINES = Channel.VOICE
PHONE_CHANNELS = tuple(channel for channel in CHANNELS if channel.to_phone)
DEED_CHANNELS = tuple(channel for channel in CHANNELS if channel.traits.names_deed)
