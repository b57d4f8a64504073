"""Writes the regions that an address reached in a day: one item for an address and day, with a set of regions."""

from mfa.challenges.budgets import DAY, Window
from mfa.challenges.challenge import Challenge
from mfa.challenges.fraud_budgets import FraudDecision, SpreadLimit
from mfa.store import conditions as when
from mfa.store.table import Item, Key, Write

SPREAD = "spread"


def reach(limit: SpreadLimit, now: float) -> Write:
    """Adds the region to those of the address. It may be there already."""
    return Write(
        label=SPREAD,
        verb="Update",
        key=_key(limit.subject, now),
        update="SET #ttl = :ttl ADD regions :regions",
        condition=when.REGIONS_LEFT,
        names={"#ttl": "ttl"},
        values={
            ":ttl": int(Window.of(DAY, now).ends_at) + DAY,
            ":regions": {limit.region},
            ":region": limit.region,
            ":regions_limit": limit.regions,
        },
        asks_why=True,
    )


def give_region_back(challenge: Challenge) -> list[Write]:
    """Takes the region of a code that came back off those of its address, on the day of the send.

    The item is there: the send has written it, or was beyond what it holds.
    """
    if not challenge.spread_from:
        return []
    return [
        Write(
            label="refund:spread",
            verb="Update",
            key=_key(challenge.spread_from, challenge.sent_at),
            update="DELETE regions :regions",
            values={":regions": {challenge.region}},
        )
    ]


def spread_decision(limit: SpreadLimit, item: Item) -> FraudDecision:
    """The decision about a message beyond the limit, by the item as it stood."""
    return FraudDecision(
        rule="regions_per_address",
        region=limit.region,
        threshold=limit.regions,
        count=len(item.get("regions", ())),
        mode=limit.mode,
        refused=limit.enforced,
    )


def _key(subject: str, now: float) -> Key:
    return subject, f"REGIONS#{Window.of(DAY, now).name}"
