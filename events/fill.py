"""Fill an event's placeholders from earlier answers, and print it for `sam local invoke --event -`.

    python events/fill.py EVENT [ANSWER | NAME=VALUE]...

An ANSWER is a file with the output of `sam local invoke`, or the local stack's /stack.json. It gives these values:

- a login: MFA_TOKEN and PHONE_ID (of the first phone)
- a completed login: ACCESS_TOKEN
- a new phone, or the challenge of one's own new phone: PHONE_ID
- an action: ACTION_ID, MFA_TOKEN and PHONE_ID (of the first phone that may approve it)
- a challenge: CHALLENGE_ID
- a settings test: TEST_ID
- an invitation: INVITATION (the token in its link)
- a followed invitation: ACCESS_TOKEN (the token that enrols)
- a user's factors, or one's own account: DEVICE_ID (of the first trusted device)
- an opened link to another password: RESET_TOKEN
- a new client: CLIENT_ID and CLIENT_BASIC
- a job: JOB_ID
- the list of sessions: SESSION_ID (of the newest)
- /stack.json: the SIGNATURE of Twilio's callback

Other values are given by name: PASSCODE=581883, TOTP_CODE=581883, RESET=… (the token in the mailed link).
"""

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

PLACEHOLDER = re.compile(
    r"\b(MFA_TOKEN|ACCESS_TOKEN|PHONE_ID|CHALLENGE_ID|TEST_ID|JOB_ID|SESSION_ID|ACTION_ID|CLIENT_ID|CLIENT_BASIC|DEVICE_ID|INVITATION|RESET|RESET_TOKEN|PASSCODE|TOTP_CODE|SIGNATURE)\b"
)


def values_of(answer: dict[str, Any]) -> dict[str, str]:
    """The placeholders, and their values, that one answer gives."""
    over_http = "body" in answer
    body = json.loads(answer["body"] or "{}") if over_http else answer.get("output", {})
    values = {}
    if "mfa_token" in body:
        values["MFA_TOKEN"] = body["mfa_token"]
        if body["phones"]:
            values["PHONE_ID"] = body["phones"][0]["id"]
    if "url" in body:
        values["INVITATION"] = body["token"]
    elif "token" in body:
        values["ACCESS_TOKEN"] = body["token"]
    if "enrolment_token" in body:
        values["ACCESS_TOKEN"] = body["enrolment_token"]
    if body.get("devices"):
        values["DEVICE_ID"] = body["devices"][0]["id"]
    if body.get("items") and "last_seen_at" in body["items"][0]:
        values["SESSION_ID"] = body["items"][0]["id"]
    if "reset_token" in body:
        values["RESET_TOKEN"] = body["reset_token"]
    if "summary" in body:
        values["ACTION_ID"] = body["id"]
    if "prefix" in body:
        values["CHALLENGE_ID" if over_http else "TEST_ID"] = body["id"]
    if "masked_number" in body:
        values["PHONE_ID"] = body["id"]
    if "phone_id" in body:
        values["PHONE_ID"] = body["phone_id"]
    if "deed" in body:
        values["JOB_ID"] = body["id"]
    if "client_secret" in body:
        pair = f"{body['client_id']}:{body['client_secret']}"
        values["CLIENT_ID"] = body["client_id"]
        values["CLIENT_BASIC"] = base64.b64encode(pair.encode()).decode()
    if "twilio_auth_token" in answer:
        values["SIGNATURE"] = _signature(answer["twilio_auth_token"], answer["public_url"])
    return values


def _signature(auth_token: str, public_url: str) -> str:
    """Twilio's signature of the callback in twilio_status.json, for this URL."""
    event = json.loads(Path(__file__).with_name("twilio_status.json").read_text())
    url = f"{public_url}{event['path']}?{urlencode(event['queryStringParameters'])}"
    validator: Any = RequestValidator(auth_token)  # type: ignore[no-untyped-call]
    return str(validator.compute_signature(url, dict(parse_qsl(event["body"]))))


def fill(event: str, values: dict[str, str]) -> str:
    """The event with its placeholders replaced. Raises `KeyError` that names one without a value."""
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
