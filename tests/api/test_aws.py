"""Logins whose messages go by AWS: the request, the reports, and what Twilio gets when AWS refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from mfa.delivery.aws_events import STATUSES
from mfa.errors import PhoneUnusable
from mfa.vendor_errors import look_up
from tests.api import deliveries
from tests.api.stack import SENDER, Stack
from tests.local.sms_voice_simulation import Simulation
from tests.people import Person, digits
from tests.product import Refused

BY_TWILIO = {"provider": "twilio", "sender": {"phone_number": SENDER}}


def by_aws(aws: Simulation) -> dict[str, Any]:
    return {"provider": "aws", "sender": {"phone_number": aws.account.phone_number}, "max_price": 0.5}


@contextmanager
def sending_by(stack: Stack, aws: Simulation, *routes: Mapping[str, Any], **settings: Any) -> Iterator[None]:
    """The stack with AWS switched on, and these routes."""
    aws.reset({"fault": "lost_events"})
    deliveries.faults(stack, {"fault": "lost_callbacks"})
    stack.line.twilio.forget()
    with (
        stack.at(AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2=aws.url),
        stack.with_settings(routes=list(routes), **settings),
    ):
        yield
    stack.table.delete_item(Key=deliveries.BREAKER)
    deliveries.faults(stack)


@pytest.fixture
def routed(stack: Stack, aws: Simulation) -> Iterator[None]:
    """AWS first, then Twilio."""
    with sending_by(stack, aws, by_aws(aws), BY_TWILIO, voice={"enabled": True}):
        yield


def asked(aws: Simulation) -> dict[str, Any]:
    """The parameters of the newest request to AWS."""
    parameters: dict[str, Any] = aws.sms_voice.requests()[0]["parameters"]  # type: ignore[assignment]
    return parameters


def report(stack: Stack, ref: str, event_type: str) -> None:
    """SNS brings an event of AWS."""
    message = json.dumps({"eventType": event_type, "context": {"ref": ref}, "messageId": "m-1"})
    stack.invoke("SendCodeFunction", {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]})


def of_history(person: Person, kind: str) -> dict[str, Any]:
    return next(event for event in person.events() if event["type"] == kind)


def test_a_login_by_aws_asks_twilio_nothing(stack: Stack, aws: Simulation, routed: None, person: Person) -> None:
    person.challenged()
    assert deliveries.requests(stack) == []
    request = asked(aws)
    assert request["DestinationPhoneNumber"] == person.numbers[0]
    assert request["OriginationIdentity"] == aws.account.phone_number
    assert request["ConfigurationSetName"] == aws.account.configuration_set
    assert (request["MaxPrice"], request["TimeToLive"]) == ("0.50000", 285)
    assert person.verify(digits(request["MessageBody"])).status == 200


def test_a_call_by_aws_speaks_the_passcode(stack: Stack, aws: Simulation, routed: None, person: Person) -> None:
    person.login()
    person.start(channel="voice")
    assert asked(aws)["MessageBodyTextType"] == "SSML"
    assert aws.sms_voice.requests()[0]["operation"] == "SendVoiceMessage"
    assert deliveries.requests(stack) == []


@pytest.mark.parametrize("event_type", STATUSES)
def test_each_report_of_aws_tells_how_far_the_message_came(
    stack: Stack, aws: Simulation, routed: None, person: Person, event_type: str
) -> None:
    person.challenged()
    ref = asked(aws)["Context"]["ref"]
    report(stack, ref, event_type)
    delivery = STATUSES[event_type]
    shown = person.get().json["delivery"]
    if not delivery.is_refused:
        # Of a message under way nothing is written.
        assert shown == {"status": delivery.value if delivery.is_final else "queued"}
        return
    assert (shown["status"], shown["error_code"]) == (delivery.value, event_type)
    assert person.item["refunded"] == 1
    report(stack, ref, event_type)
    assert person.item["refunded"] == 1
    assert shown.get("permanent", False) == look_up(event_type).permanent
    assert of_history(person, "send_refused")["actor"] == "aws"


@pytest.mark.parametrize(
    "records",
    [
        [], {}, None, "Records", [1], [{}], [{"Sns": {"Message": "no JSON"}}], [{"Sns": {"Message": "[]"}}],
        [{"Sns": {"Message": '{"eventType": "TEXT_DELIVERED"}'}}],
        [{"Sns": {"Message": '{"eventType": "TEXT_DELIVERED", "context": {"ref": "' + "0" * 32 + '"}}'}}],
        [{"Sns": {"Message": '{"eventType": "TEXT_UNKNOWN", "context": {"ref": 1}}'}}],
    ],
)  # fmt: skip
def test_anything_else_from_the_topic_changes_nothing(stack: Stack, records: object) -> None:
    assert stack.invoke("SendCodeFunction", {"Records": records}) == {}


def test_twilio_sends_if_aws_refuses_and_the_code_works(
    stack: Stack, aws: Simulation, routed: None, person: Person
) -> None:
    aws.reset({"fault": "error", "exception": "ConflictException", "reason": "RESOURCE_NOT_ACTIVE"})
    person.challenged()
    assert (len(aws.sms_voice.requests()), len(deliveries.requests(stack))) == (1, 1)
    assert person.verify(deliveries.code(person)).status == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 500},
        {"fault": "reset"},
        {"fault": "error", "exception": "InternalServerException"},
    ],
)
def test_twilio_sends_nothing_if_the_message_may_have_gone_out_by_aws(
    stack: Stack, aws: Simulation, routed: None, person: Person, fault: dict[str, object]
) -> None:
    aws.reset(fault)
    person.login()
    assert person.start().json["delivery"] == {"status": "unknown"}
    assert person.resend().code == "resend_too_soon"
    assert (len(aws.sms_voice.requests()), deliveries.requests(stack)) == (1, [])


def test_a_number_that_aws_finds_opted_out_is_not_tried_elsewhere(
    stack: Stack, aws: Simulation, routed: None, person: Person
) -> None:
    aws.reset({"fault": "error", "exception": "ConflictException", "reason": "DESTINATION_PHONE_NUMBER_OPTED_OUT"})
    person.login()
    assert person.start().code == PhoneUnusable.code
    assert deliveries.requests(stack) == []


def test_aws_is_paused_by_itself_and_logins_say_so(stack: Stack, aws: Simulation, person: Person) -> None:
    only_aws = by_aws(aws) | {"regions": ["HK"]}
    with sending_by(stack, aws, only_aws):
        aws.reset({"fault": "error", "exception": "AccessDeniedException", "reason": "ACCOUNT_DISABLED"})
        person.login()
        assert person.start().code == "sms_unavailable"
        stack.restart()
        login = person.login().json
        assert (login["methods"], login["channels"]) == (["email"], [])
        assert person.start().code == "sms_unavailable"
        assert len(aws.sms_voice.requests()) == 1, "a paused provider is not asked"
        sending = stack.admin("health.get")["sending"]
        assert (sending["status"], sending["provider"], sending["error_code"]) == ("refused", "aws", "ACCOUNT_DISABLED")


def test_a_route_by_aws_is_passed_by_where_the_stack_does_not_send_by_it(
    stack: Stack, aws: Simulation, person: Person
) -> None:
    with stack.with_settings(routes=[by_aws(aws), BY_TWILIO]), stack.at(AWS_MESSAGES="off"):
        person.challenged()
    assert stack.texts(person.numbers[0])


def test_a_new_route_by_aws_is_refused_where_the_stack_does_not_send_by_it(stack: Stack, aws: Simulation) -> None:
    with stack.with_settings(routes=[by_aws(aws)]), stack.at(AWS_MESSAGES="off"):
        stack.admin("settings.patch", signature="Other words")
        stack.admin("settings.patch", signature=None)
        added = {"routes": [by_aws(aws), by_aws(aws) | {"regions": ["GB"]}]}
        for operation, given in (("settings.patch", added), ("settings.preview", {"settings": added})):
            with pytest.raises(Refused) as refusal:
                stack.admin(operation, **given)
            assert refusal.value.problem["errors"][0]["field"] == "routes[1].provider", operation
