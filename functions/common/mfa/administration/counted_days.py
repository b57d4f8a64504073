"""A day's counters, added up over their shards; None where a version of the product did not count so yet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mfa.challenges.budgets import OTHER, TEST
from mfa.challenges.counter_names import arrivals_of
from mfa.challenges.factor_proofs import COUNTED_AS
from mfa.messages.channels import CHANNELS

# The global counter, which belongs to no region.
EVERYWHERE = "*"
# The counter of mailed passcodes.
MAIL = "email"
HOURS = tuple(f"{hour:02d}" for hour in range(24))
_KINDS = (*(channel.value for channel in CHANNELS), TEST, OTHER)

type Counted = Counter[str]


@dataclass(frozen=True, slots=True)
class CountedDay:
    """The counters of a day.

    Attributes:
        date: the day (UTC), as `2031-03-14`.
        regions: the counters by region; mail is one of them.
        everywhere: those that belong to no region.
        factors: those of factors that need no message.
    """

    date: str
    regions: Mapping[str, Counted] = field(default_factory=dict)
    everywhere: Counted = field(default_factory=Counter)
    factors: Counted = field(default_factory=Counter)

    @classmethod
    def of(cls, date: str, items: Iterable[Mapping[str, Any]]) -> "CountedDay":
        """The day of these items, each with its `region`."""
        found: dict[str, Counted] = {}
        for item in items:
            counts = {name: value for name, value in item.items() if isinstance(value, int) and name != "ttl"}
            found.setdefault(item["region"], Counter()).update(counts)
        return cls(date, found, found.pop(EVERYWHERE, Counter()), found.pop(COUNTED_AS, Counter()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was counted: nothing happened, or it was too long ago."""
        return not (self.regions or self.everywhere or self.factors)

    @property
    def total(self) -> Counted:
        """The sums over all regions. Sends are counted everywhere as well, for the ceiling; the rest is counted only there."""
        total = sum(self.regions.values(), Counter())
        legacy = {name: n for name, n in self.everywhere.items() if name.startswith("legacy_")}
        return total + Counter(legacy)

    def region(self, region: str) -> Counted:
        """The counters of a region; of one without any, zeros."""
        return self.regions.get(region, Counter())


def passcodes(counted: Counted, channel: str) -> int | None:
    """The passcodes that were sent on a channel, those to test numbers left out."""
    return counted[f"n_{channel}"] if _sum(counted, "n", _KINDS) == counted["n"] else None


def approvals(counted: Counted, channel: str) -> int | None:
    """The passcodes of a channel that came back."""
    return counted[f"ok_{channel}"] if _sum(counted, "ok", _KINDS) == _real_approvals(counted) else None


def passcodes_by_hour(counted: Counted) -> list[int] | None:
    """The passcodes that were sent in each hour, on all channels."""
    sent = [passcodes(counted, channel) for channel in CHANNELS]
    known = None not in sent and _sum(counted, "n", HOURS) == sum(each or 0 for each in sent)
    return _hours(counted, "n") if known else None


def approvals_by_hour(counted: Counted) -> list[int] | None:
    """The passcodes that came back in each hour."""
    return _hours(counted, "ok") if _sum(counted, "ok", HOURS) == _real_approvals(counted) else None


def events_by_hour(counted: Counted, name: str, by_hour: str) -> list[int] | None:
    """Events of each hour, of which the day counts `name`, and the hours `by_hour`."""
    return _hours(counted, by_hour) if _sum(counted, by_hour, HOURS) == counted[name] else None


def costs_by_hour(counted: Counted) -> list[int]:
    """What the messages of each hour cost, in micro-USD."""
    return _hours(counted, "usd")


def channels_of(counted: Counted) -> Iterator[str]:
    """The channels that a passcode was sent on, or came back from."""
    return (channel.value for channel in CHANNELS if counted[f"n_{channel}"] or counted[f"ok_{channel}"])


def arrivals(counted: Counted) -> dict[tuple[str, str], Counter[int]]:
    """The deliveries by their time, as buckets, by vendor and channel."""
    found: dict[tuple[str, str], Counter[int]] = {}
    for name, n in counted.items():
        if (arrived := arrivals_of(name)) is not None:
            vendor, channel, bucket = arrived
            found.setdefault((vendor, channel), Counter())[bucket] += n
    return found


def _real_approvals(counted: Counted) -> int:
    """Without those of test numbers."""
    return counted["approvals"] - counted["test_approvals"]


def _hours(counted: Counted, name: str) -> list[int]:
    return [counted[f"{name}_{hour}"] for hour in HOURS]


def _sum(counted: Counted, name: str, endings: Iterable[str]) -> int:
    return sum(counted[f"{name}_{ending}"] for ending in endings)
