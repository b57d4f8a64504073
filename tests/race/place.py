"""A local stack of many workers with its table on DynamoDB Local, and people who do everything at once."""

import http.client
import itertools
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.client import Config

from infra.local.processes import AWS_ENVIRONMENT
from infra.local.testing import RunningStack
from mfa.store import records
from mfa.store.table import Item, Key, decode, encode

PASSWORD = "correct horse battery staple"
# What a refusal may be under a load like this, whatever else it may be: nothing was done.
BUSY = "temporarily_unavailable"


def at_once[T](count: int, call: Callable[[int], T]) -> list[T]:
    """What the call gives, made so many times at the same moment, each time with its number."""
    barrier = threading.Barrier(count)

    def made(number: int) -> T:
        barrier.wait(30)
        return call(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(made, range(count)))


def codes(answers: Sequence[Any]) -> Counter[str]:
    """How often each answer was given: `ok`, or the refusal's code."""
    return Counter(getattr(answer, "code", "ok") for answer in answers)


@dataclass
class Place:
    """The stack and its table."""

    stack: RunningStack
    serial: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.dynamodb: Any = boto3.client(
            "dynamodb",
            endpoint_url=self.stack.dynamodb_url,
            region_name=AWS_ENVIRONMENT["AWS_REGION"],
            aws_access_key_id=AWS_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=AWS_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            config=Config(max_pool_connections=50, retries={"total_max_attempts": 1}),
        )

    @property
    def table(self) -> str:
        return str(self.stack.facts["table"])

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:
        """The answer over HTTP, on a connection of its own."""
        connection = http.client.HTTPConnection(urlsplit(self.stack.base_url).netloc, timeout=60)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"} | (headers or {}))
            answer = connection.getresponse()
            return SimpleNamespace(**json.loads(answer.read()) | {"http_status": answer.status})
        finally:
            connection.close()

    def administer(self, operation: str, **given: object) -> Any:
        """The operation's output, or its problem."""
        answer = self.stack.invoke("AdminFunction", {"operation": operation, "input": given})
        return SimpleNamespace(**answer.get("output", answer.get("error")))

    def person(self, number: str | None = None) -> "Person":
        """A new user with a phone and a contact email, who has passed the first factor."""
        serial = next(self.serial)
        name = f"racer.{serial}"
        self.administer(
            "users.create",
            login_name=name,
            password=PASSWORD,
            mfa_enabled=True,
            contact_email=f"{name}@example.com",
            locale="en",  # a message would be in the language of the phone's region
        )
        number = number or f"+85292{serial:06d}"
        phone = self.administer("phones.add", login_name=name, number=number)
        person = Person(self, name, number, phone.id)
        person.log_in()
        return person

    def item(self, key: Key) -> Item:
        """An item as it lies in the table."""
        answer = self.dynamodb.get_item(
            TableName=self.table, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}}, ConsistentRead=True
        )
        return decode(answer.get("Item", {}))

    def put(self, key: Key, item: Item) -> None:
        """Puts an item there while nobody else does."""
        self.dynamodb.put_item(TableName=self.table, Item=encode(item | {"pk": key[0], "sk": key[1]}))

    def edit(self, key: Key, **attributes: Any) -> None:
        """Changes an item while nobody else does."""
        self.put(key, self.item(key) | attributes)

    def history(self, login_name: str, type_: str) -> list[Item]:
        """A user's events of a type."""
        answer = self.dynamodb.query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :event)",
            ExpressionAttributeValues=encode({":pk": records.history_of(login_name), ":event": "EVENT#"}),
            ConsistentRead=True,
        )
        return [event for event in map(decode, answer["Items"]) if event["type"] == type_]


@dataclass
class Person:
    """Somebody who logs in, with more fingers than most."""

    place: Place = field(repr=False)
    name: str
    number: str
    phone_id: str
    token: str = field(default="", repr=False)

    def log_in(self) -> None:
        answer = self.place.call("POST", "/v1/login", {"login_name": self.name, "password": PASSWORD})
        self.token = answer.mfa_token

    def start(self, key: str | None = None) -> Any:
        return self._post("/v1/challenges", {"phone_id": self.phone_id}, key)

    def recover(self) -> Any:
        return self._post("/v1/recovery", {})

    def verify(self, challenge_id: str, code: str) -> Any:
        return self._post(f"/v1/challenges/{challenge_id}/verify", {"code": code})

    def _post(self, path: str, body: object, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return self.place.call("POST", path, body, headers)

    @property
    def messages(self) -> int:
        """How many messages have arrived on this person's phone."""
        return len(self.place.stack.messages(self.number))

    @property
    def mails(self) -> int:
        """How many mails have arrived in this person's mailbox."""
        return len(self.place.stack.messages(f"{self.name}@example.com"))

    @property
    def code(self) -> str:
        """The passcode that arrived last."""
        found = re.match(r"\d+", self.place.stack.messages(self.number)[0]["body"])
        assert found is not None
        return found[0]

    @property
    def item(self) -> Item:
        """The challenge's item."""
        return self.place.item(records.challenge_key(self.name))
