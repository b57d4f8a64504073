"""The course of a message or a call: its events and their times."""

from __future__ import annotations

from copy import replace

from infra.local.faults import Faults
from infra.local.journeys import Course, Step

# Seconds after acceptance, and the event from then on, without TEXT_ or VOICE_.
_TEXT = ((0.1, "PENDING"), (0.4, "SUCCESSFUL"), (0.8, "DELIVERED"))
_CALL = ((0.1, "INITIATED"), (0.2, "RINGING"), (0.4, "ANSWERED"), (0.8, "COMPLETED"))
_ARRIVED = {"SUCCESSFUL", "DELIVERED", "COMPLETED"}
_UNDER_WAY = {"PENDING", "INITIATED", "RINGING", "ANSWERED"}  # every other event is final
EXPIRED = "TTL_EXPIRED"
_REPORTS = "events"

# https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html
DESCRIPTIONS = {
    "PENDING": "Message has been sent and is pending delivery",
    "SUCCESSFUL": "Message has been accepted by phone carrier",
    "DELIVERED": "Message has been accepted by phone",
    "INVALID": "The destination phone number isn't valid",
    "INVALID_MESSAGE": "The body of the message isn't valid",
    "UNREACHABLE": "Phone is currently unreachable/unavailable",
    "CARRIER_UNREACHABLE": "Phone carrier is currently unreachable/unavailable",
    "BLOCKED": "Message has been blocked by phone",
    "CARRIER_BLOCKED": "Phone carrier has blocked this message",
    "PROTECT_BLOCKED": "Message has been blocked by protect configuration",
    "SPAM": "Phone carrier has marked this message as spam",
    "UNKNOWN": "Unknown error attempting to reach phone",
    "TTL_EXPIRED": "The message couldn't be delivered within its time to live",
}


def is_final(step: Step) -> bool:
    """Whether no event follows."""
    return step.status not in _UNDER_WAY


def course(faults: Faults, to: str, channel: str, seconds_to_live: float) -> Course[Step]:
    """The course of an accepted message (sms) or call (voice)."""
    steps = [Step(after, status) for after, status in (_CALL if channel == "voice" else _TEXT)]
    if rule := faults.take("delivery", to, channel):
        end = rule.values["status"] or ("NO_ANSWER" if channel == "voice" else "CARRIER_UNREACHABLE")
        steps = _ending(steps, end, rule.values["after"], before=2 if channel == "voice" else 1)
    arrives = steps[-1].status in _ARRIVED
    delay = faults.take("delivery_delay", to, channel)
    if delay is not None:
        seconds = delay.values["seconds"]
        if seconds > seconds_to_live:
            expired = [steps[0], Step(seconds_to_live, EXPIRED)]
            return Course(expired, at_once=False).reported(faults, _REPORTS, to, channel)
        steps = [steps[0], *(replace(step, after=step.after + seconds) for step in steps[1:])]
        if arrives:
            steps[-1] = replace(steps[-1], arrives=True)
    return Course(steps, arrives and delay is None).reported(faults, _REPORTS, to, channel)


def _ending(steps: list[Step], end: str, after: float, before: int) -> list[Step]:
    """The events up to the last one, with their times."""
    usual = [step.status for step in steps]
    kept = steps[: usual.index(end)] if end in usual else steps[:before]
    return [*(replace(step, after=min(step.after, after)) for step in kept), Step(after, end)]
