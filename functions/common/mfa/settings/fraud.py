"""The settings of fraud budgets: how many messages may go to phones that nobody has confirmed yet, and to how many countries."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from mfa.settings.forms import labelled

type FraudMode = Literal["off", "observe", "enforce"]
type _Messages = Annotated[int, Meta(ge=1, le=10_000_000, extra_json_schema={"x-unit": "messages"})]


class Fraud(Struct, frozen=True, forbid_unknown_fields=True):
    """Budgets for messages to phones that were not verified before today, by region. They grow with confirmed messages.

    Phones that their users enrol are always held to them, whatever the mode.
    """

    mode: Annotated[
        FraudMode,
        labelled(
            "Fraud budgets",
            "observe records the messages that enforce would refuse. Phones that users add themselves are always held to them.",
        ),
    ] = "observe"
    daily_floor: Annotated[_Messages, labelled("Always allowed per country and day")] = 20
    hourly_floor: Annotated[_Messages, labelled("Always allowed per country and hour")] = 3
    share: Annotated[
        float,
        Meta(ge=0, le=1),
        labelled(
            "Share of confirmed messages",
            "So many unconfirmed messages may go to new phones for each confirmed one: 0.2 is one for five.",
            unit="share",
        ),
    ] = 0.2
    regions_per_address_per_day: Annotated[
        int,
        Meta(ge=1, le=250),
        labelled(
            "Countries per address and day",
            "An IP address has messages sent to so many countries where the user has no verified phone. A confirmed message "
            "makes room again.",
            unit="countries",
        ),
    ] = 3
