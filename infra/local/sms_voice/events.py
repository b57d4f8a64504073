"""Delivery events: one JSON object for each step of a message or a call, as AWS writes it.

https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from infra.local.inbox import timestamp
from infra.local.journeys import Course, Journey, Journeys, Report, Step
from infra.local.sms_voice.course import DESCRIPTIONS, is_final
from infra.local.vendor import KEPT

type Event = dict[str, object]
# Sends an event, and waits for its fate: the answer that it got, and the problem if there was one.
type Publish = Callable[[Event], Mapping[str, object]]


class Events:
    """Follows messages and calls, and publishes their events in order."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._journeys = Journeys("sms-voice")
        self._told: deque[dict[str, object]] = deque(maxlen=KEPT)

    def start(self) -> None:
        self._journeys.start()

    def stop(self) -> None:
        """Publish no more events."""
        self._journeys.stop()

    def follow(self, course: Course[Step], channel: str, progress: Callable[[Step], None], about: Event | None) -> None:
        """Run a message or a call through its steps.

        `about` has the members that all its events share; None if it names no configuration set, so that nobody hears of it.
        """

        def report(step: Step) -> Report | None:
            return partial(self._tell, event_of(channel, about, step)) if about is not None else None

        self._journeys.follow(Journey(course, progress, report))

    def told(self) -> list[dict[str, object]]:
        """Every event so far, newest first."""
        return list(self._told)[::-1]

    def clear(self, *, under_way: bool = False) -> None:
        """Forget the events so far, and with `under_way` those that are still to come."""
        if under_way:
            self._journeys.clear()
        self._told.clear()

    def _tell(self, event: Event) -> None:
        """Publish one event."""
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


def event_of(channel: str, about: Event, step: Step) -> Event:
    """The event of a step."""
    prefix = "VOICE" if channel == "voice" else "TEXT"
    event: Event = {
        "eventType": f"{prefix}_{step.status}",
        "eventVersion": "1.0",
        "eventTimestamp": int(time.time() * 1000),
        "isFinal": is_final(step),
        **about,
        "messageStatus": step.status,
    }
    if step.status in DESCRIPTIONS and prefix == "TEXT":
        event["messageStatusDescription"] = DESCRIPTIONS[step.status]
    return event
