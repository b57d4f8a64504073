"""Administration over HTTP: every operation, and what each refuses."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import jwt
import msgspec
import pytest

from mfa.administration.operations import OPERATIONS
from mfa.tokens.access_tokens import uuid7
from mfa.vendor_errors import look_up
from tests import people
from tests.api import administrators, deliveries
from tests.api.administrators import Administrator, log_in
from tests.api.stack import Stack
from tests.api.test_factor_administration import enrolled, trusted
from tests.people import Person, digits
from tests.product import Answer, Refused, basic

PASSWORD = "correct horse battery"


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def field(answer: Answer) -> str:
    assert answer.code == "invalid_request", answer.text
    return str(answer.json["errors"][0]["field"])


# --- every operation, by both ways in


def client_id(stack: Stack) -> str:
    return str(stack.admin("clients.create", name="A shop")["client_id"])


# For each operation: an input that succeeds, its path, and the status.
SUCCEEDS: dict[str, Callable[[Administrator, Person], dict[str, Any]]] = {
    "session.get": lambda admin, person: {},
    "health.get": lambda admin, person: {},
    "regions.list": lambda admin, person: {},
    "prices.get": lambda admin, person: {},
    "fraud.get": lambda admin, person: {},
    "overview.export": lambda admin, person: {"days": 2},
    "numbers.check": lambda admin, person: {"number": "07911 123456", "region": "GB"},
    "settings.get": lambda admin, person: {},
    "settings.patch": lambda admin, person: {"signature": None},
    "settings.preview": lambda admin, person: {"settings": {"require_mfa_for_system_users": True}},
    "settings.test": lambda admin, person: {"phone": admin.stack.number()},
    "settings.test.get": lambda admin, person: {"id": begun(admin)},
    "settings.test.delivery": lambda admin, person: {"id": begun(admin)},
    "settings.test.resend": lambda admin, person: {"id": cooled(admin)},
    "settings.test.verify": lambda admin, person: {"id": begun(admin), "code": newest_code(admin.stack)},
    "templates.list": lambda admin, person: {},
    "templates.preview": lambda admin, person: {"locale": "en"},
    "actions.preview": lambda admin, person: {"type": "wipe", "action": {"texts": {"en": "wipe the disk"}}},
    "users.list": lambda admin, person: {"q": person.name[:8]},
    "users.create": lambda admin, person: {"login_name": admin.stack.name(), "password": PASSWORD},
    "users.import": lambda admin, person: {"csv": "login_name\nnew.one\n"},
    "users.export": lambda admin, person: {},
    "users.get": lambda admin, person: {"login_name": person.name},
    "users.patch": lambda admin, person: {"login_name": person.name, "alias": "Dee"},
    "users.delete": lambda admin, person: {"login_name": person.name},
    "users.unlock": lambda admin, person: {"login_name": person.name},
    "invitations.create": lambda admin, person: {"login_name": newcomer(admin)},
    "invitations.create_many": lambda admin, person: {
        "login_names": [newcomer(admin), person.name],
        "deliver": "email",
    },
    "invitations.withdraw": lambda admin, person: {"login_name": invited(admin)},
    "events.export": lambda admin, person: {"format": "jsonl", "user": person.name},
    "events.list": lambda admin, person: {"limit": 1},
    "users.events": lambda admin, person: {"login_name": person.name, "limit": 1},
    "users.records": lambda admin, person: {"login_name": person.name},
    "phones.add": lambda admin, person: {"login_name": person.name, "number": admin.stack.number()},
    "phones.remove": lambda admin, person: {"login_name": person.name, "id": person.phones[0], "insist": True},
    "phones.test": lambda admin, person: {"login_name": person.name, "id": person.phones[0]},
    "messages.list": lambda admin, person: {"login_name": person.name, "limit": 1},
    "factors.get": lambda admin, person: {"login_name": person.name},
    "factors.remove": lambda admin, person: {"login_name": enrolled(person).name, "factor": "totp", "insist": True},
    "devices.end": lambda admin, person: {"login_name": person.name, "id": trusted(person, "laptop")[0]},
    "devices.end_all": lambda admin, person: {"login_name": person.name},
    "temporary_codes.create": lambda admin, person: {"login_name": person.name},
    "jobs.create": lambda admin, person: {"deed": "unlock", "selection": {"login_names": [person.name]}},
    "jobs.list": lambda admin, person: {"limit": 1},
    "jobs.get": lambda admin, person: {"id": job(admin)},
    "jobs.run": lambda admin, person: {"id": job(admin)},
    "jobs.start": lambda admin, person: {"id": previewed(admin), "expected_users": 1},
    "jobs.cancel": lambda admin, person: {"id": job(admin, "run", "start")},
    "jobs.report": lambda admin, person: {"id": job(admin, "run"), "outcome": "will_change"},
    "jobs.export": lambda admin, person: {"id": job(admin, "run")},
    "clients.list": lambda admin, person: {},
    "clients.create": lambda admin, person: {"name": "A shop"},
    "clients.rotate": lambda admin, person: {"id": client_id(admin.stack)},
    "clients.patch": lambda admin, person: {"id": client_id(admin.stack), "name": "B shop"},
    "clients.end_previous_secret": lambda admin, person: {"id": client_id(admin.stack)},
    "clients.delete": lambda admin, person: {"id": client_id(admin.stack)},
    "overview.get": lambda admin, person: {"days": 7},
    "session.open": lambda admin, person: {},
    "session.end": lambda admin, person: {},
    "sessions.list": lambda admin, person: {"limit": 1},
    "sessions.end": lambda admin, person: {"login_name": admin.name, "id": another_session(admin)},
    "sessions.end_all": lambda admin, person: {"login_name": admin.name},
}


def another_session(admin: Administrator) -> str:
    """A second session of the administrator; its id."""
    token = administrators.signed(admin.name, jti=uuid7(time.time(), secrets.token_bytes(10)))
    assert admin.stack.call("GET", "/v1/admin/session", token=token).status == 200
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def newcomer(admin: Administrator) -> str:
    """A user without a second factor."""
    return people.add(admin.stack, phones=0, mfa=False).name


def job(admin: Administrator, *steps: str) -> str:
    """A job that would invite somebody, made by direct invocation, after these steps; its id."""
    made = admin.stack.admin("jobs.create", deed="invite", selection={"login_names": [newcomer(admin)]})
    for step in steps:
        more = {"expected_users": 1} if step == "start" else {}
        admin.stack.admin(f"jobs.{step}", id=made["id"], **more)
    return str(made["id"])


def previewed(admin: Administrator) -> str:
    """A job that the administrator has made and can start; its id."""
    body = {"deed": "invite", "selection": {"login_names": [newcomer(admin)]}}
    made = str(admin.ask("POST", "/jobs", body).json["id"])
    assert admin.ask("POST", f"/jobs/{made}/run", {}).json["state"] == "previewed"
    return made


def invited(admin: Administrator) -> str:
    name = newcomer(admin)
    admin.stack.admin("invitations.create", login_name=name)
    return name


def begun(admin: Administrator) -> str:
    """Starts a settings test; its id."""
    answer = admin.ask("POST", "/settings/test", {"phone": admin.stack.number()})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def cooled(admin: Administrator) -> str:
    """Starts a settings test and ends its cooldown; its id."""
    test = begun(admin)
    key = {"pk": f"USER#{admin.name}", "sk": "#TEST"}
    item = admin.stack.table.get_item(Key=key)["Item"]
    admin.stack.table.put_item(Item=item | {"available_at": item["sent_at"]})
    return test


def newest_code(stack: Stack) -> str:
    """The passcode in the newest message, in any language."""
    return digits(stack.delivered[-1][1])


def over_http(admin: Administrator, operation_id: str, given: dict[str, Any]) -> Answer:
    """An operation's HTTP request: some members in the path, the rest in the query or body."""
    [operation] = [each for each in OPERATIONS if each.id == operation_id]
    path, rest = operation.path.removeprefix("/v1/admin"), dict(given)
    for name in ("login_name", "id", "factor"):
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", quote(str(rest.pop(name)), safe=""))
    if_match = rest.pop("if_match", None)
    if operation.method in ("GET", "DELETE"):
        return admin.ask(operation.method, path, if_match=if_match, **rest)
    return admin.ask(operation.method, path, rest, if_match=if_match)


def test_there_is_a_success_for_every_operation() -> None:
    assert SUCCEEDS.keys() == {operation.id for operation in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_every_operation_succeeds_over_http_as_it_is_described(
    stack: Stack, admin: Administrator, operation: Any
) -> None:
    given = SUCCEEDS[operation.id](admin, people.add(stack))
    if operation.id == "settings.patch":
        given["if_match"] = admin.ask("GET", "/settings").headers["etag"]
    answer = over_http(admin, operation.id, given)
    assert answer.status == operation.status, answer.text
    if operation.status == 204:
        assert answer.text == ""
    elif operation.response is not dict:
        fields = msgspec.structs.fields(operation.response)
        assert answer.json.keys() <= {each.name for each in fields}
        assert answer.json.keys() >= {each.name for each in fields if each.default is not msgspec.UNSET} - {"cursor"}


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.only is None], ids=lambda each: each.id)
def test_every_operation_succeeds_by_direct_invocation(stack: Stack, admin: Administrator, operation: Any) -> None:
    given = SUCCEEDS[operation.id](admin, people.add(stack))
    if operation.id.startswith("settings.test"):
        given["login_name"] = admin.name
    output = stack.admin(operation.id, **given)
    assert isinstance(output, dict)
    assert (output == {}) == (operation.status == 204)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_every_operation_refuses_a_member_that_it_does_not_know(
    stack: Stack, admin: Administrator, operation: Any
) -> None:
    given = SUCCEEDS[operation.id](admin, people.add(stack))
    given["if_match"] = admin.ask("GET", "/settings").headers["etag"] if operation.id == "settings.patch" else None
    answer = over_http(admin, operation.id, given | {"nonsense": "1"})
    assert field(answer) == "nonsense"


def test_a_body_may_not_repeat_a_member_of_the_path(stack: Stack, admin: Administrator) -> None:
    person, other = people.add(stack), people.add(stack)
    body = {"login_name": other.name, "alias": "Dee"}
    assert field(admin.ask("PATCH", f"/users/{person.name}", body)) == "login_name"
    assert field(admin.ask("DELETE", f"/users/{person.name}", login_name=other.name)) == "login_name"
    assert admin.user(person.name).json["alias"] is None


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("/users", {"kind": "admin"}, "kind"),
        ("/users", {"mfa": "yes"}, "mfa"),
        ("/users", {"q": ""}, "q"),
        ("/users", {"q": " "}, "q"),
        ("/users", {"q": "x" * 129}, "q"),
        ("/users", {"registered_after": "yesterday"}, "registered_after"),
        ("/users", {"registered_after": "2026-13-01T00:00:00Z"}, "registered_after"),
        ("/users", {"limit": "0"}, "limit"),
        ("/users", {"limit": "101"}, "limit"),
        ("/users", {"limit": "many"}, "limit"),
        ("/users", {"cursor": "x"}, "cursor"),
        ("/users", {"KIND": "backup"}, "KIND"),
        ("/users/export", {"cursor": "x"}, "cursor"),
        ("/users/root/events", {"limit": "101"}, "limit"),
        ("/users/root/events", {"cursor": "x"}, "cursor"),
        ("/overview", {"days": "0"}, "days"),
        ("/overview", {"days": "91"}, "days"),
        ("/clients", {"limit": "1"}, "limit"),
    ],
)
def test_a_query_out_of_range_is_refused_naming_the_member(
    admin: Administrator, path: str, query: dict[str, str], named: str
) -> None:
    assert field(admin.ask("GET", path, **query)) == named


def test_a_query_with_a_member_twice_is_refused(stack: Stack, admin: Administrator) -> None:
    answer = stack.call("GET", "/v1/admin/users", token=admin.token, query="kind=backup&kind=system")
    assert field(answer) == "kind"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"0", b"false", b'""', b"{", b'{"alias":"a","alias":"b"}', b'{"alias":NaN}', b"\xff"]
)
def test_a_body_that_is_not_an_object_is_refused_and_changes_nothing(
    stack: Stack, admin: Administrator, body: bytes
) -> None:
    person = people.add(stack)
    answer = admin.ask("PATCH", f"/users/{person.name}", body)
    assert answer.code == ("200" if body == b"" else "invalid_request")
    assert admin.user(person.name).json["version"] == 1


# --- users


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{upper}", "{wide}"])
def test_a_login_name_that_exists_in_another_spelling_is_a_conflict(
    stack: Stack, admin: Administrator, spelling: str
) -> None:
    person = people.add(stack)
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter.isalpha() else letter for letter in person.name)
    written = spelling.format(person.name, upper=person.name.upper(), wide=wide)
    answer = admin.ask("POST", "/users", {"login_name": written, "password": PASSWORD})
    assert answer.code == "conflict"
    assert admin.user(written).json["login_name"] == person.name


def test_a_phone_that_exists_already_is_a_conflict_however_it_is_written(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    path, number = f"/users/{person.name}/phones", person.numbers[0]
    for written in (number, f" {number[:4]} {number[4:8]} {number[8:]} ", f"{number[:4]}-{number[4:]}"):
        assert admin.ask("POST", path, {"number": written}).code == "conflict"
    assert len(admin.user(person.name).json["phones"]) == 1
    for _ in range(4):
        assert admin.ask("POST", path, {"number": stack.number()}).status == 201
    assert admin.ask("POST", path, {"number": stack.number()}).code == "conflict"


def test_a_stale_version_overwrites_nothing(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    path = f"/users/{person.name}"
    read = admin.ask("GET", path).headers["etag"]
    changed = admin.ask("PATCH", path, {"alias": "One"}, if_match=read)
    assert changed.status == 200
    for lost in (read, "", f"W/{changed.headers['etag']}", changed.headers["etag"].strip('"')):
        assert admin.ask("PATCH", path, {"alias": "Two"}, if_match=lost).code == "precondition_failed"
        assert admin.ask("DELETE", path, if_match=lost).code == "precondition_failed"
    assert admin.user(person.name).json == changed.json
    assert admin.ask("DELETE", path, if_match=changed.headers["etag"]).status == 204
    assert admin.user(person.name).code == "user_not_found"


def test_nobody_deletes_themselves(stack: Stack, admin: Administrator) -> None:
    for name in (admin.name, admin.name.upper()):
        assert admin.ask("DELETE", f"/users/{name}").code == "forbidden"
    assert admin.ask("GET", "/session").status == 200


@pytest.mark.parametrize("change", [{"status": "disabled"}, {"kind": "backup"}, None])
def test_the_last_active_system_user_stays(stack: Stack, admin: Administrator, change: dict[str, str] | None) -> None:
    assert admin.ask("PATCH", "/users/root", {"status": "disabled"}).status == 200
    try:
        path = f"/users/{admin.name}"
        answer = admin.ask("DELETE", path) if change is None else admin.ask("PATCH", path, change)
        assert answer.code == "forbidden"
        if change is None:
            with pytest.raises(Refused, match="forbidden"):
                stack.admin("users.delete", login_name=admin.name)
        assert admin.ask("GET", "/session").status == 200
    finally:
        stack.admin("users.patch", login_name="root", status="active")


@pytest.mark.parametrize("name", ["a b", "a+b@example.com", "dömäin\\user", "用户", "x."])
def test_a_name_with_special_characters_is_found_by_its_path(stack: Stack, admin: Administrator, name: str) -> None:
    assert admin.ask("POST", "/users", {"login_name": name, "password": PASSWORD}).status == 201
    assert admin.user(name).json["login_name"] == name
    assert admin.ask("DELETE", f"/users/{quote(name, safe='')}").status == 204


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\u202egpj.exe", "=cmd|'/C calc'!A0", "'); DROP TABLE", "\U0001f600" * 64]
)
def test_any_text_is_stored_and_returned_unchanged(stack: Stack, admin: Administrator, text: str) -> None:
    person = people.add(stack)
    answer = admin.ask("PATCH", f"/users/{person.name}", {"alias": text, "owner": text})
    assert (answer.json["alias"], answer.json["owner"]) == (text, text)
    assert answer.headers["content-type"] == "application/json"
    listed = admin.ask("GET", "/users", q=text[:20])
    assert [user["login_name"] for user in listed.json["items"]] == [person.name]


@pytest.mark.parametrize("control", ["a\nb", "a\rb", "a\tb", "\x00", "a\u2028b", "\x85", "\x7f"])
def test_a_control_character_is_refused_in_every_text(stack: Stack, admin: Administrator, control: str) -> None:
    person = people.add(stack)
    for name in ("alias", "owner", "contact_email", "locale"):
        assert field(admin.ask("PATCH", f"/users/{person.name}", {name: control})) == name
    assert field(admin.ask("POST", "/users", {"login_name": control, "password": PASSWORD})) == "login_name"
    assert field(admin.ask("POST", "/clients", {"name": control})) == "name"


def test_an_unlock_ends_the_lock(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack).locked()
    assert admin.user(person.name).json["locked_until"] is not None
    unlocked = admin.ask("POST", f"/users/{person.name}/unlock")
    assert unlocked.json["locked_until"] is None
    person.login()
    person.later(60)
    assert person.start().status == 201
    assert person.verify().status == 200


def test_a_phone_is_verified_by_its_first_right_passcode(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack)
    [before] = admin.user(person.name).json["phones"]
    assert (before["verified"], before["last_verified_at"]) == (False, None)
    log_in(person)
    [after] = admin.user(person.name).json["phones"]
    assert after["verified"] is True
    assert after["last_verified_at"] is not None
    assert (after["number"], after["masked_number"]) == (person.numbers[0], f"****{person.numbers[0][-4:]}")


def test_the_history_tells_who_when_and_from_where(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack).challenged()
    person.verify(person.wrong())
    person.verify()
    admin.ask("PATCH", f"/users/{person.name}", {"alias": "Dee"})
    events = admin.ask("GET", f"/users/{person.name}/events").json["items"]
    types = ["user_changed", "approved", "passcode_refused", "passcode_sent", "phone_added", "user_created"]
    assert [event["type"] for event in events] == types
    assert [event["at"] for event in events] == sorted((event["at"] for event in events), reverse=True)
    assert {event["address"] for event in events[1:4]} == {person.address}
    assert (events[0]["actor"], events[0]["address"]) == (admin.name, admin.person.address)
    assert (events[3]["phone_id"], events[3]["challenge_id"]) == (person.phones[0], person.challenge)


def test_a_vendors_error_is_explained_with_what_to_do(stack: Stack, admin: Administrator) -> None:
    person = people.add(stack).challenged()
    deliveries.report(stack, deliveries.ref(stack), "undelivered", 30006)
    explained = {"meaning": look_up("30006").meaning, "advice": look_up("30006").advice}
    [phone] = admin.user(person.name).json["phones"]
    assert phone["unusable"].pop("at") is not None
    assert phone["unusable"] == {"reason": "30006"} | explained
    event = admin.ask("GET", f"/users/{person.name}/events").json["items"][0]
    assert event["detail"].pop("sent_at") < event["at"]
    assert (event["type"], event["detail"]) == ("send_refused", {"error": "30006", "channel": "sms"} | explained)


# --- settings


def test_settings_are_patched_with_the_version_that_was_read_and_no_other(admin: Administrator) -> None:
    read = admin.ask("GET", "/settings")
    etag = read.headers["etag"]
    assert admin.ask("PATCH", "/settings", {"signature": "One"}).code == "precondition_required"
    changed = admin.ask("PATCH", "/settings", {"signature": "One"}, if_match=etag)
    assert changed.json == read.json | {"signature": "One"}
    for lost in (etag, "", f"W/{changed.headers['etag']}"):
        assert admin.ask("PATCH", "/settings", {"signature": "Two"}, if_match=lost).code == "precondition_failed"
    assert admin.ask("GET", "/settings").json["signature"] == "One"
    etag = changed.headers["etag"]
    assert admin.ask("PATCH", "/settings", {"signature": None}, if_match=etag).json == read.json


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ({"passcode_lenght": 6}, "passcode_lenght"),
        ({"passcode_length": 3}, "passcode_length"),
        ({"budgets": {"number_per_hour": 0}}, "budgets.number_per_hour"),
        ({"twilio": {"account_sid": "SK" + "0" * 32}}, "twilio.account_sid"),
        ({"twilio": {"account_sid": "AC" + "1" * 32}}, "twilio.auth_token"),
        ({"twilio": {"sender": {"phone_number": "0800"}}}, "twilio.sender"),
        ({"twilio": {"auth_token_set": False}}, "twilio.auth_token_set"),
        ({"templates": {"en": "Hello {login_name}"}}, "templates.en"),
    ],
)
def test_an_invalid_setting_is_refused_by_name_and_nothing_is_saved(
    admin: Administrator, patch: dict[str, Any], named: str
) -> None:
    read = admin.ask("GET", "/settings")
    answer = admin.ask("PATCH", "/settings", {"lock_seconds": 60} | patch, if_match=read.headers["etag"])
    assert field(answer).startswith(named)
    assert admin.ask("GET", "/settings").json == read.json


def test_the_auth_token_is_never_returned(stack: Stack, admin: Administrator) -> None:
    """The stack searches every answer and every log line for it."""
    read = admin.ask("GET", "/settings")
    assert read.json["twilio"]["auth_token_set"] is True
    token = stack.account.auth_token
    patch = {"twilio": {"auth_token": token}}
    assert admin.ask("PATCH", "/settings", patch, if_match=read.headers["etag"]).json == read.json
    assert token in stack.secrets


# --- clients


def test_a_client_is_listed_rotated_and_deleted(stack: Stack, admin: Administrator) -> None:
    made = admin.ask("POST", "/clients", {"name": "B shop", "legacy": True}).json
    other = admin.ask("POST", "/clients", {"name": "A shop"}).json
    listed = admin.ask("GET", "/clients").json["items"]
    assert [client["name"] for client in listed] == ["A shop", "B shop"]
    assert listed[1] == {name: value for name, value in made.items() if name != "client_secret"}
    rotated = admin.ask("POST", f"/clients/{made['client_id']}/rotate").json
    assert rotated["client_secret"] != made["client_secret"]
    assert admin.ask("DELETE", f"/clients/{made['client_id']}").status == 204
    for method, path in (("DELETE", ""), ("POST", "/rotate")):
        assert admin.ask(method, f"/clients/{made['client_id']}{path}").code == "client_not_found"
    assert [client["client_id"] for client in admin.ask("GET", "/clients").json["items"]] == [other["client_id"]]


def test_the_secret_of_a_rotated_or_deleted_client_stops_working(stack: Stack, admin: Administrator) -> None:
    made = admin.ask("POST", "/clients", {"name": "A shop"}).json
    person = people.add(stack)

    def vouch(secret: str) -> int:
        stack.restart()  # functions cache a client for 30 s
        headers = basic(made["client_id"], secret)
        return stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers).status

    assert vouch(made["client_secret"]) == 200
    rotated = admin.ask("POST", f"/clients/{made['client_id']}/rotate").json["client_secret"]
    assert (vouch(made["client_secret"]), vouch(rotated)) == (401, 200)
    admin.ask("DELETE", f"/clients/{made['client_id']}")
    assert vouch(rotated) == 401


def test_two_secrets_overlap_for_as_long_as_the_rotation_says(stack: Stack, admin: Administrator) -> None:
    made = admin.ask("POST", "/clients", {"name": "A shop"}).json
    person, path = people.add(stack), f"/clients/{made['client_id']}"

    def accepted(secret: str) -> bool:
        stack.restart()  # functions cache a client for 30 s
        headers = basic(made["client_id"], secret)
        answer = stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
        return bool(answer.status == 200)

    rotated = admin.ask("POST", f"{path}/rotate", {"keep_hours": 1}).json
    until = admin.ask("GET", "/clients").json["items"][0]["previous_secret_until"]
    assert until == rotated["previous_secret_until"]
    assert datetime.fromisoformat(until).timestamp() == pytest.approx(time.time() + 3600, abs=60)
    assert (accepted(made["client_secret"]), accepted(rotated["client_secret"])) == (True, True)
    stack.table.update_item(
        Key={"pk": f"CLIENT#{made['client_id']}", "sk": "#CLIENT"},
        UpdateExpression="SET previous_until = :now",
        ExpressionAttributeValues={":now": int(time.time())},
    )
    assert (accepted(made["client_secret"]), accepted(rotated["client_secret"])) == (False, True)
    assert admin.ask("GET", "/clients").json["items"][0]["previous_secret_until"] is None


@pytest.mark.parametrize("end", ["rotate", "previous-secret"])
def test_a_former_secret_can_be_ended_at_once(stack: Stack, admin: Administrator, end: str) -> None:
    made = admin.ask("POST", "/clients", {"name": "A shop"}).json
    person, path = people.add(stack), f"/clients/{made['client_id']}"
    admin.ask("POST", f"{path}/rotate", {"keep_hours": 168})
    answer = admin.ask("POST" if end == "rotate" else "DELETE", f"{path}/{end}")
    assert answer.status in {200, 204}
    stack.restart()
    headers = basic(made["client_id"], made["client_secret"])
    assert stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers).status == 401
    assert admin.ask("GET", "/clients").json["items"][0]["previous_secret_until"] is None


def test_a_client_is_renamed_and_marked_and_the_history_has_both_values(stack: Stack, admin: Administrator) -> None:
    made = admin.ask("POST", "/clients", {"name": "B shop"}).json
    admin.ask("POST", "/clients", {"name": "A shop"})
    path = f"/clients/{made['client_id']}"
    changed = admin.ask("PATCH", path, {"name": "a Shop", "legacy": True}).json
    assert (changed["name"], changed["legacy"], changed["shares_name"]) == ("a Shop", True, True)
    listed = admin.ask("GET", "/clients").json["items"]
    assert [(each["name"], each["shares_name"]) for each in listed] == [("A shop", True), ("a Shop", True)]
    event = admin.ask("GET", f"/users/{admin.name}/events").json["items"][0]
    assert (event["type"], event["detail"]["values"]) == (
        "client_changed",
        {"name": {"old": "B shop", "new": "a Shop"}, "legacy": {"old": False, "new": True}},
    )
    assert admin.ask("PATCH", path, {"name": ""}).code == "invalid_request"
    assert admin.ask("PATCH", "/clients/unknown", {"name": "C"}).code == "client_not_found"


def test_a_client_says_its_budget_and_the_actions_that_it_may_open(stack: Stack, admin: Administrator) -> None:
    made = admin.ask("POST", "/clients", {"name": "A shop"}).json
    other = admin.ask("POST", "/clients", {"name": "B shop"}).json
    texts = {"texts": {"en": "delete it"}}
    with stack.with_settings(
        budgets={"client_per_hour": 50, "clients": [{"client_id": made["client_id"], "per_hour": 7}]},
        actions={"everybody": texts, "other": texts | {"clients": [other["client_id"]]}},
    ):
        listed = admin.ask("GET", "/clients").json["items"]
    assert [(each["messages_per_hour"], each["actions"]) for each in listed] == [
        (7, ["everybody"]),
        (50, ["everybody", "other"]),
    ]


def test_a_client_shows_when_it_was_last_used(stack: Stack, admin: Administrator) -> None:
    made = admin.ask("POST", "/clients", {"name": "A shop"}).json
    assert made["last_used_at"] is None
    person = people.add(stack)
    headers = basic(made["client_id"], made["client_secret"])
    wrong = basic(made["client_id"], "wrong")
    stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=wrong)
    assert admin.ask("GET", "/clients").json["items"][0]["last_used_at"] is None
    stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
    first = admin.ask("GET", "/clients").json["items"][0]["last_used_at"]
    assert first is not None
    stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
    assert admin.ask("GET", "/clients").json["items"][0]["last_used_at"] == first  # rounded to the hour


# --- numbers


def test_a_phone_may_be_given_as_it_is_dialled_in_its_region(admin: Administrator, person: Person) -> None:
    path = f"/users/{person.name}/phones"
    added = admin.ask("POST", path, {"number": "07400 123456", "region": "GB"})
    assert (added.status, added.json["number"], added.json["region"]) == (201, "+447400123456", "GB")
    assert field(admin.ask("POST", path, {"number": "07400 123456"})) == "number"
    assert field(admin.ask("POST", path, {"number": "07400 123456", "region": "gb"})) == "region"


def test_a_number_that_no_plan_has_needs_a_reason_which_the_history_keeps(admin: Administrator, person: Person) -> None:
    path, number = f"/users/{person.name}/phones", "+852 1215 3799"
    assert field(admin.ask("POST", path, {"number": number})) == "number"
    for reason in ("", "  ", "\u3000"):
        assert field(admin.ask("POST", path, {"number": number, "override_reason": reason})) == "override_reason"
    new = {
        "login_name": "new.range",
        "password": "correct horse battery",
        "phone": {"number": number, "override_reason": " "},
    }
    assert field(admin.ask("POST", "/users", new)) == "phone.override_reason"
    added = admin.ask("POST", path, {"number": number, "override_reason": "new range, ticket 7"})
    assert (added.status, added.json["number"], added.json["verified"]) == (201, "+85212153799", False)
    newest = admin.ask("GET", f"/users/{person.name}/events").json["items"][0]
    assert (newest["type"], newest["detail"]["override"]) == ("phone_added", "new range, ticket 7")
    landline = {"number": "+852 2123 4567", "override_reason": "please"}
    assert admin.ask("POST", path, landline).code == "destination_blocked"


def test_a_number_that_no_plan_has_counts_for_its_region(stack: Stack, person: Person) -> None:
    new = {"login_name": person.name, "number": "+85212153799", "override_reason": "new range"}
    added = stack.admin("phones.add", **new)
    with stack.with_settings(budgets={"region_per_day": 1}):
        person.login()
        assert person.start(phone_id=added["id"]).status == 201
        person.later(61)
        assert person.resend().code == "rate_limited"
    assert deliveries.spent(stack, "REGION#HK") == 1
    assert deliveries.spent(stack, "REGION#HK", "micro_usd") > 0


def test_a_user_with_the_name_of_one_who_was_locked_and_deleted_is_shown_locked(stack: Stack, person: Person) -> None:
    until = stack.admin("users.get", login_name=person.locked().name)["locked_until"]
    assert until is not None
    stack.admin("users.delete", login_name=person.name)
    created = stack.admin("users.create", login_name=person.name, password=stack.password())
    assert created["locked_until"] == until
    assert created == stack.admin("users.get", login_name=person.name)


def test_the_version_may_be_one_of_a_list_or_any(admin: Administrator, person: Person) -> None:
    path, tag = f"/users/{person.name}", admin.user(person.name).headers["etag"]
    for n, (header, status) in enumerate(
        [(f'"0", {tag}', 200), ("*", 200), (f"W/{tag}", 412), ('"0"', 412), (f"{tag}, *", 412)]
    ):
        assert admin.ask("PATCH", path, {"alias": f"Dee {n}"}, if_match=header).status == status
    missing = admin.ask("PATCH", "/users/no.such", {"alias": "Dee"}, if_match="*")
    assert missing.code == "user_not_found"
    any_settings = admin.ask("PATCH", "/settings", {"signature": None}, if_match="*")
    assert any_settings.status == 200
