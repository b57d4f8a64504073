"""`make scale`: the arithmetic, and the tables of docs/scale.md."""

from __future__ import annotations

import math
from copy import replace

import pytest

from benchmarks import scale
from benchmarks.cost import LOGIN_SECONDS, RECORDED
from benchmarks.scale import RATES, REQUEST_SECONDS, SHARED, STARTS, Shared
from infra.local.processes import HOME
from mfa.settings.ceilings import Budgets

PAGE = (HOME / "docs" / "scale.md").read_text(encoding="utf-8")
QUOTAS = {each.name: each for each in scale.quotas(RECORDED)}


@pytest.mark.parametrize("table", scale.tables(RECORDED))
def test_the_page_has_the_tables_of_the_model(table: str) -> None:
    assert scale.tables(RECORDED)[table] in PAGE, "run: make scale"


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("requests", ["API Gateway: throttle rate"]),
        ("write_units", ["DynamoDB: table-level writes", "DynamoDB: writes of a new table"]),
        ("read_units", ["DynamoDB: table-level reads", "DynamoDB: reads of a new table"]),
        ("signatures", ["KMS: operations with ECC keys"]),
    ],
)
def test_a_need_follows_from_what_was_measured_of_a_login(part: str, names: list[str]) -> None:
    """`make cost` measures it: a login that needs more changes the page."""
    changed = {each.name: each for each in scale.quotas(replace(RECORDED, **{part: 1000}))}
    assert [name for name, each in QUOTAS.items() if each.need(1) != changed[name].need(1)] == names
    assert [changed[name].need(7) for name in names] == [7000] * len(names)


def test_the_seconds_of_requests_are_those_that_the_cost_reckons_with() -> None:
    assert math.isclose(sum(sum(each.values()) for each in REQUEST_SECONDS.values()), LOGIN_SECONDS)
    assert scale.containers(1000) == pytest.approx(1000 * LOGIN_SECONDS)
    assert REQUEST_SECONDS["send_code"]["message"] > scale.TWILIO_SECONDS


def test_containers_start_no_faster_than_lambda_starts_them() -> None:
    assert scale.starts("dynamodb.BatchGetItem", 10) == pytest.approx(10 * LOGIN_SECONDS)
    reads = sum(requests["dynamodb.BatchGetItem"] for requests in STARTS.values())
    assert scale.starts("dynamodb.BatchGetItem", 10_000) == reads * scale.STARTS_PER_SECOND


def test_a_partition_takes_two_units_for_each_write_of_a_transaction() -> None:
    shared = Shared("counter", "C S#", "C", writes=3, partitions=4, items=8)
    assert shared.units(100) == 150
    assert shared.meets(100) == pytest.approx(1 - math.exp(-100 * 3 / 8 * 0.01))
    assert shared._replace(items=0).meets(100) == 0


def test_what_is_too_much_stands_out() -> None:
    [row] = [line for line in scale.quota_table(RECORDED).splitlines() if "ECC" in line]
    assert [cell.strip() for cell in row.split("|")][3:6] == ["10", "1,000", "**10,000**"]
    [row] = [line for line in scale.own_table(RECORDED).splitlines() if "global_per_day" in line]
    assert f"| {Budgets().global_per_day:,} | **864,000** |" in row


def test_counters_of_one_partition_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = (Shared("one", "P A#", "P", 1, 1, 1), Shared("two", "P B#", "P", 4, 1, 1))
    monkeypatch.setattr(scale, "SHARED", pair)
    rows = scale.partition_table().splitlines()[2:]
    assert [row.rpartition("| ")[2] for row in rows] == ["100 |", "100 |"]


def test_every_quota_names_its_page_and_when_it_was_read() -> None:
    for quota in QUOTAS.values():
        assert quota.source.startswith("https://")
        assert quota.as_of
        assert quota.limit > 0
    assert len({each.kind for each in SHARED}) == len(SHARED)
    assert sorted(RATES) == [10, 1000, 10_000]
