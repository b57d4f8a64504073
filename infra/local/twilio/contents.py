"""The text of a message: its Body, or a content template with its variables, as WhatsApp requires."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from infra.local.twilio.account import Account
from infra.local.twilio.errors import refusal

_LONGEST_BODY = 1600
_PLACE = re.compile(r"\{\{([^{}]+)\}\}")
_MISMATCH = 63028
_NO_SESSION = 63016


@dataclass(frozen=True)
class Text:
    """The text of a message, and the error code with which a channel rejects it later, if it does."""

    body: str
    error_code: int | None = None


def text_of(values: Mapping[str, str], account: Account, channel: str, *, in_session: bool) -> Text:
    """The text of the message. Raises the `TwilioError` that Twilio answers at once."""
    if "ContentVariables" in values and "ContentSid" not in values:
        raise refusal(21654)
    if "ContentSid" not in values:
        if not values.keys() & {"Body", "MediaUrl"}:
            raise refusal(21602)
        if len(values.get("Body", "")) > _LONGEST_BODY:
            raise refusal(21617)
        return Text(values.get("Body", ""), None if channel != "whatsapp" or in_session else _NO_SESSION)
    content = account.contents.get(values["ContentSid"])
    if content is None or channel not in content.channels:
        raise refusal(21655, values["ContentSid"])
    variables = _variables(values.get("ContentVariables", "{}"))
    body = _PLACE.sub(lambda place: variables.get(place[1], place[0]), content.text)
    if set(_PLACE.findall(content.text)) == variables.keys():
        return Text(body)
    if channel == "sms":
        raise refusal(21656)
    return Text(body, _MISMATCH)


def _variables(text: str) -> dict[str, str]:
    try:
        variables = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        raise refusal(21656) from error
    if not isinstance(variables, dict) or not all(isinstance(value, str) and value for value in variables.values()):
        raise refusal(21656)
    if any(len(value) > _LONGEST_BODY for value in variables.values()):
        raise refusal(21658, "ContentVariables")
    return variables


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a variable is given twice")
    return dict(pairs)
