"""One address has messages sent to few regions where the users have no verified phone."""

from copy import replace
from typing import Any

import pytest

from mfa import errors
from mfa.challenges.budgets import DAY, BudgetSpent, FraudSpent, Window
from mfa.challenges.sends import Caller
from mfa.factors.phones import Phone
from mfa.settings import values
from mfa.settings.fraud import Fraud
from mfa.settings.fraud_thresholds import Thresholds
from mfa.store import records
from mfa.store.table import Item
from mfa.users.history import EventType
from tests.contract.world import ADDRESS, Login, World

PLACES = {"HK": "+852", "GB": "+44", "LV": "+371", "EG": "+20", "FR": "+33"}
ELSEWHERE = "203.0.113.9"


@pytest.fixture(autouse=True)
def _enforced(world: World) -> None:
    under(world)


def under(world: World, **fraud: Any) -> None:
    """Puts the rule in force, with so much room for new phones that no region's budget stands in its way."""
    room: dict[str, Any] = {"mode": "enforce", "daily_floor": 1000, "hourly_floor": 1000}
    world.set(fraud=Fraud(**room | fraud))


def at_home(world: World, region: str, name: str = "user", **phone: Any) -> Login:
    """A user with a phone of this region."""
    person = world.person(f"{name}.{region}", f"{PLACES[region]}{len(world.items()):09d}")
    move(world, person.phone, person.name, region, **phone)
    return person


def move(world: World, phone: Phone, name: str, region: str, **changes: Any) -> None:
    world.edit(records.phone_key(name, phone.slot), region=region, calling_code=PLACES[region], **changes)


def everywhere(world: World, name: str = "user") -> list[Login]:
    return [at_home(world, region, name) for region in PLACES]


def reached(world: World, address: str = ADDRESS) -> set[str]:
    """The regions that count for the address, of all days."""
    return {region for item in items(world, address) for region in item.get("regions", ())}


def items(world: World, address: str = ADDRESS) -> list[Item]:
    return world.items(f"ADDRESS#{address}", "REGIONS#")


def refusal(person: Login) -> errors.RateLimited:
    with pytest.raises(errors.RateLimited) as refused:
        person.start()
    assert isinstance(refused.value.__cause__, FraudSpent)
    assert refused.value.__cause__.decision.rule == "regions_per_address"
    return refused.value


def decisions(world: World, person: Login) -> list[dict[str, Any]]:
    return [event["detail"] for event in world.history(person.name, EventType.FRAUD_DECISION)]


@pytest.mark.guards("REGIONS_LEFT")
def test_an_address_reaches_three_regions_a_day(world: World) -> None:
    first, second, third, last, _ = everywhere(world)
    for person in (first, second, third):
        person.start()
    refused = refusal(last)
    assert refused.retry_after == Window.of(DAY, world.now).ends_at - int(world.now)
    assert len(world.sms.outbox) == 3
    assert last.item == {}
    assert reached(world) == {"HK", "GB", "LV"}
    world.wait(DAY)
    last.logs_in_again().start()
    assert reached(world) == {"HK", "GB", "LV", "EG"}
    assert sorted(len(item["regions"]) for item in items(world)) == [1, 3]


def test_regions_that_an_address_has_reached_stay_open_to_it(world: World) -> None:
    persons = everywhere(world)
    for person in persons[:3]:
        person.start()
    for person in everywhere(world, "other")[:3]:
        person.start()
    assert len(world.sms.outbox) == 6


def test_a_refused_region_is_a_decision(world: World) -> None:
    *persons, last = everywhere(world)[:4]
    for person in persons:
        person.start()
    refusal(last)
    expected = {
        "rule": "regions_per_address",
        "region": "EG",
        "threshold": 3,
        "count": 3,
        "mode": "enforce",
        "refused": True,
    }
    assert decisions(world, last) == [expected]
    [event] = world.history(last.name)
    assert (event["address"], event["phone_id"], "challenge_id" in event) == (ADDRESS, last.phone.id, False)
    assert (world.counted("REGION#EG", "refused"), world.counted("REGION#EG", "would_refuse")) == (1, 0)
    assert world.counted("REGION#EG") == 0


@pytest.mark.guards("NEW_EVENT")
def test_somebody_who_asks_on_and_on_makes_one_decision_a_minute(world: World) -> None:
    """A refused message costs its sender nothing: a stolen password must not fill the log."""
    *persons, last = everywhere(world)[:4]
    other = at_home(world, "EG", "other")
    for person in persons:
        person.start()
    for _ in range(3):
        refusal(last)
    refusal(other)
    assert [len(decisions(world, person)) for person in (last, other)] == [1, 1]
    world.wait(60)
    refusal(last.logs_in_again())
    assert len(decisions(world, last)) == 2
    assert world.counted("REGION#EG", "refused") == 3


def test_observed_regions_are_decisions_each_time(world: World) -> None:
    """The set stays as `enforce` would leave it, so that every message to a region beyond is one."""
    under(world, mode="observe")
    persons = everywhere(world)
    more = everywhere(world, "other")
    for person in (*persons, *more):
        person.start()
    assert [len(decisions(world, person)) for person in (*persons, *more)] == [0, 0, 0, 1, 1] * 2
    [decision] = decisions(world, more[-1])
    assert (decision["rule"], decision["mode"], decision["refused"]) == ("regions_per_address", "observe", False)
    assert world.counted("REGION#FR", "would_refuse") == world.counted("REGION#FR", "new_n") == 2
    assert reached(world) == {"HK", "GB", "LV"}


def test_a_message_beyond_both_budgets_is_one_decision(world: World) -> None:
    under(world, mode="observe", daily_floor=1, hourly_floor=1, regions_per_address_per_day=1)
    persons = everywhere(world)
    for person in (*persons, *everywhere(world, "other")):
        person.start()
    assert [len(decisions(world, person)) for person in everywhere_again(world)] == [1] * 4
    assert world.counted("REGION#FR", "would_refuse") == 2


def everywhere_again(world: World) -> list[Login]:
    """The second users of every region but the first."""
    return [Login(world, world.token(f"other.{region}"), world.phone()) for region in [*PLACES][1:]]


def test_without_budgets_no_region_is_kept(world: World) -> None:
    under(world, mode="off")
    for person in everywhere(world):
        person.verify(person.start(), person.code)
    assert items(world) == []


def test_a_confirmed_region_makes_room(world: World) -> None:
    """Many users behind one address, from all over the world, who type their codes."""
    for person in everywhere(world):
        person.verify(person.start(), person.code)
    assert reached(world) == set()
    [item] = items(world)
    assert item["ttl"] == Window.of(DAY, world.now).ends_at + DAY


def test_a_region_is_given_back_to_the_day_and_address_of_its_send(world: World) -> None:
    world.wait(Window.of(DAY, world.now).ends_at - world.now - 1)
    person = at_home(world, "HK")
    challenge = person.start()
    world.wait(2)
    at_home(world, "HK", "other").start()
    person.verify(challenge, person.code, ELSEWHERE)
    assert [item.get("regions") for item in items(world)] == [None, {"HK"}]
    assert items(world, ELSEWHERE) == []


@pytest.mark.parametrize("slot", [0, 1], ids=["the phone itself", "another phone of the user"])
def test_a_region_where_the_user_has_a_verified_phone_does_not_count(world: World, slot: int) -> None:
    under(world, regions_per_address_per_day=1)
    at_home(world, "GB").start()
    person = at_home(world, "HK")
    other = world.phone("+85291234567", slot)
    if slot:
        world.put(records.phone_key(person.name, slot), records.phone_item(other))
    world.edit(
        records.phone_key(person.name, slot), verified=True, last_verified_at=world.now, verified_since=world.now
    )
    person.start()
    assert reached(world) == {"GB"}


def test_a_verified_phone_of_another_region_does_not_help(world: World) -> None:
    under(world, regions_per_address_per_day=1)
    at_home(world, "GB").start()
    person = at_home(world, "HK")
    verified = replace(world.phone("+3725551234", 1), region="EE", calling_code="+372", verified=True)
    world.put(records.phone_key(person.name, 1), records.phone_item(verified))
    refusal(person)


def test_a_client_that_names_no_address_has_its_own_budget_alone(world: World) -> None:
    for person in everywhere(world):
        world.send_passcode.start(replace(person.token, client_id="a-client"), Caller(ADDRESS), person.phone.id)
    assert world.items("ADDRESS#") == []


def test_test_numbers_and_mails_reach_no_region(world: World) -> None:
    person = at_home(world, "HK")
    number = world.item(records.phone_key(person.name, 0))["number"]
    world.set(test_numbers=[values.TestNumber(number, "123456")])
    person.verify(person.start(), "123456")
    person.logs_in_again().recover()
    assert items(world) == []


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_a_message_makes_as_many_requests_as_without_the_rule(world: World, mode: str) -> None:
    under(world, mode="off")
    counts = []
    for name in ("without", "with"):
        person = at_home(world, "HK", name)
        world.wire.requests.clear()
        person.verify(person.start(), person.code)
        counts.append(list(world.wire.requests))
        under(world, mode=mode)
    # The region is given back at the same time as the budgets.
    assert counts[1] == [*counts[0], "update_item"]


def test_midnight_is_named_where_another_budget_is_spent_as_well(world: World) -> None:
    """The address's messages of the hour, and its regions of the day: after the hour it would be refused again."""
    world.budgets(address_per_hour=3)
    persons = everywhere(world)
    for person in persons[:3]:
        person.start()
    assert refusal(persons[3]).retry_after == Window.of(DAY, world.now).ends_at - int(world.now)
    with pytest.raises(errors.RateLimited) as refused:
        at_home(world, "HK", "other").start()
    assert isinstance(refused.value.__cause__, BudgetSpent)
    assert refused.value.__cause__.kind == "address"


def test_a_resend_from_another_address_counts_there(world: World) -> None:
    person = at_home(world, "HK")
    challenge = person.start()
    world.wait(60)
    world.send_passcode.resend(person.token, Caller(ELSEWHERE), challenge.id)
    assert reached(world) == reached(world, ELSEWHERE) == {"HK"}
    person.verify(world.challenge(person.name), person.code)
    assert (reached(world), reached(world, ELSEWHERE)) == ({"HK"}, set())


def test_a_full_region_and_a_full_address_are_told_apart(world: World) -> None:
    under(world, daily_floor=1, hourly_floor=1)
    world.thresholds = {"HK": Thresholds()}
    at_home(world, "HK").start()
    with pytest.raises(errors.RateLimited) as refused:
        at_home(world, "HK", "other").start()
    assert isinstance(refused.value.__cause__, FraudSpent)
    assert refused.value.__cause__.decision.rule == "daily"
