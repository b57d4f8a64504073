"""Each request to AWS of a login, and each way in which it can fail: what the person gets, and what holds in any case.

A request fails once, then its repetition is answered; or it fails for good. A fault after the commit loses the answer to a
request that was carried out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from mfa.aws.connections import Reply, Send
from tests import moto_line, people
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Answer

type Fault = Callable[[Callable[[], Reply], str], Reply]
type Act = Callable[[Person], Answer]


def refused(_carry_out: Callable[[], Reply], _url: str) -> Reply:
    return Reply(400, {}, json.dumps({"__type": "AccessDeniedException", "message": "no"}).encode())


def throttled(_carry_out: Callable[[], Reply], _url: str) -> Reply:
    return Reply(400, {}, json.dumps({"__type": "ThrottlingException", "message": "slower"}).encode())


def unreachable(_carry_out: Callable[[], Reply], url: str) -> Reply:
    raise EndpointConnectionError(endpoint_url=url)


def timeout_before(_carry_out: Callable[[], Reply], url: str) -> Reply:
    raise ReadTimeoutError(endpoint_url=url)


def timeout_after_commit(carry_out: Callable[[], Reply], url: str) -> Reply:
    carry_out()
    raise ReadTimeoutError(endpoint_url=url)


def malformed(carry_out: Callable[[], Reply], _url: str) -> Reply:
    carry_out()
    return Reply(200, {}, b"<html>")


def broken(_carry_out: Callable[[], Reply], _url: str) -> Reply:
    return Reply(500, {}, b"")


FAULTS: tuple[Fault, ...] = (
    refused,
    throttled,
    unreachable,
    timeout_before,
    timeout_after_commit,
    malformed,
    broken,
)


@dataclass
class Wire:
    """Breaks one request, and its repetition if it fails for good. Notes what was asked."""

    asked: list[str] = field(default_factory=list)
    fault: Fault | None = None
    at: int = 0
    times: int = 0

    def between(self, network: Send) -> Send:
        send = moto_line.transactions_once(network)

        def sent(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
            self.asked.append(headers["x-amz-target"].rpartition(".")[2])
            if self.fault is None or not self.at <= len(self.asked) - 1 < self.at + self.times:
                return send(method, url, headers, body)
            return self.fault(lambda: send(method, url, headers, body), url)

        return sent

    def breaks(self, fault: Fault | None = None, at: int = 0, times: int = 0) -> None:
        """Breaks the request with this number, counted from now on, and those after it."""
        self.asked.clear()
        self.fault, self.at, self.times = fault, at, times


@pytest.fixture
def wire(stack: Stack) -> Iterator[Wire]:
    wire = Wire()
    with moto_line.answering(wire.between):
        stack.restart()
        yield wire
    stack.restart()


@dataclass(frozen=True)
class Step:
    """A request of a client, after what `prepare` does.

    Attributes:
        asks: the requests to AWS that it makes.
        needless: the numbers of those without which the answer is the same.
        after: the numbers of those that follow what was done, so that the answer has to say so whatever becomes of them.
    """

    prepare: Callable[[Person], object]
    act: Act
    asks: list[str]
    needless: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


READ, CLAIM, UPDATE = "BatchGetItem", "TransactWriteItems", "UpdateItem"
STEPS = {
    "login": Step(Person.login, Person.login, [READ, UPDATE, UPDATE], needless=(2,)),
    "send": Step(Person.login, Person.start, [READ, CLAIM, UPDATE], needless=(2,)),
    "wrong code": Step(
        Person.challenged, lambda person: person.verify(person.wrong()), [UPDATE, UPDATE], needless=(1,)
    ),
    "right code": Step(Person.challenged, Person.verify, [UPDATE, "Sign", CLAIM, *[UPDATE] * 4], after=(3, 4, 5, 6)),
}
DYNAMODB = (READ, CLAIM, UPDATE)


def done(code: str) -> bool:
    return code in ("200", "201", "invalid_code")


@pytest.fixture
def warm(stack: Stack, wire: Wire) -> Wire:
    """The wire of containers that have filled their caches."""
    people.add(stack).challenged().verify()
    return wire


@pytest.mark.parametrize("name", STEPS)
def test_these_are_the_requests_of_a_login(stack: Stack, warm: Wire, name: str) -> None:
    person = people.add(stack)
    STEPS[name].prepare(person)
    warm.breaks()
    assert done(STEPS[name].act(person).code)
    assert warm.asked == STEPS[name].asks


def answered(stack: Stack, act: Act, person: Person) -> str:
    """The code of an answer. A stack's test fails at an internal error, which is right here where AWS refuses."""
    try:
        return act(person).code
    except AssertionError:
        assert '"code":"internal_error"' in stack.recent_log()
        return "internal_error"


def decided(step: Step, at: int, fault: Fault, times: int) -> str:
    """How a request ends whose part with this number fails."""
    if at in step.after:
        return "done"
    if fault is refused:  # the stack is deployed wrongly: nobody is told to try again
        return "internal_error" if step.asks[at] in DYNAMODB else "temporarily_unavailable"
    return "done" if times == 1 or at in step.needless else "temporarily_unavailable"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("name", STEPS)
def test_a_fault_refuses_or_changes_nothing(stack: Stack, warm: Wire, name: str, fault: Fault) -> None:
    step = STEPS[name]
    for at in range(len(step.asks)):
        for times in (1,) if fault is refused else (1, 2):
            person = people.add(stack)
            step.prepare(person)
            warm.breaks(fault, at, times)
            ended = answered(stack, step.act, person)
            case = f"{name}, {fault.__name__} at {step.asks[at]} {at}, {times} times: {ended}"
            assert ("done" if done(ended) else ended) == decided(step, at, fault, times), case
            warm.breaks()
            assert person.messages <= 1, case
            # The repetition of a claim whose answer was lost spends one more attempt: it never gives one.
            assert person.item.get("failures", 0) <= times + 1, case
            # Nothing that was left halfway keeps the person out.
            if person.item:
                person.later(61)
            assert person.login().status == 200, case
            assert person.start().status == 201, case
            assert person.verify().status == 200, case


@pytest.mark.parametrize("fault", [unreachable, throttled, malformed], ids=lambda fault: fault.__name__)
def test_a_container_that_cannot_read_its_secrets_refuses(stack: Stack, wire: Wire, fault: Fault) -> None:
    """Then it reads them at the next request."""
    person = people.add(stack).challenged()
    for asked in ("GetSecretValue", "GetParameter", "GetPublicKey"):
        stack.restart()
        wire.breaks()
        right = person.code()
        assert person.verify(right, key="one").status == 200
        at = wire.asked.index(asked)
        person.later(61)
        person.login()
        person.start()
        stack.restart()
        wire.breaks(fault, at, 2)
        assert person.verify().code == "temporarily_unavailable", asked
        wire.breaks()
        assert person.verify().status == 200
        person.later(61)
        person.login()
        person.start()
