"""Writes `docs/events/`, the JSON schemas of the events on the bus: `python -m infra.event_schemas`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "functions" / "common"))

from mfa.users.history import EventType  # noqa: E402 - the layer is not an installed package

FOLDER = ROOT / "docs" / "events"

_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"
_ID = r"^[A-Za-z0-9_-]{1,128}$"
# Codes and names that the product gives, without a quote or a backslash: the pipe puts them between quotes as they are.
_WORD = r"^[A-Za-z0-9_. -]{1,64}$"

# What every event has.
REQUIRED: Mapping[str, Mapping[str, Any]] = {
    "id": {"type": "string", "pattern": "^[0-9a-f]{12}$", "description": "With `user` and `at` it names the event, for good."},
    "type": {"description": "The type, as in the envelope's `detail-type`."},
    "at": {"type": "string", "pattern": _TIME, "description": "When it happened (RFC 3339, UTC, to the millisecond)."},
    "user": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "description": "The login name of the user in whose history it is; `-` for the product itself and for a name that nobody has. Personal.",
    },
    "actor": {
        "type": "string",
        "minLength": 1,
        "maxLength": 256,
        "description": "Who did it: a login name, a client's id, `iam`, `product`, `twilio`, `aws` or `ses`; `-` if nobody is known. Personal.",
    },
}  # fmt: skip
# What an event may have, by its type.
OPTIONAL: Mapping[str, Mapping[str, Any]] = {
    # API Gateway's console calls itself this when an operator tests a method there.
    "address": {
        "pattern": "^([0-9A-Fa-f.:]{2,45}|test-invoke-source-ip)$",
        "description": "The source address of the request. Personal.",
    },
    "phone_id": {"pattern": _ID, "description": "The id of the phone, never its number."},
    "challenge_id": {"pattern": _ID, "description": "The id of the challenge."},
    "channel": {"pattern": _WORD, "description": "`sms`, `voice`, `whatsapp` or `email`."},
    "error": {"pattern": _WORD, "description": "The vendor's code, or one of the product's: docs/twilio-errors.md."},
    "method": {"pattern": _WORD, "description": "The factor that was shown, if it was no message."},
    "purpose": {"pattern": _WORD, "description": "`password_reset` if the code was for that and for no login."},
    "until": {"pattern": _TIME, "description": "The end of the lock."},
    "rule": {"pattern": _WORD, "description": "The rule of the fraud budgets that decided."},
    "region": {"pattern": _WORD, "description": "The phone's region (ISO 3166)."},
    "mode": {"pattern": _WORD, "description": "The setting `fraud.mode` at that time."},
    "action_id": {"pattern": _ID, "description": "The id of the action."},
    "action_type": {"pattern": _WORD, "description": "The type of the action, as the settings name it."},
    "device_id": {"pattern": _ID, "description": "The id of the trusted device."},
    "client_id": {"pattern": _ID, "description": "The id of the client."},
    "expires_at": {"pattern": _TIME, "description": "The end of the invitation."},
    "session_id": {"pattern": _ID, "description": "The id of the session, the `jti` of its access token."},
    "end_reason": {
        "pattern": _WORD,
        "description": "Why the session ended: `idle`, `expired`, `ended` by an administrator, or `logout`.",
    },
    "login_name_sha256": {
        "pattern": "^[0-9a-f]{64}$",
        "description": "The SHA-256 of the erased login name (UTF-8), so that you can erase what you kept of it.",
    },
}

_MESSAGE = ("phone_id", "challenge_id", "channel")
_ACTION = ("action_id", "action_type")
_CODE = ("phone_id", "challenge_id", "method", "purpose")
# Each type: its meaning, and which of the optional members beside `address` it may have.
TYPES: Mapping[EventType, tuple[str, tuple[str, ...]]] = {
    EventType.PASSCODE_SENT: ("A passcode was sent, or is about to be.", (*_MESSAGE, *_ACTION)),
    EventType.SEND_REFUSED: ("A vendor refused a message.", (*_MESSAGE, "error")),
    EventType.DELIVERED: ("A message arrived.", _MESSAGE),
    EventType.FRAUD_DECISION: (
        "A fraud budget refused a message, or would have: then the message has a challenge.",
        ("phone_id", "challenge_id", "rule", "region", "mode"),
    ),
    EventType.PASSCODE_REFUSED: ("Wrong codes were entered. `at` and `address` are those of the last.", ("phone_id", "challenge_id")),
    EventType.LOCKED: ("Wrong codes locked the user.", (*_CODE, "until")),
    EventType.APPROVED: ("A second factor was shown.", (*_CODE, "channel", "device_id")),
    EventType.ACTION_OPENED: ("A client or a user asked for an action to be confirmed.", _ACTION),
    EventType.ACTION_APPROVED: ("The user confirmed an action.", (*_CODE, "channel", "device_id", *_ACTION)),
    EventType.ACTION_DENIED: ("The user said that an action was not theirs.", _ACTION),
    EventType.ACTION_REDEEMED: ("The client took the confirmed action.", _ACTION),
    EventType.LEGACY_LOGIN: ("A legacy client logged in without a second factor.", ()),
    EventType.LOGGED_IN: ("A login was completed by a password alone.", ()),
    EventType.WRONG_PASSWORD: ("A password was wrong.", ()),
    EventType.PASSWORD_RESET_ASKED: ("Somebody asked for a link to choose another password.", ()),
    EventType.PASSWORD_RESET: ("A password was chosen by a mailed link.", ()),
    EventType.USER_CREATED: ("A user was created.", ()),
    EventType.USER_CHANGED: ("A user was changed. The history has the fields.", ()),
    EventType.USER_DELETED: ("A user was deleted.", ()),
    EventType.USER_ERASED: ("A deleted user's history was erased. It is in the administrator's history.", ("login_name_sha256",)),
    EventType.USER_UNLOCKED: ("An administrator unlocked a user.", ()),
    EventType.PHONE_ADDED: ("A user got a phone.", ("phone_id",)),
    EventType.PHONE_REMOVED: ("A phone was removed.", ("phone_id",)),
    EventType.PHONE_TESTED: ("A settings test verified an administrator's phone.", ("phone_id",)),
    EventType.TEST_MESSAGE_SENT: ("An administrator sent a test message to a user's phone.", ("phone_id", "channel")),
    EventType.TOTP_ADDED: ("A user set up an authenticator app.", ()),
    EventType.TOTP_REMOVED: ("An authenticator app was removed.", ()),
    EventType.RECOVERY_CODES_MADE: ("A user made recovery codes.", ()),
    EventType.DEVICES_ENDED: ("Every trusted device was ended.", ()),
    EventType.DEVICE_ENDED: ("A trusted device was ended.", ("device_id",)),
    EventType.ENROLMENT_STARTED: ("A login without a usable factor began an enrolment.", ()),
    EventType.RECOVERY_CODES_REMOVED: ("An administrator removed the recovery codes.", ()),
    EventType.TEMPORARY_CODE_ISSUED: ("An administrator issued a temporary access code.", ()),
    EventType.TEMPORARY_CODE_WITHDRAWN: ("An administrator withdrew the temporary access code.", ()),
    EventType.INVITED: ("A user was invited to enrol.", ("expires_at",)),
    EventType.INVITATION_WITHDRAWN: ("An invitation was withdrawn.", ()),
    EventType.SETTINGS_CHANGED: ("An administrator changed the settings. The history has which.", ()),
    EventType.PROVIDER_PAUSED: ("A provider of messages is paused, because it refuses the account.", ("error",)),
    EventType.PROVIDER_RESUMED: ("A paused provider takes messages again.", ()),
    EventType.PRICES_FAILED: ("A price list of a provider could not be fetched.", ()),
    EventType.CLIENT_CREATED: ("An administrator registered a client.", ("client_id",)),
    EventType.CLIENT_ROTATED: ("An administrator gave a client another secret.", ("client_id",)),
    EventType.CLIENT_CHANGED: ("An administrator changed a client. The history has the fields.", ("client_id",)),
    EventType.CLIENT_SECRET_ENDED: ("An administrator ended a client's former secret.", ("client_id",)),
    EventType.CLIENT_DELETED: ("An administrator deleted a client.", ("client_id",)),
    EventType.JOB_STARTED: ("An administrator started a job on many users. The history has the deed.", ()),
    EventType.JOB_ENDED: ("A job on many users is done, or was cancelled or stopped. The history has how many.", ()),
    EventType.SESSION_ENDED: ("The session of an administrator ended.", ("session_id", "end_reason")),
    EventType.SESSIONS_ENDED: ("Every session of an administrator was ended, also those that were never used.", ()),
}  # fmt: skip


def members(kind: EventType) -> dict[str, Mapping[str, Any]]:
    """The schema of each member that an event of this type may have."""
    own = ("address", *TYPES[kind][1])
    return {**REQUIRED, "type": {**REQUIRED["type"], "const": kind.value}} | {
        name: {"anyOf": [{"type": "string", "pattern": OPTIONAL[name]["pattern"]}, {"$ref": "#/$defs/none"}], "description": OPTIONAL[name]["description"]}
        for name in OPTIONAL
        if name in own
    }  # fmt: skip


def schema(kind: EventType) -> dict[str, Any]:
    """The JSON schema of the envelope's `detail`, for this type."""
    known = members(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mfa:event:{kind.value}",
        "title": kind.value,
        "description": TYPES[kind][0],
        "type": "object",
        "required": list(REQUIRED),
        "properties": known | {name: {"$ref": "#/$defs/none"} for name in OPTIONAL if name not in known},
        "additionalProperties": False,
        "$defs": {"none": {"enum": ["", None], "description": "There is none. The member may be missing as well."}},
    }


def text(kind: EventType) -> str:
    """The file of a type."""
    return json.dumps(schema(kind), indent=2) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in FOLDER.glob("*.json"):
        each.unlink()
    for each_type in EventType:
        (FOLDER / f"{each_type.value}.json").write_text(text(each_type), encoding="utf-8")
