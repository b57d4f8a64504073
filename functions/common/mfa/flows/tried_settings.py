"""Settings on the screen, saved or not, as a test of them sends: its route, and the fields at which a refusal is shown."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from msgspec import UNSET, structs

from mfa import errors
from mfa.challenges.account import Account
from mfa.challenges.settings_tests import Candidate
from mfa.messages.channels import Channel, ProviderName
from mfa.settings.routes import Route, RouteSender
from mfa.settings.validation import SWITCHED_OFF, merged
from mfa.settings.values import Sending, Settings, SettingsPatch, StoredSettings
from mfa.vendor_errors import look_up

# Why a test is refused, by the setting `sending`.
_STOPPED: dict[Sending, str] = {
    "off": "is off, so that no message goes out",
    "verified_only": "lets messages go to verified phones only, and this is none of yours",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """The settings on the screen.

    Attributes:
        patch: what is changed of the saved ones.
        route: the place in `routes` of the one to test; None for the sender of the setting `twilio.sender`.
    """

    patch: SettingsPatch = field(repr=False)
    route: int | None = None


@dataclass(frozen=True, slots=True)
class TriedSettings:
    """The settings that a test is sent with, and the one route that it takes."""

    settings: Settings
    candidate: Candidate
    place: int | None = None

    @property
    def by_this_route(self) -> Settings:
        """The settings with no route but this one, which leads everywhere: a test may go to any phone."""
        return structs.replace(self.settings, routes=[structs.replace(self.candidate.route, regions="*")])

    def refuse_channel(self, channel: Channel) -> None:
        """Raises InvalidRequest if the route to test does not take the channel."""
        if self.place is not None and not self.candidate.route.takes(channel):
            raise errors.InvalidRequest(f"routes[{self.place}].sender", f"sends nothing by {channel.traits.label}")

    def refuse_stopped(self, account: Account, number: str, saved: Settings) -> None:
        """Raises InvalidRequest while the settings, as saved or as on the screen, stop messages to the number."""
        verified = any(phone.number == number and phone.verified for phone in account.phones)
        for settings in (self.settings, saved):
            if not settings.sends_to(verified=verified):
                raise errors.InvalidRequest("sending", _STOPPED[settings.sending])

    def explained(self, error: str) -> errors.Refusal:
        """The vendor's error explained, at the field that is wrong if there is one."""
        known = look_up(error)
        if known.field is None:
            return known.refusal(known.explanation)
        return errors.InvalidRequest(self._field(known.field), known.explanation)

    def _field(self, named: str) -> str:
        """The sender that is wrong is the one of the route."""
        if self.place is None:
            return named
        if named == "routes":
            return f"routes[{self.place}]"
        return f"routes[{self.place}].sender" if named == "twilio.sender" else named


def tried_settings(
    stored: StoredSettings, screen: Screen, decrypt: Callable[[bytes], str], lacking: Collection[ProviderName]
) -> TriedSettings:
    """The settings to test. Raises InvalidRequest if a part that a test needs is missing.

    `lacking`: the providers by which the stack does not send.
    """
    settings, token = merged(stored.settings, screen.patch)
    route = _route(settings, screen.route)
    if route is not None and route.provider in lacking:
        raise errors.InvalidRequest(f"routes[{screen.route}].provider", SWITCHED_OFF[route.provider])
    if route is not None and route.provider == "aws":
        return TriedSettings(settings, Candidate(route), screen.route)
    if token is UNSET and stored.auth_token is not None:
        token = decrypt(stored.auth_token.ciphertext)
    twilio = settings.twilio
    if twilio.account_sid is None:
        raise errors.InvalidRequest("twilio.account_sid", "is required for a test")
    if not isinstance(token, str):
        raise errors.InvalidRequest("twilio.auth_token", "is required for a test")
    if route is None:
        if twilio.sender is None:
            raise errors.InvalidRequest("twilio.sender", "is required for a test")
        route = Route("twilio", RouteSender(**structs.asdict(twilio.sender)))
    return TriedSettings(settings, Candidate(route, twilio.account_sid, token), screen.route)


def _route(settings: Settings, place: int | None) -> Route | None:
    """The route at this place. Raises InvalidRequest if there is none."""
    if place is None:
        return None
    if not 0 <= place < len(settings.routes):
        raise errors.InvalidRequest("route", "is the place of no route of these settings; the first one is 0")
    return settings.routes[place]
