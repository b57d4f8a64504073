"""Creates the first contents of a stack: two users, a phone, and settings that allow sending."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from infra.local.errors import StartError
from infra.local.output import Output
from infra.local.pool import Pool

PASSWORD = "local-demo-only"  # a password that is printed and documented
SYSTEM_USER = "system"
DEMO_USER = "demo.user"
DEMO_PHONE = "+85292153799"
EMAIL_DOMAIN = "example.com"
EMAIL_SENDER = f"no-reply@{EMAIL_DOMAIN}"

_BUDGETS = ("number_per_hour", "number_per_day", "address_per_hour", "client_per_hour", "global_per_day")
_PLENTY = 1_000_000


@dataclass(frozen=True)
class Sender:
    """The Twilio account that sends the messages."""

    account_sid: str
    auth_token: str = field(repr=False)
    phone_number: str


def seed(admin: Pool, sender: Sender, output: Output) -> None:
    """Create missing users by direct invocations of the admin function. The settings are always written.

    A table that outlived its stack has the users already, and a Twilio token that no new key can decrypt. Raises
    `StartError` that names the refused operation.
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
            "email_sender": EMAIL_SENDER,
        },
    )


def _run(admin: Pool, operation: str, given: dict[str, Any], *, may_exist: bool = False) -> None:
    outcome = admin.invoke(json.dumps({"operation": operation, "input": given}).encode(), own=True)
    answer = json.loads(outcome.payload)
    if outcome.error:
        raise StartError(f"seed: {operation} failed: {answer.get('errorType')}: {answer.get('errorMessage')}")
    if not isinstance(answer, dict) or "output" not in answer:
        problem = answer.get("error") if isinstance(answer, dict) else answer
        if may_exist and isinstance(problem, dict) and problem.get("code") == "conflict":
            return
        raise StartError(f"seed: {operation} was refused: {json.dumps(problem)}")
