"""The first factor: wrong passwords are limited, and legacy skips are recorded."""

from dataclasses import replace

import pytest

from mfa import errors
from mfa.challenges.budgets import WRONG_PASSWORDS_PER_ADDRESS, WRONG_PASSWORDS_PER_NAME
from mfa.flows.log_in import LoggedIn, SecondFactorNeeded
from mfa.store import records
from mfa.users.clients import Client
from mfa.users.history import EventType
from mfa.users.user import UserStatus
from tests.contract.world import ADDRESS, NUMBER, START, Login, World
from tests.product import PASSWORD

HOUR = 3600
LEGACY = Client(client_id="old", name="Old", legacy=True, secret_hash="-", created_at=START)


def wrong(world: World, login_name: str = "demo.user", address: str = ADDRESS) -> None:
    with pytest.raises(errors.InvalidCredentials):
        world.log_in.login(login_name, "wrong", address)


def test_a_login_shows_phones_and_lock_in_one_request(world: World, demo: Login) -> None:
    world.add_phone(demo.name, "+85291234567", slot=1)
    demo.start()
    demo.edit(failures=5, last_attempt_at=world.now)
    world.wire.requests.clear()
    passed = world.log_in.login(demo.name, PASSWORD, ADDRESS)
    assert isinstance(passed, SecondFactorNeeded)
    assert [phone.number for phone in passed.phones] == [NUMBER, "+85291234567"]
    assert passed.locked_until == world.now + 900
    assert len(world.wire.requests) == 1


def test_a_lock_of_the_passcode_does_not_refuse_the_password(world: World, demo: Login) -> None:
    demo.start()
    demo.edit(failures_total=100)
    assert isinstance(world.log_in.login(demo.name, PASSWORD, ADDRESS), SecondFactorNeeded)


def test_after_ten_wrong_passwords_a_name_is_refused_from_this_address(world: World, demo: Login) -> None:
    for _ in range(WRONG_PASSWORDS_PER_NAME):
        wrong(world)
    with pytest.raises(errors.RateLimited) as refused:
        world.log_in.login(demo.name, PASSWORD, ADDRESS)
    assert refused.value.retry_after == HOUR
    wrong(world, "another")
    assert isinstance(world.log_in.login(demo.name, PASSWORD, "198.51.100.9"), SecondFactorNeeded)
    world.wait(HOUR)
    assert isinstance(world.log_in.login(demo.name, PASSWORD, ADDRESS), SecondFactorNeeded)


def test_unknown_names_count_the_same(world: World) -> None:
    for _ in range(WRONG_PASSWORDS_PER_NAME):
        wrong(world, "nobody")
    with pytest.raises(errors.RateLimited):
        world.log_in.login("nobody", PASSWORD, ADDRESS)


def test_an_address_is_refused_after_a_hundred_wrong_passwords(world: World, demo: Login) -> None:
    wrong(world)
    [counter] = world.items("ADDRESS#", "PASSWORDS#")
    world.edit((counter["pk"], counter["sk"]), n=WRONG_PASSWORDS_PER_ADDRESS - 1)
    wrong(world, "another")
    with pytest.raises(errors.RateLimited):
        world.log_in.login(demo.name, PASSWORD, ADDRESS)


def test_a_right_password_is_not_counted(world: World, demo: Login) -> None:
    world.log_in.login(demo.name, PASSWORD, ADDRESS)
    assert world.items("ADDRESS#") == []


@pytest.mark.guards("PASSWORDS_LEFT_FOR_NAME")
def test_at_most_ten_wrong_passwords_at_once_are_answered_for_a_name(world: World) -> None:
    counted = [world.accounts.count_wrong_password("demo.user", ADDRESS, world.now) for _ in range(12)]
    assert counted == [True] * WRONG_PASSWORDS_PER_NAME + [False] * 2
    assert world.accounts.count_wrong_password("another", ADDRESS, world.now)
    account = world.accounts.load_account_for_login("demo.user", ADDRESS, world.now)
    assert (account.wrong_passwords, account.wrong_passwords_for_name) == (11, 10)


@pytest.mark.guards("PASSWORDS_LEFT_FOR_ADDRESS")
def test_at_most_a_hundred_wrong_passwords_at_once_are_answered_for_an_address(world: World) -> None:
    world.accounts.count_wrong_password("demo.user", ADDRESS, world.now)
    [counter] = world.items("ADDRESS#", "PASSWORDS#")
    world.edit((counter["pk"], counter["sk"]), n=WRONG_PASSWORDS_PER_ADDRESS - 1)
    counted = [world.accounts.count_wrong_password(f"user.{n}", ADDRESS, world.now) for n in range(3)]
    assert counted == [True, False, False]
    assert world.accounts.count_wrong_password("user.1", "198.51.100.9", world.now)


def test_a_wrong_password_beyond_the_limit_is_rate_limited(world: World, demo: Login) -> None:
    for _ in range(WRONG_PASSWORDS_PER_NAME - 1):
        wrong(world)
    world.wire.before("update_item", lambda: wrong(world))
    with pytest.raises(errors.RateLimited):
        world.log_in.login(demo.name, "wrong", ADDRESS)


def test_typed_text_never_becomes_an_attribute_name(world: World) -> None:
    wrong(world, "ttl")
    wrong(world, "n")
    [counter] = world.items("ADDRESS#", "PASSWORDS#")
    assert counter["n"] == 2
    assert all(name in {"pk", "sk", "ttl", "n"} or name.startswith("name_") for name in counter)


def test_a_disabled_user_is_refused_like_an_unknown_one(world: World) -> None:
    world.add_user(status=UserStatus.DISABLED)
    with pytest.raises(errors.InvalidCredentials):
        world.log_in.login("demo.user", PASSWORD, ADDRESS)


# --- legacy clients


def skip(world: World) -> SecondFactorNeeded | LoggedIn:
    return world.log_in.vouched(LEGACY, "demo.user", ADDRESS, supports_mfa=False, client_version="1.2.3")


def test_a_legacy_skip_is_recorded(world: World, demo: Login) -> None:
    world.set(allow_legacy_clients=True)
    world.wait(5)
    passed = skip(world)
    assert isinstance(passed, LoggedIn)
    assert passed.legacy
    user = world.user()
    assert (user.last_legacy_at, user.client_version) == (START + 5, "1.2.3")
    [event] = world.history(demo.name, EventType.LEGACY_LOGIN)
    assert (event["actor"], event["address"], event["detail"]) == ("old", ADDRESS, {"client_version": "1.2.3"})
    assert world.counted("REGION#*", "legacy_logins") == 1


def test_a_skip_that_cannot_be_recorded_is_refused(world: World, demo: Login) -> None:
    world.set(allow_legacy_clients=True)
    world.wire.fail("transact_write_items", errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        skip(world)
    assert world.signer.signed == 0


@pytest.mark.guards("VERSION_AS_READ")
def test_a_user_deleted_meanwhile_skips_no_second_factor(world: World, demo: Login) -> None:
    world.set(allow_legacy_clients=True)
    world.wire.before("transact_write_items", lambda: world.users.delete(world.user(), world.event()))
    with pytest.raises(errors.InvalidCredentials):
        skip(world)
    assert (world.signer.signed, world.item(records.profile_key(demo.name))) == (0, {})


@pytest.mark.guards("HASH_AS_READ")
def test_a_password_that_was_changed_meanwhile_is_not_replaced_by_an_earlier_one(world: World) -> None:
    before = world.add_user()
    world.accounts.replace_password_hash(before, "ours")
    assert world.user() == replace(before, password_hash="ours")
    after = replace(before, password_hash="changed", version=2)
    world.users.change(before, after, world.event())
    world.accounts.replace_password_hash(before, "ours")
    assert world.user() == after
