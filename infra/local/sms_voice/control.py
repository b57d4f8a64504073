"""The JSON API of the simulation itself, for tests and the handset's page.

GET     /handset/aws/faults     the rules in force, in order (`faults` describes them)
PUT     /handset/aws/faults     a list of rules that replaces all others
POST    /handset/aws/faults     one more rule
DELETE  /handset/aws/faults     end all rules
GET     /handset/aws/requests   the requests that came, newest first
DELETE  /handset/aws/requests   forget them, and the events
GET     /handset/aws/events     the delivery events, newest first
GET     /handset/aws/feedback   the messages that take feedback, and the feedback that came
GET     /handset/aws            the account: its number, its pool, its configuration set, its topic
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from infra.local.control import Control, of_faults, of_log
from infra.local.faults import Faults
from infra.local.sms_voice.account import Account
from infra.local.sms_voice.events import Events
from infra.local.sms_voice.messaging import Messaging


class Simulation(Protocol):
    """The part of the simulation that tests and the handset's page may read and change."""

    account: Account
    faults: Faults
    events: Events
    messaging: Messaging

    def requests(self) -> Sequence[dict[str, object]]:
        """The requests so far, newest first."""

    def forget(self) -> None:
        """Forgets requests and events."""


def control_of(simulation: Simulation) -> Control:
    """The API above, for this simulation."""
    return Control(
        {
            "/handset/aws/faults": of_faults(simulation.faults),
            "/handset/aws/requests": of_log(simulation.requests, simulation.forget),
            "/handset/aws/events": of_log(simulation.events.told),
            "/handset/aws/feedback": of_log(simulation.messaging.feedback),
            "/handset/aws": {"GET": lambda _: _account(simulation.account)},
        }
    )


def _account(account: Account) -> dict[str, object]:
    return {
        "phone_number": account.phone_number,
        "phone_number_id": account.phone_number_id,
        "pool_id": account.pool_id,
        "configuration_set": account.configuration_set,
        "topic_arn": account.topic_arn,
    }
