"""Twilio's Call resource: outbound calls that speak their TwiML."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import phonenumbers

from infra.local.delivered import Delivered
from infra.local.faults import Faults
from infra.local.phone_numbers import region
from infra.local.twilio import course, form, numbers, twiml
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks, Listener
from infra.local.twilio.course import Step
from infra.local.twilio.errors import TwilioError, refusal
from infra.local.twilio.resources import Resources

# Every parameter of the real API's create call. Those that the simulation does not use are accepted and ignored.
_PARAMETERS = {
    "To",
    "From",
    "Method",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackEvent",
    "StatusCallbackMethod",
    "SendDigits",
    "Timeout",
    "Record",
    "RecordingChannels",
    "RecordingStatusCallback",
    "RecordingStatusCallbackMethod",
    "RecordingConfigurationId",
    "SipAuthUsername",
    "SipAuthPassword",
    "MachineDetection",
    "MachineDetectionTimeout",
    "RecordingStatusCallbackEvent",
    "Trim",
    "CallerId",
    "MachineDetectionSpeechThreshold",
    "MachineDetectionSpeechEndThreshold",
    "MachineDetectionSilenceTimeout",
    "AsyncAmd",
    "AsyncAmdStatusCallback",
    "AsyncAmdStatusCallbackMethod",
    "Passports",
    "Byoc",
    "CallReason",
    "CallToken",
    "RecordingTrack",
    "TimeLimit",
    "ClientNotificationUrl",
    "Url",
    "Twiml",
    "ApplicationSid",
}
_REPEATABLE = {"StatusCallbackEvent", "RecordingStatusCallbackEvent"}
# The callback event of each status.
_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_LAST = "completed"  # however the call ended
_SUBRESOURCES = (
    "events",
    "notifications",
    "payments",
    "recordings",
    "siprec",
    "streams",
    "transcriptions",
    "user_defined_message_subscriptions",
    "user_defined_messages",
)
_TRIAL = (
    "You have a trial account. You can remove this message at any time by upgrading to a full account. "
    "Press any key to execute your code."
)
_APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."


class Calls:
    """The calls of an account. The newest 10 000 are kept."""

    def __init__(
        self, account: Account, callbacks: Callbacks, faults: Faults, deliver: Callable[[Delivered], None]
    ) -> None:
        self._account = account
        self._callbacks = callbacks
        self._faults = faults
        self._deliver = deliver
        self._kept = Resources()

    def create(self, given: form.Form) -> dict[str, object]:
        """Place a call. Raises the `TwilioError` that the real API gives for the request."""
        values = self._values(given)
        events = set(given.get("StatusCallbackEvent", [])) - {""} or {_LAST}
        for event in events - {*_EVENTS.values(), _LAST}:
            raise refusal(21626, event)
        to, sender = values["To"], values["From"]
        numbers.check_caller(sender, owned=self._account.owns(sender))
        numbers.check_called(to, sender)
        spoken = twiml.spoken(values["Twiml"]) if "Twiml" in values else None
        trial = self._faults.take("trial", to, "voice")
        if trial and to not in trial.values["verified"]:
            raise refusal(21219, to=to)
        call = self._new(to, sender)
        sid = str(call["sid"])
        if over := self._faults.take("over_at_once", to, "voice"):
            call["status"] = over.values["status"]
            return self._kept.add(call)
        way = course.of_call(self._faults, to)
        about = self._about(call)
        answer = self._kept.add(call)

        def arrive() -> None:
            heard = spoken or self._fetch(values["Url"], values.get("Method", "POST"), about)
            text = f"{_TRIAL}\n{heard.text}" if trial else heard.text
            self._deliver(Delivered(to, sender, text, datetime.now(UTC), "voice", heard.language))

        def progress(step: Step) -> None:
            if spoken is None and (step.arrives or (way.at_once and step.status == "in-progress")):
                threading.Thread(target=arrive, daemon=True).start()  # the course goes on while the server answers
            elif step.arrives:
                arrive()
            self._progress(sid, step)

        if way.at_once and spoken is not None:
            arrive()
        numbered = {step: number for number, step in enumerate(way.steps)}
        listener = Listener(
            values.get("StatusCallback"),
            values.get("StatusCallbackMethod", "POST"),
            lambda step: _told(about, events, numbered[step], step),
        )
        self._callbacks.follow(way, progress, listener)
        return answer

    def get(self, sid: str) -> dict[str, object]:
        """A call as it is now."""
        found = self._kept.get(sid)
        if found is None:
            raise refusal(20404, self._uri(sid))
        return found

    def _values(self, given: form.Form) -> dict[str, str]:
        """The form's parameters, after the checks that the real API makes before it looks at any number."""
        values = form.values(given, _PARAMETERS, _REPEATABLE)
        if "To" not in values:
            raise refusal(21201)
        if "From" not in values:
            raise refusal(21213)
        if "ApplicationSid" in values:  # the account has none
            raise refusal(21218, values["ApplicationSid"])
        if "Twiml" in values and "Url" in values:
            raise refusal(20001, "Twiml and Url are mutually exclusive")
        if "Twiml" not in values and "Url" not in values:
            raise refusal(21205)
        form.check_url(values.get("Url"), 21205)
        form.check_url(values.get("StatusCallback"), 21609)
        for name in ("Method", "FallbackMethod", "StatusCallbackMethod"):
            if values.get(name, "POST") not in {"GET", "POST"}:
                raise refusal(21209, values[name])
        timeout = values.get("Timeout", "60")
        if not re.fullmatch(r"[0-9]{1,4}", timeout) or not 1 <= int(timeout) <= 600:
            raise refusal(21208, timeout)
        return values

    def _fetch(self, url: str, method: str, about: Mapping[str, str]) -> twiml.Spoken:
        """The spoken text of the TwiML at this address. If there is none, the error message that a person hears."""
        try:
            status, document = self._callbacks.send(url, {**about, "CallStatus": "in-progress"}, method)
            if status != 200:
                raise refusal(11200)
            return twiml.spoken(document.decode())
        except (OSError, ValueError, TwilioError):
            return twiml.Spoken(_APPLICATION_ERROR, "en-US")

    def _new(self, to: str, sender: str) -> dict[str, object]:
        sid = "CA" + uuid.uuid4().hex
        uri = self._uri(sid)
        paths = {name: "".join(part.capitalize() for part in name.split("_")) for name in _SUBRESOURCES}
        return {
            "account_sid": self._account.sid,
            "annotation": None,
            "answered_by": None,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": None,
            "date_updated": None,
            "direction": "outbound-api",
            "duration": None,
            "end_time": None,
            "forwarded_from": None,
            "from": sender,
            "from_formatted": _formatted(sender),
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": "PN" + uuid.uuid5(uuid.NAMESPACE_DNS, sender).hex,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": sid,
            "start_time": None,
            "status": "queued",
            "subresource_uris": {name: uri.replace(".json", f"/{path}.json") for name, path in paths.items()},
            "to": to,
            "to_formatted": _formatted(to),
            "trunk_sid": None,
            "uri": uri,
        }

    def _about(self, call: Mapping[str, object]) -> dict[str, str]:
        """The parameters of every request about a call."""
        to, sender = str(call["to"]), str(call["from"])
        about = {"AccountSid": self._account.sid, "ApiVersion": "2010-04-01", "CallSid": str(call["sid"])}
        about |= {"Direction": "outbound-api", "From": sender, "To": to, "Caller": sender, "Called": to}
        for name, number in (("From", sender), ("To", to), ("Caller", sender), ("Called", to)):
            about |= {f"{name}Country": region(number), f"{name}State": "", f"{name}City": "", f"{name}Zip": ""}
        return about

    def _progress(self, sid: str, step: Step) -> None:
        with self._kept.changing(sid) as call:
            if call is None:
                return
            now = form.rfc2822()
            # The resource itself has no status "initiated".
            call |= {"status": "queued" if step.status == "initiated" else step.status, "date_updated": now}
            call["date_created"] = call["date_created"] or now
            if step.status == "in-progress":
                call |= {"start_time": now}
            elif step.status not in _EVENTS:
                call |= {"start_time": call["start_time"] or now, "end_time": now}
                call["duration"] = "1" if step.status == "completed" else "0"

    def _uri(self, sid: str) -> str:
        return f"/2010-04-01/Accounts/{self._account.sid}/Calls/{sid}.json"


def _told(about: Mapping[str, str], events: set[str], number: int, step: Step) -> Mapping[str, str] | None:
    """The parameters of the callback for a step. None if the request did not ask for that event."""
    if _EVENTS.get(step.status, _LAST) not in events:
        return None
    told = {**about, "CallStatus": step.status, "CallbackSource": "call-progress-events"}
    told |= {"SequenceNumber": str(number), "Timestamp": form.rfc2822()}
    if step.status not in _EVENTS:
        answered = step.status == "completed"
        told |= {"CallDuration": "1" if answered else "0", "Duration": "1" if answered else "0"}
        told["SipResponseCode"] = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487"}.get(
            step.status, "404"
        )
    if step.error_code is not None:
        told["ErrorCode"] = str(step.error_code)
    return told


def _formatted(number: str) -> str:
    if number.startswith("+1") and len(number) == 12:
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.E164)
