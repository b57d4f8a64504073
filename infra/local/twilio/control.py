"""The JSON API of the simulation itself, for tests and the handset's page.

GET     /handset/faults     the rules in force, in order (`faults` describes them)
PUT     /handset/faults     a list of rules that replaces all others
POST    /handset/faults     one more rule
DELETE  /handset/faults     end all rules
GET     /handset/requests   the requests that came, newest first
DELETE  /handset/requests   forget them, and the callbacks
GET     /handset/callbacks  the status callbacks that were sent, each with its answer, newest first
POST    /handset/promotion  make the secondary Auth Token the primary one, permanently
GET     /handset/twilio     the account: its numbers, its messaging service, its content templates
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from infra.local.control import Asked, Control, of_faults, of_log
from infra.local.faults import FaultError, Faults
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks


class Simulation(Protocol):
    """The part of the simulated Twilio that tests and the handset's page may read and change."""

    faults: Faults
    callbacks: Callbacks
    account: Account

    def requests(self) -> Sequence[dict[str, object]]:
        """The requests so far, newest first."""

    def forget(self) -> None:
        """Forgets requests and callbacks."""

    def promote(self) -> None:
        """Makes the secondary Auth Token the primary one."""


def control_of(twilio: Simulation) -> Control:
    """The API above, for this simulation."""

    def promote(asked: Asked) -> object:
        # Browsers let pages of other sites send JSON only after a preflight, which is refused here.
        if asked.mimetype != "application/json":
            raise FaultError("application/json")
        twilio.promote()
        return _account(twilio.account)

    return Control(
        {
            "/handset/faults": of_faults(twilio.faults),
            "/handset/requests": of_log(twilio.requests, twilio.forget),
            "/handset/callbacks": of_log(twilio.callbacks.told),
            "/handset/promotion": {"POST": promote},
            "/handset/twilio": {"GET": lambda _: _account(twilio.account)},
        }
    )


def _account(account: Account) -> dict[str, object]:
    return {
        "account_sid": account.sid,
        "phone_numbers": list(account.phone_numbers),
        "messaging_service_sid": account.messaging_service_sid,
        "whatsapp_numbers": list(account.whatsapp_numbers),
        "contents": [{"sid": sid, **vars(content)} for sid, content in account.contents.items()],
    }
