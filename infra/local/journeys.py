"""Follows messages and calls of a simulated vendor after its answer, and reports each step in order.

A vendor's `course` module decides the steps, and its `callbacks` or `events` module makes the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from infra.local.clock import Clock
from infra.local.faults import Faults

type Report = Callable[[], None]


@dataclass(frozen=True)
class Step:
    """A status of a message or a call.

    Attributes:
        after: seconds after the vendor's answer.
        status: the status from then on, in the vendor's words.
        told: how many times it is reported.
        arrives: the phone has the message now.
    """

    after: float
    status: str
    told: int = 1
    arrives: bool = False


@dataclass(frozen=True)
class Course[S: Step]:
    """The steps of a message or a call, in the order they happen.

    Attributes:
        at_once: the phone has the message already when the vendor answers.
        reordered: the reports are sent in reverse order, after the last step.
    """

    steps: Sequence[S]
    at_once: bool
    reordered: bool = False

    def reported(self, faults: Faults, reports: str, to: str, channel: str) -> Course[S]:
        """This course with the faults of its reports, which are called `reports` in the faults' names."""
        told = 0 if faults.take(f"lost_{reports}", to, channel) else 1
        told *= 2 if faults.take(f"duplicate_{reports}", to, channel) else 1
        reordered = faults.take(f"reordered_{reports}", to, channel) is not None
        return Course([replace(step, told=told) for step in self.steps], self.at_once, reordered)


@dataclass(frozen=True)
class Journey[S: Step]:
    """A message or a call under way.

    Attributes:
        progress: called at each step, before it is reported.
        report: makes the report on a step; None if nobody hears of it.
    """

    course: Course[S]
    progress: Callable[[S], None]
    report: Callable[[S], Report | None]


class Journeys:
    """Runs messages and calls through their steps. Each one's reports are sent one after the other."""

    def __init__(self, name: str) -> None:
        self._clock = Clock(name)
        self._senders = ThreadPoolExecutor(8, thread_name_prefix=f"{name} report")
        self._before: dict[int, Future[None]] = {}  # by journey, the report that must go first

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        """Send no more reports."""
        self._clock.stop()
        self._senders.shutdown(wait=False, cancel_futures=True)

    def clear(self) -> None:
        """Forget what is still to come."""
        self._clock.clear()
        self._before.clear()

    def follow[S: Step](self, journey: Journey[S]) -> None:
        """Run a message or a call through its steps."""
        self._clock.follow([(step.after, partial(self._take, journey, step)) for step in journey.course.steps])

    def _take[S: Step](self, journey: Journey[S], step: S) -> None:
        """One step of a journey, and its reports."""
        journey.progress(step)
        course, steps = journey.course, [step]
        if course.reordered:
            # Nothing is reported before the last step. Then every step is, from the last to the first.
            steps = list(course.steps)[::-1] if step is course.steps[-1] else []
        try:
            for one in steps:
                self._hand_over(journey, one)
        except RuntimeError:  # stopped meanwhile
            return
        if step is course.steps[-1]:
            self._before.pop(id(journey), None)

    def _hand_over[S: Step](self, journey: Journey[S], step: S) -> None:
        for _ in range(step.told):
            if (report := journey.report(step)) is not None:
                before = self._before.get(id(journey))
                self._before[id(journey)] = self._senders.submit(_send, report, before)


def _send(report: Report, before: Future[None] | None) -> None:
    """Send one report, after the one before it. The pool runs them in order, so an earlier one is already running."""
    if before is not None:
        before.exception()
    report()
