"""Routes: the providers and senders that messages to a region go by, in the order in which they are tried."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.messages.channels import Channel, ProviderName, RouteSenderKind
from mfa.settings.forms import E164, POOL_ID, REGION, SENDER_NAME, SERVICE_SID, labelled


class RouteSender(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The sender of a route: exactly one of the four. Twilio has Messaging Services, AWS has pools; both have the others."""

    phone_number: Annotated[Annotated[str, Meta(pattern=E164)] | None, labelled("Sender number")] = None
    messaging_service_sid: Annotated[
        Annotated[str, Meta(pattern=SERVICE_SID)] | None, labelled("Messaging Service SID", "Of Twilio.")
    ] = None
    alphanumeric: Annotated[
        Annotated[str, Meta(min_length=1, max_length=11, pattern=SENDER_NAME)] | None,
        labelled("Name", "At AWS it is called a sender ID."),
    ] = None
    pool_id: Annotated[Annotated[str, Meta(pattern=POOL_ID)] | None, labelled("Pool ID", "Of AWS.")] = None

    def __post_init__(self) -> None:
        given = (self.phone_number, self.messaging_service_sid, self.alphanumeric, self.pool_id)
        if sum(value is not None for value in given) != 1:
            raise ValueError("exactly one of phone_number, messaging_service_sid, alphanumeric, pool_id")

    @property
    def kind(self) -> RouteSenderKind:
        """The name of the field that is set."""
        if self.phone_number is not None:
            return "phone_number"
        if self.messaging_service_sid is not None:
            return "messaging_service_sid"
        return "alphanumeric" if self.alphanumeric is not None else "pool_id"

    @property
    def identity(self) -> str:
        """The sender as the provider names it."""
        return self.phone_number or self.messaging_service_sid or self.alphanumeric or self.pool_id or ""


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider and a sender for messages to some regions, or to all."""

    provider: Annotated[ProviderName, labelled("Provider")]
    sender: Annotated[RouteSender, labelled("Sender")]
    regions: Annotated[
        Literal["*"] | Annotated[list[Annotated[str, Meta(pattern=REGION)]], Meta(min_length=1)],
        labelled("Countries"),
    ] = "*"
    max_price: Annotated[
        Annotated[float, Meta(ge=0.001, le=10)] | None,
        labelled(
            "Highest price",
            "AWS sends no message that costs more in all, and makes no call that costs more a minute.",
            unit="USD",
        ),
    ] = None

    def leads_to(self, region: str) -> bool:
        """Whether messages to this region go by it."""
        return self.regions == "*" or region in self.regions

    def takes(self, channel: Channel) -> bool:
        """Whether its provider sends by this channel from such a sender."""
        return self.sender.kind in channel.traits.senders_of(self.provider)
