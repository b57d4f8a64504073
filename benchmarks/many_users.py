"""How much longer a login and a list of users take among a million users than among a thousand.

AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.many_users [USERS]

Loads a thousand users into a table on DynamoDB Local and USERS (1,000,000) into another, by the store's own records, in several
processes. A local stack runs on each. The two take turns, so that other load on the machine affects both alike. Prints the
median of each step in milliseconds, and their ratio.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import batched
from pathlib import Path
from statistics import median
from typing import Any

import boto3
import msgspec
from botocore.config import Config

from benchmarks.directory import item, user_of
from infra.local.aws import table_definition
from infra.local.processes import AWS_ENVIRONMENT, HOME
from infra.local.template import read_template
from mfa.administration.directory_lines import line_of
from mfa.challenges.account import Account
from mfa.factors.held_factors import HeldFactors
from mfa.factors.phones import Phone
from mfa.store import records
from mfa.store.attribute_values import encode
from mfa.store.directory import DirectoryStore
from mfa.store.table import Table
from mfa.users.directory_chunks import ChunkMark, DirectoryChunk, DirectoryHead
from mfa.users.directory_lines import CHUNKS, DirectoryLine, chunk_of
from tests import people
from tests.running import Running, running, tree_with_table

FEW = 1000
PROCESSES = 3
ROUNDS = 21
# Users whom one task of a process writes.
SHARE = 5000

type Lines = dict[int, list[bytes]]


def client(url: str) -> Any:
    """A client of DynamoDB Local, with the key of the local stack."""
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name=AWS_ENVIRONMENT["AWS_REGION"],
        aws_access_key_id=AWS_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 5}, read_timeout=120),
    )


def account_of(n: int, now: float) -> Account:
    """The n-th user, with a phone; one in seven has none."""
    number = f"+852{50000000 + n % 20000000}"
    phone = Phone(id=f"0-{n}", number=number, region="HK", calling_code="+852", kind="mobile", verified=n % 3 > 0)
    return Account(user=user_of(n, now - n), phones=(phone,) if n % 7 else (), held=HeldFactors())


def items_of(account: Account) -> Iterator[dict[str, Any]]:
    """Profile and phones. The places in other lists than that of login names are left out: a directory stands in for them."""
    user = account.existing_user
    yield encode(item(records.profile_key(user.login_name), records.user_item(user)))
    for phone in account.phones:
        yield encode(item(records.phone_key(user.login_name, phone.slot), records.phone_item(phone)))


def load(task: tuple[str, str, range, float]) -> Lines:
    """Writes some users; their lines of the directory, by chunk."""
    url, name, numbers, now = task
    dynamodb = client(url)
    accounts = [account_of(n, now) for n in numbers]
    for some in batched((each for account in accounts for each in items_of(account)), 25, strict=False):
        requests = {name: [{"PutRequest": {"Item": each}} for each in some]}
        while requests:
            requests = dynamodb.batch_write_item(RequestItems=requests).get("UnprocessedItems") or {}
    lines: Lines = defaultdict(list)
    for account in accounts:
        line = line_of(account, now)
        lines[chunk_of(line.login_name)].append(msgspec.msgpack.encode(line))
    return lines


def fill(url: str, name: str, users: int) -> None:
    """Makes a table with so many users and their directory."""
    dynamodb, now = client(url), time.time()
    [properties] = read_template(HOME / "template.yaml").named("AWS::DynamoDB::Table").values()
    dynamodb.create_table(**table_definition(properties) | {"TableName": name})
    shares = [(url, name, range(users)[at : at + SHARE], now) for at in range(0, users, SHARE)]
    lines: Lines = defaultdict(list)
    began, done = time.monotonic(), 0
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for found in pool.imap_unordered(load, shares):
            done += sum(map(len, found.values()))
            for number, some in found.items():
                lines[number] += some
            if done % (20 * SHARE) == 0:
                print(f"{done:,} users after {time.monotonic() - began:.0f} s", flush=True)
    write_directory(dynamodb, name, lines, now)
    print(f"{users:,} users loaded in {time.monotonic() - began:.0f} s", flush=True)


def write_directory(dynamodb: Any, name: str, lines: Lines, now: float) -> None:
    """The directory as if a run had just finished it."""
    store = DirectoryStore(Table(dynamodb, name, lambda _n: None))
    decode, marks = msgspec.msgpack.Decoder(DirectoryLine).decode, []
    for number in range(CHUNKS):
        own = {line.login_name: line for line in map(decode, lines[number])}
        marks.append(ChunkMark(store.save_chunk(number, DirectoryChunk(0, own)), now, len(own)))
    store.save_head(DirectoryHead(as_of=now, chunks=tuple(marks)))


@contextmanager
def crowd(url: str, users: int) -> Iterator[Running]:
    """A local stack with so many users."""
    name = f"many-{uuid.uuid4().hex[:8]}"
    try:
        fill(url, name, users)
        with tempfile.TemporaryDirectory() as tree:
            env = {"AWS_ENDPOINT_URL_DYNAMODB": url, "POWERTOOLS_LOG_LEVEL": "WARNING"}
            with running(env=env, root=tree_with_table(Path(tree), name)) as stack:
                stack.admin("settings.patch", budgets={"address_per_hour": 100_000})
                yield stack
    finally:
        client(url).delete_table(TableName=name)


def steps(stack: Running) -> Iterator[tuple[str, Callable[[], object]]]:
    """The requests to time. The person is new each time, and so are the words that are searched."""
    person = people.add(stack)
    dice = uuid.uuid4().int
    user = user_of(dice % FEW, 0)

    def listed(**given: Any) -> Any:
        return stack.admin("users.list", limit=50, **given)

    def found(login_name: str, **given: Any) -> None:
        assert login_name in {each["login_name"] for each in listed(**given)["items"]}, given

    yield "login: name and password", lambda: person.login()
    yield "login: message", lambda: person.start()
    yield "login: passcode", lambda: person.verify()
    yield "list: first page", lambda: listed()
    page = listed()
    yield "list: next page", lambda: listed(cursor=page["cursor"])
    yield "list: MFA off", lambda: listed(mfa=False)
    yield "search: a login name", lambda: found(user.login_name, q=user.login_name)
    yield "search: a new user", lambda: found(person.name, q=person.name)
    yield "search: nobody", lambda: listed(q="no such person")
    yield "search: many (chan)", lambda: listed(q="chan")
    yield "search: last digits", lambda: listed(q=f"{dice % 10_000:04}")
    yield "filter: disabled", lambda: listed(status="disabled")
    yield "one user", lambda: stack.admin("users.get", login_name=user.login_name)


def compare(stacks: dict[int, Running]) -> dict[str, dict[int, float]]:
    """The median of each step in each crowd, in milliseconds."""
    times: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for round_ in range(ROUNDS + 1):
        for users, stack in stacks.items():
            for name, step in steps(stack):
                began = time.perf_counter()
                step()
                if round_:  # the first round starts containers and reads the directory
                    times[name][users].append((time.perf_counter() - began) * 1000)
    return {name: {users: median(each) for users, each in by.items()} for name, by in times.items()}


def main() -> None:
    url = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with ExitStack() as open_stacks:
        stacks = {users: open_stacks.enter_context(crowd(url, users)) for users in (FEW, many)}
        medians = compare(stacks)
    print(f"{f'medians of {ROUNDS}, milliseconds':32}{f'{FEW:,}':>12}{f'{many:,}':>12}{'ratio':>8}")
    for name, by in medians.items():
        print(f"{name:32}{by[FEW]:12.1f}{by[many]:12.1f}{by[many] / by[FEW]:8.2f}")


if __name__ == "__main__":
    main()
