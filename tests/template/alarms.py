"""The alarms and the dashboard of infra/observability.yaml: the metrics they read, and when an alarm goes off.

What CloudWatch does is done here in small: data come from lines in the embedded format, an alarm takes the periods that it looks at, and
its statistic, expression or query gives a value for each.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cfn_flip import load  # type: ignore[import-untyped]  # has no types

from tests.emf import data

SOURCE = Path(__file__).parents[2] / "infra" / "observability.yaml"
# The parameters of the stack in these tests.
NAMESPACE = "mfa/mfa"
PARAMETERS = {
    "Stack": "mfa",
    "Namespace": NAMESPACE,
    "ApiName": "mfa",
    "ApiStage": "live",
    "AccessLog": "/aws/apigateway/mfa",
    "SendCodeLog": "/aws/lambda/mfa-send-code",
    "VerifyCodeLog": "/aws/lambda/mfa-verify-code",
    "AdminLog": "/aws/lambda/mfa-admin",
    "TableName": "mfa-mfa",
    "SendCodeFunction": "send",
    "VerifyCodeFunction": "verify",
    "AdminFunction": "admin",
    "Keys": "arn:aws:kms:us-east-1:123456789012:key/a,arn:aws:kms:us-east-1:123456789012:key/b",
    "SilentHours": "3",
    "FailedNotices": "failed",
    "Pipe": "pipe",
    "FailedEvents": "failed-events",
    "WebhookFunction": "webhook",
    "FailedWebhooks": "failed-webhooks",
    "UnconfirmedSendsPerRegion": "100",
    "AWS::Region": "us-east-1",
}
_QUERY = re.compile(
    r'SELECT SUM\((?P<metric>\w+)\) FROM SCHEMA\("(?P<namespace>[^"]+)", (?P<label>\w+)\) '
    r"GROUP BY (?P=label) ORDER BY SUM\(\) DESC( LIMIT \d+)?"
)

type Series = tuple[str, str, tuple[tuple[str, str], ...]]


def template() -> dict[str, Any]:
    """The template with its intrinsics in long form."""
    return json.loads(_text())  # type: ignore[no-any-return]


@cache
def _text() -> str:
    return json.dumps(load(SOURCE.read_text())[0])


@cache
def template_parameters() -> dict[str, dict[str, Any]]:
    """The template's parameters."""
    return template()["Parameters"]  # type: ignore[no-any-return]


def alarms() -> dict[str, dict[str, Any]]:
    """Each alarm's properties, with parameters filled in."""
    resources = template()["Resources"]
    return {
        name: _filled(resource["Properties"])
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def rules() -> dict[str, dict[str, Any]]:
    """Each EventBridge rule's properties, with parameters filled in."""
    return {
        name: _filled(resource["Properties"])
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Events::Rule"
    }


def matches(pattern: Any, event: Any) -> bool:
    """Whether EventBridge takes an event for one of this pattern; of a list in an event, any member will do."""
    if isinstance(event, list):
        return any(matches(pattern, each) for each in event)
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(matches(each, event.get(name)) for name, each in pattern.items())
    return event in pattern


def widgets() -> list[dict[str, Any]]:
    """The dashboard's widgets."""
    [body] = [
        resource["Properties"]["DashboardBody"]
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Dashboard"
    ]
    return json.loads(_filled(body))["widgets"]  # type: ignore[no-any-return]


def filters() -> dict[str, dict[str, Any]]:
    """The metric filters of logs, with parameters filled in."""
    return {
        name: _filled(resource["Properties"])
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::Logs::MetricFilter"
    }


def takes(pattern: str, line: Mapping[str, Any]) -> bool:
    """Whether a filter takes a line: comparisons with text, joined by && and ||. Nothing is unequal to a field that is not there."""
    names = {"&&": " and ", "||": " or "}
    reads = re.sub(r'\$\.([\w.]+) (!?=) ("\w[^"]*")', r'compared("\1", "\2", \3)', pattern.strip("{ }"))
    for sign, word in names.items():
        reads = reads.replace(sign, word)
    rest = re.sub(r"compared\([^)]*\)", "", reads)
    assert set(re.findall(r"\w+|[^\w\s]", rest)) <= {"and", "or", "(", ")"}, f"no such pattern is known here: {pattern}"

    def compared(path: str, sign: str, text: str) -> bool:
        value = _field(line, path)
        return value is not None and (value == text) is (sign == "=")

    return bool(eval(reads, {"compared": compared}))


def _field(line: Mapping[str, Any], path: str) -> Any:
    value: Any = line
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def asked_by_alarm(alarm: Mapping[str, Any]) -> Iterator[Series]:
    """The series that an alarm reads. For a query, the label has no value."""
    if "MetricName" in alarm:
        yield alarm["Namespace"], alarm["MetricName"], _dimensions(alarm)
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric["Namespace"], metric["MetricName"], _dimensions(metric)
        elif found := _QUERY.fullmatch(query["Expression"]):
            yield found["namespace"], found["metric"], ((found["label"], ""),)


def asked_by_widget(widget: Mapping[str, Any]) -> Iterator[Series]:
    """The series that a widget draws."""
    for line in widget["properties"]["metrics"]:
        if isinstance(line[0], dict):
            if found := _QUERY.fullmatch(line[0]["expression"]):
                yield found["namespace"], found["metric"], ((found["label"], ""),)
            continue
        parts = [part for part in line if isinstance(part, str)]
        yield parts[0], parts[1], tuple(zip(parts[2::2], parts[3::2], strict=True))


@dataclass
class Periods:
    """The published data by period, the last period last."""

    values: list[dict[Series, list[float]]] = field(default_factory=list)

    def add(self, lines: Iterable[str]) -> None:
        """Adds a period in which these lines were written."""
        period: dict[Series, list[float]] = {}
        for line in lines:
            for datum in data(line):
                for dimensions in datum.dimensions:
                    period.setdefault((datum.namespace, datum.name, dimensions), []).extend(datum.values)
        self.values.append(period)

    def measured(self, namespace: str, name: str, value: float, **dimensions: str) -> None:
        """Adds metrics of AWS to the last period."""
        self.values[-1].setdefault((namespace, name, tuple(dimensions.items())), []).append(value)

    def log(self, lines: Iterable[str], counting: Mapping[str, Mapping[str, Any]]) -> None:
        """Adds lines of a log to the last period, which these filters count."""
        for line in map(json.loads, lines):
            for properties in counting.values():
                [counted] = properties["MetricTransformations"]
                if takes(properties["FilterPattern"], line):
                    labels = {
                        each["Key"]: _field(line, each["Value"].removeprefix("$."))
                        for each in counted.get("Dimensions", [])
                    }
                    value = float(counted["MetricValue"])
                    self.measured(counted["MetricNamespace"], counted["MetricName"], value, **labels)

    def is_alarm(self, alarm: Mapping[str, Any], contributor: str | None = None) -> bool:
        """Whether enough periods breach the alarm's threshold. The alarm says whether a period without data does.

        Of a query, each series is a contributor with a state of its own: any of them, or the one that is named.
        """
        wanted = int(alarm["EvaluationPeriods"])
        periods = [*({},) * (wanted - len(self.values)), *self.values[-wanted:]]
        missing_breaches = {"notBreaching": False, "breaching": True}[alarm["TreatMissingData"]]
        needed = int(alarm.get("DatapointsToAlarm", wanted))
        if _is_query(alarm):
            assert not missing_breaches
            found = [contributors(alarm, period) for period in periods]
            return any(
                sum(_breaches(alarm, each[name]) for each in found if name in each) >= needed
                for name in {name for each in found for name in each}
                if contributor in (None, name)
            )
        values = [_value(alarm, period) for period in periods]
        return sum(missing_breaches if value is None else _breaches(alarm, value) for value in values) >= needed


def _is_query(alarm: Mapping[str, Any]) -> bool:
    return any(_QUERY.fullmatch(query.get("Expression", "")) for query in alarm.get("Metrics", []))


def _value(alarm: Mapping[str, Any], period: Mapping[Series, Sequence[float]]) -> float | None:
    """The alarm's value in a period; None where there are no data."""
    if "MetricName" in alarm:
        series = alarm["Namespace"], alarm["MetricName"], _dimensions(alarm)
        return _stat(alarm["Statistic"], period[series]) if series in period else None
    [watched] = [query for query in alarm["Metrics"] if query.get("ReturnData", True)]
    known = {}
    for query in alarm["Metrics"]:
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            series = metric["Namespace"], metric["MetricName"], _dimensions(metric)
            if series in period:
                known[query["Id"]] = _stat(query["MetricStat"]["Stat"], period[series])
    if re.fullmatch(r"SUM\((FILL\()?METRICS\(\)(, 0\))?\)", watched["Expression"]):
        return sum(known.values()) if known else None
    try:
        # Metric math of scalars reads as Python does.
        value = eval(watched["Expression"], {"IF": lambda condition, yes, no: yes if condition else no}, known)
    except NameError:  # a series without data
        return None
    return float(value)


def contributors(alarm: Mapping[str, Any], period: Mapping[Series, Sequence[float]]) -> dict[str, float]:
    """The value of each contributor of a query in a period, by its label's value."""
    [watched] = alarm["Metrics"]
    found = _QUERY.fullmatch(watched["Expression"])
    assert found
    return {
        dimensions[0][1]: sum(values)
        for (namespace, name, dimensions), values in period.items()
        if (namespace, name) == (found["namespace"], found["metric"])
        and [label for label, _ in dimensions] == [found["label"]]
    }


def _stat(name: str, values: Sequence[float]) -> float:
    if name == "Sum":
        return sum(values)
    assert name == "Maximum"
    return max(values)


def _breaches(alarm: Mapping[str, Any], value: float) -> bool:
    threshold = float(alarm["Threshold"])
    return {
        "GreaterThanOrEqualToThreshold": value >= threshold,
        "GreaterThanThreshold": value > threshold,
        "LessThanThreshold": value < threshold,
    }[alarm["ComparisonOperator"]]


def _dimensions(metric: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((each["Name"], each["Value"]) for each in metric.get("Dimensions", []))


def _filled(value: Any) -> Any:
    """Replaces Ref and Sub by the values of parameters and the names of resources."""
    if isinstance(value, list):
        return [_filled(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"}:
        filled = str(PARAMETERS.get(value["Ref"], value["Ref"]))
        is_list = template_parameters().get(value["Ref"], {}).get("Type") == "CommaDelimitedList"
        return filled.split(",") if is_list else filled
    if value.keys() == {"Fn::Sub"}:
        return re.sub(r"\$\{([\w:]+)\}", lambda found: PARAMETERS[found[1]], value["Fn::Sub"])
    return {name: _filled(each) for name, each in value.items()}
