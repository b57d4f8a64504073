"""The settings test: unsaved settings are proved by a passcode, refusals are explained, and nothing is stored."""

from __future__ import annotations

import base64
import time
from decimal import Decimal
from typing import Any

import pytest

from mfa.settings.prices import shipped
from mfa.vendor_errors import VENDOR_ERRORS, look_up
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.deliveries import faults
from tests.api.stack import SENDER, Stack
from tests.people import PATIENCE_SECONDS, digits, other_code
from tests.product import Answer, Refused

NO_ACCOUNT = {"account_sid": None, "auth_token": None, "sender": None}
# Numbers to which the simulated Twilio answers as the real one answers its magic numbers.
MAGIC = {"21211": "+15005550001", "21612": "+15005550002", "21408": "+15005550003", "21610": "+15005550004"}


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def field(answer: Answer) -> str:
    assert answer.code == "invalid_request", answer.text
    return str(answer.json["errors"][0]["field"])


def start(admin: Administrator, number: str | None = None, **more: Any) -> Answer:
    return admin.ask("POST", "/settings/test", {"phone": number or admin.stack.number()} | more)


def code(stack: Stack) -> str:
    """The passcode in the newest message, in any language."""
    return digits(stack.delivered[-1][1])


def wrong(stack: Stack) -> str:
    return other_code(code(stack))


def item(admin: Administrator) -> dict[str, Any]:
    found: dict[str, Any] = admin.stack.table.get_item(Key={"pk": f"USER#{admin.name}", "sk": "#TEST"})["Item"]
    return found


def later(admin: Administrator, seconds: int) -> None:
    """Lets time pass for the settings test."""
    moved = {name: item(admin)[name] - Decimal(seconds) for name in ("sent_at", "expires_at", "available_at")}
    admin.stack.table.put_item(Item=item(admin) | moved)


def verify(admin: Administrator, test: str, typed: str, key: str | None = None) -> Answer:
    return admin.ask("POST", f"/settings/test/{test}/verify", {"code": typed}, key=key)


def everything(stack: Stack) -> str:
    """Every item in the table, as text."""
    items: list[Any] = []
    page: dict[str, Any] = {}
    while "LastEvaluatedKey" in page or not page:
        after = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if page else {}
        page = stack.table.scan(**after)
        items += page["Items"]
    return str(items)


# --- from the message to the verified phone


def test_a_successful_test_adds_the_number_to_the_administrators_phones(stack: Stack) -> None:
    admin = administrators.new(stack, email=False)
    number = stack.number()
    began = start(admin, number)
    assert began.status == 201
    state = began.json
    assert state.keys() == {
        "id", "status", "destination", "prefix", "sent_at", "expires_at", "resend_available_at", "attempts_remaining",
        "sends_remaining", "delivery", "server_time",
    }  # fmt: skip
    assert (state["status"], state["attempts_remaining"], state["sends_remaining"]) == ("pending", 5, 4)
    assert state["destination"] == f"+852 - ****{number[-4:]}"
    assert stack.delivered[-1][0] == number
    assert state["prefix"] in stack.delivered[-1][1]
    approved = verify(admin, state["id"], f"{state['prefix']}-{code(stack)}")
    assert approved.json == {
        "status": "approved",
        "message": "Test completed successfully",
        "contact_email_missing": True,
    }
    [phone] = admin.user(admin.name).json["phones"]
    assert (phone["number"], phone["verified"]) == (number, True)
    assert phone["last_verified_at"] is not None
    assert admin.ask("GET", f"/settings/test/{state['id']}").json["status"] == "approved"
    assert admin.ask("GET", "/session").status == 200, "the token is still good"
    assert admin.person.event_types()[-1] == "phone_tested"


def test_a_given_contact_email_is_saved_after_the_right_code(stack: Stack) -> None:
    admin = administrators.new(stack, email=False)
    test = start(admin, contact_email="dee@example.com").json["id"]
    assert admin.ask("GET", "/session").json["contact_email"] is None
    assert verify(admin, test, code(stack)).json["contact_email_missing"] is False
    assert admin.ask("GET", "/session").json["contact_email"] == "dee@example.com"


def test_an_existing_contact_email_is_not_asked_for(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    assert verify(admin, test, code(stack)).json["contact_email_missing"] is False


def test_the_tested_number_can_be_used_in_the_next_login(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    verify(admin, test, code(stack))
    stack.admin("users.patch", login_name=admin.name, mfa_enabled=True)
    [phone] = admin.person.login().json["phones"]
    assert phone["verified"] is True
    assert admin.person.call("POST", "/v1/challenges", {"phone_id": phone["id"]}).status == 201


def test_an_existing_number_is_verified_and_not_added_twice(stack: Stack, admin: Administrator) -> None:
    number = stack.number()
    phone = stack.admin("phones.add", login_name=admin.name, number=number)
    test = start(admin, number).json["id"]
    verify(admin, test, code(stack))
    [after] = admin.user(admin.name).json["phones"]
    assert (after["id"], after["verified"]) == (phone["id"], True)


def test_an_administrator_with_five_phones_tests_with_one_of_them(stack: Stack, admin: Administrator) -> None:
    numbers = [stack.number() for _ in range(5)]
    for number in numbers:
        stack.admin("phones.add", login_name=admin.name, number=number)
    assert start(admin).code == "conflict"
    assert stack.delivered[-1:] == [] or stack.delivered[-1][0] not in numbers
    test = start(admin, numbers[2]).json["id"]
    assert verify(admin, test, code(stack)).status == 200
    assert len(admin.user(admin.name).json["phones"]) == 5


# --- what is on the screen, saved or not


def test_unsaved_settings_are_used_for_the_test_and_stored_nowhere(stack: Stack, admin: Administrator) -> None:
    """The saved settings are of another account, which Twilio would refuse."""
    token, screen = "0123456789abcdef" * 2, {"account_sid": stack.account.sid, "auth_token": stack.account.auth_token}
    saved = {"account_sid": "AC" + "f" * 32, "auth_token": token}
    with stack.with_settings(twilio=saved):
        before = stack.admin("settings.get")
        assert field(start(admin)) == "twilio.auth_token"
        began = start(admin, settings={"twilio": screen, "signature": "From the screen"})
        assert began.status == 201
        assert "From the screen" in stack.delivered[-1][1]
        assert stack.admin("settings.get") == before
        kept = everything(stack)
        for secret in (stack.account.auth_token, token):
            assert secret not in kept
            assert base64.b64encode(secret.encode()).decode() not in kept
        assert "From the screen" not in kept
        later(admin, 60)
        again = f"/settings/test/{began.json['id']}/resend"
        assert field(admin.ask("POST", again, {})) == "twilio.auth_token"
        later(admin, 60)
        assert admin.ask("POST", again, {"settings": {"twilio": screen}}).status == 200
        assert verify(admin, began.json["id"], code(stack)).status == 200
        assert code(stack) not in everything(stack)


@pytest.mark.parametrize(
    ("screen", "named"),
    [
        ({"twilio": {"sender": None}}, "twilio.sender"),
        ({"twilio": {"account_sid": None}}, "twilio.account_sid"),
        ({"twilio": {"auth_token": None}}, "twilio.auth_token"),
        ({"twilio": {"account_sid": "AC" + "1" * 32}}, "twilio.auth_token"),
        ({"twilio": {"account_sid": "SK" + "1" * 32}}, "twilio.account_sid"),
        ({"twilio": {"auth_token": "short"}}, "twilio.auth_token"),
        ({"twilio": {"nonsense": 1}}, "twilio.nonsense"),
        ({"passcode_length": 11}, "passcode_length"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_incomplete_or_invalid_settings_are_refused_naming_the_field(
    stack: Stack, admin: Administrator, screen: dict[str, Any], named: str
) -> None:
    sent = len(stack.delivered)
    assert field(start(admin, settings=screen)).startswith(named)
    assert len(stack.delivered) == sent
    assert [start(admin).status for _ in range(5)] == [201] * 5, "it cost no test"


@pytest.mark.parametrize("number", ["0800", "+85221234567", "+999123456789", "", "x" * 65])
def test_a_number_that_cannot_receive_messages_is_refused(admin: Administrator, number: str) -> None:
    answer = admin.ask("POST", "/settings/test", {"phone": number})
    assert answer.code in ("invalid_request", "destination_blocked")


# --- what Twilio refuses is explained


def test_a_refusal_by_twilio_names_the_field_and_says_what_to_do(stack: Stack) -> None:
    codes = [code for code, entry in VENDOR_ERRORS.items() if code.isdecimal() and entry.gives_back]
    assert len(codes) > 150
    for number, error in enumerate(codes):
        if number % 10 == 0:  # at least this many tests an hour are given back
            stack.line.fault = None
            admin = administrators.new(stack)
        known = look_up(error)
        stack.line.refuses(int(error), 401 if error == "20003" else 400)
        answer = start(admin)
        if known.field:
            assert field(answer) == known.field, error
            assert answer.json["errors"][0]["message"] == known.explanation, error
        else:
            assert (answer.code, answer.json["detail"]) == (known.refusal.code, known.explanation), error
    stack.line.fault = None
    assert start(admin).status == 201, "refusals were given back"


def test_the_simulated_twilio_refuses_wrong_credentials_and_senders_as_the_real_one(
    stack: Stack, admin: Administrator
) -> None:
    wrong_token = {"twilio": {"auth_token": "0" * 32}}
    assert field(start(admin, settings=wrong_token)) == "twilio.auth_token"
    others = {"twilio": {"sender": {"phone_number": "+12063125011"}}}
    assert field(start(admin, settings=others)) == "twilio.sender"
    service = {"twilio": {"sender": {"phone_number": None, "messaging_service_sid": "MG" + "0" * 32}}}
    assert field(start(admin, settings=service)) == "twilio.sender"


def test_refused_credentials_of_a_test_pause_nothing_else(stack: Stack, admin: Administrator) -> None:
    assert field(start(admin, settings={"twilio": {"auth_token": "0" * 32}})) == "twilio.auth_token"
    people.add(stack).challenged()
    assert "paused_until" not in stack.table.get_item(Key={"pk": "BREAKER", "sk": "#BREAKER"}).get("Item", {})


def test_a_refusal_with_an_unknown_code_says_where_to_look(stack: Stack, admin: Administrator) -> None:
    stack.line.refuses(99999)
    answer = start(admin)
    assert answer.code == "sms_unavailable"
    assert "https://www.twilio.com/docs/api/errors" in answer.json["detail"]


def test_a_test_that_is_over_before_it_began_names_the_field_too(stack: Stack, admin: Administrator) -> None:
    faults(stack, {"fault": "over_at_once", "error_code": 21703, "times": 1})
    assert field(start(admin)) == "twilio.sender"


def test_a_test_without_an_answer_may_still_arrive(stack: Stack, admin: Administrator) -> None:
    stack.line.answers(500, b"")
    answer = start(admin)
    assert answer.status == 201
    assert answer.json["delivery"] == {"status": "unknown"}


# --- its own counters


def delivery(admin: Administrator, test: str, **more: Any) -> dict[str, Any]:
    """The message's state, once Twilio knows how it ended."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        answer = admin.ask("POST", f"/settings/test/{test}/delivery", more)
        assert answer.status == 200, answer.text
        if answer.json["delivery"]["status"] not in ("queued", "sent"):
            break
    found: dict[str, Any] = answer.json["delivery"]
    return found


@pytest.mark.parametrize("code_of_carrier", ["30034", "30007", "30032", "30450"])
def test_a_carriers_later_refusal_is_explained(stack: Stack, admin: Administrator, code_of_carrier: str) -> None:
    """Twilio takes such a message. Its state is asked for with the settings on the screen, which are not saved."""
    number = stack.number()
    rule = {"fault": "delivery", "error_code": int(code_of_carrier), "after": 0.0, "to": number}
    twilio = {
        "account_sid": stack.account.sid,
        "auth_token": stack.account.auth_token,
        "sender": {"phone_number": SENDER},
    }
    with stack.with_settings(twilio=NO_ACCOUNT):
        faults(stack, rule)
        test = start(admin, number, settings={"twilio": twilio})
        faults(stack)
        assert (test.status, test.json["delivery"]) == (201, {"status": "queued"})
        told = delivery(admin, test.json["id"], settings={"twilio": twilio})
    known = look_up(code_of_carrier)
    assert told == {
        "status": "undelivered",
        "error_code": code_of_carrier,
        "meaning": known.meaning,
        "advice": known.advice,
    }
    asked = len(stack.line.requests)
    assert admin.ask("GET", f"/settings/test/{test.json['id']}").json["delivery"] == told
    assert delivery(admin, test.json["id"]) == told
    assert len(stack.line.requests) == asked, "an end is not asked for again"
    assert admin.ask("GET", f"/settings/test/{test.json['id']}").json["status"] == "failed"


def test_a_delivered_message_is_told(admin: Administrator) -> None:
    assert delivery(admin, start(admin).json["id"]) == {"status": "delivered"}


def test_a_message_that_twilio_does_not_tell_of_stays_as_it_is(stack: Stack, admin: Administrator) -> None:
    """Another account does not know it; a pause of Twilio's, or no answer, says nothing."""
    test = start(admin).json["id"]
    path = f"/settings/test/{test}/delivery"
    other = {"twilio": {"account_sid": "AC" + "0" * 32, "auth_token": "0" * 32}}
    assert admin.ask("POST", path, {"settings": other}).json["delivery"] == {"status": "queued"}
    for status, body in ((500, b"oops"), (200, b"not json"), (200, b"{}")):
        stack.line.answers(status, body)
        assert admin.ask("POST", path, {}).json["delivery"] == {"status": "queued"}
    stack.line.fault = None
    assert delivery(admin, test) == {"status": "delivered"}


def test_there_are_five_tests_an_hour(stack: Stack, admin: Administrator) -> None:
    for _ in range(5):
        assert start(admin).status == 201
    sent = len(stack.delivered)
    refused = start(admin)
    assert refused.code == "rate_limited"
    assert len(stack.delivered) == sent
    assert start(administrators.new(stack)).status == 201, "another administrator has five as well"


def test_a_test_sends_five_codes_after_a_cooldown_each(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    path = f"/settings/test/{test}/resend"
    assert admin.ask("POST", path, {}).code == "resend_too_soon"
    for left in (3, 2, 1, 0):
        later(admin, 60)
        assert admin.ask("POST", path, {}).json["sends_remaining"] == left
    later(admin, 60)
    sent = len(stack.delivered)
    assert admin.ask("POST", path, {}).code == "too_many_sends"
    assert len(stack.delivered) == sent
    assert verify(admin, test, code(stack)).status == 200


def test_a_resend_ends_the_earlier_code(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    before = code(stack)
    later(admin, 60)
    prefix = admin.ask("POST", f"/settings/test/{test}/resend", {}).json["prefix"]
    if code(stack) != before:
        answer = verify(admin, test, before)
        assert (answer.code, answer.json["prefix"], answer.json["attempts_remaining"]) == ("code_superseded", prefix, 4)
    assert verify(admin, test, code(stack)).status == 200


def test_five_wrong_codes_end_a_test(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    for left in (4, 3, 2, 1, 0):
        answer = verify(admin, test, wrong(stack))
        assert (answer.code, answer.json["attempts_remaining"]) == ("invalid_code", left)
    assert verify(admin, test, code(stack)).code == "too_many_attempts"
    assert admin.user(admin.name).json["phones"] == []
    assert admin.ask("GET", f"/settings/test/{test}").json["status"] == "expired"


def test_an_expired_code_is_not_compared(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    later(admin, 300)
    assert admin.ask("GET", f"/settings/test/{test}").json["status"] == "expired"
    assert verify(admin, test, code(stack)).code == "challenge_expired"
    assert admin.ask("POST", f"/settings/test/{test}/resend", {}).status == 200
    assert verify(admin, test, code(stack)).status == 200


def test_a_test_is_approved_once(stack: Stack, admin: Administrator) -> None:
    test = start(admin).json["id"]
    right = code(stack)
    assert verify(admin, test, right).status == 200
    later(admin, 60)
    assert verify(admin, test, right).code == "challenge_used"
    assert admin.ask("POST", f"/settings/test/{test}/resend", {}).code == "challenge_used"


def test_a_verify_whose_answer_was_lost_is_answered_again(stack: Stack) -> None:
    admin = administrators.new(stack, email=False)
    test = start(admin).json["id"]
    refused = verify(admin, test, wrong(stack), "first")
    assert (refused.code, refused.json["attempts_remaining"]) == ("invalid_code", 4)
    assert verify(admin, test, wrong(stack), "first").json == refused.json
    assert verify(admin, test, code(stack), "first").code == "conflict"
    assert item(admin)["failures"] == 1
    first, again = (verify(admin, test, code(stack), "second") for _ in range(2))
    assert (first.status, again.status) == (200, 200)
    assert again.json == first.json
    assert verify(admin, test, wrong(stack), "second").code == "conflict"
    assert verify(admin, test, code(stack)).code == "challenge_used"
    assert len(admin.user(admin.name).json["phones"]) == 1
    assert admin.person.event_types().count("phone_tested") == 1
    attempts = {name: kept | {"claimed_at": kept["claimed_at"] - 60} for name, kept in item(admin)["attempts"].items()}
    stack.table.put_item(Item=item(admin) | {"attempts": attempts})
    assert verify(admin, test, code(stack), "second").code == "challenge_used"


def test_an_attempt_at_a_test_that_was_claimed_is_completed_by_the_same_request(
    stack: Stack, admin: Administrator
) -> None:
    """As if the function had been stopped between the claim and the approval."""
    test = start(admin).json["id"]
    before, right = item(admin), code(stack)
    assert verify(admin, test, right, "key").status == 200
    claimed = before | {name: item(admin)[name] for name in ("attempts", "last_attempt_at")} | {"failures": 5}
    stack.table.put_item(Item=claimed)
    assert verify(admin, test, right, "another key").code == "too_many_attempts"
    assert verify(admin, test, right, "key").status == 200
    assert item(admin)["failures"] == 0


def test_a_newer_test_replaces_the_older_one(stack: Stack, admin: Administrator) -> None:
    older = start(admin).json["id"]
    right = code(stack)
    start(admin)
    assert verify(admin, older, right).code == "challenge_not_found"
    assert admin.ask("GET", f"/settings/test/{older}").code == "challenge_not_found"


@pytest.mark.parametrize("typed", ["abc", "12", "5" * 65, "５８１８８３"])
def test_text_that_cannot_be_a_passcode_costs_no_attempt(stack: Stack, admin: Administrator, typed: str) -> None:
    test = start(admin).json["id"]
    assert field(verify(admin, test, typed)) == "code"
    assert admin.ask("GET", f"/settings/test/{test}").json["attempts_remaining"] == 5


def test_a_test_touches_no_login(stack: Stack, admin: Administrator) -> None:
    """A settings test has its own item and counters, apart from the lock of logins."""
    test = start(admin).json["id"]
    for _ in range(5):
        verify(admin, test, wrong(stack))
    assert admin.person.item == {}
    assert admin.user(admin.name).json["locked_until"] is None
    assert SENDER not in str(item(admin))


@pytest.mark.parametrize("budget", ["number_per_hour", "number_per_day", "region_per_day", "global_per_day"])
def test_a_test_is_charged_to_the_budgets_of_its_message(stack: Stack, admin: Administrator, budget: str) -> None:
    """Else a stolen administrator's session could have messages sent without end."""
    number = stack.number()
    with stack.with_settings(budgets={budget: 1}):
        start(admin, number)  # uses up the budget if the earlier sends have not
        sent = len(stack.delivered)
        assert start(admin, number).code == "rate_limited"
        # The budgets on the screen are not those that count.
        assert start(admin, number, settings={"budgets": {budget: 1000}}).code == "rate_limited"
        assert len(stack.delivered) == sent


@pytest.mark.parametrize("routes", [[], [{"provider": "aws", "sender": {"alphanumeric": "Acme"}}]], ids=["none", "aws"])
def test_a_test_costs_as_much_as_by_twilio_whatever_the_routes_on_the_screen(
    stack: Stack, admin: Administrator, routes: list[Any]
) -> None:
    def spent() -> int:
        return int(stack.admin("overview.get", days=1)["spend"]["today"]["micro_usd"])

    before = spent()
    assert start(admin, settings={"routes": routes}).status == 201
    price = shipped().micro_usd["twilio"]["sms"]["HK"]
    assert (spent() - before) % price == 0 < spent() - before


def test_another_message_of_a_test_is_charged_and_the_right_code_gives_one_back(
    stack: Stack, admin: Administrator
) -> None:
    number = stack.number()
    with stack.with_settings(budgets={"number_per_hour": 2}):
        test = start(admin, number).json["id"]
        later(admin, 61)
        assert admin.ask("POST", f"/settings/test/{test}/resend", {}).status == 200
        later(admin, 61)
        assert admin.ask("POST", f"/settings/test/{test}/resend", {}).code == "rate_limited"
        # A message is given back to the hour of its sending, which may have been the last one by now.
        later(admin, -61)
        assert verify(admin, test, code(stack)).status == 200
        assert start(admin, number).status == 201


def test_a_direct_invocation_tests_for_the_system_user_it_names(stack: Stack, admin: Administrator) -> None:

    with pytest.raises(Refused, match="invalid_request"):
        stack.admin("settings.test", phone=stack.number())
    with pytest.raises(Refused, match="forbidden"):
        stack.admin("settings.test", phone=stack.number(), login_name=people.add(stack).name)
    with pytest.raises(Refused, match="user_not_found"):
        stack.admin("settings.test", phone=stack.number(), login_name="nobody")
    test = stack.admin("settings.test", phone=stack.number(), login_name=admin.name)["id"]
    answer = stack.admin("settings.test.verify", id=test, code=code(stack), login_name=admin.name)
    assert answer["status"] == "approved"
    assert field(start(admin, login_name=admin.name)) == "login_name"
