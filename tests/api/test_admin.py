"""Direct invocation of the admin function: every operation, and what each refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.template import Route
from mfa.administration.operations import INVOKED
from tests.api.stack import FUZZED, PLENTY, Stack
from tests.people import Person
from tests.product import Refused

type NewPerson = Callable[..., Person]

USER = {
    "login_name", "alias", "kind", "role", "owner", "contact_email", "locale", "mfa_enabled", "status", "phones", "locked_until",
    "last_login_at", "factors", "last_legacy_at", "client_version", "created_at", "updated_at", "version",
}  # fmt: skip
PHONE = {"id", "number", "region", "calling_code", "masked_number", "verified", "last_verified_at", "unusable"}
PASSWORD = "correct horse battery"
DIRECT = [name for name in INVOKED if name != "users.erase"]


def refused(stack: Stack, operation: str, /, **given: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        stack.admin(operation, **given)
    return caught.value


def field(refusal: Refused) -> str:
    assert refusal.code == "invalid_request"
    return str(refusal.problem["errors"][0]["field"])


# --- what is an invocation


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"operation": None},
        {"operation": 1},
        {"operation": ["users.get"]},
        {"operation": ""},
        {"operation": "users"},
        {"operation": "users.nothing"},
        {"operation": "USERS.GET"},
        {"operation": "__class__"},
        {"operation": "settings.get", "input": None},
        {"operation": "settings.get", "input": []},
        {"operation": "settings.get", "input": "x"},
        {"operation": "settings.get", "input": {"x": 1}},
        {"operation": "settings.get", "input": {"\ud800": 1}},
    ],
)
def test_a_malformed_invocation_is_an_invalid_request(stack: Stack, event: Any) -> None:
    assert stack.invoke("AdminFunction", event)["error"]["code"] == "invalid_request"


@pytest.mark.parametrize("event", [[], "users.get", 1, None, True, {"operation": "settings.get", "other": 1}])
def test_an_event_of_another_shape_is_an_invalid_request(stack: Stack, event: Any) -> None:
    problem = stack.invoke("AdminFunction", event)["error"]
    assert (problem["code"], problem["errors"][0]["field"]) == ("invalid_request", "event")


def test_an_event_of_api_gateway_is_never_a_direct_invocation(stack: Stack) -> None:
    from infra.local.events import Request, proxy_event

    request = Request("POST", "/v1/admin/users", "", [], b'{"operation": "settings.get"}', "192.0.2.1", "HTTP/1.1", 443)
    event = proxy_event(request, Route("POST", "/v1/admin/users", "AdminFunction"), {}, stack.template.api)
    contexts: list[Any] = [event["requestContext"], {}, None, "", 0]
    for context in contexts:
        for shape in (event, {}):
            sent = shape | {"operation": "users.create", "input": {"login_name": "intruder"}, "requestContext": context}
            result = stack.invoke("AdminFunction", sent)
            assert "output" not in result
            assert "intruder" not in str(result)
    with pytest.raises(Refused, match="user_not_found"):
        stack.admin("users.get", login_name="intruder")


def test_every_operation_refuses_unknown_members(stack: Stack) -> None:
    for operation in DIRECT:
        required = {"nonsense", "login_name", "name", "id", "phone", "code", "csv", "locale"}
        assert field(refused(stack, operation, nonsense=1)) in required


# --- the first administrator, and the last


def test_the_first_administrator_is_made_once(stack: Stack) -> None:
    assert refused(stack, "users.bootstrap", login_name="second", password=PASSWORD).code == "conflict"
    assert refused(stack, "users.bootstrap", login_name="root", password=PASSWORD).code == "conflict"
    assert refused(stack, "users.get", login_name="second").code == "user_not_found"


def test_there_is_always_an_active_administrator(stack: Stack, new_person: NewPerson) -> None:
    last: list[tuple[str, dict[str, Any]]] = [
        ("users.delete", {}),
        ("users.patch", {"status": "disabled"}),
        ("users.patch", {"kind": "backup"}),
    ]
    for operation, change in last:
        assert refused(stack, operation, login_name="root", **change).code == "forbidden"
    second = new_person(kind="system")
    new_person(kind="system", status="disabled")
    stack.admin("users.patch", login_name=second.name, status="disabled")
    assert refused(stack, "users.delete", login_name="root").code == "forbidden", "the other one is disabled"
    stack.admin("users.patch", login_name=second.name, status="active")
    stack.admin("users.patch", login_name=second.name, status="active")
    stack.admin("users.patch", login_name=second.name, kind="backup")
    assert refused(stack, "users.patch", login_name="root", status="disabled").code == "forbidden"
    stack.admin("users.patch", login_name=second.name, kind="system")
    stack.admin("users.delete", login_name=second.name)
    assert refused(stack, "users.delete", login_name="root").code == "forbidden"


# --- users


def test_a_user_is_shown_with_everything_but_the_password(stack: Stack, person: Person) -> None:
    user = stack.admin("users.get", login_name=person.name)
    assert user.keys() == USER
    assert user["phones"][0].keys() == PHONE
    assert user["phones"][0]["number"] == person.numbers[0]
    assert {name: user[name] for name in ("kind", "status", "mfa_enabled", "version", "locked_until", "alias")} == {
        "kind": "backup",
        "status": "active",
        "mfa_enabled": True,
        "version": 1,
        "locked_until": None,
        "alias": None,
    }
    assert "argon2" not in str(user)


def test_a_user_is_shown_as_created(stack: Stack) -> None:
    given = {
        "login_name": "  New.Üser ",
        "kind": "system",
        "status": "disabled",
        "mfa_enabled": True,
        "alias": "Nü",
        "owner": "sales",
        "contact_email": "new@example.com",
        "locale": "zh-Hant-HK",
    }
    user = stack.admin("users.create", password=PASSWORD, **given)
    assert {name: user[name] for name in given} == given | {"login_name": "new.üser"}
    assert stack.admin("users.get", login_name="NEW.ÜSER") == user


def test_a_user_is_a_backup_user_without_mfa_by_default(stack: Stack) -> None:
    user = stack.admin("users.create", login_name="plain", password=PASSWORD)
    assert (user["kind"], user["mfa_enabled"], user["status"], user["contact_email"]) == (
        "backup",
        False,
        "active",
        None,
    )


def test_a_name_is_taken_in_every_spelling(stack: Stack) -> None:
    stack.admin("users.create", login_name="jürgen", password=PASSWORD)
    for spelling in ("jürgen", "JÜRGEN", "ju\u0308rgen", " jürgen ", "ｊürgen"):
        assert refused(stack, "users.create", login_name=spelling, password=PASSWORD).code == "conflict"
    for operation in ("users.get", "users.unlock", "users.delete"):
        assert stack.admin(operation, login_name="JU\u0308RGEN") is not None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"login_name": ""}, "login_name"),
        ({"login_name": "a\nb"}, "login_name"),
        ({"login_name": 'a"b'}, "login_name"),
        ({"login_name": "a\u202eb"}, "login_name"),
        ({"login_name": "x" * 129}, "login_name"),
        ({"login_name": "x" * 100_000}, "login_name"),
        ({"login_name": None}, "login_name"),
        ({"login_name": 1}, "login_name"),
        ({"password": "1234567"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"password": None}, "password"),
        ({"password": 12345678}, "password"),
        ({"kind": "admin"}, "kind"),
        ({"kind": None}, "kind"),
        ({"status": "locked"}, "status"),
        ({"mfa_enabled": "yes"}, "mfa_enabled"),
        ({"mfa_enabled": None}, "mfa_enabled"),
        ({"alias": "x" * 129}, "alias"),
        ({"alias": "a\nb"}, "alias"),
        ({"owner": 1}, "owner"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"contact_email": "用户@example.com"}, "contact_email"),
        ({"contact_email": "a..b@example.com"}, "contact_email"),
        ({"contact_email": ".a@example.com"}, "contact_email"),
        ({"contact_email": "a\u202e@example.com"}, "contact_email"),
        ({"contact_email": "a@example.c"}, "contact_email"),
        ({"contact_email": "a@example.com\nBcc: b@example.com"}, "contact_email"),
        ({"contact_email": "a@example.com, b@example.com"}, "contact_email"),
        ({"locale": "english"}, "locale"),
        ({"locale": "xx-yy-zz-ww-vv-uu"}, "locale"),
        ({"locale": ""}, "locale"),
        ({"phones": []}, "phones"),
        ({"version": 1}, "version"),
        ({"password_hash": "x"}, "password_hash"),
    ],
)
def test_an_invalid_user_is_refused_naming_the_field(stack: Stack, change: dict[str, Any], named: str) -> None:
    assert field(refused(stack, "users.create", **{"login_name": "new", "password": PASSWORD} | change)) == named
    if named != "login_name":
        assert field(refused(stack, "users.patch", **{"login_name": "root"} | change)) == named


@pytest.mark.parametrize(
    ("field_name", "given", "kept"),
    [
        ("contact_email", "a@example.xn--p1ai", "a@example.xn--p1ai"),
        ("contact_email", "A@Example.рф", "A@example.xn--p1ai"),
        ("contact_email", "d.user+mfa@EXAMPLE.com", "d.user+mfa@example.com"),
        ("locale", "en_US", "en-US"),
        ("locale", "iw", "he"),
        ("locale", "es-419", "es-419"),
        ("locale", "en-001", "en-001"),
        ("locale", "ca-valencia", "ca-valencia"),
        ("locale", "zh_hant_hk", "zh-Hant-HK"),
    ],
)
def test_an_address_and_a_language_are_kept_in_one_spelling(
    stack: Stack, new_person: NewPerson, field_name: str, given: str, kept: str
) -> None:
    person = new_person(phones=0)
    assert stack.admin("users.patch", login_name=person.name, **{field_name: given})[field_name] == kept
    row = f"login_name,{field_name}\n{person.name},{given}\n"
    report = stack.admin("users.import", csv=row, dry_run=False)
    assert (report["errors"], report["unchanged"]) == ([], 1)


@pytest.mark.parametrize(
    "given",
    [
        {"alias": "\ud800"},
        {"owner": "a\udfffb"},
        {"password": "12345678\ud800"},
        {"locale": "de\ud800"},
    ],
)
def test_a_lone_surrogate_anywhere_is_an_invalid_request(stack: Stack, given: dict[str, Any]) -> None:
    assert refused(stack, "users.patch", login_name="root", **given).code == "invalid_request"
    new = {"login_name": "new", "password": PASSWORD} | given
    assert refused(stack, "users.create", **new).code == "invalid_request"


@pytest.mark.parametrize("name", ["nobody", " ", "a\nb", "\ufdfa" * 256, "😀" * 256, "x" * 256])
@pytest.mark.parametrize(
    "operation", ["users.get", "users.patch", "users.delete", "users.unlock", "phones.add", "phones.remove"]
)
def test_an_unknown_user_is_not_found(stack: Stack, operation: str, name: str) -> None:
    more = {"phones.add": {"number": "+85292153799"}, "phones.remove": {"id": "0-0"}}.get(operation, {})
    assert refused(stack, operation, login_name=name, **more).code == "user_not_found"


@pytest.mark.parametrize("operation", ["users.get", "users.delete", "users.unlock", "users.patch"])
@pytest.mark.parametrize("name", [None, 1, [], {}, "", "\ud800", "x" * 257])
def test_an_impossible_login_name_is_an_invalid_request(stack: Stack, operation: str, name: Any) -> None:
    assert field(refused(stack, operation, login_name=name)) == ("login_name" if name != "\ud800" else "input")
    assert field(refused(stack, operation)) == "login_name"


def test_a_patch_changes_the_fields_it_names_and_null_clears_them(stack: Stack, person: Person) -> None:
    before = stack.admin("users.get", login_name=person.name)
    changed = stack.admin("users.patch", login_name=person.name, alias="Dee", owner="sales", contact_email=None)
    assert (changed["alias"], changed["owner"], changed["contact_email"]) == ("Dee", "sales", None)
    assert changed["version"] == 2
    assert changed["updated_at"] >= before["updated_at"]
    cleared = stack.admin("users.patch", login_name=person.name, alias=None)
    assert (cleared["alias"], cleared["owner"]) == (None, "sales")
    same = stack.admin("users.patch", login_name=person.name)
    assert same["version"] == cleared["version"]
    assert same == stack.admin("users.get", login_name=person.name)


@pytest.mark.parametrize("name", ["alias", "owner"])
def test_empty_text_is_no_value(stack: Stack, name: str) -> None:
    """Some engines of DynamoDB store no empty text: there it must not fail, and elsewhere be no third kind of value."""
    login_name = stack.name()
    created = stack.admin("users.create", login_name=login_name, password=stack.password(), **{name: ""})
    assert (created[name], created["version"]) == (None, 1)
    assert stack.admin("users.patch", login_name=login_name, **{name: ""})["version"] == 1
    assert stack.admin("users.patch", login_name=login_name, **{name: "x"})[name] == "x"
    assert stack.admin("users.patch", login_name=login_name, **{name: ""})[name] is None
    assert stack.admin("users.get", login_name=login_name)[name] is None


def test_a_password_that_is_easy_to_guess_is_refused_wherever_an_administrator_sets_one(
    stack: Stack, person: Person
) -> None:
    common, close = "is one that attackers try first", "is too close to the user's name"
    stack.admin("users.patch", login_name=person.name, owner="Acme Widgets", contact_email="ada@mail.example.com")
    for operation, fields, words in (
        ("users.create", {"login_name": "new.one", "password": "Password2026!"}, common),
        ("users.create", {"login_name": "new.one", "password": "new.one2026"}, close),
        ("users.create", {"login_name": "new.one", "alias": "Rosemary Byron", "password": "rosemarybyron"}, close),
        ("users.bootstrap", {"login_name": "second", "password": "iloveyou"}, common),
        ("users.patch", {"login_name": person.name, "password": "qwertyuiop"}, common),
        ("users.patch", {"login_name": person.name, "password": "acme-widgets-1"}, close),
        ("users.patch", {"login_name": person.name, "password": "ada@mail.example.com"}, close),
        # The name that comes with it counts.
        ("users.patch", {"login_name": person.name, "alias": "Quartermaster", "password": "quartermaster"}, close),
    ):
        refusal = refused(stack, operation, **fields)
        assert field(refusal) == "password"
        assert refusal.problem["errors"][0]["message"].startswith(words), fields
    assert refused(stack, "users.get", login_name="new.one").code == "user_not_found"
    assert stack.admin("users.get", login_name=person.name)["alias"] is None
    assert person.login().json["status"] == "mfa_required"


def test_a_new_password_replaces_the_old_one(stack: Stack, person: Person) -> None:
    new = stack.password()
    stack.admin("users.patch", login_name=person.name, password=new)
    assert person.login().code == "invalid_credentials"
    assert person.login(password=new).status == 200


def test_a_disabled_user_cannot_log_in_until_active_again(stack: Stack, person: Person) -> None:
    stack.admin("users.patch", login_name=person.name, status="disabled")
    assert person.login().code == "invalid_credentials"
    stack.admin("users.patch", login_name=person.name, status="active")
    assert person.challenged().verify().status == 200


def test_a_deleted_user_is_gone_with_every_phone(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(phones=5)
    assert stack.admin("users.delete", login_name=person.name) == {}
    assert refused(stack, "users.get", login_name=person.name).code == "user_not_found"
    assert refused(stack, "users.delete", login_name=person.name).code == "user_not_found"
    again = stack.admin("users.create", login_name=person.name, password=PASSWORD)
    assert again["phones"] == []


def test_the_history_shows_what_administrators_did(stack: Stack, person: Person) -> None:
    stack.admin("users.patch", login_name=person.name, alias="Dee", password=stack.password())
    stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True)
    stack.admin("users.unlock", login_name=person.name)
    stack.admin("users.delete", login_name=person.name)
    events = person.events()
    assert [event["type"] for event in events] == [
        "user_created", "phone_added", "user_changed", "phone_removed", "user_unlocked", "user_deleted",
    ]  # fmt: skip
    assert {event["actor"] for event in events} == {"iam"}
    assert events[2]["detail"] == {"changed": ["alias", "password"], "values": {"alias": {"new": "Dee"}}}
    assert not any(secret in str(events) for secret in stack.secrets)


# --- phones


def test_a_user_has_five_phones_and_no_sixth(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(phones=5)
    assert refused(stack, "phones.add", login_name=person.name, number=stack.number()).code == "conflict"
    stack.admin("phones.remove", login_name=person.name, id=person.phones[2])
    added = stack.admin("phones.add", login_name=person.name, number=stack.number())
    assert added["id"] not in person.phones
    assert len(stack.admin("users.get", login_name=person.name)["phones"]) == 5


def test_the_same_phone_twice_is_a_conflict_however_it_is_written(stack: Stack, person: Person) -> None:
    number = person.numbers[0]
    for written in (number, f"{number[:4]} {number[4:8]} {number[8:]}", f"{number[:4]}-{number[4:]}"):
        assert refused(stack, "phones.add", login_name=person.name, number=written).code == "conflict"


def test_a_new_phone_is_not_verified(stack: Stack, new_person: NewPerson) -> None:
    person = new_person(phones=0)
    phone = stack.admin("phones.add", login_name=person.name, number="+852 9215 3799")
    assert phone.keys() == PHONE
    assert phone["number"] == "+85292153799"
    assert (phone["region"], phone["calling_code"], phone["masked_number"]) == ("HK", "+852", "****3799")
    assert (phone["verified"], phone["last_verified_at"], phone["unusable"]) == (False, None, None)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+18002ALLNOW", "invalid_request"),
        ("", "invalid_request"),
        ("92153799", "invalid_request"),
        ("+852９２１５３７９９", "invalid_request"),
        ("+85292153799\n", "invalid_request"),
        ("+999123456789", "invalid_request"),
        ("x" * 65, "invalid_request"),
        (85292153799, "invalid_request"),
        (None, "invalid_request"),
        ("\ud800", "invalid_request"),
        ("+19002345678", "destination_blocked"),
        ("+18002255246", "destination_blocked"),
        ("+85221234567", "destination_blocked"),
        ("+881612345678", "destination_blocked"),
    ],
)
def test_a_number_that_cannot_receive_messages_is_refused(stack: Stack, person: Person, number: Any, code: str) -> None:
    refusal = refused(stack, "phones.add", login_name=person.name, number=number)
    assert refusal.code == code
    assert len(stack.admin("users.get", login_name=person.name)["phones"]) == 1


def test_a_number_of_a_region_that_is_not_allowed_is_blocked(stack: Stack, person: Person) -> None:
    with stack.with_settings(regions={"allow": ["US"]}):
        for number in ("+18762100123", "+15062345678", "+85292153799"):
            assert refused(stack, "phones.add", login_name=person.name, number=number).code == "destination_blocked"
        assert stack.admin("phones.add", login_name=person.name, number="+12063125010")["region"] == "US"


def test_the_phone_of_somebody_else_cannot_be_removed(stack: Stack, person: Person, new_person: NewPerson) -> None:
    other = new_person()
    assert field(refused(stack, "phones.remove", login_name=person.name, id="")) == "id"
    for phone_id in (other.phones[0], "0-0", "x", "9", "0", "-", "é"):
        assert refused(stack, "phones.remove", login_name=person.name, id=phone_id).code == "phone_not_found"
    assert len(stack.admin("users.get", login_name=other.name)["phones"]) == 1
    assert stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True) == {}
    assert refused(stack, "phones.remove", login_name=person.name, id=person.phones[0]).code == "phone_not_found"


def test_a_removed_phone_that_is_added_again_has_another_id_and_is_not_verified(stack: Stack, person: Person) -> None:
    person.challenged().verify()
    stack.admin("phones.remove", login_name=person.name, id=person.phones[0], insist=True)
    again = stack.admin("phones.add", login_name=person.name, number=person.numbers[0])
    assert again["id"] != person.phones[0]
    assert again["verified"] is False
    person.login()
    assert person.start().code == "phone_not_found"


# --- clients


def test_a_client_secret_is_shown_once_and_stored_as_a_digest(stack: Stack) -> None:
    made = stack.admin("clients.create", name="A shop", legacy=True)
    assert made.keys() == {
        *("client_id", "name", "legacy", "created_at", "last_used_at", "client_secret"),
        *("previous_secret_until", "messages_per_hour", "actions", "shares_name"),
    }
    assert (made["name"], made["legacy"], made["last_used_at"]) == ("A shop", True, None)
    assert len(made["client_secret"]) >= 43
    item = stack.table.get_item(Key={"pk": f"CLIENT#{made['client_id']}", "sk": "#CLIENT"})["Item"]
    assert made["client_secret"] not in str(item)
    assert stack.admin("clients.create", name="B")["legacy"] is False


@pytest.mark.parametrize(
    ("given", "named"),
    [({}, "name"), ({"name": ""}, "name"), ({"name": "x" * 129}, "name"), ({"name": "a\nb"}, "name"), ({"name": " "}, "name"), ({"name": "\u3000"}, "name"), ({"name": "\u200b"}, "name"), ({"name": "A sh\u00adop"}, "name"), ({"name": "\u202epohs A"}, "name"), ({"name": "A\u2060 shop"}, "name"), ({"name": 1}, "name"), ({"name": "a", "legacy": "yes"}, "legacy"), ({"name": "a", "client_id": "x"}, "client_id")],
)  # fmt: skip
def test_an_invalid_client_is_refused_naming_the_field(stack: Stack, given: dict[str, Any], named: str) -> None:
    assert field(refused(stack, "clients.create", **given)) == named
    if named == "name" and given:
        id_ = stack.admin("clients.create", name="A shop")["client_id"]
        assert field(refused(stack, "clients.patch", id=id_, **given)) == named


# --- settings


def test_settings_are_returned_nested_with_an_etag_and_without_the_token(stack: Stack) -> None:
    settings = stack.admin("settings.get")
    assert settings["twilio"] == {
        "account_sid": stack.account.sid,
        "sender": {"phone_number": "+12063125010"},
        "auth_token_set": True,
        "auth_token_last4": stack.account.auth_token[-4:],
    }
    assert settings["budgets"] == PLENTY | {
        "clients": [],
        "region_per_day": None,
        "spend_per_day": 200,
        "kept_for_verified_percent": 50,
    }
    assert settings["etag"].startswith('"')
    assert stack.account.auth_token not in str(settings)


def test_a_patch_returns_the_new_settings(stack: Stack) -> None:
    before = stack.admin("settings.get")
    with stack.with_settings(passcode_length=8):
        after = stack.admin("settings.get")
    assert after == before | {"passcode_length": 8, "etag": after["etag"]}
    assert after["etag"] != before["etag"]
    assert stack.admin("settings.get")["passcode_length"] == 6


def test_a_stale_if_match_changes_nothing(stack: Stack) -> None:
    etag = stack.admin("settings.get")["etag"]
    changed = stack.admin("settings.patch", signature="One", if_match=etag)
    for lost in (etag, "", '"0"', changed["etag"].strip('"'), f"W/{changed['etag']}"):
        assert refused(stack, "settings.patch", signature="Two", if_match=lost).code == "precondition_failed"
    assert stack.admin("settings.get") == changed
    assert stack.admin("settings.patch", signature=None, if_match=changed["etag"])["signature"].startswith("Your")


@pytest.mark.parametrize("if_match", [1, [], {}, True])
def test_an_if_match_that_is_not_text_is_refused(stack: Stack, if_match: Any) -> None:
    assert field(refused(stack, "settings.patch", if_match=if_match)) == "if_match"


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ({"passcode_length": 3}, "passcode_length"),
        ({"passcode_length": 6, "max_sends": 11}, "max_sends"),
        ({"budgets": {"number_per_hour": 0}}, "budgets.number_per_hour"),
        ({"twilio": {"account_sid": "AC" + "f" * 32}}, "twilio.auth_token"),
        ({"twilio": {"auth_token": "short"}}, "twilio.auth_token"),
        ({"twilio": {"sender": {"alphanumeric": "x"}}}, "twilio.sender"),
        ({"signature": "http://evil.example"}, "signature"),
        ({"origin": "https://login.example.com"}, "origin"),
        ({"nonsense": None, "other": 1}, "other"),
        ({"etag": '"1"'}, "etag"),
    ],
)
def test_a_refused_patch_names_the_field_and_saves_nothing(stack: Stack, patch: dict[str, Any], named: str) -> None:
    before = stack.admin("settings.get")
    assert field(refused(stack, "settings.patch", **{"lock_seconds": 60} | patch)).startswith(named)
    assert stack.admin("settings.get") == before


def test_only_an_administrator_with_a_second_factor_can_require_one(stack: Stack) -> None:
    assert refused(stack, "settings.patch", require_mfa_for_system_users=True).code == "forbidden"
    assert stack.admin("settings.get")["require_mfa_for_system_users"] is False
    stack.admin("settings.patch", require_mfa_for_system_users=False)


def test_the_table_holds_the_token_encrypted(stack: Stack) -> None:
    item = stack.table.get_item(Key={"pk": "SETTINGS", "sk": "#SETTINGS"})["Item"]
    token = stack.account.auth_token
    assert token not in str(item)
    assert token.encode().hex() not in bytes(item["auth_token"]).hex()


def test_a_deep_patch_is_an_invalid_request(stack: Stack) -> None:
    deep: dict[str, Any] = {}
    for _ in range(600):
        deep = {"twilio": deep}
    assert refused(stack, "settings.patch", **deep).code == "invalid_request"


# --- anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["login_name", "password", "kind", "alias", "locale", "number", "id", "name", "legacy", "if_match", "twilio", "x"]
)


@pytest.mark.parametrize("operation", [name for name in DIRECT if name != "settings.patch"])
def test_any_input_is_answered_and_none_breaks_anything(shared_stack: Stack, operation: str) -> None:
    @FUZZED
    @given(st.dictionaries(NAMES, JSON, max_size=4))
    def fuzz(given_input: dict[str, Any]) -> None:
        result = shared_stack.invoke("AdminFunction", {"operation": operation, "input": given_input})
        assert result.get("error", {}).get("code") != "internal_error"

    fuzz()
