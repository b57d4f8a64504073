"""The faults of the simulated AWS End User Messaging, as boto3's own client meets them."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from infra.local.sms_voice import model
from infra.local.sms_voice.course import course
from infra.local.sms_voice.faults import EXCEPTIONS, TEXT_ENDS, VOICE_ENDS
from tests.local.sms_voice_simulation import Simulation
from tests.local.twilio_simulation import until

PHONE = "+85292153799"
OTHER = "+85261234567"
SET = "test-mfa"


def send(client: Any, **parameters: Any) -> Any:
    given = {"DestinationPhoneNumber": PHONE, "MessageBody": "hi", "ConfigurationSetName": SET, **parameters}
    return client.send_text_message(**given)


def phone_call(client: Any) -> Any:
    return client.send_voice_message(
        DestinationPhoneNumber=PHONE,
        OriginationIdentity="+12065550142",
        MessageBody="hi",
        ConfigurationSetName=SET,
    )


def refused(client: Any, **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        send(client, **parameters)
    return dict(error.value.response)


def outcome(answer: dict[str, Any]) -> tuple[str, int]:
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


# --- wrong answers


@pytest.mark.parametrize(
    ("exception", "reason", "status"),
    [
        (name, reason, 500 if name == "InternalServerException" else 400)
        for name in EXCEPTIONS
        for reason in (model.reasons(name) or ("",))
    ],
)
def test_a_fault_can_be_any_exception_of_the_model(
    simulation: Simulation, client: Any, exception: str, reason: str, status: int
) -> None:
    rule: dict[str, object] = {"fault": "error", "exception": exception, "times": 1}
    simulation.reset({**rule, "reason": reason} if reason else rule)
    answer = refused(client)
    assert (outcome(answer), answer.get("Reason", "")) == ((exception, status), reason)
    assert simulation.delivered == []
    [request] = simulation.sms_voice.requests()
    assert (request["status"], request["code"], request["message_id"]) == (status, exception, None)
    assert request["faults"] == ["error"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "ThrottlingException"), (500, "InternalServerException"), (503, "InternalServerException")],
)
def test_a_fault_replaces_the_answer_with_a_status(simulation: Simulation, client: Any, status: int, code: str) -> None:
    simulation.reset({"fault": "status", "status": status})
    assert outcome(refused(client)) == (code, status)
    assert simulation.delivered == []


def test_a_server_error_may_be_no_json_and_the_message_arrive_all_the_same(simulation: Simulation, client: Any) -> None:
    simulation.reset({"fault": "status", "status": 503, "body": "<html>busy</html>", "accept": True})
    assert refused(client)["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert simulation.bodies() == ["hi"]
    assert simulation.sms_voice.requests()[0]["message_id"] is not None


@pytest.mark.parametrize(("fault", "count"), [("reset", 0), ("reset_after_accept", 1)])
def test_a_reset_ends_the_connection_before_or_after_the_message(
    simulation: Simulation, client: Any, fault: str, count: int
) -> None:
    simulation.reset({"fault": fault, "times": 1})
    with pytest.raises(ConnectionClosedError):
        send(client)
    assert len(simulation.delivered) == count
    [request] = simulation.sms_voice.requests()
    assert (request["status"], request["message_id"] is not None) == (None, count == 1)
    assert send(client)["MessageId"]


def test_a_message_goes_out_although_its_answer_is_cut_off(simulation: Simulation, client: Any) -> None:
    simulation.reset({"fault": "malformed"})
    assert "MessageId" not in send(client)  # botocore takes a body that is no JSON for an empty answer
    assert simulation.bodies() == ["hi"]


def test_a_slow_answer_comes_after_the_message(simulation: Simulation, client: Any) -> None:
    simulation.reset({"fault": "slow", "seconds": 1.2, "times": 2})
    began = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        send(simulation.client(timeout=0.3))
    assert simulation.bodies() == ["hi"]
    assert send(client)["MessageId"]
    assert time.monotonic() - began > 1.2


def test_a_request_that_is_slow_to_be_accepted_is_forgotten_with_its_caller(
    simulation: Simulation, client: Any
) -> None:
    simulation.reset({"fault": "slow", "seconds": 0.8, "accept": False, "times": 2})
    with pytest.raises(ReadTimeoutError):
        send(simulation.client(timeout=0.3))
    send(client, MessageBody="patient")
    assert simulation.bodies() == ["patient"]


# --- on the way


@pytest.mark.parametrize("status", [end for end in TEXT_ENDS if end not in {"PENDING", "SUCCESSFUL", "DELIVERED"}])
def test_an_accepted_message_can_fail(simulation: Simulation, client: Any, status: str) -> None:
    simulation.reset({"fault": "delivery", "status": status, "after": 0.1, "times": 1})
    message_id = send(client)["MessageId"]
    until(lambda: len(simulation.events) == 2)
    assert [event["eventType"] for event in simulation.events] == ["TEXT_PENDING", f"TEXT_{status}"]
    last = simulation.events[-1]
    assert (last["messageId"], last["isFinal"], last["messageStatus"]) == (message_id, True, status)
    assert simulation.delivered == []


@pytest.mark.parametrize("status", [end for end in VOICE_ENDS if end != "COMPLETED"])
def test_an_accepted_call_can_fail(simulation: Simulation, client: Any, status: str) -> None:
    simulation.reset({"fault": "delivery", "status": status, "after": 0.1, "times": 1})
    phone_call(client)
    until(lambda: len(simulation.events) == 3)
    assert [event["eventType"] for event in simulation.events][-1] == f"VOICE_{status}"
    assert simulation.delivered == []


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("PENDING", ["TEXT_PENDING"]),
        ("SUCCESSFUL", ["TEXT_PENDING", "TEXT_SUCCESSFUL"]),
        (None, ["TEXT_PENDING", "TEXT_CARRIER_UNREACHABLE"]),
    ],
)
def test_the_course_ends_where_the_fault_says(
    simulation: Simulation, client: Any, status: str | None, kinds: list[str]
) -> None:
    simulation.reset({"fault": "delivery", "after": 0.1, **({"status": status} if status else {})})
    send(client)
    until(lambda: len(simulation.events) == len(kinds))
    assert [event["eventType"] for event in simulation.events] == kinds
    assert (simulation.bodies() == ["hi"]) is (status == "SUCCESSFUL")


def test_a_delayed_message_arrives_late(simulation: Simulation, client: Any) -> None:
    simulation.reset({"fault": "delivery_delay", "seconds": 0.3})
    send(client, TimeToLive=60)
    assert simulation.delivered == []
    until(lambda: len(simulation.events) == 3)
    assert (simulation.bodies(), simulation.events[-1]["eventType"]) == (["hi"], "TEXT_DELIVERED")


@pytest.mark.parametrize(("channel", "first"), [("sms", "PENDING"), ("voice", "INITIATED")])
def test_a_message_delayed_beyond_its_time_to_live_never_arrives(
    simulation: Simulation, channel: str, first: str
) -> None:
    simulation.reset({"fault": "delivery_delay", "seconds": 60.5})
    way = course(simulation.sms_voice.faults, PHONE, channel, 60)
    assert [(step.after, step.status) for step in way.steps] == [(0.1, first), (60, "TTL_EXPIRED")]
    assert (way.at_once, any(step.arrives for step in way.steps)) == (False, False)
    late = course(simulation.sms_voice.faults, PHONE, channel, 61)
    assert (late.at_once, late.steps[-1].arrives) == (False, True)


@pytest.mark.parametrize(
    ("fault", "kinds"),
    [
        ("duplicate_events", ["PENDING", "PENDING", "SUCCESSFUL", "SUCCESSFUL", "DELIVERED", "DELIVERED"]),
        ("reordered_events", ["DELIVERED", "SUCCESSFUL", "PENDING"]),
        ("lost_events", []),
    ],
)
def test_events_come_twice_in_another_order_or_not_at_all(
    simulation: Simulation, client: Any, fault: str, kinds: list[str]
) -> None:
    simulation.reset({"fault": fault, "to": PHONE})
    send(client)
    send(client, DestinationPhoneNumber=OTHER)  # its last event comes after all of the first message's
    until(lambda: sum(event["destinationPhoneNumber"] == OTHER for event in simulation.events) == 3)
    mine = [event["messageStatus"] for event in simulation.events if event["destinationPhoneNumber"] == PHONE]
    assert mine == kinds


# --- rules


def test_a_rule_can_be_limited_to_a_count_a_number_and_a_channel(simulation: Simulation, client: Any) -> None:
    simulation.reset(
        {"fault": "status", "status": 500, "to": OTHER, "times": 1},
        {"fault": "error", "exception": "ThrottlingException", "channel": "voice"},
    )
    assert send(client)["MessageId"]
    assert outcome(refused(client, DestinationPhoneNumber=OTHER)) == ("InternalServerException", 500)
    assert send(client, DestinationPhoneNumber=OTHER)["MessageId"]
    with pytest.raises(ClientError, match="ThrottlingException"):
        phone_call(client)


def test_feedback_fails_only_by_a_rule_for_feedback(simulation: Simulation, client: Any) -> None:
    message_id = send(client, MessageFeedbackEnabled=True)["MessageId"]
    feedback = {"MessageId": message_id, "MessageFeedbackStatus": "RECEIVED"}
    simulation.reset({"fault": "status", "status": 500})
    assert client.put_message_feedback(**feedback)["MessageFeedbackStatus"] == "RECEIVED"
    simulation.reset({"fault": "status", "status": 500, "channel": "feedback", "to": PHONE})
    with pytest.raises(ClientError, match="InternalServerException"):
        client.put_message_feedback(**feedback)
    assert send(client)["MessageId"]


def test_a_rule_for_one_request_applies_once_under_load(simulation: Simulation, client: Any) -> None:
    simulation.reset({"fault": "status", "status": 500, "times": 3})

    def status(_: int) -> int:
        try:
            return int(send(client)["ResponseMetadata"]["HTTPStatusCode"])
        except ClientError as error:
            return int(error.response["ResponseMetadata"]["HTTPStatusCode"])

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(status, range(12))) == [200] * 9 + [500] * 3
    assert len(simulation.delivered) == 9


def test_a_refused_request_does_not_use_up_a_delivery_rule(simulation: Simulation, client: Any) -> None:
    simulation.reset({"fault": "delivery", "status": "BLOCKED", "times": 1})
    refused(client, ConfigurationSetName="other")
    assert len(simulation.sms_voice.faults.listed()) == 1
    send(client)
    assert simulation.sms_voice.faults.listed() == []


def control(simulation: Simulation, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = requests.request(method, f"{simulation.url}/handset/aws{path}", json=body, timeout=5)
    return answer.status_code, answer.json()


def test_rules_requests_and_events_are_read_and_changed_over_http(simulation: Simulation, client: Any) -> None:
    rule = {"fault": "delivery", "status": "BLOCKED", "after": 0.1, "times": 2, "to": PHONE}
    assert control(simulation, "PUT", "/faults", [rule]) == (200, [rule])
    control(simulation, "POST", "/faults", {"fault": "lost_events", "to": OTHER})
    assert len(control(simulation, "GET", f"/faults?to={PHONE}")[1]) == 1
    send(client)
    until(lambda: len(simulation.sms_voice.events.told()) == 2)
    [event, _] = control(simulation, "GET", f"/events?to={PHONE}")[1]
    assert (event["status"], event["answer"], event["event"]["messageId"]) == ("TEXT_BLOCKED", 200, event["message_id"])
    [asked] = control(simulation, "GET", "/requests?limit=1")[1]
    assert (asked["operation"], asked["parameters"]["MessageBody"], asked["status"]) == ("SendTextMessage", "hi", 200)
    assert control(simulation, "DELETE", "/faults") == (200, [])
    assert control(simulation, "DELETE", "/requests") == (200, [])
    assert control(simulation, "GET", "/events") == (200, [])
    assert control(simulation, "PATCH", "/faults")[0] == 405
    assert control(simulation, "GET", "/nothing")[0] == 404
    assert control(simulation, "GET", "")[1]["pool_id"] == simulation.account.pool_id


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"fault": "error"}, "exception is missing"),
        ({"fault": "error", "exception": "TeapotException"}, "exception cannot be"),
        (
            {"fault": "error", "exception": "ConflictException", "reason": "CANNOT_PARSE"},
            "reason of ConflictException is one of",
        ),
        (
            {"fault": "error", "exception": "ThrottlingException", "reason": "OTHER"},
            "ThrottlingException has no reason",
        ),
        ({"fault": "delivery", "status": "undelivered"}, "status cannot be"),
        ({"fault": "delivery", "status": "BUSY", "channel": "sms"}, "status is one of"),
        ({"fault": "reset", "channel": "whatsapp"}, "channel cannot be"),
        ({"fault": "duplicate_callbacks"}, "fault is one of"),
        ({"fault": "trial"}, "fault is one of"),
    ],
)
def test_an_invalid_rule_is_refused_and_changes_nothing(
    simulation: Simulation, rule: dict[str, object], problem: str
) -> None:
    simulation.reset({"fault": "lost_events"})
    status, answer = control(simulation, "PUT", "/faults", [rule])
    assert (status, problem in answer["error"]) == (400, True), json.dumps(answer)
    assert simulation.sms_voice.faults.listed() == [{"fault": "lost_events"}]
