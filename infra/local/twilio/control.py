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

`?to=+852…` restricts GET, and DELETE of faults, to one number. `?limit=…` limits the number of entries.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs

from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks
from infra.local.twilio.faults import FaultError, Faults

PREFIX = "/handset/"
_METHODS = {
    "/handset/faults": ("GET", "PUT", "POST", "DELETE"),
    "/handset/requests": ("GET", "DELETE"),
    "/handset/callbacks": ("GET",),
    "/handset/promotion": ("POST",),
    "/handset/twilio": ("GET",),
}
_LARGEST = 256 * 1024


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


@dataclass(frozen=True)
class Asked:
    """A request to this API."""

    method: str
    path: str
    query: str
    mimetype: str
    body: bytes

    @property
    def to(self) -> str:
        """The number in the query. A leading blank is read as `+`, because query strings turn a `+` into a blank."""
        number = parse_qs(self.query).get("to", [""])[0].strip()
        return number if not number or number.startswith("+") else "+" + number

    def about(self, items: Sequence[dict[str, object]]) -> Sequence[dict[str, object]]:
        """The entries that the query asks for."""
        limit = parse_qs(self.query).get("limit", [""])[0]
        kept = int(limit) if re.fullmatch(r"[0-9]{1,9}", limit) else None
        return [item for item in items if not self.to or item.get("to") == self.to][:kept]


def has(path: str) -> bool:
    return path in _METHODS


def answer(twilio: Simulation, asked: Asked) -> tuple[int, object]:
    """The HTTP status and the JSON answer."""
    if asked.path not in _METHODS:
        return 404, {"error": "there is no such path"}
    if asked.method not in _METHODS[asked.path]:
        return 405, {"error": f"{asked.path} knows {', '.join(_METHODS[asked.path])}"}
    match asked.path, asked.method:
        case "/handset/faults", "PUT" | "POST":
            return _change(twilio, asked)
        case "/handset/faults", "DELETE":
            twilio.faults.clear(asked.to)
        case "/handset/requests", _:
            if asked.method == "DELETE":
                twilio.forget()
            return 200, asked.about(twilio.requests())
        case "/handset/callbacks", _:
            return 200, asked.about(twilio.callbacks.told())
        case "/handset/promotion", _:
            # Browsers let pages of other sites send JSON only after a preflight, which is refused here.
            if asked.mimetype != "application/json":
                return 400, {"error": "application/json"}
            twilio.promote()
            return 200, _account(twilio)
        case "/handset/twilio", _:
            return 200, _account(twilio)
    return 200, asked.about(twilio.faults.listed())


def _change(twilio: Simulation, asked: Asked) -> tuple[int, object]:
    try:
        # Browsers let pages of other sites send JSON only after a preflight, which is refused here.
        if asked.mimetype != "application/json" or len(asked.body) > _LARGEST:
            raise FaultError("application/json, and not much of it")
        given = json.loads(asked.body)
        change = twilio.faults.set if asked.method == "PUT" else twilio.faults.add
        change(given)
    except (ValueError, RecursionError) as error:  # not JSON, or not a rule
        return 400, {"error": str(error)}
    return 200, twilio.faults.listed()


def _account(twilio: Simulation) -> dict[str, object]:
    account = twilio.account
    return {
        "account_sid": account.sid,
        "phone_numbers": list(account.phone_numbers),
        "messaging_service_sid": account.messaging_service_sid,
        "whatsapp_numbers": list(account.whatsapp_numbers),
        "contents": [{"sid": sid, **vars(content)} for sid, content in account.contents.items()],
    }
