"""Histories of one user's second factor against the reference model of tests/contract/model.py, in batches of one seed each.

They run on moto, and also on DynamoDB Local if its address is given. The count of each engine is written down after each batch.
"""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.contract import engines
from tests.contract.model import histories, settings_for

PROGRESS = Path("build/prove/model.json")
GOAL = 100_000
BATCH = 200


def main() -> None:
    """Runs batches until each engine has as many histories as it shall have. The seed of a batch is the count before it."""
    done: dict[str, int] = json.loads(PROGRESS.read_text()) if PROGRESS.exists() else {}
    PROGRESS.parent.mkdir(parents=True, exist_ok=True)
    for name in engines.engines():
        with engines.running(name) as engine:
            while (count := done.get(name, 0)) < GOAL:
                run_state_machine_as_test(seed(count)(histories(engine)), settings=settings_for(BATCH))
                done[name] = count + BATCH
                PROGRESS.write_text(json.dumps(done))
                print(f"{name}: {done[name]:,} of {GOAL:,} histories", flush=True)
