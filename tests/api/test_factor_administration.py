"""Administrators see a user's factors, remove them, end trusted devices and issue temporary access codes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mfa.store import records
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Answer, Refused

DAY = 86_400
CODE = re.compile(r"([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}")


def read(person: Person, key: tuple[str, str]) -> dict[str, Any]:
    """One of the person's items."""
    place = {"pk": key[0], "sk": key[1]}
    item: dict[str, Any] = person.stack.table.get_item(Key=place, ConsistentRead=True).get("Item", place)
    return item


def put(person: Person, key: tuple[str, str], **attributes: Any) -> None:
    """Writes attributes of one of the person's items, as enrolment would."""
    person.stack.table.put_item(Item=read(person, key) | attributes)


def enrolled(person: Person, **secrets: Any) -> Person:
    """The person with these secrets of factors; with an authenticator app if none are named."""
    created_at = read(person, records.profile_key(person.name))["created_at"]
    given = secrets or {"totp_secret": b"sealed", "totp_enrolled_at": Decimal(1_700_000_000)}
    put(person, records.factors_key(person.name), user_created_at=created_at, **given)
    return person


def trusted(person: Person, *ids: str) -> list[str]:
    """Devices that the person trusts; their ids."""
    now = int(time.time())
    for id_ in ids:
        device = {"digest": b"digest", "name": id_.title(), "created_at": now, "expires_at": now + DAY}
        put(person, records.proofs_key(person.name), **{records.device_attribute(id_): device})
    put(person, records.proofs_key(person.name), devices_since=now - DAY)
    person.write("#PROFILE", credentials_changed_at=now - DAY)
    return list(ids)


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


@pytest.fixture
def person(stack: Stack) -> Person:
    return people.add(stack)


def login(person: Person) -> None:
    """A whole login, which verifies the phone."""
    assert person.challenged().verify().status == 200


def factors(admin: Administrator, person: Person) -> dict[str, Any]:
    answer = admin.ask("GET", f"/users/{person.name}/factors")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def told_of(stack: Stack, person: Person) -> list[str]:
    """The newest message to the person's phone, notices included."""
    stack.tell_changes()
    return stack.texts(person.numbers[0])[:1]


def issue(admin: Administrator, person: Person, **body: int) -> Answer:
    return admin.ask("POST", f"/users/{person.name}/temporary-code", dict(body))


def history(admin: Administrator, person: Person) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = admin.ask("GET", f"/users/{person.name}/events").json["items"]
    return events


def test_a_user_without_factors_has_none(admin: Administrator, person: Person) -> None:
    assert factors(admin, person) == {"totp": None, "recovery_codes": None, "temporary_code": None, "devices": []}


def test_factors_are_shown_without_their_secrets(stack: Stack, admin: Administrator, person: Person) -> None:
    at = Decimal(1_700_000_000)
    enrolled(
        person,
        totp_secret=b"sealed",
        totp_enrolled_at=at,
        recovery_codes={b"one", b"two", b"three"},
        recovery_codes_at=at,
    )
    trusted(person, "laptop")
    put(person, records.proofs_key(person.name), recovery_used={b"two"})
    with stack.with_settings(trusted_devices={"days": 30}):
        shown = factors(admin, person)
    assert shown["totp"] == {"enrolled_at": "2023-11-14T22:13:20.000Z"}
    assert shown["recovery_codes"] == {"remaining": 2, "created_at": "2023-11-14T22:13:20.000Z"}
    assert [(each["id"], each["name"]) for each in shown["devices"]] == [("laptop", "Laptop")]
    assert not any(f"{secret}'" in str(shown) for secret in ("sealed", "one", "two", "digest"))
    assert factors(admin, person)["devices"] == []


REMOVALS = {
    "totp": ({"totp_secret": b"sealed", "totp_enrolled_at": 1}, "totp_removed", "authenticator app removed"),
    "recovery_codes": (
        {"recovery_codes": {b"one"}, "recovery_codes_at": 1},
        "recovery_codes_removed",
        "recovery codes removed",
    ),
    "temporary_code": (
        {"temporary_code": b"digest", "temporary_code_expires_at": 4_000_000_000, "temporary_code_by": "root"},
        "temporary_code_withdrawn",
        None,
    ),
}


@pytest.mark.parametrize("factor", REMOVALS)
def test_a_factor_is_removed_once_and_written_down(
    stack: Stack, admin: Administrator, person: Person, factor: str
) -> None:
    login(person)
    secrets, event, told = REMOVALS[factor]
    enrolled(person, **secrets)
    assert factors(admin, person)[factor] is not None
    assert admin.ask("DELETE", f"/users/{person.name}/factors/{factor}").status == 204
    assert factors(admin, person)[factor] is None
    newest = history(admin, person)[0]
    assert (newest["type"], newest["actor"]) == (event, admin.name)
    assert (told is not None) == any(told or "?" in text for text in told_of(stack, person))
    assert admin.ask("DELETE", f"/users/{person.name}/factors/{factor}").code == "not_found"


def test_another_factor_than_these_is_refused(admin: Administrator, person: Person) -> None:
    answer = admin.ask("DELETE", f"/users/{person.name}/factors/phones")
    assert answer.json["errors"][0]["field"] == "factor"


def test_the_last_factor_is_removed_only_if_the_administrator_insists(stack: Stack, admin: Administrator) -> None:
    person = enrolled(people.add(stack, phones=0))
    path = f"/users/{person.name}/factors/totp"
    refused = admin.ask("DELETE", path)
    assert (refused.code, "last factor" in refused.json["detail"]) == ("conflict", True)
    with pytest.raises(Refused, match="conflict"):
        stack.admin("factors.remove", login_name=person.name, factor="totp")
    assert factors(admin, person)["totp"] is not None
    assert admin.ask("DELETE", path, insist="true").status == 204


def test_with_an_authenticator_app_the_last_phone_may_go(admin: Administrator, person: Person) -> None:
    path = f"/users/{person.name}/phones/{person.phones[0]}"
    assert admin.ask("DELETE", path).code == "conflict"
    enrolled(person)
    assert admin.ask("DELETE", path).status == 204
    assert admin.ask("DELETE", f"/users/{person.name}/factors/totp").code == "conflict"


@pytest.mark.parametrize("end", [lambda device: f"/{device}", lambda device: ""], ids=["one", "all"])
def test_trusted_devices_are_ended(
    stack: Stack, admin: Administrator, person: Person, end: Callable[[str], str]
) -> None:
    first, second = trusted(person, "laptop", "tablet")
    assert admin.ask("DELETE", f"/users/{person.name}/devices{end(first)}").status == 204
    with stack.with_settings(trusted_devices={"days": 30}):
        left = [each["id"] for each in factors(admin, person)["devices"]]
    assert left == ([second] if end(first) else [])
    assert history(admin, person)[0]["type"] == ("device_ended" if end(first) else "devices_ended")
    assert admin.ask("DELETE", f"/users/{person.name}/devices/{first}").code == "not_found"


def test_a_temporary_code_is_shown_once_and_kept_as_a_digest(
    stack: Stack, admin: Administrator, person: Person
) -> None:
    login(person)
    answer = issue(admin, person, hours=2)
    assert answer.status == 201
    code = answer.json["code"]
    assert CODE.fullmatch(code)
    kept = read(person, records.factors_key(person.name))
    keys = stack.factor_keys
    assert bytes(kept["temporary_code"]) == keys.digest(person.name, "temporary-code", code.replace("-", ""))
    assert code.replace("-", "") not in str(kept)
    assert float(kept["temporary_code_expires_at"]) == pytest.approx(time.time() + 7200, abs=60)
    assert factors(admin, person)["temporary_code"]["by"] == admin.name
    newest = history(admin, person)[0]
    assert (newest["type"], newest["detail"]["hours"]) == ("temporary_code_issued", 2)
    assert "temporary access code issued" in told_of(stack, person)[0]
    again = issue(admin, person).json["code"]
    assert again != code
    assert bytes(read(person, records.factors_key(person.name))["temporary_code"]) != bytes(kept["temporary_code"])


@pytest.mark.parametrize("hours", [0, 25, 1.5, "2", None])
def test_a_temporary_code_is_valid_for_one_to_twenty_four_hours(
    admin: Administrator, person: Person, hours: Any
) -> None:
    answer = admin.ask("POST", f"/users/{person.name}/temporary-code", {"hours": hours})
    assert answer.json["errors"][0]["field"] == "hours"
    assert factors(admin, person)["temporary_code"] is None


def test_nobody_gets_a_temporary_code_who_could_not_use_it(stack: Stack, admin: Administrator) -> None:
    cases = {
        "forbidden": admin.name,
        "user_not_found": "nobody.here",
        "conflict": people.add(stack, mfa=False).name,
    }
    for code, name in cases.items():
        answer = admin.ask("POST", f"/users/{name}/temporary-code", {})
        assert answer.code == code, name
    disabled = people.add(stack)
    stack.admin("users.patch", login_name=disabled.name, status="disabled")
    assert issue(admin, disabled).code == "conflict"
