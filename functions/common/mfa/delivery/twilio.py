"""Twilio's messages and calls, by its official SDK."""

import json
import re
import time
from typing import Any

from msgspec import Struct
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from mfa.challenges.challenge import Delivery
from mfa.challenges.sends import Outcome
from mfa.delivery.timeouts import REQUEST_TIMEOUT, TIMEOUTS, Timeouts
from mfa.delivery.twilio_account import TwilioAccount
from mfa.delivery.twilio_callbacks import STATUSES
from mfa.messages.channels import Channel
from mfa.messages.outgoing import Outgoing
from mfa.settings.routes import RouteSender
from mfa.settings.values import Sender
from mfa.vendor_errors import look_up

_HOST = re.compile(r"^https://[a-z]+\.twilio\.com")
# Only after a 429: it says that nothing was done.
RETRIES = 2
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
    return _client(account, _Http(api_url, timeouts))


def send(account: TwilioAccount, api_url: str, outgoing: Outgoing, callback: str, timeouts: Timeouts) -> Outcome:
    """Sends one message, or calls, once.

    After a timeout or a 5xx nobody knows whether it went out: the outcome is `unknown` and the passcode stays valid.
    """
    http = _Http(api_url, timeouts)
    try:
        taken = _create(_client(account, http), account, outgoing, callback)
    except (TwilioRestException, TwilioServiceException) as error:
        return _refused(http.status, error.code)
    except RequestException as error:
        if _never_sent(error):
            return _outcome("unreachable")
        return Outcome(Delivery.UNKNOWN)
    except (TwilioException, ValueError, AttributeError, TypeError, KeyError):
        # The answer cannot be read: the message may have gone out.
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
    except (TwilioException, RequestException, ValueError, AttributeError, TypeError, KeyError):
        return None
    delivery = STATUSES.get(status)
    if delivery is None:
        return None
    return Outcome(delivery, error if delivery.is_refused else None)


def is_signed(auth_token: str, url: str, parameters: dict[str, str], signature: str) -> bool:
    """Whether Twilio signed this callback, by its own validator."""
    validator = RequestValidator(auth_token)  # type: ignore[no-untyped-call]
    return bool(validator.validate(url, parameters, signature))  # type: ignore[no-untyped-call]


def _client(account: TwilioAccount, http: "_Http") -> Client:
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
            status_callback=callback,
            status_callback_event=CALL_EVENTS,
        )
        return _Taken(call.sid, str(call.status), error=str(call.status))
    sender = _sender(account.sender)
    common: dict[str, Any] = {
        "status_callback": callback,
        "validity_period": min(outgoing.valid_seconds, MAX_VALID_SECONDS),
    }
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


class _Http(TwilioHttpClient):
    """Twilio's own client at the configured address. It retries only after a 429, which says that nothing was done."""

    def __init__(self, api_url: str, timeouts: Timeouts) -> None:
        super().__init__(pool_connections=False, max_retries=0)
        self._api_url = api_url
        self._timeouts = timeouts
        self.status = 0

    # The SDK logs every request's address and headers at INFO, and Lambda's JSON logs let INFO through.
    def log_request(self, kwargs: dict[str, object]) -> None:
        """Logs nothing."""

    def log_response(self, status_code: int, response: object) -> None:
        """Logs nothing."""

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The request, sent to the configured address in place of Twilio's."""
        address = _HOST.sub(self._api_url, url) if self._api_url else url
        began, passed = time.monotonic(), 0.0
        for attempt in range(RETRIES + 1):
            # requests takes both; the SDK's own signature knows of one.
            self.timeout: Any = self._timeouts.connect, min(self._timeouts.read, self._timeouts.deadline - passed)
            response = super().request(method, address, params, data, headers, auth, None, allow_redirects)
            self.status = response.status_code
            wait = _retry_after(response)
            passed = time.monotonic() - began + wait
            if response.status_code != 429 or attempt == RETRIES or passed > self._timeouts.retry_until:
                break
            time.sleep(wait)
        return response


def _retry_after(response: Response) -> float:
    """How long Twilio asks to wait, in seconds; half a second if it does not say."""
    asked = str((response.headers or {}).get("Retry-After", ""))
    return float(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0.5


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


def _never_sent(error: RequestException) -> bool:
    """Whether the connection failed before the request could go out."""
    if isinstance(error, ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, RequestsConnectionError) and isinstance(reason, NewConnectionError)
