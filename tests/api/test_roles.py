"""Every operation for every role, and every way in which a lesser role could take an administrator over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from boto3.dynamodb.conditions import Key

from mfa.administration.operations import OPERATIONS
from mfa.http.declaration import AdministrationOperation
from mfa.store import records
from mfa.users.roles import PERMISSIONS, Permission, Role
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.api.test_administration import SUCCEEDS, over_http
from tests.api.test_factor_administration import enrolled, trusted
from tests.people import Person
from tests.product import Answer, Refused

type AnyTask = AdministrationOperation[object, object]

BELOW = [role for role in Role if role is not Role.OWNER]
CELLS = [(operation, role) for operation in OPERATIONS for role in BELOW]
MAY = [(operation, role) for operation, role in CELLS if operation.needs in PERMISSIONS[role]]
MAY_NOT = [(operation, role) for operation, role in CELLS if operation.needs not in PERMISSIONS[role]]
# They show a user and change nothing.
SHOWS = {Permission.SEE, Permission.EXPORT_PERSONAL_DATA}


def of(operation: AnyTask) -> set[str]:
    """The members of an operation's request."""
    return set(getattr(operation.request, "__struct_fields__", ()))


# Each changes a user who is named in the request. A new operation joins by its declaration.
CHANGES_A_USER = [
    operation
    for operation in OPERATIONS
    if operation.needs not in SHOWS and of(operation) & {"login_name", "login_names", "csv"}
]


def named(cells: Sequence[tuple[AnyTask, Role]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("operation", "role"), cells, ids=[f"{task.id}-{role}" for task, role in cells])


def forbidden(answer: Answer, role: Role) -> None:
    assert (answer.status, answer.code) == (403, "forbidden"), answer.text
    assert answer.json["detail"].startswith(f"Your role ({role}) may not "), answer.text


def known(actor: Administrator) -> Administrator:
    """The administrator after a first request, which writes the session down."""
    assert actor.ask("GET", "/session").status == 200
    return actor


def kept(stack: Stack, *names: str) -> list[dict[str, Any]]:
    """Everything that is stored under these names."""
    found: list[dict[str, Any]] = []
    for name in names:
        for partition in records.partitions(name):
            found += stack.table.query(KeyConditionExpression=Key("pk").eq(partition), ConsistentRead=True)["Items"]
    return found


# --- who × operation. Owners may do everything: tests/api/test_administration.py has them do it.


def test_every_cell_is_tested() -> None:
    assert len(MAY) + len(MAY_NOT) == len(OPERATIONS) * 3
    assert {operation.id for operation, _ in MAY_NOT} > {"users.patch", "clients.rotate", "users.export"}


@named(MAY)
def test_a_role_may(stack: Stack, operation: AnyTask, role: Role) -> None:
    actor = administrators.new(stack, role=role)
    given = SUCCEEDS[operation.id](actor, people.add(stack))
    if operation.id == "settings.patch":
        given["if_match"] = actor.ask("GET", "/settings").headers["etag"]
    if "deliver" in of(operation):
        given["deliver"] = "email"
    answer = over_http(actor, operation.id, given)
    assert answer.status == operation.status, answer.text


@named(MAY_NOT)
def test_a_role_may_not(stack: Stack, operation: AnyTask, role: Role) -> None:
    actor, person = known(administrators.new(stack, role=role)), people.add(stack)
    before = kept(stack, actor.name, person.name)
    # The body is wrong: who may not ask learns nothing about what an operation takes.
    path = {name: person.name for name in ("login_name", "id", "factor") if f"{{{name}}}" in operation.path}
    forbidden(over_http(actor, operation.id, path | {"nonsense": "1"}), role)
    assert kept(stack, actor.name, person.name) == before


# --- takeovers: nobody but an owner changes a system user


def inputs(operation: AnyTask, target: Person, actor: Administrator) -> dict[str, Any]:
    """An input for this system user that succeeds for an owner."""
    stack = actor.stack
    if "csv" in of(operation):
        return {"csv": f"login_name,alias\n{target.name},taken over\n", "dry_run": False}
    if "login_names" in of(operation):
        return {"login_names": [target.name], "deliver": "email"}
    given: dict[str, dict[str, Any]] = {
        "users.create": {"password": stack.password(), "kind": "system"},
        "users.patch": {"password": stack.password()},
        "invitations.create": {"deliver": "email"},
        "phones.add": {"number": stack.number()},
        "phones.test": {"id": target.phones[0]},
        "phones.remove": {"id": target.phones[0], "insist": True},
        "factors.remove": {"factor": "totp", "insist": True},
        "devices.end": {"id": "laptop"},
    }
    if operation.id.startswith("settings.test"):  # names the tester of a direct invocation
        return SUCCEEDS[operation.id](actor, target) | {"login_name": target.name}
    return {"login_name": target.name} | given.get(operation.id, {})


@named([(operation, role) for operation, role in MAY if operation in CHANGES_A_USER])
def test_only_an_owner_changes_a_system_user(stack: Stack, operation: AnyTask, role: Role) -> None:
    actor = known(administrators.new(stack, role=role))
    # Of the least role: also the weakest administrator is nobody's but an owner's to change.
    target = enrolled(people.add(stack, kind="system", role="auditor"))
    trusted(target, "laptop")
    given = inputs(operation, target, actor)
    before = kept(stack, target.name)
    answer = over_http(actor, operation.id, given)
    if operation.id == "invitations.create_many":
        assert answer.json["results"][0]["refusal"]["code"] == "forbidden", answer.text
    elif operation.id == "users.import":
        assert "may not change system users" in answer.json["errors"][0]["message"], answer.text
    elif operation.id.startswith("settings.test"):
        assert answer.json["errors"] == [{"field": "login_name", "message": "is not known here"}], answer.text
    else:
        forbidden(answer, role)
    assert kept(stack, target.name) == before


ATTACKS: dict[str, Callable[[Administrator, Person], tuple[str, str, dict[str, Any]]]] = {
    "makes an owner": lambda actor, victim: (
        "POST", "/users", {"login_name": "mallory", "password": actor.person.password, "kind": "system", "role": "owner"}
    ),
    "makes an administrator": lambda actor, victim: (
        "POST", "/users", {"login_name": "mallory", "password": actor.person.password, "kind": "system"}
    ),
    "raises oneself": lambda actor, victim: ("PATCH", f"/users/{actor.name}", {"role": "owner"}),
    "raises a backup user": lambda actor, victim: ("PATCH", f"/users/{people.add(actor.stack).name}", {"kind": "system"}),
    "raises a backup user to owner": lambda actor, victim: (
        "PATCH", f"/users/{people.add(actor.stack).name}", {"kind": "system", "role": "owner"}
    ),
    "demotes an owner": lambda actor, victim: ("PATCH", f"/users/{victim.name}", {"role": "auditor"}),
    "makes an owner a backup user": lambda actor, victim: ("PATCH", f"/users/{victim.name}", {"kind": "backup"}),
    "takes the mailbox": lambda actor, victim: ("PATCH", f"/users/{victim.name}", {"contact_email": "m@example.com"}),
    "takes the alias": lambda actor, victim: ("PATCH", f"/users/{victim.name}", {"alias": "mallory"}),
    "turns MFA off": lambda actor, victim: ("PATCH", f"/users/{victim.name}", {"mfa_enabled": False}),
    "names the owner in another spelling": lambda actor, victim: (
        "PATCH", f"/users/{victim.name.upper()}", {"password": actor.person.password}
    ),
    "clears the role": lambda actor, victim: ("PATCH", f"/users/{victim.name}", {"role": None}),
    "gives a backup user a role": lambda actor, victim: (
        "PATCH", f"/users/{people.add(actor.stack).name}", {"role": "owner"}
    ),
}  # fmt: skip
INVALID = {"clears the role", "gives a backup user a role"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_administrator_cannot_reach_for_an_owner(stack: Stack, attack: str) -> None:
    actor = known(administrators.new(stack, role="administrator"))
    victim = people.add(stack, kind="system", role="owner")
    method, path, body = ATTACKS[attack](actor, victim)
    before = kept(stack, victim.name, actor.name)
    answer = actor.ask(method, path, body)
    if attack in INVALID:
        assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "role"), answer.text
    else:
        forbidden(answer, Role.ADMINISTRATOR)
    assert kept(stack, victim.name, actor.name) == before
    assert kept(stack, "mallory") == []


@pytest.mark.parametrize(
    "line",
    ["mallory,system", "{owner},backup", "{owner},", "{backup},system"],
    ids=["new", "demoted", "kept", "raised"],
)
def test_an_administrator_cannot_import_an_administrator(stack: Stack, line: str) -> None:
    actor = known(administrators.new(stack, role="administrator"))
    owner, backup = people.add(stack, kind="system", role="owner"), people.add(stack)
    before = kept(stack, owner.name, backup.name)
    csv = f"login_name,kind,alias\n{line.format(owner=owner.name, backup=backup.name)},x\n"
    report = actor.ask("POST", "/users/import", {"csv": csv, "dry_run": False}).json
    assert (report["created"], report["updated"]) == (0, 0)
    assert report["errors"][0]["message"] == "Your role (administrator) may not change system users."
    assert kept(stack, owner.name, backup.name) == before
    assert kept(stack, "mallory") == []


def test_an_owner_imports_administrators(stack: Stack) -> None:
    actor = administrators.new(stack)
    report = actor.ask("POST", "/users/import", {"csv": "login_name,kind\nada,system\n", "dry_run": False})
    assert report.json["created"] == 1, report.text
    assert actor.user("ada").json["role"] == "administrator"


@pytest.mark.parametrize("path", ["/users/{name}/invitations", "/invitations"])
def test_support_gets_no_link_into_its_hands(stack: Stack, path: str) -> None:
    actor, person = administrators.new(stack, role="support"), people.add(stack, phones=0, mfa=False)
    body = {} if "{" in path else {"login_names": [person.name]}
    for deliver in ({}, {"deliver": "link"}):
        forbidden(actor.ask("POST", path.format(name=person.name), body | deliver), Role.SUPPORT)
    assert "invitation" not in actor.user(person.name).json
    mailed = actor.ask("POST", path.format(name=person.name), body | {"deliver": "email"})
    assert mailed.status in (200, 201), mailed.text
    assert '"token"' not in mailed.text


# --- what a role sees


@pytest.mark.parametrize("role", Role)
def test_an_auditor_sees_numbers_masked(stack: Stack, role: Role) -> None:
    actor, person = administrators.new(stack, role=role), people.add(stack)
    masked = f"****{person.numbers[0][-4:]}"
    shown = [actor.user(person.name).json, actor.ask("GET", "/users", q=person.name).json["items"][0]]
    numbers = {phone["number"] for user in shown for phone in user["phones"]}
    assert numbers == ({masked} if role is Role.AUDITOR else {person.numbers[0]})


@pytest.mark.parametrize("role", Role)
def test_the_code_of_a_test_number_is_for_those_who_can_set_it(stack: Stack, role: Role) -> None:
    actor, test = administrators.new(stack, role=role), {"number": stack.number(), "code": "123456"}
    with stack.with_settings(test_numbers=[test]):
        shown = actor.ask("GET", "/settings").json["test_numbers"]
    assert shown == ([test] if Permission.MANAGE_SETTINGS in PERMISSIONS[role] else [])


@pytest.mark.parametrize("role", Role)
def test_the_session_tells_the_role_and_its_permissions(stack: Stack, role: Role) -> None:
    session = administrators.new(stack, role=role).ask("GET", "/session").json
    assert session["role"] == role
    assert session["permissions"] == [each for each in Permission if each in PERMISSIONS[role]]


# --- the role itself


def test_another_role_counts_at_once(stack: Stack) -> None:
    owner, other = administrators.new(stack), administrators.new(stack, role="administrator")
    person = people.add(stack)
    assert other.ask("PATCH", f"/users/{person.name}", {"alias": "a"}).status == 200
    changed = owner.ask("PATCH", f"/users/{other.name}", {"role": "support"})
    assert (changed.status, changed.json["role"]) == (200, "support"), changed.text
    forbidden(other.ask("PATCH", f"/users/{person.name}", {"alias": "b"}), Role.SUPPORT)
    told = owner.ask("GET", f"/users/{other.name}/events").json["items"][0]
    assert told["detail"]["values"] == {"role": {"old": "administrator", "new": "support"}}


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ({}, None),
        ({"kind": "system"}, "administrator"),
        ({"kind": "system", "role": None}, "administrator"),
        *(({"kind": "system", "role": str(role)}, str(role)) for role in Role),
    ],
)
def test_a_new_user_has_the_role_that_was_given(stack: Stack, given: dict[str, Any], role: str | None) -> None:
    made = stack.admin("users.create", login_name=stack.name(), password=stack.password(), **given)
    assert made["role"] == role


@pytest.mark.parametrize(
    "given", [{"role": "owner"}, {"kind": "backup", "role": "auditor"}, {"kind": "system", "role": "root"}]
)
def test_a_new_user_cannot_have_this_role(stack: Stack, given: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        stack.admin("users.create", login_name=stack.name(), password=stack.password(), **given)
    assert refused.value.code == "invalid_request"


def test_a_promoted_user_is_an_administrator_and_a_demoted_one_has_no_role(stack: Stack) -> None:
    owner, person = administrators.new(stack), people.add(stack)
    promoted = owner.ask("PATCH", f"/users/{person.name}", {"kind": "system"}).json
    assert (promoted["kind"], promoted["role"]) == ("system", "administrator")
    demoted = owner.ask("PATCH", f"/users/{person.name}", {"kind": "backup"}).json
    assert (demoted["kind"], demoted["role"]) == ("backup", None)
