"""One's own password: changed by who knows it, with tries that count as at a login."""

from collections.abc import Callable
from typing import Any

from tests.api.stack import Stack
from tests.api.test_own_account import signed
from tests.people import Person
from tests.product import Answer


def change(stack: Stack, person: Person, new: str, current: str | None = None, **claims: object) -> Answer:
    body = {"current_password": person.password if current is None else current, "new_password": new}
    return stack.call("POST", "/v1/me/password", body, token=signed(person, **claims), address=person.address)


def history(stack: Stack, person: Person, type_: str) -> list[dict[str, Any]]:
    events = stack.admin("users.events", login_name=person.name, limit=100)["items"]
    return [event for event in events if event["type"] == type_]


def test_a_new_password_takes_the_place_of_the_old_one_and_ends_every_token(stack: Stack, person: Person) -> None:
    person.challenged()
    code, token, new = person.code(), signed(person), stack.password()
    person.write(f"#PHONE#{person.phones[0].partition('-')[0]}", verified=True, last_verified_at=1)
    stack.events.clear()
    assert change(stack, person, new).status == 204
    assert person.verify(code).code == "invalid_token"
    assert stack.call("GET", "/v1/me", token=token).code == "invalid_token"
    assert person.login().code == "invalid_credentials"
    assert person.login(password=new).json["status"] == "mfa_required"
    [event] = history(stack, person, "user_changed")
    assert (event["actor"], event["address"]) == (person.name, person.address)
    assert event["detail"] == {"changed": ["password"]}
    stack.tell_changes()
    assert "password changed" in stack.texts(person.numbers[0])[0]
    assert person.email
    assert "password changed" in stack.mails(person.email)[0]


def test_a_wrong_current_password_counts_as_at_a_login(stack: Stack, person: Person) -> None:
    wrong = [change(stack, person, stack.password(), "not the password") for _ in range(10)]
    assert {answer.code for answer in wrong} == {"invalid_credentials"}
    right = change(stack, person, stack.password())
    assert (right.status, right.code) == (429, "rate_limited")
    assert person.login().code == "rate_limited"
    assert len(history(stack, person, "wrong_password")) == 10


def test_the_new_password_is_judged_before_a_try_is_spent(stack: Stack, person: Person) -> None:
    for new, message in (
        ("iloveyou", "is one that attackers try first"),
        (person.name.upper(), "is too close to the user's name"),
    ):
        for _ in range(11):
            answer = change(stack, person, new, "not the password")
        assert answer.code == "invalid_request"
        [error] = answer.json["errors"]
        assert (error["field"], error["message"].startswith(message)) == ("new_password", True)
    same = change(stack, person, person.password)
    assert same.json["errors"] == [{"field": "new_password", "message": "is the password that you have already"}]
    assert person.login().status == 200


def test_a_user_without_mfa_changes_it_after_a_login_with_the_password_alone(
    stack: Stack, new_person: Callable[..., Person]
) -> None:
    person = new_person(mfa=False, phones=0)
    token = person.login().json["token"]
    body = {"current_password": person.password, "new_password": stack.password()}
    assert stack.call("POST", "/v1/me/password", body, token=token).status == 204
    assert person.login().code == "invalid_credentials"
