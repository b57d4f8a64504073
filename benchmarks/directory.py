"""How long lists of many users take, and what keeping their directory costs.

AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.directory [USERS [TABLE]]

Makes a table on DynamoDB Local with so many users (100,000) and deletes it at the end. A table that
is named is kept, and used as it is if it is there. Prints the times of the functions' own parts, which of them this process
computed itself, the bytes of the directory's items, and the capacity that DynamoDB counts.
"""

from __future__ import annotations

import os
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from itertools import batched
from typing import Any

import boto3
from botocore.config import Config

from infra.local.aws import table_definition
from infra.local.processes import HOME
from infra.local.template import read_template
from mfa.administration.directory_upkeep import FOLDED_AFTER_SECONDS, SETTLED_SECONDS, DirectoryUpkeep
from mfa.administration.user_search import DirectoryCache, UserSearch
from mfa.factors.phones import Phone
from mfa.store import records
from mfa.store.accounts import AccountStore
from mfa.store.attribute_values import encode
from mfa.store.counters import Counters
from mfa.store.directory import DirectoryStore
from mfa.store.search import SearchIndex
from mfa.store.table import Table
from mfa.store.users import UserStore
from mfa.users.directory_lines import CHUNKS
from mfa.users.directory_query import DirectoryQuery, UserFilter, UserOrder
from mfa.users.history import Event, EventType
from mfa.users.user import Kind, User, UserStatus

FIRST = (
    "anna",
    "bo",
    "carla",
    "dmitri",
    "elif",
    "farid",
    "greta",
    "hong",
    "ines",
    "joão",
    "kenji",
    "lea",
    "mei",
    "nils",
)
LAST = ("schmidt", "garcia", "chan", "okafor", "silva", "tanaka", "novak", "rossi", "khan", "dubois", "larsen", "kim")
TEAMS = ("Sales Hong Kong", "Support Berlin", "Research", "Finance Lyon", "Operations", None)
CHANGED = 100
REPEATS = 5


class Metered:
    """A client that adds up the capacity that DynamoDB counts, and its requests."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.read = self.written = 0.0
        self.requests = 0

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            answer = getattr(self._client, method)(**request, ReturnConsumedCapacity="TOTAL")
            consumed = answer.get("ConsumedCapacity", [])
            units = sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))
            self.requests += 1
            if method in {"put_item", "update_item", "transact_write_items"}:
                self.written += units
            else:
                self.read += units
            return answer

        return call


class Crowd:
    """A table with many users."""

    def __init__(self, client: Any, name: str) -> None:
        self.now = time.time()
        self.metered = Metered(client)
        self.client, self.name = client, name
        self.table = Table(self.metered, name, lambda _n: None)
        self.accounts = AccountStore(self.table, Counters(random.randrange, lambda: ""))
        self.items = DirectoryStore(self.table)
        self.users = UserStore(self.table)

    def upkeep(self) -> DirectoryUpkeep:
        return DirectoryUpkeep(
            items=self.items,
            accounts=self.accounts,
            search_index=SearchIndex(self.table),
            clock=lambda: self.now,  # a run of any length: how long one lasts is measured
        )

    def search(self) -> UserSearch:
        """As a container that has read nothing yet."""
        return UserSearch(
            items=self.items, cache=DirectoryCache(self.items), accounts=self.accounts, clock=lambda: self.now
        )

    def fill(self, users: int) -> None:
        for some in batched((item for n in range(users) for item in self._items_of(n)), 25, strict=False):
            requests = {self.name: [{"PutRequest": {"Item": item}} for item in some]}
            while requests:
                requests = self.client.batch_write_item(RequestItems=requests).get("UnprocessedItems") or {}

    def _items_of(self, n: int) -> Iterator[dict[str, Any]]:
        """Profile and phone: what the directory and the list read of most users."""
        user = user_of(n, self.now - n)
        yield encode(item(records.profile_key(user.login_name), records.user_item(user)))
        if n % 7:  # one in seven has no phone
            number = f"+852{92000000 + n % 8000000}"
            phone = Phone(
                id=f"0-{n}", number=number, region="HK", calling_code="+852", kind="mobile", verified=n % 3 > 0
            )
            yield encode(item(records.phone_key(user.login_name, 0), records.phone_item(phone)))


def user_of(n: int, at: float) -> User:
    dice = random.Random(n)
    first, last = dice.choice(FIRST), dice.choice(LAST)
    name = f"{first}.{last}.{n}"
    return User(
        login_name=name,
        kind=Kind.SYSTEM if n % 1000 == 0 else Kind.BACKUP,
        status=UserStatus.DISABLED if n % 40 == 0 else UserStatus.ACTIVE,
        mfa_enabled=n % 4 > 0,
        alias=f"{first.title()} {last.title()}" if n % 3 else None,
        owner=dice.choice(TEAMS),
        contact_email=f"{name}@{dice.choice(('example.com', 'corp.example', 'mail.example'))}",
        password_hash=None,
        last_legacy_at=at if n % 50 == 0 else None,
        created_at=round(at, 3),
        updated_at=round(at, 3),
        credentials_changed_at=round(at, 3),
    )


def item(key: tuple[str, str], values: dict[str, Any]) -> dict[str, Any]:
    return {"pk": key[0], "sk": key[1], **values}


@contextmanager
def measured(crowd: Crowd, what: str, times: int = 1) -> Iterator[None]:
    """Prints how long it took, each time, with what DynamoDB did."""
    meter = crowd.metered
    meter.read = meter.written = meter.requests = 0
    began, worked = time.perf_counter(), time.process_time()
    yield
    took, computed = (time.perf_counter() - began) / times, (time.process_time() - worked) / times
    print(
        f"{what:58} {took * 1000:10,.0f} ms ({computed * 1000:8,.0f} own) {meter.requests / times:9,.0f} requests "
        f"{meter.read / times:10,.1f} RRU {meter.written / times:9,.1f} WRU",
        flush=True,
    )


def lists(crowd: Crowd, search: UserSearch) -> None:
    """Each search, filter and order, as its first page of fifty, in a container that has the directory."""
    queries: dict[str, dict[str, Any]] = {
        "first page of all": {},
        "contains, few (carla.khan.99)": {"text": "carla.khan.99"},
        "contains, many (chan)": {"text": "chan"},
        "contains, nearly all (example)": {"text": "example"},
        "contains, nobody": {"text": "no such person"},
        "last digits of a phone": {"text": "1234"},
        "disabled": {"status": UserStatus.DISABLED},
        **{f"filter {each}": {"filter": each} for each in UserFilter},
        "not seen for 30 days": {"seen_before": crowd.now - 30 * 86400},
        **{f"order {each}": {"order": each} for each in UserOrder},
    }
    for what, fields in queries.items():
        query = DirectoryQuery(**fields, now=crowd.now)
        with measured(crowd, f"warm: {what}", REPEATS):
            for _ in range(REPEATS):
                found = search.page(query, None, 50)
        assert found is not None, "the directory is not complete"
        print(f"{'':58} {found.total:10,} users", flush=True)


def change(crowd: Crowd, numbers: range) -> None:
    """Changes the owner of these users, each as an administrator does."""
    for n in numbers:
        before = crowd.accounts.load_account(user_of(n, 0).login_name).existing_user
        after = replace(before, owner=f"moved {n}", version=before.version + 1)
        crowd.metered.read = crowd.metered.written = crowd.metered.requests = 0
        crowd.users.change(
            before,
            after,
            Event(id=random.randbytes(6).hex(), at=crowd.now, type=EventType.USER_CHANGED, actor="root"),
        )
    print(
        f"{'a change of one user':58} {'':>13} {crowd.metered.requests:9,} requests {crowd.metered.written:27,.1f} WRU"
    )


def run(crowd: Crowd) -> None:
    with measured(crowd, "a full build"):
        answer = crowd.upkeep().compute()
    print(answer)
    with measured(crowd, "a run with nothing to do"):
        crowd.upkeep().compute()
    keys = [records.directory_chunk_key(number) for number in range(CHUNKS)]
    chunks = crowd.table.get_all(keys).values()
    sizes = sorted(len(each["records"]) + len(each["states"]) for each in chunks)
    print(f"chunks: {len(sizes)}, bytes: smallest {sizes[0]:,}, largest {sizes[-1]:,}, all {sum(sizes):,}")
    query = DirectoryQuery(text="chan", now=crowd.now)
    search = crowd.search()
    with measured(crowd, "cold: contains (chan)"):
        search.page(query, None, 50)
    lists(crowd, search)
    change(crowd, range(1, CHANGED + 1))
    with measured(crowd, f"warm: contains (chan), {CHANGED} users changed meanwhile", REPEATS):
        for _ in range(REPEATS):
            search.page(query, None, 50)
    crowd.now += SETTLED_SECONDS + FOLDED_AFTER_SECONDS
    with measured(crowd, f"a run that takes {CHANGED} changes over"):
        print(crowd.upkeep().compute())
    with measured(crowd, "the next list: contains (chan)"):
        search.page(query, None, 50)


def main() -> None:
    url = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    config = Config(parameter_validation=False, retries={"total_max_attempts": 3}, read_timeout=60)
    client = boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="benchmark",
        aws_secret_access_key="benchmark",
        config=config,
    )
    [properties] = read_template(HOME / "template.yaml").named("AWS::DynamoDB::Table").values()
    users = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    name = sys.argv[2] if len(sys.argv) > 2 else f"directory-{uuid.uuid4().hex[:8]}"
    crowd = Crowd(client, name)
    try:
        if name not in client.list_tables()["TableNames"]:
            client.create_table(**table_definition(properties) | {"TableName": name})
            with measured(crowd, f"filling the table with {users:,} users"):
                crowd.fill(users)
        run(crowd)
    finally:
        if len(sys.argv) <= 2:
            client.delete_table(TableName=name)


if __name__ == "__main__":
    main()
