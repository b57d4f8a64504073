"""Budgets: ceilings for messages within a window of time.

A counter is one item per window. Regions and the global count are sharded, so that no single item takes every write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

HOUR = 3600
DAY = 86400
SHARDS = 16

type RandomBelow = Callable[[int], int]


class BudgetSpent(Exception):
    """A budget of this kind is spent: `number`, `mailbox`, `links`, `address`, `client`, `tests`, `region` or `global`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Window:
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

    @property
    def kind(self) -> str:
        """`number`, `mailbox`, `links`, `address`, `client` or `tests`."""
        return self.subject.partition("#")[0].lower()

    @property
    def name(self) -> str:
        """Whose budget it is: a number, an address, a client's id."""
        return self.subject.partition("#")[2]

    @property
    def reopens_at(self) -> float:
        """When the budget may have room again, in seconds since 1970."""
        return (self.hour or self.window).ends_at


@dataclass(frozen=True, slots=True)
class NewSend:
    """A message to a phone that was not verified before today. It counts by itself until its code comes back.

    Attributes:
        hour: the hour of the day (UTC) that it counts in, as `09`.
    """

    hour: str


@dataclass(frozen=True, slots=True)
class ShardedBudget:
    """A counter in SHARDS parts. Without a ceiling it only counts.

    Attributes:
        subject: what is counted, and the partition of its counters.
        window: the day that it counts in.
        ceiling: how many there may be in the window.
        kept: how many of the ceiling this send may not use, since they are kept for verified phones. The sends that may
            not are counted by themselves: confirmed logins must not use up the part of new phones.
        new: how the message counts beside, if it goes to a new phone.
    """

    subject: str
    window: Window
    ceiling: int | None
    kept: int = 0
    new: NewSend | None = None

    @property
    def kind(self) -> str:
        """`region`, or `global` for everything together."""
        return "global" if self.name == "*" else "region"

    @property
    def name(self) -> str:
        """The region."""
        return self.subject.partition("#")[2]

    def shares(self) -> Sequence[int | None]:
        """Each shard's part of the ceiling; together they are the ceiling. A part of 0 takes nothing."""
        return [None] * SHARDS if self.ceiling is None else _shares(self.ceiling)

    def open_shares(self) -> Sequence[int | None]:
        """Each shard's part of the ceiling without the units that are kept; never more than its part of the ceiling."""
        return [None] * SHARDS if self.ceiling is None else _shares(self.ceiling - self.kept)


@dataclass(frozen=True, slots=True)
class Charge:
    """The budgets that one message is charged to, all or none."""

    budgets: Sequence[Budget]
    sharded: Sequence[ShardedBudget]


def kept_of(ceiling: int, percent: int) -> int:
    """How many of a ceiling are this percentage, rounded down.

    >>> kept_of(10_000, 50), kept_of(3, 50), kept_of(1, 90)
    (5000, 1, 0)
    """
    return ceiling * percent // 100


def _shares(ceiling: int) -> list[int]:
    return [ceiling // SHARDS + (shard < ceiling % SHARDS) for shard in range(SHARDS)]
