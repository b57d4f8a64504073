"""Fraud budgets: how many messages to new phones of a region may be unconfirmed."""

from typing import Any

import pytest

from mfa import errors
from mfa.challenges.budgets import DAY, HOUR, SHARDS, BudgetSpent, FraudSpent, Window
from mfa.settings.fraud import Fraud
from mfa.settings.fraud_thresholds import Thresholds
from mfa.store import records
from mfa.store.full_shards import FULL_SECONDS
from mfa.users.history import EventType
from tests.contract.world import Login, World

HK = "REGION#HK"


def under(world: World, **fraud: Any) -> None:
    """Puts the budgets in force: 20 a day and 3 an hour, unless others are given."""
    world.set(fraud=Fraud(**({"mode": "enforce"} | fraud)))


def new_phones(world: World, count: int, first: int = 0, prefix: str = "+8529") -> list[Login]:
    return [world.person(f"user.{prefix}.{n}", f"{prefix}{n:07d}") for n in range(first, first + count)]


def sent(persons: list[Login]) -> int:
    """Lets each of them ask for a message; how many went out."""
    went, causes = 0, []
    for person in persons:
        try:
            person.start()
        except errors.RateLimited as refused:
            causes.append(refused.__cause__)
        else:
            went += 1
    assert all(isinstance(cause, FraudSpent) for cause in causes)
    return went


def decisions(world: World, person: Login) -> list[dict[str, Any]]:
    return [event["detail"] for event in world.history(person.name, EventType.FRAUD_DECISION)]


@pytest.mark.guards("NEW_PHONES_LEFT_IN_HOUR")
def test_an_hour_has_a_budget_of_messages_to_new_phones(world: World) -> None:
    under(world)
    *most, last = new_phones(world, 5)
    assert sent(most) == 3
    with pytest.raises(errors.RateLimited) as refused:
        last.start()
    assert refused.value.retry_after == Window.of(HOUR, world.now).ends_at - int(world.now)
    world.wait(HOUR)
    last.logs_in_again().start()


@pytest.mark.guards("NEW_PHONES_LEFT")
@pytest.mark.parametrize("region_per_day", [None, 1600], ids=["no ceiling", "a ceiling of the region"])
def test_a_day_has_a_budget_of_messages_to_new_phones(world: World, region_per_day: int | None) -> None:
    """Any number of shards may share it: it is neither passed nor left over."""
    under(world, hourly_floor=1000)
    world.budgets(region_per_day=region_per_day)
    persons = new_phones(world, 25)
    assert sent(persons[:13]) == 13
    world.wait(HOUR)
    assert sent([person.logs_in_again() for person in persons[13:]]) == 7
    assert world.counted(HK, "new_n") == 20
    with pytest.raises(errors.RateLimited) as refused:
        persons[-1].logs_in_again().start()
    assert refused.value.retry_after == Window.of(DAY, world.now).ends_at - int(world.now)
    world.wait(DAY)
    persons[-1].logs_in_again().start()


def test_a_refused_message_is_a_decision(world: World) -> None:
    under(world)
    *most, last = new_phones(world, 4)
    assert sent(most) == 3
    with pytest.raises(errors.RateLimited):
        last.start()
    expected = {"rule": "hourly", "region": "HK", "threshold": 3, "count": 3, "mode": "enforce", "refused": True}
    assert decisions(world, last) == [expected]
    [event] = world.history(last.name)
    assert (event["actor"], event["phone_id"], "challenge_id" in event) == (last.name, last.phone.id, False)
    assert (world.counted(HK, "refused"), world.counted(HK, "would_refuse")) == (1, 0)
    assert last.item == {}


def test_observed_messages_go_out_and_are_decisions(world: World) -> None:
    under(world, mode="observe")
    persons = new_phones(world, 6)
    assert sent(persons) == len(world.sms.outbox) == 6
    assert [len(decisions(world, person)) for person in persons] == [0, 0, 0, 1, 1, 1]
    [decision] = decisions(world, persons[-1])
    assert (decision["rule"], decision["mode"], decision["refused"]) == ("hourly", "observe", False)
    assert (world.counted(HK, "would_refuse"), world.counted(HK, "new_n")) == (3, 6)
    for person in persons:
        person.verify(world.challenge(person.name), person.code)
    assert {item.get("new_n", 0) for item in world.items(HK)} == {0}


def test_without_budgets_messages_are_only_counted(world: World) -> None:
    under(world, mode="off")
    persons = new_phones(world, 5)
    assert sent(persons) == world.counted(HK, "new_n") == 5
    assert [decision for person in persons for decision in decisions(world, person)] == []


def test_confirmed_messages_leave_the_budget_to_others(world: World) -> None:
    under(world)
    for person in new_phones(world, 30):
        person.verify(person.start(), person.code)
    assert sent(new_phones(world, 5, first=100)) == 3


def test_a_phone_that_was_verified_before_today_is_not_held_to_it(world: World) -> None:
    under(world)
    assert sent(new_phones(world, 4)) == 3
    yesterday = Window.of(DAY, world.now).ends_at - DAY - 1
    world.person("old.hand", "+85261234567", yesterday).start()


def test_each_region_has_its_own(world: World) -> None:
    under(world)
    assert sent(new_phones(world, 4)) == 3
    elsewhere = new_phones(world, 4, prefix="+4479")
    for person in elsewhere:
        world.edit(records.phone_key(person.name, 0), region="GB", calling_code="+44")
    assert sent(elsewhere) == 3


@pytest.mark.parametrize("hourly", [5, 16, 160])
def test_the_thresholds_raise_it(world: World, hourly: int) -> None:
    under(world)
    world.thresholds = {"HK": Thresholds(daily=17, hourly=hourly)}
    assert sent(new_phones(world, 22)) == min(hourly, 20)  # the floor of the day is higher than the threshold


def test_a_full_region_is_remembered_for_a_moment(world: World) -> None:
    """An attack costs a read and the decision's write, not a try for each shard."""
    under(world, hourly_floor=1000, daily_floor=SHARDS)
    first, *others = new_phones(world, SHARDS + 3)
    persons = [first, *others]
    assert sent(persons[:-2]) == SHARDS
    world.wire.requests.clear()
    assert sent(persons[-2:-1]) == 0
    assert world.wire.requests == ["batch_get_item", "transact_write_items"]
    first.verify(world.challenge(first.name), first.code)
    world.wait(FULL_SECONDS)
    assert sent(persons[-1:]) == 1


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_a_message_within_the_budget_makes_as_many_requests_as_without(world: World, mode: str) -> None:
    without, *persons = new_phones(world, 4)
    without.start()
    requests = list(world.wire.requests)
    under(world, mode=mode)
    for person in persons[:2]:
        world.wire.requests.clear()
        person.start()
        assert world.wire.requests == requests


def test_a_ceiling_of_the_region_is_told_apart(world: World) -> None:
    under(world, hourly_floor=1000, daily_floor=1000)
    world.budgets(region_per_day=SHARDS)
    persons = new_phones(world, SHARDS + 1)
    for person in persons[:-1]:
        person.start()
    with pytest.raises(errors.RateLimited) as refused:
        persons[-1].start()
    assert isinstance(refused.value.__cause__, BudgetSpent)
    assert refused.value.__cause__.kind == "region"


def test_a_decision_that_cannot_be_written_down_stops_no_message(world: World) -> None:
    under(world, mode="observe")
    persons = new_phones(world, 5)
    assert sent(persons[:4]) == 4
    world.wire.before("transact_write_items", lambda: None)  # the send itself: the region is known to be full
    world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
    assert sent(persons[4:]) == 1
    assert decisions(world, persons[-1]) == []


def test_the_hour_is_named_while_one_shard_waits_for_it_alone(world: World) -> None:
    """Its room is back in the next hour, though the day has used up the other shard."""
    under(world, daily_floor=17, hourly_floor=16)
    day = Window.of(DAY, world.now).name
    for shard, counted in enumerate(({"new_n": 9, "new_10": 9}, {"new_n": 7, "new_12": 8})):
        world.put((f"{HK}#{shard:02d}", f"SENDS#{day}"), counted)
    [person] = new_phones(world, 1)
    with pytest.raises(errors.RateLimited) as refused:
        person.start()
    assert refused.value.retry_after == Window.of(HOUR, world.now).ends_at - int(world.now)
    [decision] = decisions(world, person)
    assert (decision["rule"], decision["threshold"], decision["count"]) == ("hourly", 16, 8)
    world.wait(HOUR)
    person.logs_in_again().start()
