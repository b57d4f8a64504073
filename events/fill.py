"""Fill an event's placeholders with what earlier invocations answered, and print it for `sam local invoke --event -`.

    python events/fill.py EVENT [ANSWER | NAME=VALUE]...

An ANSWER is a file with what `sam local invoke` printed. A login's gives MFA_TOKEN and PHONE_ID (its first phone), a
challenge's gives CHALLENGE_ID, a new client's CLIENT_BASIC. What no answer holds is given by name: PASSCODE=581883.
"""

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

PLACEHOLDER = re.compile(r"\b(MFA_TOKEN|PHONE_ID|CHALLENGE_ID|CLIENT_BASIC|PASSCODE)\b")


def values_of(answer: dict[str, Any]) -> dict[str, str]:
    """The placeholders that the answer of one invocation gives values to."""
    body = json.loads(answer["body"]) if "body" in answer else answer.get("output", {})
    values = {}
    if "mfa_token" in body:
        values["MFA_TOKEN"] = body["mfa_token"]
        if body["phones"]:
            values["PHONE_ID"] = body["phones"][0]["id"]
    if "prefix" in body:
        values["CHALLENGE_ID"] = body["id"]
    if "client_secret" in body:
        pair = f"{body['client_id']}:{body['client_secret']}"
        values["CLIENT_BASIC"] = base64.b64encode(pair.encode()).decode()
    return values


def fill(event: str, values: dict[str, str]) -> str:
    """The event with its placeholders replaced. Raises ``KeyError`` naming one that has no value."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], event)


def main(event: str, *sources: str) -> None:
    values: dict[str, str] = {}
    for source in sources:
        name, equals, value = source.partition("=")
        values |= {name: value} if equals else values_of(json.loads(Path(source).read_text()))
    try:
        print(fill(Path(event).read_text(), values))
    except KeyError as missing:
        sys.exit(f"{event}: nothing gives {missing.args[0]}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
