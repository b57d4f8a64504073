"""The first factor: a try is claimed before the password is compared, and legacy skips are written down."""

import sys
from collections.abc import Callable, Sequence
from copy import replace
from types import FrameType

import pytest
from argon2 import PasswordHasher

from mfa import errors
from mfa.challenges.account import LoginAccount
from mfa.challenges.budgets import DAY, HOUR
from mfa.challenges.password_tries import PLACES_KEPT, PasswordTries, PasswordTry
from mfa.flows.log_in import LoggedIn, SecondFactorNeeded, Vouched
from mfa.settings.passwords import PasswordLimits
from mfa.store import records
from mfa.store.attribute_values import decode
from mfa.users.clients import Client
from mfa.users.history import EventType
from mfa.users.user import Kind, UserStatus
from tests.contract.world import ADDRESS, NUMBER, START, Login, World
from tests.product import PASSWORD

LIMITS = PasswordLimits()
# Stops so early that not every test makes a hundred tries.
STRICT = PasswordLimits(free_in_a_row=5, max_in_a_row=20)
LEGACY = Client(client_id="old", name="Old", legacy=True, secret_hash="-", created_at=START)


def wrong(world: World, login_name: str = "demo.user", address: str = ADDRESS) -> None:
    with pytest.raises(errors.InvalidCredentials):
        world.log_in.login(login_name, "wrong", address)


def test_a_login_reads_phones_lock_and_counts_in_one_request(world: World, demo: Login) -> None:
    world.add_phone(demo.name, "+85291234567", slot=1)
    demo.start()
    demo.edit(failures=5, last_attempt_at=world.now)
    world.wire.requests.clear()
    passed = world.log_in.login(demo.name, PASSWORD, ADDRESS)
    assert isinstance(passed, SecondFactorNeeded)
    assert [phone.number for phone in passed.phones] == [NUMBER, "+85291234567"]
    assert passed.locked_until == world.now + 900
    assert world.wire.requests == ["batch_get_item", *["update_item"] * 4]


def test_a_lock_of_the_passcode_does_not_refuse_the_password(world: World, demo: Login) -> None:
    demo.start()
    demo.edit(failures_total=100)
    assert isinstance(world.log_in.login(demo.name, PASSWORD, ADDRESS), SecondFactorNeeded)


def right(world: World, login_name: str = "demo.user", address: str = ADDRESS) -> None:
    assert isinstance(world.log_in.login(login_name, PASSWORD, address), SecondFactorNeeded)


def refused(world: World, login_name: str = "demo.user", address: str = ADDRESS) -> float:
    """Even the right password is refused, before it is compared; gives the seconds until another try."""
    with pytest.raises(errors.RateLimited) as limited:
        world.log_in.login(login_name, PASSWORD, address)
    assert limited.value.retry_after is not None
    return limited.value.retry_after


def guess(world: World, times: int, login_name: str = "demo.user") -> None:
    """Wrong passwords, each from another address, as fast as the pauses let them."""
    for n in range(times):
        tried = world.accounts.load_account_with_tries(login_name).tries
        world.wait(max(0, tried.tried_at + tried.pause(world.settings.passwords) - world.now))
        wrong(world, login_name, f"203.0.113.{n}")


def test_after_ten_wrong_passwords_a_name_is_refused_from_this_address(world: World, demo: Login) -> None:
    right(world)
    for _ in range(LIMITS.max_per_name_and_address_per_hour):
        wrong(world)
    assert refused(world) == HOUR
    wrong(world, "another")
    world.wait(HOUR)
    right(world)


@pytest.mark.parametrize("login_name", ["demo.user", "nobody"])
def test_unknown_names_count_the_same_and_make_the_same_requests(world: World, demo: Login, login_name: str) -> None:
    world.wire.requests.clear()
    for _ in range(LIMITS.max_per_name_and_address_per_hour):
        wrong(world, login_name)
    assert refused(world, login_name) == HOUR
    wrong_one = ["batch_get_item", "update_item", "update_item", "put_item"]
    assert world.wire.requests == [*(wrong_one * 10), "batch_get_item"]
    wrong(world, login_name, "198.51.100.9")


@pytest.mark.parametrize("familiar", [False, True])
def test_a_wrong_password_makes_as_many_requests_where_the_name_is_familiar(
    world: World, demo: Login, familiar: bool
) -> None:
    if familiar:
        right(world)
    world.wire.requests.clear()
    wrong(world)
    assert sorted(world.wire.requests) == ["batch_get_item", "put_item", "update_item", "update_item"]


def test_an_address_is_refused_after_a_hundred_wrong_passwords_but_for_names_that_are_familiar_there(
    world: World, demo: Login
) -> None:
    world.person("regular")
    right(world, "regular")
    for n in range(LIMITS.max_per_address_per_hour):
        wrong(world, f"nobody.{n}")
    assert refused(world) == HOUR
    right(world, "regular")
    wrong(world, "regular")
    right(world, demo.name, "198.51.100.9")


def test_the_limits_are_settings(world: World, demo: Login) -> None:
    world.set(passwords=PasswordLimits(max_per_name_and_address_per_hour=2, max_per_address_per_hour=10))
    wrong(world)
    wrong(world)
    assert refused(world) == HOUR
    for n in range(8):
        wrong(world, f"nobody.{n}")
    assert refused(world, "nobody.8") == HOUR


def test_a_right_password_gives_its_try_back(world: World, demo: Login) -> None:
    for _ in range(3 * LIMITS.max_per_name_and_address_per_hour):
        right(world)
    [counter] = world.items("TRIES#")
    assert [value for name, value in counter.items() if name == "n" or name.startswith("name_")] == [0, 0]


def test_a_name_slows_down_over_all_addresses_and_stops_after_a_hundred(world: World, demo: Login) -> None:
    guess(world, LIMITS.free_in_a_row)
    assert refused(world, address="198.51.100.9") == 1
    guess(world, 5)
    assert refused(world, address="198.51.100.9") == 32
    guess(world, 20)
    assert refused(world, address="198.51.100.9") == 900
    guess(world, LIMITS.max_in_a_row - LIMITS.free_in_a_row - 25)
    world.wait(365 * DAY)  # no pause lasts so long
    refused(world, address="198.51.100.9")


def test_guesses_refuse_nobody_where_the_password_was_right_lately(world: World, demo: Login) -> None:
    world.set(passwords=STRICT)
    right(world)
    guess(world, STRICT.max_in_a_row)
    refused(world, address="198.51.100.9")
    right(world)
    right(world, address="198.51.100.9")  # a success ended the row


def test_a_place_is_familiar_for_thirty_days(world: World, demo: Login) -> None:
    world.set(passwords=STRICT)
    right(world)
    guess(world, STRICT.max_in_a_row)
    world.wait(LIMITS.familiar_days * DAY)
    refused(world)


def test_an_unlock_ends_the_stop_and_keeps_the_places(world: World, demo: Login) -> None:
    world.set(passwords=STRICT)
    right(world)
    guess(world, STRICT.max_in_a_row)
    world.users.unlock(demo.name, world.event(EventType.USER_UNLOCKED))
    right(world, address="198.51.100.9")
    guess(world, STRICT.max_in_a_row)
    right(world)


def test_a_new_password_ends_the_stop_and_forgets_the_places(world: World, demo: Login) -> None:
    world.set(passwords=STRICT)
    right(world)
    guess(world, STRICT.max_in_a_row)
    before = world.user()
    after, _ = before.changed(world.now, {"password_hash": "another"})
    world.users.change(before, after, world.event())
    assert world.accounts.load_account_with_tries(demo.name).tries == PasswordTries()


def test_a_new_user_begins_without_what_was_guessed_before(world: World) -> None:
    world.set(passwords=STRICT)
    guess(world, STRICT.max_in_a_row)
    refused(world, address="198.51.100.9")
    world.add_user()
    right(world, address="198.51.100.9")


def test_no_more_than_twenty_places_are_kept(world: World, demo: Login) -> None:
    for n in range(PLACES_KEPT + 5):
        world.wait(1)
        right(world, address=f"203.0.113.{n}")
    places = world.accounts.load_account_with_tries(demo.name).tries.places
    assert sorted(places.values()) == [START + 6 + n for n in range(PLACES_KEPT)]


# Tries that come at once: each has read the counts before any of the others has claimed.


def at_once(world: World, names_and_addresses: Sequence[tuple[str, str]]) -> list[bool]:
    tries = [
        PasswordTry(
            login_name=name,
            address=address,
            at=world.now,
            tries=world.accounts.load_account_for_login(name, address, world.now).tries,
            limits=LIMITS,
            is_user=True,
        )
        for name, address in names_and_addresses
    ]
    return [world.accounts.claim_password_try(attempt) for attempt in tries]


@pytest.mark.guards("PASSWORDS_LEFT_FOR_NAME")
def test_of_tries_at_once_no_more_than_ten_are_compared_for_a_name_from_an_address(world: World, demo: Login) -> None:
    right(world)  # so that the name's own limit is no matter
    assert at_once(world, [(demo.name, ADDRESS)] * 12) == [True] * 10 + [False] * 2


@pytest.mark.guards("PASSWORDS_LEFT_FOR_ADDRESS")
def test_of_tries_at_once_no_more_than_a_hundred_are_compared_from_an_address(world: World) -> None:
    claimed = at_once(world, [(f"user.{n}", ADDRESS) for n in range(102)])
    assert claimed == [True] * 100 + [False] * 2


@pytest.mark.guards("PASSWORDS_FREE")
def test_of_tries_at_once_over_many_addresses_no_more_than_twenty_are_compared_for_a_name(world: World) -> None:
    claimed = at_once(world, [("demo.user", f"203.0.113.{n}") for n in range(30)])
    assert claimed == [True] * 20 + [False] * 10


@pytest.mark.guards("TRIES_PAUSED_LONG_ENOUGH")
def test_of_tries_at_once_after_a_pause_one_is_compared(world: World) -> None:
    guess(world, LIMITS.free_in_a_row)
    world.wait(1)
    claimed = at_once(world, [("demo.user", f"198.51.100.{n}") for n in range(5)])
    assert claimed == [True] + [False] * 4


def test_a_try_that_came_too_late_is_refused_and_not_compared(world: World, demo: Login) -> None:
    for _ in range(LIMITS.max_per_name_and_address_per_hour - 1):
        wrong(world)
    world.wire.before("update_item", lambda: wrong(world))
    assert refused(world) == 1


def test_what_is_counted_for_a_name_that_nobody_has_is_swept_and_no_users_count(world: World, demo: Login) -> None:
    wrong(world)
    wrong(world, "nobody")
    sweeps = [item.get("ttl") for item in world.items("PASSWORDS#", "#PASSWORDS")]
    assert sorted(sweeps, key=str) == [int(START) + 90 * DAY, None]


def test_a_wrong_password_is_in_the_users_history_and_no_unknown_name_has_one(world: World, demo: Login) -> None:
    wrong(world)
    wrong(world, "nobody")
    [event] = world.history(demo.name, EventType.WRONG_PASSWORD)
    assert (event["address"], event["at"]) == (ADDRESS, world.now)
    assert event["sk"] == f"EVENT#{event['time']}#{event['id']}"
    assert event["user"] == demo.name
    [line] = [item for item in world.items("HISTORY#") if item["pk"] != records.history_of(demo.name)]
    assert "nobody" not in str(line)
    assert line["ttl"] == int(world.now) + 30 * DAY
    # The same line but for its partition: how long it takes tells nothing.
    assert line.keys() == event.keys()


def test_a_login_as_administrator_is_written_before_the_token_is_given(world: World) -> None:
    world.add_user("ada", kind=Kind.SYSTEM, mfa_enabled=False)
    assert isinstance(world.log_in.login("ada", PASSWORD, ADDRESS), LoggedIn)
    [event] = world.history("ada", EventType.LOGGED_IN)
    assert (event["actor"], event["address"]) == ("ada", ADDRESS)
    world.wire.fail("put_item", errors.TemporarilyUnavailable())
    with pytest.raises(errors.TemporarilyUnavailable):
        world.log_in.login("ada", PASSWORD, ADDRESS)


def test_typed_text_never_becomes_an_attribute_name(world: World) -> None:
    wrong(world, "ttl")
    wrong(world, "n")
    [counter] = world.items("TRIES#")
    assert counter["n"] == 2
    assert all(name in {"pk", "sk", "ttl", "n"} or name.startswith("name_") for name in counter)
    assert all(len(item["pk"]) == len("PASSWORDS#") + 32 for item in world.items("PASSWORDS#"))


def test_a_disabled_user_is_refused_like_an_unknown_one(world: World) -> None:
    world.add_user(status=UserStatus.DISABLED)
    with pytest.raises(errors.InvalidCredentials):
        world.log_in.login("demo.user", PASSWORD, ADDRESS)


# --- legacy clients


def skip(world: World) -> SecondFactorNeeded | LoggedIn:
    return world.log_in.vouched(
        Vouched(client=LEGACY, login_name="demo.user", address=ADDRESS, supports_mfa=False, client_version="1.2.3")
    )


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


def test_the_history_of_a_skip_has_the_address_that_the_client_names(world: World, demo: Login) -> None:
    world.set(allow_legacy_clients=True)
    login = Vouched(client=LEGACY, login_name="demo.user", address=ADDRESS, supports_mfa=False)
    world.log_in.vouched(login)
    world.wait(5)
    world.log_in.vouched(replace(login, end_user_address="198.51.100.7"))
    assert [event["address"] for event in world.history(demo.name, EventType.LEGACY_LOGIN)] == [ADDRESS, "198.51.100.7"]


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


BCRYPT_5, BCRYPT_6 = (f"$2b$0{cost}${'a' * 53}" for cost in (5, 6))
DJANGO = "pbkdf2_sha256$1000$salt$x"


def test_the_dearest_hashes_in_use_are_counted_as_users_come_change_and_go(world: World) -> None:
    def in_use() -> object:
        return world.accounts.load_costs_in_use()

    assert in_use() == {}
    ours = PasswordHasher(2, 19 * 1024, 1).hash("password")
    world.add_user("ours", password_hash=ours)
    world.add_user("without", password_hash=None)
    assert in_use() == {}
    one, two = (world.add_user(name, password_hash=BCRYPT_5) for name in ("one", "two"))
    world.add_user("three", password_hash=BCRYPT_6)
    world.add_user("four", password_hash=DJANGO)
    assert in_use() == {"bcrypt": 64, "pbkdf2_sha256": 1000}
    world.accounts.replace_password_hash(world.user("three"), ours)
    assert in_use() == {"bcrypt": 32, "pbkdf2_sha256": 1000}
    world.users.change(one, replace(one, password_hash=DJANGO, version=2), world.event())
    assert in_use() == {"bcrypt": 32, "pbkdf2_sha256": 1000}
    world.users.delete(two, world.event())
    world.users.delete(world.user("four"), world.event())
    assert in_use() == {"pbkdf2_sha256": 1000}
    before = world.user("one")
    world.users.change(before, replace(before, password_hash=ours, version=3), world.event())
    assert in_use() == {}


def test_a_hash_that_was_replaced_meanwhile_is_counted_once(world: World) -> None:
    before = world.add_user(password_hash=BCRYPT_5)
    world.add_user("another", password_hash=BCRYPT_5)
    for _ in range(3):
        world.accounts.replace_password_hash(before, "ours")
    assert world.accounts.load_costs_in_use() == {"bcrypt": 32}


def test_a_login_decodes_challenge_and_phones_only_after_the_password(world: World, demo: Login) -> None:
    """Decoding them takes longer the more is there: a lock would show."""

    def load() -> LoginAccount:
        return world.accounts.load_account_for_login(demo.name, "192.0.2.1", world.now)

    found = load()
    assert found.user == world.user()
    assert found.complete() == replace(world.account(), tries=found.tries)
    little = [items_decoded(load), items_decoded(found.complete)]
    demo.start()
    world.add_phone(demo.name, "+85291234567", slot=1)
    found = load()
    assert [items_decoded(load), items_decoded(found.complete)] == [
        little[0],
        little[1] + 3,
    ]  # challenge, phone, uses of factors


def items_decoded(call: Callable[[], object]) -> int:
    """How many items this call decodes."""
    calls = 0

    def count(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code is decode.__code__

    sys.setprofile(count)
    try:
        call()
    finally:
        sys.setprofile(None)
    return calls
