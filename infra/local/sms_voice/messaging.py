"""Sends text messages and calls, and keeps the feedback about them."""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from infra.local import segments
from infra.local.delivered import Delivered
from infra.local.faults import Faults
from infra.local.journeys import Step
from infra.local.phone_numbers import possible, region
from infra.local.sms_voice import prices, ssml
from infra.local.sms_voice.account import Account
from infra.local.sms_voice.course import course
from infra.local.sms_voice.errors import conflict, invalid, not_found
from infra.local.sms_voice.events import Events
from infra.local.sms_voice.identities import origin
from infra.local.sms_voice.model import Document
from infra.local.vendor import KEPT

_LONGEST_LIFE = 259_200  # seconds: the default, and the largest TimeToLive
_LONGEST_PLAIN_CALL = 3000
_TYPE = "TRANSACTIONAL"  # of the account's number


@dataclass(frozen=True)
class _Accepted:
    """A message or a call that passed all checks."""

    to: str
    sender: str
    text: str
    channel: str
    language: str
    cost: Decimal


class Messaging:
    """The operations that send. They raise the `SmsVoiceError` that the real service gives."""

    def __init__(self, account: Account, faults: Faults, events: Events, deliver: Callable[[Delivered], None]) -> None:
        self._account = account
        self._faults = faults
        self._events = events
        self._deliver = deliver
        self._feedback: OrderedDict[str, tuple[str, str]] = OrderedDict()  # number and feedback, by message
        self._lock = threading.Lock()

    def send_text(self, given: Document) -> Document:
        """SendTextMessage."""
        to = _destination(given)
        text = _body(given)
        sender = origin(self._account, given.get("OriginationIdentity"), to)
        self._check_resources(given)
        if given.get("MessageType", _TYPE) != _TYPE:
            raise conflict("MESSAGE_TYPE_MISMATCH", "phone-number", self._account.phone_number_id)
        cost = prices.of_part(to) * segments.count(text)
        _check_price(given.get("MaxPrice"), cost, "MaxPrice")
        return self._send(given, _Accepted(to, sender.shown, text, "sms", "", cost))

    def send_voice(self, given: Document) -> Document:
        """SendVoiceMessage."""
        to = _destination(given)
        text, language = _body(given), ""
        sender = origin(self._account, given["OriginationIdentity"], to)
        if not sender.is_number:
            raise conflict("NUMBER_CAPABILITIES_MISMATCH", "sender-id", sender.shown)
        self._check_resources(given)
        if given.get("MessageBodyTextType", "TEXT") == "SSML":
            text, language = ssml.heard(text)
        elif len(text) > _LONGEST_PLAIN_CALL:
            words = f"Member must have length less than or equal to {_LONGEST_PLAIN_CALL}"
            raise invalid("FIELD_VALIDATION_FAILED", [("MessageBody", words)])
        cost = prices.MINUTE
        _check_price(given.get("MaxPricePerMinute"), cost, "MaxPricePerMinute")
        return self._send(given, _Accepted(to, sender.shown, text, "voice", language, cost))

    def put_feedback(self, given: Document) -> Document:
        """PutMessageFeedback. Only a message that was sent with feedback enabled takes it."""
        message_id, status = given["MessageId"], given["MessageFeedbackStatus"]
        with self._lock:
            if message_id not in self._feedback:
                raise not_found("message", message_id)
            self._feedback[message_id] = (self._feedback[message_id][0], status)
        return {"MessageId": message_id, "MessageFeedbackStatus": status}

    def feedback(self) -> list[dict[str, object]]:
        """The messages that take feedback, newest first, with the feedback that came: PENDING if none has."""
        with self._lock:
            kept = list(self._feedback.items())[::-1]
        return [{"message_id": each, "to": to, "status": status} for each, (to, status) in kept]

    def number_of(self, message_id: str) -> str:
        """The number of a message that takes feedback, empty if there is none."""
        with self._lock:
            return self._feedback.get(message_id, ("", ""))[0]

    def _check_resources(self, given: Document) -> None:
        name = given.get("ConfigurationSetName")
        ours = {
            self._account.configuration_set,
            self._account.arn(f"configuration-set/{self._account.configuration_set}"),
        }
        if name is not None and name not in ours:
            raise not_found("configuration-set", name)
        if "ProtectConfigurationId" in given:
            raise not_found("protect-configuration", given["ProtectConfigurationId"])

    def _send(self, given: Document, accepted: _Accepted) -> Document:
        message_id = str(uuid.uuid4())
        if given.get("DryRun"):
            return {"MessageId": message_id}
        if given.get("MessageFeedbackEnabled"):
            with self._lock:
                self._feedback[message_id] = (accepted.to, "PENDING")
                while len(self._feedback) > KEPT:
                    self._feedback.popitem(last=False)
        way = course(self._faults, accepted.to, accepted.channel, float(given.get("TimeToLive", _LONGEST_LIFE)))

        def arrive() -> None:
            at = datetime.now(UTC)
            self._deliver(
                Delivered(
                    accepted.to, accepted.sender, accepted.text, at, accepted.channel, accepted.language, provider="aws"
                )
            )

        def progress(step: Step) -> None:
            if step.arrives:
                arrive()

        if way.at_once:
            arrive()
        about = _about(given, accepted, message_id) if "ConfigurationSetName" in given else None
        self._events.follow(way, accepted.channel, progress, about)
        return {"MessageId": message_id}


def _about(given: Document, accepted: _Accepted, message_id: str) -> dict[str, object]:
    """The members of every event of a message or a call."""
    about: dict[str, Any] = {
        "originationPhoneNumber": accepted.sender,
        "destinationPhoneNumber": accepted.to,
        "isoCountryCode": region(accepted.to),
        "messageId": message_id,
        "messageRequestTimestamp": int(time.time() * 1000),
    }
    if accepted.channel == "sms":
        about |= {
            "isInternationalSend": False,
            "messageEncoding": "GSM" if segments.is_gsm(accepted.text) else "Unicode",
            "messageType": given.get("MessageType", _TYPE),
            "totalMessageParts": segments.count(accepted.text),
            "totalMessagePrice": float(accepted.cost),
            "totalCarrierFee": 0.0,
        }
    if given.get("Context"):
        about["context"] = dict(given["Context"])
    return about


def _destination(given: Document) -> str:
    number = given["DestinationPhoneNumber"]
    to = number if number.startswith("+") else f"+{number}"
    if not possible(to):
        raise invalid("INVALID_PARAMETER", [("DestinationPhoneNumber", "Not a phone number in E.164")])
    return to


def _body(given: Document) -> str:
    if "MessageBody" not in given:
        raise invalid("MISSING_PARAMETER", [("MessageBody", "Member must not be null")])
    return str(given["MessageBody"])


def _check_price(highest: str | None, cost: Decimal, name: str) -> None:
    if highest is not None and cost > Decimal(highest):
        raise invalid("PRICE_OVER_THRESHOLD", [(name, f"The price is {cost} USD")])
