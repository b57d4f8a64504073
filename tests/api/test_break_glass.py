"""No administrator can log in: direct invocations, authorised by IAM, let one in again and are logged as warnings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import replace
from typing import Any

import pytest

from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator, log_in
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Refused


@pytest.fixture
def lost(stack: Stack) -> Iterator[Person]:
    """An administrator who needs a second factor, has lost password and phone, and is locked."""
    admin = administrators.new(stack, mfa=True)
    etag = admin.ask("GET", "/settings").headers["etag"]
    saved = admin.ask("PATCH", "/settings", {"require_mfa_for_system_users": True, "insist": True}, if_match=etag)
    assert saved.status == 200
    stack.restart()
    admin.person.later(60)
    admin.person.locked()
    yield admin.person
    stack.admin("settings.patch", require_mfa_for_system_users=False)
    stack.restart()


def administers(stack: Stack, person: Person) -> str:
    return Administrator(stack, person, log_in(person)).ask("GET", "/settings").code


def test_a_new_password_and_a_new_phone_let_the_administrator_in_again(stack: Stack, lost: Person) -> None:
    password, number = stack.password(), stack.number()
    old_phone = lost.phones[0]
    stack.admin("users.patch", login_name=lost.name, password=password, status="active", mfa_enabled=True)
    phone = stack.admin("phones.add", login_name=lost.name, number=number)
    stack.admin("phones.remove", login_name=lost.name, id=old_phone)
    stack.admin("users.unlock", login_name=lost.name)
    found = replace(lost, password=password, numbers=[number], phones=[phone["id"]])
    assert administers(stack, found) == "200"


def test_the_second_factor_rule_is_lifted_and_restored_while_no_message_gets_through(
    stack: Stack, lost: Person
) -> None:
    password = stack.password()
    stack.admin("users.patch", login_name=lost.name, password=password, mfa_enabled=False)
    found = replace(lost, password=password)
    assert administers(stack, found) == "forbidden"
    stack.admin("settings.patch", require_mfa_for_system_users=False)
    stack.restart()
    assert administers(stack, found) == "200"
    # Only a login with a passcode can restore the rule: neither an invocation nor the password alone.
    with pytest.raises(Refused, match="forbidden"):
        stack.admin("settings.patch", require_mfa_for_system_users=True)
    stack.admin("users.patch", login_name=found.name, mfa_enabled=True)
    stack.admin("users.unlock", login_name=found.name)
    admin = Administrator(stack, found, log_in(found))
    etag = admin.ask("GET", "/settings").headers["etag"]
    assert (
        admin.ask("PATCH", "/settings", {"require_mfa_for_system_users": True, "insist": True}, if_match=etag).status
        == 200
    )


def test_another_administrator_is_created_when_nobody_is_left(stack: Stack, lost: Person) -> None:
    another = people.add(stack, kind="system", role="owner", phones=1)
    assert administers(stack, another) == "200"
    stack.admin("users.patch", login_name=lost.name, status="disabled")
    assert lost.login().code == "invalid_credentials"


def lines(stack: Stack) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stack.logs.getvalue().splitlines() if line.startswith("{")]


def test_every_direct_invocation_and_no_other_call_is_logged_as_a_warning(stack: Stack) -> None:
    admin = administrators.new(stack)
    person = people.add(stack)
    before = len(lines(stack))
    assert admin.ask("GET", f"/users/{person.name}").status == 200
    assert not [line for line in lines(stack)[before:] if "direct" in json.dumps(line)]
    stack.admin("users.unlock", login_name=person.name)
    with pytest.raises(Refused):
        stack.admin("users.get", login_name="nobody")
    said = [line for line in lines(stack)[before:] if line.get("message") == "direct invocation"]
    assert [(line["level"], line["operation"]) for line in said] == [
        ("WARNING", "users.unlock"),
        ("WARNING", "users.get"),
    ]
    assert told(stack, before) == ["DirectInvocation"] * 2
    assert person.events()[-1]["actor"] == "iam"


def told(stack: Stack, before: int) -> list[str]:
    """The incidents that an operator is told of, in the lines after these."""
    return [line["incident"] for line in lines(stack)[before:] if line.get("incidents") == 1000]


def test_a_malformed_invocation_is_counted_too(stack: Stack) -> None:
    before = len(lines(stack))
    assert stack.invoke("AdminFunction", {"anything": 1})["error"]["code"] == "invalid_request"
    assert told(stack, before) == ["DirectInvocation"]
