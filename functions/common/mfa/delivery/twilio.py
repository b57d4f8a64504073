"""Twilio's messages, by its official SDK."""

from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from mfa.challenges import Delivery
from mfa.delivery.sms import Account
from mfa.dispatch import Outcome
from mfa.errors import DestinationBlocked, PhoneUnusable, Refusal, SmsUnavailable
from mfa.settings import Sender

TWILIO_URL = "https://api.twilio.com"
# Connecting and reading together stay below the function's own timeout of 20 s.
TIMEOUT_SECONDS = 8.0
# Twilio: `ValidityPeriod` is 1 to 36000 seconds.
MAX_VALID_SECONDS = 36000

# https://www.twilio.com/docs/api/errors: what a code means for the one who waits for a passcode.
_PERMANENT: dict[int, type[Refusal]] = dict.fromkeys((21211, 21614, 30005, 30006), PhoneUnusable)
_REFUSALS: dict[int, type[Refusal]] = _PERMANENT | {
    21408: DestinationBlocked,
    21610: PhoneUnusable,
    21612: DestinationBlocked,
}


def send(account: Account, api_url: str, number: str, body: str, valid_seconds: int) -> Outcome:
    """Sends one message, once.

    After a timeout or a 5xx nobody knows whether it went out: the outcome is `unknown` and the passcode stays valid.
    """
    client = Client(account.account_sid, account.auth_token, http_client=_Http(api_url or TWILIO_URL))  # type: ignore[no-untyped-call]
    try:
        client.messages.create(
            to=number, body=body, validity_period=min(valid_seconds, MAX_VALID_SECONDS), **_sender(account.sender)
        )
    except TwilioRestException as error:
        return _refused(error)
    except RequestException as error:
        if _never_sent(error):
            return Outcome(Delivery.FAILED, "unreachable", SmsUnavailable())
        return Outcome(Delivery.UNKNOWN)
    except (TwilioException, ValueError, AttributeError, TypeError, KeyError):
        # An answer that nobody can read: the message may have gone out.
        return Outcome(Delivery.UNKNOWN)
    return Outcome(Delivery.QUEUED)


class _Http(TwilioHttpClient):
    """Twilio's own client, one attempt, at the configured address."""

    def __init__(self, api_url: str) -> None:
        super().__init__(pool_connections=False, timeout=TIMEOUT_SECONDS, max_retries=0)
        self._api_url = api_url

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
        address = self._api_url + url.removeprefix(TWILIO_URL)
        return super().request(method, address, params, data, headers, auth, timeout, allow_redirects)


def _sender(sender: Sender) -> dict[str, str]:
    if sender.messaging_service_sid:
        return {"messaging_service_sid": sender.messaging_service_sid}
    return {"from_": sender.phone_number or sender.alphanumeric or ""}


def _refused(error: TwilioRestException) -> Outcome:
    if error.status >= 500:
        return Outcome(Delivery.UNKNOWN)
    refusal = _REFUSALS.get(error.code or 0, SmsUnavailable)
    return Outcome(Delivery.FAILED, str(error.code or error.status), refusal(), error.code in _PERMANENT)


def _never_sent(error: RequestException) -> bool:
    """Whether the connection failed before the request could go out."""
    if isinstance(error, ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, RequestsConnectionError) and isinstance(reason, NewConnectionError)
