"""Actions over HTTP: the calls, their callers, their answers, and what their tokens open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jwt
import pytest

from tests import deeds, people
from tests.api import administrators
from tests.api.stack import ISSUER, Stack
from tests.deeds import Action, Application
from tests.people import Person, challenge_path
from tests.product import Answer

UNTOUCHED = "0" * 32


@pytest.fixture(scope="module", autouse=True)
def _types(shared_stack: Stack) -> Iterator[None]:
    with shared_stack.with_settings(actions=deeds.TYPES):
        yield


@pytest.fixture
def application(stack: Stack) -> Application:
    return deeds.register(stack)


@pytest.fixture
def owner(stack: Stack) -> Person:
    """A person whose phone may confirm actions."""
    return deeds.person(stack)


@pytest.fixture
def action(application: Application, owner: Person) -> Action:
    return application.open(owner)


def logged_in(person: Person) -> str:
    """The access token of a login with a passcode. The next message may go out at once."""
    person.challenged()
    answer = person.verify()
    assert answer.status == 200
    person.end_cooldown()
    return str(answer.json["token"])


def read(stack: Stack, token: str, audience: str) -> dict[str, Any]:
    """The claims of an access token, checked as a relying application does it."""
    [key] = stack.call("GET", "/.well-known/jwks.json").json["keys"]
    return dict(jwt.decode(token, jwt.PyJWK(key), algorithms=["ES256"], audience=audience, issuer=ISSUER))


def test_a_server_opens_an_action_has_it_confirmed_and_redeems_it(stack: Stack, application: Application) -> None:
    owner = deeds.person(stack, phones=2)
    answer = application.ask(owner, end_user_address="2001:db8::5", locale="de")
    assert answer.status == 201
    opened = answer.json
    assert opened.keys() == {
        "id",
        "type",
        "params",
        "summary",
        "status",
        "mfa_token",
        "expires_at",
        "phones",
        "channels",
        "help",
    }
    assert (opened["type"], opened["params"], opened["status"]) == ("delete_backup", {"set": "Payroll"}, "pending")
    assert (opened["summary"], opened["channels"], opened["help"]) == ("die Sicherung „Payroll“ löschen", ["sms"], None)
    assert [phone["id"] for phone in opened["phones"]] == owner.phones
    action = application.open(owner)
    assert action.redeem().code == "action_pending"
    assert action.start().json["expires_at"] <= action.opened["expires_at"]
    assert f'{action.code} confirms: delete backup set "Payroll". User "{owner.name}"' in action.message
    approval = action.verify().json
    assert (approval["status"], approval["amr"], approval["expires_in"]) == ("approved", ["sms"], 120)
    state = action.get().json
    assert state == {name: action.opened[name] for name in ("id", "type", "params", "summary")} | {
        "status": "approved",
        "approved_at": state["approved_at"],
    }
    assert application.call("GET", f"/v1/actions/{action.id}").json == state
    redeemed = action.redeem()
    assert (redeemed.status, redeemed.json) == (
        200,
        {
            "status": "redeemed",
            "login_name": owner.name,
            "type": "delete_backup",
            "params": {"set": "Payroll"},
            "amr": ["sms"],
            "approved_at": state["approved_at"],
        },
    )
    assert action.redeem().code == "action_redeemed"
    assert action.get().json["status"] == "redeemed"
    assert action.deny().code == "action_approved"
    opening, *_ = owner.events("action_opened")
    assert opening["address"] == "2001:db8::"


def test_an_app_opens_an_action_with_the_users_access_token(stack: Stack, owner: Person) -> None:
    token = logged_in(owner)
    answer = stack.call("POST", "/v1/actions", {"type": "delete_backup", "params": deeds.PAYROLL}, token=token)
    assert answer.status == 201
    action = Action(stack, deeds.register(stack), owner, answer.json)
    claims = read(stack, action.approve(), ISSUER)
    assert (claims["sub"], claims["amr"], claims["acr"]) == (owner.name, ["pwd", "sms"], "2")
    assert claims["action_id"] == action.id
    assert claims["authorization_details"] == [{"type": "delete_backup", "set": "Payroll"}]
    assert claims["exp"] - claims["iat"] == 120
    assert action.redeem().code == "action_not_found"


def test_an_app_of_a_client_opens_actions_that_its_server_redeems(
    stack: Stack, application: Application, owner: Person
) -> None:
    vouched = application.call("POST", "/v1/login/vouched", {"login_name": owner.name})
    owner.token = vouched.json["mfa_token"]
    assert owner.start().status == 201
    token = owner.verify().json["token"]
    owner.end_cooldown()
    answer = stack.call("POST", "/v1/actions", {"type": "delete_backup", "params": deeds.PAYROLL}, token=token)
    action = Action(stack, application, owner, answer.json)
    claims = read(stack, action.approve(), application.client_id)
    assert claims["amr"] == ["pwd", "sms"]
    assert deeds.register(stack).call("POST", f"/v1/actions/{action.id}/redeem").code == "action_not_found"
    assert action.redeem().json["amr"] == ["pwd", "sms"]
    stack.admin("clients.delete", id=application.client_id)
    stack.restart()
    again = stack.call("POST", "/v1/actions", {"type": "delete_backup", "params": deeds.PAYROLL}, token=token)
    assert again.code == "invalid_token"


def test_an_actions_tokens_open_no_login_no_administration_and_no_other_action(stack: Stack) -> None:
    admin = administrators.new(stack)
    at = Decimal(str(round(time.time() - 9e5, 3)))
    admin.person.add_phone(stack.number())
    admin.person.write("#PHONE#0", verified=True, last_verified_at=at, verified_since=at)
    token = administrators.new(stack).token
    assert stack.call("GET", "/v1/admin/session", token=token).status == 200
    login = logged_in_as(stack, admin.person)
    assert stack.call("GET", "/v1/admin/session", token=login).status == 200
    answer = stack.call("POST", "/v1/actions", {"type": "delete_backup", "params": deeds.PAYROLL}, token=login)
    action = Action(stack, deeds.register(stack), admin.person, answer.json)
    approval = action.approve()
    body = {"type": "delete_backup", "params": deeds.PAYROLL}
    for given in (approval, action.token):
        assert stack.call("GET", "/v1/admin/session", token=given).code == "invalid_token"
        assert stack.call("POST", "/v1/actions", body, token=given).code == "invalid_token"
    assert stack.call("POST", "/v1/admin/session", {}, token=approval).code == "invalid_token"
    for path in ("/v1/recovery", "/v1/challenges"):
        assert stack.call("POST", path, {"phone_id": "0-0"}, token=approval).code == "invalid_token"
    assert stack.call("POST", "/v1/recovery", token=action.token).code == "forbidden"


def logged_in_as(stack: Stack, person: Person) -> str:
    answer = person.login().json
    if answer["status"] == "authenticated":
        return str(answer["token"])
    return logged_in(person)


def test_a_logins_mfa_token_opens_reads_and_denies_no_action(stack: Stack, action: Action, owner: Person) -> None:
    owner.login()
    body = {"type": "delete_backup", "params": deeds.PAYROLL}
    for method, path, given in (
        ("POST", "/v1/actions", body),
        ("GET", f"/v1/actions/{action.id}", None),
        ("POST", f"/v1/actions/{action.id}/deny", None),
        ("GET", f"/v1/actions/{UNTOUCHED}", None),
    ):
        assert owner.call(method, path, given).code == "invalid_token", path


def test_a_legacy_skip_a_logout_and_a_new_password_open_no_action(stack: Stack, owner: Person) -> None:
    token = logged_in(owner)
    body = {"type": "delete_backup", "params": deeds.PAYROLL}

    def opens(given: str) -> Answer:
        return stack.call("POST", "/v1/actions", body, token=given)

    assert opens(token).status == 201
    stack.admin("users.patch", login_name=owner.name, password="another password")
    assert opens(token).code == "invalid_token"
    admin = administrators.new(stack)
    assert opens(admin.token).code == "no_phone"
    assert admin.ask("DELETE", "/session").status == 204
    assert opens(admin.token).code == "invalid_token"
    old = deeds.register(stack, legacy=True)
    with stack.with_settings(allow_legacy_clients=True):
        skip = {"login_name": owner.name, "client_supports_mfa": False}
        legacy = old.call("POST", "/v1/login/vouched", skip).json["token"]
        assert jwt.decode(legacy, options={"verify_signature": False})["legacy"] is True
        assert opens(legacy).code == "invalid_token"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "unknown"}, "type"),
        ({"type": "share_backup", "params": {"set": "a", "who": "b"}}, "type"),
        ({"params": {}}, "params.set"),
        ({"params": {"set": "code 581883"}}, "params.set"),
        ({"params": {"set": "x" * 61}}, "params.set"),
        ({"params": {"set": 7}}, "params.set"),
        ({"params": {"set": "a\nb"}}, "params.set"),
        ({"params": "x"}, "params"),
        ({"end_user_address": "home"}, "end_user_address"),
        ({"login_name": None}, "login_name"),
        ({"more": 1}, "more"),
    ],
)
def test_a_refusal_names_the_part_that_is_wrong(
    application: Application, owner: Person, changes: dict[str, Any], field: str
) -> None:
    answer = application.ask(owner, **changes)
    assert (answer.code, [each["field"] for each in answer.json["errors"]]) == ("invalid_request", [field])


@pytest.mark.parametrize("value", ["O'Brien's", "Buchhaltung {alt}", "工资", "رواتب", "<b>&amp;"])
def test_a_value_is_shown_as_it_was_typed(application: Application, owner: Person, value: str) -> None:
    action = application.open(owner, params={"set": value})
    assert action.opened["summary"] == f'delete backup set "{value}"'
    action.start()
    assert f'delete backup set "{value}"' in action.message


def test_a_client_opens_actions_for_known_active_backup_users_only(stack: Stack, application: Application) -> None:
    admin = administrators.new(stack).person
    disabled = deeds.person(stack)
    stack.admin("users.patch", login_name=disabled.name, status="disabled")
    nobody = Person(stack, "nobody", "x", "192.0.2.9", None)
    for person in (admin, disabled, nobody):
        answer = application.ask(person)
        assert (answer.code, answer.headers["www-authenticate"]) == ("invalid_credentials", 'Basic realm="client"')


@pytest.mark.parametrize("credentials", ["Basic bm9ib2R5Ong=", "Bearer x", ""])
def test_nobody_else_opens_reads_or_ends_an_action(stack: Stack, action: Action, credentials: str) -> None:
    headers = {"Authorization": credentials} if credentials else {}
    code = "invalid_credentials" if credentials.startswith("Basic") else "invalid_token"
    body = {"type": "delete_backup", "params": deeds.PAYROLL}
    assert stack.call("POST", "/v1/actions", body, headers=headers).code == code
    assert stack.call("GET", f"/v1/actions/{action.id}", headers=headers).code == code
    assert stack.call("POST", f"/v1/actions/{action.id}/deny", headers=headers).code == "invalid_token"
    assert stack.call("POST", f"/v1/actions/{action.id}/redeem", headers=headers).code == "invalid_credentials"


def test_a_user_names_no_other_user(stack: Stack, owner: Person) -> None:
    token = logged_in(owner)
    for name, value in {"login_name": owner.name, "end_user_address": "192.0.2.1"}.items():
        body = {"type": "delete_backup", "params": deeds.PAYROLL, name: value}
        answer = stack.call("POST", "/v1/actions", body, token=token)
        assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", name)


def test_a_denial_is_seen_by_the_client(stack: Stack, action: Action) -> None:
    action.start()
    assert action.deny().json["status"] == "denied"
    assert action.application.call("GET", f"/v1/actions/{action.id}").json["status"] == "denied"
    assert action.verify().code == "action_denied"
    assert action.call("POST", challenge_path(action.challenge["id"], "resend")).code == "action_denied"
    assert action.redeem().code == "action_denied"
    assert action.deny().status == 200


def test_an_action_that_was_changed_between_send_and_verify_is_refused(stack: Stack, action: Action) -> None:
    action.start()
    code = action.code
    action.write(params={"set": "Photos"})
    assert action.verify(code).code == "invalid_token"
    assert action.start().code == "invalid_token"
    assert action.application.call("GET", f"/v1/actions/{action.id}").code == "action_not_found"


def test_opening_and_redeeming_again_under_the_same_key_gets_the_same_answer(
    application: Application, owner: Person
) -> None:
    first = application.ask(owner, key="k").json
    second = application.ask(owner, key="k").json
    assert first == second
    assert application.ask(owner, key="k", params={"set": "Photos"}).code == "conflict"
    action = Action(application.stack, application, owner, first)
    action.approve()
    assert action.redeem(key="r").json == action.redeem(key="r").json
    assert action.redeem(key="s").code == "action_redeemed"


def test_the_name_of_a_type_that_was_deleted_meanwhile_is_no_longer_offered(stack: Stack, action: Action) -> None:
    action.start()
    code = action.code
    stack.admin("settings.patch", actions={"delete_backup": None})
    stack.restart()
    try:
        assert action.verify(code).code == "forbidden"
        assert action.start().code == "forbidden"
        assert action.application.ask(action.person).json["errors"][0]["field"] == "type"
    finally:
        stack.admin("settings.patch", actions=deeds.TYPES)
        stack.restart()
    assert action.verify(code).status == 200


def test_a_young_phone_and_a_test_number_confirm_nothing(stack: Stack, application: Application) -> None:
    young = deeds.person(stack, age_hours=23)
    assert application.ask(young).code == "no_phone"
    assert application.ask(people.add(stack)).code == "no_phone"
    old = deeds.person(stack, phones=2)
    old.write("#PHONE#1", verified=False)
    action = application.open(old)
    assert [phone["id"] for phone in action.opened["phones"]] == old.phones[:1]
    assert action.start(phone_id=old.phones[1]).code == "phone_not_found"
