"""Trusted devices in the table: added with an approval, dropped without a read, ended by what may mean that somebody else is there."""

from collections.abc import Callable
from copy import replace

import pytest

from mfa import errors
from mfa.challenges.challenge import Challenge
from mfa.challenges.sends import Caller
from mfa.factors.trusted_devices import DEVICES_PER_USER, TrustedDevice
from mfa.flows.approvals import Approval
from mfa.flows.device_trust import DeviceWish
from mfa.flows.log_in import LoggedIn, SecondFactorNeeded
from mfa.settings.values import TrustedDevicesSettings
from mfa.store import records
from mfa.tokens.signed_tokens import read_mfa_token
from mfa.users.history import EventType
from tests.contract.world import ADDRESS, Login, World
from tests.product import PASSWORD

NAME, DAYS = "demo.user", 30


@pytest.fixture
def login(world: World) -> Login:
    """A user who has passed the first factor a minute after everything else."""
    world.set(trusted_devices=TrustedDevicesSettings(days=DAYS))
    person = world.person()
    world.wait(60)
    return again(person)


def again(login: Login) -> Login:
    """The same user after another first factor at the product itself, whose token says what there is to drop."""
    world = login.world
    passed = world.log_in.login(login.name, PASSWORD, ADDRESS)
    assert isinstance(passed, SecondFactorNeeded)
    token = read_mfa_token(world.token_secrets.public, passed.mfa_token, world.now)
    return replace(login, token=token)


def approve(login: Login, *, name: str = "Laptop", key: str | None = None) -> Approval:
    """A message, its code, and the wish to trust the device."""
    challenge = login.start()
    approval = verify(login, challenge, login.code, name=name, key=key)
    login.world.wait(120)  # the next message may go out
    return approval


def verify(login: Login, challenge: Challenge, code: str, *, name: str = "Laptop", key: str | None = None) -> Approval:
    caller = Caller(ADDRESS, key, f"{challenge.id} {code}")
    return login.world.verify_passcode.verify(login.token, challenge.id, code, caller, DeviceWish(name))


def token_of(approval: Approval) -> str:
    assert approval.device.token is not None
    return approval.device.token


def stored(world: World) -> tuple[TrustedDevice, ...]:
    """Every device in the table."""
    uses = world.accounts.load_account_with_factors(NAME).factors.uses
    assert uses is not None
    return uses.devices


def is_trusted(world: World, token: str) -> bool:
    return isinstance(world.log_in.login(NAME, PASSWORD, ADDRESS, token), LoggedIn)


def test_a_device_is_trusted_with_the_approval_and_written_down(world: World, login: Login) -> None:
    token = token_of(approve(login))
    [device] = stored(world)
    assert (device.name, device.expires_at) == ("Laptop", device.created_at + DAYS * 86_400)
    assert is_trusted(world, token)
    [event] = world.history(NAME, EventType.APPROVED)
    assert event["detail"] == {"channel": "sms", "device_id": device.id, "device_name": "Laptop"}
    assert token.partition(".")[2] not in str(world.items())


def test_a_wrong_code_trusts_no_device(world: World, login: Login) -> None:
    with pytest.raises(errors.InvalidCode):
        verify(login, login.start(), login.wrong_code)
    assert not stored(world)


def test_a_code_that_comes_too_late_trusts_no_device(world: World, login: Login) -> None:
    """The user is changed between the claim and the approval."""
    challenge = login.start()
    code = login.code
    after, _ = world.user().changed(world.now, {"mfa_enabled": False})
    world.wire.before("transact_write_items", lambda: world.put(records.profile_key(NAME), records.user_item(after)))
    with pytest.raises(errors.InvalidToken):
        verify(login, challenge, code)
    assert not stored(world)


def test_the_eleventh_device_drops_the_first(world: World, login: Login) -> None:
    tokens = [token_of(approve(again(login), name=str(n))) for n in range(DEVICES_PER_USER + 1)]
    assert [is_trusted(world, token) for token in tokens] == [False] + [True] * DEVICES_PER_USER
    assert len(stored(world)) == DEVICES_PER_USER


def test_of_two_at_once_for_the_last_place_the_newest_ten_count(world: World, login: Login) -> None:
    """Both logins were before both approvals, so both tokens name the same device to drop."""
    tokens = [token_of(approve(again(login))) for _ in range(DEVICES_PER_USER)]
    first, second = again(login), again(login)
    assert first.token.devices_to_drop == second.token.devices_to_drop
    tokens += [token_of(approve(first)), token_of(approve(second))]
    assert [is_trusted(world, token) for token in tokens] == [False] * 2 + [True] * DEVICES_PER_USER
    assert len(stored(world)) == DEVICES_PER_USER + 1
    approve(again(login))
    assert len(stored(world)) == DEVICES_PER_USER


def test_a_request_that_is_repeated_trusts_no_second_device(world: World, login: Login) -> None:
    challenge = login.start()
    code = login.code
    first = verify(login, challenge, code, key="k")
    second = verify(login, challenge, code, key="k")
    assert (first.repeated, second.repeated) == (False, True)
    assert token_of(first)
    assert second.device.token is None
    assert len(stored(world)) == 1


def test_a_request_that_is_repeated_before_its_approval_trusts_one_device(world: World, login: Login) -> None:
    """The function stopped after the claim; the second request approves."""
    challenge = login.start()
    code = login.code
    world.signer.failures.append(RuntimeError("the function stops"))
    with pytest.raises(RuntimeError):
        verify(login, challenge, code, key="k")
    assert not stored(world)
    world.wait(2)
    token = token_of(verify(login, challenge, code, key="k"))
    [device] = stored(world)
    assert device.created_at == world.now - 2
    assert is_trusted(world, token)


def test_of_the_same_request_twice_at_once_one_trusts_its_device(world: World, login: Login) -> None:
    """The other one's token would be no device's."""
    challenge = login.start()
    code = login.code
    others: list[Approval] = []
    world.wire.before("transact_write_items", lambda: others.append(verify(login, challenge, code, key="k")))
    mine = verify(login, challenge, code, key="k")
    [other] = others
    assert mine.repeated
    assert mine.device.token is None
    assert is_trusted(world, token_of(other))
    assert len(stored(world)) == 1


def test_a_kept_attempt_in_the_future_makes_no_device_of_the_future(world: World, login: Login) -> None:
    """The function that sends can write challenges. Such a device would outlive what ends devices."""
    challenge = login.start()
    code = login.code
    world.wait(4)
    world.signer.failures.append(RuntimeError("the function stops"))
    with pytest.raises(RuntimeError):
        verify(login, challenge, code, key="k")
    world.wait(-4)
    verify(login, challenge, code, key="k")
    [device] = stored(world)
    assert device.created_at == world.now


def recover(login: Login) -> None:
    other = again(login)
    challenge = other.recover()
    verify(other, challenge, other.code)


ENDS: dict[str, Callable[[Login], object]] = {
    "another phone": lambda login: login.world.add_phone(slot=1, number="+85292153798"),
    "an unlock": lambda login: login.world.users.unlock(NAME, login.world.event()),
    "a recovery by email": recover,
}


@pytest.mark.parametrize("name", ENDS)
def test_devices_end(world: World, login: Login, name: str) -> None:
    token = token_of(approve(login))
    assert is_trusted(world, token)
    ENDS[name](login)
    assert not is_trusted(world, token)
    if name == "a recovery by email":
        world.wait(4000)
    # Another device can be trusted from then on.
    world.wait(1)
    assert is_trusted(world, token_of(approve(again(login))))


def test_a_device_that_was_being_trusted_ends_too(world: World, login: Login) -> None:
    """A phone is added between the claim and the approval."""
    challenge = login.start()
    code = login.code

    def meanwhile() -> None:
        world.wait(1)
        world.add_phone(slot=1, number="+85292153798")

    world.wire.before("transact_write_items", meanwhile)
    approval = verify(login, challenge, code)
    assert not is_trusted(world, token_of(approval))


@pytest.mark.parametrize("broken", ["x", {}, {"digest": "x"}, {"digest": b"x", "created_at": "x", "expires_at": 5}])
def test_a_device_that_cannot_be_read_is_none_and_breaks_nothing(world: World, login: Login, broken: object) -> None:
    token = token_of(approve(login))
    world.edit(records.proofs_key(NAME), **{records.device_attribute("another"): broken})
    assert len(stored(world)) == 1
    assert is_trusted(world, token)


def test_uses_that_cannot_be_read_trust_nothing(world: World, login: Login) -> None:
    token = token_of(approve(login))
    world.edit(records.proofs_key(NAME), devices_since="x")
    assert not is_trusted(world, token)
