"""Sends by the routes of the settings: the providers of a region in order, and the next one only if nothing went out."""

from collections.abc import Callable
from copy import replace

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.providers import Provider
from mfa.delivery.timeouts import NEXT_ROUTE_SECONDS
from mfa.errors import DestinationBlocked, Refusal, SettingsIncomplete, SmsUnavailable
from mfa.messages.channels import Channel, ProviderName
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import Route
from mfa.settings.routing import routes_to
from mfa.settings.values import Settings
from mfa.vendor_errors import look_up


class RoutedMessenger:
    """Sends each message once, whichever route it takes.

    A message whose fate is not known is never sent by another route: two messages would go out for one claim.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        providers: Callable[[ProviderName], Provider],
        clock: Callable[[], float],
        *,
        apart: bool = False,
    ) -> None:
        """`providers` builds a provider when a route leads to it. `apart`: for functions that may not write the pause of a provider."""
        self._settings = settings
        self._providers = providers
        self._clock = clock
        self._apart = apart

    def check(self, channel: Channel, region: str) -> None:
        """Raises what the first route raises if none can be taken; SmsUnavailable if one of them is only paused.

        Raises DestinationBlocked if no route leads to the region.
        """
        refusals: list[Refusal] = []
        for route in self._routes(channel, region):
            try:
                return self._provider(route).check(channel, route)
            except (SettingsIncomplete, SmsUnavailable) as refusal:
                refusals.append(refusal)
        paused = [refusal for refusal in refusals if isinstance(refusal, SmsUnavailable)]
        raise min(paused, key=lambda refusal: refusal.retry_after or 0) if paused else refusals[0]

    def send(self, outgoing: Outgoing) -> Outcome:
        """Sends one message, or calls, once. It raises nothing."""
        began, last = self._clock(), None
        try:
            routes = self._routes(outgoing.channel, outgoing.region)
        except Refusal as refusal:  # since the check, the settings changed
            return Outcome(Delivery.FAILED, refusal.code, refusal)
        for route in routes:
            outcome = self._send(outgoing, route)
            # The vendor's own reason tells more than that another one is paused.
            if last is None or outcome.was_asked:
                last = outcome
            if not _sent_nothing(outcome) or self._clock() >= began + NEXT_ROUTE_SECONDS:
                break
        return last or Outcome(Delivery.FAILED, SettingsIncomplete.code, SettingsIncomplete())

    def _send(self, outgoing: Outgoing, route: Route | None) -> Outcome:
        provider = self._provider(route)
        outcome = (provider.send_apart if self._apart else provider.send)(outgoing, route)
        return replace(outcome, vendor=_name(route))

    def _provider(self, route: Route | None) -> Provider:
        return self._providers(_name(route))

    def _routes(self, channel: Channel, region: str) -> tuple[Route | None, ...]:
        """The routes to try; None is the sender of the setting `twilio.sender`."""
        settings = self._settings()
        if not settings.routes:
            return (None,)
        if found := routes_to(settings, region, channel):
            return found
        if any(route.leads_to(region) for route in settings.routes):
            raise SettingsIncomplete(f"No route sends passcodes by {channel.traits.label} to this country.")
        raise DestinationBlocked("No route leads to this country.")


def _name(route: Route | None) -> ProviderName:
    """The name of a route's provider."""
    return route.provider if route else "twilio"


def _sent_nothing(outcome: Outcome) -> bool:
    """Whether the message surely did not go out, for a reason that is not its number's."""
    refused = outcome.delivery is Delivery.FAILED and outcome.refusal is not None and not outcome.permanent
    return refused and look_up(outcome.error or "unknown").lets_others_try
