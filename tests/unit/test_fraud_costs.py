"""docs/fraud.md: its computed tables are those of the default settings and the shipped prices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from infra import fraud_costs
from mfa.settings.fraud import Fraud

PAGE = (fraud_costs.ROOT / "docs" / "fraud.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [fraud_costs.rule, fraud_costs.worst, fraud_costs.launches])
def test_the_page_has_the_table_that_the_settings_give(table: Callable[[], str]) -> None:
    assert table() in PAGE, "run: python -m infra.fraud_costs"


def test_a_launch_after_a_week_as_busy_refuses_one_of_a_hundred_at_most() -> None:
    assert fraud_costs.refused_at_launch(fraud_costs.LOGINS, Fraud()) <= fraud_costs.LOGINS // 100


@pytest.mark.parametrize("history", [0, fraud_costs.LOGINS // 20])
def test_the_advised_floors_are_what_lets_a_launch_pass_without_much_history(history: int) -> None:
    advised = fraud_costs.LOGINS // 20
    assert fraud_costs.refused_at_launch(history, Fraud(daily_floor=advised, hourly_floor=advised)) == 0
    assert fraud_costs.refused_at_launch(history, Fraud()) > fraud_costs.LOGINS // 100
