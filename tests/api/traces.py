"""Days of attacks and of honest rushes, acted out through the real handlers on a clock of their own."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

import phonenumbers

from mfa.challenges.budgets import DAY, HOUR
from tests import people
from tests.api import administrators
from tests.api.stack import Stack
from tests.people import Person
from tests.product import basic

SECONDS_TO_TYPE = 25
SCHEDULE_SECONDS = 300
# Of the first factor. A token lasts for longer.
LOGIN_SECONDS = 240
ONE_OF_SO_MANY_NEVER_TYPES = 33
# Where messages are dear.
COUNTRIES = ("LV", "EG", "RU", "LK", "TN", "AZ", "UZ", "KG", "TJ", "BD")

type Act = Callable[[], None]


@dataclass
class Trace:
    """A day of the stack: what happens at each moment, and who was refused.

    Attributes:
        midnight: when the day begins.
        computed_at: when the schedule last ran.
        refused: how many honest people were refused.
        attacks: the acts of the attack, the latest last.
        confirmed: whether a code came back since the schedule last ran.
    """

    stack: Stack
    midnight: float
    now: float
    computed_at: float = 0.0
    refused: int = 0
    attacks: list[Act] = field(default_factory=list)
    confirmed: bool = True
    _later: list[tuple[float, Act]] = field(default_factory=list)
    _logged_in: dict[str, float] = field(default_factory=dict)

    @property
    def messages(self) -> int:
        """How many messages reached Twilio."""
        return len(self.stack.line.requests)

    def at(self, seconds: float, act: Act) -> None:
        """Does something so many seconds after midnight."""
        self._later.append((self.midnight + seconds, act))

    def attack(self, seconds: float, act: Act) -> None:
        """Does something of the attack."""

        def acts() -> None:
            self.attacks.append(act)
            act()

        self.at(seconds, acts)

    def run(self, *, until_refused: bool = False) -> None:
        """Does everything in order; at most until an honest person is refused.

        Thresholds are computed every five minutes. Nobody asks for those between two acts, and without a code that came back
        they are no higher than they were.
        """
        while self._later and not (until_refused and self.refused):
            self._later.sort(key=lambda each: each[0])
            self.now, act = self._later.pop(0)
            if self.confirmed and self.now - self.computed_at >= SCHEDULE_SECONDS:
                self.compute()
            act()

    def attack_again(self) -> None:
        """Has the attack do its latest act once more, when containers remember nothing of it."""
        self.now += SCHEDULE_SECONDS
        self.attacks[-1]()

    def compute(self) -> None:
        """Runs the schedule; the containers read the thresholds, as they do after half a minute."""
        self.stack.admin("fraud.compute")
        self.computed_at, self.confirmed = self.now, False
        for container in self.stack._handlers.values():
            container.wiring.settings_as_stored.forget()

    def log_in(self, person: Person) -> None:
        """Has somebody enter the password, unless they just did."""
        if self.now - self._logged_in.get(person.name, 0.0) >= LOGIN_SECONDS:
            assert person.login().status == 200
            self._logged_in[person.name] = self.now

    def confirm(self, person: Person) -> None:
        """Has somebody type the code of the newest message."""
        assert person.verify().status == 200
        self.confirmed = True

    def honest(self, person: Person, seconds: float, *, types: bool = True, log_in: Act | None = None) -> None:
        """Has somebody log in at this moment, and type the code after a while, or never."""

        def ask() -> None:
            (log_in or partial(self.log_in, person))()
            answer = person.start()
            assert answer.status == 201 or answer.code == "rate_limited", answer.text
            self.refused += answer.status != 201
            if types and answer.status == 201:
                self.at(self.now - self.midnight + SECONDS_TO_TYPE, partial(self.confirm, person))

        self.at(seconds, ask)

    def sends(self, person: Person, *, log_in: Act | None = None, confirms: bool = False) -> None:
        """Has somebody with this person's password ask for a message, and perhaps confirm it."""
        (log_in or partial(self.log_in, person))()
        answer = person.start()
        assert answer.code in ("201", "rate_limited", "too_many_sends"), answer.text
        if confirms and answer.status == 201:
            self.confirm(person)


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
    """Six times an hour, to each of a user's phones in turn."""
    person = verified(trace.stack, phones=5)
    turns = itertools.count()

    def asks() -> None:
        trace.log_in(person)
        answer = person.start(next(turns) % 5)
        assert answer.code in ("201", "rate_limited", "too_many_sends"), answer.text

    for n in range(36):
        trace.attack(n // 6 * HOUR + n % 6 * 61, asks)


def many_passwords(trace: Trace) -> None:
    """Stolen passwords, each used from an address of its own, then honest people."""
    for n in range(10):
        victim = verified(trace.stack)
        for turn in range(3):
            trace.attack(turn * 61 + n, partial(trace.sends, victim))
    for n in range(5):
        trace.honest(verified(trace.stack), HOUR + n)


def ring(trace: Trace) -> None:
    """Users of a ring enrol numbers of one range, five every two hours, and confirm none."""
    members = [people.add(trace.stack, phones=0, mfa=False) for _ in range(5)]
    numbers = itertools.count()

    def enrol(member: Person) -> None:
        token, body = administrators.log_in(member), {"number": egyptian(trace.stack, next(numbers))}
        answer = trace.stack.call("POST", "/v1/me/phones", body, token=token, address=member.address)
        assert answer.code in ("201", "rate_limited"), answer.text

    for n in range(40):
        trace.attack(n // 5 * 2 * HOUR + n % 5 * 60, partial(enrol, members[n % 5]))


def ring_that_confirms(trace: Trace) -> None:
    """Users of a ring have codes sent to new numbers of their own, one a minute, and enter each."""
    for n in range(20):
        member = people.add(trace.stack, phones=[egyptian(trace.stack, n)])
        trace.attack(n * 61, partial(trace.sends, member, confirms=True))
    for n in range(2):
        trace.honest(verified(trace.stack, phones=[egyptian(trace.stack, 100 + n)]), HOUR + n)


def drip(trace: Trace) -> None:
    """A message every hour, each to another user's new phone, from another address. Then honest people of the region."""
    for n in range(21):
        asks = partial(trace.sends, people.add(trace.stack, phones=[egyptian(trace.stack, n)]))
        trace.attack(n * HOUR, asks)
    for n, add in enumerate((people.add, people.add, verified, verified)):
        trace.honest(add(trace.stack, phones=[egyptian(trace.stack, 100 + n)]), 23 * HOUR + n * 60)


def everywhere(trace: Trace) -> None:
    """Stolen passwords of users with new phones, all from one address, two in each country. Then honest people from there."""
    address = "198.51.100.9"
    for n in range(2 * len(COUNTRIES)):
        number = phonenumbers.example_number_for_type(COUNTRIES[n // 2], phonenumbers.PhoneNumberType.MOBILE)
        assert number is not None
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        victim = people.add(trace.stack, phones=[trace.stack.hide(e164)])
        victim.address = address
        trace.attack(n * HOUR, partial(trace.sends, victim))
    for n, add in enumerate((people.add, people.add, verified, verified)):
        person = add(trace.stack)
        person.address = address
        trace.honest(person, 23 * HOUR + n * 60)


def launch(trace: Trace, of: int) -> None:
    """First logins from 9:00 to 10:00, to phones that were never verified."""
    for n in range(of):
        typed = n % ONE_OF_SO_MANY_NEVER_TYPES > 0
        trace.honest(people.add(trace.stack), 9 * HOUR + n * HOUR / of, types=typed)


def launch_after_a_week(trace: Trace, of: int, history: int) -> None:
    """The same, after seven days with so many confirmed messages each."""
    for back in range(1, 8):
        date = datetime.fromtimestamp(trace.midnight - back * DAY, UTC).date().isoformat()
        counted = {"n": history, "approvals": history} | {f"ok_{hour:02d}": history // 10 for hour in range(8, 18)}
        key = {"pk": "REGION#HK#00", "sk": f"SENDS#{date}"}
        trace.stack.table.put_item(Item=key | {"list": f"DAY#{date}", "position": "REGION#HK#00"} | counted)
    launch(trace, of)


def office(trace: Trace) -> None:
    """An office logs in between 9:00 and 10:00, all from one address."""
    for n in range(34):
        worker = verified(trace.stack)
        worker.address = "198.51.100.7"
        trace.honest(worker, 9 * HOUR + n * 100, types=n % ONE_OF_SO_MANY_NEVER_TYPES > 0)


def through_an_application(trace: Trace, *, names_its_own: bool = False) -> None:
    """Every hour, from one address, to a new phone, and once more in some; beside it, people with addresses of their own use the application.

    The application names everybody's address, or its own.
    """
    client = trace.stack.admin("clients.create", name="An application")
    headers = basic(client["client_id"], trace.stack.hide(client["client_secret"]))

    def vouched(person: Person, address: str) -> None:
        body = {"login_name": person.name, "end_user_address": "203.0.113.5" if names_its_own else address}
        answer = trace.stack.call("POST", "/v1/login/vouched", body, headers=headers)
        person.token = answer.json["mfa_token"]

    for n in range(24):
        for turn in range(2 if n in (0, 12, 23) else 1):
            victim = people.add(trace.stack)
            log_in = partial(vouched, victim, "198.51.100.66")
            trace.attack(n * HOUR + turn * 60, partial(trace.sends, victim, log_in=log_in))
    for n in range(6):
        person = people.add(trace.stack)
        trace.honest(person, 9 * HOUR + n * 600, log_in=partial(vouched, person, person.address))


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
    people.add(stack)
    stack.line.requests.clear()
    midnight = (time.time() // DAY + 2) * DAY
    trace = Trace(stack, midnight, midnight)
    with patch("time.time", lambda: trace.now), patch("jwt.api_jwt.datetime", _Library):
        yield trace
