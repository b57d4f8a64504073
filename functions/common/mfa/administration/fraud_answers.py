"""The answers about fraud budgets."""

from msgspec import Struct

from mfa.http.answers import Time
from mfa.settings.fraud import FraudMode


class RegionFraud(Struct, frozen=True):
    """A region's messages today (UTC), those to new phones that nobody has confirmed, their budgets, and the decisions.

    `sent` leaves out messages to test numbers: nothing went out. `unverified_by_hour` and `verified_by_hour` are those of the day's 24 hours, as they stand now.
    """

    region: str
    sent: int
    verified: int
    unverified_today: int
    unverified_this_hour: int
    daily: int
    hourly: int
    would_refuse: int
    refused: int
    unverified_by_hour: list[int]
    verified_by_hour: list[int]


class FraudReport(Struct, frozen=True):
    """The mode, when thresholds were computed last, and the regions to which messages went today."""

    mode: FraudMode
    computed_at: Time | None
    items: list[RegionFraud]


class FraudComputed(Struct, frozen=True):
    """The number of regions that have confirmed messages, and so thresholds of their own."""

    regions: int
