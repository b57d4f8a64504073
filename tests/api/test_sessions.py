"""Sessions of administrators over HTTP: who is logged in, how long a session lasts, and its end."""

from __future__ import annotations

import secrets
import time
from decimal import Decimal
from typing import Any

import jwt
import pytest

from mfa.tokens.access_tokens import uuid7
from tests import people
from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.product import Answer, Json, Refused

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.new(stack)


def new_token(name: str) -> str:
    """A token of its own, also if another one was issued in the same millisecond."""
    return administrators.signed(name, jti=uuid7(round(time.time(), 3), secrets.token_bytes(10)))


def id_of(token: str) -> str:
    return str(jwt.decode(token, options={"verify_signature": False})["jti"])


def get(stack: Stack, token: str, path: str = "/session", **headers: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return stack.call("GET", f"/v1/admin{path}", token=token, headers=given, address="198.51.100.7")


def end(admin: Administrator, name: str, id_: str) -> Answer:
    return admin.ask("DELETE", f"/users/{name}/sessions/{id_}")


def item(stack: Stack, name: str, token: str, **changes: Any) -> dict[str, Any]:
    """The item of a session, changed as given."""
    key = {"pk": f"USER#{name}", "sk": f"#SESSION#{id_of(token)}"}
    found: dict[str, Any] = stack.table.get_item(Key=key)["Item"]
    stack.table.put_item(Item=found | changes)
    return found


def age(stack: Stack, name: str, token: str, minutes: int) -> None:
    """Has the session last used so long ago."""
    item(stack, name, token, last_seen_at=Decimal(int(time.time()) - minutes * 60))


def sessions(admin: Administrator, **query: Any) -> list[Json]:
    answer = admin.ask("GET", "/sessions", **query)
    assert answer.status == 200, answer.text
    listed: list[Json] = answer.json["items"]
    return listed


def ends(stack: Stack, name: str) -> list[tuple[str, Json]]:
    events = stack.admin("users.events", login_name=name)["items"]
    return [(each["actor"], each["detail"]) for each in events if each["type"] == "session_ended"]


# --- the list


def test_the_list_shows_who_is_logged_in_from_where_and_by_what(stack: Stack, admin: Administrator) -> None:
    token = new_token(admin.name)
    opened = stack.call(
        "POST", "/v1/admin/session", token=token, headers={"User-Agent": FIREFOX}, address="198.51.100.7"
    )
    assert opened.status == 200
    by_id = {each["id"]: each for each in sessions(admin, login_name=admin.name)}
    assert by_id.keys() == {id_of(token), id_of(admin.token)}
    shown = by_id[id_of(token)]
    assert (shown["address"], shown["browser"], shown["system"]) == ("198.51.100.7", "Firefox 128", "Windows")
    assert (shown["client"], shown["current"], shown["role"]) == ("console", False, "owner")
    assert shown["expires_at"] == opened.json["expires_at"]
    own = by_id[id_of(admin.token)]
    assert (own["client"], own["current"], own["address"]) == ("api", True, admin.person.address)


def test_a_request_by_iam_is_no_session_and_sees_all(stack: Stack, admin: Administrator) -> None:
    admin.ask("GET", "/session")
    [found] = stack.admin("sessions.list", login_name=admin.name)["items"]
    assert (found["id"], found["current"]) == (id_of(admin.token), False)
    assert stack.admin("sessions.end", login_name=admin.name, id=found["id"]) == {}
    assert stack.admin("sessions.list", login_name=admin.name)["items"] == []
    assert ends(stack, admin.name) == [("iam", {"session_id": found["id"], "end_reason": "ended"})]
    with pytest.raises(Refused, match="not_found"):
        stack.admin("sessions.end", login_name=admin.name, id=found["id"])


def test_a_page_goes_on_where_the_one_before_ended(stack: Stack, admin: Administrator) -> None:
    tokens = [new_token(admin.name) for _ in range(3)]
    for token in tokens:
        assert get(stack, token).status == 200
    first = admin.ask("GET", "/sessions", login_name=admin.name, limit=2).json
    rest = admin.ask("GET", "/sessions", login_name=admin.name, limit=2, cursor=first["cursor"]).json
    found = {each["id"] for each in (*first["items"], *rest["items"])}
    assert found == {id_of(each) for each in (*tokens, admin.token)}
    # A cursor is for the list that it came from.
    assert admin.ask("GET", "/sessions", limit=2, cursor=first["cursor"]).code == "invalid_request"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"login_name": ""}, "login_name"),
        ({"role": "owner"}, "role"),
    ],
)
def test_a_wrong_filter_is_refused_naming_the_field(admin: Administrator, query: dict[str, Any], field: str) -> None:
    answer = admin.ask("GET", "/sessions", **query)
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", field)


def test_a_user_without_sessions_has_an_empty_list(stack: Stack, admin: Administrator) -> None:
    assert sessions(admin, login_name=people.add(stack).name) == []
    assert sessions(admin, login_name="nobody.at.all") == []


# --- how long a session lasts


def test_the_console_is_told_when_its_session_ends(stack: Stack) -> None:
    with stack.with_settings(admin_session_minutes=10, admin_idle_minutes=5):
        admin = administrators.logged_in(stack)
        answer = admin.ask("POST", "/session")
        assert answer.json["idle_seconds"] == 300
        [max_age] = [each for each in answer.headers["set-cookie"].split("; ") if each.startswith("Max-Age=")]
        assert 590 <= int(max_age.removeprefix("Max-Age=")) <= 600
        [shown] = sessions(admin, login_name=admin.name)
        assert shown["expires_at"] == answer.json["expires_at"]
    with stack.with_settings(admin_idle_minutes=0):
        session = administrators.logged_in(stack).ask("GET", "/session").json
        assert session["idle_seconds"] is None


def test_an_idle_session_is_refused_with_the_reason_and_stays_over(stack: Stack, admin: Administrator) -> None:
    assert admin.ask("GET", "/session").status == 200
    age(stack, admin.name, admin.token, 30)
    answer = get(stack, admin.token, "/users")
    assert (answer.status, answer.code, answer.json["reason"]) == (401, "invalid_token", "idle")
    with stack.with_settings(admin_idle_minutes=0):
        assert admin.ask("GET", "/session").json["reason"] == "idle"
    assert ends(stack, admin.name) == [("product", {"session_id": id_of(admin.token), "end_reason": "idle"})]
    assert get(stack, new_token(admin.name)).status == 200
    # The same in the log, with the address of the request that found it over.
    [line] = [
        each
        for each in stack.admin("events.list", type="session_ended", user=admin.name)["items"]
        if each["actor"] == "product"
    ]
    assert line["address"] == "198.51.100.7"


def test_a_refresh_by_the_page_keeps_no_session_alive(stack: Stack, admin: Administrator) -> None:
    assert admin.ask("GET", "/session").status == 200
    age(stack, admin.name, admin.token, 29)
    before = item(stack, admin.name, admin.token)["last_seen_at"]
    assert get(stack, admin.token, "/health", MFA_Unattended="1").status == 200
    assert item(stack, admin.name, admin.token)["last_seen_at"] == before
    assert get(stack, admin.token, "/health").status == 200
    assert item(stack, admin.name, admin.token)["last_seen_at"] > before


@pytest.mark.parametrize("value", ["0", "", "true", "1, 1"])
def test_an_unclear_mark_of_a_request_is_refused(stack: Stack, admin: Administrator, value: str) -> None:
    answer = get(stack, admin.token, MFA_Unattended=value)
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "MFA-Unattended")


@pytest.mark.parametrize("page", ["somebody.else", "*", ""])
@pytest.mark.parametrize("path", ["/v1/admin/users", "/v1/admin/users/nobody"])
def test_a_request_of_anothers_page_keeps_no_session_alive(
    stack: Stack, admin: Administrator, page: str, path: str
) -> None:
    token = new_token(admin.name)
    cookie = stack.call("POST", "/v1/admin/session", token=token).headers["set-cookie"].partition(";")[0]
    age(stack, admin.name, token, 29)
    before = item(stack, admin.name, token)
    answer = stack.call("GET", path, headers={"Cookie": cookie, "MFA-Console": page})
    assert (answer.status, answer.code) == (401, "invalid_token")
    assert item(stack, admin.name, token) == before


# --- its end


@pytest.mark.parametrize(
    ("moment", "minutes", "settings"),
    [
        ("last_seen_at", 31, {}),
        ("last_seen_at", 6, {"admin_idle_minutes": 5}),
        ("started_at", 6, {"admin_session_minutes": 5}),
    ],
    ids=["idle", "idle by a shorter time", "expired"],
)
def test_a_session_that_is_over_unnoticed_can_be_ended(
    stack: Stack, admin: Administrator, moment: str, minutes: int, settings: dict[str, Any]
) -> None:
    """Otherwise longer times in the settings would bring it back."""
    token = new_token(admin.name)
    assert get(stack, token).status == 200
    item(stack, admin.name, token, **{moment: Decimal(int(time.time()) - minutes * 60)})
    with stack.with_settings(**settings):
        assert id_of(token) not in {each["id"] for each in sessions(admin, login_name=admin.name)}
        assert end(admin, admin.name, id_of(token)).status == 204
        assert end(admin, admin.name, id_of(token)).code == "not_found"
    with stack.with_settings(admin_idle_minutes=0):
        assert get(stack, token).json["reason"] == "ended"


def test_an_ended_session_is_refused_in_a_cookie_as_well(stack: Stack, admin: Administrator) -> None:
    token = new_token(admin.name)
    cookie = stack.call("POST", "/v1/admin/session", token=token).headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "MFA-Console": admin.name}
    assert stack.call("GET", "/v1/admin/users", headers=headers).status == 200
    assert end(admin, admin.name, id_of(token)).status == 204
    answer = stack.call("GET", "/v1/admin/users", headers=headers)
    assert (answer.code, answer.json["reason"]) == ("invalid_token", "ended")
    assert stack.call("GET", "/v1/me", token=token).code == "invalid_token"
    assert end(admin, admin.name, id_of(token)).code == "not_found"
    assert admin.ask("GET", "/session").status == 200


@pytest.mark.parametrize("id_", ["x", "%00", "a" * 64, "0199cd3e-0000-7000-8000-000000000001"])
def test_there_is_no_session_of_another_id(admin: Administrator, id_: str) -> None:
    assert end(admin, admin.name, id_).code == "not_found"
    assert end(admin, "nobody.at.all", id_).code == "not_found"


def test_a_logout_is_in_the_history(stack: Stack, admin: Administrator) -> None:
    assert admin.ask("DELETE", "/session").status == 204
    assert admin.ask("GET", "/session").json["reason"] == "logout"
    assert ends(stack, admin.name) == [(admin.name, {"session_id": id_of(admin.token), "end_reason": "logout"})]


def test_all_sessions_end_at_once(stack: Stack, admin: Administrator) -> None:
    other = administrators.new(stack)
    unused = new_token(other.name)
    assert other.ask("GET", "/session").status == 200
    time.sleep(0.002)  # tokens of the same millisecond would stay valid
    assert admin.ask("DELETE", f"/users/{other.name}/sessions").status == 204
    for token in (other.token, unused):
        answer = get(stack, token)
        assert (answer.code, "reason" in answer.json) == ("invalid_token", False)
    assert sessions(admin, login_name=other.name) == []
    assert stack.admin("users.events", login_name=other.name, limit=1)["items"][0]["type"] == "sessions_ended"
    assert get(stack, new_token(other.name)).status == 200


def test_only_system_users_have_sessions_to_end(stack: Stack, admin: Administrator) -> None:
    answer = admin.ask("DELETE", f"/users/{people.add(stack).name}/sessions")
    assert (answer.code, answer.json["errors"][0]["field"]) == ("invalid_request", "login_name")
    assert admin.ask("DELETE", "/users/nobody.at.all/sessions").code == "user_not_found"


def test_an_owners_sessions_are_an_owners_to_end(stack: Stack, admin: Administrator) -> None:
    assert admin.ask("GET", "/session").status == 200
    administrator = administrators.new(stack, role="administrator")
    for answer in (
        end(administrator, admin.name, id_of(admin.token)),
        administrator.ask("DELETE", f"/users/{admin.name}/sessions"),
    ):
        assert (answer.status, answer.code) == (403, "forbidden")
        assert answer.json["detail"] == "Your role (administrator) may not change system users."
    assert admin.ask("GET", "/session").status == 200
    support = administrators.new(stack, role="support")
    assert support.ask("GET", "/session").status == 200
    assert end(administrator, support.name, id_of(support.token)).status == 204


def test_another_spelling_of_ones_own_name_ends_nobody_elses_sessions(stack: Stack) -> None:
    """A user of an earlier version may have two blanks in the name. Another user's name is the same with one."""
    stack.admin("users.create", login_name="ada lovelace", password=stack.password(), kind="system", role="support")
    profile = stack.table.get_item(Key={"pk": "USER#ada lovelace", "sk": "#PROFILE"})["Item"]
    stack.table.put_item(Item=profile | {"pk": "USER#ada  lovelace", "login_name": "ada  lovelace"})
    own, legacy = new_token("ada lovelace"), new_token("ada  lovelace")
    assert get(stack, legacy).status == get(stack, own).status == 200
    path = "/v1/admin/users/ada%20%20lovelace/sessions"
    assert stack.call("DELETE", f"{path}/{id_of(legacy)}", token=own).code == "forbidden"
    assert stack.call("DELETE", path, token=own).code == "forbidden"
    listed = stack.call("GET", "/v1/admin/sessions", token=own, query="login_name=ada++lovelace")
    assert listed.code == "forbidden"
    assert get(stack, legacy).status == 200


def test_sessions_are_erased_with_their_user(stack: Stack) -> None:
    admin = administrators.new(stack, role="support")
    assert admin.ask("GET", "/session").status == 200
    assert "last_seen_at" in str(stack.admin("users.records", login_name=admin.name))
    stack.admin("users.delete", login_name=admin.name)
    assert stack.admin("users.erase", login_name=admin.name)["complete"]
    with pytest.raises(Refused, match="user_not_found"):
        stack.admin("users.records", login_name=admin.name)
