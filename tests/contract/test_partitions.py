"""No partition takes a write of every login, and the update that gave each shard a partition opens no ceiling."""

from collections import Counter

import pytest

from mfa.administration.fraud import FraudAdministration
from mfa.challenges.budgets import DAY, HOUR, SHARDS
from mfa.errors import RateLimited
from mfa.settings.fraud import Fraud
from mfa.store import records
from mfa.store.thresholds import ThresholdStore
from tests.contract.test_budgets import people, sent, vouched
from tests.contract.world import Login, World

LOGINS = 4 * SHARDS
TODAY, TOMORROW = "2031-03-14", "2031-03-15"
# The item as the version before wrote it, every five minutes.
OLD = {"document": '{"computed_at":1.0,"regions":{}}'}


def log_in(world: World, person: Login) -> list[str]:
    """The partitions that a login writes."""
    world.wire.partitions.clear()
    person.verify(person.start(), person.code)
    return [*world.wire.partitions]


def entries(world: World) -> Counter[str]:
    """The entries of the index, by its partitions."""
    return Counter(item["list"] for item in world.items() if "list" in item)


def test_no_partition_takes_a_write_of_every_login(world: World) -> None:
    """Of many users of one application in one country. A shard of chance takes a 16th; so few logins draw it more often."""
    persons = vouched(world, people(world, LOGINS))
    before = entries(world)
    logins = [log_in(world, person) for person in persons]
    writers = Counter(partition for written in logins for partition in set(written))
    shared = {partition: count for partition, count in writers.items() if count > 1}
    kinds = {partition.rpartition("#")[0] for partition in shared}
    assert kinds == {"REGION#*", "REGION#HK", "VOUCHED#client"}
    assert max(shared.values()) <= LOGINS // 4, shared
    # The index has an entry for each shard of a day, however many logins it counts.
    added = entries(world) - before
    assert added.pop(f"DAY#{TODAY}") <= 2 * SHARDS
    assert max(added.values()) <= LOGINS // 4, added


def test_every_shard_is_read_with_its_region(world: World) -> None:
    for person in people(world, LOGINS):
        log_in(world, person)
    counted = world.histories.counters(TODAY)
    total = Counter(item["region"] for item in counted for _ in range(item["n"]))
    assert total == {"HK": LOGINS, "*": LOGINS}
    assert len({item["position"] for item in counted}) == len(counted) > SHARDS


# --- the day of the update


@pytest.fixture
def updated(world: World) -> World:
    """A stack that was updated today, after it had counted two messages of a country, of everybody and of a client."""
    world.partitioned_from = TOMORROW
    for shard in range(2):
        for region in ("HK", "*"):
            world.put((f"REGION#{region}", f"SENDS#{TODAY}#{shard:02d}"), {"n": 1})
    world.put(("VOUCHED#client", f"SENDS#{TODAY}T12"), {"n": 2})
    return world


@pytest.mark.parametrize("budget", ["region_per_day", "global_per_day", "client_per_hour"])
def test_messages_from_before_the_update_count(updated: World, budget: str) -> None:
    updated.budgets(**{budget: 3})
    persons = vouched(updated, people(updated, 3))
    assert sent(updated, persons) == 1
    assert updated.counted("REGION#HK") == updated.counted("REGION#*") == updated.counted("VOUCHED#client") == 3


def test_messages_to_new_phones_from_before_the_update_count(updated: World) -> None:
    updated.set(fraud=Fraud(mode="enforce", daily_floor=1, hourly_floor=1))
    updated.put(("REGION#HK", f"SENDS#{TODAY}#00"), {"n": 1, "new_n": 1, "new_12": 1})
    assert sent(updated, people(updated, 1)) == 0


def test_codes_from_before_the_update_give_their_unit_back_where_it_was_counted(updated: World) -> None:
    [person] = vouched(updated, people(updated, 1))
    challenge = person.start()
    assert "client_shard" not in person.item
    updated.partitioned_from = ""  # as if the code came back on the next day
    person.verify(challenge, person.code)
    assert updated.counted("VOUCHED#client") == 2
    assert len(updated.items("VOUCHED#")) == 1


def test_the_day_after_the_update_each_shard_has_a_partition(updated: World) -> None:
    updated.budgets(region_per_day=3, client_per_hour=3)
    first, *others = vouched(updated, people(updated, 5))
    first.start()
    updated.wait(DAY)
    assert sent(updated, vouched(updated, others)) == 3
    tomorrow = {item["pk"] for item in updated.items() if item["sk"].startswith(f"SENDS#{TOMORROW}")}
    assert {each.rpartition("#")[0] for each in tomorrow if each.startswith(("REGION#", "VOUCHED#"))} == {
        "REGION#HK",
        "REGION#*",
        "VOUCHED#client",
    }


def computed(world: World) -> str:
    """The first day of partitions, as functions read it once the schedule has run."""
    FraudAdministration(counters=world.histories, store=ThresholdStore(world.table), own_addresses=dict).compute(
        Fraud(), world.now
    )
    return world.settings_store.load_settings().partitioned_from


def test_partitions_begin_on_the_day_after_the_update(world: World) -> None:
    world.put(records.FRAUD, OLD)
    assert world.settings_store.load_settings().partitioned_from > TOMORROW, "not before the schedule has run"
    assert computed(world) == TOMORROW
    world.wait(5 * DAY)
    assert computed(world) == TOMORROW


def test_no_container_misses_the_beginning_of_partitions(world: World) -> None:
    """Each keeps what it has read for a while."""
    world.put(records.FRAUD, OLD)
    world.wait(12 * HOUR - 60)
    assert computed(world) == "2031-03-16"


def test_a_new_stack_has_partitions_from_the_start(world: World) -> None:
    assert world.settings_store.load_settings().partitioned_from == ""
    assert computed(world) == ""


def test_the_item_counts_while_the_schedule_has_not_run(world: World) -> None:
    """The first of all messages after an update already finds the ceiling used up."""
    world.put(records.FRAUD, OLD)
    world.partitioned_from = world.settings_store.load_settings().partitioned_from
    world.budgets(client_per_hour=1)
    world.put(("VOUCHED#client", f"SENDS#{TODAY}T12"), {"n": 1})
    [person] = vouched(world, people(world, 1))
    with pytest.raises(RateLimited):
        person.start()
