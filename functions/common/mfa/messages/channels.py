"""The channels that a passcode goes out by."""

from enum import StrEnum


class Channel(StrEnum):
    """How a passcode goes out. The second factor that it proves is named in `amr` (RFC 8176)."""

    SMS = "sms"
    VOICE = "voice"
    WHATSAPP = "whatsapp"
    EMAIL = "email"

    @property
    def amr(self) -> str:
        """The authentication method reference: a message to the phone, a call, or a mail."""
        return {Channel.VOICE: "tel", Channel.EMAIL: "email"}.get(self, "sms")

    @property
    def is_mail(self) -> bool:
        """Whether it goes to the contact email and not to a phone."""
        return self is Channel.EMAIL


# How a phone can be reached.
PHONE_CHANNELS = (Channel.SMS, Channel.VOICE, Channel.WHATSAPP)
