"""Flows that run at the same time, one request to the table at a time, in an order that the test gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from greenlet import getcurrent, greenlet

READS = frozenset({"get_item", "batch_get_item", "query"})
# More requests than any flow makes.
ENOUGH = 200


class Dies(BaseException):
    """The function dies here: no line of it runs any more."""


class Fault(StrEnum):
    """What becomes of a request to the table."""

    NONE = "none"
    NOT_REACHED = "the table is not reached"
    ANSWER_LOST = "the answer is lost"
    DIES_BEFORE = "the function dies before the request"
    DIES_AFTER = "the function dies after the request"


@dataclass(frozen=True, slots=True)
class Turn:
    """Lets one of the running flows make its next request, so many seconds later."""

    flow: int = 0
    fault: Fault = Fault.NONE
    seconds: float = 0.0


@dataclass(eq=False)
class Flow:
    """A request of a client, or an administrator's.

    Attributes:
        call: makes it.
        committed: is told of each write that is carried out, by the store's verb that made it: `after` it of all but the first.
        result: what it returned or raised.
        verb: the store's verb that runs.
    """

    call: Callable[[], Any]
    committed: Callable[[str], None]
    result: Any = None
    verb: str = ""
    thread: greenlet | None = field(default=None, repr=False)

    def run(self) -> None:
        """Makes the request."""
        try:
            self.result = self.call()
        except (Exception, Dies) as raised:  # noqa: BLE001 - judged by the test
            self.result = raised


class Turns:
    """A client of the table. A flow that `together` runs waits before each of its requests for its turn."""

    def __init__(self, client: Any, wait: Callable[[float], None]) -> None:
        """`wait` lets time pass."""
        self._client = client
        self._wait = wait
        self._flows: dict[greenlet, Flow] = {}
        self._telling = False
        self.hub = getcurrent()

    def __getattr__(self, method: str) -> Any:
        return partial(self._request, method)

    @property
    def running(self) -> Flow | None:
        """The flow that runs now."""
        return self._flows.get(getcurrent())

    def together(self, flows: Sequence[Flow], turns: Sequence[Turn]) -> None:
        """Runs the flows to their ends. When the turns are used up, each flow goes on by itself and unharmed."""
        self.hub = getcurrent()
        for flow in flows:
            flow.thread = greenlet(flow.run)
            self._flows[flow.thread] = flow
            flow.thread.switch()  # up to its first request
        for turn in [*turns, *[Turn()] * ENOUGH]:
            running = [flow.thread for flow in flows if flow.thread is not None and not flow.thread.dead]
            if not running:
                break
            self._wait(turn.seconds)
            running[turn.flow % len(running)].switch(turn.fault)
        assert all(flow.thread is not None and flow.thread.dead for flow in flows)
        self._flows.clear()

    def _request(self, method: str, **request: Any) -> Any:
        flow = self.running
        if flow is None or self._telling:
            return getattr(self._client, method)(**request)
        fault: Fault = self.hub.switch()
        if fault is Fault.NOT_REACHED:
            raise EndpointConnectionError(endpoint_url="https://dynamodb.test")
        if fault is Fault.DIES_BEFORE:
            raise Dies
        answer = getattr(self._client, method)(**request)
        if method not in READS:
            self._telling = True
            try:
                flow.committed(flow.verb)
            finally:
                self._telling = False
            flow.verb = f"after {flow.verb}"
        if fault is Fault.ANSWER_LOST:
            raise ReadTimeoutError(endpoint_url="https://dynamodb.test")
        if fault is Fault.DIES_AFTER:
            raise Dies
        return answer


class Verbs:
    """A store whose flows can be asked which of its verbs they are at."""

    def __init__(self, store: Any, turns: Turns) -> None:
        self._store = store
        self._turns = turns

    def __getattr__(self, verb: str) -> Any:
        def call(*args: Any, **given: Any) -> Any:
            if (flow := self._turns.running) is not None:
                flow.verb = verb
            return getattr(self._store, verb)(*args, **given)

        return call
