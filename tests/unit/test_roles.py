"""The table of roles, and the page about it."""

import pytest

from infra import roles_page
from mfa import errors
from mfa.administration.operations import TASKS
from mfa.users.actors import Actor
from mfa.users.roles import PERMISSIONS, Permission, Role
from mfa.users.user import Kind, role_of
from tests import accounts

ADA = accounts.user("ada", at=1.0, kind=Kind.SYSTEM, role=Role.OWNER)


def actor(role: Role | None) -> Actor:
    return Actor("ada", role, "192.0.2.1", ("pwd",))


def test_the_page_of_roles_is_made_from_the_table_and_the_operations() -> None:
    assert roles_page.PAGE.read_text(encoding="utf-8") == roles_page.page(), "run: make roles"


def test_every_permission_is_needed_by_an_operation_or_by_a_part_of_one() -> None:
    for_parts = {Permission.SEE_NUMBERS, Permission.SEE_SESSIONS, Permission.END_SESSIONS}
    assert {task.operation.needs for task in TASKS} | for_parts == set(Permission)


def test_each_role_has_the_permissions_of_the_lesser_ones() -> None:
    assert PERMISSIONS.keys() == set(Role)
    # Auditors look at everybody's work, the help desk sees to users.
    assert PERMISSIONS[Role.AUDITOR] - {Permission.SEE_SESSIONS} < PERMISSIONS[Role.SUPPORT]
    assert PERMISSIONS[Role.AUDITOR] < PERMISSIONS[Role.ADMINISTRATOR]
    assert PERMISSIONS[Role.SUPPORT] < PERMISSIONS[Role.ADMINISTRATOR] < PERMISSIONS[Role.OWNER] == set(Permission)


def test_only_owners_manage_administrators() -> None:
    assert [role for role in Role if Permission.MANAGE_ADMINISTRATORS in PERMISSIONS[role]] == [Role.OWNER]


@pytest.mark.parametrize("permission", Permission)
def test_without_a_role_nothing_is_allowed(permission: Permission) -> None:
    with pytest.raises(errors.Forbidden):
        actor(None).refuse_without(permission)


def test_a_refusal_names_the_role_and_the_deed() -> None:
    with pytest.raises(errors.Forbidden, match=r"^Your role \(support\) may not change users\.$"):
        actor(Role.SUPPORT).refuse_without(Permission.MANAGE_USERS)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SUPPORT, Role.AUDITOR, None])
def test_only_an_owner_touches_a_system_user(role: Role | None) -> None:
    actor(Role.OWNER).refuse_to_touch(ADA)
    actor(role).refuse_to_touch(accounts.user("demo.user", at=1.0))
    with pytest.raises(errors.Forbidden):
        actor(role).refuse_to_touch(ADA)


@pytest.mark.parametrize(
    ("kind", "asked", "given"),
    [
        (Kind.BACKUP, None, None),
        (Kind.BACKUP, Role.OWNER, None),
        (Kind.SYSTEM, None, Role.ADMINISTRATOR),
        (Kind.SYSTEM, Role.SUPPORT, Role.SUPPORT),
    ],
)
def test_a_role_is_for_system_users(kind: Kind, asked: Role | None, given: Role | None) -> None:
    assert role_of(kind, asked) is given


def test_the_role_follows_the_kind() -> None:
    demoted, names = ADA.changed(2.0, {"kind": Kind.BACKUP})
    assert (demoted.role, names) == (None, ["kind", "role"])
    promoted, _ = demoted.changed(3.0, {"kind": Kind.SYSTEM})
    assert promoted.role is Role.ADMINISTRATOR
    assert not promoted.owns


def test_the_history_tells_of_another_role() -> None:
    after, names = ADA.changed(2.0, {"role": Role.AUDITOR})
    assert ADA.differences(after, names)["values"] == {"role": {"old": "owner", "new": "auditor"}}
