"""`make cost`: the arithmetic, and the figures of docs/deployment.md."""

from __future__ import annotations

from copy import replace
from typing import Any

import cfn_flip  # type: ignore[import-untyped]  # has no types
import pytest

from benchmarks import cost
from benchmarks.cost import RECORDED, RECORDED_SCHEDULES, Login, Schedules, Standing
from infra.local.processes import HOME

PAGE = (HOME / "docs" / "deployment.md").read_text(encoding="utf-8")


def text(value: str) -> dict[str, str]:
    return {"S": value}


def test_the_page_has_the_tables_of_the_recorded_figures() -> None:
    assert cost.login_table(RECORDED) in PAGE, "run: make cost"
    assert cost.month_table(Standing.of_templates(), RECORDED_SCHEDULES) in PAGE, "run: make cost"


def test_each_part_of_a_login_is_charged_at_its_price() -> None:
    nothing = Login(requests=0, reports=0, read_units=0, write_units=0, log_bytes=0, signatures=0)
    estimate = cost.LOGIN_SECONDS * 13.3334
    assert nothing.parts() == {**dict.fromkeys(nothing.parts(), 0), "functions": pytest.approx(estimate)}
    parts = Login(requests=5, reports=3, read_units=8, write_units=34, log_bytes=1 << 30, signatures=2).parts()
    assert parts == pytest.approx(
        {
            "API Gateway": 17.5,
            "the table's writes": 21.25,
            "the table's reads": 1,
            "signatures": 30,
            "functions": 1.6 + estimate,
            "logs": 500_000,
        }
    )


def test_scheduled_runs_are_charged_at_their_prices() -> None:
    runs = Schedules(runs=1_000_000, read_units=0, write_units=0, log_bytes=0, metrics=0)
    assert runs.usd() == pytest.approx(0.2 + cost.SCHEDULED_SECONDS * 13.3334)
    table = Schedules(runs=0, read_units=1_000_000, write_units=2_000_000, log_bytes=1 << 31, metrics=0)
    assert table.usd() == pytest.approx(0.125 + 1.25 + 1)


def test_a_month_is_charged_beyond_what_is_free() -> None:
    runs = Schedules(runs=0, read_units=0, write_units=0, log_bytes=0, metrics=12)
    parts = Standing(keys=3, secrets=2, alarm_metrics=13, dashboards=4).parts(runs)
    assert parts == pytest.approx(
        {"keys": 3, "secrets": 0.8, "alarms": 0.3, "dashboards": 3, "scheduled functions": 0, "their metrics": 0.6}
    )
    assert cost.charged("alarm metric", 10) == 0


def test_the_standing_resources_are_those_of_the_templates() -> None:
    """Counted in the files as they are written, without their conditions but those of parameters that are off."""
    off = {"MakesSecondSigningKey", "WatchesSilence", "PublishesEvents", "CallsWebhook"}
    made: list[dict[str, Any]] = []
    for name in ("template.yaml", "infra/observability.yaml"):
        document = cfn_flip.load((HOME / name).read_text(encoding="utf-8"))[0]
        made += [each for each in document["Resources"].values() if each.get("Condition") not in off]
    of_type = {kind: [each for each in made if each["Type"] == kind] for kind in {each["Type"] for each in made}}
    standing = Standing.of_templates()
    assert standing.keys == len(of_type["AWS::KMS::Key"])
    assert standing.secrets == len(of_type["AWS::SecretsManager::Secret"])
    assert standing.dashboards == len(of_type["AWS::CloudWatch::Dashboard"])
    alarms = str(of_type["AWS::CloudWatch::Alarm"])
    assert standing.alarm_metrics == alarms.count("'MetricName'") + alarms.count("SELECT ")


def test_an_alarm_on_an_expression_watches_each_of_its_metrics() -> None:
    assert cost.alarm_metrics({"MetricName": "logins"}) == 1
    watched = [{"Expression": "SUM(METRICS())"}, {"MetricStat": {}}, {"MetricStat": {}}]
    assert cost.alarm_metrics({"Metrics": watched}) == 2
    assert cost.alarm_metrics({"Metrics": [{"Expression": "SELECT SUM(sends) FROM SCHEMA(n, region)"}]}) == 1


def test_an_item_in_a_transaction_takes_two_units_a_kilobyte_of_its_larger_state() -> None:
    small, large = {"pk": text("p")}, {"pk": text("p"), "a": text("x" * 2000)}
    assert [cost.transaction_units(*each) for each in [({}, small), (small, large), (large, {})]] == [2, 4, 4]


def test_a_change_of_the_index_takes_a_unit_for_each_place_but_a_days_counter_none() -> None:
    first, second = ({"pk": text("p"), "list": text("SEEN#1"), "position": text(n)} for n in "12")
    counter = {"pk": text("p"), "list": text("DAY#2026-11-28"), "position": text("1")}
    assert cost.transaction_units(first, first) == 2
    assert cost.transaction_units(first, second) == 4
    assert cost.transaction_units({}, first) == 3
    assert cost.transaction_units({}, counter) == 2


def test_a_kilobyte_is_counted_as_aws_does() -> None:
    assert cost.kilobytes({}) == 1
    assert cost.kilobytes({"a": text("x" * 1023)}) == 1
    assert cost.kilobytes({"a": text("x" * 1024)}) == 2
    assert cost.kilobytes({"a": {"L": [{"M": {"b": {"B": "A" * 1400}}}]}}) == 2
    assert cost.kilobytes({"a": {"SS": ["x" * 600, "y" * 600]}, "n": {"N": "-12.5"}, "t": {"BOOL": True}}) == 2


def test_a_read_of_nothing_is_charged() -> None:
    request = {"RequestItems": {"t": {"Keys": [1, 2, 3], "ConsistentRead": True}, "u": {"Keys": [1]}}}
    assert cost.unread_units(request, {"Responses": {"t": [{}]}}) == 2.5


def test_the_written_items_of_a_request_are_found() -> None:
    key = {"pk": text("p"), "sk": text("s")}
    put, check = {"TableName": "t", "Item": {**key, "a": text("b")}}, {"TableName": "t", "Key": key}
    assert cost.written_keys({"TransactItems": [{"Put": put}, {"ConditionCheck": check}]}) == [("t", key), ("t", key)]
    assert cost.written_keys(check) == [("t", key)]
    assert cost.written_keys({"RequestItems": {}}) == []


def test_metrics_differ_by_their_dimensions() -> None:
    line = '{"_aws": {"CloudWatchMetrics": [{"Dimensions": [["region"], []], "Metrics": [{"Name": "sends"}]}]}, "region": "%s"}'
    assert cost.metrics_in(f"{line % 'HK'}\n{line % 'DE'}\nnothing") == {"sends", "sends region=HK", "sends region=DE"}


def test_one_unit_more_is_not_what_was_recorded() -> None:
    assert cost.alike(replace(RECORDED, log_bytes=RECORDED.log_bytes + 100), RECORDED)
    assert not cost.alike(replace(RECORDED, write_units=RECORDED.write_units + 1), RECORDED)
    assert not cost.alike(replace(RECORDED, requests=RECORDED.requests - 1), RECORDED)
    assert not cost.alike(replace(RECORDED, log_bytes=RECORDED.log_bytes * 2), RECORDED)
    assert not cost.alike(replace(RECORDED, read_units=RECORDED.read_units * 2), RECORDED)
