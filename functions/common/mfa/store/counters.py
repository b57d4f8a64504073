"""Counters by region and day, in shards, so that no one item takes every write."""

from mfa.budgets import DAY, SHARDS, Budget, RandomBelow, ShardedBudget, Window
from mfa.store import conditions as when
from mfa.store.table import Write

# What is counted is kept for the overview for so long.
COUNTER_SECONDS = 400 * DAY


class Counters:
    """Makes the writes that count."""

    def __init__(self, random_below: RandomBelow) -> None:
        self._random_below = random_below

    def count(self, region: str, now: float, **counts: int) -> Write:
        """Adds to the day's counters of a region (`*`: of them all)."""
        day = Window.of(DAY, now)
        return Write(
            label="counter",
            verb="Update",
            key=(f"REGION#{region}", f"SENDS#{day.name}#{self._random_below(SHARDS):02d}"),
            update="SET #ttl = :ttl ADD " + ", ".join(f"#{name} :{name}" for name in counts),
            # By placeholder: some of the words, such as `locks`, are reserved.
            names={"#ttl": "ttl"} | {f"#{name}": name for name in counts},
            values={":ttl": int(day.ends_at) + COUNTER_SECONDS} | {f":{name}": n for name, n in counts.items()},
        )

    def spend_shard(self, budget: ShardedBudget, shard: int, wrong_codes: int) -> Write:
        """Counts one send against a shard's share, and the wrong codes that were claimed since the last send."""
        share = budget.shares()[shard]
        return Write(
            label=f"shard:{budget.subject}",
            verb="Update",
            key=(budget.subject, f"SENDS#{budget.window.name}#{shard:02d}"),
            update="SET #ttl = :ttl ADD n :one, wrong_codes :wrong_codes",
            condition=None if share is None else when.BUDGET_LEFT,
            names={"#ttl": "ttl"},
            values={
                ":ttl": int(budget.window.ends_at) + COUNTER_SECONDS,
                ":one": 1,
                ":wrong_codes": wrong_codes,
                ":ceiling": share,
            },
        )

    def open_shard(self, budget: ShardedBudget, full: set[int]) -> int | None:
        """A shard that may have room, or None where none has."""
        shards = [shard for shard, share in enumerate(budget.shares()) if share != 0 and shard not in full]
        return shards[self._random_below(len(shards))] if shards else None


def spend(budget: Budget) -> Write:
    """Counts one send against a budget."""
    return Write(
        label=f"budget:{budget.subject.partition('#')[0]}:{budget.window.name}",  # a label may be logged, a number not
        verb="Update",
        key=(budget.subject, f"SENDS#{budget.window.name}"),
        update="SET #ttl = :ttl ADD n :one",
        condition=when.BUDGET_LEFT,
        names={"#ttl": "ttl"},
        values={":ttl": int(budget.window.ends_at) + DAY, ":one": 1, ":ceiling": budget.ceiling},
    )
