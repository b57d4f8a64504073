"""The course of a message or a call: its statuses, their times, and the callbacks for them."""

from __future__ import annotations

from copy import replace
from dataclasses import dataclass

from infra.local import journeys
from infra.local.faults import Faults
from infra.local.journeys import Course

# Seconds after acceptance, and the status from then on.
_MESSAGE = ((0.1, "queued"), (0.3, "sent"), (0.8, "delivered"))
_CALL = ((0.1, "initiated"), (0.2, "ringing"), (0.4, "in-progress"), (0.8, "completed"))
_UNKNOWN_ERROR = 30008
_EXPIRED = 30036
_REPORTS = "callbacks"


@dataclass(frozen=True)
class Step(journeys.Step):
    """A status of a message or a call, with the error that it ends with."""

    error_code: int | None = None


type Way = Course[Step]


def of_message(faults: Faults, to: str, channel: str, *, valid_seconds: float, error_code: int | None) -> Way:
    """The course of an accepted message. With `error_code` it ends as undelivered, regardless of the faults."""
    steps = [Step(after, status) for after, status in _MESSAGE]
    if error_code is not None:
        steps[-1] = replace(steps[-1], status="undelivered", error_code=error_code)
    elif rule := faults.take("delivery", to, channel):
        steps = _ending(steps, rule.values["status"] or "undelivered", rule.values["error_code"], rule.values["after"])
    arrives = steps[-1].status in {"sent", "delivered"}
    delay = faults.take("delivery_delay", to, channel)
    if delay is not None:
        seconds = delay.values["seconds"]
        if seconds > valid_seconds:
            expired = [steps[0], Step(valid_seconds, "failed", error_code=_EXPIRED)]
            return Course(expired, at_once=False).reported(faults, _REPORTS, to, channel)
        steps = [steps[0], *(replace(step, after=step.after + seconds) for step in steps[1:])]
        if arrives:
            steps[-1] = replace(steps[-1], arrives=True)
    return Course(steps, arrives and delay is None).reported(faults, _REPORTS, to, channel)


def of_call(faults: Faults, to: str) -> Way:
    """The course of an accepted call."""
    steps = [Step(after, status) for after, status in _CALL]
    rule = faults.take("delivery", to, "voice")
    if rule is not None:
        end = rule.values["status"] or "no-answer"
        before = steps[:-1] if end == "completed" else steps[:2]
        steps = [*before, Step(rule.values["after"], end, error_code=rule.values["error_code"])]
    arrives = steps[-1].status == "completed"
    delay = faults.take("delivery_delay", to, "voice")
    if delay is not None:
        steps = [replace(step, after=step.after + delay.values["seconds"]) for step in steps]
        steps[-2] = replace(steps[-2], arrives=arrives)
    return Course(steps, arrives and delay is None).reported(faults, _REPORTS, to, "voice")


def _ending(steps: list[Step], end: str, error_code: int | None, after: float) -> list[Step]:
    """The statuses up to the final status `end`, with their times."""
    if end in {"undelivered", "failed"}:
        error_code = error_code or _UNKNOWN_ERROR
    last = Step(after, end, error_code=error_code)
    before = {"queued": 0, "sent": 1, "failed": 1}.get(end, 2)
    return [*(replace(step, after=min(step.after, after)) for step in steps[:before]), last]
