"""The HTTP client that Twilio's SDK sends by."""

import base64
import http.client
import logging
import re
import ssl
import time
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode, urlsplit

import certifi

from mfa.delivery.timeouts import Timeouts
from mfa.delivery.twilio_sdk import HttpClient, Response

_HOST = re.compile(r"^https://[a-z]+\.twilio\.com")
# Only after a 429: it says that nothing was done.
RETRIES = 2
# Bytes. Twilio's answers have a few thousand, lists of prices some hundred thousand.
LONGEST = 8 << 20


class NoAnswer(Exception):
    """Twilio did not answer. Nobody knows whether it did what was asked."""


class NotReached(NoAnswer):
    """The connection failed before the request could go out."""


class TwilioHttp(HttpClient):
    """Sends each request by a connection of its own, at the configured address if there is one.

    It retries only after a 429, which says that nothing was done. A kept connection may have died unseen while the function was
    frozen: whether a request that was sent by it arrived, nobody could know.
    """

    def __init__(self, api_url: str, timeouts: Timeouts) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=False)
        self._api_url = api_url
        self._timeouts = timeouts
        self.status = 0

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The answer. Redirects are not followed. Raises NotReached and NoAnswer."""
        address = _HOST.sub(self._api_url, uri) if self._api_url else uri
        query = f"?{urlencode(params, doseq=True)}" if params else ""
        sent = {**(headers or {}), **_authorization(auth)}
        body = urlencode(data, doseq=True).encode() if data else None
        began = time.monotonic()
        for attempt in range(RETRIES + 1):
            response = self._once(method, address + query, body, sent, began + self._timeouts.deadline)
            self.status = response.status_code
            wait = _retry_after(response)
            passed = time.monotonic() - began + wait
            if response.status_code != 429 or attempt == RETRIES or passed > self._timeouts.retry_until:
                break
            time.sleep(wait)
        return response

    def _once(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], until: float) -> Response:
        """The answer to one request. `until`: the monotonic time after which nobody waits for it."""
        target = urlsplit(url)
        connection = (
            http.client.HTTPSConnection(target.netloc, timeout=self._timeouts.connect, context=_tls())
            if target.scheme == "https"
            else http.client.HTTPConnection(target.netloc, timeout=self._timeouts.connect)
        )
        try:
            try:
                connection.connect()
            except OSError as error:
                raise NotReached from error
            left = until - time.monotonic()  # each address of a name takes the whole time to connect
            if left <= 0:
                raise NotReached
            connection.sock.settimeout(min(self._timeouts.read, left))
            connection.request(method, f"{target.path or '/'}{url.partition('?')[1]}{target.query}", body, headers)
            with connection.getresponse() as answer:
                content = answer.read(LONGEST + 1)
                if len(content) > LONGEST:
                    raise NoAnswer
                text = content.decode(errors="replace")
                return Response(answer.status, text, answer.headers)
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer from error
        finally:
            connection.close()


@cache
def _tls() -> ssl.SSLContext:
    """The context of all connections: to read its certificates takes longer than a request."""
    return ssl.create_default_context(cafile=certifi.where())


def _authorization(auth: tuple[str, str] | None) -> dict[str, str]:
    if auth is None:
        return {}
    return {"Authorization": f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"}


def _retry_after(response: Response) -> float:
    """How long Twilio asks to wait, in seconds; half a second if it does not say."""
    asked = str((response.headers or {}).get("Retry-After", ""))
    return float(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0.5
