"""Histories of one user's second factor against the reference model of tests/contract/model.py, in batches of one seed each.

They run on moto, and also on DynamoDB Local if its address is given. There, histories in real threads follow
(tests/contract/threads.py). The count of each is written down after each batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.contract import engines
from tests.contract.engines import Engine
from tests.contract.model import histories, settings_for
from tests.contract.threads import run_histories

PROGRESS = Path("build/prove/model.json")
GOAL = 100_000
BATCH = 200
THREADS_BATCH = 20


def main() -> None:
    """Runs batches until there are as many histories of each kind as there shall be. The seed of a batch is the count before it."""
    done: dict[str, int] = json.loads(PROGRESS.read_text()) if PROGRESS.exists() else {}
    PROGRESS.parent.mkdir(parents=True, exist_ok=True)
    for name in engines.engines():
        with engines.running(name) as engine:
            _go_on(done, name, partial(_in_turns, engine), BATCH)
            if name == engines.DYNAMODB_LOCAL:
                _go_on(done, "threads", partial(_in_threads, engine), THREADS_BATCH)


def _in_turns(engine: Engine, first: int) -> None:
    run_state_machine_as_test(seed(first)(histories(engine)), settings=settings_for(BATCH))


def _in_threads(engine: Engine, first: int) -> None:
    run_histories(engine, range(first, first + THREADS_BATCH))


def _go_on(done: dict[str, int], name: str, run: Callable[[int], None], batch: int) -> None:
    """Runs what is left to the goal, in batches."""
    while (count := done.get(name, 0)) < GOAL:
        run(count)
        done[name] = count + batch
        PROGRESS.write_text(json.dumps(done))
        print(f"{name}: {done[name]:,} of {GOAL:,} histories", flush=True)
