"""The contact email that people change themselves: it counts once a code that was mailed to it came back."""

import re

import pytest

from tests import people
from tests.api.stack import Stack
from tests.api.test_own_factors import fresh
from tests.api.test_own_phones import Enroller
from tests.product import Answer


@pytest.fixture
def owner(stack: Stack) -> Enroller:
    return fresh(people.add(stack))


def ask(owner: Enroller, address: str | None) -> Answer:
    """Asks for another contact email, and lets the mail arrive."""
    token, at = owner.token, owner.person.address
    answer = owner.stack.call("PATCH", "/v1/me", {"contact_email": address}, token=token, address=at)
    owner.stack.tell_changes()
    return answer


def verify(owner: Enroller, code: str) -> Answer:
    path = "/v1/me/contact-email/verify"
    return owner.stack.call("POST", path, {"code": code}, token=owner.token, address=owner.person.address)


def code_at(owner: Enroller, address: str) -> str:
    return people.digits(owner.stack.mails(address)[0])


def new_address(stack: Stack) -> str:
    return f"{stack.name()}@example.org"


def test_a_new_address_counts_once_its_code_came_back_and_both_are_told(stack: Stack, owner: Enroller) -> None:
    new, old = new_address(stack), owner.person.email or ""
    asked = ask(owner, new)
    assert asked.status == 200
    assert asked.json["contact_email"] == old
    assert re.fullmatch(r".\*\*\*@example\.org", asked.json["email_to_confirm"]["address"])
    assert asked.json["email_to_confirm"]["prefix"] in stack.mails(new)[0]
    assert not any(asked.json["email_to_confirm"]["prefix"] in mail for mail in stack.mails(old))
    code = code_at(owner, new)
    assert verify(owner, code).status == 204
    assert stack.admin("users.get", login_name=owner.person.name)["contact_email"] == new
    stack.tell_changes()
    for address in (old, new):
        assert "contact email changed" in stack.mails(address)[0]
    assert verify(owner, code).code == "challenge_not_found", "a code works once"
    [changed] = owner.person.events("user_changed")
    assert changed["detail"]["values"]["contact_email"] == {"old": old, "new": new}


def test_five_wrong_codes_end_it_and_another_mail_waits(stack: Stack, owner: Enroller) -> None:
    new = new_address(stack)
    ask(owner, new)
    code = code_at(owner, new)
    left = [verify(owner, people.other_code(code)).json["attempts_remaining"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert verify(owner, code).code == "too_many_attempts"
    assert ask(owner, new_address(stack)).code == "resend_too_soon"
    owner.person.write("#EMAIL_CHANGE", available_at=0)
    other = new_address(stack)
    assert ask(owner, other).status == 200
    assert verify(owner, code).code == "invalid_code", "the code of another address"
    owner.person.write("#EMAIL_CHANGE", expires_at=0)
    assert verify(owner, code_at(owner, other)).code == "challenge_expired"


def test_five_mails_an_hour_go_out(stack: Stack, owner: Enroller) -> None:
    for _ in range(5):
        assert ask(owner, new_address(stack)).status == 200
        owner.person.write("#EMAIL_CHANGE", available_at=0)
    assert ask(owner, new_address(stack)).code == "rate_limited"


def test_another_users_code_and_a_changed_item_open_nothing(stack: Stack, owner: Enroller) -> None:
    new, other = new_address(stack), fresh(people.add(stack))
    ask(owner, new)
    assert verify(other, code_at(owner, new)).code == "challenge_not_found"
    owner.person.write("#EMAIL_CHANGE", address="intruder@example.org")
    assert verify(owner, code_at(owner, new)).code == "invalid_code", (
        "the code is for the address that it was mailed to"
    )


def test_an_address_is_judged_cleared_and_not_mailed_twice(stack: Stack, owner: Enroller) -> None:
    assert ask(owner, owner.person.email).json["email_to_confirm"] is None
    for wrong in ("nobody", "a@localhost", "", "a b@example.org"):
        assert ask(owner, wrong).code == "invalid_request"
    assert ask(owner, None).json["contact_email"] is None
    with stack.with_settings(email_sender=None):
        assert ask(owner, new_address(stack)).code == "settings_incomplete"
