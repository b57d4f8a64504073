"""The setting `sending`: an administrator stops messages and calls, wherever they come from. Mail and other factors go on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from tests import deeds, enrolled, people
from tests.api import administrators
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Answer

type Act = Callable[[], Answer | None]
STATES = ("on", "verified_only", "off")
SETTINGS: dict[str, Any] = {"voice": {"enabled": True}, "actions": deeds.TYPES}


@dataclass(frozen=True)
class Route:
    """A way to have a message sent: `ready` prepares it while messages go out.

    Attributes:
        ready: gives the request that sends.
        verified: whether the phone was verified before.
        code: the refusal while messages are stopped; None where nothing is answered.
    """

    ready: Callable[[Stack], Act]
    verified: bool = True
    code: str | None = "sms_unavailable"


@pytest.fixture(autouse=True, scope="module")
def _settings(shared_stack: Stack) -> Iterator[None]:
    with shared_stack.with_settings(**SETTINGS):
        yield


@contextmanager
def set_to(stack: Stack, state: str, **more: Any) -> Iterator[None]:
    """Changes the setting; the containers read it, as they do after half a minute."""

    def save(patch: dict[str, Any]) -> None:
        stack.admin("settings.patch", **patch)
        for container in stack._handlers.values():
            container.wiring.settings_as_stored.forget()

    save({"sending": state, **more})
    try:
        yield
    finally:
        save(dict.fromkeys(("sending", *more)))


def verify(person: Person, *phones: int) -> Person:
    for phone in phones or range(len(person.phones)):
        slot = person.phones[phone].partition("-")[0]
        person.write(f"#PHONE#{slot}", verified=True, last_verified_at=1, verified_since=1)
    return person


def logged_in(stack: Stack, *, verified: bool = True, **options: Any) -> Person:
    person = people.add(stack, **options)
    if verified:
        verify(person)
    assert person.login().status == 200
    return person


def _start(stack: Stack) -> Act:
    return logged_in(stack).start


def _start_unverified(stack: Stack) -> Act:
    return logged_in(stack, verified=False).start


def _call(stack: Stack) -> Act:
    person = logged_in(stack)
    return lambda: person.start(channel="voice")


def _resend(stack: Stack) -> Act:
    person = logged_in(stack)
    assert person.start().status == 201
    person.later(61)
    return person.resend


def _resend_by_call(stack: Stack) -> Act:
    person = logged_in(stack)
    assert person.start().status == 201
    person.later(61)
    return lambda: person.resend(channel="voice")


def _action(stack: Stack) -> Act:
    action = deeds.register(stack).open(deeds.person(stack))
    return action.start


def _enrolment(stack: Stack) -> Act:
    person = people.add(stack)
    token, number = administrators.log_in(person), stack.number()
    return lambda: stack.call("POST", "/v1/me/phones", {"number": number}, token=token, address=person.address)


def _enrolment_resend(stack: Stack) -> Act:
    person = people.add(stack)
    token, number = administrators.log_in(person), stack.number()
    began = stack.call("POST", "/v1/me/phones", {"number": number}, token=token, address=person.address)
    assert began.status == 201
    person.write("#PHONE_ENROLMENT", available_at=0)
    path = f"/v1/me/phones/{began.json['phone_id']}/resend"
    return lambda: stack.call("POST", path, token=token, address=person.address)


def _test(stack: Stack) -> Act:
    admin, number = administrators.new(stack), stack.number()
    return lambda: admin.ask("POST", "/settings/test", {"phone": number})


def _test_of_own_phone(stack: Stack) -> Act:
    admin = administrators.new(stack, mfa=True)
    return lambda: admin.ask("POST", "/settings/test", {"phone": admin.person.numbers[0]})


def _test_resend(stack: Stack) -> Act:
    admin, number = administrators.new(stack), stack.number()
    began = admin.ask("POST", "/settings/test", {"phone": number})
    assert began.status == 201
    key = {"pk": f"USER#{admin.name}", "sk": "#TEST"}
    stack.table.put_item(Item=stack.table.get_item(Key=key)["Item"] | {"available_at": 0})
    return lambda: admin.ask("POST", f"/settings/test/{began.json['id']}/resend", {})


def _notice(stack: Stack) -> Act:
    person = verify(people.add(stack))
    stack.events.clear()

    def tell() -> None:
        stack.admin("users.patch", login_name=person.name, mfa_enabled=False)
        stack.tell_changes()

    return tell


def _notice_of_recovery(stack: Stack) -> Act:
    person = logged_in(stack)

    def recover() -> None:
        assert person.recover().status == 201

    return recover


ROUTES = {
    "a login": Route(_start),
    "a login on a new phone": Route(_start_unverified, verified=False),
    "a call": Route(_call),
    "a resend": Route(_resend),
    "a resend by call": Route(_resend_by_call),
    "an action": Route(_action),
    "a phone that is enrolled": Route(_enrolment, verified=False),
    "another code for it": Route(_enrolment_resend, verified=False),
    "a settings test": Route(_test, verified=False, code="invalid_request"),
    "a settings test on a phone of one's own": Route(_test_of_own_phone, code="invalid_request"),
    "another code of a settings test": Route(_test_resend, verified=False, code="invalid_request"),
    "a notice of a change": Route(_notice, code=None),
    "a notice of a recovery": Route(_notice_of_recovery, code=None),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("route", ROUTES)
def test_messages_go_out_by_every_route_as_far_as_the_setting_lets_them(stack: Stack, route: str, state: str) -> None:
    given = ROUTES[route]
    act = given.ready(stack)
    goes = state == "on" or (state == "verified_only" and given.verified)
    with set_to(stack, state):
        stack.line.requests.clear()
        answer = act()
    assert len(stack.line.requests) == goes, stack.line.requests
    if answer is None:
        return
    if goes:
        assert answer.status in {200, 201}, answer.text
        return
    assert answer.code == given.code, answer.text
    if given.code == "invalid_request":
        assert answer.json["errors"][0]["field"] == "sending"


def test_a_stopped_message_is_charged_to_no_budget_and_no_cooldown(stack: Stack) -> None:
    person = logged_in(stack)
    with set_to(stack, "off"):
        assert person.start().headers["retry-after"] == "300"
        assert person.item == {}
    assert person.start().status == 201


def test_a_test_is_refused_if_sending_is_off_on_the_screen_or_as_it_is_saved(stack: Stack) -> None:
    admin = administrators.new(stack)

    def field(on_screen: str) -> str:
        body = {"phone": stack.number(), "settings": {"sending": on_screen}}
        answer = admin.ask("POST", "/settings/test", body)
        return "" if answer.status == 201 else str(answer.json["errors"][0]["field"])

    stack.line.requests.clear()
    assert field("off") == "sending"
    assert field("verified_only") == "sending"
    with set_to(stack, "off"):
        assert field("on") == "sending"
    assert stack.line.requests == []
    assert field("on") == ""


def test_mail_apps_recovery_codes_and_test_numbers_go_on(stack: Stack) -> None:
    person = logged_in(stack)
    factors = enrolled.enrol(boto3.client("dynamodb"), stack.table.name, stack.factor_keys, person.name)
    tester = people.add(stack)
    tests = [{"number": tester.numbers[0], "code": "424242"}]
    with set_to(stack, "off", test_numbers=tests):
        stack.line.requests.clear()
        for method, code in (("totp", factors.app_code()), ("recovery_code", factors.codes[0])):
            assert person.login().status == 200
            assert person.prove(method, code).status == 200
        assert person.login().status == 200
        assert person.recover().status == 201
        assert person.verify(people.code_in(stack.mails(str(person.email))[0].partition("\n")[2])).status == 200
        login = tester.login().json
        assert (login["channels"], login["methods"]) == (["sms", "voice"], ["sms", "voice", "email"])
        assert tester.start().status == 201
        assert tester.verify("424242").status == 200
        assert stack.line.requests == []


def test_answers_leave_out_the_channels_and_methods_that_are_stopped(stack: Stack) -> None:
    verified, new = deeds.person(stack), people.add(stack)
    token, application = administrators.log_in(verified), deeds.register(stack)

    def shown(state: str) -> dict[str, Any]:
        with set_to(stack, state):
            me = stack.call("GET", "/v1/me", token=token, address=verified.address).json
            logins = [person.login().json for person in (verified, new)]
            action = application.ask(verified).json
        return {
            "me": me["methods"],
            "methods": [login["methods"] for login in logins],
            "channels": [login["channels"] for login in logins],
            "action": action["channels"],
        }

    by_phone = ["sms", "voice"]
    every = [*by_phone, "email"]
    assert shown("on") == {
        "me": every, "methods": [every, every], "channels": [by_phone, by_phone], "action": by_phone
    }  # fmt: skip
    assert shown("verified_only") == {
        "me": every, "methods": [every, ["email"]], "channels": [by_phone, []], "action": by_phone
    }  # fmt: skip
    assert shown("off") == {
        "me": ["email"], "methods": [["email"], ["email"]], "channels": [[], []], "action": []
    }  # fmt: skip


def test_nobody_enrols_by_the_password_alone_because_messages_are_stopped(stack: Stack) -> None:
    """A user whose only factor is a phone has a factor, also while nothing can be sent to it."""
    person = people.add(stack, email=False)
    with set_to(stack, "off", enrolment_at_login=True):
        login = person.login().json
        assert (login["status"], login["methods"]) == ("mfa_required", [])


def test_a_container_stops_within_half_a_minute(stack: Stack) -> None:
    person = logged_in(stack)
    assert person.start().status == 201
    person.later(61)
    stack.admin("settings.patch", sending="off")
    cached = stack._handlers["SendCodeFunction"].wiring.settings_as_stored
    cached._clock = lambda: time.time() + 30
    assert person.start().code == "sms_unavailable"
    stack.admin("settings.patch", sending=None)
    stack.restart()


def test_the_history_the_log_and_the_health_say_who_switched(stack: Stack) -> None:
    admin = administrators.new(stack)

    def switch(state: str | None) -> dict[str, Any]:
        etag = admin.ask("GET", "/settings").headers["etag"]
        assert admin.ask("PATCH", "/settings", {"sending": state}, if_match=etag).status == 200
        health: dict[str, Any] = admin.ask("GET", "/health").json
        return health

    before = admin.ask("GET", "/health").json["switch"]
    stopped = switch("off")
    assert stopped["sending"] == {"status": "off"}
    assert (stopped["switch"]["state"], stopped["switch"]["by"]) == ("off", admin.name)
    etag = admin.ask("GET", "/settings").headers["etag"]
    other = admin.ask("PATCH", "/settings", {"max_sends": 6}, if_match=etag)
    assert other.status == 200
    assert admin.ask("GET", "/health").json == stopped, "another setting does not change who switched"
    resumed = switch(None)
    assert (resumed["sending"]["status"], resumed["switch"]["state"]) == ("working", "on")
    assert resumed["switch"]["since"] > stopped["switch"]["since"]
    assert before["state"] == "on"
    [off, _, on] = admin.person.events("settings_changed")
    assert off["detail"]["values"] == {"sending": {"old": "on", "new": "off"}}
    lines = [json.loads(line) for line in stack.logs.getvalue().splitlines() if '"sending switched"' in line]
    logged = [(line["level"], line["before"], line["after"], line["event"]) for line in lines]
    assert logged == [("WARNING", "on", "off", off["id"]), ("WARNING", "off", "on", on["id"])]
    stack.admin("settings.patch", max_sends=None)


def test_the_log_and_the_metrics_say_that_sending_is_off(stack: Stack) -> None:
    person = logged_in(stack)
    with set_to(stack, "off"):
        assert person.start().code == "sms_unavailable"
        lines = [json.loads(line) for line in stack.logs.getvalue().splitlines()]
    [refused] = [line for line in lines if line.get("message") == "refused"]
    assert (refused["code"], refused["cause"]) == ("sms_unavailable", "sending_off")
    assert [line["send_failures"] for line in lines if line.get("error") == "sending_off"] == [1]


def test_a_stopped_notice_is_counted_and_not_tried_again(stack: Stack) -> None:
    tell = _notice(stack)
    with set_to(stack, "off"):
        tell()
        counted = [line for line in stack.logs.getvalue().splitlines() if '"notice_failures":' in line]
    assert [json.loads(line)["reason"] for line in counted] == ["sending_off"]
