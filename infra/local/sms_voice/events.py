"""Delivery events: one JSON object for each step of a message or a call, as AWS writes it.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from infra.local.clock import Clock
from infra.local.inbox import timestamp
from infra.local.sms_voice.course import DESCRIPTIONS, Course, Step

_KEPT = 10_000

type Event = dict[str, object]
# Sends an event, and waits for its fate: the answer that it got, and the problem if there was one.
type Publish = Callable[[Event], Mapping[str, object]]


@dataclass(frozen=True)
class Journey:
    """A message or a call under way.

    Attributes:
        about: the members that all its events have.
        told: false if the message names no configuration set, so that nobody hears of it.
        progress: called at each step, before its event is sent.
    """

    course: Course
    channel: str
    about: Mapping[str, object]
    told: bool
    progress: Callable[[Step], None]


class Events:
    """Follows messages and calls, and publishes their events in order."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._clock = Clock("sms-voice")
        self._senders = ThreadPoolExecutor(8, thread_name_prefix="sms-voice event")
        self._before: dict[int, Future[None]] = {}  # by journey, the event that must go first
        self._told: deque[dict[str, object]] = deque(maxlen=_KEPT)

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        """Publish no more events."""
        self._clock.stop()
        self._senders.shutdown(wait=False, cancel_futures=True)

    def follow(self, journey: Journey) -> None:
        """Run a message or a call through its steps."""
        self._clock.follow([(step.after, partial(self._take, journey, step)) for step in journey.course.steps])

    def told(self) -> list[dict[str, object]]:
        """Every event so far, newest first."""
        return list(self._told)[::-1]

    def clear(self, *, under_way: bool = False) -> None:
        """Forget the events so far, and with `under_way` those that are still to come."""
        if under_way:
            self._clock.clear()
            self._before.clear()
        self._told.clear()

    def _take(self, journey: Journey, step: Step) -> None:
        journey.progress(step)
        steps = [step]
        if journey.course.reordered:
            # No event is sent before the last step. Then all are sent, from the last to the first.
            steps = list(journey.course.steps)[::-1] if step is journey.course.steps[-1] else []
        try:
            for one in steps if journey.told else []:
                for _ in range(one.told):
                    self._hand_over(journey, event_of(journey, one))
        except RuntimeError:  # stopped meanwhile
            return
        if step is journey.course.steps[-1]:
            self._before.pop(id(journey), None)

    def _hand_over(self, journey: Journey, event: Event) -> None:
        before = self._before.get(id(journey))
        self._before[id(journey)] = self._senders.submit(self._tell, event, before)

    def _tell(self, event: Event, before: Future[None] | None) -> None:
        """Publish one event, after the one before it. The pool runs them in order, so an earlier one is already running."""
        if before is not None:
            before.exception()
        at = datetime.now(UTC)
        fate = self._publish(event)
        self._told.append(
            {
                "sent_at": timestamp(at),
                "message_id": event["messageId"],
                "to": event["destinationPhoneNumber"],
                "status": event["eventType"],
                "event": event,
                **fate,
            }
        )


def event_of(journey: Journey, step: Step) -> Event:
    """The event of a step."""
    prefix = "VOICE" if journey.channel == "voice" else "TEXT"
    event: Event = {
        "eventType": f"{prefix}_{step.status}",
        "eventVersion": "1.0",
        "eventTimestamp": int(time.time() * 1000),
        "isFinal": step.is_final,
        **journey.about,
        "messageStatus": step.status,
    }
    if step.status in DESCRIPTIONS and prefix == "TEXT":
        event["messageStatusDescription"] = DESCRIPTIONS[step.status]
    return event
