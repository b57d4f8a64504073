"""Owners: one who can log in always remains, and only owners change system users."""

from collections.abc import Callable
from copy import replace

import pytest

from mfa import errors
from mfa.administration.requests import NewUser, UserPatch
from mfa.administration.user_changes import UserAdministration
from mfa.store import records
from mfa.users.actors import Actor
from mfa.users.roles import Role
from mfa.users.user import Kind, User, UserStatus
from tests.contract.world import NUMBER, World
from tests.product import PASSWORD

IAM = Actor("iam", Role.OWNER)

ENDS: dict[str, Callable[[UserAdministration, Actor, str], object]] = {
    "another role": lambda administration, actor, name: administration.patch(
        actor, UserPatch(name, role=Role.ADMINISTRATOR, insist=True)
    ),
    "another kind": lambda administration, actor, name: administration.patch(
        actor, UserPatch(name, kind=Kind.BACKUP, insist=True)
    ),
    "disabling": lambda administration, actor, name: administration.patch(
        actor, UserPatch(name, status=UserStatus.DISABLED, insist=True)
    ),
    "deleting": lambda administration, actor, name: administration.delete(actor, name),
}


def add(world: World, name: str, role: Role = Role.OWNER, **fields: object) -> User:
    """A system user without a second factor."""
    return world.add_user(name, kind=Kind.SYSTEM, role=role, **{"mfa_enabled": False} | fields)


def by(name: str) -> Actor:
    return Actor(name, Role.OWNER, "192.0.2.1", ("pwd",))


def owners(world: World, *names: str) -> list[str]:
    return [name for name in names if (user := world.account(name).user) is not None and user.owns]


@pytest.mark.guards("HEIR_AS_READ")
@pytest.mark.parametrize("how", ENDS)
def test_of_two_owners_who_end_each_other_at_once_one_stays(
    world: World, administration: UserAdministration, how: str
) -> None:
    add(world, "ada"), add(world, "bob")
    add(world, "carol", Role.ADMINISTRATOR)  # or the count of administrators would guard them
    world.wire.before("transact_write_items", lambda: ENDS[how](administration, by("bob"), "ada"))
    with pytest.raises(errors.Forbidden):
        ENDS[how](administration, by("ada"), "bob")
    assert owners(world, "ada", "bob") == ["bob"]


@pytest.mark.guards("HEIR_AS_READ")
def test_the_owner_who_is_left_keeps_the_factor_that_was_counted_on(
    world: World, administration: UserAdministration
) -> None:
    """A version is made by every change that could take the owner's access away."""
    add(world, "ada"), add(world, "bob")
    switch = UserPatch("bob", mfa_enabled=True, insist=True)  # and has no phone
    world.wire.before("transact_write_items", lambda: administration.patch(IAM, switch))
    with pytest.raises(errors.Forbidden):
        administration.patch(IAM, UserPatch("ada", role=Role.SUPPORT))
    assert owners(world, "ada", "bob") == ["ada", "bob"]


CANNOT_LOG_IN: dict[str, dict[str, object]] = {
    "no password": {"password_hash": None},
    "no factor": {"mfa_enabled": True},
    "disabled": {"status": UserStatus.DISABLED},
    "no owner": {"role": Role.ADMINISTRATOR},
}


@pytest.mark.parametrize("other", CANNOT_LOG_IN)
@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("actor", [IAM, by("other")], ids=["iam", "other"])
def test_the_last_owner_who_can_log_in_stays(
    world: World, administration: UserAdministration, how: str, other: str, actor: Actor
) -> None:
    add(world, "ada"), add(world, "other", **CANNOT_LOG_IN[other])  # type: ignore[arg-type]  # any of the fields
    with pytest.raises(errors.Forbidden):
        ENDS[how](administration, actor, "ada")
    assert owners(world, "ada") == ["ada"]


@pytest.mark.parametrize("how", ENDS)
def test_an_owner_can_end_another_owner(world: World, administration: UserAdministration, how: str) -> None:
    add(world, "ada"), add(world, "bob")
    ENDS[how](administration, by("ada"), "bob")
    assert owners(world, "ada", "bob") == ["ada"]


def test_an_owner_with_a_phone_counts_where_mfa_is_on(world: World, administration: UserAdministration) -> None:
    add(world, "ada"), add(world, "bob", mfa_enabled=True)
    world.add_phone("bob", NUMBER)
    ENDS["another role"](administration, IAM, "ada")
    assert owners(world, "ada", "bob") == ["bob"]


@pytest.mark.parametrize("how", ["another role", "another kind", "disabling", "deleting"])
def test_owners_cannot_end_themselves(world: World, administration: UserAdministration, how: str) -> None:
    add(world, "ada"), add(world, "bob")
    with pytest.raises(errors.Forbidden, match="themselves"):
        ENDS[how](administration, by("ada"), "ada")


def test_system_users_from_before_there_were_roles_are_owners(world: World) -> None:
    add(world, "ada")
    item = world.item(records.profile_key("ada"))
    world.put(records.profile_key("ada"), {name: value for name, value in item.items() if name != "role"})
    assert world.user("ada").role is Role.OWNER


@pytest.mark.parametrize("written", ["root", 1, {}])
def test_a_profile_with_an_unknown_role_is_nobody(world: World, written: object) -> None:
    add(world, "ada")
    world.put(records.profile_key("ada"), world.item(records.profile_key("ada")) | {"role": written})
    assert world.account("ada").user is None


def test_the_first_administrator_is_an_owner(world: World, administration: UserAdministration) -> None:
    administration.bootstrap(IAM, NewUser("ada", PASSWORD, role=Role.AUDITOR))
    assert world.user("ada").role is Role.OWNER


def test_a_change_of_everything_of_an_owner_fits_into_one_transaction(
    world: World, administration: UserAdministration
) -> None:
    add(world, "ada"), add(world, "bob", alias="A", owner="O")
    every = UserPatch(
        "bob", kind=Kind.BACKUP, mfa_enabled=True, password="another battery staple", alias="B", owner="P"
    )
    administration.patch(by("ada"), every)
    assert world.user("bob").role is None
    add(world, "eve", alias="A", owner="O")
    role = UserPatch("eve", role=Role.AUDITOR, mfa_enabled=True, insist=True, password="another battery staple")
    administration.patch(by("ada"), role)
    assert replace(world.user("eve"), password_hash=None).role is Role.AUDITOR
