"""The answers about prices."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.http.answers import Time
from mfa.messages.channels import PhoneChannelName, ProviderName


class PriceOf(Struct, frozen=True):
    """The price of a segment, a call of up to a minute, or a WhatsApp message, and the list that it is from."""

    region: str
    channel: PhoneChannelName
    provider: ProviderName
    micro_usd: Annotated[int, Meta(description="In millionths of a US dollar.")]
    source: Literal["override", "fetched", "shipped"]


class PriceLists(Struct, frozen=True):
    """The prices in force. `fetched_at` is null if Twilio's list was never fetched; `shipped_as_of` is a month."""

    fetched_at: Time | None
    shipped_as_of: str
    shipped_source: str
    items: list[PriceOf]


class PriceUpdate(Struct, frozen=True):
    """How many prices a fetch brought. The rest comes with the next one, which goes on behind the region `reached`."""

    fetched: int
    reached: str
