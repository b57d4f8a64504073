"""Many callers at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.product import Answer, Json, Refused
from tests.running import Running

# Under such a load any call may be refused like this. Nothing was done then.
BUSY = "temporarily_unavailable"


def at_once[T](count: int, call: Callable[[int], T]) -> list[T]:
    """Makes so many calls at the same moment, each with its number; their results in the numbers' order."""
    barrier = threading.Barrier(count)

    def made(number: int) -> T:
        barrier.wait(30)
        return call(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(made, range(count)))


def attempt(place: Running, operation: str, **given: object) -> Json:
    """An administrator's operation: its output, or the refusal."""
    try:
        return place.admin(operation, **given)
    except Refused as refused:
        return refused


def codes(answers: Sequence[Any]) -> Counter[str]:
    """How often each answer was given: `ok`, or the refusal's code."""
    return Counter(map(_code, answers))


def _code(answer: Any) -> str:
    if isinstance(answer, Refused) or (isinstance(answer, Answer) and answer.status >= 400):
        return str(answer.code)
    return "ok"
