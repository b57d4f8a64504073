"""Alarms and dashboard: they read existing metrics, go off when they should, and are all in the runbook."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jmespath  # type: ignore[import-untyped]  # has no types
import pytest

from mfa import vendor_errors
from mfa.http import operations
from mfa.metrics import METRICS, SLOW, TOLD, Metrics
from tests import access_log
from tests.template.alarms import (
    NAMESPACE,
    PARAMETERS,
    Periods,
    Series,
    alarms,
    asked_by_alarm,
    asked_by_widget,
    filters,
    matches,
    rules,
    template,
    widgets,
)
from tests.template.sam import made, source, transformed

ROOT = Path(__file__).parents[2]
ALARMS = alarms()
RULES = rules()
PARAMETERS_OF_THE_STACK = source()["Parameters"]
# AWS's own metrics that are used, with their dimensions.
OF_AWS: dict[tuple[str, str], set[tuple[str, ...]]] = {
    **{("AWS/ApiGateway", name): {("ApiName", "Stage")} for name in ("Count", "4XXError", "5XXError")},
    ("AWS/Lambda", "Errors"): {("FunctionName",)},
    ("AWS/Lambda", "Throttles"): {(), ("FunctionName",)},
    ("AWS/DynamoDB", "ReadThrottleEvents"): {("TableName",)},
    ("AWS/DynamoDB", "WriteThrottleEvents"): {("TableName",), ("TableName", "GlobalSecondaryIndexName")},
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits"): {("TableName",)},
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"): {("TableName",)},
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {("QueueName",)},
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): {("QueueName",)},
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
    **{
        ("AWS/EventBridge/Pipes", name): {("PipeName",)}
        for name in ("ExecutionFailed", "ExecutionPartiallyFailed", "ExecutionTimeout")
    },
}
# The possible values of our labels, if an alarm or widget selects one.
VALUES = {
    "operation": {operation.id for operation in operations.OPERATIONS},
    "error": vendor_errors.metrics(),
    "budget": {"number", "address", "client", "region", "global", "spend"},
    "incident": {"THROTTLED"},
    "reason": {"not_handed_over", "tried_again", "budget", "not_set_up", "refused", "unreachable"},
}

# The alarms of many incidents, with the metric of each.
INCIDENTS = {"Incidents": "incidents", "IncidentsOfAnHour": "incidents_of_an_hour", "Slow": "slowness"}
# Each incident by its title in the runbook: the alarm, and what the mail calls it.
CONTRIBUTORS = {
    **{
        told.name: ({metric: alarm for alarm, metric in INCIDENTS.items()}[told.metric], told.name)
        for told in TOLD.values()
    },
    **{step: ("Slow", step) for step, _ in SLOW.values()},
    "DirectInvocation": ("Incidents", "DirectInvocation"),
    "ClientBudgetNearlySpent": ("IncidentsOfAnHour", "ClientBudgetNearlySpent CLIENT"),
    "FunctionErrors": ("Incidents", "platform.report"),
    "ApiThrottles": ("Incidents", "THROTTLED"),
}

ASKED = [
    *((name, series) for name, alarm in ALARMS.items() for series in asked_by_alarm(alarm)),
    *((widget["properties"]["title"], series) for widget in widgets() for series in asked_by_widget(widget)),
]


@pytest.mark.parametrize(("by", "series"), ASKED)
def test_every_alarm_and_widget_reads_a_metric_that_exists(by: str, series: Series) -> None:
    namespace, name, dimensions = series
    labels = tuple(label for label, _ in dimensions)
    if namespace != NAMESPACE:
        assert labels in OF_AWS[namespace, name], by
        return
    assert labels in METRICS[name].dimensions, f"{by} asks for {name} by {labels}"
    for label, value in dimensions:
        assert not value or value in VALUES[label]


def test_every_metric_is_used() -> None:
    """A metric that nobody reads costs money for nothing."""
    assert {name for _, (namespace, name, _) in ASKED if namespace == NAMESPACE} == METRICS.keys()


def test_every_alarm_reads_something_and_every_expression_what_it_names() -> None:
    for name, alarm in ALARMS.items():
        assert list(asked_by_alarm(alarm)), name
        queries = alarm.get("Metrics", [])
        assert len([query for query in queries if query.get("ReturnData", True)]) == bool(queries), name
        ids = {query["Id"] for query in queries}
        for query in queries:
            if "SELECT" not in query.get("Expression", "SELECT"):
                assert set(re.findall(r"\b[a-z_]+\b", query["Expression"])) <= ids, name


def test_every_alarm_tells_somebody_when_it_goes_off_and_when_it_is_over() -> None:
    for name, alarm in ALARMS.items():
        assert alarm["AlarmName"] == f"mfa-{name}"
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["Topic"], name
        assert alarm["TreatMissingData"] == ("breaching" if name == "Silence" else "notBreaching"), name
        assert "InsufficientDataActions" not in alarm


def test_an_alarm_on_the_table_is_over_when_nothing_is_turned_away_any_more() -> None:
    """Alarms on DynamoDB's metrics keep their state if data are missing, whatever their configuration."""
    of_tables = [alarm for alarm in ALARMS.values() if any(each[0] == "AWS/DynamoDB" for each in asked_by_alarm(alarm))]
    assert of_tables
    for alarm in of_tables:
        [watched] = [query for query in alarm["Metrics"] if "Expression" in query]
        assert watched["Expression"] == "SUM(FILL(METRICS(), 0))"
        # The newest period is filled before its numbers are there.
        assert alarm["DatapointsToAlarm"] < alarm["EvaluationPeriods"]


def test_no_query_looks_further_back_than_cloudwatch_does() -> None:
    """Three hours for a query; a day for anything of one period."""
    for name, alarm in ALARMS.items():
        periods = [alarm.get("Period", 0)]
        for query in alarm.get("Metrics", []):
            periods += [query.get("Period", 0), query.get("MetricStat", {}).get("Period", 0)]
            if "SELECT" in query.get("Expression", ""):
                assert query["Period"] * alarm["EvaluationPeriods"] <= 3 * 3600, name
        most = PARAMETERS_OF_THE_STACK["SilentHours"]["MaxValue"] if name == "Silence" else alarm["EvaluationPeriods"]
        assert max(periods) * most <= 86400, name


def test_the_topic_accepts_this_accounts_alarms_and_eventbridge_and_needs_no_key() -> None:
    """Alarms cannot publish to a topic under AWS's own key, and a key of its own is a dollar a month."""
    resources = template()["Resources"]
    assert "KmsMasterKeyId" not in resources["Topic"]["Properties"]
    assert not [name for name, resource in resources.items() if resource["Type"] == "AWS::KMS::Key"]
    publishes, *others = resources["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    by_rule = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    assert others == [by_rule | {"Action": "sns:Publish", "Resource": {"Ref": "Topic"}}]
    assert (publishes["Principal"], publishes["Action"], publishes["Condition"]) == (
        {"Service": "cloudwatch.amazonaws.com"},
        "sns:Publish",
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    )


def test_sns_accepts_the_topics_name_for_every_stack_name() -> None:
    """At most 100 characters, of which a stack's name alone may have 128; alarms name the stack anyhow."""
    assert re.fullmatch(r"[\w -]{1,100}", template()["Resources"]["Topic"]["Properties"]["DisplayName"])


def test_without_an_address_there_is_no_subscription_and_all_else() -> None:
    subscription = template()["Resources"]["Subscription"]["Properties"]
    assert subscription == {"TopicArn": {"Ref": "Topic"}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}
    conditional = {name for name, resource in template()["Resources"].items() if "Condition" in resource}
    assert conditional == {"Subscription", "Silence", "EventsStuck", "EventsLost", "WebhookFails", "WebhookLost"}


def test_silence_is_watched_only_where_hours_are_given() -> None:
    assert PARAMETERS_OF_THE_STACK["SilentHours"]["Default"] == 0
    resources = template()
    assert resources["Resources"]["Silence"]["Condition"] == "WatchesSilence"
    assert resources["Conditions"]["WatchesSilence"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "SilentHours"}, 0]}]}


def test_the_alarms_watch_what_is_deployed() -> None:
    """The resources are found by name, because a metric of a wrong name would only be silent."""
    deployed = transformed()["Resources"]
    given = source()["Resources"]["Observability"]["Properties"]["Parameters"]
    assert deployed["Api"]["Properties"]["Body"]["info"]["title"] == given["ApiName"]
    [stage] = [each for each in deployed.values() if each["Type"] == "AWS::ApiGateway::Stage"]
    assert stage["Properties"]["StageName"] == given["ApiStage"]
    for resource in deployed.values():
        if resource["Type"] == "AWS::Lambda::Function":
            variables = resource["Properties"]["Environment"]["Variables"]
            if "TABLE_NAME" in variables:
                assert variables["METRICS_NAMESPACE"] == given["Namespace"]
    assert given["FailedNotices"] == {"Fn::GetAtt": ["FailedNotices", "QueueName"]}
    assert deployed["FailedNotices"]["Type"] == "AWS::SQS::Queue"
    optional = {"Pipe", "FailedEvents", "WebhookFunction", "FailedWebhooks"}
    for name in optional - {"WebhookFunction"}:
        assert given[name]["Fn::If"][1:] == [{"Fn::GetAtt": ["EventsStack", f"Outputs.{name}"]}, ""]
    assert given["WebhookFunction"]["Fn::If"][1:] == [{"Ref": "WebhookFunction"}, ""]
    for name in given.keys() & (source()["Parameters"].keys() | deployed.keys()) - {"FailedNotices"} - optional:
        assert given[name] == {"Ref": name}
    assert (
        made()["Observability"]["Properties"]["Parameters"]["TableName"] == made()["Table"]["Properties"]["TableName"]
    )
    assert given["AccessLog"] == {"Ref": "AccessLogs"}
    assert stage["Properties"]["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    for name in ("SendCode", "VerifyCode", "Admin"):
        assert given[f"{name}Log"] == {"Ref": f"{name}Logs"}
        assert deployed[f"{name}Function"]["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Logs"}
    for counting in filters().values():
        [counted] = counting["MetricTransformations"]
        assert (counted["MetricNamespace"], counted["MetricName"]) == (NAMESPACE, "incidents")
        # CloudWatch looks for a metric in one unit.
        assert counted["Unit"] == METRICS["incidents"].unit
    assert set(template()["Parameters"]) == set(given)


def test_each_alarm_has_its_paragraphs_in_the_runbook_and_the_runbook_no_others() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    section = runbook[runbook.index("\n## Alarms\n") :]
    section = section[: section.find("\n## ", 5) if "\n## " in section[5:] else None]
    paragraphs = {
        name: text
        for title, text in re.findall(r"\n### ([\w, ]+)\n(.*?)(?=\n### |\Z)", section, re.DOTALL)
        for name in title.split(", ")
    }
    # The template's own alarms end a rollout.
    every = ALARMS | {
        name: resource["Properties"]
        for name, resource in source()["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    assert set(paragraphs) == set(every) - INCIDENTS.keys() | set(RULES) | CONTRIBUTORS.keys()
    for name, rule in RULES.items():
        assert rule["Description"].endswith(f"See docs/runbook.md, {name}.")
        assert all(part in paragraphs[name] for part in ("*Means*", "*Look at*", "*Do*"))
    for name, text in paragraphs.items():
        if name in RULES:
            continue
        for part in ("*Means*", "*Look at*", "*Do*"):
            assert part in text, f"{name}: {part}"
        if name in CONTRIBUTORS:
            _, contributor = CONTRIBUTORS[name]
            assert contributor in (name, f"{name} CLIENT") or f"`{contributor}`" in text, f"{name}: as {contributor}"
        else:
            assert every[name]["AlarmDescription"].endswith(f"See docs/runbook.md, {name}.")


# --- when an alarm goes off


class Book:
    """Periods of counted metrics."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.periods = Periods()
        self.metrics = Metrics(lambda: NAMESPACE, lambda: 1_790_000_000.0, lambda: 0.0, self.lines.append)

    def period(self, **counted: Any) -> "Book":
        """A period with these counts: `logins=2`, or `sends__HK=3` for a label."""
        for name, times in counted.items():
            for label, value in _calls(name, times):
                self.metrics.count(name.partition("__")[0], value, **label)
                self.metrics.flush()
        self.periods.add(self.lines)
        self.lines.clear()
        return self

    def answered(self, times: int, **context: str) -> "Book":
        """Adds this many answers to the access log of the last period."""
        line = access_log.line({name.replace("__", "."): value for name, value in context.items()})
        return self.logged("AccessLog", *[line] * times)

    def logged(self, log: str, *lines: str) -> "Book":
        """Adds lines to a log of the last period."""
        counting = {name: each for name, each in filters().items() if each["LogGroupName"] == PARAMETERS[log]}
        self.periods.log(lines, counting)
        return self

    def measured(self, name: str, value: float, **dimensions: str) -> "Book":
        """Adds metrics of AWS to the last period, e.g. `AWS/Lambda Errors`."""
        namespace, _, metric = name.partition(" ")
        self.periods.measured(namespace, metric, value, **dimensions)
        return self

    def periods_of(self, times: int, **counted: Any) -> "Book":
        """So many periods of the same."""
        for _ in range(times):
            self.period(**counted)
        return self

    def goes_off(self, name: str) -> bool:
        alarm, contributor = CONTRIBUTORS.get(name, (name, None))
        return self.periods.is_alarm(ALARMS[alarm], contributor)


def _calls(name: str, times: Any) -> list[tuple[dict[str, str], float]]:
    """`sends__HK=3`: three sends to HK; a tuple is values rather than a number of ones."""
    metric, _, value = name.partition("__")
    labels = {label for each in METRICS[metric].dimensions for label in each}
    given = dict.fromkeys(labels, value or "HK") | ({"channel": "sms"} if "channel" in labels else {})
    values = times if isinstance(times, tuple) else (1,) * times
    return [(given, each) for each in values]


def sends(region: str, sent: int, approved: int) -> dict[str, Any]:
    """Sends to a region, and how many were approved."""
    return {
        f"sends__{region}": sent,
        f"approvals__{region}": approved,
        f"unconfirmed_sends__{region}": (1,) * sent + (-1,) * approved,
    }


def ended(log: str, status: str) -> Callable[[Book], Book]:
    """A call of a function ended like this: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html"""
    line = {"time": "2026-11-24T08:00:00Z", "type": "platform.report", "record": {"requestId": "a", "status": status}}
    return lambda book: book.period().logged(log, json.dumps(line))


def throttled(kind: str, times: int, **index: str) -> Callable[[Book], Book]:
    return lambda book: book.period().measured(
        f"AWS/DynamoDB {kind}ThrottleEvents", times, TableName="mfa-mfa", **index
    )


def waiting(queue: str, messages: float) -> Callable[["Book"], "Book"]:
    """So many messages wait in a queue."""
    return lambda book: book.period().measured("AWS/SQS ApproximateNumberOfMessagesVisible", messages, QueueName=queue)


def piped(metric: str, *times: float) -> Callable[["Book"], "Book"]:
    """In each period, so many executions of the pipe ended like this."""

    def book_of(book: Book) -> Book:
        for each in times:
            book = book.period().measured(f"AWS/EventBridge/Pipes {metric}", each, PipeName="pipe")
        return book

    return book_of


def spent(client: str) -> str:
    """The count of a client's share of its budget."""
    return f"incidents_of_an_hour__ClientBudgetNearlySpent {client}"


def delivered(book: "Book", *failures: float) -> "Book":
    """In each period, so many deliveries to the webhook failed."""
    for each in failures:
        book = book.period().measured("AWS/Lambda Errors", each, FunctionName="webhook")
    return book


FUNCTION_LOGS = ("SendCodeLog", "VerifyCodeLog", "AdminLog")
STAGE = {"ApiName": "mfa", "Stage": "live"}
CASES: dict[str, list[tuple[bool, Callable[[Book], Book]]]] = {
    "ApiServerErrors": [
        (True, lambda book: book.period().measured("AWS/ApiGateway 5XXError", 5, **STAGE)),
        (False, lambda book: book.period().measured("AWS/ApiGateway 5XXError", 4, **STAGE)),
        (False, lambda book: book.period().measured("AWS/ApiGateway 4XXError", 500, **STAGE)),
    ],
    "FunctionErrors": [
        *((True, ended(log, status)) for log in FUNCTION_LOGS for status in ("error", "timeout", "failure")),
        *((False, ended(log, "success")) for log in FUNCTION_LOGS),
        (False, lambda book: book.period().logged("AdminLog", '{"type":"platform.start","record":{}}')),
        (False, lambda book: book.period().logged("AdminLog", '{"message":"refused","status":"error"}')),
    ],
    "FunctionThrottles": [
        (True, lambda book: book.period().measured("AWS/Lambda Throttles", 1)),
        (False, lambda book: book.period().measured("AWS/Lambda Throttles", 0)),
    ],
    "Silence": [
        (True, lambda book: book.periods_of(3)),
        (True, lambda book: book.period(logins=9).periods_of(3, latency__login=(50.0,))),
        (True, lambda book: book.period()),  # of a stack that nobody has reached yet
        (False, lambda book: book.period(logins=1).periods_of(2)),
        (False, lambda book: book.periods_of(30).period(logins=1)),
    ],
    "TableThrottles": [
        (True, throttled("Read", 10)),
        (True, throttled("Write", 10)),
        (True, throttled("Write", 10, GlobalSecondaryIndexName="listing")),
        (False, throttled("Write", 9)),
    ],
    "ApiThrottles": [
        (True, lambda book: book.period().answered(20, status="429", error__responseType="THROTTLED")),
        (False, lambda book: book.period().answered(19, status="429", error__responseType="THROTTLED")),
        (False, lambda book: book.period().answered(500, status="429")),  # a function's own answer
        (False, lambda book: book.period().answered(500, status="403", error__responseType="WAF_FILTERED")),
        (False, lambda book: book.period().answered(20, status="429", error__responseType="THROTTLED").period()),
    ],
    "TwilioRefusesCredentials": [
        (True, lambda book: book.period(send_failures__20003=1)),
        (False, lambda book: book.period(send_failures__20404=9)),
        (False, lambda book: book.period(send_failures__20003=1).period()),
    ],
    "AwsRefusesAccount": [
        (True, lambda book: book.period(send_failures__aws_account=1)),
        (False, lambda book: book.period(send_failures__aws=9, send_failures__aws_sender=9)),
        (False, lambda book: book.period(send_failures__aws_account=1).period()),
    ],
    "SendingStopped": [
        (True, lambda book: book.period(send_failures__sending_off=1)),
        (False, lambda book: book.period(send_failures__paused=9)),
        (False, lambda book: book.period(send_failures__sending_off=1).period()),
    ],
    "TwilioDoesNotAnswer": [
        (True, lambda book: book.period(send_failures__no_answer=5)),
        (True, lambda book: book.period(send_failures__unreachable=3, send_failures__no_answer=2)),
        (False, lambda book: book.period(send_failures__no_answer=4, send_failures__21211=9)),
    ],
    "CarriersFilter": [
        (True, lambda book: book.period(send_failures__30007=3)),
        (False, lambda book: book.period(send_failures__30007=2, send_failures__30003=9)),
    ],
    "SenderNotRegistered": [
        (True, lambda book: book.period(send_failures__sender_registration=1)),
        (False, lambda book: book.period(send_failures__21606=9, send_failures__30007=2)),
        (False, lambda book: book.period(send_failures__sender_registration=1).period()),
    ],
    "SmsPumping": [
        (True, lambda book: book.period(send_failures__sms_pumping=3)),
        (False, lambda book: book.period(send_failures__sms_pumping=2, send_failures__30640=9)),
    ],
    "NoticesLost": [
        (True, lambda book: book.period(notice_failures__not_handed_over=1)),
        (False, lambda book: book.period(notice_failures__budget=9, notice_failures__tried_again=9)),
        (False, lambda book: book.period(notice_failures__not_handed_over=1).period()),
    ],
    "NoticesFailed": [
        (
            True,
            lambda book: book.period().measured("AWS/SQS ApproximateNumberOfMessagesVisible", 1, QueueName="failed"),
        ),
        (
            False,
            lambda book: book.period().measured("AWS/SQS ApproximateNumberOfMessagesVisible", 0, QueueName="failed"),
        ),
        (False, lambda book: book.period().measured("AWS/SQS ApproximateNumberOfMessagesVisible", 9, QueueName="x")),
        (False, lambda book: book.period()),  # an idle queue publishes nothing
    ],
    "EventsStuck": [
        *(
            (True, piped(metric, 1, 1, 1))
            for metric in ("ExecutionFailed", "ExecutionPartiallyFailed", "ExecutionTimeout")
        ),
        (False, piped("ExecutionFailed", 9, 9)),
        (False, piped("ExecutionFailed", 9, 0, 9)),
        (False, piped("ExecutionFailed", 0, 0, 0)),
    ],
    "EventsLost": [
        (True, waiting("failed-events", 1)),
        (False, waiting("failed-events", 0)),
        (False, waiting("failed", 1)),
    ],
    "WebhookFails": [
        (True, lambda book: delivered(book, 1, 1, 1)),
        (False, lambda book: delivered(book, 9, 0, 9)),
        (False, lambda book: delivered(book, 9)),
    ],
    "WebhookLost": [
        (True, waiting("failed-webhooks", 1)),
        (False, waiting("failed-webhooks", 0)),
        (False, waiting("failed-events", 1)),
    ],
    "NoticesExpire": [
        (
            True,
            lambda book: book.period().measured("AWS/SQS ApproximateAgeOfOldestMessage", 950_400, QueueName="failed"),
        ),
        (
            False,
            lambda book: book.period().measured("AWS/SQS ApproximateAgeOfOldestMessage", 950_399, QueueName="failed"),
        ),
        (False, lambda book: book.period()),
    ],
    "ConversionDrop": [
        (True, lambda book: book.period(**sends("HK", 30, 5)).period(**sends("HK", 20, 0))),
        (False, lambda book: book.period(**sends("HK", 30, 5)).period(**sends("HK", 19, 0))),  # too few to judge
        (False, lambda book: book.period(**sends("HK", 100, 90)).period(**sends("HK", 100, 10))),  # half an hour
        (False, lambda book: book.period(**sends("HK", 100, 60)).period(**sends("HK", 100, 60))),
        (False, lambda book: book.period().period()),
        (False, lambda book: book.period(**sends("HK", 0, 3)).period(**sends("HK", 0, 3))),  # earlier
    ],
    "SendSpike": [
        (True, lambda book: book.period(**sends("ZZ", 105, 2) | sends("HK", 500, 480))),
        (False, lambda book: book.period(**sends("HK", 1000, 950))),  # an honest rush
        (False, lambda book: book.period(**sends("ZZ", 60, 0) | sends("HK", 60, 0))),
    ],
    "GlobalBudgetNearlySpent": [
        (True, lambda book: book.period(global_budget_share=(0.1,) * 801)),
        (True, lambda book: book.period(global_budget_share=(0.1,) * 400 + (1.0,) * 41)),  # lowered at noon
        (False, lambda book: book.period(global_budget_share=(0.1,) * 790)),
    ],
    "SpendNearlySpent": [
        (True, lambda book: book.period(spend_share=(0.05,) * 1601)),
        (False, lambda book: book.period(spend_share=(0.05,) * 1590)),
    ],
    "ClientBudgetNearlySpent": [
        (True, lambda book: book.period(**{spent("CLIENT"): (125.0,) * 8, spent("b"): (125.0,)})),
        (False, lambda book: book.period(**{spent("CLIENT"): (125.0,) * 7, spent("b"): (125.0,) * 7})),
    ],
    "BudgetSpent": [
        (True, lambda book: book.period(budget_refusals__global=1)),
        (True, lambda book: book.period(budget_refusals__region=1)),
        (True, lambda book: book.period(budget_refusals__spend=1)),
        (False, lambda book: book.period(budget_refusals__number=50, budget_refusals__address=50)),
    ],
    "LockSpike": [
        (True, lambda book: book.period(locks=7)),
        (False, lambda book: book.period(locks=6, wrong_codes=500)),
        (False, lambda book: book.periods_of(3, locks=6)),
    ],
    "WrongPasswordSpike": [
        (True, lambda book: book.period(wrong_passwords=334)),
        (False, lambda book: book.period(wrong_passwords=333)),
    ],
    "LegacySkip": [
        (True, lambda book: book.period(legacy_skips=1)),
        (False, lambda book: book.period(logins=500)),
    ],
    "DirectInvocation": [
        (True, lambda book: book.period(incidents__DirectInvocation=(1000,))),
        (False, lambda book: book.period(latency__login=(50.0,))),
    ],
    "TemporaryCode": [
        (True, lambda book: book.period(temporary_codes=1)),
        (False, lambda book: book.period(logins=500, approvals=500)),
    ],
    "ActionDenied": [
        (True, lambda book: book.period(action_denials=1)),
        (False, lambda book: book.period(actions=500, action_approvals=400, action_redemptions=400)),
    ],
    "TemporaryCodeUsed": [
        (True, lambda book: book.period(temporary_codes_used=1)),
        (False, lambda book: book.period(approvals=500, factor_approvals__totp=400)),
    ],
    "SlowLogins": [
        (True, lambda book: book.periods_of(3, latency__login=(3500.0,) * 5)),
        (False, lambda book: book.period(latency__login=(3500.0,)).period().period(latency__login=(3500.0,))),
        (False, lambda book: book.periods_of(3, latency__startChallenge=(3500.0,))),
    ],
    "SlowVerifications": [
        (True, lambda book: book.periods_of(3, latency__verifyChallenge=(2500.0,))),
        (False, lambda book: book.periods_of(3, latency__verifyChallenge=(1500.0,) * 99)),
    ],
    "SlowSends": [
        (True, lambda book: book.periods_of(3, twilio_ms=(100.0,) * 50 + (6000.0,) * 2)),
        (False, lambda book: book.periods_of(3, twilio_ms=(100.0,) * 500 + (6000.0,))),
    ],
}


@pytest.mark.parametrize(
    ("name", "goes_off", "happens"), [(name, *case) for name, cases in CASES.items() for case in cases]
)
def test_an_alarm_goes_off_when_it_should_and_not_else(
    name: str, goes_off: bool, happens: Callable[[Book], Book]
) -> None:
    assert happens(Book()).goes_off(name) is goes_off


KEYS = PARAMETERS["Keys"].split(",")


def in_cloudtrail(action: str, *keys: str, **other: Any) -> dict[str, Any]:
    """The event of a call to KMS, as EventBridge gets it: https://docs.aws.amazon.com/kms/latest/developerguide/ct-disablekey.html"""
    return {
        "version": "0",
        "source": "aws.kms",
        "detail-type": "AWS API Call via CloudTrail",
        "account": "123456789012",
        "detail": {
            "eventSource": "kms.amazonaws.com",
            "eventName": action,
            "eventTime": "2026-11-24T08:00:00Z",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/somebody"},
            "requestParameters": {"keyId": "a"},
            "resources": [{"accountId": "123456789012", "type": "AWS::KMS::Key", "ARN": key} for key in keys],
        },
        **other,
    }


@pytest.mark.parametrize(
    ("is_told", "event"),
    [
        *((True, in_cloudtrail(action, key)) for action in ("DisableKey", "ScheduleKeyDeletion") for key in KEYS),
        (False, in_cloudtrail("DisableKey", "arn:aws:kms:us-east-1:123456789012:key/another")),
        *((False, in_cloudtrail(action, KEYS[0])) for action in ("EnableKey", "CancelKeyDeletion", "Decrypt", "Sign")),
        (False, in_cloudtrail("DisableKey")),
        (False, in_cloudtrail("DisableKey", KEYS[0], source="aws.s3")),
    ],
)
def test_somebody_is_told_when_a_key_is_disabled_or_scheduled_for_deletion(
    is_told: bool, event: dict[str, Any]
) -> None:
    assert matches(RULES["KeyAtRisk"]["EventPattern"], event) is is_told


def test_what_is_told_of_a_key_is_in_the_event() -> None:
    rule = RULES["KeyAtRisk"]
    assert (rule["State"], rule["Name"]) == ("ENABLED", "mfa-KeyAtRisk")
    [target] = rule["Targets"]
    assert target["Arn"] == "Topic"
    paths, text = (target["InputTransformer"][name] for name in ("InputPathsMap", "InputTemplate"))
    assert set(re.findall(r"<(\w+)>", text)) == set(paths)
    event = in_cloudtrail("DisableKey", KEYS[0])
    for path in paths.values():
        assert jmespath.search(path.removeprefix("$."), event), path
    assert json.loads(text).startswith("mfa-KeyAtRisk: ")


@pytest.mark.parametrize("order", ["first", "first,second", "second"])
def test_every_key_that_the_stack_uses_is_watched(order: str) -> None:
    resources = made(SigningOrder=order)
    watched = resources["Observability"]["Properties"]["Parameters"]["Keys"].split(",")
    keys = {name for name, resource in resources.items() if resource["Type"] == "AWS::KMS::Key"}
    assert {arn.rpartition("/")[2] for arn in watched} == keys
    assert len(keys) == 1 + len(order.split(","))


def test_every_alarm_was_seen_going_off_and_staying_silent() -> None:
    assert CASES.keys() == ALARMS.keys() - INCIDENTS.keys() | CONTRIBUTORS.keys()
    assert all({goes_off for goes_off, _ in cases} == {True, False} for cases in CASES.values())
