"""The test of one route: its message goes by the route's provider, from its sender, and by no other one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mfa.settings.prices import shipped
from tests.api import administrators, deliveries
from tests.api.administrators import Administrator
from tests.api.stack import SENDER, Stack
from tests.local.sms_voice_simulation import Simulation
from tests.people import digits
from tests.product import Answer

OTHER = "+12063125099"
BY_TWILIO = {"provider": "twilio", "sender": {"phone_number": SENDER}, "regions": ["GB"]}
BY_OTHER = {"provider": "twilio", "sender": {"phone_number": OTHER}}


@pytest.fixture
def admin(stack: Stack, aws: Simulation) -> Iterator[Administrator]:
    """AWS takes messages. No route is saved."""
    aws.reset({"fault": "lost_events"})
    stack.line.twilio.forget()
    with stack.at(AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2=aws.url):
        yield administrators.new(stack)


def screen(aws: Simulation) -> dict[str, Any]:
    """Routes on the screen: Twilio to a country, AWS, and Twilio from a sender that it does not know."""
    by_aws = {"provider": "aws", "sender": {"phone_number": aws.account.phone_number}, "max_price": 0.5}
    return {"routes": [BY_TWILIO, by_aws, BY_OTHER]}


def start(admin: Administrator, aws: Simulation, route: object, **more: Any) -> Answer:
    body = {"phone": admin.stack.number(), "settings": screen(aws), "route": route} | more
    return admin.ask("POST", "/settings/test", body)


def field(answer: Answer) -> str:
    assert answer.code == "invalid_request", answer.text
    return str(answer.json["errors"][0]["field"])


def spent(stack: Stack) -> int:
    return int(stack.admin("overview.get", days=1)["spend"]["today"]["micro_usd"])


def test_a_route_by_aws_is_proved_by_its_passcode(stack: Stack, admin: Administrator, aws: Simulation) -> None:
    before = spent(stack)
    began = start(admin, aws, 1)
    assert began.status == 201, began.text
    assert deliveries.requests(stack) == []
    [request] = aws.sms_voice.requests()
    message: Any = request["parameters"]
    assert (message["OriginationIdentity"], message["MaxPrice"]) == (aws.account.phone_number, "0.50000")
    price = shipped().micro_usd["aws"]["sms"]["HK"]
    assert (spent(stack) - before) % price == 0 < spent(stack) - before
    path = f"/settings/test/{began.json['id']}"
    asked = admin.ask("POST", f"{path}/delivery", {"settings": screen(aws), "route": 1})
    assert asked.json["delivery"] == {"status": "queued"}, "AWS cannot be asked"
    # Asked about by a route of Twilio's, it is still none of Twilio's messages.
    other = admin.ask("POST", f"{path}/delivery", {"settings": screen(aws), "route": 0})
    assert (other.json["delivery"], deliveries.requests(stack)) == ({"status": "queued"}, [])
    assert admin.ask("POST", f"{path}/resend", {"settings": screen(aws), "route": 1}).code == "resend_too_soon"
    verified = admin.ask("POST", f"{path}/verify", {"code": digits(message["MessageBody"])})
    assert verified.json["status"] == "approved"
    assert stack.admin("settings.get")["routes"] == [], "nothing is saved"


def test_a_route_by_twilio_is_tested_from_its_own_sender_to_any_country(
    stack: Stack, admin: Administrator, aws: Simulation
) -> None:
    no_sender = screen(aws) | {"twilio": {"sender": None}}
    assert start(admin, aws, 0, settings=no_sender).status == 201
    assert deliveries.asked(stack)["From"] == SENDER
    assert field(start(admin, aws, None, settings=no_sender)) == "twilio.sender"
    assert start(admin, aws, None).status == 201, "the sender of twilio.sender, whatever the routes are"
    assert aws.sms_voice.requests() == []


@pytest.mark.parametrize(
    ("route", "reason", "named"),
    [
        (1, "RESOURCE_NOT_ACTIVE", "routes[1]"),
        (2, "", "routes[2].sender"),
    ],
)
def test_a_refused_route_is_named_and_no_other_one_is_tried(
    stack: Stack, admin: Administrator, aws: Simulation, route: int, reason: str, named: str
) -> None:
    if reason:
        aws.reset({"fault": "error", "exception": "ConflictException", "reason": reason})
    assert field(start(admin, aws, route)) == named
    tried = (len(aws.sms_voice.requests()), len(deliveries.requests(stack)))
    assert tried == ((1, 0) if reason else (0, 1))
    assert "paused_until" not in stack.table.get_item(Key=deliveries.BREAKER).get("Item", {})


@pytest.mark.parametrize(
    ("route", "named"),
    [(3, "route"), (-1, "route"), (50, "route"), ("1", "route"), (1.5, "route"), (True, "route")],
)
def test_a_route_that_is_not_there_is_refused(admin: Administrator, aws: Simulation, route: object, named: str) -> None:
    assert field(start(admin, aws, route)) == named


def test_a_route_that_cannot_send_is_refused_before_a_test_is_spent(
    stack: Stack, admin: Administrator, aws: Simulation
) -> None:
    with stack.at(AWS_MESSAGES="off"):
        assert field(start(admin, aws, 1)) == "routes[1].provider"
        assert start(admin, aws, 0).status == 201, "the other routes are tested all the same"
    no_account = screen(aws) | {"twilio": {"account_sid": None}}
    assert field(start(admin, aws, 0, settings=no_account)) == "routes[0].provider"
