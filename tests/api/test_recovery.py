"""Recovery by email: its own counts, the common lock, and a notice to every verified phone."""

from collections.abc import Callable

import boto3
import jwt
import pytest

from tests.api.stack import EMAIL_SENDER, Stack
from tests.people import Person, challenge_path, code_in
from tests.product import Json

type NewPerson = Callable[..., Person]


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    """A user who logged in with the second factor before and has passed the first factor again."""
    someone = new_person()
    someone.challenged()
    assert someone.verify().status == 200
    someone.later(61)
    someone.login()
    return someone


def mailed(person: Person) -> str:
    assert person.email
    return code_in(person.stack.mails(person.email)[0])


def test_a_passcode_by_mail_is_named_in_the_token_and_verifies_no_phone(stack: Stack, new_person: NewPerson) -> None:
    person = new_person()
    person.login()
    answer = person.recover()
    assert answer.status == 201
    challenge = answer.json
    assert (challenge["channel"], challenge["destination"]) == ("email", "u***@example.com")
    assert (challenge["status"], challenge["sends_remaining"], challenge["attempts_remaining"]) == ("pending", 2, 5)
    approved = person.verify(mailed(person))
    assert approved.json["amr"] == ["pwd", "email"]
    assert jwt.decode(approved.json["token"], options={"verify_signature": False})["amr"] == ["pwd", "email"]
    assert stack.admin("users.get", login_name=person.name)["phones"][0]["verified"] is False
    assert stack.line.requests == [], "a phone that is not verified is not told"


def test_every_verified_phone_is_told_without_a_code(stack: Stack, person: Person) -> None:
    person.add_phone(stack.number())
    before = len(stack.line.requests)
    person.recover()
    [told] = stack.line.requests[before:]
    assert told["To"] == person.numbers[0]
    assert mailed(person) not in told["Body"]
    assert "by email" in told["Body"]
    assert person.name in told["Body"]


def test_a_phone_that_cannot_be_told_does_not_stop_the_recovery(stack: Stack, person: Person) -> None:
    stack.line.answers(500, b"")
    assert person.recover().status == 201
    assert person.verify(mailed(person)).status == 200
    person.later(61)
    stack.line.fault = None
    person.login()
    with stack.with_settings(twilio={"auth_token": None}):
        assert person.recover().status == 201


def test_mails_have_a_count_of_three_and_a_cooldown_of_their_own(stack: Stack, person: Person) -> None:
    assert person.recover().json["sends_remaining"] == 2
    assert person.recover().code == "resend_too_soon"
    assert person.start().status == 201, "messages have theirs"
    assert person.recover().code == "resend_too_soon"
    person.later(61)
    assert person.recover().json["sends_remaining"] == 1
    person.later(61)
    assert person.resend().json["sends_remaining"] == 0
    person.later(61)
    answer = person.recover()
    assert (answer.status, answer.code) == (429, "too_many_sends")
    assert person.start().status == 201
    person.later(900)
    assert person.recover().status == 201


def test_wrong_codes_of_a_mail_count_and_lock_like_any_other(person: Person) -> None:
    person.recover()
    mail = mailed(person)
    wrong = "000000" if mail != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        assert person.verify(wrong).json["attempts_remaining"] == left
    assert person.verify(mail).code == "too_many_attempts"
    person.later(61)
    for answer in (person.recover(), person.start(), person.resend()):
        assert answer.code == "too_many_attempts"


def test_a_challenge_can_change_from_messages_to_mail_and_back(stack: Stack, person: Person) -> None:
    person.start()
    message = person.code()
    assert person.resend(channel="email").json["channel"] == "email"
    assert person.verify(message).code == "code_superseded"
    person.later(61)
    resent = person.resend(phone_id=person.phones[0])
    assert resent.json["channel"] == "sms"
    assert person.verify(mailed(person)).code == "code_superseded"
    assert person.verify().json["amr"] == ["pwd", "sms"]


def test_a_message_after_a_mail_needs_a_phone_id(person: Person) -> None:
    person.recover()
    answer = person.resend(channel="sms")
    assert answer.code == "invalid_request"
    assert answer.json["errors"][0]["field"] == "phone_id"


def test_a_mail_and_a_phone_at_once_are_refused(person: Person) -> None:
    person.start()
    answer = person.resend(channel="email", phone_id=person.phones[0])
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "phone_id")


@pytest.mark.parametrize("user", [{"kind": "system"}, {"email": False}])
def test_users_without_a_mailbox_and_system_users_cannot_recover(
    stack: Stack, new_person: NewPerson, user: dict[str, object]
) -> None:
    person = new_person(**user)
    assert person.login().json["help"]["email"] is None
    assert (person.recover().status, person.recover().code) == (403, "forbidden")
    person.start()
    assert person.resend(channel="email").code == "forbidden"


def test_recovery_needs_a_mail_sender(stack: Stack, person: Person) -> None:
    with stack.with_settings(email_sender=None):
        assert person.login().json["help"]["email"] is None
        answer = person.recover()
        assert (answer.status, answer.code) == (503, "settings_incomplete")


def test_a_mail_sender_unknown_to_ses_is_refused_and_given_back(stack: Stack, person: Person) -> None:
    with stack.with_settings(email_sender="no-reply@unverified.example.net"):
        answer = person.recover()
        assert (answer.status, answer.code) == (503, "settings_incomplete")
    assert person.recover().json["sends_remaining"] == 2


def test_recovery_works_without_any_phone(new_person: NewPerson) -> None:
    person = new_person(phones=0)
    person.login()
    assert person.recover().status == 201
    assert person.verify(mailed(person)).status == 200


def test_recovery_takes_an_empty_object_and_nothing_else(person: Person) -> None:
    bodies: list[Json] = [{"email": "intruder@example.com"}, {"channel": "email"}, [], "x"]
    for body in bodies:
        assert person.call("POST", "/v1/recovery", body).code == "invalid_request"
    assert person.call("POST", "/v1/recovery", {}).status == 201


def test_a_repeated_recovery_sends_one_mail(stack: Stack, person: Person) -> None:
    first, again = person.recover(key="k"), person.recover(key="k")
    assert first.json["id"] == again.json["id"]
    assert person.email
    assert len(stack.mails(person.email)) == 1


def test_a_mail_has_a_budget_of_its_address(stack: Stack, person: Person) -> None:
    with stack.with_settings(budgets={"address_per_hour": 1}):
        assert person.recover().status == 201, "the message that was confirmed before does not count"
        person.later(61)
        assert person.recover().code == "rate_limited"


def test_a_mailbox_has_a_budget_whichever_accounts_it_is_on(stack: Stack, new_person: NewPerson) -> None:
    people_ = [new_person() for _ in range(2)]
    mailbox = f"it.{people_[0].name}"
    for person, address in zip(people_, (f"{mailbox}@example.com", f"{mailbox.upper()}+a@example.com"), strict=True):
        person.login()
        stack.admin("users.patch", login_name=person.name, contact_email=address)
    with stack.with_settings(budgets={"mailbox_per_day": 1}):
        assert people_[0].recover().status == 201
        assert people_[1].recover().code == "rate_limited"


def test_a_mail_does_not_end_the_cooldown_of_messages(person: Person) -> None:
    person.start()
    person.recover()
    assert person.start().code == "resend_too_soon"
    assert person.call("POST", challenge_path(person.challenge, "resend"), {"phone_id": person.phones[0]}).code == (
        "resend_too_soon"
    )


def test_mail_goes_out_by_ses_of_the_region_that_is_named(stack: Stack, new_person: NewPerson) -> None:
    """SES is not offered in every region that a stack can be in."""
    boto3.client("ses", region_name="ap-southeast-1").verify_email_identity(EmailAddress=EMAIL_SENDER)
    person = new_person()
    person.login()
    assert person.email
    with stack.at(SES_REGION="ap-southeast-1"):
        assert person.recover().status == 201
    assert stack.mails(person.email) == []
    [mail] = stack.mails(person.email, "ap-southeast-1")
    assert person.verify(code_in(mail)).status == 200
