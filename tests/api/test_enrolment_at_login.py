"""Enrolment at login: the password alone lets a backup user set up a first second factor, and nobody who ever had one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from mfa.tokens.enrolment_tokens import ENROLMENT_SECONDS
from mfa.tokens.signed_tokens import read_enrolment_token
from tests import people
from tests.api import administrators
from tests.api.stack import Stack
from tests.people import Person
from tests.product import basic


@pytest.fixture(scope="module")
def open_stack(shared_stack: Stack) -> Iterator[Stack]:
    """A stack with the setting on."""
    with shared_stack.with_settings(enrolment_at_login=True):
        yield shared_stack


def test_it_is_off_unless_an_administrator_turns_it_on(stack: Stack) -> None:
    assert people.add(stack, phones=0).login().json["status"] == "mfa_required"


def test_a_user_with_mfa_and_nothing_else_gets_an_enrolment_token_and_is_told(open_stack: Stack) -> None:
    stack, person = open_stack, people.add(open_stack, phones=0)
    stack.events.clear()
    answer = person.login()
    assert answer.status == 200
    assert answer.json.keys() == {"status", "enrolment_token", "expires_at"}
    assert answer.json["status"] == "enrolment_required"
    token = read_enrolment_token(stack.token_secrets.public, answer.json["enrolment_token"], time.time())
    assert (token.login_name, token.invitation) == (person.name, None)
    assert token.expires_at == token.issued_at + ENROLMENT_SECONDS
    [event] = person.events("enrolment_started")
    assert (event["actor"], event["address"]) == (person.name, person.address)
    stack.tell_changes()
    assert person.email
    assert f'Account "{person.name}": setup of a second factor begun' in stack.mails(person.email)[0]


def test_a_wrong_password_opens_nothing(open_stack: Stack) -> None:
    person = people.add(open_stack, phones=0)
    assert person.login(password="wrong").code == "invalid_credentials"
    assert person.events("enrolment_started") == []


def slot(person: Person) -> str:
    return f"#PHONE#{person.phones[0].partition('-')[0]}"


def with_an_unverified_phone(stack: Stack) -> Person:
    return people.add(stack)


def with_a_dead_phone_that_was_verified(stack: Stack) -> Person:
    """Somebody with the password may have brought the mark about, by a message that the phone cannot take."""
    person = people.add(stack)
    person.write(slot(person), verified=True, last_verified_at=1, unusable_reason="30005", unusable_at=1)
    return person


def with_an_authenticator_app(stack: Stack) -> Person:
    return holding(stack, totp_secret=b"sealed", totp_enrolled_at=1)


def with_recovery_codes(stack: Stack) -> Person:
    return holding(stack, recovery_codes={b"digest"}, recovery_codes_at=1)


def with_a_temporary_code(stack: Stack) -> Person:
    return holding(stack, temporary_code=b"digest", temporary_code_expires_at=int(time.time()) + 3600)


def whose_used_codes_cannot_be_read(stack: Stack) -> Person:
    person = people.add(stack, phones=0)
    stack.table.put_item(Item={"pk": f"PROOFS#{person.name}", "sk": "#PROOFS", "totp_step": "x"})
    return person


def holding(stack: Stack, **secrets: object) -> Person:
    person = people.add(stack, phones=0)
    key = {"pk": f"USER#{person.name}", "sk": "#PROFILE"}
    created_at = stack.table.get_item(Key=key)["Item"]["created_at"]
    item = {"pk": f"FACTORS#{person.name}", "sk": "#FACTORS", "user_created_at": created_at}
    stack.table.put_item(Item=item | secrets)
    return person


HOLDERS: list[Callable[[Stack], Person]] = [
    with_an_unverified_phone,
    with_a_dead_phone_that_was_verified,
    with_an_authenticator_app,
    with_recovery_codes,
    with_a_temporary_code,
    whose_used_codes_cannot_be_read,
]


@pytest.mark.parametrize("make", HOLDERS)
def test_whoever_holds_a_factor_enrols_no_other_by_the_password(
    open_stack: Stack, make: Callable[[Stack], Person]
) -> None:
    person = make(open_stack)
    assert person.login().json["status"] == "mfa_required"
    assert person.events("enrolment_started") == []


def test_a_dead_phone_that_was_never_verified_is_no_factor(open_stack: Stack) -> None:
    person = people.add(open_stack)
    person.write(slot(person), unusable_reason="30005", unusable_at=1)
    assert person.login().json["status"] == "enrolment_required"


def test_without_mfa_the_password_is_enough(open_stack: Stack) -> None:
    assert people.add(open_stack, phones=0, mfa=False).login().json["status"] == "authenticated"


def test_administrators_are_invited_by_another_one(open_stack: Stack) -> None:
    admin = administrators.new(open_stack).person
    open_stack.admin("users.patch", login_name=admin.name, mfa_enabled=True, insist=True)
    for phone in list(admin.phones):
        open_stack.admin("phones.remove", login_name=admin.name, id=phone, insist=True)
    assert admin.login().json["status"] == "mfa_required"


def test_a_vouched_login_gives_no_enrolment_token(open_stack: Stack) -> None:
    """A client invites the user instead: it knows the invitation's answer, and an older one would not know this."""
    client = open_stack.admin("clients.create", name="A shop")
    headers = basic(client["client_id"], client["client_secret"])
    person = people.add(open_stack, phones=0)
    body = {"login_name": person.name}
    answer = open_stack.call("POST", "/v1/login/vouched", body, headers=headers)
    assert answer.json["status"] == "mfa_required"
    assert open_stack.call("POST", "/v1/invitations", body, headers=headers).status == 201
