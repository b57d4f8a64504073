"""Faults of the vendor, with the store broken before and after each write of the same send.

The vendors' own faults, on sockets, are in tests/api/test_route_faults.py: each of them ends in one of the outcomes here.
"""

from collections.abc import Callable

import pytest

from mfa import errors
from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Caller, Outcome
from tests.contract.test_budgets import people
from tests.contract.world import ADDRESS, REFUSED, REFUSED_FOR_GOOD, Login, Wire, World


class Crash(BaseException):
    """The function dies here: no line of it runs any more."""


# Each outcome of a message, and the write that tells of it.
OUTCOMES = {
    "accepted": (Outcome(Delivery.QUEUED), "update_item"),
    "no answer": (Outcome(Delivery.UNKNOWN), "update_item"),
    "refused": (REFUSED, "transact_write_items"),
    "refused for good": (REFUSED_FOR_GOOD, "transact_write_items"),
}
FAILURES: dict[str, Callable[[], BaseException]] = {
    "the store does not answer": errors.TemporarilyUnavailable,
    "the function dies": Crash,
}
# Whether the write breaks before it is carried out, or after.
BREAKS: dict[str, Callable[[Wire, str, BaseException], None]] = {"before": Wire.fail, "after": Wire.lose}
WRITES = ("the claim", "the outcome")
each_outcome = pytest.mark.parametrize("outcome", OUTCOMES)
each_break = pytest.mark.parametrize("moment", BREAKS)
each_failure = pytest.mark.parametrize("failure", FAILURES)
each_write = pytest.mark.parametrize("write", WRITES)


def ask(world: World, person: Login, key: str | None = "a key") -> None:
    """Asks for a message, whatever comes of it."""
    try:
        world.send_passcode.start(person.token, Caller(ADDRESS, key, "a request"), person.phone.id)
    except (errors.Refusal, Crash):
        return


def break_once(world: World, write: str, outcome: str, moment: str, failure: str) -> None:
    """Breaks one write of the next send."""

    def broken(method: str) -> None:
        BREAKS[moment](world.wire, method, FAILURES[failure]())

    if write == "the claim":
        broken("transact_write_items")
    else:
        world.sms.meanwhile.append(lambda: broken(OUTCOMES[outcome][1]))


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The numbers of the messages that reached the vendor, those that it refused too."""
    numbers: list[str] = []
    send = world.sms.send

    def counted(outgoing):  # type: ignore[no-untyped-def]
        numbers.append(outgoing.address)
        return send(outgoing)

    monkeypatch.setattr(world.sms, "send", counted)
    return numbers


@each_failure
@each_break
@each_write
@each_outcome
def test_one_request_reaches_the_vendor_once_at_most_however_often_it_is_repeated(
    world: World, demo: Login, asked: list[str], outcome: str, write: str, moment: str, failure: str
) -> None:
    world.sms.outcomes += [OUTCOMES[outcome][0]] * 4
    break_once(world, write, outcome, moment, failure)
    for _ in range(4):
        ask(world, demo)
    # A claim that was written, and whose answer was lost, has sent nothing and sends nothing.
    assert len(asked) == (0 if (write, moment) == ("the claim", "after") else 1)


@each_failure
@each_break
@each_write
@each_outcome
def test_no_message_goes_out_beyond_a_ceiling(
    world: World, asked: list[str], outcome: str, write: str, moment: str, failure: str
) -> None:
    """Each of the sends breaks at this write."""
    world.budgets(global_per_day=3)
    for person in people(world, 6):
        world.sms.outcomes[:] = [OUTCOMES[outcome][0]]
        break_once(world, write, outcome, moment, failure)
        ask(world, person)
        ask(world, person, key=None)
    charged = world.counted("REGION#*")
    assert len(asked) <= charged <= 3
    assert asked or (write, moment) == ("the claim", "after")
