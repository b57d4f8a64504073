"""Counts the users whose password's hash came from another system, by what a check of it costs."""

from collections.abc import Mapping

from mfa.store import records
from mfa.store.expressions import Update
from mfa.store.table import Write
from mfa.users.password_costs import CostsInUse, counted_cost

# The names of the counts begin with this.
COST = "cost_"


def cost_writes(before: str | None, after: str | None) -> list[Write]:
    """Moves a user from the count of one hash to that of another. Hashes of our own kind are not counted."""
    was, now = _counted(before), _counted(after)
    if was == now:
        return []
    update = Update()
    for name, change in ((was, -1), (now, 1)):
        if name is not None:
            update.add(name, change)
    return [update.write("password costs", records.PASSWORD_COSTS)]


def dearest(counts: Mapping[str, int]) -> CostsInUse:
    """The most work of each family that somebody's hash needs."""
    found: dict[str, int] = {}
    for name, count in counts.items():
        family, _, work = name.removeprefix(COST).rpartition("_")
        if count > 0:
            found[family] = max(found.get(family, 0), int(work))
    return found


def _counted(password_hash: str | None) -> str | None:
    cost = counted_cost(password_hash)
    return f"{COST}{cost.family}_{cost.work}" if cost else None
