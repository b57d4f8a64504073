"""Budgets: ceilings for messages within a window of time.

A counter is one item per window. Those that many users' messages count in are sharded: a region's, a client's and the global
one. Each shard has a partition of its own, so that neither an item nor a partition takes every write.
"""

from collections.abc import Callable, Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec import Struct

from mfa.challenges.fraud_budgets import FraudDecision, FraudRule, NewLimit, SpreadLimit
from mfa.settings.prices import DEAREST, USD

HOUR = 3600
DAY = 86400
SHARDS = 16
# Messages that bring no passcode to a phone or mailbox are counted under these names, and all others under their channel's.
TEST, OTHER = "test", "other"
# The least share of what a day may cost, in micro-USD, so that the dearest message fits into a share: a small ceiling has
# fewer shards.
LEAST_SHARE = DEAREST * USD

type RandomBelow = Callable[[int], int]


class BudgetSpent(Exception):
    """A budget of this kind is spent: `number`, `mailbox`, `links`, `address`, `client`, `tests`, `region`,
    `global`, `fraud`, or `spend` for what a day may cost."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class FraudSpent(BudgetSpent):
    """A fraud budget is spent."""

    def __init__(self, decision: FraudDecision) -> None:
        super().__init__("fraud")
        self.decision = decision


class Window(Struct, frozen=True):
    """A stretch of time that begins on the hour or at midnight UTC. `name` is its start."""

    name: str
    ends_at: float

    @classmethod
    def of(cls, seconds: int, now: float) -> "Window":
        """The window of this length (HOUR or DAY) that `now` is in."""
        start = now // seconds * seconds
        form = "%Y-%m-%d" if seconds == DAY else "%Y-%m-%dT%H"
        return cls(datetime.fromtimestamp(start, UTC).strftime(form), start + seconds)


@dataclass(frozen=True, slots=True)
class Budget:
    """A counter and its ceiling.

    Attributes:
        subject: what is counted, and the partition of its counter.
        window: the hour or day that it counts in.
        ceiling: how many there may be in the window.
        hour: for a day's counter that has a ceiling per hour as well: the hour.
        hour_ceiling: how many there may be in that hour.
        kept: how many of the ceiling this send may not use, since they are kept for verified phones.
        shard: the shard of a client's that counts a message or gets its unit back. None for a counter in one item.

    ```python
    Budget("NUMBER#+85292153799", Window.of(DAY, now), 20, Window.of(HOUR, now), 10)
    ```
    """

    subject: str = field(repr=False)  # may be a phone's number
    window: Window
    ceiling: int
    hour: Window | None = None
    hour_ceiling: int | None = None
    kept: int = 0
    shard: int | None = None

    @property
    def kind(self) -> str:
        """`number`, `mailbox`, `links`, `address`, `client` or `tests`."""
        return self.subject.partition("#")[0].lower()

    @property
    def name(self) -> str:
        """Whose budget it is: a number, an address, a client's id."""
        return self.subject.partition("#")[2]

    def reopens_at(self, counted: int) -> float:
        """When the budget may have room again, in seconds since 1970, if so many were counted in its window."""
        if self.hour is None or counted >= self.ceiling - self.kept:
            return self.window.ends_at
        return self.hour.ends_at


class NewSend(Struct, frozen=True):
    """A message to a phone that was not verified before today. It counts by itself until its code comes back.

    Attributes:
        hour: the hour of the day (UTC) that it counts in, as `09`.
        limit: how many of them may be unconfirmed. Without one it only counts.
    """

    hour: str
    limit: NewLimit | None = None


class Cost(Struct, frozen=True):
    """The cost of one message: the segments that are paid for, and the estimate in micro-USD."""

    segments: int = 0
    micro_usd: int = 0


# The cost of a mail, and of a message that does not go out.
FREE = Cost()


class Spend(Struct, frozen=True):
    """How much the messages of a day may cost, in micro-USD, and the part of it that is kept for verified phones."""

    ceiling: int
    kept: int = 0

    @property
    def shards(self) -> int:
        """The number of shards that share the ceiling."""
        return max(1, min(SHARDS, self.ceiling // LEAST_SHARE))


class ShardedBudget(Struct, frozen=True):
    """A counter in SHARDS parts. Without a ceiling it only counts.

    Attributes:
        subject: what is counted, and the beginning of the partitions of its counters.
        window: the day that it counts in, or a client's hour.
        ceiling: how many there may be in the window.
        kept: how many of the ceiling this send may not use, since they are kept for verified phones. The sends that may
            not are counted by themselves: confirmed logins must not use up the part of new phones. A client gets those back.
        new: how the message counts beside, if it goes to a new phone.
        spend: what the day's messages may cost, for the counter of everything.
        counted_as: the channel of a passcode, TEST for one to a test number, OTHER for notices and settings tests.
    """

    subject: str
    window: Window
    ceiling: int | None
    kept: int = 0
    new: NewSend | None = None
    spend: Spend | None = None
    counted_as: str = OTHER

    @property
    def kind(self) -> str:
        """`client`, `region`, or `global` for everything together."""
        if self.subject.startswith("CLIENT#"):
            return "client"
        return "global" if self.name == "*" else "region"

    @property
    def name(self) -> str:
        """The region, or the client's id."""
        return self.subject.partition("#")[2]

    @property
    def bounds(self) -> bool:
        """Whether a ceiling hangs on the counter, or a message that is taken off it later."""
        return self.ceiling is not None or self.spend is not None or self.new is not None

    @property
    def shards(self) -> int:
        """The number of shards that messages are counted in."""
        return self.spend.shards if self.spend else SHARDS

    @property
    def leaves_kept(self) -> bool:
        """Whether a part is kept that this message may not use."""
        return bool(self.kept or (self.spend and self.spend.kept))

    def shares(self) -> Sequence[int | None]:
        """Each shard's part of the ceiling; together they are the ceiling. A part of 0 takes nothing."""
        return [None] * self.shards if self.ceiling is None else _shares(self.ceiling, self.shards)

    def open_shares(self) -> Sequence[int | None]:
        """Each shard's part of the ceiling without the units that are kept; never more than its part of the ceiling."""
        return [None] * self.shards if self.ceiling is None else _shares(self.ceiling - self.kept, self.shards)

    def room(self, shard: int, cost: int) -> tuple[int, int] | None:
        """How much a shard may have spent before a message of this cost: in all, and on phones that nobody verified.

        Less than 0: the message costs more than the shard's part. None if there is no ceiling.
        """
        if self.spend is None:
            return None
        parts = (self.spend.ceiling, self.spend.ceiling - self.spend.kept)
        whole, unproven = (_shares(part, self.shards)[shard] - cost for part in parts)
        return whole, unproven

    def new_shares(self) -> Sequence[tuple[int, int]] | None:
        """Each shard's part of the daily and the hourly limit of messages to new phones, None without limits.

        Where the region has a ceiling, as many shards as possible take part: a shard's part of that ceiling must not bound
        the limits. But each has a part of both limits, since a shard that has none of one would leave its part of the other unused.
        """
        limit = self.new.limit if self.new else None
        if limit is None:
            return None
        shards = min(SHARDS, limit.daily, limit.hourly, limit.shards if self.ceiling is None else SHARDS)
        parts = [*zip(_shares(limit.daily, shards), _shares(limit.hourly, shards), strict=True)]
        return parts + [(0, 0)] * (SHARDS - shards)


class Shards(Struct, frozen=True):
    """The shards that count a message until its code comes back, and get their unit back then.

    `new` counts it as a message to a new phone, `client` for the client that asked for it. None where nothing of the kind does.
    """

    new: int | None = None
    client: int | None = None


class Charge(Struct, frozen=True):
    """The budgets that one message is charged to, all or none.

    `spread` is the limit of the regions that the address reaches. The store sets `decision` where the message went out beyond a
    fraud budget, and `shards` to those that count it.
    """

    budgets: Sequence[Budget]
    sharded: Sequence[ShardedBudget]
    spread: SpreadLimit | None = None
    decision: FraudDecision | None = None
    shards: Shards = Shards()

    def without(self, rule: FraudRule) -> "Charge":
        """The same budgets without this limit. The message still counts as one to a new phone, but reaches no region."""
        if rule == "regions_per_address":
            return replace(self, spread=None)
        sharded = [replace(each, new=each.new and replace(each.new, limit=None)) for each in self.sharded]
        return replace(self, sharded=sharded)


def kept_of(ceiling: int, percent: int) -> int:
    """How many of a ceiling are this percentage, rounded down.

    >>> kept_of(10_000, 50), kept_of(3, 50), kept_of(1, 90)
    (5000, 1, 0)
    """
    return ceiling * percent // 100


def _shares(ceiling: int, shards: int = SHARDS) -> list[int]:
    return [ceiling // shards + (shard < ceiling % shards) for shard in range(shards)]
