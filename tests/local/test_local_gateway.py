"""Requests become API Gateway's events, and the functions' answers become its responses."""

import json

import pytest

from infra.local.events import Request, proxy_event
from infra.local.gateway import Router
from infra.local.responses import MalformedAnswer, function_response, gateway_response
from infra.local.template import Api, Route

API = Api(
    stage="live",
    routes=(),
    gateway_responses={
        "DEFAULT_5XX": {
            "StatusCode": "503",
            "ResponseParameters": {"Headers": {"Retry-After": "'2'"}},
            "ResponseTemplates": {"application/json": '{"code":"temporarily_unavailable"}'},
        }
    },
    binary_media_types=("image/*",),
)
ROUTE = Route("POST", "/v1/things/{id}", "F")


def request(**changes: object) -> Request:
    values: dict[str, object] = {
        "method": "POST",
        "path": "/v1/things/a%2Fb",
        "query": "",
        "headers": [("Host", "example.com"), ("Content-Type", "application/json")],
        "body": b"",
        "peer": "192.0.2.7",
        "protocol": "HTTP/1.1",
        "port": 8080,
    }
    return Request(**{**values, **changes})  # type: ignore[arg-type]  # each test changes what it is about


def event(**changes: object) -> dict[str, object]:
    return proxy_event(request(**changes), ROUTE, {"id": "a%2Fb"}, API, now=1_700_000_000.5, request_id="r")


def test_an_event_has_every_member_of_a_proxy_event() -> None:
    made = event(body=b"{}")
    assert made.keys() == {
        "resource",
        "path",
        "httpMethod",
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
        "pathParameters",
        "stageVariables",
        "requestContext",
        "body",
        "isBase64Encoded",
    }
    context = made["requestContext"]
    assert isinstance(context, dict)
    assert context["stage"] == "live"
    assert context["requestId"] == "r"
    assert context["resourcePath"] == "/v1/things/{id}"
    assert context["requestTimeEpoch"] == 1_700_000_000_500
    assert context["requestTime"] == "14/Nov/2023:22:13:20 +0000"
    assert made["pathParameters"] == {"id": "a%2Fb"}


def test_the_source_address_is_the_connections_whatever_a_header_claims() -> None:
    made = event(headers=[("X-Forwarded-For", "198.51.100.1"), ("Host", "h")])
    context, headers = made["requestContext"], made["headers"]
    assert isinstance(context, dict)
    assert isinstance(headers, dict)
    assert context["identity"]["sourceIp"] == "192.0.2.7"
    assert headers["X-Forwarded-For"] == "198.51.100.1, 192.0.2.7"


def test_repeated_headers_and_parameters_are_kept_and_the_last_one_stands_alone() -> None:
    made = event(headers=[("X-A", "1"), ("X-A", "2")], query="q=1&q=2&e=&p=a%20b+c")
    assert made["headers"]["X-A"] == "2"  # type: ignore[index]
    assert made["multiValueHeaders"]["X-A"] == ["1", "2"]  # type: ignore[index]
    assert made["queryStringParameters"] == {"q": "2", "e": "", "p": "a b c"}
    assert made["multiValueQueryStringParameters"] == {"q": ["1", "2"], "e": [""], "p": ["a b c"]}


def test_absent_members_are_null() -> None:
    made = event()
    assert made["body"] is None
    assert made["queryStringParameters"] is None
    assert made["stageVariables"] is None


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/json", "é".encode(), ("é", False)),
        ("application/json", b"\xff", ("/w==", True)),
        ("image/png", b"png", ("cG5n", True)),
    ],
)
def test_a_binary_body_arrives_as_base64(kind: str, body: bytes, expected: tuple[str, bool]) -> None:
    made = event(headers=[("Content-Type", kind)], body=body)
    assert (made["body"], made["isBase64Encoded"]) == expected


def test_the_most_specific_path_decides() -> None:
    router = Router(
        (
            Route("ANY", "/a/{proxy+}", "Greedy"),
            Route("GET", "/a/{id}", "One"),
            Route("GET", "/a/fixed", "Fixed"),
        )
    )

    def function(method: str, path: str) -> str | None:
        found = router.find(method, path)
        return found[0].function if found else None

    assert function("GET", "/a/fixed") == "Fixed"
    assert function("GET", "/a/fixed/") == "Fixed"
    assert function("GET", "/a/x") == "One"
    assert function("POST", "/a/x") is None
    assert function("POST", "/a/x/y") == "Greedy"
    assert function("GET", "/a") is None
    assert router.find("GET", "/a/x%2Fy") == (Route("GET", "/a/{id}", "One"), {"id": "x%2Fy"})


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {"statusCode": "two hundred"},
        {"statusCode": True},
        {"statusCode": 200, "surprise": 1},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "headers": {"A": None}},
        {"statusCode": 200, "headers": {"A": "b\r\nc"}},
        {"statusCode": 200, "multiValueHeaders": {"A": "b"}},
    ],
)
def test_an_answer_that_api_gateway_would_not_pass_on_is_malformed(answer: object) -> None:
    with pytest.raises(MalformedAnswer):
        function_response(json.dumps(answer).encode(), API)


def test_an_answer_is_passed_on_with_all_its_headers() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "X-A": "single"},
        "multiValueHeaders": {"x-a": ["1", "2"]},
        "body": "héllo",
    }
    response = function_response(json.dumps(answer).encode(), API)
    assert response.status == 201
    assert sorted(response.headers) == [("Content-Type", "text/plain"), ("x-a", "1"), ("x-a", "2")]
    assert response.body == "héllo".encode()


@pytest.mark.parametrize(("kind", "body"), [("image/png", b"\x00"), ("text/plain", b"AA==")])
def test_base64_is_decoded_only_for_a_binary_media_type(kind: str, body: bytes) -> None:
    answer = {"statusCode": 200, "headers": {"Content-Type": kind}, "body": "AA==", "isBase64Encoded": True}
    assert function_response(json.dumps(answer).encode(), API).body == body


def test_the_gateways_own_refusals_are_worded_by_the_template() -> None:
    response = gateway_response("INTEGRATION_TIMEOUT", API)
    assert (response.status, response.body) == (503, b'{"code":"temporarily_unavailable"}')
    assert ("Retry-After", "2") in response.headers
    plain = gateway_response("MISSING_AUTHENTICATION_TOKEN", API)
    assert (plain.status, plain.body) == (403, b'{"message":"Missing Authentication Token"}')
