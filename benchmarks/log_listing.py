"""How long the log takes to list: 100 000 listed events on DynamoDB Local, through the product's own code.

docker run -p 8000:8000 amazon/dynamodb-local
AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.log_listing
"""

import random
import sys
import time
from collections.abc import Iterator
from itertools import batched
from typing import Any

from msgspec import structs

from mfa.administration.event_log import EventLog
from mfa.administration.log_requests import FindEvents
from mfa.store import records
from mfa.store.attribute_values import encode
from mfa.store.event_logs import EventLogs
from mfa.store.table import Item
from mfa.times import rfc3339
from mfa.users.history import Event, EventType
from tests.contract.engines import DYNAMODB_LOCAL, running
from tests.contract.world import START, World

EVENTS = 100_000
YEAR = 365 * 86400
COMMON = (EventType.WRONG_PASSWORD, EventType.USER_CHANGED, EventType.LOCKED, EventType.FRAUD_DECISION)
# One of so many each: it lies among the few, or with the many.
RARE = {0: EventType.CLIENT_DELETED, 5000: EventType.INVITED}
ROUNDS = 3


def main(count: int) -> None:
    """Fills a table with events of a year, and lists them in several ways."""
    with running(DYNAMODB_LOCAL) as engine, engine.table() as name:
        for items in batched(lines(count, START), 25, strict=False):
            engine.client.batch_write_item(
                RequestItems={name: [{"PutRequest": {"Item": encode(item)}} for item in items]}
            )
        world = World(engine.client, name)
        log = EventLog(log=EventLogs(world.table), histories=world.histories, runtime=world.runtime)
        month_ago = rfc3339(START - 30 * 86400)
        cases = {
            "newest page": FindEvents(),
            "a month back": FindEvents(to=month_ago),
            "a deed of few": FindEvents(type=EventType.CLIENT_DELETED),
            "a rare type among many (1 in 10 000)": FindEvents(type=EventType.INVITED),
            "a rare type among many, within 30 days": FindEvents(type=EventType.INVITED, from_=month_ago),
            "an administrator (1 in 20)": FindEvents(actor="admin.07"),
            "a user": FindEvents(user="user.00042"),
            "words in 1 of 100 lines": FindEvents(text="needle"),
        }
        print("| list | lines | answers | requests | first answer, ms | all, ms |\n|---|---|---|---|---|---|")
        for label, which in cases.items():
            print(f"| {label} |", " | ".join(_measured(world, log, which)), "|")


def _measured(world: World, log: EventLog, which: FindEvents) -> Iterator[str]:
    """Lines, answers, requests, and the best times of the first answer and of all until a page is full."""
    best: list[float] = [1e9, 1e9]
    found_lines = answers = 0
    for _ in range(ROUNDS):
        world.wire.requests.clear()
        asked, found_lines, answers, began = which, 0, 0, time.perf_counter()
        while True:
            found = log.find(asked)
            answers, found_lines = answers + 1, found_lines + len(found.lines)
            if answers == 1:
                best[0] = min(best[0], time.perf_counter() - began)
            if found_lines >= which.limit or found.cursor is None:
                break
            asked = structs.replace(which, cursor=found.cursor)
        best[1] = min(best[1], time.perf_counter() - began)
    yield from (str(found_lines), str(answers), str(len(world.wire.requests)))
    yield from (f"{seconds * 1000:.0f}" for seconds in best)


def lines(count: int, until: float) -> Iterator[Item]:
    """So many listed events of the year before this moment."""
    dice = random.Random(1)
    for n in range(count):
        owner = f"user.{dice.randrange(1000):05d}"
        actor = f"admin.{dice.randrange(20):02d}"
        event = Event(
            id=f"{dice.getrandbits(48):012x}",
            at=until - dice.random() * YEAR,
            type=RARE.get(n % 10_000) or dice.choice(COMMON),
            actor=actor,
            address="192.0.2.7",
            detail=_detail(n),
            notable=True,
        )
        line = records.event_write(owner, event)
        yield {"pk": line.key[0], "sk": line.key[1], **line.item}


def _detail(n: int) -> dict[str, Any]:
    values = {"alias": {"old": "Dee", "new": "needle" if n % 100 == 0 else "Ada"}}
    return {"changed": ["alias"], "values": values}


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
