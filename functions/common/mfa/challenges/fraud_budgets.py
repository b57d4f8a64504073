"""Fraud budgets, and the decisions about messages beyond one.

A region has a budget of messages to new phones that nobody confirms, and an address one of regions.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from msgspec import Struct

from mfa.settings.fraud import FraudMode

# A shard has room for so many messages of an hour at least. A small budget has fewer shards, so that the first shard that
# is tried is seldom full while another has room.
MESSAGES_PER_SHARD = 8

type FraudRule = Literal["daily", "hourly", "regions_per_address"]


class NewLimit(Struct, frozen=True):
    """How many messages to new phones of a region may be unconfirmed.

    Attributes:
        daily: in a day, which begins at midnight UTC.
        hourly: in an hour, which begins on the hour.
        mode: the mode of the settings.
        enforced: whether a message beyond is refused. Otherwise it goes out, and the decision is recorded.
    """

    daily: int
    hourly: int
    mode: FraudMode
    enforced: bool

    @property
    def shards(self) -> int:
        """The number of shards that the limit is best shared by."""
        return max(1, self.hourly // MESSAGES_PER_SHARD)


class SpreadLimit(Struct, frozen=True):
    """To how many regions an address may have messages sent in a day (UTC), of those where the user has no verified phone.

    Attributes:
        subject: the address, as the subject of its budgets.
        region: of the phone that the message goes to.
        regions: how many regions there may be.
        mode: the mode of the settings.
        enforced: whether a message beyond is refused. Otherwise it goes out, and the decision is recorded.
    """

    subject: str
    region: str
    regions: int
    mode: FraudMode
    enforced: bool


@dataclass(frozen=True, slots=True)
class FraudDecision:
    """A message to a new phone beyond a fraud budget.

    Attributes:
        rule: the budget: of the region's day or hour, or of the address's regions.
        region: of the phone.
        threshold: how many there may be.
        count: how many there were: messages in the shards that refused, or regions.
        mode: the mode of the settings.
        refused: whether it was refused. Otherwise it went out.
    """

    rule: FraudRule
    region: str
    threshold: int
    count: int
    mode: FraudMode
    refused: bool

    @property
    def detail(self) -> dict[str, Any]:
        """The decision for a history and for logs."""
        return asdict(self)
