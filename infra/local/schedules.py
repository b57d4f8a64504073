"""Runs the template's schedules: each once as the stack starts, then at its rate."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence

from infra.local.output import Output
from infra.local.pool import Busy, Pool
from infra.local.template import Schedule


class Schedules:
    """The schedules of a running stack, each in a thread of its own."""

    def __init__(self, schedules: Sequence[Schedule], pools: Mapping[str, Pool], output: Output) -> None:
        self._schedules = schedules
        self._pools = pools
        self._output = output
        self._stopped = threading.Event()

    def start(self) -> None:
        for schedule in self._schedules:
            threading.Thread(target=self._run, args=(schedule,), name=f"schedule {schedule.event}", daemon=True).start()

    def stop(self) -> None:
        """No schedule invokes anything from now on. Does not wait for an invocation under way."""
        self._stopped.set()

    def _run(self, schedule: Schedule) -> None:
        self._invoke(schedule)
        while not self._stopped.wait(schedule.seconds):
            self._invoke(schedule)

    def _invoke(self, schedule: Schedule) -> None:
        try:
            outcome = self._pools[schedule.function].invoke(schedule.event.encode(), own=True)
        except (Busy, OSError):
            failure: object = "found no free worker"
        else:
            answer = json.loads(outcome.payload) if outcome.payload else {}
            refused = isinstance(answer, dict) and answer.get("error")
            failure = answer["errorType"] if outcome.error else refused["code"] if refused else None
        if failure and not self._stopped.is_set():
            self._output.line(f"schedule | {schedule.function} {schedule.event}: {failure}")
