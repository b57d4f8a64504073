"""Twilio's reports by the function's own URL: they change what reports by the API change, and nothing else is served there."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from mfa.api import OPERATIONS
from tests.api.deliveries import STATUS_PATH, about, asked, ref, report, sign
from tests.api.stack import CALLBACKS, ISSUER, Stack
from tests.people import Person

MAY_BE = f"{'A' * 27}="

type Event = dict[str, Any]


def event(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Event:
    """Payload format 2.0: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads"""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": CALLBACKS.removeprefix("https://"), **{name.lower(): headers[name] for name in headers}},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "callbackaddress",
            "domainName": CALLBACKS.removeprefix("https://"),
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.207",
                "userAgent": "TwilioProxy/1.1",
            },
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1773342238000,
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def told(stack: Stack, of: str, parameters: dict[str, str], signature: str | None = None) -> Event:
    """The answer to a report at the function's URL, signed for it unless a test gives another signature."""
    query = urlencode({"ref": of})
    signed = sign(stack, f"{CALLBACKS}{STATUS_PATH}?{query}", parameters) if signature is None else signature
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signed}
    answer: Event = stack.invoke(
        "SendCodeFunction", event("POST", STATUS_PATH, query, headers, urlencode(parameters).encode())
    )
    assert answer.keys() == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert all(isinstance(value, str) for value in answer["headers"].values())
    assert answer["headers"]["Strict-Transport-Security"]
    return answer


def shown(person: Person) -> str:
    """The delivery status that the client sees."""
    status: str = person.get().json["delivery"]["status"]
    return status


def test_twilio_is_given_the_functions_url_and_its_signed_reports_count(stack: Stack, person: Person) -> None:
    person.challenged()
    assert asked(stack)["StatusCallback"].startswith(f"{CALLBACKS}{STATUS_PATH}?ref=")
    for status, becomes in (("sent", "queued"), ("delivered", "delivered")):
        assert told(stack, ref(stack), about(stack, status))["statusCode"] == 204
        assert shown(person) == becomes


def test_a_report_by_the_api_still_counts(stack: Stack, person: Person) -> None:
    """Messages that were sent before the update named the API."""
    person.challenged()
    assert report(stack, ref(stack), "delivered").status == 204
    assert shown(person) == "delivered"


def test_only_twilio_can_report_and_only_where_it_was_told_to(stack: Stack, person: Person) -> None:
    person.challenged()
    of, parameters = ref(stack), about(stack, "undelivered", 30005)
    path = f"{STATUS_PATH}?ref={of}"
    right = sign(stack, f"{CALLBACKS}{path}", parameters)
    forged = {
        "unsigned": "",
        "no base64": "signature",
        "cut short": right[:-2],
        "with more": f"{right} ",
        "for the API": sign(stack, f"{ISSUER}{path}", parameters),
        "for another ref": sign(stack, f"{CALLBACKS}{STATUS_PATH}?ref={'0' * 32}", parameters),
        "for another host": sign(stack, f"https://evil.example{path}", parameters),
        "by another account": sign(stack, f"{CALLBACKS}{path}", parameters, "f" * 32),
        "other parameters": sign(stack, f"{CALLBACKS}{path}", parameters | {"MessageStatus": "delivered"}),
    }
    before = person.item
    for how, signature in forged.items():
        answer = told(stack, of, parameters, signature)
        assert (how, answer["statusCode"], json.loads(answer["body"])["code"]) == (how, 403, "forbidden")
    assert report(stack, of, "undelivered", 30005, signature=right).status == 403
    assert person.item == before
    assert told(stack, of, parameters)["statusCode"] == 204
    assert person.phone_item()["unusable_reason"] == "30005"


@pytest.mark.parametrize("signature", ["", "signature", "A" * 28, "A" * 5000])
def test_an_unsigned_request_reads_nothing(stack: Stack, signature: str) -> None:
    """Whoever knows the URL can ask as often as they like. Here a read would fail, as it does for a signature that may be right."""
    with stack.at(PUBLIC_URL_PARAMETER="/nowhere", TABLE_NAME="nowhere"):
        assert told(stack, "0" * 32, about(stack, "sent"), signature)["statusCode"] == 403
        may_be = event("POST", STATUS_PATH, "", {"X-Twilio-Signature": MAY_BE}, b"")
        assert stack.invoke("SendCodeFunction", may_be)["statusCode"] >= 500


@pytest.mark.parametrize("operation", [each for each in OPERATIONS if each.route and each.id != "twilioStatus"])
def test_nothing_else_is_served_there(stack: Stack, operation: Any) -> None:
    """The URL passes the firewall and the gateway's limits, which all other requests need."""
    assert not operation.by_function_url
    before = len(stack.logs.getvalue())
    given = event(operation.method, operation.path, "", {"Content-Type": "application/json"}, b"{}")
    answer = stack.invoke("SendCodeFunction", given)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "not_found")
    assert not stack.logs.getvalue()[before:], "a line costs more than the request"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", STATUS_PATH), ("OPTIONS", "/v1/challenges"), ("POST", "/"), ("POST", f"{STATUS_PATH}/")],
)
def test_no_other_method_or_path_is_served_there(stack: Stack, method: str, path: str) -> None:
    assert stack.invoke("SendCodeFunction", event(method, path, "", {}, b""))["statusCode"] == 404


def test_a_report_with_two_refs_is_refused(stack: Stack) -> None:
    given = event("POST", STATUS_PATH, "ref=a&ref=b", {"X-Twilio-Signature": MAY_BE}, b"")
    assert stack.invoke("SendCodeFunction", given)["statusCode"] == 400


def test_without_a_function_url_twilio_reports_to_the_api(stack: Stack, person: Person) -> None:
    parameters, name = boto3.client("ssm"), "/local/mfa/public-url"
    given = parameters.get_parameter(Name=name)["Parameter"]["Value"]
    assert given == f"{ISSUER} {CALLBACKS}/"
    with contextlib.ExitStack() as after:
        after.callback(stack.restart)
        after.callback(stack.admin, "fraud.compute")  # the schedule, which notes the addresses
        after.callback(parameters.put_parameter, Name=name, Value=given, Overwrite=True)
        parameters.put_parameter(Name=name, Value=ISSUER, Overwrite=True)
        stack.admin("fraud.compute")
        stack.restart()
        person.challenged()
        assert asked(stack)["StatusCallback"].startswith(f"{ISSUER}{STATUS_PATH}?ref=")
        assert report(stack, ref(stack), "delivered").status == 204
        assert shown(person) == "delivered"
