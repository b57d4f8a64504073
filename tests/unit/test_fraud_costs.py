"""docs/fraud.md: its computed tables are those of the default settings and the shipped prices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from infra import fraud_costs

PAGE = (fraud_costs.ROOT / "docs" / "fraud.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [fraud_costs.rule, fraud_costs.worst])
def test_the_page_has_the_table_that_the_settings_give(table: Callable[[], str]) -> None:
    assert table() in PAGE, "run: python -m infra.fraud_costs"
