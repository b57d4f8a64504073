"""Histories in which the requests of a round run in real threads, on DynamoDB Local.

This is the short form; `make prove PARTS=model` runs as many as there is time for (docs/proof.md).
"""

import pytest

from tests.contract import engines
from tests.contract.engines import Engine
from tests.contract.threads import run_histories


@pytest.mark.guards("ATTEMPTS_LEFT", "COOLED", "NEW_ATTEMPT", "NOT_APPROVED", "NOT_DENIED", "NOT_REDEEMED", "UNUSED")
def test_no_order_of_threads_breaks_a_bound(engine: Engine) -> None:
    if engine.name != engines.DYNAMODB_LOCAL:
        pytest.skip("only DynamoDB Local takes requests of many threads")
    run_histories(engine, range(10))
