"""The HTTP side of the simulated Twilio."""

from __future__ import annotations

import hmac
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from werkzeug.wrappers import Request, Response

from infra.local.control import PREFIX, Asked
from infra.local.delivered import Delivered
from infra.local.faults import Faults, Rule
from infra.local.serving import Environ, StartResponse
from infra.local.trouble import Answer, Trouble, spoiled
from infra.local.twilio import form, prices
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks
from infra.local.twilio.calls import Calls
from infra.local.twilio.control import control_of
from infra.local.twilio.errors import TwilioError, refusal
from infra.local.twilio.faults import KINDS
from infra.local.twilio.messages import Messages, receiver

_LARGEST_FORM = 1024 * 1024
_KEPT = 10_000

type Body = dict[str, object]


@dataclass
class Received:
    """A request to the simulated Twilio, and its outcome."""

    method: str
    path: str
    parameters: Mapping[str, object] = field(repr=False)
    at: datetime
    status: int | None = None  # HTTP status; None while the request is under way, or if it got no answer
    code: str | int | None = None  # Twilio's, of a refusal
    sid: object = None  # of the message or call that was accepted
    to: str = ""  # its number
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> Body:
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {**{name: value for name, value in vars(self).items() if name != "at"}, "received_at": at}


class Twilio:
    """A WSGI application that answers as api.twilio.com does, for one account.

    `faults` changes its behaviour. `requests` and `callbacks` list the requests that came and the callbacks that were
    sent. The paths below `/handset` do the same over HTTP. Resetting a connection needs waitress as the server.
    """

    def __init__(
        self,
        account: Account,
        deliver: Callable[[Delivered], None],
        complain: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.account = account
        self.faults = Faults(KINDS)
        self.callbacks = Callbacks(account.auth_token, complain)
        self.control = control_of(self)
        self._received: deque[Received] = deque(maxlen=_KEPT)
        self._stopping = threading.Event()
        self._messages = Messages(account, self.callbacks, self.faults, deliver)
        self._calls = Calls(account, self.callbacks, self.faults, deliver)
        ours = f"/2010-04-01/Accounts/{account.sid}"
        # Method, path, and the function that answers.
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            ("POST", re.compile(rf"{ours}/Messages\.json"), self._create_message),
            ("GET", re.compile(rf"{ours}/Messages/(SM[0-9a-f]{{32}})\.json"), self._get_message),
            ("POST", re.compile(rf"{ours}/Calls\.json"), self._create_call),
            ("GET", re.compile(rf"{ours}/Calls/(CA[0-9a-f]{{32}})\.json"), self._get_call),
            ("GET", re.compile(r"/v1/Messaging/Countries/([A-Z]{2})"), self._get_prices),
            ("GET", re.compile(r"/v1/Voice/Countries/([A-Z]{2})"), self._get_call_prices),
        ]

    def start(self) -> None:
        self.callbacks.start()

    def stop(self) -> None:
        self._stopping.set()
        self.callbacks.stop()

    def promote(self) -> None:
        """Make the secondary Auth Token the primary one, which signs. The old primary token is no longer valid."""
        self.account = replace(
            self.account,
            auth_token=self.account.secondary_auth_token or self.account.auth_token,
            secondary_auth_token="",
        )
        self.callbacks.sign_with(self.account.auth_token)

    def requests(self) -> list[Body]:
        """Every request so far, newest first."""
        return [one.as_json() for one in reversed(list(self._received))]

    def forget(self) -> None:
        """Forget the requests and callbacks so far. The faults stay."""
        self._received.clear()
        self.callbacks.clear()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path.startswith(PREFIX):
            query = request.query_string.decode("latin-1")
            asked = Asked(request.method, request.path, query, request.mimetype, request.get_data())
            status, body = self.control.answer(asked)
            answer = Answer(status, json.dumps(body, ensure_ascii=False))
        else:
            received = Received(request.method, request.path, {}, datetime.now(UTC))
            self._received.append(received)
            try:
                answer = self._answer(request, received)
            except TwilioError as error:
                answer = _refused(error)
            received.status, received.code = answer.status, answer.code
        response = Response(answer.text, answer.status, answer.headers, content_type="application/json; charset=utf-8")
        response.headers["Twilio-Concurrent-Requests"] = "1"
        if answer.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        sent: Iterable[bytes] = response(environ, start_response)
        return sent

    def _answer(self, request: Request, received: Received) -> Answer:
        given = request.authorization
        if given is None or given.type != "basic" or not self._known(given.username or "", given.password or ""):
            raise refusal(20003)
        for method, pattern, answer in self._routes:
            found = pattern.fullmatch(request.path)
            if found and request.method == method:
                return answer(request, received, *found.groups())
        raise refusal(20404, request.path)

    def _known(self, username: str, password: str) -> bool:
        tokens = filter(None, (self.account.auth_token, self.account.secondary_auth_token))
        return hmac.compare_digest(username.encode(), self.account.sid.encode()) and any(
            hmac.compare_digest(password.encode(), token.encode()) for token in tokens
        )

    def _create_message(self, request: Request, received: Received) -> Answer:
        return self._create(request, received, self._messages.create, "")

    def _create_call(self, request: Request, received: Received) -> Answer:
        return self._create(request, received, self._calls.create, "voice")

    def _create(
        self, request: Request, received: Received, create: Callable[[form.Form], Body], channel: str
    ) -> Answer:
        """Accept a message or a call, or apply a fault."""
        if request.mimetype != "application/x-www-form-urlencoded" or (request.content_length or 0) > _LARGEST_FORM:
            raise refusal(20415)
        given = form.read(request.get_data(as_text=True))
        received.parameters = {name: values[0] if len(values) == 1 else values for name, values in given.items()}
        to, kind = receiver(given.get("To", [""])[0])
        received.to = to
        trouble = Trouble.take(self.faults, to, channel or kind)
        received.faults = trouble.names
        trouble.wait_before(self._stopping, request.environ)
        answer = None
        if trouble.accepts:
            try:
                body = create(given)
            except TwilioError as error:
                answer = _refused(error)
            else:
                received.sid = body["sid"]
                answer = Answer(201, json.dumps(body))
        trouble.wait_after(self._stopping)
        if trouble.fault:
            return spoiled(trouble.fault, _refused(_error(trouble.fault, to)), request.environ)
        return answer or _refused(refusal(20500))

    def _get_message(self, _request: Request, _received: Received, sid: str) -> Answer:
        return Answer(200, json.dumps(self._messages.get(sid)))

    def _get_call(self, _request: Request, _received: Received, sid: str) -> Answer:
        return Answer(200, json.dumps(self._calls.get(sid)))

    def _get_prices(self, _request: Request, _received: Received, region: str) -> Answer:
        return Answer(200, json.dumps(prices.of_country(region)))

    def _get_call_prices(self, _request: Request, _received: Received, region: str) -> Answer:
        return Answer(200, json.dumps(prices.of_calls(region)))


def _refused(error: TwilioError) -> Answer:
    return Answer(error.status, json.dumps(error.body()), code=error.code)


def _error(rule: Rule, to: str) -> TwilioError:
    """Twilio's error for a fault."""
    values = rule.values
    if rule.fault == "error":
        return refusal(values["code"], to=to, status=values["status"], message=values["message"] or "")
    status = values.get("status", 500)
    return refusal(20_000 + status, status=status)
