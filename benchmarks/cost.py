"""The cost of a million logins, and of a stack that nobody uses. Messages are not counted.

AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.cost

`make cost` runs it; `make cost ARGS=--items` lists the items of each request instead. A settled user logs in from a known place: name and password, a passcode by text message, Twilio's
reports on it, the right passcode. The local stack answers, and DynamoDB Local says how many units its requests consume.
The result has to be RECORDED, from which docs/deployment.md has its figures; else this exits with 1.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import urllib3

from infra.local.processes import HOME
from infra.local.serving import Environ, Server, StartResponse, bind
from infra.local.template import Template, read_template
from mfa.http.operations import TWILIO_STATUS
from tests import access_log, people
from tests.api import deliveries
from tests.api.stack import Stack
from tests.api.stack import running as in_process
from tests.people import Person
from tests.running import Running, running, tree_with_table

type Item = dict[str, Any]

MILLION = 1_000_000
GIB = 1 << 30
MONTH_SECONDS = 30 * 86400


class Price(NamedTuple):
    """A price in us-east-1.

    Attributes:
        usd: for one unit, such as one request.
        source: AWS's page of it.
        as_of: when the newest account of it was written that was found: a month or a year.
    """

    usd: float
    source: str
    as_of: str


PRICES = {
    "API request": Price(3.50 / MILLION, "https://aws.amazon.com/api-gateway/pricing/", "2026"),
    "read unit": Price(0.125 / MILLION, "https://aws.amazon.com/dynamodb/pricing/on-demand/", "2025-07"),
    "write unit": Price(0.625 / MILLION, "https://aws.amazon.com/dynamodb/pricing/on-demand/", "2025-07"),
    "signature": Price(0.15 / 10_000, "https://aws.amazon.com/kms/pricing/", "2026-06"),
    "invocation": Price(0.20 / MILLION, "https://aws.amazon.com/lambda/pricing/", "2026-05"),
    "GB-second": Price(0.0000133334, "https://aws.amazon.com/lambda/pricing/", "2026-05"),  # arm64
    "log byte": Price(0.50 / GIB, "https://aws.amazon.com/cloudwatch/pricing/", "2026-06"),
    "key": Price(1.00, "https://aws.amazon.com/kms/pricing/", "2026-06"),
    "secret": Price(0.40, "https://aws.amazon.com/secrets-manager/pricing/", "undated"),
    "alarm metric": Price(0.10, "https://aws.amazon.com/cloudwatch/pricing/", "2026-02"),
    "dashboard": Price(3.00, "https://aws.amazon.com/cloudwatch/pricing/", "2026-06"),
    "custom metric": Price(0.30, "https://aws.amazon.com/cloudwatch/pricing/", "2026-02"),
}
# So many of an account are free each month, for ever: https://aws.amazon.com/cloudwatch/pricing/
FREE = {"alarm metric": 10, "dashboard": 3, "custom metric": 10}

# Estimates, because only Lambda can tell. A function of 1 GB has 0.58 of a processor. Most of a login is the password's
# hash, most of a send is Twilio's answer.
LOGIN_SECONDS = 0.7
SCHEDULED_SECONDS = 0.05
# Lambda's own lines, platform.start and platform.report.
PLATFORM_LOG_BYTES = 650
# The length of these values of the access log is that of real ones.
ACCESS_LOG = {
    "requestId": "4be54a69-7eb2-4ac6-8e6e-8f1f5b4f7b1c",
    "extendedRequestId": "UfyMiFQvIAMEhuw=",
    "requestTime": "28/Nov/2026:10:08:58 +0000",
    "identity.sourceIp": "203.0.113.207",
    "httpMethod": "POST",
    "resourcePath": "/v1/challenges/{challenge_id}/verify",
    "status": "200",
    "responseLatency": "120",
    "integrationLatency": "110",
    "integration.status": "200",
    "integration.requestId": "15d1c1fa-1e6c-4278-9afa-d07a72d2c959",
    "responseLength": "900",
    "tlsVersion": "TLSv1.3",
}

READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
REQUEST_LINE = re.compile(r"\d\d:\d\d:\d\d (GET|POST) (/v1/\S+) (\d{3}) \d+ ms")
# Twilio's reports on a message of a Messaging Service that arrives. The simulated Twilio sends them by itself.
REPORTS = ("queued", "sent", "delivered")
QUIET_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
# Log lines have ids and times of changing length, and containers read settings again every 30 seconds.
TOLERANCE = 0.1


@dataclasses.dataclass(frozen=True)
class Login:
    """The needs of one login.

    Attributes:
        requests: of the client.
        reports: of Twilio. They go to the function's URL.
    """

    requests: int
    reports: int
    read_units: float
    write_units: float
    log_bytes: int
    signatures: int = 1  # tests/contract/test_requests.py counts them

    @property
    def invocations(self) -> int:
        """Of functions."""
        return self.requests + self.reports

    def parts(self) -> dict[str, float]:
        """USD for a million logins."""
        once = {
            "API Gateway": self.requests * PRICES["API request"].usd,
            "the table's writes": self.write_units * PRICES["write unit"].usd,
            "the table's reads": self.read_units * PRICES["read unit"].usd,
            "signatures": self.signatures * PRICES["signature"].usd,
            "functions": self.invocations * PRICES["invocation"].usd + LOGIN_SECONDS * PRICES["GB-second"].usd,
            "logs": self.log_bytes * PRICES["log byte"].usd,
        }
        return {part: usd * MILLION for part, usd in once.items()}


@dataclasses.dataclass(frozen=True)
class Schedules:
    """The needs, in a month, of the functions that EventBridge invokes.

    Attributes:
        metrics: of our own that they give values to.
    """

    runs: int
    read_units: float
    write_units: float
    log_bytes: int
    metrics: int

    def usd(self) -> float:
        """USD a month without the metrics."""
        return (
            self.runs * (PRICES["invocation"].usd + SCHEDULED_SECONDS * PRICES["GB-second"].usd)
            + self.read_units * PRICES["read unit"].usd
            + self.write_units * PRICES["write unit"].usd
            + self.log_bytes * PRICES["log byte"].usd
        )


@dataclasses.dataclass(frozen=True)
class Standing:
    """The resources of the templates that are paid by the month, without the firewall."""

    keys: int
    secrets: int
    alarm_metrics: int
    dashboards: int

    @classmethod
    def of_templates(cls) -> Standing:
        """Counts in template.yaml and its nested stacks, with default parameters."""
        stacks = list(_stacks(read_template(HOME / "template.yaml", {"Waf": "off"})))
        alarms = [alarm for stack in stacks for alarm in stack.named("AWS::CloudWatch::Alarm").values()]
        return cls(
            keys=sum(len(stack.named("AWS::KMS::Key")) for stack in stacks),
            secrets=sum(len(stack.named("AWS::SecretsManager::Secret")) for stack in stacks),
            alarm_metrics=sum(map(alarm_metrics, alarms)),
            dashboards=sum(len(stack.named("AWS::CloudWatch::Dashboard")) for stack in stacks),
        )

    def parts(self, schedules: Schedules) -> dict[str, float]:
        """USD a month of a stack that nobody uses, alone in its account."""
        return {
            "keys": self.keys * PRICES["key"].usd,
            "secrets": self.secrets * PRICES["secret"].usd,
            "alarms": charged("alarm metric", self.alarm_metrics),
            "dashboards": charged("dashboard", self.dashboards),
            "scheduled functions": schedules.usd(),
            "their metrics": charged("custom metric", schedules.metrics),
        }


def charged(what: str, count: int) -> float:
    """USD a month for so many of them, after those that are free."""
    return max(0, count - FREE[what]) * PRICES[what].usd


def alarm_metrics(alarm: Mapping[str, Any]) -> int:
    """The metrics that an alarm is charged for: each one of an expression. A query is charged for each it finds: one at least."""
    return (
        sum("MetricStat" in each or "SELECT " in each["Expression"] for each in alarm["Metrics"])
        if "Metrics" in alarm
        else 1
    )


def _stacks(template: Template) -> Iterable[Template]:
    yield template
    for nested in template.named("AWS::CloudFormation::Stack").values():
        given = {name: str(value) for name, value in nested["Parameters"].items()}
        yield from _stacks(read_template(HOME / nested["TemplateURL"], given))


# --- measuring


@dataclasses.dataclass(frozen=True)
class Counted:
    """A request to the table and its units.

    Attributes:
        items: each item that it names, with its kilobytes and units as far as they are told apart.
    """

    operation: str
    read_units: float
    write_units: float
    items: Sequence[str]

    def __str__(self) -> str:
        head = f"{self.operation}: {self.read_units:g} read, {self.write_units:g} write"
        return "\n".join([head, *(f"    {item}" for item in self.items)])


def passed_on(environ: Environ) -> tuple[bytes, dict[str, str]]:
    """The body of a request to DynamoDB, and its headers that DynamoDB Local needs."""
    headers = {
        "X-Amz-Target": environ.get("HTTP_X_AMZ_TARGET", ""),
        "Authorization": environ.get("HTTP_AUTHORIZATION", ""),
        "Content-Type": environ.get("CONTENT_TYPE", "application/x-amz-json-1.0"),
    }
    return environ["wsgi.input"].read(), headers


class Meter:
    """A proxy before DynamoDB Local that adds up the units of all requests, whoever sends them.

    DynamoDB Local answers with the consumed units where they are asked for. Where its build of 2020 says less than AWS
    charges, AWS's rules are applied here: transactions, refused conditions and reads of items that are not there.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(maxsize=16)
        self._lock = threading.Lock()
        self.counted: list[Counted] = []

    @property
    def read_units(self) -> float:
        return sum(each.read_units for each in self.counted)

    @property
    def write_units(self) -> float:
        return sum(each.write_units for each in self.counted)

    def reset(self) -> None:
        with self._lock:
            self.counted.clear()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body, headers = passed_on(environ)
        operation = headers["X-Amz-Target"].rpartition(".")[2]
        if operation in READS | WRITES:
            with self._lock:  # one at a time: the items before and after a transaction are those of this one
                answer = self._counted(operation, json.loads(body), headers)
        else:
            answer = self._post(body, headers)
        kept = [(name, text) for name, text in answer.headers.items() if name.lower().startswith(("content-", "x-amz"))]
        start_response(f"{answer.status} {answer.reason or 'Answer'}", kept)
        return [answer.data]

    def _post(self, body: bytes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        return self._pool.request("POST", self._url, body=body, headers=headers, retries=False)

    def _counted(self, operation: str, request: Item, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        keys = written_keys(request)
        before = [self._item(key, headers) for key in keys]
        answer = self._post(json.dumps(request | {"ReturnConsumedCapacity": "TOTAL"}).encode(), headers)
        said = json.loads(answer.data)
        after = [self._item(key, headers) for key in keys]
        reads = writes = 0.0
        if operation == "TransactWriteItems":
            # One that is refused is charged as well.
            writes = sum(map(transaction_units, before, after))
        elif answer.status != 200:
            if not said["__type"].endswith("ConditionalCheckFailedException"):
                raise AssertionError(f"{operation} failed: {said}")
            writes = sum(kilobytes(item) for item in before)
        else:
            consumed = said["ConsumedCapacity"]
            units = sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))
            if operation in WRITES:
                single = [written_units(*pair, 1) for pair in zip(before, after, strict=True)]
                writes = sum(single) if keys else units
            else:
                reads = units + unread_units(request, said) if operation == "BatchGetItem" else max(units, 0.5)
        sizes = [max(size(item) for item in pair) for pair in zip(before, after, strict=True)]
        items = [f"{name(key)} {bytes_} bytes" for (_, key), bytes_ in zip(keys, sizes, strict=True)]
        self.counted.append(Counted(operation, reads, writes, items or [*map(name, read_keys(request))]))
        return answer

    def _item(self, key: tuple[str, Item], headers: Mapping[str, str]) -> Item:
        """An item as it is now; empty if it is not there."""
        request = {"TableName": key[0], "Key": key[1], "ConsistentRead": True}
        answer = self._post(json.dumps(request).encode(), {**headers, "X-Amz-Target": "DynamoDB_20120810.GetItem"})
        found: Item = json.loads(answer.data).get("Item", {})
        return found


def written_keys(request: Item) -> list[tuple[str, Item]]:
    """Table and key of each item that a transaction or a single write names."""
    writes = [write for each in request.get("TransactItems", ()) for write in each.values()] or [request]
    keys = [
        (each["TableName"], each.get("Key") or each.get("Item")) for each in writes if {"Key", "Item"} & each.keys()
    ]
    return [(table, {name: key[name] for name in ("pk", "sk")}) for table, key in keys]


def read_keys(request: Item) -> list[Item]:
    """The key of each item that a request reads."""
    wanted = [key for table in request.get("RequestItems", {}).values() for key in table.get("Keys", ())]
    return wanted or [key for key in [request.get("Key")] if key]


def name(key: Item) -> str:
    """A key, to be read by a person."""
    return " ".join(part["S"] for part in key.values())


def written_units(before: Item, after: Item, a_kilobyte: int) -> int:
    """Write units of an item: so many a kilobyte, and one for each change of the index.

    A new counter of a day also gets a place in the index, but only once for the logins of that day: it is left out.
    """
    places = [None if _place(item).startswith("DAY#") else _place(item) or None for item in (before, after)]
    moved = sum(place is not None for place in places) if places[0] != places[1] else 0
    return a_kilobyte * max(kilobytes(before), kilobytes(after)) + moved


def transaction_units(before: Item, after: Item) -> int:
    """Write units of an item in a transaction, condition checks included: two a kilobyte."""
    return written_units(before, after, 2)


def _place(item: Item) -> str:
    """Where an item stands in the index; empty if it is not in it."""
    return f"{item['list']['S']} {item['position']['S']}" if "list" in item else ""


def unread_units(request: Item, answer: Item) -> float:
    """Read units for keys of a BatchGetItem without an item, which DynamoDB Local does not count."""
    return sum(
        (len(wanted["Keys"]) - len(answer["Responses"].get(table, ()))) * (1.0 if wanted.get("ConsistentRead") else 0.5)
        for table, wanted in request["RequestItems"].items()
    )


def kilobytes(item: Item) -> int:
    """The size of an item in kilobytes, at least one."""
    return max(1, math.ceil(size(item) / 1024))


def size(item: Item) -> int:
    """The bytes of an item."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Item) -> int:
    """The bytes of a value, as AWS counts them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.strip("-").replace(".", "")) // 2 + 2
        case "B":
            return len(content) * 3 // 4
        case "BOOL" | "NULL":
            return 1
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(each) for name, each in content.items())
        case "L":
            return 3 + sum(1 + _size(each) for each in content)
        case _:  # sets
            return sum(_size({kind[0]: each}) for each in content)


def logged_in(stack: Running, meter: Meter, person: Person) -> tuple[int, int, float, float]:
    """One login: requests of the client, reports of Twilio, read units and write units."""
    person.set_times(available_at=-1, sent_at=-61)
    meter.reset()
    before = len(stack.local.lines)
    person.challenged()
    _quiet(stack)
    answer = person.verify()
    assert answer.status == 200, answer.text
    _quiet(stack)
    found = [line for line in map(REQUEST_LINE.fullmatch, stack.local.lines[before:]) if line]
    assert all(line[3].startswith("2") for line in found), found
    # The local stack has no URLs of functions: Twilio reports to its API.
    reports = sum(line[2].startswith(TWILIO_STATUS.path) for line in found)
    return len(found) - reports, reports, meter.read_units, meter.write_units


def _quiet(stack: Running) -> None:
    """Waits until Twilio's reports are through: no request for some seconds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    seen, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        if len(stack.local.lines) != seen:
            seen, since = len(stack.local.lines), time.monotonic()
        elif time.monotonic() - since > QUIET_SECONDS:
            return
        time.sleep(0.1)
    raise AssertionError("the local stack does not come to rest")


@contextmanager
def metered(url: str) -> Iterator[tuple[Running, Meter]]:
    """The local stack with DynamoDB at `url`, and the meter of its requests."""
    meter = Meter(url)
    with bind("127.0.0.1", 0) as bound, tempfile.TemporaryDirectory() as tree:
        server = Server(meter, bound)
        server.start()
        root = tree_with_table(Path(tree), f"cost-{uuid.uuid4().hex[:12]}")
        try:
            with running(env={"AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{server.port}"}, root=root) as stack:
                try:
                    yield stack, meter
                finally:
                    stack.table.delete()
        finally:
            server.stop()


def measure_table(url: str) -> tuple[tuple[int, int, float, float], tuple[float, float]]:
    """Requests, reports and units of a login, and units of a month's scheduled runs, by the local stack and DynamoDB at `url`."""
    with metered(url) as (stack, meter):
        login = settled(stack, meter)
        reads = writes = 0.0
        for schedule in read_template(HOME / "template.yaml").schedules:
            stack.invoke(schedule.function, json.loads(schedule.event))  # the first run of all has more to do
            meter.reset()
            stack.invoke(schedule.function, json.loads(schedule.event))
            runs = MONTH_SECONDS / schedule.seconds
            reads, writes = reads + meter.read_units * runs, writes + meter.write_units * runs
        return login, (reads, writes)


def settled(stack: Running, meter: Meter) -> tuple[int, int, float, float]:
    """A login of a user who has logged in there before: requests, reports, read units and write units."""
    stack.admin("settings.patch", budgets={"number_per_hour": 100, "address_per_hour": 100})
    person = people.add(stack)
    person.challenged()
    person.verify()
    _quiet(stack)
    verified = {":before": int(time.time()) - 30 * 86400}
    phone = {"pk": f"USER#{person.name}", "sk": "#PHONE#0"}
    stack.table.update_item(
        Key=phone, UpdateExpression="SET verified_since = :before", ExpressionAttributeValues=verified
    )
    logged_in(stack, meter, person)  # the place is known from now on, and the containers are warm
    return logged_in(stack, meter, person)


def measure_logs(stack: Stack) -> tuple[int, int, int]:
    """Log bytes of a login; log bytes and metrics of a month's scheduled runs. The functions run in this process."""
    person = people.add(stack)
    assert person.challenged().verify().status == 200
    for _ in range(2):  # the place is known the second time
        person.set_times(available_at=-1, sent_at=-61)
        began = len(stack.logs.getvalue())
        person.challenged()
        reference = deliveries.ref(stack)
        for status in REPORTS:
            assert deliveries.report(stack, reference, status).status == 204
        assert person.verify().status == 200
    login = len(stack.logs.getvalue()[began:].encode())
    login += 3 * len(access_log.line(ACCESS_LOG).encode()) + (3 + len(REPORTS)) * PLATFORM_LOG_BYTES
    month, metrics = 0.0, set[str]()
    for schedule in stack.template.schedules:
        stack.invoke(schedule.function, json.loads(schedule.event))
        began = len(stack.logs.getvalue())
        stack.invoke(schedule.function, json.loads(schedule.event))
        text = stack.logs.getvalue()[began:]
        month += (len(text.encode()) + PLATFORM_LOG_BYTES) * MONTH_SECONDS / schedule.seconds
        metrics |= metrics_in(text)
    return login, round(month), len(metrics)


def metrics_in(log: str) -> set[str]:
    """The metrics that the lines of a log give values to, each with its dimensions."""
    found = set()
    for line in log.splitlines():
        record = json.loads(line) if '"_aws"' in line else {"_aws": {"CloudWatchMetrics": []}}
        for directive in record["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"] or [[]]:
                for metric in directive["Metrics"]:
                    found.add(" ".join([metric["Name"], *(f"{name}={record[name]}" for name in names)]))
    return found


def measure(url: str) -> tuple[Login, Schedules]:
    """Everything, anew."""
    (requests, reports, reads, writes), (month_reads, month_writes) = measure_table(url)
    with in_process() as stack:
        log_bytes, month_log_bytes, metrics = measure_logs(stack)
    runs = round(sum(MONTH_SECONDS / each.seconds for each in read_template(HOME / "template.yaml").schedules))
    return (
        Login(requests=requests, reports=reports, read_units=reads, write_units=writes, log_bytes=log_bytes),
        Schedules(runs, round(month_reads), round(month_writes), month_log_bytes, metrics),
    )


# --- the figures of docs/deployment.md

RECORDED = Login(requests=3, reports=3, read_units=19, write_units=28, log_bytes=8475)
RECORDED_SCHEDULES = Schedules(runs=60_510, read_units=298_200, write_units=8820, log_bytes=65_460_000, metrics=0)


def alike(measured: Login | Schedules, recorded: Login | Schedules) -> bool:
    """Whether these are the same figures, but for log bytes and read units that differ a little."""
    return near(measured.log_bytes, recorded.log_bytes) and same_units(measured, recorded)


def same_units(measured: Login | Schedules, recorded: Login | Schedules) -> bool:
    """Whether all but the log bytes is the same, read units nearly."""
    rest = dataclasses.replace(measured, log_bytes=recorded.log_bytes, read_units=recorded.read_units)
    return near(measured.read_units, recorded.read_units) and rest == recorded


def near(measured: float, recorded: float) -> bool:
    return abs(measured - recorded) <= TOLERANCE * recorded


def login_table(login: Login) -> str:
    """The cost of a million logins, part by part."""
    needs = {
        "API Gateway": f"{login.requests} requests",
        "the table's writes": f"{login.write_units:g} units",
        "the table's reads": f"{login.read_units:g} units",
        "signatures": f"{login.signatures} by KMS",
        "functions": f"{login.invocations} invocations, {login.reports} of them for Twilio's reports, {LOGIN_SECONDS:g} GB-seconds (an estimate)",
        "logs": f"{login.log_bytes / 1000:.1f} kB",
    }
    parts = login.parts()
    rows = [f"| {part} | {needs[part]} | {usd:.1f} |" for part, usd in parts.items()]
    rows.append(f"| all | | {sum(parts.values()):.0f} |")
    in_process = sum(dataclasses.replace(login, signatures=0).parts().values())
    by_api = sum(dataclasses.replace(login, requests=login.invocations, reports=0).parts().values())
    rows.append(f"| all, with `CallbackUrl=off` | {login.invocations} requests of API Gateway | {by_api:.0f} |")
    rows.append(f"| all, with `Signing=process` | no signature by KMS | {in_process:.0f} |")
    return "\n".join(["| a million logins with a passcode | each needs | USD |", "|---|---|---|", *rows])


def month_table(standing: Standing, schedules: Schedules) -> str:
    """The cost of a month without a login, part by part."""
    has = {
        "keys": f"{standing.keys} of KMS",
        "secrets": f"{standing.secrets}",
        "alarms": f"{standing.alarm_metrics} watched metrics, {FREE['alarm metric']} of them free",
        "dashboards": f"{standing.dashboards}, {FREE['dashboard']} are free",
        "scheduled functions": f"{schedules.runs:,} invocations",
        "their metrics": f"{schedules.metrics}",
    }
    parts = standing.parts(schedules)
    rows = [f"| {part} | {has[part]} | {usd:.2f} |" for part, usd in parts.items()]
    rows.append(f"| all | | {sum(parts.values()):.2f} |")
    return "\n".join(["| a month without logins and firewall | there are | USD |", "|---|---|---|", *rows])


def main() -> int:
    url = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
    if not url:
        print(
            "AWS_ENDPOINT_URL_DYNAMODB has to be the address of DynamoDB Local: moto does not count units",
            file=sys.stderr,
        )
        return 2
    if "--items" in sys.argv[1:]:
        with metered(url) as (stack, meter):
            settled(stack, meter)
            print(*meter.counted, sep="\n")
        return 0
    login, schedules = measure(url)
    print(login_table(login), month_table(Standing.of_templates(), schedules), sep="\n\n")
    print("\nPrices in us-east-1:")
    for what, price in PRICES.items():
        print(f"{what:14} {price.usd:.10f} USD, {price.source}, {price.as_of}")
    if alike(login, RECORDED) and alike(schedules, RECORDED_SCHEDULES):
        return 0
    print(f"\nNot as recorded in benchmarks/cost.py. Measured: {login} {schedules}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
