"""Authenticator apps, recovery codes and trusted devices that people manage themselves."""

import re
import time
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from tests import people
from tests.api import administrators
from tests.api.stack import Stack
from tests.api.test_own_account import verified
from tests.api.test_own_phones import Enroller, invited
from tests.people import Person
from tests.product import Answer, Json


def call(owner: Enroller, method: str, path: str, body: Json = None) -> Answer:
    return owner.stack.call(method, f"/v1/me/{path}", body, token=owner.token, address=owner.person.address)


def fresh(person: Person) -> Enroller:
    """A user who has just logged in with a second factor."""
    return Enroller(person, administrators.signed(person.name, kind="backup", amr=["pwd", "sms"]))


def begun(owner: Enroller) -> pyotp.TOTP:
    """Begins to set an authenticator app up."""
    answer = call(owner, "POST", "totp")
    assert answer.status == 200, answer.text
    return pyotp.TOTP(answer.json["secret"])


def with_totp(owner: Enroller) -> pyotp.TOTP:
    app = begun(owner)
    assert call(owner, "POST", "totp/confirm", {"code": app.now()}).json["status"] == "approved"
    return app


@pytest.fixture
def owner(stack: Stack) -> Enroller:
    return fresh(verified(stack, phones=1))


def test_an_app_is_the_users_once_a_code_of_it_came_back(stack: Stack, owner: Enroller) -> None:
    answer = call(owner, "POST", "totp")
    uri = urlsplit(answer.json["uri"])
    asked = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path).endswith(f":{owner.person.name}")
    assert asked["secret"] == [answer.json["secret"]]
    assert len(answer.json["secret"]) == 32, "160 bits"
    assert answer.json["qr_svg"].startswith("<svg")
    assert not re.search(r"<script|href|style=", answer.json["qr_svg"])
    me = stack.call("GET", "/v1/me", token=owner.token).json
    assert me["totp"] is None
    app = pyotp.TOTP(answer.json["secret"])
    confirmed = call(owner, "POST", "totp/confirm", {"code": app.now()})
    assert (confirmed.status, confirmed.json) == (200, {"status": "approved", "mfa_enabled": True})
    assert stack.call("GET", "/v1/me", token=owner.token).json["totp"]["enrolled_at"]
    [event] = owner.person.events("totp_added")
    assert (event["actor"], event["address"]) == (owner.person.name, owner.person.address)
    stack.tell_changes()
    assert "authenticator app added" in stack.texts(owner.person.numbers[0])[0]
    assert "authenticator app added" in stack.mails(owner.person.email or "")[0]
    # The secret is over: it confirms nothing twice.
    assert call(owner, "POST", "totp/confirm", {"code": app.now()}).code == "challenge_expired"


def test_the_table_holds_no_secret(stack: Stack, owner: Enroller) -> None:
    app = with_totp(owner)
    codes = call(owner, "POST", "recovery-codes").json["codes"]
    kept = str(stack.table.scan()["Items"])
    assert app.secret not in kept
    assert str(app.byte_secret()) not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_five_wrong_codes_end_the_secret(owner: Enroller) -> None:
    app = begun(owner)
    wrong = people.other_code(app.now(), 7)
    left = [call(owner, "POST", "totp/confirm", {"code": wrong}).json.get("attempts_remaining") for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert call(owner, "POST", "totp/confirm", {"code": app.now()}).code == "challenge_expired"
    assert call(owner, "POST", "totp/confirm", {"code": "12345"}).code == "invalid_request"
    assert with_totp(owner)


def test_a_code_two_steps_away_confirms_nothing(owner: Enroller) -> None:
    app = begun(owner)
    for steps in (-2, 2):
        code = app.at(time.time(), counter_offset=steps)
        if code not in {app.at(time.time(), counter_offset=near) for near in (-1, 0, 1)}:
            assert call(owner, "POST", "totp/confirm", {"code": code}).code == "invalid_code"


def test_an_app_may_be_removed_while_a_phone_is_left_and_the_other_way_round(stack: Stack, owner: Enroller) -> None:
    assert call(owner, "DELETE", "totp").code == "not_found"
    with_totp(owner)
    owner.person.write("#PHONE#0", verified=False)
    assert call(owner, "DELETE", "totp").code == "last_factor"
    owner.person.write("#PHONE#0", verified=True)
    assert call(owner, "DELETE", f"phones/{owner.person.phones[0]}").status == 204, "the app is left"
    owner = fresh(owner.person)
    assert call(owner, "DELETE", "totp").code == "last_factor"
    assert stack.call("GET", "/v1/me", token=owner.token).json["totp"] is not None


def test_a_removed_app_is_told(stack: Stack, owner: Enroller) -> None:
    with_totp(owner)
    stack.tell_changes()
    assert call(owner, "DELETE", "totp").status == 204
    stack.tell_changes()
    assert "authenticator app removed" in stack.texts(owner.person.numbers[0])[0]
    assert len(owner.person.events("totp_removed")) == 1


def test_recovery_codes_are_shown_once_and_replace_older_ones(stack: Stack, owner: Enroller) -> None:
    answers = [call(owner, "POST", "recovery-codes") for _ in range(2)]
    for answer in answers:
        assert len(set(answer.json["codes"])) == 10
        assert all(
            re.fullmatch(r"([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", code) for code in answer.json["codes"]
        )
    me = stack.call("GET", "/v1/me", token=owner.token)
    assert me.json["recovery_codes_remaining"] == 10
    assert me.json["methods"] == ["sms", "email", "recovery_code"]
    assert not any(code in me.text for code in answers[1].json["codes"])
    assert not set(answers[0].json["codes"]) & set(answers[1].json["codes"])
    assert len(owner.person.events("recovery_codes_made")) == 2
    stack.tell_changes()
    assert "recovery codes made" in stack.texts(owner.person.numbers[0])[0]


def test_recovery_codes_are_no_first_factor(stack: Stack) -> None:
    owner = fresh(people.add(stack, phones=0, mfa=False))
    assert call(owner, "POST", "recovery-codes").code == "conflict"
    enrolling = invited(stack, people.add(stack, phones=0, mfa=False))
    assert call(enrolling, "POST", "recovery-codes").code == "conflict"
    with_totp(enrolling)
    assert len(call(enrolling, "POST", "recovery-codes").json["codes"]) == 10


def test_an_app_as_the_first_factor_turns_mfa_on(stack: Stack) -> None:
    person = people.add(stack, phones=0, mfa=False)
    first, other = invited(stack, person), invited(stack, person, jti="another")
    app = begun(first)
    assert call(first, "POST", "totp/confirm", {"code": app.now()}).json["mfa_enabled"] is True
    for method, path in (("POST", "totp"), ("POST", "recovery-codes")):
        assert call(other, method, path).code == "invalid_token"
    assert call(first, "DELETE", "totp").code == "invalid_token"
    assert stack.admin("users.get", login_name=person.name)["mfa_enabled"] is True
    stack.tell_changes()
    assert "second factor switched on" in stack.mails(person.email or "")[0]


def test_devices_are_listed_and_ended_by_their_owner_alone(stack: Stack) -> None:
    with stack.with_settings(trusted_devices={"days": 30}):
        person = people.add(stack).challenged()
        body = {"code": person.code(), "trust_device": True, "device_name": "Laptop"}
        assert person.call("POST", f"/v1/challenges/{person.challenge}/verify", body).status == 200
        owner = fresh(person)
        [device] = stack.call("GET", "/v1/me", token=owner.token).json["devices"]
        assert device["name"] == "Laptop"
        other = fresh(people.add(stack))
        assert call(other, "DELETE", f"devices/{device['id']}").code == "not_found"
        stack.tell_changes()
        assert call(owner, "DELETE", f"devices/{device['id']}").status == 204
        stack.tell_changes()
        assert "trusted devices removed" in stack.texts(person.numbers[0])[0]
        assert call(owner, "DELETE", f"devices/{device['id']}").code == "not_found"
        assert stack.call("GET", "/v1/me", token=owner.token).json["devices"] == []
        assert call(owner, "DELETE", "devices").status == 204
    assert len(person.events("device_ended")) == 1
    assert len(person.events("devices_ended")) == 1
    stack.tell_changes()
    assert "trusted devices removed" in stack.texts(person.numbers[0])[0]
