"""The simulated SNS topic: the event that its function gets, and the fate of a message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.pool import Busy, Outcome
from infra.local.topic import Topic

ARN = "arn:aws:sns:us-east-1:123456789012:reports"


def test_a_message_invokes_the_function_with_an_event_of_sns() -> None:
    invoked: list[Any] = []
    topic = Topic(ARN)

    def invoke(event: bytes) -> Outcome:
        invoked.append(json.loads(event))
        return Outcome(b"null")

    topic.subscribe(invoke)
    assert topic.publish({"eventType": "TEXT_DELIVERED", "context": {"ref": "r"}}) == {"answer": 200, "problem": None}
    [record] = invoked[0]["Records"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"].startswith(f"{ARN}:")
    sns = record["Sns"]
    assert (sns["Type"], sns["TopicArn"], sns["Subject"], sns["MessageAttributes"]) == ("Notification", ARN, None, {})
    assert json.loads(sns["Message"]) == {"eventType": "TEXT_DELIVERED", "context": {"ref": "r"}}
    assert sns["SigningCertUrl"].startswith("https://sns.us-east-1.amazonaws.com/")


def test_a_topic_without_a_subscription_tells_nobody() -> None:
    assert Topic(ARN).publish({})["problem"] == "the topic has no subscription"


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        (
            Outcome.failed("ValueError", "on purpose", "r"),
            {"answer": 200, "problem": "ValueError: RequestId: r Error: on purpose"},
        ),
        (None, {"answer": 429, "problem": "no worker became free"}),
    ],
)
def test_a_function_that_fails_is_the_fate_of_the_message(outcome: Outcome | None, fate: dict[str, Any]) -> None:
    topic = Topic(ARN)

    def invoke(_: bytes) -> Outcome:
        if outcome is None:
            raise Busy
        return outcome

    topic.subscribe(invoke)
    assert topic.publish({}) == fate
