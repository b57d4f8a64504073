"""Test messages and the list of a user's messages: who may, what each refuses, what each costs, and how far a message came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mfa.challenges.phone_tests import PER_USER_AND_HOUR
from mfa.users.roles import Role
from mfa.vendor_errors import look_up
from tests import people
from tests.api import administrators, deliveries
from tests.api.administrators import Administrator
from tests.api.deliveries import faults, ref, report, requests, spent
from tests.api.stack import Stack
from tests.api.test_aws import asked as asked_of_aws
from tests.api.test_aws import by_aws, sending_by
from tests.api.test_aws import report as report_of_aws
from tests.api.test_sending import set_to, verify
from tests.local.sms_voice_simulation import Simulation
from tests.people import Person
from tests.product import Answer

type NewPerson = Callable[..., Person]

LANDLINE = "+85221234567"


@pytest.fixture(autouse=True)
def no_callbacks(stack: Stack) -> Iterator[None]:
    """Turns off the simulated Twilio's own callbacks."""
    stack.line.twilio.forget()
    faults(stack, {"fault": "lost_callbacks"})
    yield
    faults(stack)


@pytest.fixture
def support(stack: Stack) -> Administrator:
    return administrators.new(stack, role=Role.SUPPORT)


def try_phone(admin: Administrator, person: Person, phone: str | None = None) -> Answer:
    return admin.ask("POST", f"/users/{person.name}/phones/{phone or person.phones[0]}/test")


def messages(admin: Administrator, person: Person) -> list[dict[str, Any]]:
    answer = admin.ask("GET", f"/users/{person.name}/messages")
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def cooled(person: Person) -> None:
    """Ends the pause between two test messages."""
    key = {"pk": f"CHALLENGE#{person.name}", "sk": "#PHONE_TEST"}
    item = person.stack.table.get_item(Key=key)["Item"]
    person.stack.table.put_item(Item=item | {"sent_at": 1})


# --- what goes out, and how far it comes


def test_a_test_message_arrives_and_its_state_follows_the_reports(
    stack: Stack, support: Administrator, person: Person
) -> None:
    stack.admin("users.patch", login_name=person.name, locale="de")
    answer = try_phone(support, person)
    assert (answer.status, answer.json["status"], answer.json["provider"]) == (201, "queued", "twilio")
    [text] = stack.texts(person.numbers[0])
    assert text.startswith(f'Testnachricht für Benutzer "{person.name}"'), text
    assert not any(each in answer.text for each in (person.numbers[0], text))
    of = ref(stack)
    for status, shown in (("sent", "sent"), ("delivered", "delivered"), ("sent", "delivered")):
        assert report(stack, of, status).status == 204
        [message] = messages(support, person)
        assert (message["kind"], message["status"], message["by"]) == ("test", shown, support.name)
    assert message["id"] == answer.json["id"]
    assert message["ended_at"] >= message["sent_at"]
    assert message["destination"].endswith(person.numbers[0][-4:])
    assert person.item == {}, "no challenge"


def test_a_refusal_has_its_meaning_and_what_to_do(stack: Stack, support: Administrator, person: Person) -> None:
    try_phone(support, person)
    report(stack, ref(stack), "undelivered", 30003)
    [message] = messages(support, person)
    known = look_up("30003")
    assert (message["status"], message["provider"]) == ("failed", "twilio")
    assert message["error"] == {
        "code": "30003",
        "meaning": known.meaning,
        "advice": known.advice,
        "acts": known.acts.value,
    }
    assert '"error":"30003"' in stack.logs.getvalue(), "the log names it"


@pytest.mark.parametrize("error", [20003, 21211, 21408, 21610, 21614, 30450, 99999])
def test_each_answer_of_the_vendor_is_in_the_answer(
    stack: Stack, support: Administrator, person: Person, error: int
) -> None:
    faults(stack, {"fault": "error", "code": error})
    answer = try_phone(support, person)
    assert (answer.status, answer.json["status"]) == (201, "failed")
    assert answer.json["error"]["code"] == str(error)
    assert messages(support, person)[0]["error"] == answer.json["error"]
    assert stack.admin("users.get", login_name=person.name)["phones"][0]["unusable"] is None
    assert deliveries.pause(stack) is None, "a test does not pause the sending"


def test_a_vendor_who_does_not_answer_leaves_the_state_open(
    stack: Stack, support: Administrator, person: Person
) -> None:
    faults(stack, {"fault": "status", "status": 500})
    answer = try_phone(support, person)
    assert (answer.json["status"], answer.json["error"]) == ("unknown", None)


def test_a_message_by_aws_is_followed_by_its_reports(
    stack: Stack, support: Administrator, person: Person, aws: Simulation
) -> None:
    with sending_by(stack, aws, by_aws(aws)):
        assert try_phone(support, person).json["provider"] == "aws"
        request = asked_of_aws(aws)
        assert request["MessageBody"].startswith("Test message")
        report_of_aws(stack, request["Context"]["ref"], "TEXT_DELIVERED")
    [message] = messages(support, person)
    assert (message["status"], message["provider"]) == ("delivered", "aws")


def test_a_landline_is_called(stack: Stack, support: Administrator, person: Person) -> None:
    with stack.with_settings(voice={"enabled": True}):
        phone = person.phones[person.add_phone(LANDLINE)]
        answer = try_phone(support, person, phone)
    assert (answer.status, answer.json["channel"]) == (201, "voice")
    assert "Test message" in deliveries.asked(stack)["Twiml"]


# --- the messages of logins


def test_the_messages_of_a_login_are_listed_with_what_became_of_them(
    stack: Stack, support: Administrator, person: Person
) -> None:
    person.challenged()
    first = ref(stack)
    [message] = messages(support, person)
    assert (message["kind"], message["status"], message["channel"]) == ("passcode", "queued", "sms")
    assert message["confirmed"] is False
    report(stack, first, "delivered")
    person.end_cooldown()
    person.resend()
    report(stack, ref(stack), "sent")
    found = messages(support, person)
    assert [each["status"] for each in found] == ["queued", "delivered"]
    assert person.verify(deliveries.code(person)).status == 200
    assert [each["confirmed"] for each in messages(support, person)] == [True, False]
    assert deliveries.code(person) not in support.ask("GET", f"/users/{person.name}/messages").text


@pytest.mark.parametrize("role", Role)
def test_nobody_sees_a_whole_number_among_the_messages(stack: Stack, person: Person, role: Role) -> None:
    person.challenged()
    text = administrators.new(stack, role=role).ask("GET", f"/users/{person.name}/messages").text
    assert person.numbers[0] not in text
    assert person.numbers[0][-4:] in text


def test_the_list_refuses_names_that_nobody_has_and_limits_out_of_range(support: Administrator, person: Person) -> None:
    assert support.ask("GET", "/users/nobody-at-all/messages").code == "user_not_found"
    for limit in (0, 51):
        assert support.ask("GET", f"/users/{person.name}/messages", limit=limit).code == "invalid_request"


# --- what is refused: nothing goes out, and nothing is charged


def _unusable(person: Person) -> None:
    person.write("#PHONE#0", unusable_reason="21610", unusable_at=1)


def _disabled(person: Person) -> None:
    person.stack.admin("users.patch", login_name=person.name, status="disabled")


@pytest.mark.parametrize(
    ("prepare", "settings", "status", "code"),
    [
        (_unusable, {}, 422, "phone_unusable"),
        (_disabled, {}, 409, "conflict"),
        (None, {"regions": {"allow": ["US"]}}, 422, "destination_blocked"),
        (None, {"twilio": {"sender": None}}, 503, "settings_incomplete"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    stack: Stack,
    support: Administrator,
    person: Person,
    prepare: Callable[[Person], None] | None,
    settings: dict[str, Any],
    status: int,
    code: str,
) -> None:
    if prepare:
        prepare(person)
    with stack.with_settings(**settings):
        answer = try_phone(support, person)
    assert (answer.status, answer.code) == (status, code), answer.text
    assert (requests(stack), spent(stack, f"NUMBER#{person.numbers[0]}")) == ([], 0)
    assert messages(support, person) == []


def test_a_test_number_gets_nothing(stack: Stack, support: Administrator, person: Person) -> None:
    with stack.with_settings(test_numbers=[{"number": person.numbers[0], "code": "24680"}]):
        answer = try_phone(support, person)
        assert (answer.status, answer.code) == (409, "conflict")
        assert "24680" not in answer.text
        person.challenged()
        [message] = messages(support, person)
    assert message["test_number"] is True
    assert requests(stack) == []


def test_a_landline_without_calls_is_refused(stack: Stack, support: Administrator, person: Person) -> None:
    with stack.with_settings(voice={"enabled": True}):
        phone = person.phones[person.add_phone(LANDLINE)]
    assert try_phone(support, person, phone).code == "destination_blocked"


def test_unknown_users_and_phones_of_others_are_not_found(stack: Stack, support: Administrator, person: Person) -> None:
    other = people.add(stack)
    assert try_phone(support, person, other.phones[0]).code == "phone_not_found"
    assert support.ask("POST", f"/users/nobody-at-all/phones/{person.phones[0]}/test").code == "user_not_found"
    assert requests(stack) == []


@pytest.mark.parametrize(
    ("state", "verified", "goes"),
    [("off", True, False), ("verified_only", False, False), ("verified_only", True, True)],
)
def test_the_switch_of_sending_holds(
    stack: Stack, support: Administrator, person: Person, state: str, verified: bool, goes: bool
) -> None:
    if verified:
        verify(person)
    with set_to(stack, state):
        answer = try_phone(support, person)
    assert answer.status == (201 if goes else 503), answer.text
    assert len(requests(stack)) == goes


def test_one_at_a_time_and_five_an_hour(stack: Stack, support: Administrator, person: Person) -> None:
    assert try_phone(support, person).status == 201
    soon = try_phone(support, person)
    assert (soon.status, soon.code) == (429, "resend_too_soon")
    assert 0 < int(soon.headers["retry-after"]) <= 30
    for _ in range(PER_USER_AND_HOUR - 1):
        cooled(person)
        assert try_phone(support, person).status == 201
    cooled(person)
    spent_up = try_phone(support, person)
    assert (spent_up.status, spent_up.code) == (429, "rate_limited")
    assert 0 < int(spent_up.headers["retry-after"]) <= 3600
    assert len(requests(stack)) == spent(stack, f"NUMBER#{person.numbers[0]}") == PER_USER_AND_HOUR
    assert person.login().status == 200
    assert person.start().status == 201, "the user's own logins go on"
