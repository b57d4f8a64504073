"""The needs of many logins a second: of AWS and of Twilio, and which quotas have to rise for them.

[AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000] python -m benchmarks.scale

`make scale` runs it. With a DynamoDB Local, it also measures whether logins write what the model says, and exits with 1 if not. It reckons with what `make cost` measured of one login (`RECORDED`), with what a container reads at its start
(tests/contract/test_requests.py holds it) and with the items that many users' logins write (tests/race/test_scale.py holds it).
docs/scale.md has its tables, and tests/unit/test_scale.py compares them.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

from benchmarks.cost import RECORDED, Login
from benchmarks.load import TRANSACTION_SECONDS, writes_of_logins
from infra.local.processes import HOME
from infra.local.template import read_template
from mfa.challenges.budgets import SHARDS
from mfa.settings.ceilings import Budgets
from mfa.store.table import CONFLICT_RETRIES
from mfa.users.last_logins import SEEN_SHARDS

RATES = (10, 1000, 10_000)
DAY = 86400

# Seconds of each request of a login, estimates as LOGIN_SECONDS is, of which they are the parts. A message waits for Twilio.
REQUEST_SECONDS: Mapping[str, Mapping[str, float]] = {
    "verify_code": {"login": 0.16, "passcode": 0.09},
    "send_code": {"message": 0.36, "reports": 0.09},
}
# For Twilio's answer, of the message's time.
TWILIO_SECONDS = 0.25
# Requests at a container's start, beside those of a warm one.
STARTS: Mapping[str, Mapping[str, int]] = {
    "send_code": {
        "dynamodb.BatchGetItem": 1,
        "dynamodb.GetItem": 1,
        "kms.Decrypt": 1,
        "secretsmanager.GetSecretValue": 1,
    },
    "verify_code": {
        "dynamodb.BatchGetItem": 1,
        "dynamodb.GetItem": 3,
        "kms.GetPublicKey": 1,
        "secretsmanager.GetSecretValue": 2,
    },
}
# Lambda starts so many containers of a function in ten seconds.
STARTS_PER_SECOND = 100
PARTITION_WRITES = 1000


class Shared(NamedTuple):
    """Items that the logins of many users write in transactions.

    Attributes:
        what: their name on the page.
        kind: their kind, as benchmarks/load.py names it: partition and the letters of the sort key.
        partition: the kind of their partition; shared ones count together.
        writes: of each login.
        partitions: partition keys that take turns.
        items: items that take turns; 0 for entries of the index, which no transaction waits for.
    """

    what: str
    kind: str
    partition: str
    writes: float
    partitions: int
    items: int

    def units(self, rate: float) -> float:
        """Write units a second of each partition key."""
        return 2 * self.writes * rate / self.partitions

    def meets(self, rate: float) -> float:
        """The chance that a write meets another one's transaction, if logins come independently of each other."""
        return 1 - math.exp(-rate * self.writes / self.items * TRANSACTION_SECONDS) if self.items else 0.0


SHARED = (
    Shared("one country's messages and approvals", "REGION#HK SENDS#", "REGION#HK", 2, SHARDS, SHARDS),
    Shared("one country's delivery times", "REGION#HK COUNTS#", "REGION#HK", 1, SHARDS, SHARDS),
    Shared("messages altogether", "REGION#* SENDS#", "REGION#*", 1, SHARDS, SHARDS),
    Shared("one application's messages", "VOUCHED SENDS#", "VOUCHED", 2, SHARDS, SHARDS),
    Shared("the index of last logins, by a user's first of a day", "", "SEEN", 1, SEEN_SHARDS, 0),
)
# The partitions of one user, number, address, message or client, whom no other's login waits for.
OWN = frozenset({"USER", "CHALLENGE", "HISTORY", "PASSWORDS", "TRIES", "NUMBER", "ADDRESS", "SEND", "CLIENT"})
# The writes of items of many users, by kind, as they are measured.
MODELLED = {each.kind: each.writes for each in SHARED if each.items}
MEASURED_LOGINS = 8


class Quota(NamedTuple):
    """A quota of an account, or a limit that nobody can raise.

    Attributes:
        name: as AWS or Twilio names it.
        code: of Service Quotas, where there is one.
        limit: the default, in us-east-1.
        unit: of the limit and of the need.
        need: of so many logins a second.
        raised: how it is raised; empty if it is not.
        source: the page that says so.
        as_of: what the copy of that page that was read tells of its age.
    """

    name: str
    code: str
    limit: float
    unit: str
    need: Callable[[float], float]
    raised: str
    source: str
    as_of: str


def busy(function: str, rate: float) -> float:
    """Containers of a function that work at the same time."""
    return rate * sum(REQUEST_SECONDS[function].values())


def containers(rate: float) -> float:
    """Containers of both functions that work at the same time."""
    return sum(busy(function, rate) for function in REQUEST_SECONDS)


def starts(request: str, rate: float) -> float:
    """Requests of this kind a second while containers start as fast as Lambda can, or all within the first second."""
    return sum(min(STARTS_PER_SECOND, busy(each, rate)) * requests.get(request, 0) for each, requests in STARTS.items())


def quotas(login: Login) -> tuple[Quota, ...]:
    """The quotas that logins come up against, in the order of their requests."""
    service_quotas = "Service Quotas"
    aws = "https://docs.aws.amazon.com"
    table_page = f"{aws}/amazondynamodb/latest/developerguide/ServiceQuotas.html"
    lambda_page = f"{aws}/lambda/latest/dg/scaling-behavior.html"
    kms_page = f"{aws}/kms/latest/developerguide/requests-per-second.html"
    on_demand = f"{aws}/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
    return (
        Quota(
            "API Gateway: throttle rate",
            "L-8A5B8E43",
            10_000,
            "requests/s",
            lambda rate: rate * login.requests,
            service_quotas,
            f"{aws}/apigateway/latest/developerguide/limits.html",
            "2025 or later",
        ),
        Quota(
            "Lambda: concurrent executions",
            "L-B99A9384",
            1000,
            "containers",
            containers,
            service_quotas,
            f"{aws}/lambda/latest/dg/lambda-concurrency.html",
            "2025 or later",
        ),
        Quota(
            "Lambda: new containers of a function",
            "",
            1000,
            "in 10 s",
            lambda rate: max(busy(each, rate) for each in REQUEST_SECONDS),
            "provisioned concurrency",
            lambda_page,
            "undated",
        ),
        Quota(
            "DynamoDB: table-level writes",
            "L-AB614373",
            40_000,
            "units/s",
            lambda rate: rate * login.write_units,
            service_quotas,
            table_page,
            "undated",
        ),
        Quota(
            "DynamoDB: table-level reads",
            "L-CF0CBE56",
            40_000,
            "units/s",
            lambda rate: rate * login.read_units,
            service_quotas,
            table_page,
            "undated",
        ),
        Quota(
            "DynamoDB: writes of a new table",
            "",
            4000,
            "units/s",
            lambda rate: rate * login.write_units,
            "warm throughput",
            on_demand,
            "undated",
        ),
        Quota(
            "DynamoDB: reads of a new table",
            "",
            12_000,
            "units/s",
            lambda rate: rate * login.read_units,
            "warm throughput",
            on_demand,
            "undated",
        ),
        Quota(
            "KMS: operations with ECC keys",
            "",
            1000,
            "requests/s",
            lambda rate: rate * login.signatures,
            service_quotas,
            kms_page,
            "2025 or later",
        ),
        Quota(
            "KMS: operations with symmetric keys, at starts",
            "",
            10_000,
            "requests/s",
            lambda rate: starts("kms.Decrypt", rate),
            service_quotas,
            kms_page,
            "2025 or later",
        ),
        Quota(
            "Secrets Manager: DescribeSecret and GetSecretValue, at starts",
            "",
            10_000,
            "requests/s",
            lambda rate: starts("secretsmanager.GetSecretValue", rate),
            "",
            f"{aws}/secretsmanager/latest/userguide/reference_limits.html",
            "undated",
        ),
        Quota(
            "SES: mails, if one login in a hundred is recovered by mail",
            "",
            1,
            "mail/s",
            lambda rate: rate / 100,
            "production access, then by request",
            f"{aws}/ses/latest/dg/quotas.html",
            "2026-08",
        ),
        Quota(
            "Twilio: requests at the same time",
            "",
            100,
            "requests",
            lambda rate: rate * TWILIO_SECONDS,
            "Twilio's support",
            "https://rate-limits.apis.io/rate-limits/twilio/twilio-rate-limits/",
            "undated, not Twilio's own page",
        ),
    )


class Sender(NamedTuple):
    """A kind of Twilio's senders.

    Attributes:
        segments: that one sender sends in a second.
    """

    name: str
    segments: int
    source: str


_QUEUES = (
    "https://support.twilio.com/hc/en-us/articles/115002943027-Understanding-Twilio-Rate-Limits-and-Message-Queues"
)
_TOLL_FREE = "https://support.twilio.com/hc/en-us/articles/4411046744987-Toll-Free-SMS-and-MMS-messaging-throughput-MPS"
SENDERS = (
    Sender("a local number of the US or Canada, without a campaign", 1, _QUEUES),
    Sender("a toll-free number, to the US and Canada", 3, _TOLL_FREE),
    Sender("a number, to other countries", 10, _TOLL_FREE),
    Sender("a short code", 100, "https://www.twilio.com/docs/api/errors/30001"),
)
# The most of an account's messages a second, over all senders. https://www.twilio.com/docs/api/errors/63017
ACCOUNT_MESSAGES = 2000


def number(value: float) -> str:
    """A figure as a person reads it: a small one with two digits."""
    return f"{value:,.0f}" if value >= 10 or value == round(value) else f"{value:.2g}"


def quota_table(login: Login) -> str:
    """The need at each rate beside the default. Needs above the default are bold."""
    rows = []
    for quota in quotas(login):
        needs = [quota.need(rate) for rate in RATES]
        shown = (f"**{number(need)}**" if need > quota.limit else number(need) for need in needs)
        code = f" (`{quota.code}`)" if quota.code else ""
        how = quota.raised or "cannot be raised"
        rows.append(
            f"| [{quota.name}]({quota.source}){code} | {number(quota.limit)} {quota.unit} | {' | '.join(shown)} | {how} | {quota.as_of} |"
        )
    head = " | ".join(f"{rate:,} logins/s" for rate in RATES)
    return "\n".join([f"| quota | default | {head} | raised by | as of |", "|---|---|---|---|---|---|---|", *rows])


def partition_table() -> str:
    """The write units of the busiest partition keys, and how often a write there meets another one."""
    rows = []
    for shared in SHARED:
        together = sum(each.units(1) for each in SHARED if each.partition == shared.partition)
        limit = PARTITION_WRITES / together
        cells = []
        for rate in RATES:
            met = shared.meets(rate)
            refused = met ** (CONFLICT_RETRIES + 1)
            text = f"{number(together * rate)} units" + (
                f"; {met:.1%} meet, {refused:.2%} refused" if shared.items else ""
            )
            cells.append(f"**{text}**" if rate > limit or refused > 0.001 else text)
        rows.append(
            f"| {shared.what} | {shared.writes:g} | {f'{shared.items} in ' if shared.items else ''}{shared.partitions} | {' | '.join(cells)} | {number(limit)} |"
        )
    head = " | ".join(f"{rate:,} logins/s" for rate in RATES)
    first = f"| counter | writes of a login | items in partitions | {head} | most logins/s |"
    return "\n".join([first, "|---|---|---|---|---|---|---|", *rows])


def lambda_table(login: Login) -> str:
    """Containers, the seconds until they are there, and what they read."""
    memory = {
        "send_code": read_template(HOME / "template.yaml").functions["SendCodeFunction"].memory,
        "verify_code": read_template(HOME / "template.yaml").functions["VerifyCodeFunction"].memory,
    }
    rows = []
    for function in REQUEST_SECONDS:
        cells = (
            f"{number(busy(function, rate))}, after {number(busy(function, rate) / STARTS_PER_SECOND)} s"
            for rate in RATES
        )
        rows.append(
            f"| `{function}`, {memory[function]} MB: containers, and when there are so many | {' | '.join(cells)} |"
        )
    logs = (f"{number(rate * login.log_bytes / 1e6)} MB" for rate in RATES)
    rows.append(f"| logs a second | {' | '.join(logs)} |")
    head = " | ".join(f"{rate:,} logins/s" for rate in RATES)
    return "\n".join([f"| | {head} |", "|---|---|---|---|", *rows])


def sender_table() -> str:
    """How many senders messages of one segment need."""
    rows = [
        f"| [{sender.name}]({sender.source}) | {sender.segments} | {' | '.join(number(math.ceil(rate / sender.segments)) for rate in RATES)} |"
        for sender in SENDERS
    ]
    head = " | ".join(f"{rate:,} logins/s" for rate in RATES)
    return "\n".join([f"| sender | segments/s of one | {head} |", "|---|---|---|---|---|", *rows])


def own_table(login: Login) -> str:
    """Our own limits, with their defaults."""
    template = read_template(HOME / "template.yaml")
    [api] = template.named("AWS::Serverless::Api").values()
    rates = {each["ResourcePath"]: each["ThrottlingRateLimit"] for each in api["MethodSettings"]}
    budgets = Budgets()
    limits: list[tuple[str, float, Callable[[float], float]]] = [
        ("parameter `LoginRate`, a second", float(rates["/~1v1~1login"]), lambda rate: rate),
        ("parameter `RequestRate`, a second", float(rates["/*"]), lambda rate: rate),
        ("setting `budgets.global_per_day`", budgets.global_per_day, lambda rate: rate * DAY),
        ("setting `budgets.client_per_hour`, one application", budgets.client_per_hour, lambda rate: rate * 3600),
        (
            "setting `budgets.spend_per_day`, USD at 0.01 a message",
            budgets.spend_per_day,
            lambda rate: rate * DAY / 100,
        ),
    ]
    rows = []
    for name, limit, need in limits:
        needs = (f"**{number(need(rate))}**" if need(rate) > limit else number(need(rate)) for rate in RATES)
        rows.append(f"| {name} | {number(limit)} | {' | '.join(needs)} |")
    head = " | ".join(f"{rate:,} logins/s" for rate in RATES)
    return "\n".join([f"| our own limit | default | {head} |", "|---|---|---|---|---|", *rows])


def tables(login: Login) -> dict[str, str]:
    """Every table of docs/scale.md."""
    return {
        "quotas": quota_table(login),
        "functions": lambda_table(login),
        "partitions": partition_table(),
        "senders": sender_table(),
        "limits": own_table(login),
    }


def of_many_users(writes: Mapping[str, float]) -> dict[str, float]:
    """Those of a login's writes, by kind of item, that touch items of other users' logins."""
    return {kind: count for kind, count in writes.items() if kind.partition("#")[0].partition(" ")[0] not in OWN}


def main() -> int:
    print(*tables(RECORDED).values(), sep="\n\n")
    url = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
    if not url or (found := of_many_users(writes_of_logins(url, MEASURED_LOGINS))) == MODELLED:
        return 0
    print(f"\nNot as in benchmarks/scale.py. Measured: {found}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
