"""Administrators cannot be shut out by two changes at once that are harmless one by one.

Two of these races are guarded twice, by the profile's version and by the phone that must stay, and so pass without either.
"""

from collections.abc import Callable

import pytest

from mfa import errors
from mfa.administration.factor_requests import FactorRemoval
from mfa.administration.factors import FactorAdministration
from mfa.administration.requests import PhoneRemoval, UserPatch
from mfa.administration.user_changes import UserAdministration
from mfa.challenges.factor_changes import FactorChange
from mfa.factors.phones import KeptAccess, Phone
from mfa.flows.change_notices import ChangeNotices
from mfa.store import records
from mfa.store.factors import FactorStore
from mfa.users.actors import Actor
from mfa.users.history import EventType
from mfa.users.roles import Role
from mfa.users.user import Kind
from tests.contract.world import World

NAME = "ada"
HERSELF = Actor(NAME, Role.OWNER, "192.0.2.1", ("pwd",))
IAM = Actor("iam", Role.OWNER)


def verified_phone(world: World, slot: int) -> Phone:
    phone = world.add_phone(NAME, f"+8529215379{slot}", slot)
    world.edit(records.phone_key(NAME, slot), verified=True, last_verified_at=world.now)
    return phone


def administrator(world: World, *, mfa: bool, phones: int) -> list[Phone]:
    world.add_user("another", kind=Kind.SYSTEM)
    world.add_user(NAME, kind=Kind.SYSTEM, mfa_enabled=mfa)
    return [verified_phone(world, slot) for slot in range(phones)]


def can_log_in(world: World) -> bool:
    account = world.account(NAME)
    return bool(account.phones) or not account.existing_user.mfa_enabled


def remove(world: World, phone: Phone) -> Callable[[], None]:
    """Removes the phone by another request, which may: MFA is off, or there is another phone."""
    return lambda: world.users.remove_phone(NAME, phone, world.event(EventType.PHONE_REMOVED))


def test_mfa_is_not_turned_on_while_the_last_phone_is_removed(world: World, administration: UserAdministration) -> None:
    [phone] = administrator(world, mfa=False, phones=1)
    world.edit(records.profile_key("another"), mfa_enabled=False)
    # The removal comes between the reads of the change and its write.
    world.wire.before("transact_write_items", remove(world, phone))
    with pytest.raises(errors.Conflict):
        administration.patch(HERSELF, UserPatch(NAME, mfa_enabled=True))
    assert can_log_in(world)


@pytest.mark.guards("SAME_PHONE")
def test_the_phone_is_there_when_mfa_is_turned_on_even_if_the_reads_were_no_snapshot(world: World) -> None:
    [phone] = administrator(world, mfa=False, phones=1)
    remove(world, phone)()
    before = world.user(NAME)  # read after the removal, while the phone was read before it
    after, _ = before.changed(world.now, {"mfa_enabled": True})
    with pytest.raises(errors.PreconditionFailed):
        world.users.change(before, after, world.event(), phone)
    assert can_log_in(world)


@pytest.mark.guards("STILL_USABLE")
def test_a_phone_that_became_unusable_meanwhile_is_no_reason_to_turn_mfa_on(world: World) -> None:
    [phone] = administrator(world, mfa=False, phones=1)
    world.edit(records.phone_key(NAME, phone.slot), unusable_reason="21211", unusable_at=world.now)
    before = world.user(NAME)
    after, _ = before.changed(world.now, {"mfa_enabled": True})
    with pytest.raises(errors.PreconditionFailed):
        world.users.change(before, after, world.event(), phone)
    assert not world.user(NAME).mfa_enabled


@pytest.mark.guards("VERSION_AS_READ")
def test_the_last_phone_is_not_removed_while_mfa_is_turned_on(world: World, administration: UserAdministration) -> None:
    [phone] = administrator(world, mfa=False, phones=1)
    before = world.user(NAME)
    after, _ = before.changed(world.now, {"mfa_enabled": True})
    world.wire.before("transact_write_items", lambda: world.users.change(before, after, world.event(), phone))
    with pytest.raises(errors.Conflict):
        administration.remove_phone(HERSELF, PhoneRemoval(NAME, phone.id))
    assert can_log_in(world)


def test_one_of_the_last_two_phones_removed_at_once_stays(world: World, administration: UserAdministration) -> None:
    first, second = administrator(world, mfa=True, phones=2)
    world.wire.before("transact_write_items", lambda: administration.remove_phone(IAM, PhoneRemoval(NAME, second.id)))
    with pytest.raises(errors.Conflict):
        administration.remove_phone(IAM, PhoneRemoval(NAME, first.id))
    assert [phone.id for phone in world.account(NAME).phones] == [first.id]


def test_a_removal_is_tried_again_after_a_change_that_does_not_matter(
    world: World, administration: UserAdministration
) -> None:
    first, second = administrator(world, mfa=True, phones=2)
    world.wire.before(
        "transact_write_items", lambda: administration.patch(IAM, UserPatch(NAME, alias="Countess of Lovelace"))
    )
    administration.remove_phone(HERSELF, PhoneRemoval(NAME, first.id))
    assert [phone.id for phone in world.account(NAME).phones] == [second.id]


def test_who_insists_is_not_held_up(world: World, administration: UserAdministration) -> None:
    [phone] = administrator(world, mfa=True, phones=1)
    administration.remove_phone(HERSELF, PhoneRemoval(NAME, phone.id, insist=True))
    assert not can_log_in(world)


# --- people who remove their own factors


def with_app(world: World) -> FactorStore:
    """A user with an authenticator app and a verified phone."""
    world.add_user(NAME, mfa_enabled=True)
    store = FactorStore(world.table)
    store.begin_totp(factor_change(world), b"a sealed secret")
    store.confirm_totp(factor_change(world), 1)
    return store


def factor_change(world: World) -> FactorChange:
    account = world.accounts.load_account_with_factors(NAME)
    after, _ = account.existing_user.changed(world.now, {})
    return FactorChange(before=account.existing_user, after=after, secrets=account.factors.secrets, event=world.event())


@pytest.mark.guards("HAS_TOTP")
def test_the_app_that_must_stay_is_there_even_if_the_reads_were_no_snapshot(world: World) -> None:
    store = with_app(world)
    phone = verified_phone(world, 0)
    store.remove_totp(factor_change(world))
    kept = KeptAccess(world.account(NAME).existing_user.version, None, totp=True)
    with pytest.raises(errors.PreconditionFailed):
        world.users.remove_phone(NAME, phone, world.event(EventType.PHONE_REMOVED), kept)
    assert [each.id for each in world.account(NAME).phones] == [phone.id]


@pytest.mark.guards("SAME_PHONE")
def test_the_phone_that_must_stay_is_there_when_the_app_goes(world: World) -> None:
    store = with_app(world)
    phone = verified_phone(world, 0)
    remove(world, phone)()
    with pytest.raises(errors.PreconditionFailed):
        store.remove_totp(factor_change(world), phone)
    assert world.accounts.load_account_with_factors(NAME).factors.has_totp


def test_an_administrator_removes_the_app_only_while_the_phone_is_there(
    world: World, administration: UserAdministration
) -> None:
    """The phone is gone, and the version of the profile as it was read: the reads were no snapshot."""
    store = with_app(world)
    phone = verified_phone(world, 0)
    factors = FactorAdministration(
        users=administration,
        factors=store,
        keys=lambda: world.factor_keys,
        notices=ChangeNotices(world.handover),
        count_issued=lambda: None,
        runtime=world.runtime,
    )
    world.wire.before("transact_write_items", lambda: world.remove(records.phone_key(NAME, phone.slot)))
    with pytest.raises(errors.Conflict):
        factors.remove(IAM, FactorRemoval(NAME, "totp"))
    assert world.accounts.load_account_with_factors(NAME).factors.has_totp


@pytest.mark.guards("HAS_TOTP")
def test_an_administrator_removes_the_phone_only_while_the_app_is_there(
    world: World, administration: UserAdministration
) -> None:
    """The same the other way round: the app is gone, and the version of the profile as it was read."""
    with_app(world)
    phone = verified_phone(world, 0)
    world.wire.before("transact_write_items", lambda: world.remove(records.factors_key(NAME)))
    with pytest.raises(errors.Conflict):
        administration.remove_phone(IAM, PhoneRemoval(NAME, phone.id))
    assert [each.id for each in world.account(NAME).phones] == [phone.id]


@pytest.mark.guards("VERSION_AS_READ")
def test_of_two_removals_at_once_one_is_refused(world: World) -> None:
    """Each is harmless as read: the other factor is left."""
    store = with_app(world)
    phone = verified_phone(world, 0)
    version, change = world.account(NAME).existing_user.version, factor_change(world)
    world.users.remove_phone(NAME, phone, world.event(EventType.PHONE_REMOVED), KeptAccess(version, None, totp=True))
    with pytest.raises(errors.PreconditionFailed):
        store.remove_totp(change)
