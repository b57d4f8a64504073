"""The settings of tries at passwords."""

from typing import Annotated

from msgspec import Meta, Struct

from mfa.settings.forms import labelled


class PasswordLimits(Struct, frozen=True, forbid_unknown_fields=True):
    """How many passwords may be tried. A right one does not count."""

    max_per_name_and_address_per_hour: Annotated[
        int, Meta(ge=1, le=1000), labelled("For a name from an address in an hour", unit="wrong passwords")
    ] = 10
    max_per_address_per_hour: Annotated[
        int,
        Meta(ge=10, le=1_000_000),
        labelled(
            "From an address in an hour",
            "Names whose password was right at that address lately do not count, and are not refused.",
            unit="wrong passwords",
        ),
    ] = 100
    free_in_a_row: Annotated[
        int,
        Meta(ge=1, le=20),
        labelled(
            "For a name without a pause",
            "From all addresses together, since the last right one. Then a pause of a second, which doubles up to 15 minutes.",
            unit="wrong passwords",
        ),
    ] = 20
    max_in_a_row: Annotated[
        int,
        Meta(ge=20, le=1000),
        labelled(
            "For a name until it is unlocked",
            "Then the name is refused where its password was not right lately, until a right one, a new one or an unlock.",
            unit="wrong passwords",
        ),
    ] = 100
    familiar_days: Annotated[
        int,
        Meta(ge=1, le=90),
        labelled("An address stays familiar", "After a right password of the same name from there.", unit="days"),
    ] = 30
