"""The console's cookie: it keeps an administrator logged in, and works for nobody but the console's own pages."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.api import administrators
from tests.api.administrators import Administrator
from tests.api.stack import Stack
from tests.product import Answer

COOKIE = "__Host-mfa-console"


@pytest.fixture
def admin(stack: Stack) -> Administrator:
    return administrators.logged_in(stack)


def opened(admin: Administrator) -> str:
    """The cookie of a new session, as the browser sends it."""
    answer = admin.ask("POST", "/session")
    assert answer.status == 200
    return str(answer.headers["set-cookie"]).partition(";")[0]


def ask(admin: Administrator, method: str = "GET", path: str = "/session", **headers: str) -> Answer:
    """A call with these headers and no `Authorization`; `_` in their names stands for a dash."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return admin.stack.call(method, f"/v1/admin{path}", headers=given, address=admin.person.address)


def test_the_cookie_stands_in_for_the_token_on_pages_of_the_console(admin: Administrator) -> None:
    answer = admin.ask("POST", "/session")
    assert answer.json == admin.ask("GET", "/session").json
    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert value == f"{COOKIE}={admin.token}"
    [age] = [each for each in attributes if each.startswith("Max-Age=")]
    assert 3500 < int(age.removeprefix("Max-Age=")) <= 3600
    # `__Host-` asks for these: no other host can set it, no script read it, no other site's page make a browser send it.
    assert set(attributes) - {age} == {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"}
    for page in ("*", admin.name):
        for site in ({}, {"Sec_Fetch_Site": "same-origin"}):
            assert ask(admin, Cookie=value, MFA_Console=page, **site).json["login_name"] == admin.name
    others = f"theme=dark; {value}; {COOKIE}x=1"
    assert ask(admin, "GET", "/users", Cookie=others, MFA_Console=admin.name).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec_Fetch_Site": "same-origin"},
        {"MFA_Console": "somebody.else"},
        {"MFA_Console": ""},
        {"MFA_Console": "*", "Sec_Fetch_Site": "cross-site"},
        {"MFA_Console": "*", "Sec_Fetch_Site": "same-site"},
        {"MFA_Console": "*", "Sec_Fetch_Site": "none"},
        {"MFA_Console": "*", "Authorization": "Bearer other"},
        {"MFA_Console": "*", "Authorization": "Basic eDp5"},
    ],
    ids=str,
)
def test_the_cookie_alone_is_no_authorisation(admin: Administrator, headers: dict[str, str]) -> None:
    cookie = opened(admin)
    for method, path in (("GET", "/session"), ("DELETE", "/session"), ("GET", "/users"), ("POST", "/session")):
        assert ask(admin, method, path, Cookie=cookie, **headers).code == "invalid_token"
    assert ask(admin, Cookie=cookie, MFA_Console="*").status == 200
    # Without a name a page may only ask whose session it is.
    assert ask(admin, "GET", "/users", Cookie=cookie, MFA_Console="*").code == "invalid_token"


@pytest.mark.parametrize(
    "cookie",
    [f"{COOKIE}=", f"{COOKIE}=x", COOKIE, "", "mfa-console={token}", f"{COOKIE}={{token}}; {COOKIE}={{token}}"],
)
def test_another_cookie_is_no_authorisation(admin: Administrator, cookie: str) -> None:
    assert ask(admin, Cookie=cookie.format(token=admin.token), MFA_Console="*").code == "invalid_token"


def test_a_cookie_opens_no_further_cookie(admin: Administrator) -> None:
    """A page that has only the cookie never gets one that lasts longer."""
    answer = ask(admin, "POST", Cookie=opened(admin), MFA_Console="*")
    assert (answer.code, "set-cookie" in answer.headers) == ("invalid_token", False)


def test_the_cookie_opens_nothing_but_administration(admin: Administrator) -> None:
    headers = {"Cookie": opened(admin), "MFA-Console": admin.name}
    answer = admin.stack.call("POST", "/v1/challenges", {"phone_id": "0-0"}, headers=headers)
    assert answer.code == "invalid_token"


def test_a_logout_takes_the_cookie_away_and_ends_it(admin: Administrator) -> None:
    cookie = opened(admin)
    answer = ask(admin, "DELETE", Cookie=cookie, MFA_Console=admin.name)
    assert answer.status == 204
    assert answer.headers["set-cookie"] == f"{COOKIE}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict"
    assert ask(admin, Cookie=cookie, MFA_Console="*").code == "invalid_token"
    assert admin.ask("GET", "/session").code == "invalid_token"


def test_a_page_belongs_to_one_administrator(stack: Stack, admin: Administrator) -> None:
    """Where another one has logged in in another tab, nothing is done in their name."""
    other = opened(administrators.new(stack))
    assert ask(admin, Cookie=other, MFA_Console=admin.name).code == "invalid_token"
    stack.admin("users.create", login_name="дежурный", password=admin.person.password, kind="system")
    token = stack.call(
        "POST", "/v1/login", {"login_name": "дежурный", "password": admin.person.password}, address="198.18.7.7"
    ).json["token"]
    answer = ask(admin, Cookie=f"{COOKIE}={token}", MFA_Console=quote("дежурный"))
    assert answer.json["login_name"] == "дежурный"
