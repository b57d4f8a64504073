"""The prices of messages: those in force, and the fetch of Twilio's list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mfa.administration.price_answers import PriceLists, PriceOf, PriceUpdate
from mfa.errors import SmsUnavailable
from mfa.messages.channels import PHONE_CHANNELS, PROVIDERS, PhoneChannelName
from mfa.settings.prices import FetchedPrices, shipped
from mfa.settings.values import StoredSettings
from mfa.times import rfc3339
from mfa.users.event_log import product_event
from mfa.users.history import Event, EventType

# The time of a fetch, in seconds. The function has 20.
FETCH_SECONDS = 12.0


class FetchedList(Protocol):
    """A part of a price list."""

    @property
    def micro_usd(self) -> dict[PhoneChannelName, dict[str, int]]: ...
    @property
    def reached(self) -> str: ...


class PriceSource(Protocol):
    """Fetches a price list."""

    def fetch(self, regions: Iterable[str], after: str, until: float) -> FetchedList: ...


class KeptPrices(Protocol):
    """Keeps fetched prices."""

    def load(self) -> FetchedPrices: ...
    def update(self, new: FetchedPrices) -> None: ...
    def record_failure(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAdministration:
    """Reads and fetches prices."""

    source: PriceSource
    store: KeptPrices
    regions: Callable[[], Sequence[str]]
    clock: Callable[[], float]

    def update(self) -> PriceUpdate:
        """Fetches as much of Twilio's list as the time suffices for, and keeps every other price that is known.

        Raises SettingsIncomplete without an account, and SmsUnavailable, which the log shows, if Twilio gives no price.
        """
        began, known = self.clock(), self.store.load()
        try:
            found = self.source.fetch(self.regions(), known.reached, began + FETCH_SECONDS)
        except SmsUnavailable as failure:
            self.store.record_failure(product_event(EventType.PRICES_FAILED, began, {"reason": failure.code}))
            raise
        self.store.update(FetchedPrices(began, found.reached, {"twilio": found.micro_usd}))
        return PriceUpdate(sum(map(len, found.micro_usd.values())), found.reached)

    def get(self, stored: StoredSettings) -> PriceLists:
        """The prices in force of every region, by each provider that sends the channel."""
        prices = stored.prices()
        fetched_at = prices.fetched.fetched_at
        return PriceLists(
            fetched_at=rfc3339(fetched_at) if fetched_at else None,
            shipped_as_of=shipped().as_of,
            shipped_source=shipped().source,
            items=[
                PriceOf(region, channel.value, provider, *prices.of(region, channel, provider))  # type: ignore[arg-type]  # to a phone
                for region in self.regions()
                for channel in PHONE_CHANNELS
                for provider in PROVIDERS
                if channel.traits.senders_of(provider)
            ],
        )
