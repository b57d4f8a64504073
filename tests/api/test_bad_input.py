"""Any input gets an answer of the API: never a 500, never the input repeated."""

import base64
import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.template import Route
from tests.api.stack import FUZZED, Event, Stack
from tests.people import Person, challenge_path

LOGIN = {"login_name": "nobody", "password": "wrong-password"}
WITH_A_BODY = ["/v1/login", "/v1/challenges", "verify", "resend", "/v1/recovery"]

BODIES: dict[str, bytes] = {
    "not JSON": b"{",
    "a form": b"login_name=demo.user&password=x",
    "XML": b"<login/>",
    "an array": b"[]",
    "an array with an object": b'[{"login_name": "a", "password": "b"}]',
    "text": b'"text"',
    "a number": b"1",
    "true": b"true",
    "null": b"null",
    "NaN": b"NaN",
    "a member twice": b'{"code": "111111", "code": "222222"}',
    "a member twice, escaped": b'{"code": "111111", "\\u0063ode": "222222"}',
    "an unknown member": b'{"code": "111111", "admin": true}',
    "an unknown member without a name": b'{"": 1}',
    "__proto__": b'{"__proto__": {"code": "111111"}}',
    "a lone surrogate": b'{"code": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\ud800": 1}',
    "not UTF-8": b'{"code": "\xff\xfe"}',
    "overlong UTF-8": b'{"code": "\xc0\xaf"}',
    "UTF-16": '{"code": "111111"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"code": "111111"}',
    "NUL": b"\x00",
    "10 000 arrays deep": b"[" * 10_000 + b"]" * 10_000,
    "10 000 objects deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "1 MB": b'{"code": "' + b"1" * 1_048_576 + b'"}',
    "1 MB of blanks": b" " * 1_048_576 + b'{"code": "111111"}',
    "64 KiB and one": b'"' + b"a" * 65_535 + b'"',
    "a number of 5 000 digits": b'{"code": ' + b"1" * 5_000 + b"}",
    "a comment": b'{"code": "111111"} // x',
    "two values": b'{"code": "111111"}{"code": "222222"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_malformed_body_is_an_invalid_request_everywhere(person: Person, body: bytes) -> None:
    person.challenged()
    before = person.item
    for path in WITH_A_BODY:
        full = path if path.startswith("/") else challenge_path(person.challenge, path)
        answer = person.call("POST", full, body)
        assert (answer.status, answer.code) == (400, "invalid_request"), path
        [error] = answer.json["errors"]
        assert error.keys() == {"field", "message"}
        assert error["field"]
    assert person.item == before


@pytest.mark.parametrize(
    "content_type",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "json", "application/json, text/plain", "*/*"],
)  # fmt: skip
def test_a_body_of_another_content_type_is_refused(stack: Stack, content_type: str | None) -> None:
    def without(event: Event) -> None:
        for name in ("headers", "multiValueHeaders"):
            event[name] = {key: value for key, value in event[name].items() if key != "Content-Type"}

    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = stack.call(
        "POST", "/v1/login", LOGIN, headers=headers, change=without if content_type is None else lambda event: None
    )
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert answer.json["errors"][0]["field"] == "Content-Type"


@pytest.mark.parametrize(
    "header",
    [
        {"content-type": "application/json"},
        {"CONTENT-TYPE": "Application/JSON"},
        {"Content-Type": "application/json; charset=utf-8"},
        {"Content-Type": "application/json;charset=UTF-8"},
        {"Content-Type": " application/json "},
    ],
)
def test_the_content_type_is_read_in_any_case_and_with_parameters(stack: Stack, header: dict[str, str]) -> None:
    def only(event: Event) -> None:
        event["headers"] = {"Host": "x"} | header

    assert stack.call("POST", "/v1/login", LOGIN, change=only, address=stack.address()).code == "invalid_credentials"


def test_a_body_in_base64_is_read(stack: Stack, person: Person) -> None:
    def encode(event: Event) -> None:
        event |= {"body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}

    assert (
        stack.call("POST", "/v1/login", {"login_name": person.name, "password": person.password}, change=encode).status
        == 200
    )


@pytest.mark.parametrize("body", [None, ""])
def test_a_missing_body_is_an_invalid_request_where_one_is_needed(stack: Stack, body: str | None) -> None:
    def remove(event: Event) -> None:
        event["body"] = body

    answer = stack.call("POST", "/v1/login", LOGIN, change=remove)
    assert answer.code == "invalid_request"


@pytest.mark.parametrize("headers", [None, {}])
def test_a_request_without_any_header_is_answered(stack: Stack, headers: dict[str, str] | None) -> None:
    def remove(event: Event) -> None:
        event |= {"headers": headers, "multiValueHeaders": headers}

    assert stack.call("GET", "/.well-known/jwks.json", change=remove).status == 200
    assert stack.call("POST", "/v1/login", LOGIN, change=remove).code == "invalid_request"
    assert stack.call("POST", "/v1/recovery", change=remove).code == "invalid_token"
    assert stack.call("POST", "/v1/login/vouched", {"login_name": "x"}, change=remove).code == "invalid_credentials"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "x"}, "login_name"),
        ({"login_name": "x"}, "password"),
        ({"login_name": "x", "password": ""}, "password"),
        ({"login_name": "x" * 257, "password": "x"}, "login_name"),
        ({"login_name": "x", "password": "x" * 257}, "password"),
        ({"login_name": None, "password": "x"}, "login_name"),
        ({"login_name": ["x"], "password": "x"}, "login_name"),
        ({"login_name": {"$ne": None}, "password": "x"}, "login_name"),
        ({"login_name": "x", "password": 12345678}, "password"),
        ({"login_name": "x", "password": True}, "password"),
        (LOGIN | {"client_supports_mfa": False}, "client_supports_mfa"),
        (LOGIN | {"kind": "system"}, "kind"),
    ],
)
def test_an_invalid_login_request_names_the_field(stack: Stack, body: object, field: str) -> None:
    answer = stack.call("POST", "/v1/login", body)
    assert answer.code == "invalid_request"
    assert answer.json["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "address", ["192.0.2.1", "2001:db8::1", "::1", "::ffff:192.0.2.1", "fe80::1", "test-invoke-source-ip"]
)
def test_a_request_from_any_address_is_answered(stack: Stack, address: str) -> None:
    """API Gateway's console tests a method from `test-invoke-source-ip`."""
    assert stack.call("POST", "/v1/login", LOGIN, address=address).code == "invalid_credentials"


@pytest.mark.parametrize("name", ["SendCodeFunction", "VerifyCodeFunction", "AdminFunction"])
@pytest.mark.parametrize(
    "event",
    [
        *([], "x", 1, None, {"httpMethod": "GET"}, {"requestContext": {}}),
        {"httpMethod": "GET", "path": "/v1/openapi.json", "requestContext": "x"},
        {"httpMethod": "GET", "path": "/v1/openapi.json", "requestContext": {"a": 1}},
        {"httpMethod": "GET", "requestContext": {"requestId": "x"}},
        {"httpMethod": 1, "path": [], "requestContext": {"requestId": "x"}},
    ],
)
def test_an_event_that_api_gateway_did_not_send_is_an_invalid_request(stack: Stack, name: str, event: Any) -> None:
    problem = stack.invoke(name, event)["error"]
    assert (problem["code"], problem["errors"][0]["field"]) == ("invalid_request", "event")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("SendCodeFunction", kind) for kind in ("link", "reset")),
        *(("VerifyCodeFunction", kind) for kind in ("notice", "code", "feedback")),
        *(("AdminFunction", kind) for kind in ("link", "reset", "notice", "code", "feedback")),
    ],
)
def test_what_is_for_another_function_is_not_taken(stack: Stack, name: str, kind: str) -> None:
    assert stack.invoke(name, {kind: {}})["error"]["code"] == "invalid_request"


@pytest.mark.parametrize("name", ["SendCodeFunction", "VerifyCodeFunction"])
@pytest.mark.parametrize("event", [{}, {"operation": "users.list"}, {"link": {}, "reset": {}, "notice": {}}])
def test_only_the_admin_function_is_invoked_directly(stack: Stack, name: str, event: Any) -> None:
    problem = stack.invoke(name, event)["error"]
    assert (problem["code"], problem["errors"][0]["field"]) == ("invalid_request", "event")


def test_an_unknown_route_is_not_found(stack: Stack) -> None:
    from infra.local.events import Request, proxy_event

    for function in ("VerifyCodeFunction", "SendCodeFunction"):
        for method, path in (
            ("GET", "/v1/nothing"),
            ("DELETE", "/v1/login"),
            ("GET", "/"),
            ("POST", "/v1/login/../admin"),
        ):
            request = Request(method, path, "", [], b"", "192.0.2.1", "HTTP/1.1", 443)
            event = proxy_event(request, Route(method, path, function), {}, stack.template.api)
            answer = stack.answer(function, event)
            assert (answer.status, answer.code) == (404, "not_found")


# --- anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(["login_name", "password", "code", "phone_id", "channel", "locale", "client_version"])
OBJECTS = st.dictionaries(NAMES, JSON | st.text(string.printable, max_size=70), max_size=4)
ANYTHING = st.binary(max_size=80) | (JSON | OBJECTS).map(lambda value: json.dumps(value).encode())


@pytest.mark.parametrize("path", ["/v1/login", *WITH_A_BODY[1:]])
def test_any_body_is_answered_and_none_is_a_500(shared_stack: Stack, path: str) -> None:
    """Fuzzed by Hypothesis: every answer keeps the promises that hold for all answers."""
    from tests import people

    shared_stack.forget()
    person = people.add(shared_stack).challenged()
    full = path if path.startswith("/") else challenge_path(person.challenge, path)

    @FUZZED
    @given(ANYTHING)
    def fuzz(body: bytes) -> None:
        answer = person.call("POST", full, body, address=shared_stack.address())
        assert answer.status < 500
        assert answer.status in (400, 401, 404, 409, 410, 429, 200, 201)

    fuzz()


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("Authorization", "verify"),
        ("Content-Type", "verify"),
        ("Content-Encoding", "verify"),
        ("Idempotency-Key", "resend"),
        ("Idempotency-Key", "verify"),
    ],
)
def test_any_header_is_answered_and_none_is_a_500(shared_stack: Stack, name: str, verb: str) -> None:
    from tests import people

    shared_stack.forget()
    person = people.add(shared_stack).challenged()

    @FUZZED
    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
    def fuzz(value: str) -> None:
        body = {"code": "x"} if verb == "verify" else {}
        answer = person.call("POST", challenge_path(person.challenge, verb), body, headers={name: value})
        assert answer.status < 500

    fuzz()


def test_any_challenge_id_is_answered_and_none_is_a_500(shared_stack: Stack) -> None:
    from tests import people

    person = people.add(shared_stack)
    person.login()

    @FUZZED
    @given(st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable()))
    def fuzz(challenge_id: str) -> None:
        person.challenge = challenge_id
        assert person.get().status == 404

    fuzz()
