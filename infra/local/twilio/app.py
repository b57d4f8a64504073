"""The HTTP side of the simulated Twilio."""

from __future__ import annotations

import hmac
import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from waitress.channel import ClientDisconnected  # type: ignore[import-untyped]  # has no types
from werkzeug.wrappers import Request, Response

from infra.local.serving import Environ, StartResponse
from infra.local.twilio import control, form, prices
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks
from infra.local.twilio.calls import Calls
from infra.local.twilio.delivered import Delivered
from infra.local.twilio.errors import TwilioError, refusal
from infra.local.twilio.faults import ANSWERS, Faults, Rule
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
    code: int | None = None  # Twilio's, of a refusal
    sid: object = None  # of the message or call that was accepted
    to: str = ""  # its number
    faults: list[str] = field(default_factory=list)

    def as_json(self) -> Body:
        at = self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {**{name: value for name, value in vars(self).items() if name != "at"}, "received_at": at}


@dataclass
class _Answer:
    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    code: int | None = None  # Twilio's, of a refusal

    @classmethod
    def of(cls, error: TwilioError) -> _Answer:
        return cls(error.status, json.dumps(error.body()), code=error.code)


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
        self.faults = Faults()
        self.callbacks = Callbacks(account.auth_token, complain)
        self._received: deque[Received] = deque(maxlen=_KEPT)
        self._stopping = threading.Event()
        self._messages = Messages(account, self.callbacks, self.faults, deliver)
        self._calls = Calls(account, self.callbacks, self.faults, deliver)
        ours = f"/2010-04-01/Accounts/{account.sid}"
        # Method, path, and the function that answers.
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., _Answer]]] = [
            ("POST", re.compile(rf"{ours}/Messages\.json"), self._create_message),
            ("GET", re.compile(rf"{ours}/Messages/(SM[0-9a-f]{{32}})\.json"), self._get_message),
            ("POST", re.compile(rf"{ours}/Calls\.json"), self._create_call),
            ("GET", re.compile(rf"{ours}/Calls/(CA[0-9a-f]{{32}})\.json"), self._get_call),
            ("GET", re.compile(r"/v1/Messaging/Countries/([A-Z]{2})"), self._get_prices),
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
        if request.path.startswith(control.PREFIX):
            query = request.query_string.decode("latin-1")
            asked = control.Asked(request.method, request.path, query, request.mimetype, request.get_data())
            status, body = control.answer(self, asked)
            answer = _Answer(status, json.dumps(body, ensure_ascii=False))
        else:
            received = Received(request.method, request.path, {}, datetime.now(UTC))
            self._received.append(received)
            try:
                answer = self._answer(request, received)
            except TwilioError as error:
                answer = _Answer.of(error)
            received.status, received.code = answer.status, answer.code
        response = Response(answer.text, answer.status, answer.headers, content_type="application/json; charset=utf-8")
        response.headers["Twilio-Concurrent-Requests"] = "1"
        if answer.status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        sent: Iterable[bytes] = response(environ, start_response)
        return sent

    def _answer(self, request: Request, received: Received) -> _Answer:
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

    def _create_message(self, request: Request, received: Received) -> _Answer:
        return self._create(request, received, self._messages.create, "")

    def _create_call(self, request: Request, received: Received) -> _Answer:
        return self._create(request, received, self._calls.create, "voice")

    def _create(
        self, request: Request, received: Received, create: Callable[[form.Form], Body], channel: str
    ) -> _Answer:
        """Accept a message or a call, or apply a fault."""
        if request.mimetype != "application/x-www-form-urlencoded" or (request.content_length or 0) > _LARGEST_FORM:
            raise refusal(20415)
        given = form.read(request.get_data(as_text=True))
        received.parameters = {name: values[0] if len(values) == 1 else values for name, values in given.items()}
        to, kind = receiver(given.get("To", [""])[0])
        received.to = to
        rules = [self.faults.take("slow", to, channel or kind), self.faults.take(ANSWERS, to, channel or kind)]
        slow, fault = rules
        received.faults = [rule.fault for rule in rules if rule]
        late = slow.values["seconds"] if slow else 0
        if slow and not slow.values["accept"]:
            self._stopping.wait(late)
            late = 0
            if _hung_up(request.environ):
                raise ClientDisconnected
        answer = None
        if fault is None or fault.values.get("accept"):
            try:
                body = create(given)
            except TwilioError as error:
                answer = _Answer.of(error)
            else:
                received.sid = body["sid"]
                answer = _Answer(201, json.dumps(body))
        self._stopping.wait(late)
        return _faulty(fault, to, request.environ) if fault else answer or _Answer.of(refusal(20500))

    def _get_message(self, _request: Request, _received: Received, sid: str) -> _Answer:
        return _Answer(200, json.dumps(self._messages.get(sid)))

    def _get_call(self, _request: Request, _received: Received, sid: str) -> _Answer:
        return _Answer(200, json.dumps(self._calls.get(sid)))

    def _get_prices(self, _request: Request, _received: Received, region: str) -> _Answer:
        return _Answer(200, json.dumps(prices.of_country(region)))


def _faulty(rule: Rule, to: str, environ: Environ) -> _Answer:
    """The answer that a fault gives instead of the right one. A reset gives none."""
    values = rule.values
    match rule.fault:
        case "error":
            error = refusal(values["code"], to=to, status=values["status"], message=values["message"] or "")
            return _Answer.of(error)
        case "malformed":
            return _Answer(values["status"], values["body"])
        case "status":
            status = values["status"]
            answer = _Answer.of(refusal(20_000 + status, status=status))
            if values["body"] is not None:
                answer.text = values["body"]
            if values["retry_after"] is not None:
                answer.headers["Retry-After"] = str(values["retry_after"])
            return answer
    _reset(environ)
    raise ClientDisconnected  # waitress closes the connection and answers nothing


def _channel(environ: Environ) -> Any:
    """The connection of a request. waitress exposes it only as the owner of a method."""
    return environ["waitress.client_disconnected"].__self__


def _hung_up(environ: Environ) -> bool:
    """True if the caller has closed the connection. An open one sends nothing, because it waits for this answer."""
    try:
        return not _channel(environ).socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _reset(environ: Environ) -> None:
    """Make closing the connection send a TCP RST instead of a FIN, by setting its linger time to zero."""
    _channel(environ).socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
