"""Sends: cooldown, counts, budgets, regions, refusals by Twilio, and repeated requests."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests.api.deliveries import refused
from tests.api.stack import Stack
from tests.people import Person, challenge_path

type NewPerson = Callable[..., Person]


def test_a_second_message_within_the_cooldown_is_too_soon(stack: Stack, person: Person) -> None:
    available_at = person.challenged().get().json["resend_available_at"]
    for answer in (person.resend(), person.start()):
        assert (answer.status, answer.code) == (429, "resend_too_soon")
        assert answer.json["resend_available_at"] == available_at
        assert 30 <= int(answer.headers["retry-after"]) <= 60
    person.later(20)
    assert person.resend().code == "resend_too_soon"
    person.later(40)
    assert person.resend().status == 200
    assert len(stack.texts(person.numbers[0])) == 2


def test_a_new_login_or_another_phone_does_not_shorten_the_cooldown(new_person: NewPerson) -> None:
    person = new_person(phones=2)
    person.challenged()
    assert person.start(phone=1).code == "resend_too_soon"
    person.login()
    assert person.start(phone=1).code == "resend_too_soon"


def test_after_max_sends_nothing_is_sent_for_a_lock_time(stack: Stack, person: Person) -> None:
    assert person.challenged().get().json["sends_remaining"] == 4
    for left in (3, 2, 1, 0):
        person.later(61)
        assert person.resend().json["sends_remaining"] == left
    person.later(61)
    for answer in (person.resend(), person.start()):
        assert (answer.status, answer.code) == (429, "too_many_sends")
        assert 800 <= int(answer.headers["retry-after"]) <= 840
    person.later(700)
    assert person.start().code == "too_many_sends"
    person.later(140)
    assert person.start().json["sends_remaining"] == 4
    assert len(stack.texts(person.numbers[0])) == 6


@pytest.mark.parametrize(
    ("budget", "subject"),
    [
        ("number_per_hour", "number"),
        ("number_per_day", "number"),
        ("address_per_hour", "address"),
        ("global_per_day", "all"),
    ],
)
def test_a_spent_budget_refuses_and_sends_nothing(
    stack: Stack, new_person: NewPerson, budget: str, subject: str
) -> None:
    person, other = new_person(), new_person()
    with stack.with_settings(budgets={budget: 1}):
        person.challenged()
        person.later(61)
        refused = person.resend()
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) <= (3600 if budget.endswith("hour") else 86_400)
        assert person.get().json["sends_remaining"] == 4, "nothing was charged"
        other.login()
        assert other.start().status == (429 if subject == "all" else 201)
    assert len(stack.texts(person.numbers[0])) == 1


def test_users_who_share_a_number_share_its_budget(stack: Stack, new_person: NewPerson) -> None:
    person = new_person()
    other = new_person(phones=person.numbers)
    with stack.with_settings(budgets={"number_per_hour": 1}):
        person.challenged()
        other.login()
        assert other.start().code == "rate_limited"


def test_a_region_has_a_budget_of_its_own(stack: Stack, new_person: NewPerson) -> None:
    person, other = new_person(), new_person(phones=["+447400123456"])
    with stack.with_settings(budgets={"region_per_day": 1}):
        person.challenged()
        person.later(61)
        assert person.resend().code == "rate_limited"
        other.login()
        assert other.start().status == 201


def test_a_global_budget_of_many_is_spent_to_the_last_message(stack: Stack, person: Person) -> None:
    with stack.with_settings(budgets={"global_per_day": 3, "kept_for_verified_percent": 0}):
        person.login()
        answers = []
        for _ in range(4):
            answers.append(person.start().code)
            person.later(61)
        assert answers == ["201", "201", "201", "rate_limited"]


# --- which phone


def test_a_user_without_phones_has_no_phone(new_person: NewPerson) -> None:
    person = new_person(phones=0)
    assert person.login().json["phones"] == []
    answer = person.start()
    assert (answer.status, answer.code) == (409, "no_phone")


def test_a_region_that_is_no_longer_allowed_is_blocked(stack: Stack, new_person: NewPerson) -> None:
    person = new_person()
    person.login()
    with stack.with_settings(regions={"allow": ["US"]}):
        assert person.start().code == "no_phone", "none of the phones is usable"
        person.add_phone("+12025550123")
        answer = person.start(phone=0)
        assert (answer.status, answer.code) == (422, "destination_blocked")
        assert person.start(phone=1).status == 201
    assert stack.texts(person.numbers[0]) == []


@pytest.mark.parametrize(
    "twilio",
    [
        {"auth_token": None},
        {"sender": None},
        {"account_sid": None, "auth_token": None},
    ],
)
def test_without_complete_settings_nothing_is_sent_or_charged(
    stack: Stack, person: Person, twilio: dict[str, object]
) -> None:
    person.login()
    with stack.with_settings(twilio=twilio):
        answer = person.start()
        assert (answer.status, answer.code) == (503, "settings_incomplete")
    assert person.item == {}
    assert person.start().status == 201


def test_a_messaging_service_and_a_name_can_be_the_sender(stack: Stack, person: Person) -> None:
    service = stack.account.messaging_service_sid
    with stack.with_settings(twilio={"sender": {"phone_number": None, "messaging_service_sid": service}}):
        person.challenged()
    with stack.with_settings(twilio={"sender": {"phone_number": None, "alphanumeric": "Backup"}}):
        person.later(61)
        assert person.resend().status == 200
    first, second = stack.line.requests
    assert (first["MessagingServiceSid"], first.get("From")) == (service, None)
    assert (second["From"], second.get("MessagingServiceSid")) == ("Backup", None)
    assert person.verify().status == 200


# --- what Twilio refuses


@pytest.mark.parametrize(
    ("magic", "code", "permanent"),
    [
        ("+15005550001", "phone_unusable", True),  # 21211: not a valid number
        ("+15005550009", "phone_unusable", True),  # 21614: not a mobile number
        ("+15005550004", "phone_unusable", False),  # 21610: STOP
        ("+15005550003", "destination_blocked", False),  # 21408: no permission for the region
        ("+15005550002", "destination_blocked", False),  # 21612: not reachable
    ],
)
def test_a_send_refused_by_twilio_is_given_back_and_another_phone_can_be_chosen_at_once(
    stack: Stack, new_person: NewPerson, magic: str, code: str, permanent: bool
) -> None:
    person = new_person(phones=2)
    person.move_phone_to(magic)
    person.login()
    answer = person.start(phone=0)
    assert (answer.status, answer.code) == (422, code)
    assert ("unusable_reason" in person.phone_item(0)) is permanent
    shown = stack.admin("users.get", login_name=person.name)["phones"][0]["unusable"]
    assert (shown is not None) is permanent
    if permanent:
        asked = len(stack.line.requests)
        assert person.start(phone=0).code == "phone_unusable"
        assert len(stack.line.requests) == asked, "Twilio is not asked again"
    second = person.start(phone=1)
    assert second.status == 201
    assert second.json["sends_remaining"] == 4, "the refused one was given back"
    assert person.verify(person.code(1)).status == 200
    assert person.event_types().count("send_refused") == 1


@pytest.mark.parametrize("code", [21211, 21614, 30005, 30006])
def test_a_permanent_refusal_marks_the_phone(stack: Stack, person: Person, code: int) -> None:
    person.login()
    stack.line.refuses(code)
    assert person.start().code == "phone_unusable"
    assert person.phone_item()["unusable_reason"] == str(code)
    assert person.login().json["phones"][0]["id"] == person.phones[0]
    stack.line.fault = None
    assert person.start().code == "no_phone"


@pytest.mark.parametrize(
    ("code", "status"),
    [(21608, 400), (21610, 400), (21408, 400), (21659, 400), (99999, 400), (0, 404)],
)
def test_a_temporary_refusal_marks_nothing_and_is_given_back(
    stack: Stack, person: Person, code: int, status: int
) -> None:
    person.login()
    stack.line.refuses(code, status)
    answer = person.start()
    assert answer.code in ("sms_unavailable", "phone_unusable", "destination_blocked")
    assert "unusable_reason" not in person.phone_item()
    assert len(stack.line.requests) == 1, "not tried again"
    stack.line.fault = None
    assert person.start().json["sends_remaining"] == 4


def test_a_429_is_retried_a_few_times_and_then_given_back(stack: Stack, person: Person) -> None:
    person.login()
    stack.line.refuses(20429, 429)
    assert person.start().code == "sms_unavailable"
    assert len(stack.line.requests) == 3
    stack.line.fault = None
    assert person.start().json["sends_remaining"] == 4


def test_refused_credentials_are_given_back_and_pause_everything(stack: Stack, person: Person) -> None:
    person.login()
    stack.line.refuses(20003, 401)
    assert person.start().code == "sms_unavailable"
    assert "unusable_reason" not in person.phone_item()
    stack.line.fault = None
    assert person.start().code == "sms_unavailable"
    assert len(stack.line.requests) == 1, "nothing more goes out"
    assert "charged" not in person.item


def test_a_wrong_auth_token_is_sms_unavailable(stack: Stack, person: Person) -> None:
    with stack.with_settings(twilio={"auth_token": "0" * 32}):
        person.login()
        answer = person.start()
        assert (answer.status, answer.code) == (503, "sms_unavailable")
    assert stack.texts(person.numbers[0]) == []
    assert person.start().status == 201


def test_a_refused_send_shows_in_the_challenge(stack: Stack, person: Person) -> None:
    person.challenged()
    person.later(61)
    stack.line.refuses(21408)
    assert person.resend().code == "destination_blocked"
    challenge = person.get().json
    assert (challenge["status"], challenge["delivery"]) == ("failed", refused("failed", "21408"))
    stack.line.fault = None
    assert person.resend().status == 200
    assert person.verify().status == 200


def test_at_most_max_sends_are_given_back_until_a_success(stack: Stack, person: Person) -> None:
    """Otherwise a number that refuses messages could be sent to without end."""
    person.login()
    stack.line.refuses(21610)
    with stack.with_settings(max_sends=2):
        answers = [person.start().code for _ in range(3)]
        assert answers == ["phone_unusable"] * 3, "two are given back and end the cooldown, the third is not"
        assert person.start().code == "resend_too_soon"
        person.later(61)
        assert person.start().code == "phone_unusable"
        person.later(61)
        assert person.start().code == "too_many_sends"


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"{}"), (502, b"<html>Bad gateway</html>"), (503, b""), (504, b"null"), (201, b"not json"), (200, b"[]")],
)
def test_a_message_is_unknown_after_an_unclear_answer(stack: Stack, person: Person, status: int, body: bytes) -> None:
    """The code stays valid and the cooldown stays; nothing is sent again or given back."""
    person.login()
    stack.line.answers(status, body)
    answer = person.start()
    assert answer.status == 201
    assert answer.json["delivery"] == {"status": "unknown"}
    assert (answer.json["status"], answer.json["sends_remaining"]) == ("pending", 4)
    assert len(stack.line.requests) == 1
    assert person.resend().code == "resend_too_soon"
    code = stack.line.requests[0]["Body"].partition(" ")[0]
    assert person.verify(code).status == 200


@pytest.mark.parametrize(("status", "body"), [(400, b"[]"), (404, b"null"), (403, b"<html>"), (302, b"")])
def test_an_unreadable_refusal_is_given_back_or_unknown(stack: Stack, person: Person, status: int, body: bytes) -> None:
    person.login()
    stack.line.answers(status, body)
    answer = person.start()
    assert (answer.code, answer.status) in (("sms_unavailable", 503), ("201", 201))
    if answer.status == 503:
        stack.line.fault = None
        assert person.start().json["sends_remaining"] == 4


@contextlib.contextmanager
def silent(*, hang: float) -> Iterator[str]:
    """A server that takes a request and closes the connection after so many seconds without an answer."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(65_536)
                        done.wait(hang)

        done = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        done.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize("hang", [0, 15], ids=["closed", "timed out"])
def test_a_message_is_unknown_if_the_connection_ends_without_an_answer(
    stack: Stack, person: Person, hang: float
) -> None:
    person.login()
    with silent(hang=hang) as url, stack.at(TWILIO_API_URL=url):
        before = datetime.now(UTC)
        answer = person.start()
        assert (datetime.now(UTC) - before).total_seconds() < 16, "well below the function's own 20 s"
    assert answer.status == 201
    assert answer.json["delivery"] == {"status": "unknown"}
    assert person.get().json["status"] == "pending"
    assert person.resend().code == "resend_too_soon"


def test_a_send_is_given_back_if_nothing_listens(stack: Stack, person: Person) -> None:
    person.login()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with stack.at(TWILIO_API_URL=url):
        assert person.start().code == "sms_unavailable"
    assert person.start().json["sends_remaining"] == 4


# --- the same request twice


def test_the_same_key_and_body_return_the_same_challenge_and_send_nothing(stack: Stack, person: Person) -> None:
    person.login()
    first = person.start(key="k1")
    again = person.start(key="k1")
    assert again.status == first.status == 201
    assert again.json | {"server_time": None} == first.json | {"server_time": None}
    assert len(stack.texts(person.numbers[0])) == 1
    person.later(61)
    resent = person.resend(key="k2")
    assert resent.status == 200
    assert person.resend(key="k2").json["prefix"] == resent.json["prefix"]
    assert person.start(key="k1").json["prefix"] == resent.json["prefix"], "the challenge as it stands"
    assert len(stack.texts(person.numbers[0])) == 2
    assert person.verify().status == 200


def test_the_same_key_with_another_body_or_call_is_a_conflict(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(phones=2)
    person.login()
    person.start(key="k")
    person.later(61)
    answers = [
        person.start(phone=1, key="k"),
        person.start(key="k", locale="de"),
        person.resend(key="k"),
        person.recover(key="k"),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [(409, "conflict")] * 4
    assert len(stack.texts(person.numbers[0])) == 1


def test_a_key_belongs_to_its_login(stack: Stack, person: Person, new_person: NewPerson) -> None:
    person.challenged()
    other = new_person()
    other.login()
    assert other.start(key="k").status == 201
    person.later(61)
    assert person.start(key="k").status == 201
    person.later(61)
    person.login()
    assert person.start(key="k").status == 201
    assert len(stack.texts(person.numbers[0])) == 3


def test_a_request_that_was_refused_can_be_sent_again_with_its_key(person: Person) -> None:
    person.challenged()
    assert person.start(key="k").code == "resend_too_soon"
    person.later(61)
    assert person.start(key="k").status == 201


def test_a_key_of_a_superseded_challenge_is_superseded(person: Person) -> None:
    person.login()
    person.start(key="k")
    person.later(61)
    person.start(key="l")
    assert person.start(key="k").code == "challenge_superseded"


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb", "a\x00", "a\x7f", "🔑"])
def test_an_invalid_key_is_refused_and_sends_nothing(stack: Stack, person: Person, key: str) -> None:
    person.login()
    answer = person.start(key=key)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == "Idempotency-Key"
    assert stack.line.requests == []


@pytest.mark.parametrize("key", ["k", "x" * 255, " ", "a b", 'a"b', "#:/?", "requests.x", "é".encode().hex()])
def test_every_valid_key_works(stack: Stack, person: Person, key: str) -> None:
    person.login()
    assert person.start(key=key).status == person.start(key=key).status == 201
    assert len(stack.line.requests) == 1


def test_the_header_of_a_key_is_read_in_any_case(stack: Stack, person: Person) -> None:
    person.login()
    for name in ("Idempotency-Key", "idempotency-key", "IDEMPOTENCY-KEY"):
        body = {"phone_id": person.phones[0]}
        assert person.call("POST", "/v1/challenges", body, headers={name: "k"}).status == 201
    assert len(stack.line.requests) == 1


# --- what is asked for


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "phone_id"),
        ({"phone_id": ""}, "phone_id"),
        ({"phone_id": "x" * 65}, "phone_id"),
        ({"phone_id": None}, "phone_id"),
        ({"phone_id": 0}, "phone_id"),
        ({"phone_id": ["0-0"]}, "phone_id"),
        ({"phone_id": "0-0", "channel": "email"}, "channel"),
        ({"phone_id": "0-0", "channel": "voice"}, "channel"),
        ({"phone_id": "0-0", "channel": None}, "channel"),
        ({"phone_id": "0-0", "locale": "en\n"}, "locale"),
        ({"phone_id": "0-0", "locale": 1}, "locale"),
        ({"phone_id": "0-0", "to": "+85292153799"}, "to"),
    ],
)
def test_an_invalid_start_names_the_field(stack: Stack, person: Person, body: dict[str, object], field: str) -> None:
    person.login()
    answer = person.call("POST", "/v1/challenges", body)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == field
    assert stack.line.requests == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"channel": "voice"}, "channel"),
        ({"phone_id": ""}, "phone_id"),
        ({"phone_id": 1}, "phone_id"),
        ({"code": "581883"}, "code"),
        ([], "body"),
        ("x", "body"),
    ],
)
def test_an_invalid_resend_names_the_field(person: Person, body: object, field: str) -> None:
    person.challenged()
    person.later(61)
    answer = person.call("POST", challenge_path(person.challenge, "resend"), body)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == field


@pytest.mark.parametrize("body", [None, {}, {"channel": None}, {"phone_id": None}, {"channel": "sms"}])
def test_a_resend_without_a_choice_goes_where_the_last_one_went(
    stack: Stack, new_person: NewPerson, body: object
) -> None:
    person = new_person(phones=2)
    person.login()
    person.start(phone=1)
    person.later(61)
    assert person.call("POST", challenge_path(person.challenge, "resend"), body).status == 200
    assert [len(stack.texts(number)) for number in person.numbers] == [0, 2]
