"""`POST /v1/factors/verify`: authenticator apps, recovery codes and temporary access codes complete a login."""

from __future__ import annotations

import json
from collections.abc import Callable

import boto3
import jwt
import pytest

from mfa.users.history import EventType
from tests import deeds, people
from tests.api import administrators
from tests.api.stack import Stack
from tests.enrolled import Enrolled, enrol
from tests.people import Person

type NewPerson = Callable[..., Person]

METHODS = ["totp", "recovery_code", "temporary_code"]
AMR = {"totp": "otp", "recovery_code": "recovery", "temporary_code": "tap"}


def enrolled(stack: Stack, person: Person) -> Enrolled:
    """Gives the person every factor."""
    made = enrol(boto3.client("dynamodb"), stack.table.name, stack.factor_keys, person.name)
    stack.secrets |= {*made.codes, made.temporary}  # no log may hold them
    return made


def code(made: Enrolled, method: str) -> str:
    return {"totp": made.app_code(), "recovery_code": made.codes[0], "temporary_code": made.temporary}[method]


@pytest.mark.parametrize("method", METHODS)
def test_a_code_completes_a_login_once(stack: Stack, person: Person, method: str) -> None:
    made = enrolled(stack, person)
    assert person.login().json["methods"] == ["totp", "sms", "email", "recovery_code"]
    typed = code(made, method)
    answer = person.prove(method, typed)
    assert answer.status == 200
    left = {"recovery_codes_remaining": 9} if method == "recovery_code" else {}
    assert answer.json == left | {
        "status": "approved",
        "token": answer.json["token"],
        "token_type": "Bearer",
        "expires_in": 3600,
        "amr": ["pwd", AMR[method]],
    }
    claims = jwt.decode(answer.json["token"], options={"verify_signature": False})
    assert (claims["sub"], claims["acr"], claims["amr"]) == (person.name, "2", ["pwd", AMR[method]])
    refused = person.prove(method, typed)
    assert (refused.status, refused.code, refused.json["attempts_remaining"]) == (400, "invalid_code", 4)
    [event] = person.events(EventType.APPROVED)
    assert event["detail"] == {"method": method}


def test_codes_are_read_as_people_type_them(stack: Stack, person: Person) -> None:
    made = enrolled(stack, person)
    person.login()
    app = made.app_code()
    assert person.prove("totp", f" {app[:3]} {app[3:]} ").status == 200
    assert person.prove("recovery_code", made.codes[0].upper().replace("-", " ").replace("0", "O")).status == 200


def test_guesses_at_every_factor_are_five_in_all(stack: Stack, person: Person) -> None:
    made = enrolled(stack, person)
    person.challenged()
    left = [
        person.verify(person.wrong()),
        person.prove("totp", made.wrong_app_code()),
        person.prove("recovery_code", "0000-0000-0000-0000"),
        person.prove("temporary_code", "0000-0000-0000-0000"),
        person.prove("totp", made.wrong_app_code()),
    ]
    assert [answer.json["attempts_remaining"] for answer in left] == [4, 3, 2, 1, 0]
    assert left[-1].json["locked_until"]
    for method in METHODS:
        refused = person.prove(method, code(made, method))
        assert (refused.status, refused.code) == (429, "too_many_attempts")
        assert refused.headers["retry-after"]
    assert person.verify().code == "too_many_attempts"
    assert person.login().json["locked_until"]
    assert len(person.events(EventType.LOCKED)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"method": "totp", "code": "12345"}, "code"),
        ({"method": "recovery_code", "code": "123456"}, "code"),
        ({"method": "sms", "code": "123456"}, "method"),
        ({"method": "email", "code": "123456"}, "method"),
        ({"method": "totp"}, "code"),
        ({"method": "totp", "code": "123456", "more": 1}, "more"),
        ({"method": "totp", "code": "1" * 65}, "code"),
        ({"method": "totp", "code": "123456"}, "method"),
    ],
)
def test_what_is_no_such_code_names_the_field_and_costs_nothing(
    person: Person, body: dict[str, object], field: str
) -> None:
    person.login()
    answer = person.call("POST", "/v1/factors/verify", body)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == field
    assert person.item == {}


def test_a_token_is_needed_and_an_access_token_is_none(stack: Stack, person: Person) -> None:
    made = enrolled(stack, person)
    person.login()
    body = {"method": "totp", "code": made.app_code()}
    for token in (None, "x", person.prove("recovery_code", made.codes[0]).json["token"]):
        assert stack.call("POST", "/v1/factors/verify", body, token=token).code == "invalid_token"
    person.login()
    stack.admin("users.patch", login_name=person.name, status="disabled")
    assert person.prove("totp", made.app_code()).code == "invalid_token"


def test_an_action_is_not_confirmed_by_them(stack: Stack) -> None:
    with stack.with_settings(actions=deeds.TYPES):
        application, person = deeds.register(stack), deeds.person(stack)
        made = enrolled(stack, person)
        action = application.open(person)
        person.token = action.token
        for method in METHODS:
            assert person.prove(method, code(made, method)).code == "forbidden"
        assert action.get().json["status"] == "pending"


@pytest.mark.parametrize("method", METHODS)
def test_administrators_log_in_with_them(stack: Stack, method: str) -> None:
    person = people.add(stack, kind="system", email=False)
    made = enrolled(stack, person)
    assert person.login().json["methods"] == ["totp", "sms", "recovery_code"]
    token = person.prove(method, code(made, method)).json["token"]
    assert stack.call("GET", "/v1/admin/health", token=token).status == 200


def test_the_same_request_again_gets_the_same_answer(stack: Stack, person: Person) -> None:
    made = enrolled(stack, person)
    person.login()
    first = person.prove("recovery_code", made.codes[0], key="k")
    again = person.prove("recovery_code", made.codes[0], key="k")
    tokens = [jwt.decode(each.json["token"], options={"verify_signature": False}) for each in (first, again)]
    assert tokens[0] == tokens[1]
    assert again.json["recovery_codes_remaining"] == 9
    assert person.prove("recovery_code", made.codes[1], key="k").code == "conflict"


@pytest.mark.parametrize(
    ("method", "words"),
    [("totp", None), ("recovery_code", "recovery code used"), ("temporary_code", "temporary access code used")],
)
def test_who_is_told_of_a_code_that_stands_in(stack: Stack, method: str, words: str | None) -> None:
    person = people.add(stack, phones=2)
    for phone in person.phones:
        person.write(f"#PHONE#{phone.partition('-')[0]}", verified=True, last_verified_at=1)
    made = enrolled(stack, person)
    person.login()
    stack.events.clear()
    delivered = len(stack.delivered)
    assert person.prove(method, code(made, method)).status == 200
    stack.tell_changes()
    told = stack.delivered[delivered:]
    assert sorted(number for number, _ in told) == (sorted(person.numbers) if words else [])
    assert all(f'Account "{person.name}": {words}. ' in body for _, body in told)
    assert [str(words) in mail for mail in stack.mails(person.email or "")] == ([True] if words else [])


def test_a_temporary_access_code_is_logged_as_a_warning_and_counted(stack: Stack, person: Person) -> None:
    made = enrolled(stack, person)
    person.login()
    before = len(stack.logs.getvalue())
    assert person.prove("temporary_code", made.temporary).status == 200
    lines = [json.loads(line) for line in stack.logs.getvalue()[before:].splitlines()]
    assert [line["level"] for line in lines if line.get("message") == "temporary access code used"] == ["WARNING"]
    assert any(line.get("temporary_codes_used") == 1 for line in lines)


def test_the_overview_counts_them_apart_from_messages(stack: Stack, person: Person) -> None:
    admin = administrators.new(stack)
    made = enrolled(stack, person)
    before = admin.ask("GET", "/overview", None).json
    person.login()
    person.prove("totp", made.wrong_app_code())
    person.prove("totp", made.app_code())
    after = admin.ask("GET", "/overview", None).json
    assert after["totals"] == before["totals"], "a share of the messages"
    assert "factors" not in [region["region"] for region in after["regions"]]
    counted = {name: after["factors"][name] - before["factors"][name] for name in after["factors"]}
    assert counted == {"approvals": 1, "wrong_codes": 1, "locks": 0}


def test_a_users_records_show_no_secret_and_no_digest(stack: Stack, person: Person) -> None:
    made = enrolled(stack, person)
    person.login()
    person.prove("recovery_code", made.codes[0])
    records = stack.admin("users.records", login_name=person.name)["records"]
    found = {record["record"]: record for record in records}
    assert {"factors", "proofs"} <= found.keys()
    assert not {"totp_secret", "temporary_code"} & found["factors"].keys()
    assert found["factors"]["recovery_codes"] == found["proofs"]["recovery_used"] == []


def test_a_deleted_users_factors_are_gone(stack: Stack, new_person: NewPerson) -> None:
    person = new_person()
    enrolled(stack, person)
    stack.admin("users.delete", login_name=person.name)
    for partition in ("FACTORS", "PROOFS"):
        key = {"pk": f"{partition}#{person.name}", "sk": f"#{partition}"}
        assert "Item" not in stack.table.get_item(Key=key)
