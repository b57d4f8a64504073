"""events/ has an event for each operation, in the form in which Lambda is called."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from events.fill import PLACEHOLDER, fill, values_of
from mfa.administration import operations as administration
from mfa.api import OPERATIONS, PUBLIC
from mfa.http.declaration import AnyOperation

EVENTS = {path.stem: path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].glob("events/*.json")}
DIRECT = administration.INVOKED.keys()


def file_of(operation: AnyOperation) -> str:
    """`startChallenge` is in start_challenge.json, `users.get` in users.get.json."""
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", operation.id)


def test_every_operation_has_its_event() -> None:
    assert {file_of(operation) for operation in OPERATIONS} | DIRECT == EVENTS.keys()


@pytest.mark.parametrize(
    "operation",
    [*PUBLIC, *(each for each in administration.OPERATIONS if each.only)],
    ids=lambda op: op.id,
)
def test_the_event_of_a_call_is_what_api_gateway_sends(operation: AnyOperation) -> None:
    event = json.loads(EVENTS[file_of(operation)])
    context = event["requestContext"]
    assert (event["httpMethod"], event["resource"]) == (operation.method, operation.path)
    assert (context["httpMethod"], context["resourcePath"]) == (operation.method, operation.path)
    given = event["pathParameters"] or {}
    assert event["path"] == re.sub(r"\{(\w+)\}", lambda name: given[name[1]], operation.path)
    assert {name: [value] for name, value in event["headers"].items()} == event["multiValueHeaders"]


@pytest.mark.parametrize("name", sorted(DIRECT))
def test_the_event_of_a_direct_operation_names_it(name: str) -> None:
    event = json.loads(EVENTS[name])
    assert event["operation"] == name
    assert event.keys() == {"operation", "input"}


def test_answers_give_the_placeholders_values() -> None:
    http: Any = {
        "statusCode": 200,
        "body": json.dumps({"mfa_token": "m", "phones": [{"id": "p"}], "token": "t", "id": "c", "prefix": "XYWD"}),
    }
    client = {"client_id": "i", "client_secret": "s"}
    assert values_of(http) == {"MFA_TOKEN": "m", "PHONE_ID": "p", "ACCESS_TOKEN": "t", "CHALLENGE_ID": "c"}
    assert values_of({"output": {"id": "x", "prefix": "XYWD"}}) == {"TEST_ID": "x"}
    assert values_of({"output": {"id": "p", "masked_number": "****3799"}}) == {"PHONE_ID": "p"}
    opened = {"statusCode": 201, "body": json.dumps({"mfa_token": "m", "phones": [], "summary": "s", "id": "a"})}
    assert values_of(opened) == {"MFA_TOKEN": "m", "ACTION_ID": "a"}
    invitation = {"token": "n.s", "url": "https://login.example.com/v1/account/#invitation=n.s", "expires_at": "2026"}
    assert values_of({"output": invitation}) == {"INVITATION": "n.s"}
    followed = {"statusCode": 200, "body": json.dumps({"status": "enrolment", "enrolment_token": "e"})}
    assert values_of(followed) == {"ACCESS_TOKEN": "e"}
    own_phone = {"statusCode": 201, "body": json.dumps({"id": "c", "prefix": "XYWD", "phone_id": "p"})}
    assert values_of(own_phone) == {"CHALLENGE_ID": "c", "PHONE_ID": "p"}
    assert values_of({"output": {"devices": [{"id": "d"}, {"id": "e"}]}}) == {"DEVICE_ID": "d"}
    assert values_of({"output": {"devices": []}}) == {}
    seen = {"last_seen_at": "2026-11-28T08:00:00.000Z"}
    assert values_of({"output": {"items": [{"id": "s", **seen}, {"id": "r", **seen}]}}) == {"SESSION_ID": "s"}
    assert values_of({"output": {"items": [{"id": "e"}]}}) == values_of({"output": {"items": []}}) == {}
    assert values_of({"output": client}) == {"CLIENT_ID": "i", "CLIENT_BASIC": "aTpz"}
    assert values_of({"statusCode": 204, "body": ""}) == {}
    assert values_of({"error": {"code": "not_found"}}) == {}


def test_an_event_is_filled_completely_or_not_at_all() -> None:
    event = EVENTS["verify_challenge"]
    values = {"MFA_TOKEN": "m", "CHALLENGE_ID": "c", "PASSCODE": "581883"}
    assert not PLACEHOLDER.search(fill(event, values))
    with pytest.raises(KeyError, match="PASSCODE"):
        fill(event, {"MFA_TOKEN": "m", "CHALLENGE_ID": "c"})
