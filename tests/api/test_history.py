"""Histories say who did what, which, and what it was before; without secrets."""

from typing import Any

import pytest

from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.product import Json


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def history(admin: Administrator, name: str = "") -> list[dict[str, Any]]:
    """The events of a user, or of the administrator, newest first."""
    answer = admin.ask("GET", f"/users/{name or admin.name}/events")
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


def patch_settings(admin: Administrator, **patch: Json) -> dict[str, Any]:
    """Saves the patch; what the event says of it."""
    etag = admin.ask("GET", "/settings").headers["etag"]
    answer = admin.ask("PATCH", "/settings", patch, if_match=etag)
    assert answer.status == 200, answer.text
    event = history(admin)[0]
    assert event["type"] == "settings_changed"
    return dict(event["detail"]["values"])


def test_changed_settings_say_which_and_old_and_new(stack: Stack, admin: Administrator) -> None:
    before = stack.admin("settings.get")
    changed = patch_settings(
        admin,
        signature="Example Ltd",
        budgets={"region_per_day": 500},
        regions={"allow": ["HK", "GB"]},
        templates={"en": "{code} is your code. {prefix}"},
    )
    assert changed == {
        "signature": {"old": before["signature"], "new": "Example Ltd"},
        "budgets.region_per_day": {"old": None, "new": 500},
        "regions.allow": {"old": "*", "new": ["HK", "GB"]},
        "templates.en": {"old": None, "new": "{code} is your code. {prefix}"},
    }
    back = patch_settings(
        admin, signature=None, budgets={"region_per_day": None}, regions={"allow": "*"}, templates={"en": None}
    )
    assert back["budgets.region_per_day"] == {"old": 500, "new": None}
    assert back["templates.en"] == {"old": "{code} is your code. {prefix}", "new": None}


def test_no_code_and_no_whole_number_is_in_the_history_of_settings(stack: Stack, admin: Administrator) -> None:
    number = stack.number()
    changed = patch_settings(admin, test_numbers=[{"number": number, "code": "135790"}])
    assert changed["test_numbers"] == {"old": [], "new": [f"****{number[-4:]}"]}
    other = patch_settings(admin, test_numbers=[{"number": number, "code": "135791"}])
    assert other.keys() == {"test_numbers"}
    told = str(admin.ask("GET", f"/users/{admin.name}/events").json)
    assert not any(secret in told for secret in (number, "135790", "135791"))
    stack.admin("settings.patch", test_numbers=[])


def test_clients_are_named_until_they_are_deleted(admin: Administrator) -> None:
    client = admin.ask("POST", "/clients", {"name": "A shop", "legacy": True}).json
    admin.ask("POST", f"/clients/{client['client_id']}/rotate")
    admin.ask("DELETE", f"/clients/{client['client_id']}")
    assert admin.ask("DELETE", f"/clients/{client['client_id']}").code == "client_not_found"
    named = {"client_id": client["client_id"], "name": "A shop"}
    assert [(event["type"], event["detail"]) for event in history(admin)[:3]] == [
        ("client_deleted", named),
        ("client_rotated", named | {"keep_hours": 0}),
        ("client_created", {**named, "legacy": True}),
    ]


def test_a_changed_profile_says_old_and_new_but_no_password(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack, alias="Dee")
    password = stack.password()
    change = {"alias": None, "owner": "Example Ltd", "password": password, "status": "disabled"}
    assert admin.ask("PATCH", f"/users/{person.name}", change).status == 200
    detail = history(admin, person.name)[0]["detail"]
    assert detail["changed"] == ["alias", "owner", "password", "status"]
    assert detail["values"] == {
        "alias": {"old": "Dee", "new": None},
        "owner": {"old": None, "new": "Example Ltd"},
        "status": {"old": "active", "new": "disabled"},
    }
    text = f"login_name,alias\n{person.name},Ada\n"
    admin.ask("POST", "/users/import", {"csv": text, "dry_run": False})
    imported = history(admin, person.name)[0]["detail"]
    assert imported == {"by": "import", "changed": ["alias"], "values": {"alias": {"old": None, "new": "Ada"}}}
    assert "argon2" not in str(history(admin, person.name))


def test_a_removed_phone_is_still_named(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    admin.ask("DELETE", f"/users/{person.name}/phones/{person.phones[0]}", insist="true")
    named = {"calling_code": "+852", "masked_number": f"****{person.numbers[0][-4:]}"}
    assert [event["detail"] for event in history(admin, person.name)[:2]] == [named, named]
    assert person.numbers[0] not in str(history(admin, person.name))


def test_a_login_as_administrator_and_a_wrong_password_leave_a_trace(stack: Stack) -> None:
    admin = administrators.logged_in(stack)
    admin.person.login(password="wrong")
    second = administrators.new(stack, mfa=True)
    assert [(event["type"], event["address"]) for event in history(admin)[:2]] == [
        ("wrong_password", admin.person.address),
        ("logged_in", admin.person.address),
    ]
    types = [event["type"] for event in history(admin, second.name)]
    assert "approved" in types
    assert "logged_in" not in types
    backup = people.add(stack, mfa=False, phones=0)
    backup.login()
    backup.login(password="wrong")
    assert [event["type"] for event in history(admin, backup.name)] == ["wrong_password", "user_created"]


def test_a_wrong_name_has_no_history(stack: Stack, admin: Administrator) -> None:
    name = stack.name()
    stack.call("POST", "/v1/login", {"login_name": name, "password": "wrong"}, address=stack.address())
    assert admin.ask("GET", f"/users/{name}/events").code == "user_not_found"


def test_the_history_of_a_deleted_user_opens(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    admin.ask("DELETE", f"/users/{person.name}")
    assert admin.user(person.name).code == "user_not_found"
    assert [event["type"] for event in history(admin, person.name)] == ["user_deleted", "phone_added", "user_created"]
