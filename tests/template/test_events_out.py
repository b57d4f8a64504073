"""Events out: there is nothing of it by default, and each part may do no more than its own work."""

import json
import re
from typing import Any

import pytest
from cfn_flip import load  # type: ignore[import-untyped]  # has no types

from mfa.users.history import EventType
from tests import pipe
from tests.template.sam import made, source

URL = "https://events.example.com/mfa"
PARTS = {"EventsStack"}
OF_WEBHOOK = {"WebhookFunction", "WebhookRole", "WebhookLogs"}
HERE = {"Ref": "AWS::AccountId"}
QUEUES = [{"Fn::GetAtt": [name, "Arn"]} for name in ("WebhookQueue", "FailedWebhooks")]


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    [policy] = role["Properties"]["Policies"]
    return list(policy["PolicyDocument"]["Statement"])


def test_by_default_there_is_no_stream_no_bus_and_no_function() -> None:
    resources = made()
    assert not resources.keys() & (PARTS | OF_WEBHOOK)
    assert "StreamSpecification" not in resources["Table"]["Properties"]
    given = resources["Observability"]["Properties"]["Parameters"]
    assert {given[name] for name in ("Pipe", "FailedEvents", "WebhookFunction", "FailedWebhooks")} == {""}
    assert not made(EventsUrl=URL).keys() & (PARTS | OF_WEBHOOK)


def test_a_bus_needs_no_function_and_a_webhook_has_one() -> None:
    bus = made(EventBus="on")
    assert bus["Table"]["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert bus.keys() >= PARTS
    assert not bus.keys() & OF_WEBHOOK
    assert bus["EventsStack"]["Properties"]["Parameters"]["Webhook"] == "no"
    both = made(EventBus="on", EventsUrl=URL)
    assert both.keys() >= PARTS | OF_WEBHOOK
    assert both["EventsStack"]["Properties"]["Parameters"]["Webhook"] == "yes"
    assert both["WebhookFunction"]["Properties"]["Environment"]["Variables"]["EVENTS_URL"] == URL


def test_an_existing_tables_stream_is_the_one_that_is_named() -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/mfa-mfa/stream/2026-11-28T01:00:00.000"
    assert re.fullmatch(source()["Parameters"]["TableStream"]["AllowedPattern"], arn)
    parts = made(EventBus="on", ExistingTable="yes", TableStream=arn)
    assert parts["EventsStack"]["Properties"]["Parameters"]["TableStream"] == arn


def test_parts_that_need_each_other_are_refused_alone() -> None:
    rules = source()["Rules"]
    assert rules["WebhookHasBus"]["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "EventsUrl"}, ""]}]}
    [bus] = rules["WebhookHasBus"]["Assertions"]
    assert bus["Assert"] == {"Fn::Equals": [{"Ref": "EventBus"}, "on"]}
    [stream] = rules["BusHasStream"]["Assertions"]
    assert stream["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "TableStream"}, ""]}]}


@pytest.mark.parametrize("good", ["", URL, "https://a.example:8443", "https://a.example/in?token=x%20y"])
def test_an_https_url_is_allowed(good: str) -> None:
    assert re.fullmatch(source()["Parameters"]["EventsUrl"]["AllowedPattern"], good)


@pytest.mark.parametrize(
    "bad", ["http://a.example", "a.example", "https://", "https://A.example", "https://ada@a.example", f"{URL} x", "https://[::1]/"]
)  # fmt: skip
def test_another_url_is_refused(bad: str) -> None:
    assert not re.fullmatch(source()["Parameters"]["EventsUrl"]["AllowedPattern"], bad)


def test_the_pipes_role_reads_the_stream_and_puts_events_and_only_pipes_of_this_account_have_it() -> None:
    role = pipe.resources()["PipeRole"]
    [trust] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "pipes.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": HERE}}
    allowed = {json.dumps(each["Resource"]): each["Action"] for each in statements(role)}
    assert allowed == {
        json.dumps({"Ref": "TableStream"}): [
            *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")
        ],
        json.dumps({"Fn::GetAtt": ["Bus", "Arn"]}): "events:PutEvents",
        json.dumps({"Fn::GetAtt": ["FailedEvents", "Arn"]}): "sqs:SendMessage",
    }


def test_the_pipe_keeps_a_users_order_and_leaves_time_to_fetch_what_it_gives_up() -> None:
    stream = pipe.parameters()["DynamoDBStreamParameters"]
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["ParallelizationFactor"] == 1
    assert stream["BatchSize"] <= 10, "PutEvents takes ten"
    assert stream["OnPartialBatchItemFailure"] == "AUTOMATIC_BISECT"
    assert (stream["MaximumRetryAttempts"], stream["MaximumRecordAgeInSeconds"]) == (-1, 12 * 3600)
    assert stream["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["FailedEvents", "Arn"]}}
    assert len(pipe.template()) <= 8192


def test_the_webhooks_queue_tries_for_a_day_and_outlives_the_tries() -> None:
    queue, failed = (pipe.resources()[name]["Properties"] for name in ("WebhookQueue", "FailedWebhooks"))
    tries = queue["RedrivePolicy"]["maxReceiveCount"]
    assert tries * queue["VisibilityTimeout"] == 86400
    assert queue["MessageRetentionPeriod"] > 2 * 86400
    assert failed["MessageRetentionPeriod"] == 14 * 86400
    function = source()["Resources"]["WebhookFunction"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    [event] = function["Events"].values()
    assert event["Properties"]["BatchSize"] == 1
    for name in ("FailedEvents", "WebhookQueue", "FailedWebhooks"):
        assert pipe.resources()[name]["Properties"]["SqsManagedSseEnabled"] is True


def test_only_the_rule_puts_into_the_webhooks_queues_and_what_it_cannot_put_is_kept() -> None:
    [statement] = pipe.resources()["QueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["WebhookRule", "Arn"]}}}
    assert statement["Resource"] == QUEUES
    [target] = pipe.resources()["WebhookRule"]["Properties"]["Targets"]
    assert (target["Arn"], target["DeadLetterConfig"]["Arn"]) == tuple(QUEUES)


def test_the_webhooks_role_reads_its_secret_and_its_queue_and_no_table() -> None:
    role = made(EventBus="on", EventsUrl=URL)["WebhookRole"]
    text = json.dumps(role)
    assert not re.search("dynamodb|kms|ssm:|ses:|lambda:", text)
    [secret] = [each for each in statements(role) if each["Action"] == "secretsmanager:GetSecretValue"]
    assert secret["Resource"].endswith(":secret:local/mfa/webhook-??????")
    assert pipe.resources()["WebhookSecret"]["Properties"]["Name"] == {"Fn::Sub": "${Stack}/mfa/webhook"}


def test_everything_of_the_webhook_is_there_only_with_it() -> None:
    webhook = {name for name, resource in pipe.resources().items() if resource.get("Condition") == "HasWebhook"}
    assert webhook == {"WebhookQueue", "FailedWebhooks", "QueuePolicy", "WebhookRule", "WebhookSecret"}
    assert pipe.resources().keys() - webhook == {"Bus", "FailedEvents", "PipeRole", "Pipe"}


def test_the_example_asks_for_events_that_there_are() -> None:
    resources = load((pipe.ROOT / "infra" / "events_example.yaml").read_text())[0]["Resources"]
    pattern = resources["Rule"]["Properties"]["EventPattern"]
    assert pattern["source"] == [pipe.parameters()["EventBridgeEventBusParameters"]["Source"]]
    assert set(pattern["detail-type"]) <= {kind.value for kind in EventType}
