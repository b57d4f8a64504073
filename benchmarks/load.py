"""Logins at full speed, and what they meet in the table: conflicts of transactions and partition keys that many write.

AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.load [--rate 100] [--seconds 20] [LOAD ...]

The handlers run in the worker processes of a local stack, and threads call them through Lambda's own API, with events of API
Gateway from as many addresses as there are users. DynamoDB Local reports no conflict of transactions, so a referee stands before
it and does, as often as AWS would at RATE logins a second (docs/decisions/0049-conflicts-at-a-rate.md). Exits with 1 if an answer is not one that the load may get.

    many      many users, each from an own address
    client    many users who log in through one registered application
    launch    users who never logged in before all come at the same moment
    hammered  many callers on one user, with right and wrong passcodes
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import urllib3

from benchmarks.cost import READS, WRITES, passed_on, written_keys
from benchmarks.cpu import spent
from infra.local.events import Request, proxy_event
from infra.local.gateway import Router
from infra.local.processes import HOME
from infra.local.serving import Environ, Server, StartResponse, bind
from infra.local.template import read_template
from tests import people
from tests.people import Person
from tests.product import Answer, Json, basic
from tests.running import Running, running, tree_with_table

# AWS commits a transaction in two phases. Its items are taken for about so long: a single write takes less than 10 ms.
TRANSACTION_SECONDS = 0.01
THREADS = 32
SERVER_THREADS = 64
SHOWN_KEYS = 8
# Until the simulated Twilio's last report is through.
REPORTS_SECONDS = 5
STEPS = ("login", "message", "passcode")
PLENTY = dict.fromkeys(
    ("number_per_hour", "number_per_day", "address_per_hour", "client_per_hour", "global_per_day"), 1_000_000
)
CONFLICT = "TransactionConflict"
# The partitions that many users' logins write.
SHARED = ("REGION#", "VOUCHED#", "CLIENT#")
# Of fewer users it cannot be told how often each of them writes an item.
ENOUGH_USERS = 30
# What one of many callers at a user may be told: another was first, or has used up what there is.
OF_RIVALS = {
    "cooldown",
    "invalid_code",
    "challenge_expired",
    "locked",
    "rate_limited",
    "invalid_token",
    "challenge_used",
}


type Key = tuple[str, str]

# --- the table


@dataclass
class Seen:
    """The effects of a load's requests on the table.

    Attributes:
        written: writes by partition key. A condition in a transaction counts: it takes the item's capacity as well.
        items: the same by kind of item.
        users: the partitions of users' challenges.
        operations: requests by their operation.
        transactions: transactions, without those that were refused for a conflict.
        conflicts: refusals for a conflict, by the label of the key that was taken.
        refused: other refusals of DynamoDB, by their type.
    """

    written: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)
    users: set[str] = field(default_factory=set)
    operations: Counter[str] = field(default_factory=Counter)
    transactions: int = 0
    conflicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Referee:
    """A proxy before DynamoDB Local that refuses writes of items that a transaction under way has, as AWS does.

    A user's items are taken for TRANSACTION_SECONDS. This machine is too slow to bring two users to the same item as often as
    they would come there at `rate` logins a second. So items of many users are refused by chance: so often as another one would
    have the item at that moment, if users came independently of each other.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
    """

    def __init__(self, url: str, rate: float) -> None:
        self._url = url
        self._rate = rate
        self._pool = urllib3.PoolManager(maxsize=SERVER_THREADS)
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> Seen:
        """Begins anew; gives what was seen before."""
        with self._lock:
            before = getattr(self, "_seen", Seen())
            self._seen = Seen()
            self._until: dict[Key, float] = {}
            self._written_in_transactions: Counter[Key] = Counter()
        return before

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body, headers = passed_on(environ)
        operation = headers["X-Amz-Target"].rpartition(".")[2]
        request = json.loads(body) if operation in READS | WRITES else {}
        keys = [(key["pk"]["S"], key["sk"]["S"]) for _, key in written_keys(request)] if operation in WRITES else []
        if (refusal := self._refusal(operation, keys)) is not None:
            start_response("400 Refused", [("Content-Type", "application/x-amz-json-1.0")])
            return [json.dumps(refusal).encode()]
        answer = self._pool.request("POST", self._url, body=body, headers=headers, retries=False)
        if answer.status != 200:
            with self._lock:
                self._seen.refused[json.loads(answer.data)["__type"].rpartition("#")[2]] += 1
        kept = [(name, text) for name, text in answer.headers.items() if name.lower().startswith(("content-", "x-amz"))]
        start_response(f"{answer.status} {answer.reason or 'Answer'}", kept)
        return [answer.data]

    def _refusal(self, operation: str, keys: Sequence[Key]) -> Json | None:
        """The refusal if a transaction has an item. Else this one has them, if it is a transaction."""
        whole, now = operation == "TransactWriteItems", time.monotonic()
        with self._lock:
            self._seen.operations[operation] += 1
            met = [self._is_taken(key, now) for key in keys]
            if not any(met):
                self._seen.written.update(pk for pk, _ in keys)
                self._seen.items.update(kind_of(*key) for key in keys)
                self._seen.transactions += whole
                if whole:
                    self._until |= dict.fromkeys(keys, now + TRANSACTION_SECONDS)
                    self._written_in_transactions.update(keys)
                return None
            self._seen.conflicts.update(kind_of(*key) for key, is_met in zip(keys, met, strict=True) if is_met)
        prefix = "com.amazonaws.dynamodb.v20120810#"
        if not whole:
            return {"__type": prefix + "TransactionConflictException", "message": "Transaction is ongoing for the item"}
        reasons = [{"Code": CONFLICT if each else "None"} for each in met]
        codes = ", ".join(each["Code"] for each in reasons)
        return {
            "__type": prefix + "TransactionCanceledException",
            "Message": f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
            "CancellationReasons": reasons,
        }

    def _is_taken(self, key: Key, now: float) -> bool:
        if key[0].startswith(SHARED):
            logins = max(len(self._seen.users), ENOUGH_USERS)
            others = self._rate * self._written_in_transactions[key] / logins
            return random.random() < 1 - math.exp(-others * TRANSACTION_SECONDS)
        if key[0].startswith("CHALLENGE#"):
            self._seen.users.add(key[0])
        return self._until.get(key, 0.0) > now


def kind_of(pk: str, sk: str) -> str:
    """The kind of an item, without whose it is, and without its shard."""
    kept = re.sub(r"#\d\d$", "", pk) if pk.startswith(("REGION#", "SETTINGS")) else pk.partition("#")[0]
    return f"{kept} {re.sub('[0-9].*', '', sk)}"


# --- the calls


class Loaded(Running):
    """A local stack whose functions are invoked with events of API Gateway, from any address."""

    def __init__(self, stack: Running) -> None:
        super().__init__(stack.local)
        self._api = read_template(HOME / "template.yaml").api
        self._router = Router(self._api.routes)

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        address: str = "192.0.2.1",
    ) -> Answer:
        found = self._router.find(method, path)
        assert found is not None, path
        route, parameters = found
        given = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = Request(
            method=method,
            path=path,
            query="",
            headers=list((given | dict(headers or {})).items()),
            body=b"" if body is None else json.dumps(body).encode(),
            peer=address,
            protocol="HTTP/1.1",
            port=443,
        )
        try:
            answer = self.invoke(route.function, proxy_event(request, route, parameters, self._api))
        except RuntimeError as error:
            return Answer(500, {}, json.dumps({"code": f"crash: {error}"}))
        return Answer(answer["statusCode"], {}, answer["body"])


@dataclass
class Result:
    """The answers to a load's callers.

    Attributes:
        logins: those that ended with an access token.
        times: seconds of each step that was answered as it should be.
        answers: by step, how often each answer was given: `ok` or the refusal's code.
    """

    logins: int = 0
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, name: str, call: Callable[[], Answer]) -> bool:
        """Makes a call of this step; whether it was answered as it should be."""
        began = time.perf_counter()
        answer = call()
        took = time.perf_counter() - began
        is_right = answer.status < 300
        with self._lock:
            self.answers[name]["ok" if is_right else answer.code] += 1
            if is_right:
                self.times[name].append(took)
                self.logins += name == STEPS[-1]
        return is_right

    def login(self, person: Person, first: Callable[[], Answer] | None = None) -> None:
        """A whole login."""
        _ = (
            self.step("login", first or person.login)
            and self.step("message", person.start)
            and self.step("passcode", person.verify)
        )


def in_turn(persons: Sequence[Person], seconds: float, login: Callable[[Person], None]) -> None:
    """Logs these in by many threads until the time is over or everybody was in."""
    until = time.monotonic() + seconds
    waiting = iter(persons)
    lock = threading.Lock()

    def work(_: int) -> None:
        while time.monotonic() < until:
            with lock:
                person = next(waiting, None)
            if person is None:
                return
            login(person)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))


def many(stack: Loaded, persons: Sequence[Person], seconds: float) -> Result:
    result = Result()
    in_turn(persons, seconds, result.login)
    return result


def client(stack: Loaded, persons: Sequence[Person], seconds: float) -> Result:
    made = stack.admin("clients.create", name="the application")
    header, result = basic(made["client_id"], made["client_secret"]), Result()

    def login(person: Person) -> None:
        def vouched() -> Answer:
            body = {"login_name": person.name, "end_user_address": person.address}
            answer = stack.call("POST", "/v1/login/vouched", body, headers=header, address="192.0.2.1")
            person.token = answer.json.get("mfa_token", "")
            return answer

        result.login(person, vouched)

    in_turn(persons, seconds, login)
    return result


def launch(stack: Loaded, persons: Sequence[Person], seconds: float) -> Result:
    result, together = Result(), persons[: 2 * THREADS]
    barrier = threading.Barrier(len(together))

    def login(person: Person) -> None:
        barrier.wait(60)
        result.login(person)

    with ThreadPoolExecutor(len(together)) as threads:
        list(threads.map(login, together))
    return result


def hammered(stack: Loaded, persons: Sequence[Person], seconds: float) -> Result:
    [victim, *_], result, until = persons, Result(), time.monotonic() + seconds

    def work(n: int) -> None:
        while time.monotonic() < until:
            mine = Person(stack, victim.name, victim.password, stack.address(), None, victim.numbers, victim.phones)
            if result.step("login", mine.login) and result.step("message", mine.start):
                if n % 2:
                    result.step("wrong passcode", partial(mine.verify, "000000"))
                result.step("passcode", mine.verify)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))
    return result


LOADS: dict[str, tuple[Callable[[Loaded, Sequence[Person], float], Result], set[str]]] = {
    "many": (many, set()),
    "client": (client, set()),
    "launch": (launch, set()),
    "hammered": (hammered, OF_RIVALS),
}


# --- the report


def workers_of(stack: Running) -> list[int]:
    """The processes that run handlers."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            words = (each / "cmdline").read_bytes()
            parent = int((each / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        if b"infra.local.worker" in words and parent == stack.local.process.pid:
            found.append(int(each.name))
    return found


def report(name: str, result: Result, seen: Seen, seconds: float, cpu: float) -> list[str]:
    lines = [
        f"## {name}",
        f"{result.logins} logins in {seconds:.1f} s: {result.logins / seconds:.1f} a second, "
        f"{result.logins / cpu:.1f} for each second of the functions' CPU",
    ]
    for step, times in result.times.items():
        if len(times) > 1:
            parts = statistics.quantiles(times, n=100, method="inclusive")
            shown = ", ".join(f"p{n} {parts[n - 1] * 1000:.0f} ms" for n in (50, 95, 99))
            lines.append(f"{step}: {shown}")
    for step, answers in result.answers.items():
        lines.append(f"{step}: " + ", ".join(f"{count} {answer}" for answer, count in answers.most_common()))
    met = sum(seen.conflicts.values())
    lines.append(
        f"{seen.transactions} transactions, {met} conflicts"
        + "".join(f"; {count} at {kind}" for kind, count in seen.conflicts.most_common())
    )
    if seen.refused:
        lines.append("refused by DynamoDB: " + ", ".join(f"{n} {kind}" for kind, n in seen.refused.most_common()))
    logins = max(len(seen.users), 1)
    lines.append(
        "writes of items for each login: " + ", ".join(f"{n / logins:.2f} {k}" for k, n in seen.items.most_common())
    )
    lines.append("most written partition keys, writes for each login:")
    lines += [f"    {pk[:40]:42}{count / logins:6.2f}" for pk, count in seen.written.most_common(SHOWN_KEYS)]
    return lines


@contextmanager
def refereed(url: str, workers: int, rate: float) -> Iterator[tuple[Loaded, Referee]]:
    """A local stack with a referee before its table."""
    referee = Referee(url, rate)
    with bind("127.0.0.1", 0) as bound, tempfile.TemporaryDirectory() as tree:
        server = Server(referee, bound, threads=SERVER_THREADS)
        server.start()
        root = tree_with_table(Path(tree), f"load-{uuid.uuid4().hex[:12]}")
        env = {
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{server.port}",
            "WORKERS_PER_FUNCTION": str(workers),
            "POWERTOOLS_LOG_LEVEL": "WARNING",
        }
        try:
            with running(env=env, root=root) as stack:
                try:
                    yield Loaded(stack), referee
                finally:
                    stack.table.delete()
        finally:
            server.stop()


def writes_of_logins(url: str, logins: int) -> dict[str, float]:
    """The writes of a login by kind of item: of people who log in by password, and of as many through one application."""
    with refereed(url, 1, 0) as (stack, referee):
        stack.admin("settings.patch", budgets=PLENTY, fraud={"mode": "off"})
        found = Counter[str]()
        for load in (many, client):
            load(stack, [people.add(stack, email=False)], 60)  # the containers start
            time.sleep(REPORTS_SECONDS)
            persons = [people.add(stack, email=False) for _ in range(logins)]
            referee.reset()
            result = load(stack, persons, 600)
            assert result.logins == logins, result.answers
            time.sleep(REPORTS_SECONDS)
            found |= referee.reset().items  # the larger of both
    return {kind: count / logins for kind, count in found.items()}


def run(stack: Loaded, referee: Referee, name: str, users: int, seconds: float) -> bool:
    """Runs a load and prints its report; whether it went as it should."""
    load, allowed = LOADS[name]
    persons = [people.add(stack, email=False) for _ in range(users)]
    before = {process: spent(process) for process in workers_of(stack)}
    referee.reset()
    began = time.monotonic()
    result = load(stack, persons, seconds)
    took = time.monotonic() - began
    seen = referee.reset()
    cpu = sum(spent(process) - before.get(process, 0.0) for process in workers_of(stack))
    print("\n".join(report(name, result, seen, took, cpu)), "", sep="\n", flush=True)
    given = set().union(*result.answers.values()) - {"ok"}
    if unexpected := given - allowed:
        print(f"{name}: unexpected answers: {', '.join(sorted(unexpected))}", file=sys.stderr)
    return not unexpected and result.logins > 0


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    arguments.add_argument("loads", nargs="*", choices=[*LOADS, []], metavar="LOAD")
    arguments.add_argument(
        "--rate", type=float, default=100, help="logins a second that conflict as often (default: 100)"
    )
    arguments.add_argument("--seconds", type=float, default=20, help="the longest that a load runs (default: 20)")
    arguments.add_argument("--workers", type=int, default=8, help="processes for each function (default: 8)")
    arguments.add_argument("--users", type=int, default=300, help="users who log in, in each load (default: 300)")
    given = arguments.parse_args()
    url = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
    if not url:
        print("AWS_ENDPOINT_URL_DYNAMODB has to be the address of DynamoDB Local", file=sys.stderr)
        return 2
    with refereed(url, given.workers, given.rate) as (stack, referee):
        # DynamoDB Local's build of 2020 takes ten writes at once: a resend after wrong codes has one more with fraud budgets.
        stack.admin("settings.patch", budgets=PLENTY, fraud={"mode": "off"})
        print(
            f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {given.workers} workers a function; conflicts as at {given.rate:,.0f} logins a second\n"
        )
        went_well = [run(stack, referee, name, given.users, given.seconds) for name in (given.loads or LOADS)]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
