"""Rules that make a simulated vendor fail, for some requests or until they are cleared.

A rule is a JSON object: its `fault`, the members of that fault, and the messages and calls that it applies to. `times` is
how often (missing or null: until cleared), `to` is one number, `channel` is one of the vendor's channels. These faults are
those of every vendor; each vendor's own `faults` module adds more.

    wrong answers; the first that fits applies (`accept`: the message arrives anyway)
      status              status [429], retry_after, body (as text), accept [false]
      error               the vendor's own error
      reset               accept [false]: a TCP RST ends the connection once the request is read
      reset_after_accept
      malformed           status, body [half a JSON object], accept [true]
    beside an answer
      slow                seconds [30], accept [true]: answers late; without accept, drops the request of a caller that hung up
    on the way of an accepted message or call
      delivery            status, after [0.8]: ends so
      delivery_delay      seconds [30]: a message that still waits when its time is over fails
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.phone_numbers import E164

ANSWERS = ("status", "error", "reset", "reset_after_accept", "malformed")
_MOST_RULES = 100


class FaultError(ValueError):
    """The JSON is not a valid rule. The text says why."""


type Check = Callable[[object], bool]
type Members = Mapping[str, tuple[object, Check]]  # by name: the default, and the allowed values


def whole(low: int, high: int) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 86_400


def flag(value: object) -> bool:
    return isinstance(value, bool)


def text(value: object) -> bool:
    return isinstance(value, str)


def number(value: object) -> bool:
    return isinstance(value, str) and E164.fullmatch(value) is not None


def numbers(value: object) -> bool:
    return isinstance(value, list) and all(map(number, value))


REQUIRED = object()  # the default of a member that has none
OUT = None  # the default of a member that may be left out


def shared(malformed_status: int, malformed_body: str) -> dict[str, Members]:
    """The faults of every vendor, without `error` and `delivery`. A malformed answer differs between vendors."""
    return {
        "status": {
            "status": (429, whole(300, 599)),
            "retry_after": (OUT, whole(0, 86_400)),
            "body": (OUT, text),
            "accept": (False, flag),
        },
        "reset": {"accept": (False, flag)},
        "reset_after_accept": {"accept": (True, lambda value: value is True)},
        "malformed": {
            "status": (malformed_status, whole(200, 599)),
            "body": (malformed_body, text),
            "accept": (True, flag),
        },
        "slow": {"seconds": (30, seconds), "accept": (True, flag)},
        "delivery_delay": {"seconds": (30, seconds)},
    }


@dataclass(frozen=True)
class Kinds:
    """The faults that a vendor knows.

    Attributes:
        members: by fault, its members.
        ends: by channel, the statuses with which a message or a call can end.
        apart: channels that only a rule with this very channel reaches, because they carry no message.
        check: raises `FaultError` if members of a fault do not fit together.
    """

    members: Mapping[str, Members]
    ends: Mapping[str, Sequence[str]]
    apart: Sequence[str] = ()
    check: Callable[[str, Mapping[str, Any]], None] = lambda fault, values: None

    @property
    def common(self) -> Members:
        """The members of every rule."""
        return {
            "times": (OUT, lambda value: value is None or whole(1, 1_000_000)(value)),
            "to": (OUT, number),
            "channel": (OUT, lambda value: value in self.ends),
        }


@dataclass
class Rule:
    """A fault, how often it still applies, and to which messages and calls."""

    fault: str
    values: Mapping[str, Any]
    times: int | None
    to: str | None
    channel: str | None
    kinds: Kinds

    @classmethod
    def of(cls, kinds: Kinds, given: object) -> Rule:
        """Raises `FaultError`."""
        if not isinstance(given, dict):
            raise FaultError("a rule is an object")
        fault = given.get("fault")
        if not isinstance(fault, str) or fault not in kinds.members:
            raise FaultError(f"fault is one of {', '.join(kinds.members)}")
        known = {**kinds.members[fault], **kinds.common}
        for name in given.keys() - known.keys() - {"fault"}:
            raise FaultError(f"{fault}: unknown member {name}; it has {', '.join(known)}")
        values: dict[str, Any] = {}
        for name, (usual, fits) in known.items():
            if name not in given and usual is REQUIRED:
                raise FaultError(f"{fault}: {name} is missing")
            if name in given and not fits(given[name]):
                raise FaultError(f"{fault}: {name} cannot be {given[name]!r}")
            values[name] = given.get(name, usual)
        if fault == "delivery" and values["channel"] is not None and values["status"] is not None:
            ends = kinds.ends[values["channel"]]
            if values["status"] not in ends:
                raise FaultError(f"delivery: over {values['channel']}, status is one of {', '.join(ends)}")
        kinds.check(fault, values)
        where = {name: values.pop(name) for name in kinds.common}
        return cls(fault, values, **where, kinds=kinds)

    def fits(self, to: str, channel: str) -> bool:
        reached = self.channel == channel or (self.channel is None and channel not in self.kinds.apart)
        return self.to in {None, to} and reached and self._has_this_end(channel)

    def _has_this_end(self, channel: str) -> bool:
        """True if the channel has this end: a call is never undelivered, a text message never busy."""
        return self.fault != "delivery" or self.values["status"] in {None, *self.kinds.ends[channel]}

    def as_json(self) -> dict[str, object]:
        """The rule as it was given, with the defaults of missing members filled in."""
        where = {"times": self.times, "to": self.to, "channel": self.channel}
        shown = {name: value for name, value in {**self.values, **where}.items() if value is not None}
        return {"fault": self.fault, **shown}


class Faults:
    """The rules in force, in order."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def set(self, given: object) -> None:
        """Replace all rules by these. If it raises `FaultError`, nothing has changed."""
        if not isinstance(given, list) or len(given) > _MOST_RULES:
            raise FaultError(f"a list of at most {_MOST_RULES} rules")
        rules = [Rule.of(self._kinds, one) for one in given]
        with self._lock:
            self._rules = rules

    def add(self, given: object) -> None:
        """One more rule, after the others. Raises `FaultError`."""
        rule = Rule.of(self._kinds, given)
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
