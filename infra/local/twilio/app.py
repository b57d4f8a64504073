"""The HTTP side of the simulated Twilio."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable
from copy import replace
from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from infra.local.delivered import Delivered
from infra.local.faults import Rule
from infra.local.trouble import Answer
from infra.local.twilio import form, prices
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks
from infra.local.twilio.calls import Calls
from infra.local.twilio.control import control_of
from infra.local.twilio.errors import TwilioError, refusal
from infra.local.twilio.faults import KINDS
from infra.local.twilio.messages import Messages, receiver
from infra.local.vendor import Received, Vendor

_LARGEST_FORM = 1024 * 1024

type Body = dict[str, object]


@dataclass(kw_only=True)
class ApiRequest(Received):
    """A request to the simulated Twilio, and the message or call that was accepted."""

    method: str
    path: str
    sid: object = None


class Twilio(Vendor):
    """A WSGI application that answers as api.twilio.com does, for one account.

    `faults` changes its behaviour. `requests` and `callbacks` list the requests that came and the callbacks that were
    sent. The paths below `/handset` do the same over HTTP.
    """

    def __init__(
        self,
        account: Account,
        deliver: Callable[[Delivered], None],
        complain: Callable[[str], None] = lambda line: None,
    ) -> None:
        super().__init__(KINDS)
        self.account = account
        self.callbacks = Callbacks(account.auth_token, complain)
        self.control = control_of(self)
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
        super().stop()
        self.callbacks.stop()

    def promote(self) -> None:
        """Make the secondary Auth Token the primary one, which signs. The old primary token is no longer valid."""
        self.account = replace(
            self.account,
            auth_token=self.account.secondary_auth_token or self.account.auth_token,
            secondary_auth_token="",
        )
        self.callbacks.sign_with(self.account.auth_token)

    def forget(self) -> None:
        """Forget the requests and callbacks so far. The faults stay."""
        super().forget()
        self.callbacks.clear()

    def respond(self, request: Request) -> Response:
        """Twilio's answer."""
        received = ApiRequest(method=request.method, path=request.path)
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
        return response

    def _answer(self, request: Request, received: ApiRequest) -> Answer:
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

    def _create_message(self, request: Request, received: ApiRequest) -> Answer:
        return self._create(request, received, self._messages.create, "")

    def _create_call(self, request: Request, received: ApiRequest) -> Answer:
        return self._create(request, received, self._calls.create, "voice")

    def _create(
        self, request: Request, received: ApiRequest, create: Callable[[form.Form], Body], channel: str
    ) -> Answer:
        """Accept a message or a call, or apply a fault."""
        if request.mimetype != "application/x-www-form-urlencoded" or (request.content_length or 0) > _LARGEST_FORM:
            raise refusal(20415)
        given = form.read(request.get_data(as_text=True))
        received.parameters = {name: values[0] if len(values) == 1 else values for name, values in given.items()}
        to, kind = receiver(given.get("To", [""])[0])
        received.to = to

        def accept() -> Answer:
            try:
                body = create(given)
            except TwilioError as error:
                return _refused(error)
            received.sid = body["sid"]
            return Answer(201, json.dumps(body))

        return self.answered(request, received, channel or kind, accept, lambda rule: _refused(_error(rule, to)))

    def _get_message(self, _request: Request, _received: ApiRequest, sid: str) -> Answer:
        return Answer(200, json.dumps(self._messages.get(sid)))

    def _get_call(self, _request: Request, _received: ApiRequest, sid: str) -> Answer:
        return Answer(200, json.dumps(self._calls.get(sid)))

    def _get_prices(self, _request: Request, _received: ApiRequest, region: str) -> Answer:
        return Answer(200, json.dumps(prices.of_country(region)))

    def _get_call_prices(self, _request: Request, _received: ApiRequest, region: str) -> Answer:
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
