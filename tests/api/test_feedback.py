"""Feedback to AWS: it learns which messages arrived, because their passcodes came back. No login waits for it, or fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.stack import SENDER, Stack
from tests.local.sms_voice_simulation import Simulation
from tests.people import Person, code_in, digits

BY_TWILIO = {"provider": "twilio", "sender": {"phone_number": SENDER}}


@pytest.fixture
def by_aws(stack: Stack, aws: Simulation) -> Iterator[None]:
    """Messages go by AWS, and by Twilio if it refuses."""
    aws.reset({"fault": "lost_events"})
    route = {"provider": "aws", "sender": {"phone_number": aws.account.phone_number}}
    with (
        stack.at(AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2=aws.url),
        stack.with_settings(routes=[route, BY_TWILIO]),
    ):
        stack.events.clear()
        yield


def code(aws: Simulation) -> str:
    """The passcode of the newest message by AWS."""
    messages = [each for each in aws.sms_voice.requests() if each["operation"] == "SendTextMessage"]
    parameters: Any = messages[0]["parameters"]
    return digits(parameters["MessageBody"])


def told(aws: Simulation) -> list[object]:
    """What AWS knows of the messages that take feedback, newest first."""
    return [each["status"] for each in aws.sms_voice.messaging.feedback()]


def failures(stack: Stack) -> list[str]:
    lines = [line for line in stack.logs.getvalue().splitlines() if '"feedback_failures":' in line]
    return [json.loads(line)["reason"] for line in lines]


def test_aws_learns_once_that_a_message_arrived(stack: Stack, aws: Simulation, by_aws: None, person: Person) -> None:
    person.challenged()
    assert person.verify("0" * 6).code == "invalid_code"
    assert (stack.events, told(aws)[0]) == ([], "PENDING")
    typed = code(aws)
    assert person.verify(typed, key="k" * 16).status == 200
    assert [list(event) for _, event in stack.events] == [["feedback"]]
    stack.tell_changes()
    assert told(aws)[0] == "RECEIVED"
    assert person.verify(typed, key="k" * 16).status == 200, "the lost answer, once more"
    assert person.verify(typed).code == "challenge_used"
    assert stack.events == []


def test_twilio_and_its_logins_know_nothing_of_feedback(stack: Stack, person: Person) -> None:
    stack.events.clear()
    person.challenged()
    assert "feedback_id" not in person.item
    assert person.verify().status == 200
    assert stack.events == []


@pytest.mark.parametrize("newer", ["resend", "recover"])
def test_a_message_that_a_newer_one_replaced_gets_no_feedback(
    stack: Stack, aws: Simulation, by_aws: None, person: Person, newer: str
) -> None:
    """The newer one goes by Twilio, since AWS refuses it, or by mail."""
    person.challenged()
    assert person.item["feedback_id"]
    aws.reset({"fault": "error", "exception": "ConflictException", "reason": "RESOURCE_NOT_ACTIVE"})
    person.end_cooldown()
    assert (person.resend() if newer == "resend" else person.recover()).status in {200, 201}
    assert "feedback_id" not in person.item
    assert (
        person.verify(person.code() if newer == "resend" else code_in(stack.mails(person.email or "")[0])).status == 200
    )
    stack.tell_changes()
    assert "PutMessageFeedback" not in [each["operation"] for each in aws.sms_voice.requests()]


def test_messages_without_a_logins_passcode_take_no_feedback(
    stack: Stack, aws: Simulation, by_aws: None, person: Person
) -> None:
    """AWS would count each of them as lost, since nothing comes back."""
    person.write(f"#PHONE#{person.phones[0].partition('-')[0]}", verified=True, last_verified_at=1)
    stack.admin("users.patch", login_name=person.name, password=stack.password())
    stack.tell_changes()
    [request] = aws.sms_voice.requests()
    assert request["operation"] == "SendTextMessage"
    assert "MessageFeedbackEnabled" not in str(request)


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "error", "exception": "ResourceNotFoundException"},
        {"fault": "error", "exception": "AccessDeniedException"},
        {"fault": "status", "status": 500},
        {"fault": "reset"},
        {"fault": "malformed"},
        None,
    ],
)
def test_a_login_is_done_whatever_becomes_of_the_feedback(
    stack: Stack, aws: Simulation, by_aws: None, person: Person, fault: dict[str, object] | None
) -> None:
    person.challenged()
    typed = code(aws)
    if fault is None:
        stack.refuses_events = True
    else:
        aws.reset(fault | {"channel": "feedback"})
    before = len(failures(stack))
    try:
        assert person.verify(typed).status == 200
    finally:
        stack.refuses_events = False
    stack.tell_changes()
    assert failures(stack)[before:] == ["not_handed_over" if fault is None else "refused"]
