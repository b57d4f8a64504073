"""Plays a step of the fault matrix with one call broken: how it is answered, what is left, and what the same request gets afterwards."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.ses.models import ses_backends

from mfa.http.app import HandoverFailed
from tests.api import fault_steps_accounts  # noqa: F401 - declares its steps
from tests.api.fault_steps import STEPS, Act
from tests.api.stack import Stack
from tests.api.wire import Wire
from tests.product import Refused

# Things that are no items are named in lower case.
type State = dict[tuple[str, str], Any]

# Attributes whose words say how things stand.
_WORDS = {"status", "state", "type", "kind", "delivery", "outcome", "reason", "method", "mfa_enabled"}
_BY_CHANCE = {"pk", "sk", "ttl", "version", "position", "list"}
_COUNTERS = {"REGION", "NUMBER", "ADDRESS", "MAILBOX", "VOUCHED"}
_MOST = 100_000  # a larger number is a moment


@dataclass(frozen=True)
class End:
    """How a step ends.

    Attributes:
        answer: the status or the code of the refusal.
        left: `nothing`, `all`, or the kinds of things that have changed, with `*` where they are not as without the fault.
        again: how the same request ends when nothing is broken any more.
        twice: whether both together sent more messages than one request does.
    """

    answer: str
    left: str
    again: str
    twice: bool = False

    def __str__(self) -> str:
        return f"{self.answer}, {self.left}; {self.again}" + (" TWICE" if self.twice else "")


@dataclass(frozen=True)
class Done:
    """A step without a fault."""

    answer: str
    again: str
    calls: Counter[str]
    changes: Counter[tuple[str, str]]
    messages: int

    @property
    def kinds(self) -> str:
        """The kinds of things that it changes."""
        return _shown({kind for kind, _ in self.changes}) or "nothing"


def numbered(calls: Counter[str]) -> list[str]:
    """The names of calls; the second of a name has a number. Of those that follow, one stands for all."""
    return sorted(
        name if n == 1 else f"{name} #{n}" for name, count in calls.items() for n in range(1, min(count, 2) + 1)
    )


class Matrix:
    """Plays steps."""

    def __init__(self, stack: Stack, wire: Wire) -> None:
        self._stack = stack
        self._wire = wire
        self._done: dict[str, Done] = {}

    def done(self, name: str) -> Done:
        """The step without a fault. It is played twice: first the containers fill their caches."""
        if name not in self._done:
            for _ in range(2):
                answer, changed, calls, again, sent = self._play(name, "", 0, "", 0)
            self._done[name] = Done(answer, again, calls, changed, sent)
        return self._done[name]

    def end(self, name: str, call: str, fault: str, times: int = 1_000) -> End:
        """The step while a call, as `numbered` names it, meets a fault, so many times."""
        done = self.done(name)
        call, _, number = call.partition(" #")
        answer, changed, _, again, sent = self._play(name, call, int(number or 1) - 1, fault, times)
        return End(answer, left(done.changes, changed), again, sent > done.messages)

    def _play(
        self, name: str, call: str, nth: int, fault: str, times: int
    ) -> tuple[str, Counter[tuple[str, str]], Counter[str], str, int]:
        stack, step = self._stack, STEPS[name]
        stack.forget()
        self._wire.breaks()
        act = step.prepare(stack)
        stack.events.clear()
        if step.cold:
            stack.restart()
        before = state(stack)
        self._wire.breaks(call, nth, fault, times)
        answer = ended(stack, act)
        calls = Counter(self._wire.calls)
        self._wire.breaks()
        after = state(stack)
        again = ended(stack, act)
        return answer, changes(before, after), calls, again, messages(state(stack)) - messages(before)


def ended(stack: Stack, act: Act) -> str:
    """The status or code with which a request ends. A stack's test fails at an internal error, which is right here."""
    stack.logs.seek(0)
    stack.logs.truncate()
    try:
        return act()
    except Refused as refused:
        return str(refused.code)
    except HandoverFailed as failed:
        return str(failed)
    except AssertionError:
        if '"code":"internal_error"' not in stack.logs.getvalue() and "broken" not in stack.logs.getvalue():
            raise
        return "internal_error"


def state(stack: Stack) -> State:
    """All that the product keeps and has sent: the items of the table, messages, mails, and events for other functions."""
    region = stack.table.meta.client.meta.region_name
    items: Any = dynamodb_backends[DEFAULT_ACCOUNT_ID][region].tables[stack.table.name].items
    found: State = {
        (hash_key.value, range_key.value): item.to_json()["Attributes"]
        for hash_key, ranges in items.items()
        for range_key, item in ranges.items()
    }
    mails = ses_backends[DEFAULT_ACCOUNT_ID][region].sent_messages
    sent = [("a message", "") for _ in stack.delivered] + [("a mail", "") for _ in mails]
    found |= {(kind, str(n)): what for n, (kind, what) in enumerate(sent)}
    # One that is handed over again, as its answer was lost, is the same: whoever receives it claims its messages once.
    handed = {str(event): next(iter(event)) for _, event in stack.events}
    found |= {("a handover", str(n)): kind for n, kind in enumerate(handed.values())}
    return found


def messages(found: State) -> int:
    return sum(key[0] in ("a message", "a mail", "a handover") for key in found)


def changes(before: State, after: State) -> Counter[tuple[str, str]]:
    """What has changed: the kinds of things, and what they are now, without what differs between any two runs.

    Of counters it is how much was added, over all shards.
    """
    found: Counter[tuple[str, str]] = Counter()
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            kind = key[0].partition("#")[0]
            if kind in _COUNTERS:
                for sign, item in ((1, after.get(key, {})), (-1, before.get(key, {}))):
                    for name, value in item.items():
                        if "N" in value and name != "ttl":
                            counted[kind][_name(name)] += sign * int(value["N"])
            else:
                found[kind, str(_plain(after[key])) if key in after else "gone"] += 1
    for kind, added in counted.items():
        if some := sorted((name, count) for name, count in added.items() if count):
            found[kind, str(some)] += 1
    return found


def _name(name: str) -> str:
    """The name of an attribute, without hours, days and ids."""
    return re.sub("[0-9a-f]{6,}|[0-9]+", "#", name)


def _plain(value: Any, word: bool = False) -> Any:
    """A value without moments, names and chance."""
    match value:
        case {"S": str(text)}:
            return text if word else ""
        case {"N": str(number)}:
            return number if abs(Decimal(number)) < _MOST and "." not in number else "N"
        case {"M": dict(members)}:
            if all(re.fullmatch(r"[a-z_]+", name) for name in members):
                return _plain(members)
            return sorted(str(_plain(each)) for each in members.values())
        case {"L": list(members)}:
            return [_plain(each) for each in members]
        case {"BOOL": _} | {"NULL": _}:
            return value
        case {"B": _} | {"BS": _} | {"SS": _} | {"NS": _}:
            return ""
        case dict() as members:
            return {
                _name(name): _plain(each, name in _WORDS)
                for name, each in sorted(members.items())
                if name not in _BY_CHANCE and not name.endswith("shard")
            }
        case _:
            return value


def left(done: Counter[tuple[str, str]], found: Counter[tuple[str, str]]) -> str:
    """What a request that met a fault left: `nothing`, `all`, or the kinds of things, with `*` where they are not as they should be."""
    if not found:
        return "nothing"
    if found == done:
        return "all"
    return _shown({kind if (kind, what) in done else f"{kind}*" for kind, what in found})


def _shown(kinds: set[str]) -> str:
    return " ".join(sorted((kind.replace(" ", "-") for kind in kinds), key=lambda kind: (kind[0].isupper(), kind)))
