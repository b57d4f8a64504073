"""The routes of a message: those of the settings, or the one sender of the setting `twilio.sender`."""

from collections.abc import Collection

from msgspec import structs

from mfa.messages.channels import PHONE_CHANNELS, Channel, ProviderName
from mfa.settings.routes import Route, RouteSender
from mfa.settings.values import Settings


def routes_of(settings: Settings) -> tuple[Route, ...]:
    """All routes in the order in which they are tried. Without the setting `routes`: one by Twilio, to all regions."""
    if settings.routes:
        return tuple(settings.routes)
    sender = settings.twilio.sender
    return (Route("twilio", RouteSender(**structs.asdict(sender))),) if sender else ()


def routes_to(settings: Settings, region: str, channel: Channel) -> tuple[Route, ...]:
    """The routes that take this channel to this region, the first one to be tried first.

    >>> routes_to(Settings(), "HK", Channel.SMS)  # without a sender
    ()
    """
    return tuple(route for route in routes_of(settings) if route.leads_to(region) and route.takes(channel))


def can_go_out(settings: Settings, region: str, channel: Channel, paused: Collection[ProviderName]) -> bool:
    """Whether a route to this region takes the channel while these providers are paused."""
    if not settings.routes:
        return "twilio" not in paused
    return any(route.provider not in paused for route in routes_to(settings, region, channel))


def offered_channels(settings: Settings, paused: Collection[ProviderName]) -> tuple[Channel, ...]:
    """The channels to phones that are offered. With routes: those that some provider takes that is not paused."""
    routes = [route for route in settings.routes if route.provider not in paused]
    return tuple(
        channel
        for channel in PHONE_CHANNELS
        if channel.is_offered(settings) and (not settings.routes or any(route.takes(channel) for route in routes))
    )


def provided_channels(settings: Settings) -> frozenset[Channel]:
    """The channels to phones that some route takes."""
    return frozenset(
        channel for channel in PHONE_CHANNELS if any(route.takes(channel) for route in routes_of(settings))
    )
