"""Counters by region and day, and by client and hour, in shards: neither an item nor a partition takes every write.

A shard is a partition: DynamoDB takes 1,000 write units a second for one. A day of a region has two items in each shard. `SENDS#`
holds the messages, which have ceilings, and the codes that came back. `COUNTS#` holds the events that bound
nothing: they wait for no transaction of a send, and leave the first item at about a kilobyte.
"""

from collections.abc import Callable, Mapping
from copy import replace
from typing import Any

from mfa.challenges.budgets import DAY, OTHER, SHARDS, TEST, Budget, Charge, Cost, RandomBelow, ShardedBudget, Window
from mfa.challenges.challenge import Challenge
from mfa.challenges.counter_names import BY_HOUR, arrivals_name
from mfa.challenges.delivery_times import bucket_of
from mfa.challenges.fraud_budgets import FraudDecision
from mfa.challenges.new_phones import hour_of_day
from mfa.challenges.sends import Receipt
from mfa.store import conditions as when
from mfa.store.expressions import Update
from mfa.store.table import Key, Write

# Counters are kept for the overview for this long, in seconds.
COUNTER_SECONDS = 400 * DAY


class Counters:
    """Makes the writes that count."""

    def __init__(self, random_below: RandomBelow, partitioned_from: Callable[[], str]) -> None:
        """`partitioned_from` gives the first day whose shards are partitions (`FraudDocument`)."""
        self._random_below = random_below
        self._partitioned_from = partitioned_from

    def as_laid_out(self, charge: Charge) -> Charge:
        """The charge as its counters are laid out at its time. Before shards were partitions, a client's counter was one item."""
        single = [
            each for each in charge.sharded if each.kind == "client" and each.window.name < self._partitioned_from()
        ]
        if not single:
            return charge
        whole = [Budget(each.subject, each.window, each.ceiling or 0, kept=each.kept) for each in single]
        return replace(
            charge,
            budgets=[*whole, *charge.budgets],
            sharded=[each for each in charge.sharded if each not in single],
        )

    def count(self, region: str, now: float, **counts: int) -> Write:
        """Adds to the day's counters of a region (`*`: of them all). They bound nothing."""
        hour = hour_of_day(now)
        by_hour = {f"{BY_HOUR[name]}_{hour}": n for name, n in counts.items() if name in BY_HOUR}
        return self._only_count(region, now, counts | by_hour, "counter")

    def count_arrival(self, receipt: Receipt, vendor: str, now: float) -> Write:
        """Counts how long a message took from its claim to the vendor's report, among the messages of the day that it was sent."""
        name = arrivals_name(vendor, receipt.channel, bucket_of(now - receipt.sent_at))
        return self._only_count(receipt.region, receipt.sent_at, {name: 1}, "arrivals")

    def _only_count(self, region: str, now: float, counts: dict[str, int], label: str) -> Write:
        shard = self._random_below(SHARDS)
        budget = ShardedBudget(f"REGION#{region}", Window.of(DAY, now), None)
        write = _add(budget, shard, counts, label)
        beside = replace(
            write,
            key=(write.key[0], f"COUNTS#{budget.window.name}"),
            # The index is read from position to position, so no two items share one.
            values={**write.values, ":position": f"{budget.subject}#COUNTS#{shard:02d}"},
        )
        return self._placed(beside)

    def count_approval(self, challenge: Challenge, now: float, *, is_test_number: bool = False) -> Write:
        """Counts a code that came back. If it was sent to a new phone today, its message does not count as one any more.

        The code of a test number costs nothing and is the same each time, so that it must not raise the fraud budgets.
        """
        day = Window.of(DAY, now)
        real = {f"ok_{hour_of_day(now)}": 1, f"ok_{challenge.channel.value}": 1}
        counts = {"approvals": 1} | ({"test_approvals": 1} if is_test_number else real)
        shard = self._random_below(SHARDS)
        if challenge.new_shard is not None and Window.of(DAY, challenge.sent_at) == day:
            # In the shard that counted it: each must tell the truth, since each has a part of the ceiling.
            shard = challenge.new_shard
            counts |= _of_new_send(hour_of_day(challenge.sent_at), -1)
        return self._placed(_add(ShardedBudget(f"REGION#{challenge.region}", day, None), shard, counts, "counter"))

    def give_new_back(self, region: str, new_shard: int | None, sent_at: float) -> list[Write]:
        """Takes a message that did not go out off those to new phones, in the shard that counted it. Nothing if none did.

        Otherwise a vendor that refuses everything for an hour would make honest people look like an attack.
        """
        if new_shard is None:
            return []
        budget = ShardedBudget(f"REGION#{region}", Window.of(DAY, sent_at), None)
        return [self._placed(_add(budget, new_shard, _of_new_send(hour_of_day(sent_at), -1), "counter"))]

    def count_decision(self, decision: FraudDecision, now: float) -> Write:
        """Counts a message beyond a fraud budget."""
        return self.count(decision.region, now, **{"refused" if decision.refused else "would_refuse": 1})

    def spend_shard(self, budget: ShardedBudget, shard: int, cost: Cost, now: float) -> Write:
        """Counts a message, `n`, its segments and its cost, against a shard's share of the ceilings."""
        label = f"shard:{budget.subject}"
        if budget.kind == "client":
            # Once, whoever gets the message: units that come back must find no second count.
            part = Budget(budget.subject, budget.window, budget.open_shares()[shard] or 0, shard=shard)
            return replace(spend(part), label=label)
        counts = {"n": 1, "message_segments": cost.segments} | _money(budget, cost, now) | _passcode(budget, now)
        room = budget.room(shard, cost.micro_usd) if cost.micro_usd else None
        return self._placed(_add(budget, shard, counts, label, room))

    def count_message(self, budget: ShardedBudget, cost: Cost, now: float) -> Write:
        """Counts a message where nothing bounds it."""
        return self.spend_shard(budget, self._random_below(SHARDS), cost, now)

    def open_shard(self, budget: ShardedBudget, full: set[int], cost: Cost) -> int | None:
        """A shard that may have room, or None if all are full."""
        parts = budget.new_shares()
        shards = [
            shard
            for shard, share in enumerate(budget.open_shares())
            if share != 0
            and shard not in full
            and (parts is None or all(parts[shard]))
            and not is_too_dear(budget, shard, cost, {})
        ]
        return shards[self._random_below(len(shards))] if shards else None

    def _placed(self, write: Write) -> Write:
        """The write where its day's counters are: before shards were partitions, those of a region were items of one."""
        partition, sends = write.key
        if sends.partition("#")[2] >= self._partitioned_from():
            return write
        subject, _, shard = partition.rpartition("#")
        return replace(write, key=(subject, f"{sends}#{shard}"))


def is_too_dear(budget: ShardedBudget, shard: int, cost: Cost, counted: Mapping[str, Any]) -> bool:
    """Whether a shard that counts so much has no room for a message's cost."""
    room = budget.room(shard, cost.micro_usd)
    if room is None or not cost.micro_usd:
        return False
    whole, unproven = room
    is_open = budget.leaves_kept and counted.get("unproven_micro_usd", 0) > unproven
    return is_open or bool(counted.get("micro_usd", 0) > whole)


def _money(budget: ShardedBudget, cost: Cost, now: float) -> dict[str, int]:
    """The cost, by itself, by the hour, and for phones that nobody verified before today."""
    if not cost.micro_usd:
        return {}
    unproven = {"unproven_micro_usd": cost.micro_usd} if budget.leaves_kept else {}
    return {"micro_usd": cost.micro_usd, f"usd_{hour_of_day(now)}": cost.micro_usd} | unproven


def _passcode(budget: ShardedBudget, now: float) -> dict[str, int]:
    """The message by its channel, and a passcode by the hour as well. Only regions count so."""
    if budget.kind != "region":
        return {}
    hour = {} if budget.counted_as in {TEST, OTHER} else {f"n_{hour_of_day(now)}": 1}
    return {f"n_{budget.counted_as}": 1} | hour


def spend(budget: Budget) -> Write:
    """Counts one send against a budget."""
    values = {":ttl": int(budget.window.ends_at) + DAY, ":one": 1, ":ceiling": budget.ceiling - budget.kept}
    write = Write(
        label=f"budget:{budget.subject.partition('#')[0]}:{budget.window.name}",  # a label may be logged, a number not
        verb="Update",
        key=_key(budget, budget.shard),
        update="SET #ttl = :ttl ADD n :one",
        condition=when.BUDGET_LEFT,
        names={"#ttl": "ttl"},
        values=values,
    )
    if budget.hour is None:
        return write
    return replace(
        write,
        update=f"{write.update}, #hour :one",
        condition=when.every(when.BUDGET_LEFT, when.HOUR_LEFT),
        names={"#ttl": "ttl", "#hour": f"hour_{budget.hour.name[-2:]}"},
        values=values | {":hour_ceiling": budget.hour_ceiling},
        asks_why=True,  # whether the hour is spent or the day
    )


def give_back(budget: Budget) -> Write:
    """Takes one send off a budget that counted it."""
    hour = [f"hour_{budget.hour.name[-2:]}"] if budget.hour else []
    update = Update()
    for counter in ["n", *hour]:
        update.add(counter, -1)
    return update.write(f"refund:{budget.kind}", spend(budget).key)


def _key(budget: Budget | ShardedBudget, shard: int | None = None) -> Key:
    """The key of a counter, or of its shard.

    A client's lies in another partition than the client: the function that counts may not write the client.
    """
    subject = f"VOUCHED#{budget.name}" if budget.kind == "client" else budget.subject
    return subject if shard is None else f"{subject}#{shard:02d}", f"SENDS#{budget.window.name}"


def region_of(partition: str) -> str:
    """The region of a counter, by its partition. An earlier version kept all shards in one.

    >>> region_of("REGION#HK#07"), region_of("REGION#*")
    ('HK', '*')
    """
    return partition.split("#")[1]


def _add(
    budget: ShardedBudget, shard: int, counts: dict[str, int], label: str, room: tuple[int, int] | None = None
) -> Write:
    """Adds to one shard, which may have spent `room` before, in all and on phones that nobody verified."""
    day, ceiling = budget.window, budget.shares()[shard]
    rules = [] if ceiling is None else [when.BUDGET_LEFT]
    # The index finds it by day; it holds keys only, so counting writes to it once.
    values: dict[str, Any] = {
        ":ttl": int(day.ends_at) + COUNTER_SECONDS,
        ":list": f"DAY#{day.name}",
        ":position": f"{budget.subject}#{shard:02d}",
        ":ceiling": ceiling,
    }
    if budget.kept:
        rules.append(when.UNPROVEN_LEFT)
        counts = counts | {"unproven": 1}
        values[":open"] = budget.open_shares()[shard]
    names = {"#ttl": "ttl", "#list": "list", "#position": "position"}
    if budget.new is not None:
        counts = counts | _of_new_send(budget.new.hour, 1)
        if (parts := budget.new_shares()) is not None:
            rules += [when.NEW_PHONES_LEFT, when.NEW_PHONES_LEFT_IN_HOUR]
            names["#new_hour"] = f"new_{budget.new.hour}"
            values |= {":new_daily": parts[shard][0], ":new_hourly": parts[shard][1]}
    if room is not None:
        rules.append(when.SPEND_LEFT)
        values[":room"] = room[0]
        if budget.leaves_kept:
            rules.append(when.UNPROVEN_SPEND_LEFT)
            values[":open_room"] = room[1]
    return Write(
        label=label,
        verb="Update",
        key=_key(budget, shard),
        # By placeholders: `locks` is a reserved word.
        update="SET #ttl = :ttl, #list = :list, #position = :position ADD "
        + ", ".join(f"#{name} :{name}" for name in counts),
        condition=when.every(*rules) if rules else None,
        names=names | {f"#{name}": name for name in counts},
        values=values | {f":{name}": n for name, n in counts.items()},
        asks_why=room is not None or ":new_daily" in values,
    )


def _of_new_send(hour: str, n: int) -> dict[str, int]:
    """The counts of messages to new phones."""
    return {"new_n": n, f"new_{hour}": n}
