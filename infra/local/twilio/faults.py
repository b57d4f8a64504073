"""Faults: rules that change the behaviour of the simulated Twilio, for some requests or until they are cleared.

A rule is a JSON object: its `fault`, the members of that fault (below), and the messages and calls that it applies to.
`times` is how often (missing or null: until cleared), `to` is one number, `channel` is one of sms, whatsapp, voice.

    wrong answers; the first that fits applies (`accept`: the message arrives anyway)
      status              status [429], retry_after, body (as text), accept [false]
      error               code, status, message
      reset               accept [false]: a TCP RST ends the connection once the request is read
      reset_after_accept
      malformed           status [201], body [half a JSON object], accept [true]
    beside an answer
      slow                seconds [30], accept [true]: answers late; without accept, drops the request of a caller that hung up
    on the way of an accepted message or call
      delivery            status [undelivered; of a call no-answer], error_code, after [0.8]
      over_at_once        status [failed], error_code: Twilio answers 201, but the message or call has already ended
      delivery_delay      seconds [30]: a message that still waits when its ValidityPeriod ends fails with 30036
      duplicate_callbacks, reordered_callbacks, lost_callbacks
    of the account
      trial               verified [none]: the numbers that a trial account may reach
      whatsapp_session    free text reaches WhatsApp, as it does within 24 hours of the person's own message
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.twilio.numbers import E164

ANSWERS = ("status", "error", "reset", "reset_after_accept", "malformed")
CHANNELS = ("sms", "whatsapp", "voice")
MESSAGE_ENDS = ("queued", "sent", "delivered", "undelivered", "failed")
CALL_ENDS = ("completed", "busy", "no-answer", "failed", "canceled")
_MOST_RULES = 100


class FaultError(ValueError):
    """The JSON is not a valid rule. The text says why."""


type _Check = Callable[[object], bool]


def _whole(low: int, high: int) -> _Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str)


def _number(value: object) -> bool:
    return isinstance(value, str) and E164.fullmatch(value) is not None


def _numbers(value: object) -> bool:
    return isinstance(value, list) and all(map(_number, value))


# Each fault's members: default and allowed values. A default of None means required, or left out.
_REQUIRED = object()
_OUT = None
_MEMBERS: dict[str, dict[str, tuple[object, _Check]]] = {
    "status": {
        "status": (429, _whole(300, 599)),
        "retry_after": (_OUT, _whole(0, 86_400)),
        "body": (_OUT, _text),
        "accept": (False, _flag),
    },
    "error": {
        "code": (_REQUIRED, _whole(10_000, 999_999)),
        "status": (_OUT, _whole(400, 599)),
        "message": (_OUT, _text),
    },
    "reset": {"accept": (False, _flag)},
    "reset_after_accept": {"accept": (True, lambda value: value is True)},
    "malformed": {"status": (201, _whole(200, 599)), "body": ('{"sid": "SM', _text), "accept": (True, _flag)},
    "slow": {"seconds": (30, _seconds), "accept": (True, _flag)},
    "delivery": {
        "status": (_OUT, lambda value: value in {*MESSAGE_ENDS, *CALL_ENDS}),
        "error_code": (_OUT, _whole(10_000, 999_999)),
        "after": (0.8, _seconds),
    },
    "over_at_once": {
        "status": ("failed", lambda value: value in {"undelivered", "failed", "canceled"}),
        "error_code": (_OUT, _whole(10_000, 999_999)),
    },
    "delivery_delay": {"seconds": (30, _seconds)},
    "duplicate_callbacks": {},
    "reordered_callbacks": {},
    "lost_callbacks": {},
    "trial": {"verified": ([], _numbers)},
    "whatsapp_session": {},
}
_COMMON: dict[str, tuple[object, _Check]] = {
    "times": (_OUT, lambda value: value is None or _whole(1, 1_000_000)(value)),
    "to": (_OUT, _number),
    "channel": (_OUT, lambda value: value in CHANNELS),
}


@dataclass
class Rule:
    """A fault, how often it still applies, and to which messages and calls."""

    fault: str
    values: Mapping[str, Any]
    times: int | None
    to: str | None
    channel: str | None

    @classmethod
    def of(cls, given: object) -> Rule:
        """Raises `FaultError`."""
        if not isinstance(given, dict):
            raise FaultError("a rule is an object")
        fault = given.get("fault")
        if not isinstance(fault, str) or fault not in _MEMBERS:
            raise FaultError(f"fault is one of {', '.join(_MEMBERS)}")
        known = _MEMBERS[fault] | _COMMON
        for name in given.keys() - known.keys() - {"fault"}:
            raise FaultError(f"{fault}: unknown member {name}; it has {', '.join(known)}")
        values: dict[str, Any] = {}
        for name, (usual, fits) in known.items():
            if name not in given and usual is _REQUIRED:
                raise FaultError(f"{fault}: {name} is missing")
            if name in given and not fits(given[name]):
                raise FaultError(f"{fault}: {name} cannot be {given[name]!r}")
            values[name] = given.get(name, usual)
        if fault == "delivery" and values["channel"] is not None and values["status"] is not None:
            ends = CALL_ENDS if values["channel"] == "voice" else MESSAGE_ENDS
            if values["status"] not in ends:
                raise FaultError(f"delivery: over {values['channel']}, status is one of {', '.join(ends)}")
        where = {name: values.pop(name) for name in _COMMON}
        return cls(fault, values, **where)

    def fits(self, to: str, channel: str) -> bool:
        return self.to in {None, to} and self.channel in {None, channel} and self._has_this_end(channel)

    def _has_this_end(self, channel: str) -> bool:
        """True if the channel has this end: a call is never undelivered, a text message never busy."""
        ends = CALL_ENDS if channel == "voice" else MESSAGE_ENDS
        return self.fault != "delivery" or self.values["status"] in {None, *ends}

    def as_json(self) -> dict[str, object]:
        """The rule as it was given, with the defaults of missing members filled in."""
        where = {"times": self.times, "to": self.to, "channel": self.channel}
        shown = {name: value for name, value in {**self.values, **where}.items() if value is not None}
        return {"fault": self.fault, **shown}


class Faults:
    """The rules in force, in order."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def set(self, given: object) -> None:
        """Replace all rules by these. If it raises `FaultError`, nothing has changed."""
        if not isinstance(given, list) or len(given) > _MOST_RULES:
            raise FaultError(f"a list of at most {_MOST_RULES} rules")
        rules = [Rule.of(one) for one in given]
        with self._lock:
            self._rules = rules

    def add(self, given: object) -> None:
        """One more rule, after the others. Raises `FaultError`."""
        rule = Rule.of(given)
        with self._lock:
            if len(self._rules) >= _MOST_RULES:
                raise FaultError(f"at most {_MOST_RULES} rules")
            self._rules.append(rule)

    def clear(self, to: str = "") -> None:
        """End all rules, or those for one number."""
        with self._lock:
            self._rules = [rule for rule in self._rules if to and rule.to != to]

    def listed(self) -> list[dict[str, object]]:
        with self._lock:
            return [rule.as_json() for rule in self._rules]

    def take(self, faults: str | tuple[str, ...], to: str, channel: str) -> Rule | None:
        """The first rule that fits, for one of these faults. Counts it as applied once more."""
        wanted = (faults,) if isinstance(faults, str) else faults
        with self._lock:
            for rule in self._rules:
                if rule.fault in wanted and rule.fits(to, channel):
                    if rule.times is not None:
                        rule.times -= 1
                        if not rule.times:
                            self._rules.remove(rule)
                    return rule
        return None
