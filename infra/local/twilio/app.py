"""The HTTP side of the simulated Twilio."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from infra.local.serving import Environ, StartResponse
from infra.local.twilio import prices
from infra.local.twilio.account import Account
from infra.local.twilio.callbacks import Callbacks
from infra.local.twilio.errors import TwilioError, not_authenticated, not_found
from infra.local.twilio.messages import Delivered, Messages

_LARGEST_FORM = 1024 * 1024


class Twilio:
    """A WSGI application that answers as api.twilio.com does, for one account."""

    def __init__(
        self,
        account: Account,
        deliver: Callable[[Delivered], None],
        complain: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.account = account
        self._callbacks = Callbacks(account.auth_token, complain)
        self._messages = Messages(account, self._callbacks, deliver)
        ours = f"/2010-04-01/Accounts/{account.sid}"
        # Method, path, what answers it.
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., tuple[int, dict[str, object]]]]] = [
            ("POST", re.compile(rf"{ours}/Messages\.json"), self._create_message),
            ("GET", re.compile(rf"{ours}/Messages/(SM[0-9a-f]{{32}})\.json"), self._get_message),
            ("GET", re.compile(r"/v1/Messaging/Countries/([A-Z]{2})"), self._get_prices),
        ]

    def start(self) -> None:
        self._callbacks.start()

    def stop(self) -> None:
        self._callbacks.stop()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            status, body = self._answer(request)
        except TwilioError as error:
            status, body = error.status, error.body()
        response = Response(json.dumps(body), status, content_type="application/json; charset=utf-8")
        response.headers["Twilio-Concurrent-Requests"] = "1"
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
        answer: Iterable[bytes] = response(environ, start_response)
        return answer

    def _answer(self, request: Request) -> tuple[int, dict[str, object]]:
        given = request.authorization
        if given is None or given.type != "basic" or not self._known(given.username or "", given.password or ""):
            raise not_authenticated()
        for method, pattern, answer in self._routes:
            found = pattern.fullmatch(request.path)
            if found and request.method == method:
                return answer(request, *found.groups())
        raise not_found(request.path)

    def _known(self, username: str, password: str) -> bool:
        return hmac.compare_digest(username.encode(), self.account.sid.encode()) and hmac.compare_digest(
            password.encode(), self.account.auth_token.encode()
        )

    def _create_message(self, request: Request) -> tuple[int, dict[str, object]]:
        if request.mimetype != "application/x-www-form-urlencoded" or (request.content_length or 0) > _LARGEST_FORM:
            raise TwilioError(20415, "The Content-Type is not application/x-www-form-urlencoded", 415)
        try:
            form = parse_qs(request.get_data(as_text=True), keep_blank_values=True, strict_parsing=True)
        except ValueError as error:
            raise TwilioError(20001, "The form cannot be read") from error
        return 201, self._messages.create(form)

    def _get_prices(self, _request: Request, region: str) -> tuple[int, dict[str, object]]:
        return 200, prices.of_country(region)

    def _get_message(self, request: Request, sid: str) -> tuple[int, dict[str, object]]:
        return 200, self._messages.get(sid)
