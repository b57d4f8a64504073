"""The second factors that a user can use right now, best first, as a client offers them."""

from collections.abc import Collection

from mfa.challenges.account import Account
from mfa.challenges.reach import goes_out_to
from mfa.factors.factors import FACTORS, Factor
from mfa.messages.channels import PHONE_CHANNELS, RECOVERY, Channel, ProviderName
from mfa.settings.routing import can_go_out, offered_channels
from mfa.settings.values import Settings

# An app needs no network and cannot be intercepted on the way; phones follow in the order of their channels. The reserve for
# emergencies comes last. A temporary access code is never offered: its holder knows about it.
METHODS: tuple[Channel | Factor, ...] = (Factor.TOTP, *PHONE_CHANNELS, RECOVERY, Factor.RECOVERY_CODE)


def methods_of(
    account: Account, settings: Settings, *, paused: Collection[ProviderName]
) -> tuple[Channel | Factor, ...]:
    """The methods in the order of METHODS. `paused`: the providers that do not accept the account at the moment."""
    held = account.factors
    usable: dict[Channel | Factor, bool] = {
        Factor.TOTP: held.can_prove_totp,
        Factor.RECOVERY_CODE: bool(held.recovery_codes_left),
        RECOVERY: can_recover(account, settings),
    }
    for channel in PHONE_CHANNELS:
        usable[channel] = _reaches_a_phone(account, settings, channel, paused)
    return tuple(method for method in METHODS if usable[method])


def factors_of(account: Account, settings: Settings, now: float) -> list[Factor]:
    """The factors that the user can use, as far as is known, in the order of FACTORS. Providers are not asked."""
    held, user = account.factors, account.existing_user
    usable = {
        Factor.PHONE: account.has_usable_phone,
        Factor.EMAIL: can_recover(account, settings),
        Factor.TOTP: held.can_prove_totp,
        Factor.RECOVERY_CODE: bool(held.recovery_codes_left),
        Factor.TEMPORARY_CODE: held.temporary_code_at(now) is not None,
    }
    return [factor for factor in FACTORS if usable[factor] and user.can_use(factor)]


def channels_of(account: Account, settings: Settings, paused: Collection[ProviderName]) -> tuple[Channel, ...]:
    """The channels that are offered; none while the setting `sending` stops them for all of the user's phones."""
    user = account.existing_user
    goes_out = settings.sending == "on" or any(goes_out_to(user, phone, settings) for phone in account.phones)
    return offered_channels(settings, paused) if goes_out else ()


def can_recover(account: Account, settings: Settings) -> bool:
    """Whether a passcode can be mailed to the user."""
    user = account.existing_user
    return user.can_use(RECOVERY.traits.factor) and bool(user.contact_email) and RECOVERY.is_offered(settings)


def _reaches_a_phone(account: Account, settings: Settings, channel: Channel, paused: Collection[ProviderName]) -> bool:
    """Whether the channel is offered, and one of the user's phones takes it, may get it, and is where a route leads now."""
    by_call = channel.traits.reaches_landlines
    return channel.is_offered(settings) and any(
        phone.takes(by_call=by_call)
        and settings.regions.permits(phone.region)
        and can_go_out(settings, phone.region, channel, paused)
        and goes_out_to(account.existing_user, phone, settings)
        for phone in account.phones
    )
