"""An action type is tried: its message goes to a phone of the administrator's own, with the settings on the screen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.people import digits
from tests.product import Answer, Json

SET = {"texts": {"en": 'delete backup set "{set}"', "de": 'Datensicherung "{set}" löschen'}}
SCREEN = {"actions": {"delete_backup": SET}}
PAYROLL = {"type": "delete_backup", "params": {"set": "Payroll"}}


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    """An administrator with a verified phone."""
    return administrators.new(stack, mfa=True)


def attempt(admin: Administrator, action: dict[str, Any] = PAYROLL, screen: Json = SCREEN, **more: Any) -> Answer:
    body = {"phone": admin.person.numbers[0], "settings": screen, "action": action}
    return admin.ask("POST", "/settings/test", body | more)


def on(admin: Administrator, test: str, what: str, **body: Json) -> Answer:
    return admin.ask("POST", f"/settings/test/{test}/{what}", body)


def item(admin: Administrator) -> dict[str, Any]:
    found: dict[str, Any] = admin.stack.table.get_item(Key={"pk": f"USER#{admin.name}", "sk": "#TEST"})["Item"]
    return found


def problem(answer: Answer) -> tuple[str, str]:
    assert answer.code == "invalid_request", answer.text
    [error] = answer.json["errors"]
    return error["field"], error["message"]


def test_an_unsaved_type_is_tried_on_a_phone_of_one_s_own(stack: Stack, admin: Administrator) -> None:
    began = attempt(admin, PAYROLL | {"locale": "de-AT"})
    assert began.status == 201, began.text
    number, message = stack.delivered[-1]
    assert number == admin.person.numbers[0]
    assert 'bestätigt: Datensicherung "Payroll" löschen.' in message
    words = 'Datensicherung "Payroll" löschen'
    assert began.json["action"] == {"type": "delete_backup", "params": {"set": "Payroll"}, "summary": words}
    assert (began.json["channel"], began.json["prefix"] in message) == ("sms", True)
    test = began.json["id"]
    assert admin.ask("GET", f"/settings/test/{test}").json["action"]["summary"] == words
    typed: Json = {"code": digits(message), "settings": SCREEN}
    answer, again = (admin.ask("POST", f"/settings/test/{test}/verify", typed, key="one") for _ in range(2))
    assert (
        again.json
        == answer.json
        == {
            "status": "approved",
            "message": "Test completed successfully",
            "contact_email_missing": False,
            "action_changed": False,
        }
    )
    assert stack.admin("settings.get")["actions"] == {}
    kept = stack.table.scan()["Items"]
    assert not [each for each in kept if each["pk"].startswith("ACTION#")], "no action is opened"


def test_the_code_is_right_for_this_deed_alone(stack: Stack, admin: Administrator) -> None:
    test = attempt(admin).json["id"]
    as_sent = item(admin)
    for changed in (
        {"action": as_sent["action"] | {"params": {"set": "Everything"}}},
        {"action": as_sent["action"] | {"type": "wipe"}},
        {"action": None},
    ):
        stack.table.put_item(Item=as_sent | changed)
        assert on(admin, test, "verify", code=digits(stack.delivered[-1][1])).code == "invalid_code"
    stack.table.put_item(Item=as_sent)
    assert on(admin, test, "verify", code=digits(stack.delivered[-1][1])).status == 200


def test_a_type_that_was_changed_after_the_send_is_told(stack: Stack, admin: Administrator) -> None:
    test = attempt(admin).json["id"]
    first = digits(stack.delivered[-1][1])
    reworded = {"actions": {"delete_backup": {"texts": {"en": 'erase "{set}"'}}}}
    other = {"actions": {"delete_backup": {"texts": {"en": 'delete "{folder}"'}}}}

    def may_resend() -> None:
        moved = {name: item(admin)[name] - 60 for name in ("sent_at", "available_at")}
        stack.table.put_item(Item=item(admin) | moved)

    may_resend()
    for screen in ({}, other):
        field, message = problem(on(admin, test, "resend", settings=screen))
        assert field == "action.type"
        assert "start another test" in message
    again = on(admin, test, "resend", settings=reworded)
    assert again.json["action"]["summary"] == 'erase "Payroll"'
    assert 'erase "Payroll"' in stack.delivered[-1][1]
    assert on(admin, test, "verify", code=first, settings=reworded).code == "code_superseded"
    # Neither settings that lost the type nor ones that cannot be saved keep the code from counting.
    changed = on(admin, test, "verify", code=digits(stack.delivered[-1][1]), settings=SCREEN)
    assert (changed.status, changed.json["action_changed"]) == (200, True)


@pytest.mark.parametrize("screen", [{}, {"actions": {"delete_backup": {"texts": {"en": "{set}"}}}}])
def test_a_code_counts_though_the_type_is_gone_or_wrong_by_now(
    stack: Stack, admin: Administrator, screen: dict[str, Any]
) -> None:
    test = attempt(admin).json["id"]
    answer = on(admin, test, "verify", code=digits(stack.delivered[-1][1]), settings=screen)
    assert (answer.status, answer.json["action_changed"]) == (200, True)


def test_a_deed_that_no_message_may_name_is_refused_naming_the_field(stack: Stack, admin: Administrator) -> None:
    unverified = stack.admin("phones.add", login_name=admin.name, number=stack.number())["number"]
    sent = len(stack.delivered)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"type": "wipe", "params": {}}, "action.type"),
        ({"type": "Wipe!", "params": {}}, "action.type"),
        (PAYROLL | {"params": {}}, "action.params.set"),
        (PAYROLL | {"params": {"set": "a", "more": "b"}}, "action.params.more"),
        (PAYROLL | {"params": {"set": "x" * 61}}, "action.params.set"),
        (PAYROLL | {"params": {"set": "see example.com"}}, "action.params.set"),
        (PAYROLL | {"params": {"set": "581 883"}}, "action.params.set"),
        (PAYROLL | {"params": {"set": 5}}, "action.params.set"),
        (PAYROLL | {"more": 1}, "action.more"),
    ]
    for action, field in refused:
        assert problem(attempt(admin, action))[0] == field
    for number in (stack.number(), unverified):
        assert problem(attempt(admin, phone=number)) == ("phone", "must be one of your own verified phones")
    wrong = {"actions": {"delete_backup": SET, "other": {"texts": {"en": "{a}{b}"}}}}
    assert problem(attempt(admin, screen=wrong))[0] == "actions.other.texts.en"
    assert len(stack.delivered) == sent
    assert attempt(admin).status == 201, "they cost no test"


def test_a_type_for_calls_alone_is_spoken(stack: Stack, admin: Administrator) -> None:
    screen = {"voice": {"enabled": True}, "actions": {"delete_backup": SET | {"channels": ["voice"]}}}
    began = attempt(admin, screen=screen)
    assert (began.status, began.json["channel"]) == (201, "voice"), began.text
    spoken = stack.delivered[-1][1]
    assert 'delete backup set "Payroll"' in spoken
    asked = on(admin, began.json["id"], "delivery", settings=screen)
    assert asked.json["delivery"]["status"] in {"queued", "sent", "delivered"}
    answer = on(admin, began.json["id"], "verify", code="".join(re.findall(r"\d", spoken))[:6], settings=screen)
    assert answer.status == 200, answer.text


def test_a_test_of_the_settings_alone_names_no_deed(stack: Stack, admin: Administrator) -> None:
    began = admin.ask("POST", "/settings/test", {"phone": admin.person.numbers[0]})
    assert not {"action", "channel"} & began.json.keys()
    done = on(admin, began.json["id"], "verify", code=digits(stack.delivered[-1][1]))
    assert done.json.keys() == {"status", "message", "contact_email_missing"}
