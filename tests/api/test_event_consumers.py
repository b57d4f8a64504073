"""A busy hour's events on their way out: the table's stream, the pipe, the bus, and three consumers that know nothing of each other.

moto has the stream, the bus with its rules, and the queues. It runs no pipe: tests/pipe.py evaluates the template of ours.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import batched
from operator import itemgetter
from typing import Any

import boto3
import msgspec
import pytest
from cfn_flip import load  # type: ignore[import-untyped]  # has no types
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from standardwebhooks.webhooks import Webhook

from mfa.webhook.message import Keys, PublishedEvent
from tests import deeds, pipe
from tests.api import administrators
from tests.api.deliveries import ref, report
from tests.api.stack import Stack
from tests.people import Person
from tests.product import Json, basic

BUS = "local-mfa"
SECRET = f"whsec_{b64encode(bytes(24)).decode()}"
# Words that the history or the table keeps for administrators, and that must not leave.
CANARIES = {
    "alias": "Canary Alias",
    "owner": "Canary Owner Ltd",
    "action": "Canary Payroll",
    "client": "Canary shop",
    "email": "canary-new@example.com",
    "agent": "Canary Agent 4.2",
}
ROUNDS = 2

type NewPerson = Callable[..., Person]


@dataclass
class Consumer:
    """A queue behind a rule of its own, and its reader, which sometimes fails and is given a message again."""

    name: str
    pattern: Json
    sqs: Any
    texts: list[str] = field(default_factory=list)
    again: int = 0

    @property
    def url(self) -> str:
        return str(self.sqs.get_queue_url(QueueName=self.name)["QueueUrl"])

    def read(self) -> None:
        """Takes all messages. Every third is handled, but not deleted in time, so it comes a second time."""
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.texts.append(message["Body"])
                if len(self.texts) % 3 == 0:
                    self.again += 1
                    self.sqs.change_message_visibility(
                        QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                    )
                else:
                    self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    @property
    def details(self) -> list[Json]:
        """The events in the order of their first arrival, each once, as docs/events.md tells a consumer to know them."""
        found: dict[tuple[str, str], Json] = {}
        for text in self.texts:
            envelope = json.loads(text)
            assert (envelope["source"], envelope["detail-type"]) == ("mfa", envelope["detail"]["type"])
            found.setdefault((envelope["detail"]["user"], envelope["detail"]["id"]), envelope["detail"])
        return list(found.values())


@dataclass
class Bus:
    """The bus with its consumers, and the pipe that fills it from the table's stream."""

    stack: Stack
    webhook: Consumer
    siem: Consumer
    desk: Consumer
    records: list[Json] = field(default_factory=list)

    @property
    def consumers(self) -> tuple[Consumer, ...]:
        return self.webhook, self.siem, self.desk

    def carry(self) -> None:
        """Runs the pipe over the whole stream, ten records at a time, and lets everyone read."""
        self.records = list(_stream(self.stack.table))
        events: Any = boto3.client("events")
        # One of the three things that may become of a missing value, in turn: a consumer must bear each.
        envelopes = [found[n % 3] for n, each in enumerate(self.records) if (found := list(pipe.published(each)))]
        for some in batched(envelopes, 10, strict=False):
            entries = [
                {
                    "EventBusName": BUS,
                    "Source": each["source"],
                    "DetailType": each["detail-type"],
                    "Time": each["time"],
                    "Detail": json.dumps(each["detail"]),
                }
                for each in some
            ]
            assert events.put_events(Entries=entries)["FailedEntryCount"] == 0
        for consumer in self.consumers:
            consumer.read()

    @property
    def lines(self) -> list[Json]:
        """The new lines of histories in the stream, in its order, with what identifies each."""
        images = [each["dynamodb"]["NewImage"] for each in self.records if each["eventName"] == "INSERT"]
        return [each for each in images if each["pk"]["S"].startswith("HISTORY#")]


def _stream(table: Any) -> Iterator[Json]:
    """All records of the table's stream, oldest first."""
    client: Any = boto3.client("dynamodbstreams")
    arn = table.meta.client.describe_table(TableName=table.name)["Table"]["LatestStreamArn"]
    [shard] = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = client.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    for record in client.get_records(ShardIterator=start["ShardIterator"])["Records"]:
        yield json.loads(json.dumps(record, default=str))  # boto3 has made a moment of one number


@pytest.fixture
def bus(stack: Stack) -> Iterator[Bus]:
    """The resources of infra/events.yaml, and a help desk's of infra/events_example.yaml, in moto."""
    events: Any = boto3.client("events")
    sqs: Any = boto3.client("sqs")
    example = load((pipe.ROOT / "infra" / "events_example.yaml").read_text(encoding="utf-8"))[0]["Resources"]
    patterns = {
        "webhook": pipe.resources()["WebhookRule"]["Properties"]["EventPattern"],
        "siem": {"source": ["mfa"]},
        "desk": example["Rule"]["Properties"]["EventPattern"],
    }
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    stack.table.meta.client.update_table(TableName=stack.table.name, StreamSpecification=specification)
    events.create_event_bus(Name=BUS)
    for name, pattern in patterns.items():
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=name, EventBusName=BUS, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, EventBusName=BUS, Targets=[{"Id": name, "Arn": arn}])
    made = {name: Consumer(name, pattern, sqs) for name, pattern in patterns.items()}
    yield Bus(stack, made["webhook"], made["siem"], made["desk"])
    stack.table.meta.client.update_table(TableName=stack.table.name, StreamSpecification={"StreamEnabled": False})
    # moto goes on writing to the stream of a table that has none any more, and fails.
    dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[stack.table.name].stream_shard = None


def busy_hour(stack: Stack, new_person: NewPerson) -> tuple[list[Person], set[str]]:
    """Logins and refusals, reports of deliveries, administrators' deeds, confirmed and denied actions, erasures.

    Gives the people who are still there, and everything secret or personal that came up beside the canaries.
    """
    root = administrators.new(stack)
    shop = stack.admin("clients.create", name=CANARIES["client"], legacy=True)
    application = deeds.register(stack)
    staying, secrets = [], {shop["client_secret"], root.token}
    for n in range(ROUNDS):
        person = new_person(phones=2)
        secrets |= {person.password, *person.numbers, str(person.email)}
        person.challenged()
        delivery = ref(stack)
        person.guess(1)
        secrets |= {person.code(), str(person.verify().json["token"]), str(person.token)}
        assert report(stack, delivery, "undelivered", 30003).status == 204
        person.login(password="not the password")
        person.later(61)
        person.challenged()
        person.guess(5)  # locked
        assert root.ask("POST", f"/users/{person.name}/unlock").status == 200
        changed = {"alias": f"{CANARIES['alias']} {n}", "owner": CANARIES["owner"], "contact_email": CANARIES["email"]}
        stack.admin("users.patch", login_name=person.name, **changed)
        stack.call(
            "POST",
            "/v1/login/vouched",
            {"login_name": person.name, "client_supports_mfa": False, "client_version": CANARIES["agent"]},
            headers=basic(shop["client_id"], shop["client_secret"]),
        )
        doer = deeds.person(stack)
        secrets |= {*doer.numbers, str(doer.email)}
        deed = application.open(doer, params={"set": CANARIES["action"]})
        if n % 2:
            deed.deny()
        else:
            deed.approve()
            deed.redeem()
        stack.admin("phones.remove", login_name=person.name, id=person.phones[1], insist=True)
        stack.tell_changes()
        if n % 2:
            stack.admin("users.delete", login_name=person.name)
        else:
            person.later(61)
            person.challenged()  # wrong passcodes become a line with the next message
            staying.append(person)
    stack.admin("clients.delete", id=shop["client_id"])
    return staying, secrets


def test_every_consumer_has_a_busy_hours_events_in_order_and_nothing_personal_beyond_the_schemas(
    stack: Stack, new_person: NewPerson, bus: Bus
) -> None:
    with stack.with_settings(allow_legacy_clients=True, actions=deeds.TYPES):
        staying, secrets = busy_hour(stack, new_person)
    bus.carry()
    written = [(each["user"]["S"], each["id"]["S"]) for each in bus.lines]
    kinds = {each["type"]["S"] for each in bus.lines}
    assert len(written) == len(set(written)) > 15 * ROUNDS
    assert len(kinds) > 15, kinds

    # Each has all that its rule asks for, at least once; the help desk's example asks for four types.
    asked = set(bus.desk.pattern["detail-type"])
    assert asked & kinds >= {"locked", "action_denied"}
    for consumer, lines in (
        (bus.webhook, bus.lines),
        (bus.siem, bus.lines),
        (bus.desk, [each for each in bus.lines if each["type"]["S"] in asked]),
    ):
        assert consumer.again, "no message came twice"
        assert {(each["user"], each["id"]) for each in consumer.details} == {
            (each["user"]["S"], each["id"]["S"]) for each in lines
        }
        for detail in consumer.details:
            assert list(pipe.validator(detail["type"]).iter_errors(detail)) == [], detail
        for user in {name for name, _ in written}:
            own = [each["id"] for each in consumer.details if each["user"] == user]
            assert own == [each["id"]["S"] for each in lines if each["user"]["S"] == user], "as written"

    # A consumer that sorts as docs/events.md says has the history itself.
    for person in staying:
        lines = stack.admin("users.events", login_name=person.name)["items"]
        own = sorted((each for each in bus.siem.details if each["user"] == person.name), key=itemgetter("at", "id"))
        assert {each["id"] for each in lines} == {each["id"] for each in own}
        assert [each["at"] for each in own] == sorted(each["at"] for each in lines)

    # The webhook's message is the event, and nothing of either names a person but by login name and address.
    keys = Keys.of([SECRET.encode()])
    sent = []
    for text in bus.webhook.texts:
        event = msgspec.json.decode(text, type=PublishedEvent)
        body = event.body.decode()
        headers = keys.headers(event, time.time())
        assert Webhook(SECRET).verify(body, headers)["data"]["id"] == json.loads(text)["detail"]["id"]
        sent.append(body)
    left = "\n".join([*sent, *(text for consumer in bus.consumers for text in consumer.texts)])
    for personal in [*CANARIES.values(), *secrets, *(f"****{text[-4:]}" for text in secrets if text.startswith("+"))]:
        # A passcode's digits may be part of an id by chance.
        assert not re.search(rf"(?<!\w){re.escape(personal)}(?!\w)", left), personal
