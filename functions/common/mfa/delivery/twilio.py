"""Twilio's messages and calls, by its official SDK."""

import json
from typing import Any

from msgspec import Struct
from twilio.request_validator import RequestValidator

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.timeouts import REQUEST_TIMEOUT, TIMEOUTS, Timeouts
from mfa.delivery.twilio_account import TwilioAccount
from mfa.delivery.twilio_callbacks import STATUSES
from mfa.delivery.twilio_http import NoAnswer, NotReached, TwilioHttp
from mfa.delivery.twilio_sdk import Client, TwilioException, TwilioRestException, TwilioServiceException
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import RouteSender
from mfa.settings.values import Sender
from mfa.vendor_errors import look_up

# Twilio: `ValidityPeriod` is 1 to 36000 seconds.
MAX_VALID_SECONDS = 36000
RING_SECONDS = 30
# The SIDs of calls begin with this.
CALL_SID = "CA"
CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]

# A refusal without a code, from a proxy for example, is recognised by its HTTP status.
_BY_STATUS = {401: 20003, 429: 20429}
_SMALLEST_CODE = 10_000


def client(account: TwilioAccount, api_url: str, timeouts: Timeouts = TIMEOUTS) -> Client:
    """Twilio's client, at Twilio's own addresses or at the configured one."""
    return _client(account, TwilioHttp(api_url, timeouts))


def send(account: TwilioAccount, api_url: str, outgoing: Outgoing, callback: str, timeouts: Timeouts) -> Outcome:
    """Sends one message, or calls, once.

    After a timeout or a 5xx nobody knows whether it went out: the outcome is `unknown` and the passcode stays valid.
    """
    http = TwilioHttp(api_url, timeouts)
    try:
        taken = _create(_client(account, http), account, outgoing, callback)
    except (TwilioRestException, TwilioServiceException) as error:
        return _refused(http.status, error.code)
    except NotReached:
        return _outcome("unreachable")
    except (NoAnswer, TwilioException, ValueError, AttributeError, TypeError, KeyError):
        # There is no answer that can be read: the message may have gone out.
        return Outcome(Delivery.UNKNOWN)
    delivery = STATUSES.get(taken.status)
    if delivery is not None and delivery.is_refused:
        return _outcome(taken.error)
    return Outcome(Delivery.QUEUED if taken.sid else Delivery.UNKNOWN, message_id=taken.sid)


def report(account: TwilioAccount, api_url: str, message_id: str, timeouts: Timeouts) -> Outcome | None:
    """How far a message or call has come by now; None if Twilio does not answer, or does not know it."""
    twilio = client(account, api_url, timeouts)
    try:
        if message_id.startswith(CALL_SID):
            status = error = str(twilio.calls(message_id).fetch().status)
        else:
            message = twilio.messages(message_id).fetch()
            status, error = str(message.status), str(message.error_code or "unknown")
    except (TwilioException, NoAnswer, ValueError, AttributeError, TypeError, KeyError):
        return None
    delivery = STATUSES.get(status)
    if delivery is None:
        return None
    return Outcome(delivery, error if delivery.is_refused else None)


def is_signed(auth_token: str, url: str, parameters: dict[str, str], signature: str) -> bool:
    """Whether Twilio signed this callback, by its own validator."""
    validator = RequestValidator(auth_token)  # type: ignore[no-untyped-call]
    return bool(validator.validate(url, parameters, signature))  # type: ignore[no-untyped-call]


def _client(account: TwilioAccount, http: TwilioHttp) -> Client:
    return Client(account.account_sid, account.auth_token, http_client=http)  # type: ignore[no-untyped-call]


class _Taken(Struct, frozen=True):
    """An answer 201: the SID of the message or call, how far it is, and if it is over already, why.

    Twilio refuses some messages in this way, for example when a Messaging Service has no sender that reaches the number.
    """

    sid: str | None
    status: str
    error: str


def _create(twilio: Client, account: TwilioAccount, outgoing: Outgoing, callback: str) -> _Taken:
    """The message or call that Twilio accepted."""
    if outgoing.channel is Channel.VOICE:
        call = twilio.calls.create(
            to=outgoing.address,
            from_=account.sender.phone_number or "",
            twiml=outgoing.body,
            timeout=RING_SECONDS,
            **({"status_callback": callback, "status_callback_event": CALL_EVENTS} if callback else {}),
        )
        return _Taken(call.sid, str(call.status), error=str(call.status))
    sender = _sender(account.sender)
    common: dict[str, Any] = {"validity_period": min(outgoing.valid_seconds, MAX_VALID_SECONDS)}
    if callback:
        common["status_callback"] = callback
    if outgoing.channel is Channel.WHATSAPP:
        if "from_" in sender:
            sender["from_"] = f"whatsapp:{sender['from_']}"
        message = twilio.messages.create(
            to=f"whatsapp:{outgoing.address}",
            content_sid=account.content_sid or "",
            content_variables=json.dumps({"1": outgoing.body}),
            **sender,
            **common,
        )
    else:
        message = twilio.messages.create(
            to=outgoing.address,
            body=outgoing.body,
            # Twilio's Compliance Toolkit and Traffic Shaping let passcodes pass at night and before other messages.
            message_intent="security" if outgoing.is_notice else "otp",
            # SMS Pumping Protection judges numbers that nobody has proved. Twilio advises to except those that are known to
            # be good, or a busy morning holds back their passcodes (30450). Our budgets limit them all the same.
            risk_check="disable" if outgoing.to_verified else "enable",
            **sender,
            **common,
        )
    return _Taken(message.sid, str(message.status), error=str(message.error_code or "unknown"))


def _sender(sender: Sender | RouteSender) -> dict[str, str]:
    if sender.messaging_service_sid:
        return {"messaging_service_sid": sender.messaging_service_sid}
    return {"from_": sender.phone_number or sender.alphanumeric or ""}


def _refused(status: int, given: object) -> Outcome:
    """The outcome of a refusal, by the answer's status and code. The SDK gives the status for a missing code."""
    if status >= 500 or status == REQUEST_TIMEOUT:
        return Outcome(Delivery.UNKNOWN)
    code = given if isinstance(given, int) and given >= _SMALLEST_CODE else _BY_STATUS.get(status, status)
    return _outcome(str(code))


def _outcome(error: str) -> Outcome:
    """The outcome of an error."""
    known = look_up(error)
    if not known.gives_back:
        return Outcome(Delivery.UNKNOWN)
    return Outcome(Delivery.FAILED, error, known.refusal(), known.permanent)
