"""Last logins: each kind of login leaves its time, at no write more, and the directory lists users by it."""

from collections.abc import Callable
from copy import replace

import pytest

from mfa import errors
from mfa.administration import directory_upkeep
from mfa.administration.directory import Directory
from mfa.administration.requests import ListUsers
from mfa.challenges.budgets import DAY
from mfa.factors.factors import Factor
from mfa.flows.device_trust import DeviceWish
from mfa.flows.log_in import LoggedIn, Vouched
from mfa.settings.values import TrustedDevicesSettings
from mfa.store import records
from mfa.users.directory_query import UserOrder
from mfa.users.history import EventType
from tests.contract.test_actions import DELETE, LONG_AGO, opened
from tests.contract.test_directory import directory_of, put, user
from tests.contract.test_logins import LEGACY
from tests.contract.test_user_directory import compute, listed
from tests.contract.world import ADDRESS, CODES, TEMPORARY, Login, World
from tests.product import PASSWORD

pytestmark = pytest.mark.above_the_store

NAME = "demo.user"
# Of a user whose device is trusted.
DEVICE_DAYS = 30


@pytest.fixture
def directory(world: World) -> Directory:
    return directory_of(world)


def seen(world: World, login_name: str = NAME) -> float | None:
    return world.accounts.load_account_with_factors(login_name).last_login_at


def by_message(world: World) -> None:
    login = Login(world, world.token(), world.account().phones[0])
    login.verify(login.start(), login.code)


def by_mail(world: World) -> None:
    login = Login(world, world.token(), world.account().phones[0])
    login.verify(login.recover(), login.code)


def by_factor(factor: Factor, code: Callable[[World], str]) -> Callable[[World], None]:
    def prove(world: World) -> None:
        world.enrol()
        Login(world, world.token(), world.account().phones[0]).prove(factor, code(world))

    return prove


def by_device(world: World) -> None:
    """The login that trusts the device was on an earlier day."""
    world.enrol()
    world.wait(60)
    login = Login(world, world.token(), world.account().phones[0])
    token = login.prove(Factor.TOTP, world.app_code(), wish=DeviceWish("Laptop")).device.token
    world.wait(DAY)
    assert isinstance(world.log_in.login(NAME, PASSWORD, ADDRESS, token), LoggedIn)


def without_mfa(world: World) -> None:
    world.edit(records.profile_key(NAME), mfa_enabled=False)
    assert isinstance(world.log_in.login(NAME, PASSWORD, ADDRESS), LoggedIn)


def vouched(*, supports_mfa: bool) -> Callable[[World], None]:
    def vouch(world: World) -> None:
        world.edit(records.profile_key(NAME), mfa_enabled=not supports_mfa)
        assert isinstance(
            world.log_in.vouched(Vouched(client=LEGACY, login_name=NAME, address=ADDRESS, supports_mfa=supports_mfa)),
            LoggedIn,
        )

    return vouch


def by_action(world: World) -> None:
    opened(world).approve()


def by_password_alone(world: World) -> None:
    world.log_in.login(NAME, PASSWORD, ADDRESS)


def by_wrong_code(world: World) -> None:
    login = Login(world, world.token(), world.account().phones[0])
    challenge = login.start()
    with pytest.raises(errors.InvalidCode):
        login.verify(challenge, login.wrong_code)


def by_reset(world: World) -> None:
    """A link that came by mail, and a code: another password may be set, and nobody is logged in."""
    login = Login(world, replace(world.token(), reset="ab" * 32), world.account().phones[0])
    login.verify(login.start(), login.code)


LOGINS: dict[str, Callable[[World], None]] = {
    "message": by_message,
    "mail": by_mail,
    "app": by_factor(Factor.TOTP, World.app_code),
    "recovery code": by_factor(Factor.RECOVERY_CODE, lambda _world: CODES[0]),
    "temporary code": by_factor(Factor.TEMPORARY_CODE, lambda _world: TEMPORARY),
    "trusted device": by_device,
    "password alone, without MFA": without_mfa,
    "vouched, without MFA": vouched(supports_mfa=True),
    "legacy client": vouched(supports_mfa=False),
}
NO_LOGINS: dict[str, Callable[[World], None]] = {
    "a right password that needs a second factor": by_password_alone,
    "a wrong code": by_wrong_code,
    "an approved action": by_action,
    "a proof for another password": by_reset,
}


@pytest.fixture
def somebody(world: World) -> World:
    world.set(
        allow_legacy_clients=True,
        trusted_devices=TrustedDevicesSettings(days=DEVICE_DAYS),
        actions={"delete_backup": DELETE},
    )
    world.person(verified_at=LONG_AGO)
    world.wait(60)
    return world


@pytest.mark.parametrize("kind", LOGINS)
def test_each_kind_of_login_is_known_and_found_by_the_directory(
    somebody: World, directory: Directory, kind: str
) -> None:
    put(somebody, user("never"))
    compute(somebody)
    LOGINS[kind](somebody)
    assert seen(somebody) == somebody.now
    latest_first = {"sort": UserOrder.LATEST_LOGIN}
    assert listed(directory, **latest_first) == [NAME, "never"]  # at once, by the feed
    assert listed(directory, not_seen_days=1) == ["never"]
    somebody.wait(directory_upkeep.FOLDED_AFTER_SECONDS)
    compute(somebody)
    for item in [*somebody.items(records.challenge_key(NAME)[0]), *somebody.items(records.proofs_key(NAME)[0])]:
        somebody.edit((item["pk"], item["sk"]), list=None, position=None)
    assert listed(directory_of(somebody), **latest_first) == [NAME, "never"]  # by what was taken over


@pytest.mark.parametrize("kind", NO_LOGINS)
def test_whoever_shows_less_than_a_login_needs_is_not_seen(somebody: World, kind: str) -> None:
    NO_LOGINS[kind](somebody)
    assert seen(somebody) is None


def test_a_login_costs_no_request_and_no_write_more_and_moves_one_entry_a_day(somebody: World) -> None:
    """A transaction writes each of its items once, and the index counts an item only when its place changes."""
    wire, places = somebody.wire, list[str]()
    for wait in (120, DAY, 0):
        wire.requests.clear()
        wire.transactions.clear()
        by_message(somebody)
        # The last transaction approves: profile, challenge, history. The updates: the region's messages, the message's
        # state, the attempt; and after the approval address, number, phone and the region's approvals.
        assert (wire.requests.count("update_item"), len(wire.transactions), wire.transactions[-1]) == (7, 2, 3)
        places.append(somebody.item(records.challenge_key(NAME))["position"])
        somebody.wait(wait)
    assert places[0] == places[1] < places[2]


def test_logins_without_a_second_factor_are_written_down_once_a_day(somebody: World) -> None:
    without_mfa(somebody)
    first = seen(somebody)
    somebody.wire.requests.clear()
    somebody.wait(600)
    vouched(supports_mfa=True)(somebody)
    assert somebody.wire.requests == ["batch_get_item"]
    assert seen(somebody) == first
    somebody.wait(DAY)
    without_mfa(somebody)
    assert seen(somebody) == somebody.now


def test_a_last_login_outlives_the_challenge_and_the_phone(somebody: World) -> None:
    by_message(somebody)
    at = somebody.now
    somebody.remove(records.challenge_key(NAME))  # DynamoDB sweeps it after ninety days
    assert seen(somebody) == at
    account = somebody.accounts.load_account_with_factors(NAME)
    phone = account.with_last_login(account.phones[0])
    somebody.users.remove_phone(NAME, phone, somebody.event(EventType.PHONE_REMOVED))
    assert seen(somebody) == at


def test_another_user_of_the_name_has_not_logged_in(somebody: World) -> None:
    by_message(somebody)
    without_mfa(somebody)
    somebody.users.delete(somebody.user(), somebody.event(EventType.USER_DELETED))
    somebody.wait(1)
    somebody.put(records.proofs_key(NAME), {"last_login_at": somebody.now - 1})
    somebody.add_user(NAME)
    assert seen(somebody) is None


def test_orders_pages_and_days(world: World, directory: Directory) -> None:
    names = [f"user.{n}" for n in range(7)]
    for n, name in enumerate(names):
        put(world, user(name, created_at=world.now - 100 * DAY))
        if n:  # the first one never logged in; the others n days ago
            world.put(records.proofs_key(name), {"last_login_at": world.now - n * DAY})
    compute(world)
    oldest = ["user.0", *(f"user.{n}" for n in range(6, 0, -1))]
    for limit in (2, 50):
        assert listed(directory, sort=UserOrder.LAST_LOGIN, limit=limit) == oldest
        assert listed(directory, sort=UserOrder.LATEST_LOGIN, limit=limit) == [*oldest[:0:-1], "user.0"]
        assert listed(directory, not_seen_days=4, limit=limit) == ["user.0", "user.4", "user.5", "user.6"]
    newest = {"sort": UserOrder.NEWEST}
    assert listed(directory, **newest) == names
    cursor = directory.users(ListUsers(not_seen_days=4, limit=2)).cursor
    with pytest.raises(errors.InvalidRequest):  # it serves the list that it was made for
        directory.users(ListUsers(not_seen_days=5, limit=2, cursor=cursor))
