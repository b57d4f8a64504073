"""Creates the first contents of a stack: two users, a phone, a client, and settings that allow sending."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.local import backup
from infra.local.aws import Aws
from infra.local.errors import StartError
from infra.local.output import Output
from infra.local.pool import Pool

PASSWORD = "local-demo-only"  # a password that is printed and documented
SYSTEM_USER = "system"
DEMO_USER = "demo.user"
DEMO_PHONE = "+85292153799"
EMAIL_DOMAIN = "example.com"
EMAIL_SENDER = f"no-reply@{EMAIL_DOMAIN}"

_CLIENT_NAME = "Sample backup service"
_WEEK_SECONDS = 7 * 86400
_BUDGETS = ("number_per_hour", "number_per_day", "address_per_hour", "client_per_hour", "global_per_day")
_PLENTY = 1_000_000
_EVERY_REGION = 250


@dataclass(frozen=True)
class Sender:
    """The Twilio account that sends the messages."""

    account_sid: str
    auth_token: str = field(repr=False)
    phone_number: str


@dataclass(frozen=True)
class Place:
    """The table, and how to reach it."""

    aws: Aws
    table: str


@dataclass(frozen=True)
class Contents:
    """The values that a stack starts with and that others need to know."""

    sender: Sender
    table: str
    client: backup.Client


def seed(admin: Pool, sender: Sender, place: Place, output: Output) -> Contents:
    """Create missing users by direct invocations of the admin function. The settings are always written.

    A table that outlived its stack has the users already, and a Twilio token that no new key can decrypt. The client of the
    sample backup service gets a new secret then, because nobody can read the old one. Raises `StartError` that names the
    refused operation.
    """
    output.line(f"creates the users {SYSTEM_USER} and {DEMO_USER}, if they are missing")
    _run(admin, "users.bootstrap", {"login_name": SYSTEM_USER, "password": PASSWORD}, may_exist=True)
    _run(
        admin,
        "users.create",
        {
            "login_name": DEMO_USER,
            "password": PASSWORD,
            "kind": "backup",
            "contact_email": f"{DEMO_USER}@{EMAIL_DOMAIN}",
            "phone": {"number": DEMO_PHONE},
            "locale": "en",  # its phone is in Hong Kong
            "mfa_enabled": True,
        },
        may_exist=True,
    )
    _age_phone(place)
    output.line("registers the sample backup service as a client")
    client = _client(admin)
    output.line("saves settings that send from the account below")
    _run(
        admin,
        "settings.patch",
        {
            "twilio": {
                "account_sid": sender.account_sid,
                "auth_token": sender.auth_token,
                "sender": {"phone_number": sender.phone_number},
            },
            "budgets": dict.fromkeys(_BUDGETS, _PLENTY),
            "fraud": {
                "daily_floor": _PLENTY,
                "hourly_floor": _PLENTY,
                "regions_per_address_per_day": _EVERY_REGION,
            },
            "email_sender": EMAIL_SENDER,
            "actions": {backup.DELETE: {"texts": backup.TEXTS}},
        },
    )
    return Contents(sender, place.table, client)


def _age_phone(place: Place) -> None:
    """Make the demo user's phone one that was verified a week ago. A phone that is newer than a day confirms no deed."""
    try:
        place.aws.client("dynamodb").update_item(
            TableName=place.table,
            Key={"pk": {"S": f"USER#{DEMO_USER}"}, "sk": {"S": "#PHONE#0"}},
            UpdateExpression="SET verified = :yes, verified_since = :then, "
            "last_verified_at = if_not_exists(last_verified_at, :then)",
            ConditionExpression="#number = :number AND (attribute_not_exists(verified_since) OR verified_since > :then)",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues={
                ":yes": {"BOOL": True},
                ":then": {"N": str(int(time.time()) - _WEEK_SECONDS)},
                ":number": {"S": DEMO_PHONE},
            },
        )
    except ClientError as error:
        # It was verified before, or an administrator has given the user another phone.
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise StartError(f"seed: the phone of {DEMO_USER}: {error}") from error


def _client(admin: Pool) -> backup.Client:
    """The client of the sample backup service, with a secret that is known here."""
    clients = _run(admin, "clients.list", {})["items"]
    found = next((each["client_id"] for each in clients if each["name"] == _CLIENT_NAME), None)
    operation, given = ("clients.rotate", {"id": found}) if found else ("clients.create", {"name": _CLIENT_NAME})
    made = _run(admin, operation, given)
    return backup.Client(made["client_id"], made["client_secret"])


def _run(admin: Pool, operation: str, given: dict[str, Any], *, may_exist: bool = False) -> Any:
    """An operation's output, or None if it was refused because its user exists."""
    outcome = admin.invoke(json.dumps({"operation": operation, "input": given}).encode(), own=True)
    answer = json.loads(outcome.payload)
    if outcome.error:
        raise StartError(f"seed: {operation} failed: {answer.get('errorType')}: {answer.get('errorMessage')}")
    if not isinstance(answer, dict) or "output" not in answer:
        problem = answer.get("error") if isinstance(answer, dict) else answer
        if may_exist and isinstance(problem, dict) and problem.get("code") == "conflict":
            return None
        raise StartError(f"seed: {operation} was refused: {json.dumps(problem)}")
    return answer["output"]
