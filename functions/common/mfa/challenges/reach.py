"""The phones that a passcode can be sent to."""

from collections.abc import Iterable

from mfa.factors.phones import Phone
from mfa.messages.channels import PHONE_CHANNELS
from mfa.settings.values import Settings


def receives(phone: Phone, settings: Settings) -> bool:
    """Whether a passcode can be sent to the phone by one of the channels that are offered."""
    return settings.regions.permits(phone.region) and any(
        channel.is_offered(settings) and phone.takes(by_call=channel.traits.reaches_landlines)
        for channel in PHONE_CHANNELS
    )


def proven_phone(phones: Iterable[Phone], settings: Settings) -> Phone | None:
    """A verified phone that a passcode can be sent to, or None: for a factor that must stay, an unverified one does not count."""
    return next((phone for phone in phones if phone.verified and receives(phone, settings)), None)
