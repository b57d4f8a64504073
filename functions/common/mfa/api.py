"""The HTTP side of a function: routes, bodies, tokens, and every refusal as a problem document."""

import base64
import hashlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from mfa import errors, schema
from mfa.clients import Client
from mfa.contract import Auth, Operation
from mfa.dispatch import Caller
from mfa.keys import HmacKeys
from mfa.tokens import MfaToken, read_mfa_token

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
IDEMPOTENCY_KEY_LENGTH = 255


class Wiring(Protocol):
    """What the API needs of the wiring."""

    def keys(self) -> HmacKeys: ...
    def clock(self) -> float: ...
    def client(self, client_id: str) -> Client | None: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, authorised and with its body read."""

    event: APIGatewayProxyEvent
    login: MfaToken | None
    client: Client | None
    body: Any

    @property
    def mfa_token(self) -> MfaToken:
        """The login that the call's MFA token names. Raises InvalidToken."""
        if self.login is None:
            raise errors.InvalidToken
        return self.login

    @property
    def relying_client(self) -> Client:
        """The client that made the call. Raises InvalidCredentials."""
        if self.client is None:
            raise errors.InvalidCredentials
        return self.client

    @property
    def address(self) -> str:
        """The address that the call comes from; of IPv6 the /64, which is what one subscriber has."""
        given = self.event.request_context.identity.source_ip
        try:
            address = ipaddress.ip_address(given)
        except ValueError:  # the test of a method in AWS's console comes from `test-invoke-source-ip`
            return given[:64]
        if address.version == 4:
            return str(address)
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)

    @property
    def caller(self) -> Caller:
        """Who asks, and the idempotency key with a digest of what was asked under it. Raises InvalidRequest."""
        key = _header(self.event, "Idempotency-Key")
        if key is None:
            return Caller(self.address)
        if not (0 < len(key) <= IDEMPOTENCY_KEY_LENGTH and key.isascii() and key.isprintable()):
            raise errors.InvalidRequest("Idempotency-Key", f"must be 1 to {IDEMPOTENCY_KEY_LENGTH} ASCII characters")
        asked = msgspec.json.encode([self.event.path, self.body])
        return Caller(self.address, key, hashlib.sha256(asked).hexdigest()[:32])

    def id(self) -> str:
        """The id in the path."""
        return str((self.event.path_parameters or {})["id"])


class App(APIGatewayRestResolver):
    """A resolver that takes its routes from the contract."""

    def __init__(self, wiring: Wiring, logger: Logger, metrics: Metrics) -> None:
        super().__init__(serializer=lambda value: msgspec.json.encode(value).decode())
        self._wiring = wiring
        self._logger = logger
        self._metrics = metrics
        # Only these ask for HTTP Basic: a browser that a page's own login form asks for it opens a dialog.
        self._basic: set[str] = set()
        self.exception_handler(errors.Refusal)(self._refused)
        self.exception_handler(Exception)(self._broken)
        self.not_found(lambda _error: self._refused(errors.NotFound()))

    def operation(self, operation: Operation) -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
        """Registers the function that carries an operation out; its answer is the response's body."""

        def register(function: Callable[[Call], Any]) -> Callable[[Call], Any]:
            def route(**_path: str) -> Response[Any]:
                self._logger.append_keys(operation=operation.id)
                self.count(operation.id)
                answer = function(self._authorised(operation))
                headers = (
                    {"Cache-Control": f"public, max-age={operation.cache_seconds}"} if operation.cache_seconds else {}
                )
                return _json(operation.status, msgspec.json.encode(answer), "application/json", headers)

            route.__name__ = function.__name__
            if operation.auth is Auth.CLIENT:
                self._basic.add(operation.path)
            path = operation.path.replace("{", "<").replace("}", ">")
            self.route(path, method=operation.method)(route)
            return function

        return register

    def count(self, metric: str) -> None:
        """Counts something that happened."""
        self._metrics.add_metric(name=metric, unit=MetricUnit.Count, value=1)

    def _authorised(self, operation: Operation) -> Call:
        """The call: first who makes it, then what is in it."""
        event = self.current_event
        login = client = None
        if operation.auth is Auth.MFA_TOKEN:
            login = read_mfa_token(self._wiring.keys(), _bearer(event), self._wiring.clock())
        elif operation.auth is Auth.CLIENT:
            client = self._client(event)
        return Call(event, login, client, _body(event, operation))

    def _client(self, event: APIGatewayProxyEvent) -> Client:
        """HTTP Basic (RFC 7617): the client's id and secret."""
        scheme, _, credentials = (_header(event, "Authorization") or "").partition(" ")
        try:
            client_id, _, secret = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
        except ValueError as error:
            raise errors.InvalidCredentials("The client id or secret is not right.") from error
        client = self._wiring.client(client_id) if scheme.lower() == "basic" and 0 < len(client_id) <= 64 else None
        if client is None or not client.has_secret(secret):
            raise errors.InvalidCredentials("The client id or secret is not right.")
        return client

    def _refused(self, refusal: errors.Refusal) -> Response[Any]:
        self._logger.info("refused", code=refusal.code, cause=type(refusal.__cause__).__name__)
        self.count(f"refused_{refusal.code}")
        headers = {}
        if refusal.retry_after is not None:
            headers["Retry-After"] = str(refusal.retry_after)
        if isinstance(refusal, errors.InvalidToken):
            headers["WWW-Authenticate"] = "Bearer"
        elif isinstance(refusal, errors.InvalidCredentials) and self.current_event.resource in self._basic:
            headers["WWW-Authenticate"] = 'Basic realm="client"'
        return _json(refusal.status, msgspec.json.encode(refusal.problem()), "application/problem+json", headers)

    def _broken(self, error: Exception) -> Response[Any]:
        self._logger.exception("broken", exc_info=error)
        self.count("broken")
        return self._refused(errors.InternalError(correlation_id=self.current_event.request_context.request_id))


def _json(status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(
        status_code=status, content_type=content_type, body=body.decode(), headers=SECURITY_HEADERS | (headers or {})
    )


def _header(event: APIGatewayProxyEvent, name: str) -> str | None:
    return next((value for key, value in (event.headers or {}).items() if key.lower() == name.lower()), None)


def _bearer(event: APIGatewayProxyEvent) -> str:
    """The token of `Authorization: Bearer …` (RFC 6750, 2.1)."""
    scheme, _, token = (_header(event, "Authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise errors.InvalidToken
    return token.strip()


def _body(event: APIGatewayProxyEvent, operation: Operation) -> Any:
    if operation.request is None:
        return None
    raw: str | bytes = event.get("body") or ""
    if raw and event.get("isBase64Encoded"):
        raw = base64.b64decode(raw)
    if not raw and not operation.body_required:
        return operation.request()
    content_type = (_header(event, "Content-Type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise errors.InvalidRequest("Content-Type", "must be application/json")
    return schema.convert(schema.load(raw), operation.request)
