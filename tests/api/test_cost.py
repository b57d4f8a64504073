"""The logs of a login have the size that docs/deployment.md reckons with."""

from benchmarks.cost import RECORDED, RECORDED_SCHEDULES, measure_logs, near
from tests.api.stack import Stack


def test_the_logs_are_as_long_as_recorded(stack: Stack) -> None:
    login, month, metrics = measure_logs(stack)
    assert near(login, RECORDED.log_bytes)
    assert near(month, RECORDED_SCHEDULES.log_bytes)
    assert metrics == RECORDED_SCHEDULES.metrics
