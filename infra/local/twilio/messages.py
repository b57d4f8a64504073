"""Twilio's Message resource."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from infra.local.twilio import numbers, segments
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks
from infra.local.twilio.errors import TwilioError, not_found, unknown_parameter

# Every parameter of the real API's create call; those with no meaning here are accepted and have none.
_PARAMETERS = {
    "To",
    "From",
    "MessagingServiceSid",
    "Body",
    "MediaUrl",
    "ContentSid",
    "ContentVariables",
    "StatusCallback",
    "ApplicationSid",
    "MaxPrice",
    "ProvideFeedback",
    "Attempt",
    "ValidityPeriod",
    "MaxRate",
    "ForceDelivery",
    "ProviderSid",
    "ContentRetention",
    "AddressRetention",
    "SmartEncoded",
    "PersistentAction",
    "TrafficType",
    "ShortenUrls",
    "ScheduleType",
    "SendAt",
    "SendAsMms",
    "RiskCheck",
    "Tags",
}
_REPEATABLE = {"MediaUrl", "PersistentAction"}
_LONGEST_BODY = 1600
_LONGEST_VALIDITY = 36_000
_KEPT = 10_000

type Form = Mapping[str, list[str]]


@dataclass(frozen=True)
class Delivered:
    """A message as it reaches a phone."""

    to: str
    sender: str
    body: str
    at: datetime


class Messages:
    """The messages of an account. The newest 10 000 are kept."""

    def __init__(self, account: Account, callbacks: Callbacks, deliver: Callable[[Delivered], None]) -> None:
        self._account = account
        self._callbacks = callbacks
        self._deliver = deliver
        self._kept: OrderedDict[str, dict[str, object]] = OrderedDict()
        self._lock = threading.Lock()

    def create(self, form: Form) -> dict[str, object]:
        """Send a message; raises the `TwilioError` the real API has for a request like this."""
        values = self._values(form)
        to, body, sender = values["To"], values.get("Body", ""), values.get("From", "")
        service = values.get("MessagingServiceSid")
        if service:
            if service != self._account.messaging_service_sid:
                raise TwilioError(21705, f"The Messaging Service Sid {service} is invalid")
            sender = sender or self._account.phone_numbers[0]
        numbers.check_sender(sender, owned=self._account.owns(sender))
        numbers.check_receiver(to, sender)
        message = self._new(to, sender, body, service)
        sid = str(message["sid"])
        with self._lock:
            self._kept[sid] = message
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
            answer = dict(message)
        self._deliver(Delivered(to, sender, body, datetime.now(UTC)))
        self._callbacks.follow(values.get("StatusCallback"), self._about(message, sender), self._progress)
        return answer

    def get(self, sid: str) -> dict[str, object]:
        """A message as it is now."""
        with self._lock:
            if sid not in self._kept:
                raise not_found(self._uri(sid))
            return dict(self._kept[sid])

    def _values(self, form: Form) -> dict[str, str]:
        """The form's parameters, each once, with what the real API checks before it looks at any number."""
        for name, given in form.items():
            if name not in _PARAMETERS or (len(given) > 1 and name not in _REPEATABLE):
                raise unknown_parameter(name)
        values = {name: given[0] for name, given in form.items() if given[0]}
        if "To" not in values:
            raise TwilioError(21604, "A 'To' phone number is required.")
        if "From" not in values and "MessagingServiceSid" not in values:
            raise TwilioError(21603, "A 'From' phone number is required.")
        if not values.keys() & {"Body", "MediaUrl", "ContentSid"}:
            raise TwilioError(21602, "Message body is required.")
        if len(values.get("Body", "")) > _LONGEST_BODY:
            raise TwilioError(21617, "The concatenated message body exceeds the 1600 character limit.")
        validity = values.get("ValidityPeriod", "1")
        if not re.fullmatch(r"[0-9]{1,6}", validity) or not 1 <= int(validity) <= _LONGEST_VALIDITY:
            raise TwilioError(90007, f"Validity period {validity} is not in the range 1 to {_LONGEST_VALIDITY}")
        if "ContentVariables" in values:
            _check_variables(values["ContentVariables"])
        callback = urlsplit(values.get("StatusCallback", "http://none"))
        if callback.scheme not in {"http", "https"} or not callback.hostname:
            raise TwilioError(21609, f"The StatusCallback URL {values['StatusCallback']} is not a valid URL.")
        return values

    def _new(self, to: str, sender: str, body: str, service: str | None) -> dict[str, object]:
        sid = "SM" + uuid.uuid4().hex
        now = _now()
        return {
            "account_sid": self._account.sid,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            # A messaging service picks its sender later.
            "from": None if service else sender,
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": "0" if service else str(segments.count(body)),
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "accepted" if service else "queued",
            "subresource_uris": {"media": self._uri(sid).replace(".json", "/Media.json")},
            "to": to,
            "uri": self._uri(sid),
        }

    def _about(self, message: Mapping[str, object], sender: str) -> dict[str, str]:
        """The parameters of every status callback of a message."""
        about = {
            "AccountSid": self._account.sid,
            "ApiVersion": "2010-04-01",
            "From": sender,
            "MessageSid": str(message["sid"]),
            "SmsSid": str(message["sid"]),
            "To": str(message["to"]),
        }
        if message["messaging_service_sid"]:
            about["MessagingServiceSid"] = str(message["messaging_service_sid"])
        return about

    def _progress(self, about: Mapping[str, str], status: str) -> None:
        with self._lock:
            message = self._kept.get(about["MessageSid"])
            if message is not None:
                message |= {"status": status, "date_updated": _now(), "from": about["From"]}
                message["num_segments"] = str(segments.count(str(message["body"])))
                message["date_sent"] = message["date_sent"] or _now()

    def _uri(self, sid: str) -> str:
        return f"/2010-04-01/Accounts/{self._account.sid}/Messages/{sid}.json"


def _check_variables(text: str) -> None:
    try:
        variables = json.loads(text)
    except ValueError:
        variables = None
    if not isinstance(variables, dict):
        raise TwilioError(21656, "The ContentVariables parameter is invalid.")


def _now() -> str:
    return format_datetime(datetime.now(UTC))
