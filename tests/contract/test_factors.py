"""The secrets of users' factors, as the store writes them: one transaction for each change, with the user as read."""

from collections.abc import Callable
from copy import replace
from typing import Any

import pytest

from mfa.challenges.factor_changes import FactorChange
from mfa.errors import InvalidToken, PreconditionFailed
from mfa.factors.held_factors import CONFIRM_TRIES, FactorSecrets, FactorUses, HeldFactors
from mfa.factors.trusted_devices import TrustedDevice
from mfa.store import records
from mfa.store.factors import FactorStore
from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.users.history import EventType
from tests.contract.world import START, World

NAME = "demo.user"
SEALED, OTHER = b"a sealed secret", b"another sealed secret"
DEVICE = TrustedDevice(id="d", digest=b"d", created_at=START, expires_at=START + 60)
CODES = frozenset({b"digest 1", b"digest 2"})


@pytest.fixture
def store(world: World) -> FactorStore:
    world.add_user()
    return FactorStore(world.table)


def change(world: World, **fields: Any) -> FactorChange:
    """A change of the user as the table has them now; `fields` are fields of the next version."""
    account = world.accounts.load_account_with_factors(NAME)
    after, _ = account.existing_user.changed(world.now, fields)
    return FactorChange(before=account.existing_user, after=after, secrets=account.factors.secrets, event=world.event())


def held(world: World) -> HeldFactors:
    """The factors, read in each way that reads them."""
    first = world.accounts.load_account_with_factors(NAME).factors
    assert world.accounts.load_account_for_login(NAME, "192.0.2.1", world.now).complete().factors == first
    assert world.accounts.load_account_with_tries(NAME).factors == first
    return first


def uses(world: World) -> FactorUses:
    found = held(world).uses
    assert found is not None
    return found


def test_a_user_begins_without_factors(world: World, store: FactorStore) -> None:
    assert held(world) == HeldFactors()


def test_factors_that_were_not_read_are_not_taken_for_none(world: World, store: FactorStore) -> None:
    with pytest.raises(LookupError):
        world.accounts.load_account(NAME).factors  # noqa: B018 - the read is what raises


def test_an_authenticator_app_is_confirmed_and_removed(world: World, store: FactorStore) -> None:
    store.begin_totp(change(world), SEALED)
    assert held(world).secrets.pending_totp == SEALED
    assert not held(world).has_totp
    world.wait(5)
    store.confirm_totp(change(world), 77)
    assert held(world).secrets == FactorSecrets(user_created_at=START, totp_secret=SEALED, totp_enrolled_at=world.now)
    assert uses(world) == FactorUses(totp_step=77, devices_since=world.now)
    world.wait(5)
    store.remove_totp(change(world))
    assert held(world).secrets == FactorSecrets(user_created_at=START)
    assert uses(world) == FactorUses(totp_step=77, devices_since=world.now)


def test_a_pending_secret_is_judged_for_ten_minutes_and_five_tries(world: World, store: FactorStore) -> None:
    store.begin_totp(change(world), SEALED)
    assert held(world).pending_totp_until(world.now + 599.999) == world.now + 600
    assert held(world).pending_totp_until(world.now + 600) is None
    for _ in range(CONFIRM_TRIES):
        assert held(world).pending_totp_until(world.now) is not None
        assert store.claim_confirmation(NAME, SEALED)
    assert held(world).pending_totp_until(world.now) is None
    store.begin_totp(change(world), OTHER)
    assert held(world).secrets.pending_totp_tries == 0


@pytest.mark.guards("CONFIRM_TRIES_LEFT")
def test_a_pending_secret_has_five_tries(world: World, store: FactorStore) -> None:
    store.begin_totp(change(world), SEALED)
    assert [store.claim_confirmation(NAME, SEALED) for _ in range(7)] == [True] * CONFIRM_TRIES + [False] * 2


@pytest.mark.guards("PENDING_AS_READ")
def test_a_try_is_for_the_pending_secret_that_was_read(world: World, store: FactorStore) -> None:
    store.begin_totp(change(world), SEALED)
    store.begin_totp(change(world), OTHER)
    assert not store.claim_confirmation(NAME, SEALED)
    assert store.claim_confirmation(NAME, OTHER)


def test_new_recovery_codes_replace_the_old_ones_and_their_uses(world: World, store: FactorStore) -> None:
    store.put_recovery_codes(change(world), CODES)
    world.put(records.proofs_key(NAME), {"recovery_used": {b"digest 1"}, "totp_step": 5})
    assert held(world).recovery_codes_left == {b"digest 2"}
    store.put_recovery_codes(change(world), {b"digest 3"})
    assert held(world).recovery_codes_left == {b"digest 3"}
    assert uses(world) == FactorUses(totp_step=5)
    store.remove_recovery_codes(change(world))
    assert held(world).recovery_codes_left == frozenset()


def test_a_temporary_code_is_there_until_its_end_its_use_or_its_withdrawal(world: World, store: FactorStore) -> None:
    store.put_temporary_code(change(world), b"digest", world.now + 3600, "root")
    assert held(world).secrets.temporary_code_by == "root"
    assert held(world).temporary_code_at(world.now + 3599) == b"digest"
    assert held(world).temporary_code_at(world.now + 3600) is None
    world.put(records.proofs_key(NAME), {"temporary_used": b"digest"})
    assert held(world).temporary_code_at(world.now) is None
    store.put_temporary_code(change(world), b"next", world.now + 3600, "root")
    assert held(world).temporary_code_at(world.now) == b"next"
    store.withdraw_temporary_code(change(world))
    assert held(world).temporary_code_at(world.now) is None


def test_devices_end_one_by_one_or_all_with_their_moment(world: World, store: FactorStore) -> None:
    kept = {"digest": b"d", "created_at": world.now, "expires_at": world.now + 60, "name": "Laptop"}
    world.put(records.proofs_key(NAME), {"totp_step": 5, **{records.device_attribute(id_): kept for id_ in "abc"}})
    first, *others = uses(world).devices
    world.wait(1)
    store.end_device(change(world), first)
    assert uses(world) == FactorUses(totp_step=5, devices=tuple(others))
    store.end_devices(change(world), others[:1])
    # One that was trusted after the others were read is there still, and trusted no more.
    assert uses(world) == FactorUses(totp_step=5, devices=tuple(others[1:]), devices_since=world.now)
    assert not world.accounts.load_account_with_factors(NAME).trusted_devices(90, world.now)


CHANGES: dict[str, Callable[[FactorStore, FactorChange], None]] = {
    "begin": lambda store, change: store.begin_totp(change, OTHER),
    "confirm": lambda store, change: store.confirm_totp(change, 5),
    "remove": lambda store, change: store.remove_totp(change),
    "recovery codes": lambda store, change: store.put_recovery_codes(change, CODES),
    "no recovery codes": lambda store, change: store.remove_recovery_codes(change),
    "temporary code": lambda store, change: store.put_temporary_code(change, b"digest", START + 60, "root"),
    "no temporary code": lambda store, change: store.withdraw_temporary_code(change),
    "devices": lambda store, change: store.end_devices(change, []),
    "a device": lambda store, change: store.end_device(change, DEVICE),
}


@pytest.mark.guards("VERSION_AS_READ")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_of_the_user_as_read_and_written_down(world: World, store: FactorStore, name: str) -> None:
    """So of two changes at once, each of which leaves the other's factor, one is refused."""
    store.begin_totp(change(world), SEALED)
    mine, others = change(world), change(world)
    events = len(world.history())
    store.put_recovery_codes(others, {b"other"})
    before = held(world)
    with pytest.raises(PreconditionFailed):
        CHANGES[name](store, mine)
    assert held(world) == before
    CHANGES[name](store, change(world))
    assert len(world.history()) == events + 2
    assert world.user().version == others.after.version + 1


def test_a_change_that_switches_mfa_on_ends_tokens_and_lists_the_user(world: World, store: FactorStore) -> None:
    login = world.person("another")
    challenge = login.start()
    account = world.accounts.load_account_with_factors("another")
    user = replace(account.existing_user, mfa_enabled=False, alias="Another")
    world.put(records.profile_key("another"), records.user_item(user))
    world.wait(1)
    after, _ = user.changed(world.now, {"mfa_enabled": True})
    store.begin_totp(FactorChange(before=user, after=user, secrets=FactorSecrets()), SEALED)
    given = FactorChange(before=user, after=after, secrets=FactorSecrets(pending_totp=SEALED), event=world.event())
    store.confirm_totp(given, 9)
    account = world.accounts.load_account_with_factors("another")
    assert account.existing_user == after
    assert account.existing_user.credentials_changed_at == world.now
    assert account.challenge.is_closed
    assert account.challenge.id == challenge.id
    assert account.factors.has_totp
    assert world.search_index.page(["USERS#alias#backup#on"], "", "", 10)


def test_a_change_without_an_event_writes_none(world: World, store: FactorStore) -> None:
    events = world.history()
    store.begin_totp(replace(change(world), event=None), SEALED)
    assert world.history() == events


# --- a name that is used again


def enrol(world: World, store: FactorStore) -> None:
    store.begin_totp(change(world), SEALED)
    store.confirm_totp(change(world), 7)
    store.put_recovery_codes(change(world), CODES)


def test_a_deleted_user_leaves_no_factors(world: World, store: FactorStore) -> None:
    enrol(world, store)
    world.users.delete(world.user(), world.event(EventType.USER_DELETED))
    assert [world.item(key) for key in records.held_factors_keys(NAME)] == [{}, {}]


def test_what_a_deleted_user_left_behind_is_not_the_next_ones(world: World, store: FactorStore) -> None:
    """The function may have stopped before it deleted the factors."""
    enrol(world, store)
    left = [(key, world.item(key)) for key in records.held_factors_keys(NAME)]
    world.users.delete(world.user(), world.event(EventType.USER_DELETED))
    for key, item in left:
        world.put(key, item)
    world.wait(1)
    world.add_user()
    assert not held(world).has_totp
    assert not held(world).recovery_codes_left
    # Nor does a factor of the next user bring the others back.
    store.put_temporary_code(change(world), b"digest", world.now + 60, "root")
    assert held(world).secrets == FactorSecrets(
        user_created_at=world.now,
        temporary_code=b"digest",
        temporary_code_expires_at=world.now + 60,
        temporary_code_by="root",
    )


def test_a_deleted_user_without_factors_leaves_no_uses(world: World, store: FactorStore) -> None:
    world.accounts.record_seen(NAME, world.now)
    assert world.item(records.proofs_key(NAME))
    world.users.delete(world.user(), world.event(EventType.USER_DELETED))
    assert world.item(records.proofs_key(NAME)) == {}


@pytest.mark.guards("FACTORS_OF_USER")
def test_a_late_deletion_leaves_the_next_users_factors(world: World, store: FactorStore) -> None:
    enrol(world, store)
    before = world.user()

    def next_user() -> None:
        world.wait(1)
        world.add_user()
        enrol(world, store)

    for action in (lambda: None, lambda: None, next_user):  # the deletion, the entries of lists, the factors
        world.wire.before("transact_write_items", action)
    world.users.delete(before, world.event(EventType.USER_DELETED))
    assert held(world).has_totp
    assert uses(world).totp_step == 7


# --- items that somebody else wrote


@pytest.mark.parametrize("broken", [{"totp_step": "x"}, {"recovery_used": "x"}])
def test_uses_that_cannot_be_read_prove_nothing(world: World, store: FactorStore, broken: dict[str, Any]) -> None:
    enrol(world, store)
    store.put_temporary_code(change(world), b"digest", world.now + 60, "root")
    world.edit(records.proofs_key(NAME), **broken)
    found = held(world)
    assert found.has_totp
    assert not found.can_prove_totp
    assert not found.recovery_codes_left
    assert found.temporary_code_at(world.now) is None


def test_a_secret_among_the_uses_is_no_secret(world: World, store: FactorStore) -> None:
    world.put(records.proofs_key(NAME), {"totp_secret": SEALED, "user_created_at": START})
    assert not held(world).has_totp


def test_the_function_that_sends_does_not_read_them(world: World, store: FactorStore) -> None:
    login = world.person()
    keys: list[str] = []
    call = world.wire.batch_get_item

    def reading(**request: Any) -> Any:
        keys.extend(key["pk"]["S"] for wanted in request["RequestItems"].values() for key in wanted["Keys"])
        return call(**request)

    world.wire.batch_get_item = reading  # type: ignore[method-assign]
    login.start()
    assert keys
    assert not [key for key in keys if key.startswith(("FACTORS#", "PROOFS#"))]


# --- the first factor, after an invitation


def test_the_first_factor_uses_its_invitation_up_or_is_none(world: World, store: FactorStore) -> None:
    store.begin_totp(change(world), SEALED)
    world.put(records.invitation_key(NAME), {"digest": b"\x01" * 32, "expires_at": world.now + 60})
    token = EnrolmentToken(
        login_name=NAME,
        kind=world.user().kind,
        credentials_changed_at=START,
        jti="enrolment",
        issued_at=START,
        expires_at=START + 1800,
        invitation="01" * 32,
    )
    world.wait(1)
    first = replace(change(world), after=token.enrolled(world.user(), world.now), enrolment=token)
    store.confirm_totp(first, 5)
    assert world.user().enrolled_by == "enrolment"
    assert world.item(records.invitation_key(NAME)) == {}
    with pytest.raises(InvalidToken):
        store.put_recovery_codes(replace(change(world), enrolment=token), CODES)
    assert not held(world).recovery_codes_left
