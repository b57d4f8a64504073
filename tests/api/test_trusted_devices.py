"""Trusted devices: a token that stands in for the second factor of one backup user, for a while, at a login and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import jwt
import pytest

from mfa.factors.trusted_devices import new_device
from mfa.store import records
from tests import deeds, people
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Answer, basic

DAYS, DAY = 30, 86_400


@pytest.fixture(scope="module")
def days(shared_stack: Stack) -> Iterator[int]:
    with shared_stack.with_settings(trusted_devices={"days": DAYS}, actions=deeds.TYPES, actions_phone_age_hours=0):
        yield DAYS


@pytest.fixture
def person(days: int, stack: Stack) -> Person:
    """A user with two phones and a mailbox."""
    return people.add(stack, phones=2)


def approved(person: Person, **changes: Any) -> Answer:
    """A whole login, with the wish to trust the device."""
    person.challenged()
    given: dict[str, Any] = {"trust_device": True, "device_name": "My laptop"} | changes
    answer = person.verify(**given)
    assert answer.status == 200
    person.set_times(available_at=-1)
    return answer


def trust(person: Person) -> str:
    """The token of a device that the person trusts now. It must not be seen again."""
    token = str(approved(person).json["device_token"])
    person.stack.hide(token)
    person.stack.hide(token.partition(".")[2])
    assert status(person, token) == "authenticated"
    return token


def claims(answer: Answer) -> dict[str, Any]:
    """The claims of the answer's access token."""
    found: dict[str, Any] = jwt.decode(answer.json["token"], options={"verify_signature": False})
    return found


def status(person: Person, token: str) -> str:
    return str(person.login(device_token=token).json["status"])


def fresh(person: Person) -> str:
    """An access token that has just shown a second factor."""
    person.challenged()
    return str(person.verify().json["token"])


def proofs(person: Person) -> dict[str, Any]:
    """The uses of the person's factors."""
    pk, sk = records.proofs_key(person.name)
    found: dict[str, Any] = person.stack.table.get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True).get("Item", {})
    return found


def devices(person: Person) -> list[str]:
    return [name for name in proofs(person) if name.startswith(records.device_attribute(""))]


def age(person: Person, seconds: float) -> None:
    """Makes the person's devices older. Nothing has ended them since."""
    item = proofs(person)
    item.pop("devices_since", None)
    person.write("#PROFILE", credentials_changed_at=1)
    for name in devices(person):
        for moment in ("created_at", "expires_at"):
            item[name][moment] -= Decimal(str(seconds))
    person.stack.table.put_item(Item=item)


def patch(person: Person, **changes: Any) -> None:
    person.stack.admin("users.patch", login_name=person.name, **changes)


def test_a_trusted_device_stands_in_for_the_second_factor(stack: Stack, person: Person) -> None:
    answer = approved(person)
    assert answer.json["amr"] == ["pwd", "sms"]
    assert answer.json["device_expires_at"] > "2026"
    token = stack.hide(answer.json["device_token"])
    login = person.login(device_token=token)
    assert {name: value for name, value in login.json.items() if name != "token"} == {
        "status": "authenticated",
        "expires_in": 3600,
        "amr": ["pwd"],
        "acr": "1",
        "trusted_device": True,
        "token_type": "Bearer",
    }
    said = claims(login)
    assert (said["amr"], said["acr"], said["trusted_device"], said["sub"]) == (["pwd"], "1", True, person.name)
    # And other answers know nothing of it.
    assert "trusted_device" not in claims(answer)
    person.challenged()
    assert person.verify().json.keys() == {"status", "token", "expires_in", "amr", "token_type"}


def test_a_login_says_whether_the_device_can_be_trusted(days: int, stack: Stack, person: Person) -> None:
    """So that a page asks only where that does something: not an administrator, not after a vouched login, not when off."""
    administrator = people.add(stack, kind="system")
    client = stack.admin("clients.create", name=stack.name(), legacy=False)
    headers = basic(client["client_id"], stack.hide(client["client_secret"]))
    vouched = stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
    assert person.login().json["trusted_device_days"] == days
    assert "trusted_device_days" not in administrator.login().json
    assert "trusted_device_days" not in vouched.json


def test_a_copied_token_works_and_the_user_can_end_it(stack: Stack, person: Person) -> None:
    """That is what a token is. It is one device in the list, wherever it is used."""
    token = trust(person)
    elsewhere = stack.call(
        "POST",
        "/v1/login",
        {"login_name": person.name, "password": person.password, "device_token": token},
        address="198.51.100.77",
    )
    assert elsewhere.json["status"] == "authenticated"
    [device] = stack.call("GET", "/v1/me", token=elsewhere.json["token"]).json["devices"]
    assert device["name"] == "My laptop"
    # The copy ends nothing: that takes the second factor.
    refused = stack.call("DELETE", f"/v1/me/devices/{device['id']}", token=elsewhere.json["token"])
    assert (refused.status, refused.code) == (403, "step_up_required")
    assert stack.call("DELETE", f"/v1/me/devices/{device['id']}", token=fresh(person)).status == 204
    assert status(person, token) == "mfa_required"
    assert devices(person) == []


def test_a_password_is_needed_all_the_same(person: Person) -> None:
    token = trust(person)
    answer = person.login(password="wrong", device_token=token)
    assert (answer.status, answer.code) == (401, "invalid_credentials")


def test_a_token_is_good_for_its_user_alone(stack: Stack, person: Person) -> None:
    other = people.add(stack)
    mine, others = trust(person), trust(other)
    assert status(person, others) == "mfa_required"
    assert status(other, mine) == "mfa_required"
    (my_id, my_secret), (other_id, other_secret) = mine.split("."), others.split(".")
    for forged in (
        f"{my_id}.{other_secret}",
        f"{other_id}.{my_secret}",
        my_id,
        my_secret,
        f"{my_id}.",
        f"{my_id}.{my_secret[:-1]}",
        "",
        ".",
        "ü" * 128,
    ):
        assert status(person, forged) == "mfa_required"
    # Nor is it of use to another user into whose item it was copied.
    copied = proofs(person) | dict(zip(("pk", "sk"), records.proofs_key(other.name), strict=True))
    stack.table.put_item(Item=copied)
    assert status(other, mine) == "mfa_required"


def test_a_stolen_table_holds_no_token_that_works(stack: Stack, person: Person) -> None:
    token = trust(person)
    kept = json.dumps(
        stack.table.scan()["Items"],
        default=lambda value: bytes(value).hex() if not isinstance(value, Decimal | set) else str(value),
    )
    assert token.partition(".")[0] in kept
    assert token.partition(".")[2] not in kept
    digest = bytes(proofs(person)[devices(person)[0]]["digest"]).hex()
    assert status(person, f"{token.partition('.')[0]}.{digest}") == "mfa_required"


def _recovers(person: Person) -> None:
    person.login()
    mail = person.recover().json["prefix"]
    assert (
        person.verify(person.receive(mail, person.email).digits, trust_device=True)
        .json.keys()
        .isdisjoint({"device_token", "device_expires_at"})
    )


def _mfa_off_and_on(person: Person) -> None:
    patch(person, mfa_enabled=False)
    patch(person, mfa_enabled=True)


def _disabled_and_enabled(person: Person) -> None:
    patch(person, status="disabled")
    patch(person, status="active")


def _administrator_for_a_while(person: Person) -> None:
    patch(person, kind="system")
    patch(person, kind="backup")


def _new_password(person: Person) -> None:
    person.password = person.stack.password()
    patch(person, password=person.password)


ENDS: dict[str, Callable[[Person], object]] = {
    "a new password": _new_password,
    "a phone removed": lambda person: person.stack.admin("phones.remove", login_name=person.name, id=person.phones[1]),
    "a phone added": lambda person: person.add_phone(person.stack.number()),
    "a recovery by email": _recovers,
    "an unlock": Person.unlock,
    "MFA off and on again": _mfa_off_and_on,
    "a user who was disabled": _disabled_and_enabled,
    "a user who was an administrator": _administrator_for_a_while,
    "the user, all at once": lambda person: person.stack.call("DELETE", "/v1/me/devices", token=fresh(person)),
    "thirty days": lambda person: age(person, DAYS * DAY),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_device_is_trusted_until(person: Person, name: str) -> None:
    token = trust(person)
    ENDS[name](person)
    assert status(person, token) == "mfa_required"


@pytest.mark.parametrize(
    ("days", "age_in_days", "trusted"), [(0, 0, False), (1, 2, False), (2, 1, True), (90, 29, True), (90, 30, False)]
)
def test_a_changed_setting_shortens_what_is_trusted_and_prolongs_nothing(
    stack: Stack, person: Person, days: int, age_in_days: int, trusted: bool
) -> None:
    token = trust(person)
    age(person, age_in_days * DAY)
    stack.admin("settings.patch", trusted_devices={"days": days})
    stack.restart()
    try:
        assert status(person, token) == ("authenticated" if trusted else "mfa_required")
        assert person.login().json.get("trusted_device_days", 0) == days
        if not days:
            assert "device_token" not in approved(person).json
            assert devices(person)  # nothing was dropped for it either
    finally:
        stack.admin("settings.patch", trusted_devices={"days": DAYS})
        stack.restart()


def test_a_locked_user_is_not_let_in_by_a_device(person: Person) -> None:
    token = trust(person)
    person.locked()
    answer = person.login(device_token=token)
    assert answer.json["status"] == "mfa_required"
    assert answer.json["locked_until"] is not None
    person.later(901)
    assert status(person, token) == "authenticated"


def test_an_administrator_trusts_no_device(days: int, stack: Stack) -> None:
    admin = people.add(stack, kind="system")
    assert "device_token" not in approved(admin).json
    assert devices(admin) == []
    # Nor does one that somebody wrote into the table.
    device, token = new_device(admin.name, "", 4_000_000_000.0, DAYS, lambda n: bytes(n))
    attributes = {"digest": device.digest, "created_at": 4_000_000_000, "expires_at": 4_100_000_000}
    pk, sk = records.proofs_key(admin.name)
    stack.table.put_item(Item={"pk": pk, "sk": sk, records.device_attribute(device.id): attributes})
    assert status(admin, token) == "mfa_required"


def test_an_action_trusts_no_device_and_no_device_approves_it(stack: Stack, person: Person) -> None:
    token = trust(person)
    login = person.login(device_token=token).json["token"]
    deed = {"type": "delete_backup", "params": deeds.PAYROLL}
    opened = stack.call("POST", "/v1/actions", deed, token=login, address=person.address)
    assert opened.status == 201
    assert opened.json["status"] == "pending"
    assert not opened.json["mfa_token"].startswith(token)
    refused = stack.call("POST", "/v1/actions", deed | {"device_token": "x"}, token=login)
    assert (refused.status, refused.code) == (400, "invalid_request")
    person.token = opened.json["mfa_token"]
    prefix = person.start().json["prefix"]
    answer = person.verify(person.receive(prefix).digits, trust_device=True)
    assert answer.status == 200
    assert claims(answer)["acr"] == "2"
    assert answer.json.keys().isdisjoint({"device_token", "device_expires_at"})
    assert len(devices(person)) == 1


def test_a_client_that_vouches_for_the_password_has_no_use_for_a_token(stack: Stack, person: Person) -> None:
    token = trust(person)
    client = stack.admin("clients.create", name=stack.name(), legacy=False)
    headers = basic(client["client_id"], stack.hide(client["client_secret"]))
    vouched = stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
    person.token = vouched.json["mfa_token"]
    person.start()
    assert "device_token" not in person.verify(trust_device=True).json
    given = {"login_name": person.name, "device_token": "x"}
    assert stack.call("POST", "/v1/login/vouched", given, headers=headers).code == "invalid_request"
    assert status(person, token) == "authenticated"


def test_a_token_of_a_trusted_device_administers_nothing(stack: Stack, person: Person) -> None:
    login = person.login(device_token=trust(person)).json["token"]
    assert stack.call("GET", "/v1/admin/users", token=login).status in (401, 403)


def test_the_eleventh_device_drops_the_first(person: Person) -> None:
    first = trust(person)
    second = trust(person)
    for _ in range(8):
        trust(person)
    assert status(person, first) == "authenticated"
    newest = trust(person)
    assert [status(person, token) for token in (first, second, newest)] == ["mfa_required"] + ["authenticated"] * 2
    assert len(devices(person)) == 10


def test_a_verify_that_is_repeated_trusts_no_second_device(person: Person) -> None:
    person.challenged()
    code = person.code()
    first = person.verify(code, key="k", trust_device=True)
    second = person.verify(code, key="k", trust_device=True)
    assert claims(first)["jti"] == claims(second)["jti"]
    assert first.json["device_token"]
    assert "device_token" not in second.json
    assert len(devices(person)) == 1
    # It is another request without the wish.
    assert person.verify(code, key="k").code == "conflict"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"device_name": "x" * 65}, "device_name"),
        ({"device_name": 5}, "device_name"),
        ({"trust_device": "yes"}, "trust_device"),
        ({"trust_device": 1}, "trust_device"),
    ],
)
def test_a_wish_is_judged_before_an_attempt_is_spent(person: Person, given: dict[str, Any], field: str) -> None:
    person.challenged()
    refused = person.verify(**given)
    assert (refused.status, refused.json["errors"][0]["field"]) == (400, field)
    assert person.item["failures"] == 0


def test_a_token_that_is_too_long_is_refused_as_a_request(person: Person) -> None:
    refused = person.login(device_token="x" * 129)
    assert (refused.status, refused.json["errors"][0]["field"]) == (400, "device_token")


def test_a_device_is_named_in_the_history_without_what_cannot_be_seen(person: Person) -> None:
    approved(person, device_name="\u202eAnna’s\u200b laptop")
    [event] = person.events("approved")
    assert event["detail"]["device_name"] == "Anna’s laptop"
