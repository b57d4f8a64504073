"""Twilio's Message resource: text messages and WhatsApp."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from infra.local import segments
from infra.local.delivered import Delivered
from infra.local.faults import Faults
from infra.local.phone_numbers import possible
from infra.local.twilio import contents, course, form, numbers
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks, Listener
from infra.local.twilio.course import Step
from infra.local.twilio.errors import DELIVERY_ERRORS, refusal
from infra.local.twilio.resources import Resources

# Every parameter of the real API's create call. Those that the simulation does not use are accepted and ignored.
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
    "MessageIntent",
    "Tags",
}
_REPEATABLE = {"MediaUrl", "PersistentAction"}
_LONGEST_VALIDITY = 36_000
_LANDLINE = 30006
_TRIAL = "Sent from your Twilio trial account - "
_WHATSAPP = "whatsapp:"


class Messages:
    """The messages of an account. The newest 10 000 are kept."""

    def __init__(
        self, account: Account, callbacks: Callbacks, faults: Faults, deliver: Callable[[Delivered], None]
    ) -> None:
        self._account = account
        self._callbacks = callbacks
        self._faults = faults
        self._deliver = deliver
        self._kept = Resources()

    def create(self, given: form.Form) -> dict[str, object]:
        """Send a message. Raises the `TwilioError` that the real API gives for the request."""
        values = self._values(given)
        number, channel = receiver(values["To"])
        sender = self._sender(values, channel)
        in_session = channel == "whatsapp" and self._faults.take("whatsapp_session", number, channel) is not None
        text = contents.text_of(values, self._account, channel, in_session=in_session)
        if channel == "sms":
            numbers.check_receiver(number, sender)
        elif not possible(number):
            raise refusal(21211, to=values["To"])
        body, error_code = text.body, text.error_code
        if trial := self._faults.take("trial", number, channel):
            if number not in trial.values["verified"]:
                raise refusal(21608, to=number)
            body = _TRIAL + body if channel == "sms" else body
        if channel == "sms" and numbers.undeliverable(number):
            error_code = _LANDLINE
        message = self._new(values, sender, body, channel)
        sid = str(message["sid"])
        valid = float(values.get("ValidityPeriod", _LONGEST_VALIDITY))
        if over := self._faults.take("over_at_once", number, channel):
            code = over.values["error_code"]
            message |= {"status": over.values["status"], "error_code": code}
            message["error_message"] = code and DELIVERY_ERRORS.get(code, "Unknown error")
            return self._kept.add(message)
        way = course.of_message(self._faults, number, channel, valid_seconds=valid, error_code=error_code)
        answer = self._kept.add(message)

        def arrive() -> None:
            self._deliver(Delivered(number, sender.removeprefix(_WHATSAPP), body, datetime.now(UTC), channel))

        def progress(step: Step) -> None:
            if step.arrives:
                arrive()
            self._progress(sid, sender, step)

        if way.at_once:
            arrive()
        about = self._about(message, sender)
        listener = Listener(values.get("StatusCallback"), "POST", lambda step: _told(about, channel, step))
        self._callbacks.follow(way, progress, listener)
        return answer

    def get(self, sid: str) -> dict[str, object]:
        """A message as it is now."""
        found = self._kept.get(sid)
        if found is None:
            raise refusal(20404, self._uri(sid))
        return found

    def _values(self, given: form.Form) -> dict[str, str]:
        """The form's parameters, after the checks that the real API makes before it looks at any number."""
        values = form.values(given, _PARAMETERS, _REPEATABLE)
        if "To" not in values:
            raise refusal(21604)
        if "From" not in values and "MessagingServiceSid" not in values:
            raise refusal(21603)
        validity = values.get("ValidityPeriod", "1")
        if not re.fullmatch(r"[0-9]{1,6}", validity) or not 1 <= int(validity) <= _LONGEST_VALIDITY:
            raise refusal(90007, validity)
        form.check_url(values.get("StatusCallback"), 21609)
        return values

    def _sender(self, values: Mapping[str, str], channel: str) -> str:
        """The address that the message comes from. Its channel must be the receiver's."""
        sender = values.get("From", "")
        if service := values.get("MessagingServiceSid"):
            if service != self._account.messaging_service_sid:
                raise refusal(21705, service)
            if not sender:  # the service picks one of its numbers
                if channel == "sms":
                    return self._account.phone_numbers[0]
                return _WHATSAPP + self._account.whatsapp_numbers[0]
        if sender.startswith(_WHATSAPP) != (channel == "whatsapp"):
            raise refusal(21910)
        if channel == "whatsapp":
            if sender.removeprefix(_WHATSAPP) not in self._account.whatsapp_numbers:
                raise refusal(63007)
        else:
            numbers.check_sender(sender, owned=self._account.owns(sender))
        return sender

    def _new(self, values: Mapping[str, str], sender: str, body: str, channel: str) -> dict[str, object]:
        sid = "SM" + uuid.uuid4().hex
        service = values.get("MessagingServiceSid")
        now = form.rfc2822()
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
            "num_segments": "0" if service else str(segments.count(body)) if channel == "sms" else "1",
            "price": None,
            "price_unit": "USD" if channel == "sms" else None,
            "sid": sid,
            "status": "accepted" if service else "queued",
            "subresource_uris": {"media": self._uri(sid).replace(".json", "/Media.json")},
            "to": values["To"],
            "uri": self._uri(sid),
        }

    def _about(self, message: Mapping[str, object], sender: str) -> dict[str, str]:
        """The parameters of every status callback of a message."""
        sid = str(message["sid"])
        about = {"AccountSid": self._account.sid, "ApiVersion": "2010-04-01", "From": sender}
        about |= {"MessageSid": sid, "SmsSid": sid, "To": str(message["to"])}
        if message["messaging_service_sid"]:
            about["MessagingServiceSid"] = str(message["messaging_service_sid"])
        return about

    def _progress(self, sid: str, sender: str, step: Step) -> None:
        with self._kept.changing(sid) as message:
            if message is None:
                return
            message |= {"status": step.status, "date_updated": form.rfc2822(), "from": sender}
            if not sender.startswith(_WHATSAPP):
                message["num_segments"] = str(segments.count(str(message["body"])))
            if step.status not in {"queued", "failed"}:
                message["date_sent"] = message["date_sent"] or form.rfc2822()
            if step.error_code is not None:
                message["error_code"] = step.error_code
                message["error_message"] = DELIVERY_ERRORS.get(step.error_code, "Unknown error")

    def _uri(self, sid: str) -> str:
        return f"/2010-04-01/Accounts/{self._account.sid}/Messages/{sid}.json"


def receiver(to: str) -> tuple[str, str]:
    """The number in an address, and its channel (sms or whatsapp)."""
    return (to.removeprefix(_WHATSAPP), "whatsapp") if to.startswith(_WHATSAPP) else (to, "sms")


def _told(about: Mapping[str, str], channel: str, step: Step) -> Mapping[str, str]:
    """The parameters of the callback for a step."""
    told = {**about, "MessageStatus": step.status, "SmsStatus": step.status}
    if step.error_code is not None:
        told["ErrorCode"] = str(step.error_code)
    ended = step.status in {"delivered", "undelivered"}
    if channel == "whatsapp":
        number = about["To"].removeprefix(_WHATSAPP)
        told |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": number[:-4] + "XXXX"}
        told["ChannelInstallSid"] = "XE" + uuid.uuid5(uuid.NAMESPACE_DNS, about["AccountSid"]).hex
        if ended:
            told["EventType"] = step.status.upper()
        if step.error_code is not None:
            told["ErrorMessage"] = DELIVERY_ERRORS.get(step.error_code, "Unknown error")
    elif ended and step.error_code != _LANDLINE:
        # The carrier's time, to the minute, from its delivery receipt.
        told["RawDlrDoneDate"] = datetime.now(UTC).strftime("%y%m%d%H%M")
    return told
