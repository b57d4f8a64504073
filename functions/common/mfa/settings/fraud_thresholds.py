"""Thresholds of fraud budgets: how many messages to new phones of a region may be unconfirmed.

The rule is authgear's published one against SMS pumping, "unverified OTPs by phone country":
https://github.com/authgear/authgear-server/blob/main/docs/specs/fraud-protection.md, worked through in
docs/specs/fraud-protection-simulate.py beside it. Theirs has one lower bound, 30 a day, and none for the hour; ours are settings.
"""

import math

from msgspec import Struct

from mfa.settings.documents import read_json
from mfa.settings.fraud import Fraud

# The days whose confirmed messages a threshold remembers.
DAYS = 14
HOURS = 24
# The product's earlier version wrote the document: later than any day.
NEVER = "9999"
# An hour gets a sixth of the day: an attack begins at once, honest users come all day.
DAILY_PER_HOURLY = 6


class Thresholds(Struct, frozen=True):
    """The thresholds of a region: messages to new phones that may be unconfirmed in a day and in an hour."""

    daily: int = 0
    hourly: int = 0


class Verified(Struct, frozen=True):
    """The messages of a region whose codes came back: on the best of the last days, in the last 24 hours, and in the last hour."""

    best_day: int = 0
    last_day: int = 0
    last_hour: int = 0


class RegionThresholds(Thresholds, frozen=True):
    """The thresholds of a region, and the messages whose codes came back, from which they come.

    `days` begins with the day (UTC) in which they were computed and goes back, `hours` with the hour.
    """

    days: list[int] = []
    hours: list[int] = []


class FraudDocument(Struct, frozen=True):
    """The item of thresholds, which each function reads with the settings.

    Attributes:
        computed_at: when they were computed, in seconds since 1970.
        regions: the thresholds by region.
        partitioned_from: the first day whose counters have a partition for each shard. Those of earlier days, and of an hour of
            them, stay where an earlier version of the product counted, so that an update opens no ceiling.
        addresses: the stack's addresses, as `Addresses.read` takes them, by the region and the name of their parameter in SSM: a
            second region shares the table.
    """

    computed_at: float = 0.0
    regions: dict[str, RegionThresholds] = {}
    partitioned_from: str = NEVER
    addresses: dict[str, str] = {}


def thresholds(verified: Verified, fraud: Fraud) -> Thresholds:
    """The thresholds that follow from confirmed messages.

    >>> thresholds(Verified(best_day=1000, last_day=400, last_hour=50), Fraud())
    Thresholds(daily=200, hourly=33)
    """
    daily = max(fraud.daily_floor, fraud.share * verified.best_day, fraud.share * verified.last_day)
    hourly = max(fraud.hourly_floor, daily / DAILY_PER_HOURLY, fraud.share * verified.last_hour)
    return Thresholds(_whole(daily), _whole(hourly))


def read_document(text: str | None) -> FraudDocument:
    """The document of the item. One that is missing or cannot be read says nothing, and the floors hold.

    Every stack has one after its first five minutes: without one, no earlier version has counted.
    """
    if text is None:
        return FraudDocument(partitioned_from="")
    return read_json(text, FraudDocument) or FraudDocument()


def _whole(threshold: float) -> int:
    """Rounded down; a product that a float misses by a hair is whole."""
    return math.floor(threshold + 1e-6)
