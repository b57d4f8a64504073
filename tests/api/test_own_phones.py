"""Phones that users enrol themselves, with a fresh login or an enrolment token."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.tokens.signed_tokens import write_enrolment_token
from tests import people
from tests.api import administrators
from tests.api.stack import Stack
from tests.people import PATIENCE_SECONDS, Person, code_in
from tests.product import Answer, Json


@dataclass
class Enroller:
    """A user who enrols a phone with this token."""

    person: Person
    token: str = field(repr=False)
    number: str = field(default="", repr=False)
    phone: str = ""

    @property
    def stack(self) -> Stack:
        assert isinstance(self.person.stack, Stack)
        return self.person.stack

    def call(self, method: str, path: str, body: Json = None, key: str | None = None) -> Answer:
        headers = {} if key is None else {"Idempotency-Key": key}
        options = {"token": self.token, "address": self.person.address, "headers": headers}
        return self.stack.call(method, f"/v1/me/phones{path}", body, **options)  # type: ignore[arg-type]

    def start(self, number: str | None = None, *, key: str | None = None, **body: Json) -> Answer:
        """Asks for a passcode to a number, a new one unless it is given."""
        self.number = number or self.stack.number()
        answer = self.call("POST", "", {"number": self.number, **body}, key)
        self.phone = answer.json["phone_id"] if answer.status == 201 else self.phone
        return answer

    def resend(self, **body: Json) -> Answer:
        return self.call("POST", f"/{self.phone}/resend", body or None)

    def verify(self, code: str | None = None, *, key: str | None = None) -> Answer:
        return self.call("POST", f"/{self.phone}/verify", {"code": code or self.code()}, key)

    def code(self) -> str:
        return code_in(self.stack.texts(self.number)[0])

    def wrong(self) -> str:
        return people.other_code(self.code())

    def item(self) -> dict[str, object]:
        return self.person._items("#PHONE_ENROLMENT")

    def later(self) -> None:
        """Lets the cooldown pass."""
        self.person.write("#PHONE_ENROLMENT", available_at=0)

    def phones(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.stack.admin("users.get", login_name=self.person.name)["phones"]
        return found


@pytest.fixture
def enroller(person: Person) -> Enroller:
    """A user with a verified phone, who has just logged in with it."""
    return Enroller(person, administrators.log_in(person))


def invited(stack: Stack, person: Person, **claims: object) -> Enroller:
    """A user with an enrolment token of a login that found no factor."""
    people.add(stack).login()  # publishes the keys
    [profile] = [stack.table.get_item(Key={"pk": f"USER#{person.name}", "sk": "#PROFILE"})["Item"]]
    now = time.time()
    usual: dict[str, object] = {
        "login_name": person.name,
        "kind": profile["kind"],
        "credentials_changed_at": float(profile["credentials_changed_at"]),
        "jti": f"enrolment-{person.name}",
        "issued_at": now,
        "expires_at": now + 1800,
        "invitation": None,
    }
    token = EnrolmentToken(**usual | claims)  # type: ignore[arg-type]
    return Enroller(person, write_enrolment_token(stack.token_secrets, token))


def test_a_number_is_ones_own_phone_once_its_code_comes_back(stack: Stack, enroller: Enroller) -> None:
    started = enroller.start(locale="de")
    assert started.status == 201
    assert started.json["status"] == "pending"
    assert started.json["phone_id"] == enroller.phone
    assert started.json["destination"] == f"+852 - ****{enroller.number[-4:]}"
    assert len(enroller.phones()) == 1
    approved = enroller.call(
        "POST", f"/{enroller.phone}/verify", {"code": people.digits(stack.texts(enroller.number)[0])}
    )
    assert approved.status == 200
    assert approved.json["status"] == "approved"
    assert approved.json["phone"]["id"] == enroller.phone
    [_, phone] = enroller.phones()
    assert (phone["id"], phone["number"], phone["verified"]) == (enroller.phone, enroller.number, True)
    [_, added] = enroller.person.events("phone_added")
    assert (added["actor"], added["address"], added["phone_id"]) == (
        enroller.person.name,
        enroller.person.address,
        enroller.phone,
    )
    stack.tell_changes()
    assert "added" in stack.texts(enroller.person.numbers[0])[0]
    assert "added" in stack.mails(enroller.person.email or "")[0]
    assert "added" not in stack.texts(enroller.number)[0]
    # A login reaches it.
    enroller.person.login()
    enroller.person.phones.append(enroller.phone)
    enroller.person.later(120)
    assert enroller.person.start(phone=1).status == 201


def test_a_code_is_guessed_five_times_and_works_once(enroller: Enroller) -> None:
    enroller.start()
    for left in (4, 3, 2, 1, 0):
        assert enroller.verify(enroller.wrong()).json["attempts_remaining"] == left
    assert enroller.verify().code == "too_many_attempts"
    assert len(enroller.phones()) == 1
    assert enroller.person.item["failures"] == 0, "a login's counters are its own"
    enroller.later()
    assert enroller.start().code == "too_many_attempts", "another number is no way around the lock"
    enroller.stack.admin("users.unlock", login_name=enroller.person.name)
    assert enroller.start().status == 201
    assert enroller.verify().status == 200
    assert enroller.verify().code == "challenge_used"
    assert enroller.resend().code == "challenge_used"


def test_the_code_of_an_earlier_message_is_dead(enroller: Enroller) -> None:
    enroller.start()
    old = enroller.code()
    assert enroller.resend().code == "resend_too_soon"
    enroller.later()
    assert enroller.resend().status == 200
    assert enroller.verify(old).code == "code_superseded"
    assert enroller.verify().status == 200


def test_an_expired_code_is_not_compared(enroller: Enroller) -> None:
    enroller.start()
    enroller.person.write("#PHONE_ENROLMENT", expires_at=0)
    assert enroller.verify().code == "challenge_expired"


def test_another_number_takes_the_place_of_the_first(enroller: Enroller) -> None:
    enroller.start()
    first, code = enroller.phone, enroller.code()
    assert enroller.start().code == "resend_too_soon"
    enroller.later()
    assert enroller.start().status == 201
    assert enroller.call("POST", f"/{first}/verify", {"code": code}).code == "phone_not_found"
    assert enroller.call("POST", f"/{first}/resend").code == "phone_not_found"
    assert enroller.call("GET", f"/{first}").code == "phone_not_found"
    assert enroller.verify().status == 200


def test_five_messages_an_hour_go_out_whatever_comes_back(stack: Stack, enroller: Enroller) -> None:
    number = stack.number()
    for _ in range(2):  # added and removed in turn
        assert enroller.start(number).status == 201
        assert enroller.verify().status == 200
        enroller.stack.admin("phones.remove", login_name=enroller.person.name, id=enroller.phone)
        enroller.later()
        enroller.token = administrators.signed(enroller.person.name, kind="backup", amr=["pwd", "sms"])
    for _ in range(3):
        assert enroller.start(number).status == 201
        enroller.later()
    refused = enroller.start()
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert len(stack.texts(number)) == 5
    counter = stack.table.query(
        KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": f"NUMBER#{number}"}
    )["Items"]
    assert [each["n"] for each in counter] == [5], "a confirmed message stays counted for its number"


def test_the_budget_of_the_address_bounds_messages_to_new_numbers(stack: Stack, enroller: Enroller) -> None:
    with stack.with_settings(budgets={"address_per_hour": 2, "kept_for_verified_percent": 0}):
        other = people.add(stack)
        other.address = enroller.person.address
        for each in (enroller, Enroller(other, administrators.signed(other.name, kind="backup", amr=["pwd", "sms"]))):
            assert each.start().status == 201
        third = people.add(stack)
        third.address = enroller.person.address
        token = administrators.signed(third.name, kind="backup", amr=["pwd", "sms"])
        assert Enroller(third, token).start().code == "rate_limited"


def test_numbers_that_users_enrol_are_held_to_the_fraud_budget_whatever_its_mode(
    stack: Stack, enroller: Enroller
) -> None:
    with stack.with_settings(fraud={"mode": "off", "daily_floor": 1, "hourly_floor": 1}):
        number = "+447400123456"
        assert enroller.start(number).status == 201
        other = people.add(stack)
        refused = Enroller(other, administrators.signed(other.name, kind="backup", amr=["pwd", "sms"])).start(number)
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert len(stack.texts(number)) == 1
        [decision] = other.events("fraud_decision")
        expected = {"rule": "daily", "region": "GB", "threshold": 1, "count": 1, "mode": "off", "refused": True}
        assert decision["detail"] == expected
        assert enroller.verify().status == 200
    counted = stack.table.scan(FilterExpression="begins_with(pk, :pk)", ExpressionAttributeValues={":pk": "REGION#GB"})[
        "Items"
    ]
    assert [each["new_n"] for each in counted if "new_n" in each] == [0]


def test_users_of_one_address_enrol_numbers_of_few_countries_at_once(stack: Stack) -> None:
    """Whatever the mode. A number that was confirmed makes room."""

    def enroller_of(person: people.Person) -> Enroller:
        person.address = "198.51.100.60"
        return Enroller(person, administrators.signed(person.name, kind="backup", amr=["pwd", "sms"]))

    first, second, third = (enroller_of(people.add(stack)) for _ in range(3))
    with stack.with_settings(fraud={"mode": "off", "regions_per_address_per_day": 2}):
        assert first.start("+447400123457").status == 201
        assert second.start("+37121234567").status == 201
        refused = third.start("+33612345678")
        assert (refused.status, refused.code) == (429, "rate_limited")
        assert 0 < int(refused.headers["retry-after"]) <= 86_400
        [decision] = third.person.events("fraud_decision")
        rule = {"rule": "regions_per_address", "region": "FR", "threshold": 2, "count": 2, "mode": "off"}
        assert decision["detail"] == rule | {"refused": True}
        assert first.verify().status == 200
        assert third.start("+33612345678").status == 201


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+19005550123", "destination_blocked"),  # premium rate
        ("+18005550123", "destination_blocked"),  # toll free
        ("+870773111632", "destination_blocked"),  # satellite: no country
        ("+85221234567", "destination_blocked"),  # a landline, while calls are off
        ("+852123", "invalid_request"),
        ("85292153799", "invalid_request"),
        ("+852 9215 3799 ext. 5", "invalid_request"),
        ("demo", "invalid_request"),
    ],
)
def test_numbers_that_messages_may_not_go_to(enroller: Enroller, number: str, code: str) -> None:
    assert enroller.start(number).code == code
    assert enroller.item() == {}


def test_a_region_that_is_off_is_blocked_and_never_verified_ones_keep_to_the_open_share(
    stack: Stack, enroller: Enroller
) -> None:
    with stack.with_settings(regions={"allow": ["HK"]}):
        assert enroller.start("+447400123456").code == "destination_blocked"
    # Half of a region's messages are kept for phones that were verified before today.
    with stack.with_settings(budgets={"region_per_day": 1, "kept_for_verified_percent": 90}):
        assert enroller.start("+447400123456").status == 201
        enroller.later()
        assert enroller.start("+447400123457").code == "rate_limited"


def test_stop_gives_the_message_back_and_lets_another_number_be_tried(stack: Stack, enroller: Enroller) -> None:
    stack.line.refuses(21610)
    assert enroller.start().code == "phone_unusable"
    stack.line.fault = None
    assert len(enroller.phones()) == 1
    assert enroller.item()["delivery"] == "failed"
    assert enroller.start().status == 201, "the cooldown has ended"
    assert enroller.verify().status == 200


def test_nobody_enrols_a_number_that_no_plan_has(enroller: Enroller) -> None:
    assert enroller.start("+85212153799").code == "invalid_request"
    assert enroller.start("+85212153799", override_reason="new range").code == "invalid_request"


def test_a_landline_takes_a_call(stack: Stack, enroller: Enroller) -> None:
    with stack.with_settings(voice={"enabled": True}):
        assert enroller.start("+85221234567").code == "destination_blocked"
        assert enroller.start("+85221234567", channel="voice").status == 201
    assert enroller.start(channel="whatsapp").code == "invalid_request"


def test_a_number_may_be_another_users_too_and_nobody_is_told(
    stack: Stack, enroller: Enroller, new_person: Callable[..., Person]
) -> None:
    other = new_person()
    other.challenged()
    assert other.verify().status == 200
    assert enroller.start(other.numbers[0]).status == 201
    assert enroller.verify(code_in(stack.texts(other.numbers[0])[0])).status == 200
    assert len(stack.admin("users.get", login_name=other.name)["phones"]) == 1


def test_ones_own_number_again_is_a_conflict_unless_it_was_never_verified(stack: Stack, enroller: Enroller) -> None:
    assert enroller.start(enroller.person.numbers[0]).code == "conflict"
    place = enroller.person.add_phone(stack.number())
    assert enroller.start(enroller.person.numbers[place]).status == 201
    assert enroller.phone == enroller.person.phones[place]
    assert enroller.verify().status == 200
    assert [phone["verified"] for phone in enroller.phones()] == [True, True]


def test_a_sixth_phone_is_a_conflict(stack: Stack, enroller: Enroller) -> None:
    for _ in range(4):
        enroller.person.add_phone(stack.number())
    assert enroller.start().code == "conflict"


def test_a_test_number_gets_a_real_code(stack: Stack, enroller: Enroller) -> None:
    """Its fixed code is known to others: nobody may enrol it with that."""
    number = stack.number()
    with stack.with_settings(test_numbers=[{"number": number, "code": "424242"}]):
        assert enroller.start(number).status == 201
        assert enroller.verify("424242").code in ("invalid_code", "code_superseded")
        assert enroller.verify(code_in(stack.texts(number)[0])).status == 200


def test_the_same_request_again_sends_nothing_and_gets_the_same_answer(stack: Stack, enroller: Enroller) -> None:
    first = enroller.start(key="one")
    number = enroller.number
    again = enroller.start(number, key="one")
    assert (again.status, again.json["id"], again.json["prefix"]) == (201, first.json["id"], first.json["prefix"])
    assert len(stack.texts(number)) == 1
    assert enroller.start(stack.number(), key="one").code == "conflict"
    enroller.number = number
    wrong = [enroller.verify(enroller.wrong(), key="two").json["attempts_remaining"] for _ in range(2)]
    assert wrong == [4, 4]
    assert [enroller.verify(key="three").status for _ in range(2)] == [200, 200]
    assert len(enroller.person.events("phone_added")) == 2


def test_how_far_the_message_has_come_is_asked_of_twilio(stack: Stack, enroller: Enroller) -> None:
    assert enroller.start().json["delivery"]["status"] == "queued"
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = enroller.call("GET", f"/{enroller.phone}")
        if answer.json["delivery"]["status"] not in ("queued", "sent"):
            break
    assert (answer.status, answer.json["delivery"]["status"]) == (200, "delivered")
    assert enroller.item()["delivery"] == "delivered"


def test_another_users_enrolment_is_not_found(stack: Stack, enroller: Enroller) -> None:
    enroller.start()
    other = people.add(stack)
    thief = Enroller(other, administrators.log_in(other), phone=enroller.phone)
    for answer in (thief.verify(enroller.code()), thief.resend(), thief.call("GET", f"/{enroller.phone}")):
        assert answer.code == "phone_not_found"
    assert enroller.verify().status == 200


def test_trusted_devices_end_with_a_new_phone(enroller: Enroller) -> None:
    enroller.start()
    before = time.time()
    assert enroller.verify().status == 200
    key = {"pk": f"PROOFS#{enroller.person.name}", "sk": "#PROOFS"}
    assert enroller.stack.table.get_item(Key=key)["Item"]["devices_since"] >= int(before)


# --- with an enrolment token


def test_the_first_factor_turns_mfa_on_and_ends_every_other_token(stack: Stack) -> None:
    person = people.add(stack, phones=0, mfa=False)
    access = administrators.log_in(person)
    enroller, other = invited(stack, person), invited(stack, person, jti="another")
    assert enroller.start().status == 201
    approved = enroller.verify()
    assert approved.json["mfa_enabled"] is True
    assert stack.admin("users.get", login_name=person.name)["mfa_enabled"] is True
    assert stack.call("GET", "/v1/me", token=access).code == "invalid_token"
    assert other.start().code == "invalid_token"
    [added] = person.events("phone_added")
    assert added["detail"]["enrolled"] is True
    stack.tell_changes()
    assert "second factor switched on" in stack.mails(person.email or "")[0]
    # The token goes on: another factor may follow in the same sitting.
    enroller.later()
    assert enroller.start().status == 201
    assert enroller.verify().status == 200
    person.phones.append(enroller.phones()[0]["id"])  # type: ignore[arg-type]
    assert person.login().json["status"] == "mfa_required"


def test_an_enrolment_token_is_for_its_calls_and_its_user_only(stack: Stack) -> None:
    person = people.add(stack, phones=0, mfa=False)
    enroller = invited(stack, person)
    for method, path in (("GET", "/v1/me"), ("PATCH", "/v1/me"), ("DELETE", "/v1/me/phones/0-a")):
        body = {"locale": "de"} if method == "PATCH" else None
        assert stack.call(method, path, body, token=enroller.token).code == "invalid_token"
    for claims in (
        {"credentials_changed_at": 1.0},
        {"expires_at": time.time() - 1},
        {"kind": "system"},
        {"login_name": "nobody"},
    ):
        assert invited(stack, person, **claims).start().code == "invalid_token", claims
    stack.admin("users.patch", login_name=person.name, status="disabled")
    assert enroller.start().code == "invalid_token"


def test_an_enrolment_token_enrols_nobody_who_has_a_factor(stack: Stack) -> None:
    person = people.add(stack, phones=0, mfa=False)
    enroller = invited(stack, person)
    assert enroller.start().status == 201
    person.add_phone(stack.number())
    assert enroller.verify().code == "invalid_token"
    assert enroller.resend().code == "invalid_token"
    assert stack.admin("users.get", login_name=person.name)["mfa_enabled"] is False


def test_an_invitation_that_was_withdrawn_enrols_nobody(stack: Stack) -> None:
    """The write of the first factor uses it up."""
    person = people.add(stack, phones=0, mfa=False)
    enroller = invited(stack, person, invitation="00" * 32)
    assert enroller.start().status == 201
    assert enroller.verify().code == "invalid_token"
    assert enroller.phones() == []
    invitation = {"digest": bytes(32), "expires_at": int(time.time()) + 60}
    stack.table.put_item(Item={"pk": f"USER#{person.name}", "sk": "#INVITATION", **invitation})
    assert enroller.verify().status == 200
    assert person._items("#INVITATION") == {}
