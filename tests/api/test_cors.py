"""Pages of other sites: listed sites may log users in from the browser, and none may administer."""

from collections.abc import Iterator

import pytest

from mfa.api import OPERATIONS
from mfa.http import me_operations, password_operations
from tests.api.stack import Stack
from tests.people import Person, challenge_path

OURS = "https://app.example.com"
ALSO_OURS = "https://www.example.com:8443"
OTHERS = (
    "https://app.example.com.evil.test",
    "https://evil-app.example.com",
    "http://app.example.com",
    "https://app.example.com:444",
    "https://APP.example.com",
    f"{OURS},{ALSO_OURS}",
    "null",
    "*",
    "",
)
LOGIN = {"login_name": "nobody", "password": "wrong-password"}
CROSS_ORIGIN = [operation for operation in OPERATIONS if operation.cross_origin]


@pytest.fixture
def listed(stack: Stack) -> Iterator[Stack]:
    with stack.at(CORS_ORIGINS=f"{OURS},{ALSO_OURS}"):
        yield stack


def allows(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.startswith("access-control-")}


def test_other_sites_may_call_the_operations_of_logins_actions_and_ones_own_account_only() -> None:
    assert {operation.id for operation in CROSS_ORIGIN} == {
        *(
            "login",
            "startChallenge",
            "getChallenge",
            "resendChallenge",
            "verifyChallenge",
            "verifyFactor",
            "startRecovery",
        ),
        *("openAction", "getAction", "denyAction"),
        *("openEnrolment", "jwks", "openapi"),
        *("verifyFactor", *(operation.id for operation in password_operations.OPERATIONS)),
        *(operation.id for operation in (*me_operations.OPERATIONS, *password_operations.OPERATIONS)),
    }


@pytest.mark.parametrize("operation", CROSS_ORIGIN, ids=lambda operation: operation.id)
@pytest.mark.parametrize("origin", [OURS, ALSO_OURS])
def test_a_page_of_a_listed_site_may_make_requests(listed: Stack, operation: object, origin: str) -> None:
    path = operation.path  # type: ignore[attr-defined]
    methods = [each.method for each in CROSS_ORIGIN if each.path == path]
    answer = listed.call("OPTIONS", path.replace("{id}", "x"), headers={"Origin": origin})
    assert answer.status == 204
    assert answer.text == ""
    assert answer.headers["vary"] == "Origin"
    assert allows(answer.headers) == {
        "access-control-allow-origin": origin,
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
        "access-control-expose-headers": "Date, Retry-After",
        "access-control-max-age": "7200",
    }


@pytest.mark.parametrize("origin", OTHERS)
def test_a_page_of_no_other_site_may_make_or_read_requests(listed: Stack, origin: str) -> None:
    for answer in (
        listed.call("OPTIONS", "/v1/login", headers={"Origin": origin}),
        listed.call("POST", "/v1/login", LOGIN, headers={"Origin": origin}),
        listed.call("GET", "/.well-known/jwks.json", headers={"Origin": origin}),
    ):
        assert allows(answer.headers) == {}
        assert answer.headers["vary"] == "Origin", "a cache must not keep one site's answer for another"


def test_a_page_of_a_listed_site_reads_answers_and_refusals(listed: Stack, person: Person) -> None:
    may_read = {"access-control-allow-origin": OURS, "access-control-expose-headers": "Date, Retry-After"}
    person.challenged()
    for answer in (
        listed.call("POST", "/v1/login", LOGIN, headers={"Origin": OURS}),
        listed.call("POST", "/v1/login", b"{", headers={"Origin": OURS}),
        listed.call("GET", "/v1/openapi.json", headers={"origin": OURS}),
        person.call("GET", challenge_path(person.challenge), headers={"Origin": OURS}),
        person.call("POST", challenge_path(person.challenge, "resend"), headers={"Origin": OURS}),
        listed.call("POST", "/v1/challenges", {"phone_id": "x"}, headers={"Origin": OURS}),
    ):
        assert allows(answer.headers) == may_read
        assert "access-control-allow-credentials" not in answer.headers


def test_no_other_site_may_call_administration_vouched_logins_redeems_or_callbacks(listed: Stack) -> None:
    for method, path in (
        ("GET", "/v1/admin/users"),
        ("GET", "/v1/admin/console/index.html"),
        ("GET", "/v1/account/index.html"),
        ("POST", "/v1/login/vouched"),
        ("POST", "/v1/webhooks/twilio/status"),
        ("POST", "/v1/actions/x/redeem"),
    ):
        answer = listed.call(method, path, {} if method == "POST" else None, headers={"Origin": OURS})
        assert allows(answer.headers) == {}, path
        assert "vary" not in answer.headers, path


def test_without_a_list_no_site_gets_cors_headers(stack: Stack) -> None:
    for origin in (OURS, "", "null"):
        answer = stack.call("OPTIONS", "/v1/login", headers={"Origin": origin})
        assert (answer.status, allows(answer.headers)) == (204, {})
        answer = stack.call("POST", "/v1/login", LOGIN, headers={"Origin": origin})
        assert allows(answer.headers) == {}
