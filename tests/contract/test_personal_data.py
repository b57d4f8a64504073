"""Everything stored under a name is read and erased."""

import pytest

from mfa import errors
from mfa.challenges.password_tries import digest
from mfa.store import records
from mfa.store.personal_data import PersonalStore
from mfa.store.table import Item
from mfa.users.history import EventType
from tests.contract.world import World


@pytest.fixture
def personal(world: World) -> PersonalStore:
    return PersonalStore(world.table)


def everything(personal: PersonalStore, limit: int = 1000) -> list[Item]:
    found, place = personal.page("demo.user", [], limit)
    while place:
        items, place = personal.page("demo.user", place, limit)
        assert len(items) <= limit
        found += items
    return found


def fill(world: World) -> None:
    world.add_user(alias="Demo")
    world.add_phone()
    for key in records.held_factors_keys("demo.user"):
        world.put(key, {"totp_step": 5})
    # Another user, whose name has the same beginning.
    world.add_user("demo.user2")
    for _ in range(25):
        world.wait(1)
        world.users.unlock("demo.user", world.event(EventType.USER_UNLOCKED))


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_every_item_is_read_once_however_long_a_page_is(world: World, personal: PersonalStore, limit: int) -> None:
    fill(world)
    found = [(item["pk"], item["sk"]) for item in everything(personal, limit)]
    assert len(found) == len(set(found)) >= 30
    assert {pk.partition("#")[2] for pk, _ in found} == {"demo.user", digest("demo.user")}


def test_only_the_deleted_user_is_erased(world: World, personal: PersonalStore) -> None:
    fill(world)
    world.users.delete(world.user(), world.event(EventType.USER_DELETED))
    personal.erase("demo.user", everything(personal), "iam", world.event(EventType.USER_ERASED))
    assert everything(personal) == []
    assert world.user("demo.user2").active
    assert len(world.history("iam", EventType.USER_ERASED)) == 1


@pytest.mark.guards("NEW")
def test_a_user_created_again_between_reading_and_erasing_stays(world: World, personal: PersonalStore) -> None:
    fill(world)
    world.users.delete(world.user(), world.event(EventType.USER_DELETED))
    items = everything(personal)
    # After the first transaction of the erasure.
    world.wire.before("transact_write_items", lambda: None)
    world.wire.before("transact_write_items", lambda: world.add_user(alias="anew"))
    with pytest.raises(errors.Conflict):
        personal.erase("demo.user", items, "iam", world.event(EventType.USER_ERASED))
    assert world.user().alias == "anew"
    assert everything(personal) != []
