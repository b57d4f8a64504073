"""Requests to the simulated Twilio, its faults, and its reports."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from twilio.request_validator import RequestValidator

from mfa.vendor_errors import look_up
from tests.api.stack import ISSUER, Event, Stack
from tests.people import Person, digits
from tests.product import Answer

STATUS_PATH = "/v1/webhooks/twilio/status"
BREAKER = {"pk": "BREAKER", "sk": "#BREAKER"}


def code(person: Person, phone: int = 0) -> str:
    """The passcode in the newest message at a phone."""
    return digits(person.stack.texts(person.numbers[phone])[0])


def faults(stack: Stack, *rules: Mapping[str, object]) -> None:
    """Sets the faults of the simulated Twilio."""
    stack.line.twilio.faults.set([dict(rule) for rule in rules])


def requests(stack: Stack) -> list[dict[str, Any]]:
    """The requests to the simulated Twilio, oldest first: path, parameters, and the status and code of the answer."""
    return list(reversed(stack.line.twilio.requests()))


def asked(stack: Stack) -> dict[str, Any]:
    """The parameters of the newest request."""
    parameters: dict[str, Any] = requests(stack)[-1]["parameters"]
    return parameters


def ref(stack: Stack) -> str:
    """The `ref` in the newest request's callback URL."""
    url: str = asked(stack)["StatusCallback"]
    return dict(parse_qsl(urlsplit(url).query))["ref"]


def sign(stack: Stack, url: str, parameters: Mapping[str, str], token: str | None = None) -> str:
    """Twilio's signature, computed by its own library."""
    validator: Any = RequestValidator(token or stack.account.auth_token)  # type: ignore[no-untyped-call]
    return str(validator.compute_signature(url, parameters))


def about(stack: Stack, status: str, error: int | None = None) -> dict[str, str]:
    """The parameters of a callback about a message."""
    parameters = {
        "AccountSid": stack.account.sid,
        "ApiVersion": "2010-04-01",
        "From": "+12063125010",
        "MessageSid": "SM" + "0" * 32,
        "MessageStatus": status,
        "SmsSid": "SM" + "0" * 32,
        "SmsStatus": status,
        "To": "+85200000000",
    }
    return parameters if error is None else parameters | {"ErrorCode": str(error)}


def refused(status: str, error: str) -> dict[str, object]:
    """The API's view of a refused delivery."""
    known = look_up(error)
    shown: dict[str, object] = {"status": status, "error_code": error}
    shown |= {} if known.about_setup else {"meaning": known.meaning}
    return shown | {"permanent": True} if known.permanent else shown


def tell(
    stack: Stack,
    of: str | None,
    parameters: Mapping[str, str],
    *,
    signature: str | None = None,
    body: bytes | None = None,
    in_base64: bool = False,
    host: str | None = None,
) -> Answer:
    """Sends a callback as Twilio does: signed for the configured URL unless a test gives another signature."""
    query = {} if of is None else {"ref": of}
    url = f"{ISSUER}{STATUS_PATH}" + (f"?{urlencode(query)}" if query else "")
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "User-Agent": "TwilioProxy/1.1"}
    headers["X-Twilio-Signature"] = sign(stack, url, parameters) if signature is None else signature
    if host is not None:
        headers |= {"Host": host, "X-Forwarded-Host": host}
    data = urlencode(parameters).encode() if body is None else body

    def change(event: Event) -> None:
        event["queryStringParameters"] = query or None
        event["multiValueQueryStringParameters"] = {name: [value] for name, value in query.items()} or None
        event["body"] = base64.b64encode(data).decode() if in_base64 else data.decode()
        event["isBase64Encoded"] = in_base64

    return stack.call("POST", STATUS_PATH, b"", headers=headers, change=change)


def report(stack: Stack, of: str, status: str, error: int | None = None, **options: Any) -> Answer:
    """Twilio reports the status of a message."""
    return tell(stack, of, about(stack, status, error), **options)


def pause(stack: Stack) -> Decimal | None:
    """When the pause of sending ends, or None."""
    until: Any = stack.table.get_item(Key=BREAKER).get("Item", {}).get("paused_until")
    return None if until is None else Decimal(until)


def spent(stack: Stack, subject: str, name: str = "n") -> int:
    """The count of a number, region or address over all windows and shards."""
    items = stack.table.scan()["Items"]
    shard = re.compile(rf"{re.escape(subject)}(#\d\d)?")
    counted = [item for item in items if shard.fullmatch(str(item["pk"])) and "SENDS#" in str(item["sk"])]
    return sum(int(str(item.get(name, 0))) for item in counted)
