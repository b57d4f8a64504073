"""Prices of messages in micro-USD, by provider, channel and region.

The administrator's own prices come first, then those of the provider's price list as it was last fetched, then those that
the product is shipped with (`list_prices.json`, which names its date and sources). Each table of the shipped list has a
price for regions that it does not name, higher than most, since an estimate that is too low would let a day cost more
than its ceiling.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from mfa.messages.channels import Channel, PhoneChannelName, ProviderName
from mfa.settings.documents import read_json
from mfa.settings.forms import REGION

# A micro-USD is a millionth of a US dollar.
USD = 1_000_000
# The dearest price that an administrator may name, in USD.
DEAREST = 10
# For regions that a table of the shipped list does not name.
_ELSEWHERE = "*"

# A price of less than nothing would let a day cost more than its ceiling.
type MicroUsd = Annotated[int, Meta(ge=0, le=DEAREST * USD)]


class PriceOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """The operator's own price of a segment, a call or a WhatsApp message to a region."""

    region: Annotated[str, Meta(pattern=REGION)]
    channel: PhoneChannelName
    usd: Annotated[float, Meta(ge=0, le=DEAREST)]


class FetchedPrices(Struct, frozen=True):
    """Providers' price lists as the table keeps them.

    Attributes:
        fetched_at: when a price was last fetched, in seconds since 1970; 0: never.
        reached: the last region of the last fetch, after which the next one goes on.
        micro_usd: by provider, channel and region.
    """

    fetched_at: float = 0
    reached: str = ""
    micro_usd: dict[ProviderName, dict[PhoneChannelName, dict[str, MicroUsd]]] = {}

    def updated(self, new: "FetchedPrices") -> "FetchedPrices":
        """These prices with the new ones in their place. No price that is known is lost."""
        merged = {
            provider: {channel: dict(table) for channel, table in of.items()} for provider, of in self.micro_usd.items()
        }
        for provider, of in new.micro_usd.items():
            for channel, table in of.items():
                merged.setdefault(provider, {}).setdefault(channel, {}).update(table)
        return FetchedPrices(new.fetched_at or self.fetched_at, new.reached, merged)


class Price(NamedTuple):
    """A price in micro-USD, and the list that it is from: `override`, `fetched` or `shipped`."""

    micro_usd: int
    source: Literal["override", "fetched", "shipped"]


class Prices:
    """The prices in force.

    ```python
    Prices.in_force(settings.prices.overrides, document).of("HK", Channel.SMS).micro_usd
    ```
    """

    def __init__(self, overrides: Mapping[tuple[str, str], int], fetched: FetchedPrices) -> None:
        self._overrides = overrides
        self.fetched = fetched

    @classmethod
    def in_force(cls, overrides: list[PriceOverride], document: str | None) -> "Prices":
        """The prices of these settings and of this item. An item that cannot be read counts as none."""
        return cls({(each.region, each.channel): round(each.usd * USD) for each in overrides}, read_fetched(document))

    def of(self, region: str, channel: Channel, provider: ProviderName = "twilio") -> Price:
        """The price of one segment, one call of up to a minute, or one WhatsApp message. A mail costs nothing here."""
        if not channel.to_phone:
            return Price(0, "shipped")
        name: Any = channel.value
        if (override := self._overrides.get((region, name))) is not None:
            return Price(override, "override")
        if (fetched := self.fetched.micro_usd.get(provider, {}).get(name, {}).get(region)) is not None:
            return Price(fetched, "fetched")
        tables = shipped().micro_usd
        table = tables[provider].get(name) or tables["twilio"][name]
        return Price(table.get(region, table[_ELSEWHERE]), "shipped")


class ShippedPrices(Struct, frozen=True):
    """The shipped list: its date, its sources, and its prices."""

    as_of: str
    source: str
    micro_usd: dict[ProviderName, dict[PhoneChannelName, dict[str, int]]]

    def regions(self) -> list[str]:
        """The regions that it names."""
        tables = [table for of in self.micro_usd.values() for table in of.values()]
        return sorted({region for table in tables for region in table} - {_ELSEWHERE})


@functools.cache
def shipped() -> ShippedPrices:
    """The prices that the product is shipped with."""
    return msgspec.json.decode(Path(__file__).with_name("list_prices.json").read_bytes(), type=ShippedPrices)


def read_fetched(document: str | None) -> FetchedPrices:
    """The fetched prices in an item's document; none if there is none, or it cannot be read."""
    return read_json(document, FetchedPrices) or FetchedPrices()
