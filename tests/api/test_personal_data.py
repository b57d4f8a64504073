"""Personal data: all of it can be read, and all of it can be erased."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from mfa.administration import personal_data
from mfa.store.records import password_tries_key
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Refused

# Attributes without personal data: keys and digests.
LEFT_OUT = {"pk", "sk", "list", "position", "password_hash", "code_mac", "content_mac"}


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


@pytest.fixture
def busy(stack: Stack) -> Person:
    """A user with every kind of data: wrong codes, a refused send, a mail, a lock, an unusable phone."""
    person = people.add(stack, phones=2, owner="Owner Ltd", alias="An alias")
    person.challenged()
    person.guess(2)
    person.later(60)
    assert person.resend(key="an-idempotency-key").status == 200
    assert person.verify(person.wrong(), key="an-idempotency-key").code == "invalid_code"
    assert person.recover().status == 201
    stack.admin("users.patch", login_name=person.name, alias="Another alias")
    phone = person.phone_item(1)
    stack.table.put_item(Item=phone | {"unusable_reason": "21614", "unusable_at": phone.get("last_verified_at", 1)})
    return person


def table(stack: Stack) -> list[dict[str, Any]]:
    """Everything in the table."""
    found: list[dict[str, Any]] = stack.table.scan()["Items"]
    return found


def items_of(stack: Stack, name: str) -> list[dict[str, Any]]:
    """Every item whose key names the user, or has a digest of the name, found by a scan of the whole table."""
    keys = {name, password_tries_key(name)[0].partition("#")[2]}
    return [item for item in table(stack) if item["pk"].partition("#")[2] in keys]


def names_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for each in value.values() for name in names_in(each)}
    return {name for each in value for name in names_in(each)} if isinstance(value, list) else set()


def test_a_record_has_everything_about_the_user_except_digests(
    stack: Stack, admin: Administrator, busy: Person
) -> None:
    answer = admin.ask("GET", f"/users/{busy.name}/records")
    assert answer.status == 200
    assert answer.json["login_name"] == busy.name
    records = answer.json["records"]
    held = [item for item in items_of(stack, busy.name) if not item["sk"].startswith("LIST#")]
    assert len(records) == len(held) >= 10
    assert {record["record"] for record in records} == {
        "profile",
        "phone",
        "challenge",
        "event",
        "password",
        "passwords",
        "proofs",
    }
    assert names_in(records) - {"record"} == names_in(held) - LEFT_OUT
    text = json.dumps(records)
    for told in (*busy.numbers, busy.email, "Owner Ltd", "Another alias", busy.address, "21614"):
        assert json.dumps(told) in text
    for secret in ("argon2", busy.password, busy.code()):
        assert secret not in text


def test_copies_of_the_profile_hold_nothing_else(stack: Stack, busy: Person) -> None:
    """Index entries are not returned; this shows that they contain nothing more."""
    profile = json.dumps([str(value).casefold() for value in busy._items("#PROFILE").values()])
    for item in items_of(stack, busy.name):
        if item["sk"].startswith("LIST#"):
            assert item.keys() == {"pk", "sk", "list", "position"}
            term = item["position"].partition("\0")[0]
            assert term in profile or float(term) == float(busy._items("#PROFILE")["created_at"])


def test_moments_are_returned_as_timestamps(admin: Administrator, busy: Person) -> None:
    records = admin.ask("GET", f"/users/{busy.name}/records").json["records"]
    for record in records:
        for name, value in record.items():
            if name in ("at", "ttl") or name.endswith("_at"):
                assert value == 0 or value.endswith("Z"), name


def test_a_long_history_is_returned_page_by_page(
    stack: Stack, admin: Administrator, busy: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = admin.ask("GET", f"/users/{busy.name}/records").json["records"]
    monkeypatch.setattr(personal_data, "RECORDS", 3)
    found: list[Any] = []
    query: dict[str, str] = {}
    for _ in range(100):
        page = admin.ask("GET", f"/users/{busy.name}/records", **query).json
        assert len(page["records"]) <= 3
        found += page["records"]
        if "cursor" not in page:
            break
        query = {"cursor": page["cursor"]}
    assert found == whole
    other = people.add(stack)
    assert admin.ask("GET", f"/users/{other.name}/records", **query).code == "invalid_request"


def test_the_history_of_a_deleted_user_stays_until_it_is_erased(
    stack: Stack, admin: Administrator, busy: Person
) -> None:
    with pytest.raises(Refused, match="conflict"):
        stack.admin("users.erase", login_name=busy.name)
    assert len(items_of(stack, busy.name)) >= 10
    stack.admin("users.delete", login_name=busy.name)
    left = admin.ask("GET", f"/users/{busy.name}/records").json["records"]
    assert {record["record"] for record in left} == {"challenge", "event", "passwords"}
    erased = stack.admin("users.erase", login_name=busy.name.upper())
    assert erased == {"erased": len(left), "complete": True}
    assert items_of(stack, busy.name) == []
    assert admin.ask("GET", f"/users/{busy.name}/records").code == "user_not_found"
    assert stack.admin("users.erase", login_name=busy.name) == {"erased": 0, "complete": True}


def test_only_items_that_expire_within_days_name_an_erased_user(stack: Stack, busy: Person) -> None:
    stack.admin("users.delete", login_name=busy.name)
    stack.admin("users.erase", login_name=busy.name)
    known = [busy.name, *busy.numbers, str(busy.email), busy.address]
    left = [item for item in table(stack) if any(word in str(item) for word in known)]
    # The counters of a number, of an address, and of the passwords tried from it.
    assert {item["pk"].partition("#")[0] for item in left} <= {"NUMBER", "ADDRESS", "TRIES"}
    assert left
    assert all(float(item["ttl"]) < time.time() + 4 * 86_400 for item in left)


def test_an_erasure_continues_after_an_interruption(
    stack: Stack, busy: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.admin("users.delete", login_name=busy.name)
    held = len(items_of(stack, busy.name))
    monkeypatch.setattr(personal_data, "RECORDS", 4)
    answers: list[Any] = []
    while not answers or not answers[-1]["complete"]:
        answers.append(stack.admin("users.erase", login_name=busy.name))
    assert len(answers) > 2
    assert sum(answer["erased"] for answer in answers) == held
    assert items_of(stack, busy.name) == []


def test_an_erasure_is_noted_without_the_name(stack: Stack, busy: Person) -> None:
    stack.admin("users.delete", login_name=busy.name)
    stack.admin("users.erase", login_name=busy.name)
    [noted] = [e for e in stack.admin("users.events", login_name="iam")["items"] if e["type"] == "user_erased"]
    assert noted["actor"] == "iam"
    assert len(noted["detail"]["login_name_sha256"]) == 64
    assert busy.name not in str(noted)
    with pytest.raises(Refused, match="forbidden"):
        stack.admin("users.erase", login_name="IAM")
    assert stack.admin("users.events", login_name="iam")["items"]


def test_a_user_who_was_created_again_is_not_erased(stack: Stack, busy: Person) -> None:
    stack.admin("users.delete", login_name=busy.name)
    stack.admin("users.create", login_name=busy.name, password=busy.password)
    held = items_of(stack, busy.name)
    with pytest.raises(Refused, match="conflict"):
        stack.admin("users.erase", login_name=busy.name)
    assert items_of(stack, busy.name) == held


def test_nobody_erases_over_http(stack: Stack) -> None:
    assert not [route for route in stack.template.api.routes if "erase" in route.path]
