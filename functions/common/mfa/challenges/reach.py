"""The phones that a passcode can be sent to, and whether it may be sent now."""

from collections.abc import Collection, Iterable

from mfa.factors.phones import Phone
from mfa.messages.channels import PHONE_CHANNELS, ProviderName
from mfa.settings.routing import can_go_out
from mfa.settings.values import Settings
from mfa.users.user import Kind, User


def receives(phone: Phone, settings: Settings, lacking: Collection[ProviderName] = ()) -> bool:
    """Whether a passcode can be sent to the phone by one of the channels that are offered, and by a route to its country.

    `lacking`: the providers by which the stack does not send, whatever the routes say.
    """
    return settings.regions.permits(phone.region) and any(
        channel.is_offered(settings)
        and phone.takes(by_call=channel.traits.reaches_landlines)
        and can_go_out(settings, phone.region, channel, paused=lacking)
        for channel in PHONE_CHANNELS
    )


def proven_phone(phones: Iterable[Phone], settings: Settings) -> Phone | None:
    """A verified phone that a passcode can be sent to, or None: for a factor that must stay, an unverified one does not count."""
    return next((phone for phone in phones if phone.verified and receives(phone, settings)), None)


def fixed_code(user: User, phone: Phone, settings: Settings) -> str | None:
    """The passcode of a test number, to which nothing is sent. A system user has none."""
    return fixed_code_of(user.kind, phone.number, settings)


def fixed_code_of(kind: Kind, number: str, settings: Settings) -> str | None:
    """The same, by the user's kind and the number."""
    if kind is Kind.SYSTEM:
        return None
    return next((test.code for test in settings.test_numbers if test.number == number), None)


def goes_out_to(user: User, phone: Phone, settings: Settings) -> bool:
    """Whether a login may be confirmed on the phone while the setting `sending` is as it is. It does not stop test numbers."""
    return settings.sends_to(verified=phone.verified) or fixed_code(user, phone, settings) is not None
