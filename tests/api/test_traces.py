"""Attacks and honest rushes as traces of one day, through the real handlers, on a clock of their own.

Each trace says how many messages reached Twilio, what they cost, and how many honest people were refused; the table of
docs/fraud.md says the same. A scale of 50 means: the people are a fiftieth of the real ones, and so are the settings that
the case names. Each trace is also seen to fail: with its guard out, the attack sends more, or honest people are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from copy import replace
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from mfa.messages.channels import Channel
from mfa.settings.ceilings import Budgets
from mfa.settings.fraud import Fraud, FraudMode
from mfa.settings.fraud_thresholds import Thresholds, Verified
from mfa.settings.prices import USD, FetchedPrices, Prices
from mfa.store import conditions
from tests.api import traces
from tests.api.stack import Stack
from tests.api.traces import Trace

PAGE = Path(__file__).parents[2] / "docs" / "fraud.md"
FRAUD_RULE = ("NEW_PHONES_LEFT", "NEW_PHONES_LEFT_IN_HOUR")

type Play = Callable[[Trace], None]


@dataclass(frozen=True)
class Case:
    """A trace, its settings, and what must come out.

    Attributes:
        name: as in the first column of the table of docs/fraud.md.
        region: of every phone; of the honest ones, if the attack is `spread`.
        guards: the conditions of the store that end the attack.
        lost: messages that the attack had sent.
        honest: honest people who asked for a message.
        refused: how many of them were refused.
        decided: messages beyond a fraud budget that went out all the same. None: some. How many depends on the shards that
            counted those beyond.
        scale: how many times larger the real thing is.
        spread: the regions of the attack's phones that get messages, each as many.
    """

    name: str
    play: Play
    region: str
    guards: tuple[str, ...] = ()
    lost: int = 0
    honest: int = 0
    refused: int = 0
    decided: int | None = 0
    scale: int = 1
    mode: FraudMode = "observe"
    budgets: dict[str, int] = field(default_factory=dict)
    fraud: dict[str, int] = field(default_factory=dict)
    spread: tuple[str, ...] = ()

    @property
    def lost_micro_usd(self) -> int:
        """The cost of the messages that the attack had sent."""
        regions = self.spread or (self.region,)
        return sum(map(price, regions)) * self.lost // len(regions)

    @property
    def micro_usd(self) -> int:
        """The cost of every message."""
        return self.lost_micro_usd + (self.honest - self.refused) * price(self.region)

    @property
    def messages(self) -> int:
        return self.lost + self.honest - self.refused

    @property
    def row(self) -> str:
        """The row in docs/fraud.md."""
        usd = self.lost_micro_usd / USD
        refused = f"{self.refused} of {self.honest}" if self.honest else ""
        return (
            f"| {self.name} | `{self.mode}` | {self.scale} | {self.lost} | {usd:.2f} | {usd * self.scale:.2f} "
            f"| {refused} | {'some' if self.decided is None else self.decided} |"
        )


def price(region: str) -> int:
    """The shipped price of a message, in micro-USD."""
    return Prices({}, FetchedPrices()).of(region, Channel.SMS).micro_usd


FLOORS = {"daily_floor": 1, "hourly_floor": 1}  # the least that can be set
CASES = [
    Case(
        "One stolen password of a user with five phones",
        traces.one_password,
        "HK",
        ("BUDGET_LEFT",),
        lost=20,
        scale=5,
        budgets={"number_per_hour": 2, "number_per_day": 4},
    ),
    Case(
        "1 000 stolen passwords over 1 000 addresses",
        traces.many_passwords,
        "HK",
        ("SPEND_LEFT",),
        lost=26,
        honest=5,
        refused=5,
        scale=100,
        budgets={"spend_per_day": 2, "global_per_day": 100},
    ),
    Case("A ring enrols numbers of one range", traces.ring, "EG", FRAUD_RULE, lost=20),
    Case(
        "A ring confirms its own numbers",
        traces.ring_that_confirms,
        "EG",
        ("UNPROVEN_SPEND_LEFT",),
        lost=14,
        honest=2,
        scale=20,
        mode="enforce",
        budgets={"spend_per_day": 10},
    ),
    Case("A slow drip below the limits, observed", traces.drip, "EG", FRAUD_RULE, lost=21, honest=4, decided=3),
    Case("The same, enforced", traces.drip, "EG", FRAUD_RULE, lost=20, honest=4, refused=2, mode="enforce"),
    Case(
        "One address, new phones of 10 countries, observed",
        traces.everywhere,
        "HK",
        ("REGIONS_LEFT",),
        lost=20,
        honest=4,
        decided=16,
        spread=traces.COUNTRIES,
    ),
    Case(
        "The same 10 countries, enforced",
        traces.everywhere,
        "HK",
        ("REGIONS_LEFT",),
        lost=6,
        honest=4,
        refused=2,
        mode="enforce",
        spread=traces.COUNTRIES[:3],
    ),
    Case(
        "An application's users, one address, new phones",
        traces.through_an_application,
        "HK",
        ("BUDGET_LEFT",),
        lost=24,
        honest=6,
        decided=None,
        scale=15,
        budgets={"address_per_hour": 2},
    ),
    Case(
        "20 000 first logins on launch day",
        partial(traces.launch, of=25),
        "HK",
        honest=25,
        decided=None,
        scale=800,
        budgets={"spend_per_day": 4, "global_per_day": 50},
        fraud=FLOORS,
    ),
    Case(
        "The same after a week as busy, enforced",
        partial(traces.launch_after_a_week, of=100, history=100),
        "HK",
        honest=100,
        scale=200,
        mode="enforce",
        budgets={"spend_per_day": 16, "global_per_day": 200},
        fraud=FLOORS,
    ),
    Case("500 people behind one address", traces.office, "HK", honest=34, scale=15, budgets={"address_per_hour": 2}),
]
NAMED = {case.name: case for case in CASES}


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Takes conditions of the store out. Each stays in the text, which uses its values."""
    with ExitStack() as out:
        for name in names:
            rule = f"({getattr(conditions, name)}) OR attribute_exists(pk) OR attribute_not_exists(pk)"
            out.enter_context(patch.object(conditions, name, rule))
        yield


@contextmanager
def day_of(stack: Stack, case: Case) -> Iterator[Trace]:
    """The day of a case, with its settings."""
    budgets = msgspec.to_builtins(Budgets()) | case.budgets
    fraud = msgspec.to_builtins(Fraud()) | case.fraud | {"mode": case.mode}
    with stack.with_settings(budgets=budgets, fraud=fraud), traces.clock(stack) as trace:
        yield trace


def decisions(stack: Stack) -> int:
    """The messages beyond a fraud budget that went out all the same."""
    return sum(region["would_refuse"] for region in stack.admin("fraud.get")["items"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_trace_costs_as_much_as_the_page_on_fraud_says(stack: Stack, case: Case) -> None:
    """With its guard out, an attack sends one message more, or one that no decision tells of."""
    with day_of(stack, case) as trace:
        case.play(trace)
        trace.run()
        spent = stack.admin("overview.get", days=1)["totals"]
        decided = decisions(stack)
        assert trace.messages == spent["sends"] == case.messages
        assert spent["cost"]["micro_usd"] == case.micro_usd
        assert trace.refused == case.refused
        assert decided > 0 if case.decided is None else decided == case.decided
        if case.guards:
            with without(*case.guards):
                trace.attack_again()
            assert trace.messages == case.messages + 1
            assert decisions(stack) == decided or case.guards != FRAUD_RULE


def floors_alone(_verified: Verified, fraud: Fraud) -> Thresholds:
    """Thresholds that follow no traffic."""
    return Thresholds(fraud.daily_floor, fraud.hourly_floor)


@dataclass(frozen=True)
class Out:
    """A trace of honest people, with the guard out that keeps them from being refused: by other settings, people, or code."""

    case: Case
    code: AbstractContextManager[object] = field(default_factory=nullcontext)


LAUNCH, NEXT_LAUNCH, APPLICATION, OFFICE = (
    NAMED[name]
    for name in (
        "20 000 first logins on launch day",
        "The same after a week as busy, enforced",
        "An application's users, one address, new phones",
        "500 people behind one address",
    )
)
OUT = {
    "observing": Out(replace(LAUNCH, mode="enforce")),
    "ceilings of a day that the launch fits under": Out(replace(LAUNCH, budgets={"spend_per_day": 1})),
    "thresholds that follow the traffic": Out(NEXT_LAUNCH, patch("mfa.administration.fraud.thresholds", floors_alone)),
    "a week as busy as the launch": Out(
        replace(NEXT_LAUNCH, play=partial(traces.launch_after_a_week, of=100, history=5))
    ),
    "giving confirmed messages back": Out(OFFICE, patch("mfa.flows.verify_passcode.budgets_given_back", lambda *_: [])),
    "addresses of their own, which the application names": Out(
        replace(APPLICATION, play=partial(traces.through_an_application, names_its_own=True))
    ),
}


@pytest.mark.parametrize("out", OUT)
def test_honest_people_are_refused_without(stack: Stack, out: str) -> None:
    case = OUT[out].case
    with OUT[out].code, day_of(stack, case) as trace:
        case.play(trace)
        trace.run(until_refused=True)
        assert trace.refused > 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_page_on_fraud_has_the_figures_of_each_trace(case: Case) -> None:
    assert case.row in PAGE.read_text(encoding="utf-8").splitlines()
