"""The local stack runs the template's schedules."""

import threading
from typing import cast

import pytest

from infra.local.output import Output
from infra.local.pool import Outcome, Pool
from infra.local.schedules import Schedules
from infra.local.template import Schedule

EVENT = '{"operation": "prices.update", "input": {}}'


class Recorded:
    """A pool and an output that record what they get; the pool answers one thing."""

    def __init__(self, answer: Outcome | None = None) -> None:
        self.events: list[tuple[bytes, bool]] = []
        self.lines: list[str] = []
        self.times = threading.Semaphore(0)
        self._answer = answer or Outcome(b'{"output": {}}')

    def invoke(self, event: bytes, *, own: bool = False) -> Outcome:
        self.events.append((event, own))
        self.times.release()
        return self._answer

    def line(self, text: str) -> None:
        self.lines.append(text)
        self.times.release()


def running(recorded: Recorded, seconds: float) -> Schedules:
    """The schedule, started."""
    pools = cast("dict[str, Pool]", {"AdminFunction": recorded})
    schedules = Schedules([Schedule("AdminFunction", seconds, EVENT)], pools, cast(Output, recorded))
    schedules.start()
    return schedules


def happens(recorded: Recorded, times: int) -> bool:
    """Whether it happens so often within seconds."""
    return all(recorded.times.acquire(timeout=5) for _ in range(times))


def test_a_schedule_runs_at_the_start_and_then_at_its_rate() -> None:
    recorded = Recorded()
    schedules = running(recorded, 0.01)
    assert happens(recorded, 3)
    schedules.stop()
    assert set(recorded.events) == {(EVENT.encode(), True)}
    assert recorded.lines == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Outcome(b'{"error": {"code": "sms_unavailable"}}'), "sms_unavailable"),
        (Outcome(b'{"errorType": "Sandbox.Timedout"}', "Unhandled"), "Sandbox.Timedout"),
    ],
)
def test_a_run_that_failed_is_printed(answer: Outcome, said: str) -> None:
    recorded = Recorded(answer)
    schedules = running(recorded, 3600)
    assert happens(recorded, 2)
    schedules.stop()
    assert recorded.lines == [f"schedule | AdminFunction {EVENT}: {said}"]
