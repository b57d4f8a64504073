"""Attacks and honest rushes as traces of one day, through the real handlers, on a clock of their own.

Each trace says how many messages reached Twilio, what they cost, and how many honest people were refused; the table of
docs/fraud.md says the same. A scale of 50 means: the people are a fiftieth of the real ones, and so are the settings that
the case names.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from mfa.challenges.budgets import DAY, HOUR
from mfa.messages.channels import Channel
from mfa.settings.ceilings import Budgets
from mfa.settings.fraud import Fraud, FraudMode
from mfa.settings.prices import USD, FetchedPrices, Prices
from tests import people
from tests.api import administrators
from tests.api.stack import Stack
from tests.people import Person

PAGE = Path(__file__).parents[2] / "docs" / "fraud.md"
SECONDS_TO_TYPE = 25
SCHEDULE_SECONDS = 300
ONE_OF_SO_MANY_NEVER_TYPES = 33


@dataclass
class Trace:
    """A day of the stack: what happens at each moment, and who was refused.

    Attributes:
        midnight: when the day begins.
        computed_at: when the schedule last ran.
        refused: how many honest people were refused.
    """

    stack: Stack
    midnight: float
    now: float
    computed_at: float = 0.0
    refused: int = 0
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Does something so many seconds after midnight."""
        self.later.append((self.midnight + seconds, act))

    def run(self) -> None:
        """Does everything in order. Thresholds are computed every five minutes; nobody asks for those between two acts."""
        while self.later:
            self.later.sort(key=lambda each: each[0])
            self.now, act = self.later.pop(0)
            if self.now - self.computed_at >= SCHEDULE_SECONDS:
                self.compute()
            act()

    def compute(self) -> None:
        """Runs the schedule; the containers read the thresholds, as they do after half a minute."""
        self.stack.admin("fraud.compute")
        self.computed_at = self.now
        for container in self.stack._handlers.values():
            container.wiring.settings_as_stored.forget()

    def honest(self, person: Person, seconds: float, *, types: bool = True) -> None:
        """Has somebody log in at this moment, and type the code after a while, or never."""

        def type_code() -> None:
            assert person.verify().status == 200

        def ask() -> None:
            assert person.login().status == 200
            answer = person.start()
            assert answer.status == 201 or answer.code == "rate_limited", answer.text
            self.refused += answer.status != 201
            if types and answer.status == 201:
                self.at(self.now - self.midnight + SECONDS_TO_TYPE, type_code)

        self.at(seconds, ask)

    def sends(self, person: Person, seconds: float) -> None:
        """Has somebody with this person's password ask for a message."""

        def ask() -> None:
            assert person.login().status == 200
            answer = person.start()
            assert answer.code in ("201", "rate_limited", "too_many_sends"), answer.text

        self.at(seconds, ask)


@dataclass(frozen=True)
class Case:
    """A trace, its settings, and what must come out.

    Attributes:
        name: as in the first column of the table of docs/fraud.md.
        region: of every phone.
        lost: messages that the attack had sent.
        honest: honest people who asked for a message.
        refused: how many of them were refused.
        decided: messages beyond a fraud budget that went out all the same. None: some. How many depends on the shards that
            counted those beyond.
        scale: how many times larger the real thing is.
    """

    name: str
    play: Callable[[Trace], None]
    region: str
    lost: int = 0
    honest: int = 0
    refused: int = 0
    decided: int | None = 0
    scale: int = 1
    mode: FraudMode = "observe"
    budgets: dict[str, int] = field(default_factory=dict)
    fraud: dict[str, int] = field(default_factory=dict)

    @property
    def price(self) -> int:
        """The shipped price of a message, in micro-USD."""
        return Prices({}, FetchedPrices()).of(self.region, Channel.SMS).micro_usd

    @property
    def messages(self) -> int:
        return self.lost + self.honest - self.refused

    @property
    def row(self) -> str:
        """The row in docs/fraud.md."""
        usd = self.lost * self.price / USD
        refused = f"{self.refused} of {self.honest}" if self.honest else ""
        return (
            f"| {self.name} | `{self.mode}` | {self.scale} | {self.lost} | {usd:.2f} | {usd * self.scale:.2f} "
            f"| {refused} | {'some' if self.decided is None else self.decided} |"
        )


def verified(stack: Stack, **options: Any) -> Person:
    """A user whose phones were verified long ago."""
    person = people.add(stack, **options)
    for slot in range(len(person.phones)):
        person.write(f"#PHONE#{slot}", verified=True, last_verified_at=1, verified_since=1)
    return person


def egyptian(stack: Stack, n: int) -> str:
    """One of a range of numbers to which messages are dear."""
    return stack.hide(f"+20100123{n:04d}")


def one_password(trace: Trace) -> None:
    """All day, to each of a user's phones in turn, as soon as the last answer allows."""
    person = verified(trace.stack, phones=5)
    turns = itertools.count()

    def ask() -> None:
        assert person.login().status == 200
        answer = person.start(next(turns) % 5)
        wait = int(answer.headers["retry-after"]) if answer.status == 429 else 61
        if trace.now + wait < trace.midnight + DAY:
            trace.at(trace.now - trace.midnight + wait, ask)

    trace.at(0, ask)


def many_passwords(trace: Trace) -> None:
    """Stolen passwords, each used from an address of its own, then honest people."""
    for n in range(20):
        victim = verified(trace.stack)
        for turn in range(3):
            trace.sends(victim, turn * 61 + n)
    for n in range(10):
        trace.honest(verified(trace.stack), HOUR + n)


def ring(trace: Trace) -> None:
    """Users of a ring enrol numbers of one range, five every two hours, and confirm none."""
    members = [people.add(trace.stack, phones=0, mfa=False) for _ in range(5)]

    def enrol(member: Person, number: str) -> None:
        token, body = administrators.log_in(member), {"number": number}
        answer = trace.stack.call("POST", "/v1/me/phones", body, token=token, address=member.address)
        assert answer.code in ("201", "rate_limited"), answer.text

    for n in range(60):
        number = egyptian(trace.stack, n)
        trace.at(n // 5 * 2 * HOUR + n % 5 * 60, partial(enrol, members[n % 5], number))


def drip(trace: Trace) -> None:
    """A message every 40 minutes, each to another user's new phone, from another address. Then honest people of the region."""
    for n in range(34):
        trace.sends(people.add(trace.stack, phones=[egyptian(trace.stack, n)]), n * 2400)
    for n, add in enumerate((people.add, people.add, verified, verified)):
        trace.honest(add(trace.stack, phones=[egyptian(trace.stack, 100 + n)]), 23 * HOUR + n * 60)


def launch(trace: Trace, of: int) -> None:
    """First logins from 9:00 to 10:00, to phones that were never verified."""
    for n in range(of):
        typed = n % ONE_OF_SO_MANY_NEVER_TYPES > 0
        trace.honest(people.add(trace.stack), 9 * HOUR + n * HOUR / of, types=typed)


def launch_after_a_week(trace: Trace) -> None:
    """The same, after seven days with as many confirmed messages as the launch day."""
    for back in range(1, 8):
        date = datetime.fromtimestamp(trace.midnight - back * DAY, UTC).date().isoformat()
        counted = {"n": 100, "approvals": 100} | {f"ok_{hour:02d}": 10 for hour in range(8, 18)}
        key = {"pk": "REGION#HK", "sk": f"SENDS#{date}#00"}
        trace.stack.table.put_item(Item=key | {"list": f"DAY#{date}", "position": "REGION#HK#00"} | counted)
    launch(trace, 100)


def office(trace: Trace) -> None:
    """An office logs in between 9:00 and 10:00, all from one address."""
    for n in range(50):
        worker = verified(trace.stack)
        worker.address = "198.51.100.7"
        trace.honest(worker, 9 * HOUR + n * 72, types=n % ONE_OF_SO_MANY_NEVER_TYPES > 0)


FLOORS = {"daily_floor": 1, "hourly_floor": 1}  # the least that can be set
CASES = [
    Case("One stolen password of a user with five phones", one_password, "HK", lost=100),
    Case(
        "1 000 stolen passwords over 1 000 addresses",
        many_passwords,
        "HK",
        lost=53,
        honest=10,
        refused=10,
        scale=50,
        budgets={"spend_per_day": 4, "global_per_day": 200},
    ),
    Case("A ring enrols numbers of one range", ring, "EG", lost=20),
    Case("A slow drip below the limits, observed", drip, "EG", lost=34, honest=4, decided=16),
    Case("The same, enforced", drip, "EG", lost=20, honest=4, refused=2, mode="enforce"),
    Case(
        "20 000 first logins on launch day",
        partial(launch, of=50),
        "HK",
        honest=50,
        decided=None,
        scale=400,
        fraud=FLOORS,
    ),
    Case(
        "The same after a week, enforced",
        launch_after_a_week,
        "HK",
        honest=100,
        scale=200,
        mode="enforce",
        fraud=FLOORS,
    ),
    Case("500 people behind one address", office, "HK", honest=50, scale=10, budgets={"address_per_hour": 3}),
]


class _Library(datetime):
    """The clock of the library that reads access tokens."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.fromtimestamp(time.time(), tz)


@contextmanager
def clock(stack: Stack) -> Iterator[Trace]:
    """Lets the day of a trace pass while the test runs.

    The first user of each kind is made before: other tests copy it, and it must not be from the future.
    """
    people.add(stack, phones=0, mfa=False)
    people.add(stack).challenged()
    stack.line.requests.clear()
    midnight = (time.time() // DAY + 2) * DAY
    trace = Trace(stack, midnight, midnight)
    with patch("time.time", lambda: trace.now), patch("jwt.api_jwt.datetime", _Library):
        yield trace


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_trace_costs_as_much_as_the_page_on_fraud_says(stack: Stack, case: Case) -> None:
    budgets = msgspec.to_builtins(Budgets()) | case.budgets
    fraud = msgspec.to_builtins(Fraud()) | case.fraud | {"mode": case.mode}
    with stack.with_settings(budgets=budgets, fraud=fraud), clock(stack) as trace:
        case.play(trace)
        trace.run()
        spent = stack.admin("overview.get", days=1)["totals"]
        regions = stack.admin("fraud.get")["items"]
        decided = sum(region["would_refuse"] for region in regions)
    assert len(stack.line.requests) == spent["sends"] == case.messages
    assert spent["cost"]["micro_usd"] == case.messages * case.price
    assert trace.refused == case.refused
    assert decided > 0 if case.decided is None else decided == case.decided


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_page_on_fraud_has_the_figures_of_each_trace(case: Case) -> None:
    assert case.row in PAGE.read_text(encoding="utf-8").splitlines()
