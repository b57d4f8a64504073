"""Notices: a user is told of changes to the account, whoever made them, and a notice that fails changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import people
from tests.api import administrators
from tests.api.deliveries import faults
from tests.api.stack import Stack
from tests.people import Person
from tests.product import PASSWORD


@pytest.fixture
def told(stack: Stack) -> Person:
    """A user with two verified phones and a mailbox."""
    person = people.add(stack, phones=2)
    for phone in person.phones:
        person.write(f"#PHONE#{phone.partition('-')[0]}", verified=True, last_verified_at=1)
    stack.admin("users.patch", login_name=person.name, locale="en")
    stack.events.clear()
    return person


def since(stack: Stack, change: Callable[[], object]) -> list[tuple[str, str]]:
    """The text messages that tell of a change: numbers and texts."""
    before = len(stack.delivered)
    change()
    stack.tell_changes()
    return stack.delivered[before:]


def failures(stack: Stack) -> list[tuple[str, object]]:
    """The failed messages of the newest line of metrics that counts some."""
    lines = [line for line in stack.logs.getvalue().splitlines() if '"notice_failures":' in line]
    return [(line["reason"], line["notice_failures"]) for line in map(json.loads, lines[-1:])]


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a new password": ({"password": f"{PASSWORD}, a new one"}, "password changed"),
    "MFA off": ({"mfa_enabled": False}, "second factor switched off"),
    "a new email": ({"contact_email": "new@example.com"}, "contact email changed"),
    "no email": ({"contact_email": None}, "contact email changed"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_verified_phone_and_the_mailbox_are_told(stack: Stack, told: Person, name: str) -> None:
    patch, words = CHANGES[name]
    messages = since(stack, lambda: stack.admin("users.patch", login_name=told.name, **patch))
    assert sorted(number for number, _ in messages) == sorted(told.numbers)
    assert all(f'Account "{told.name}": {words}. ' in body for _, body in messages)
    assert told.email
    assert words in stack.mails(told.email)[0], "the old address, too"
    if patch.get("contact_email"):
        assert words in stack.mails("new@example.com")[0]


def test_a_new_phone_is_told_to_the_others_and_a_removed_one_to_those_that_stay(stack: Stack, told: Person) -> None:
    added: dict[str, Any] = {}
    number = stack.number()
    messages = since(stack, lambda: added.update(stack.admin("phones.add", login_name=told.name, number=number)))
    assert sorted(each for each, _ in messages) == sorted(told.numbers)
    assert all(f"phone +852 ****{number[-3:]} added" in body for _, body in messages)
    gone = told.phones[0]
    [(to, body)] = since(stack, lambda: stack.admin("phones.remove", login_name=told.name, id=gone))
    assert to == told.numbers[1]
    assert f"phone +852 ****{told.numbers[0][-3:]} removed" in body
    assert told.email
    assert "removed" in stack.mails(told.email)[0]


def test_a_notice_goes_to_phones_that_were_removed_before_it_was_sent(stack: Stack, told: Person) -> None:
    """Somebody who removes one phone after the other must not silence the notices."""

    def remove_both() -> None:
        for phone in told.phones:
            stack.admin("phones.remove", login_name=told.name, id=phone, insist=True)

    assert [to for to, _ in since(stack, remove_both)] == [told.numbers[1]]


def test_one_change_of_many_things_is_one_notice(stack: Stack, told: Person) -> None:
    patch = {"password": f"{PASSWORD}, a new one", "mfa_enabled": False}
    messages = since(stack, lambda: stack.admin("users.patch", login_name=told.name, **patch))
    assert len(messages) == 2
    assert "password changed, second factor switched off. " in messages[0][1]


@pytest.mark.parametrize("patch", [{"alias": "Ada"}, {"locale": "de"}, {"mfa_enabled": True}, {"owner": "x"}])
def test_nobody_is_told_of_other_changes(stack: Stack, told: Person, patch: dict[str, Any]) -> None:
    stack.admin("users.patch", login_name=told.name, **patch)
    assert stack.events == []


def test_unverified_and_unusable_phones_are_not_told(stack: Stack, told: Person) -> None:
    told.write("#PHONE#0", verified=False)
    told.write("#PHONE#1", unusable_reason="30005")
    assert since(stack, lambda: stack.admin("users.patch", login_name=told.name, mfa_enabled=False)) == []


def test_an_import_tells_of_changes_but_not_of_new_users(stack: Stack, told: Person) -> None:
    csv = f"login_name,contact_email,phones\n{told.name},other@example.com,\nnew.{told.name},n@example.com,{stack.number()}\n"
    messages = since(stack, lambda: stack.admin("users.import", csv=csv, dry_run=False))
    assert sorted(number for number, _ in messages) == sorted(told.numbers)
    assert stack.mails("n@example.com") == []


def test_the_console_s_requests_tell_as_well(stack: Stack, told: Person) -> None:
    admin = administrators.new(stack)
    stack.events.clear()
    assert admin.ask("PATCH", f"/users/{told.name}", {"mfa_enabled": False}).status == 200
    assert [name for name, _ in stack.events] == ["SendCodeFunction"]


def test_a_phone_from_a_settings_test_is_told_to_the_administrator_s_others(stack: Stack) -> None:
    admin = administrators.new(stack)
    first, number = stack.number(), stack.number()
    slot = stack.admin("phones.add", login_name=admin.name, number=first)["id"].partition("-")[0]
    admin.person.write(f"#PHONE#{slot}", verified=True, last_verified_at=1)
    test = admin.ask("POST", "/settings/test", {"phone": number}).json["id"]
    code = people.digits(stack.delivered[-1][1])
    stack.events.clear()
    messages = since(stack, lambda: admin.ask("POST", f"/settings/test/{test}/verify", {"code": code}))
    assert [to for to, _ in messages] == [first]


# --- failures


def test_a_notice_that_arrives_twice_is_sent_once(stack: Stack, told: Person) -> None:
    stack.admin("users.patch", login_name=told.name, mfa_enabled=False)
    event = stack.events[0]
    stack.events.append(event)
    before = len(stack.delivered)
    stack.tell_changes()
    assert len(stack.delivered) == before + 2
    assert told.email
    assert len(stack.mails(told.email)) == 1


def test_a_notice_that_cannot_be_handed_over_changes_nothing(
    stack: Stack, told: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.restart()
    monkeypatch.setattr(stack, "refuses_events", True)
    stack.admin("users.patch", login_name=told.name, mfa_enabled=False)
    assert stack.admin("users.get", login_name=told.name)["mfa_enabled"] is False
    assert failures(stack) == [("not_handed_over", 1)]


def test_a_notice_is_tried_again_while_sending_is_paused(stack: Stack, told: Person) -> None:
    stack.admin("users.patch", login_name=told.name, mfa_enabled=False)
    [(name, event)] = stack.events
    stack.events.clear()
    other = people.add(stack)
    other.login()
    faults(stack, {"fault": "error", "code": 20003})
    assert other.start().code == "sms_unavailable"
    faults(stack)
    before = len(stack.delivered)
    with pytest.raises(Exception, match="sms_unavailable"):
        stack.invoke(name, event)
    assert told.email
    assert len(stack.mails(told.email)) == 1
    stack.table.delete_item(Key={"pk": "BREAKER", "sk": "#BREAKER"})
    stack.restart()
    stack.invoke(name, event)
    assert sorted(number for number, _ in stack.delivered[before:]) == sorted(told.numbers)
    assert len(stack.mails(told.email)) == 1


def test_a_notice_is_tried_again_after_twilio_refused_the_account_for_it(stack: Stack, told: Person) -> None:
    stack.admin("users.patch", login_name=told.name, mfa_enabled=False)
    [(name, event)] = stack.events
    stack.events.clear()
    faults(stack, {"fault": "error", "code": 20003})
    with pytest.raises(Exception, match="sms_unavailable"):
        stack.invoke(name, event)
    faults(stack)
    stack.table.delete_item(Key={"pk": "BREAKER", "sk": "#BREAKER"})
    stack.restart()
    before = len(stack.delivered)
    for _ in range(2):
        stack.invoke(name, event)
    assert sorted(number for number, _ in stack.delivered[before:]) == sorted(told.numbers)
    assert told.email
    assert len(stack.mails(told.email)) == 1


def test_a_spent_budget_silences_a_phone_but_not_the_mailbox(stack: Stack, told: Person) -> None:
    with stack.with_settings(budgets={"number_per_hour": 1}):
        assert len(since(stack, lambda: stack.admin("users.patch", login_name=told.name, mfa_enabled=False))) == 2
        assert since(stack, lambda: stack.admin("users.patch", login_name=told.name, contact_email=None)) == []
    assert told.email
    assert len(stack.mails(told.email)) == 2
    assert failures(stack) == [("budget", [1, 1])]


@pytest.mark.parametrize(
    "notice",
    [
        None,
        [],
        {},
        {"id": "x", "login_name": "a", "user_kind": "backup", "changes": ["another"]},
        {"id": "x", "login_name": "a", "user_kind": "backup", "changes": ["password"], "text": "Click here"},
    ],
)
def test_another_form_of_event_is_refused_and_quotes_nothing(stack: Stack, notice: Any) -> None:
    with pytest.raises(Exception, match=r"^invalid_request$"):
        stack.invoke("SendCodeFunction", {"notice": notice})


@pytest.mark.parametrize("kind", ["link", "reset"])
@pytest.mark.parametrize(
    "mail",
    [
        None,
        [],
        {},
        {"id": "x", "login_name": "a", "token": "x", "asked_at": 0, "asked_from": "x", "url": "https://example.com"},
        {"id": "x", "purpose": "another", "login_name": "a", "locale": None, "address": "a@example.com", "token": "x"},
    ],
)
def test_another_form_of_link_is_refused_and_quotes_nothing(stack: Stack, kind: str, mail: Any) -> None:
    with pytest.raises(Exception, match=r"^invalid_request$"):
        stack.invoke("VerifyCodeFunction", {kind: mail})


def test_a_notice_s_numbers_and_addresses_are_in_no_log(stack: Stack, told: Person) -> None:
    stack.logs.truncate(0)
    stack.admin("users.patch", login_name=told.name, mfa_enabled=False)
    said = json.dumps(stack.events)
    stack.tell_changes()
    assert told.email
    for secret in (*told.numbers, told.email):
        assert secret in said
        assert secret not in stack.logs.getvalue()
