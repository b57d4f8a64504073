"""Challenges: start, read, resend, verify, and the order of refusals."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import jwt
import pytest

from tests.api.stack import ISSUER, Stack
from tests.people import Person, challenge_path

type NewPerson = Callable[..., Person]


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_challenge_shows_everything_a_screen_needs(stack: Stack, person: Person) -> None:
    person.login()
    answer = person.start()
    assert answer.status == 201
    challenge = answer.json
    assert challenge.keys() == {
        "id", "status", "channel", "destination", "prefix", "sent_at", "expires_at", "resend_available_at",
        "attempts_remaining", "sends_remaining", "locked_until", "delivery", "server_time",
    }  # fmt: skip
    assert {name: challenge[name] for name in ("status", "channel", "attempts_remaining", "sends_remaining", "locked_until")} == {
        "status": "pending",
        "channel": "sms",
        "attempts_remaining": 5,
        "sends_remaining": 4,
        "locked_until": None,
    }  # fmt: skip
    assert challenge["destination"] == f"+852 - ****{person.numbers[0][-4:]}"
    assert challenge["delivery"] == {"status": "queued"}
    assert at(challenge["expires_at"]) - at(challenge["sent_at"]) == pytest.approx(300)
    assert at(challenge["resend_available_at"]) - at(challenge["sent_at"]) == pytest.approx(60)
    assert all(challenge[name].endswith("Z") for name in ("sent_at", "expires_at", "server_time"))
    assert person.get().json | {"server_time": None} == challenge | {"server_time": None}


def test_the_message_is_as_the_contract_words_it(stack: Stack, person: Person) -> None:
    person.login()
    with stack.with_settings(origin="login.example.com", signature="Example Backup"):
        prefix = person.start().json["prefix"]
    [body] = stack.texts(person.numbers[0])
    code = person.code()
    assert body == (
        f'{code} is the verification code for user "{person.name}" login. Reference: {prefix}\n'
        f"Example Backup\n\n@login.example.com #{code}"
    )
    [request] = stack.line.requests
    assert (request["To"], request["From"]) == (person.numbers[0], "+12063125010")
    assert int(request["ValidityPeriod"]) <= 300


def test_the_right_passcode_gives_an_access_token_and_verifies_the_phone(stack: Stack, person: Person) -> None:
    answer = person.challenged().verify()
    assert answer.status == 200
    approved = answer.json
    assert approved.keys() == {"status", "token", "token_type", "expires_in", "amr"}
    assert (approved["status"], approved["token_type"], approved["amr"]) == ("approved", "Bearer", ["pwd", "sms"])
    claims = jwt.decode(approved["token"], options={"verify_signature": False})
    assert claims.keys() == {"iss", "sub", "aud", "client_id", "iat", "exp", "jti", "auth_time", "amr", "acr", "kind"}
    assert (claims["iss"], claims["aud"], claims["sub"], claims["kind"]) == (ISSUER, ISSUER, person.name, "backup")
    assert claims["exp"] - claims["iat"] == approved["expires_in"] == 3600
    assert person.get().json["status"] == "approved"
    assert person.login().json["phones"][0]["verified"] is True
    [phone] = stack.admin("users.get", login_name=person.name)["phones"]
    assert phone["last_verified_at"] is not None
    assert person.event_types() == ["user_created", "phone_added", "passcode_sent", "approved"]


@pytest.mark.parametrize(
    "form", ["{prefix}-{code}", "{prefix}{code}", " {code} ", "{a} {b}", "{a}-{b}", "{prefix} {a} {b}"]
)
def test_a_passcode_is_taken_as_people_type_it(person: Person, form: str) -> None:
    prefix = person.challenged().get().json["prefix"]
    code = person.code()
    assert person.verify(form.format(prefix=prefix, code=code, a=code[:3], b=code[3:])).status == 200


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "5",
        "123",
        "12345678901",
        "５８１８８３",
        "١٢٣٤٥٦",
        "581883\n",
        "\n581883",
        "abcdef",
        "0x1234",
        "1" * 10_000,
        "58188３",
    ],
)
def test_text_that_cannot_be_a_passcode_is_refused_and_costs_no_attempt(person: Person, typed: str) -> None:
    answer = person.challenged().verify(typed)
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == "code"
    assert person.get().json["attempts_remaining"] == 5


@pytest.mark.parametrize("value", [None, 581883, 5.5, True, [], ["581883"], {}, {"code": "581883"}])
def test_a_passcode_that_is_not_text_is_refused_and_costs_no_attempt(person: Person, value: Any) -> None:
    person.challenged()
    answer = person.call("POST", challenge_path(person.challenge, "verify"), {"code": value})
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == "code"
    assert person.get().json["attempts_remaining"] == 5


@pytest.mark.parametrize("typed", ["0000", "00000", "0000000", "0000000000"])
def test_a_passcode_of_another_length_is_wrong(person: Person, typed: str) -> None:
    answer = person.challenged().verify(typed)
    assert (answer.status, answer.code) == (400, "invalid_code")


def test_wrong_passcodes_count_down_and_lock(stack: Stack, person: Person) -> None:
    person.challenged()
    code = person.code()
    for left in (4, 3, 2, 1):
        answer = person.guess(1)
        assert (answer.status, answer.code) == (400, "invalid_code")
        assert answer.json["attempts_remaining"] == left
        assert "locked_until" not in answer.json
        assert person.get().json["attempts_remaining"] == left
    answer = person.guess(1)
    assert (answer.code, answer.json["attempts_remaining"]) == ("invalid_code", 0)
    shown = person.get().json
    assert shown["status"] == "locked"
    assert shown["locked_until"] == answer.json["locked_until"]
    assert at(shown["locked_until"]) - at(shown["server_time"]) == pytest.approx(900, abs=60)
    refused = person.verify(code)
    assert (refused.status, refused.code) == (429, "too_many_attempts")
    assert refused.json["locked_until"] == shown["locked_until"]
    assert 800 <= int(refused.headers["retry-after"]) <= 900
    assert person.event_types()[-1] == "locked"


def test_a_lock_refuses_verify_start_resend_and_recovery_of_every_login(person: Person) -> None:
    person.locked()
    person.later(100)
    answers = [person.verify(), person.resend(), person.start(), person.recover()]
    person.login()
    answers += [person.start(), person.recover()]
    assert [answer.code for answer in answers] == ["too_many_attempts"] * 6
    assert len({answer.json["locked_until"] for answer in answers}) == 1


def test_after_a_lock_the_old_code_is_refused_and_the_next_send_resets_the_attempts(person: Person) -> None:
    person.locked()
    person.later(901)
    person.write(expires_at=person.item["expires_at"] + 10_000)
    old = person.code()
    assert person.get().json["status"] == "expired"
    assert person.verify(old).code == "challenge_expired"
    assert person.resend().json["attempts_remaining"] == 5
    assert person.verify().status == 200


def test_each_further_lock_lasts_twice_as_long_until_a_success(person: Person) -> None:
    person.locked()
    for seconds in (900, 1800, 3600):
        shown = person.get().json
        assert at(shown["locked_until"]) - at(shown["server_time"]) == pytest.approx(seconds, abs=60)
        person.later(seconds - 200)
        assert person.start().code == "too_many_attempts"
        person.later(201 + 900)  # also past the lock of the sends
        person.challenged()
        person.guess(5)
    person.later(7201 + 900)
    person.challenged()
    assert person.verify().status == 200
    person.later(61)
    person.locked()
    shown = person.get().json
    assert at(shown["locked_until"]) - at(shown["server_time"]) == pytest.approx(900, abs=60)


def test_after_a_hundred_wrong_passcodes_only_an_administrator_unlocks(stack: Stack, person: Person) -> None:
    person.challenged()
    person.write(failures_total=98)
    assert person.guess(1).json["attempts_remaining"] == 1
    answer = person.guess(1)
    assert answer.json["attempts_remaining"] == 0
    assert answer.json["locked_until"].startswith("9999-12-31T23:59:59")
    person.later(10**7)
    assert person.login().json["locked_until"].startswith("9999")
    assert person.start().code == "too_many_attempts"
    stack.admin("users.unlock", login_name=person.name)
    assert person.challenged().verify().status == 200


def test_counts_survive_a_resend_another_phone_a_new_challenge_and_a_new_login(new_person: NewPerson) -> None:
    person = new_person(phones=2)
    person.challenged()
    assert person.guess(1).json["attempts_remaining"] == 4
    person.later(61)
    assert person.resend().json["attempts_remaining"] == 4
    person.later(61)
    assert person.resend(phone_id=person.phones[1]).json["attempts_remaining"] == 4
    assert person.guess(1).json["attempts_remaining"] == 3
    person.later(61)
    person.start(phone=1)
    assert person.guess(1).json["attempts_remaining"] == 2
    person.later(61)
    person.challenged()
    assert person.get().json["sends_remaining"] == 0
    assert person.guess(1).json["attempts_remaining"] == 1


def test_a_success_resets_both_counts(person: Person) -> None:
    person.challenged()
    person.guess(4)
    person.later(61)
    person.resend()
    assert person.verify().status == 200
    person.later(61)
    challenge = person.challenged().get().json
    assert (challenge["attempts_remaining"], challenge["sends_remaining"]) == (5, 4)


def test_the_wrong_attempts_are_in_the_history_after_the_next_success(person: Person) -> None:
    person.challenged()
    person.guess(2)
    person.verify()
    [event] = [event for event in person.events() if event["type"] == "passcode_refused"]
    assert [attempt["address"] for attempt in event["detail"]["attempts"]] == [person.address] * 2


# --- used, superseded, expired


def test_an_approved_challenge_cannot_be_used_again(person: Person) -> None:
    person.challenged()
    code = person.code()
    assert person.verify(code).status == 200
    for answer in (person.verify(code), person.verify("000000"), person.resend()):
        assert (answer.status, answer.code) == (409, "challenge_used")


def test_a_verify_whose_answer_was_lost_is_answered_again_for_a_minute(person: Person) -> None:
    person.challenged()
    code, wrong = person.code(), person.wrong()
    refused = person.verify(wrong, key="first")
    assert (refused.code, refused.json["attempts_remaining"]) == ("invalid_code", 4)
    assert person.verify(wrong, key="first").json == refused.json
    assert person.verify(code, key="first").code == "conflict"
    assert person.get().json["attempts_remaining"] == 4
    assert person.verify(wrong, key="").code == "invalid_request"
    first, again = (person.verify(code, key="second") for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    claims = [jwt.decode(answer.json["token"], options={"verify_signature": False}) for answer in (first, again)]
    assert claims[0] == claims[1]
    assert again.json.keys() == first.json.keys()
    assert person.verify(wrong, key="second").code == "conflict"
    assert person.event_types().count("approved") == 1
    person.later(60)
    assert person.verify(code, key="second").code == "challenge_used"


def test_an_expired_challenge_compares_no_code_and_can_be_resent(person: Person) -> None:
    person.challenged()
    code = person.code()
    person.later(301)
    assert person.get().json["status"] == "expired"
    for typed in (code, "000000"):
        answer = person.verify(typed)
        assert (answer.status, answer.code) == (410, "challenge_expired")
    resent = person.resend()
    assert resent.status == 200
    assert (resent.json["status"], resent.json["attempts_remaining"]) == ("pending", 5)
    assert resent.json["id"] == person.challenge
    assert person.verify().status == 200


def test_a_newer_challenge_replaces_the_older_one(person: Person) -> None:
    person.challenged()
    old, old_code = person.challenge, person.code()
    person.later(61)
    person.start()
    new, person.challenge = person.challenge, old
    for answer in (person.verify(old_code), person.verify("000000"), person.get(), person.resend()):
        assert (answer.status, answer.code) == (409, "challenge_superseded")
    person.challenge = new
    assert person.get().json["attempts_remaining"] == 5, "nothing was counted"
    assert person.verify().status == 200
    person.challenge = old
    assert person.verify(old_code).code == "challenge_superseded"


def test_a_second_login_replaces_the_challenge_of_the_first(person: Person) -> None:
    person.challenged()
    first, old = person.token, person.challenge
    person.later(61)
    person.challenged()
    second, person.token, person.challenge = person.token, first, old
    assert person.verify().code == "challenge_superseded"
    assert person.get().code == "challenge_superseded"
    person.token = second
    assert person.verify().code == "challenge_not_found", "it is another login's"


def test_the_code_of_an_earlier_send_names_the_prefix_to_look_for_and_counts(person: Person) -> None:
    person.challenged()
    old, old_prefix = person.code(), person.get().json["prefix"]
    person.later(61)
    prefix = person.resend().json["prefix"]
    assert prefix != old_prefix
    answer = person.verify(old)
    assert (answer.status, answer.code) == (409, "code_superseded")
    assert (answer.json["prefix"], answer.json["attempts_remaining"]) == (prefix, 4)
    person.guess(3)
    answer = person.verify(old)
    assert (answer.code, answer.json["attempts_remaining"]) == ("code_superseded", 0)
    assert "locked_until" in answer.json
    assert person.verify().code == "too_many_attempts"


def test_every_send_of_a_challenge_has_a_prefix_and_a_code_of_its_own(stack: Stack, person: Person) -> None:
    person.challenged()
    seen = {(person.code(), person.get().json["prefix"])}
    for _ in range(4):
        person.later(61)
        prefix = person.resend().json["prefix"]
        seen.add((person.code(), prefix))
    assert len({code for code, _ in seen}) == len({prefix for _, prefix in seen}) == 5


# --- the order of refusals


ORDER = ["invalid_token", "challenge_superseded", "challenge_used", "too_many_attempts", "challenge_expired"]


@pytest.mark.parametrize("first", range(len(ORDER)), ids=ORDER)
def test_the_first_of_several_reasons_is_given(person: Person, first: int) -> None:
    """The order is: token, superseded, used, locked, expired, comparison. All later reasons hold as well."""
    person.challenged()
    code = person.code()
    locked = {"failures": 5, "last_attempt_at": person.item["sent_at"]}
    changes: dict[str, Any] = {"expires_at": 0}
    if first <= 3:
        changes |= locked
    if first <= 2:
        changes |= {"approved_at": person.item["sent_at"]}
    if first <= 1:
        changes |= {"id": "another"}
    person.write(**changes)
    if first == 0:
        person.token += "x"
    before = person.item
    for typed in (code, person.wrong()):
        assert person.verify(typed).code == ORDER[first]
    assert person.item == before, "nothing was counted"


# --- whose it is


def test_another_users_phone_is_not_found(person: Person, new_person: NewPerson) -> None:
    other = new_person()
    person.login()
    answer = person.start(phone_id=other.phones[0])
    assert (answer.status, answer.code) == (404, "phone_not_found")
    assert person.start().status == 201
    person.later(61)
    assert person.resend(phone_id=other.phones[0]).code == "phone_not_found"


@pytest.mark.parametrize("phone_id", ["0", "x", "0-", "9-abc", "-1", "é", "0-0123456789abcdef", "#PROFILE", "x" * 64])
def test_an_invalid_phone_id_is_not_found(person: Person, phone_id: str) -> None:
    person.login()
    assert person.start(phone_id=phone_id).code == "phone_not_found"


def test_another_users_challenge_is_not_found(person: Person, new_person: NewPerson) -> None:
    other = new_person().challenged()
    person.challenged()
    code, person.challenge = other.code(), other.challenge
    for answer in (person.verify(code), person.get(), person.resend()):
        assert (answer.status, answer.code) == (404, "challenge_not_found")
    assert other.get().json["attempts_remaining"] == 5
    assert other.verify().status == 200


def test_a_challenge_that_was_never_started_is_not_found(person: Person) -> None:
    person.login()
    person.challenge = "A" * 32
    for answer in (person.verify("000000"), person.get(), person.resend()):
        assert answer.code == "challenge_not_found"


def test_two_users_of_one_number_each_have_their_own_challenge(
    stack: Stack, person: Person, new_person: NewPerson
) -> None:
    other = new_person(phones=person.numbers)
    person.challenged()
    mine = person.code()
    other.challenged()
    theirs = other.code()
    assert other.verify(mine).code == "invalid_code" or mine == theirs
    assert person.verify(mine).status == 200
    assert other.verify(theirs).status == 200
    assert stack.admin("users.get", login_name=other.name)["phones"][0]["verified"] is True


# --- what an administrator does meanwhile


CLOSING: list[tuple[str, Callable[[Stack, Person], object]]] = [
    ("disabled", lambda stack, person: stack.admin("users.patch", login_name=person.name, status="disabled")),
    ("deleted", lambda stack, person: stack.admin("users.delete", login_name=person.name)),
    (
        "new password",
        lambda stack, person: stack.admin("users.patch", login_name=person.name, password=stack.password()),
    ),
    ("mfa off", lambda stack, person: stack.admin("users.patch", login_name=person.name, mfa_enabled=False)),
    (
        "phone removed",
        lambda stack, person: stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True),
    ),
]


@pytest.mark.parametrize(("what", "act"), CLOSING, ids=[what for what, _ in CLOSING])
def test_a_change_of_credentials_closes_the_live_challenge_and_ends_its_token(
    stack: Stack, person: Person, what: str, act: Callable[[Stack, Person], object]
) -> None:
    person.challenged()
    code = person.code()
    person.guess(1)
    act(stack, person)
    assert person.verify(code).code == "invalid_token"
    assert person.get().code == "invalid_token"
    person.later(61)
    for answer in (person.start(), person.resend(), person.recover()):
        assert answer.code == "invalid_token"
    assert person.item["failures"] == 1, "the counters stay"


def test_any_other_change_closes_nothing(stack: Stack, person: Person) -> None:
    person.challenged()
    stack.admin("users.patch", login_name=person.name, alias="Dee", owner="sales", locale="de")
    assert person.verify().status == 200


def test_the_lock_of_a_deleted_user_stays_on_the_name(stack: Stack, person: Person) -> None:
    person.locked()
    stack.admin("users.delete", login_name=person.name)
    stack.admin("users.create", login_name=person.name, password=person.password, mfa_enabled=True)
    assert person.login().json["locked_until"] is not None


def test_an_unlock_ends_the_lock_and_the_guessed_code(stack: Stack, person: Person) -> None:
    person.locked()
    code = person.code()
    assert stack.admin("users.unlock", login_name=person.name)["locked_until"] is None
    assert person.verify(code).code == "challenge_expired"
    assert person.start().status == 201, "the cooldown is over with it"
    assert person.get().json["attempts_remaining"] == 5
    assert person.verify().status == 200


def test_changed_settings_apply_from_the_next_send(stack: Stack, person: Person) -> None:
    person.challenged()
    with stack.with_settings(
        max_invalid_attempts=3, passcode_length=8, expiry_seconds=60, max_sends=2, lock_seconds=60
    ):
        assert person.get().json["attempts_remaining"] == 5
        person.later(61)
        challenge = person.resend().json
        assert (challenge["attempts_remaining"], challenge["sends_remaining"]) == (3, 0)
        assert at(challenge["expires_at"]) - at(challenge["sent_at"]) == pytest.approx(60)
        assert len(person.code()) == 8
        answer = person.guess(3)
        assert at(answer.json["locked_until"]) == pytest.approx(at(person.get().json["server_time"]) + 60, abs=40)
