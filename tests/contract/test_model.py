"""Histories in which requests, faults, crashes and jumps of the clock come in any order, against a reference model.

This is the short form; `make prove PARTS=model` runs as many as there is time for (docs/proof.md).
"""

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.contract.engines import Engine
from tests.contract.model import histories, settings_for


@pytest.mark.guards(
    "ATTEMPTS_LEFT",
    "BUDGET_LEFT",
    "COOLED",
    "NEW_ATTEMPT",
    "NEW_REQUEST",
    "NOT_APPROVED",
    "NOT_DENIED",
    "NOT_EXPIRED",
    "NOT_REDEEMED",
    "SAME_SEND",
    "SENDS_LEFT",
    "UNLOCKED",
    "UNUSED",
)
def test_no_history_breaks_the_model(engine: Engine, request: pytest.FixtureRequest) -> None:
    # Without a condition it ends at the first history that fails. Which one does depends on what else is imported, since
    # Hypothesis also draws constants of the code.
    count = 200 if "without " in request.node.name else 20
    run_state_machine_as_test(histories(engine), settings=settings_for(count, derandomize=True))
