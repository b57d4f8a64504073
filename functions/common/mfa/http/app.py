"""The HTTP side of a function: routes, bodies, tokens, and every refusal as a problem document."""

import base64
import hashlib
import ipaddress
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from mfa import decoding, errors
from mfa.challenges.budgets import BudgetSpent
from mfa.challenges.sends import Caller, NotSent
from mfa.http import cors
from mfa.http.operations import Auth, Operation
from mfa.metrics import Metrics
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken, read_mfa_token
from mfa.users.actors import Actor
from mfa.users.clients import Client

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}
IDEMPOTENCY_KEY_LENGTH = 255
FORM_FIELDS = 100
# What a refusal means to an operator, beyond its code.
REFUSALS_COUNTED = {
    ("login", errors.InvalidCredentials.code): "wrong_passwords",
    ("verifyChallenge", errors.InvalidCode.code): "wrong_codes",
    ("verifyChallenge", errors.CodeSuperseded.code): "wrong_codes",
}


class Access(Protocol):
    """Decides who may administer."""

    def actor(self, token: str, address: str) -> Actor: ...


class Wiring(Protocol):
    """What the API needs of the wiring."""

    def keys(self) -> HmacKeys: ...
    def clock(self) -> float: ...
    def client(self, client_id: str) -> Client | None: ...
    def note_use(self, client: Client) -> None: ...
    def origins(self) -> Collection[str]: ...
    @property
    def access(self) -> Access: ...
    @property
    def metrics(self) -> Metrics: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, authorised and with its body read."""

    event: APIGatewayProxyEvent
    login: MfaToken | None
    client: Client | None
    actor: Actor | None
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
    def administrator(self) -> Actor:
        """The system user who makes the call. Raises InvalidToken."""
        if self.actor is None:
            raise errors.InvalidToken
        return self.actor

    @property
    def address(self) -> str:
        """The address that the call comes from; of IPv6 the /64, which is what one subscriber has."""
        return _address(self.event)

    @property
    def if_match(self) -> str | None:
        """The entity tag of `If-Match`."""
        return _header(self.event, "If-Match")

    @property
    def caller(self) -> Caller:
        """Who asks, and the idempotency key with a digest of what was asked under it. Raises InvalidRequest."""
        key = _header(self.event, "Idempotency-Key")
        if key is None:
            return Caller(self.address)
        if not (0 < len(key) <= IDEMPOTENCY_KEY_LENGTH and key.isascii() and key.isprintable()):
            raise errors.InvalidRequest("Idempotency-Key", f"must be 1 to {IDEMPOTENCY_KEY_LENGTH} ASCII characters")
        asked = msgspec.json.encode([self.event.path, self.event.path_parameters, self.body])
        return Caller(self.address, key, hashlib.sha256(asked).hexdigest()[:32])

    def header(self, name: str) -> str | None:
        """A header, whatever the case of its name."""
        return _header(self.event, name)

    def query(self) -> dict[str, str]:
        """What the query says. Raises InvalidRequest where it says something twice."""
        return _query(self.event)

    def form(self) -> dict[str, str]:
        """The body as form fields. Raises InvalidRequest where it is none, or has a field twice."""
        try:
            raw = _raw(self.event)
            if len(raw) > decoding.BODY_BYTES:
                raise errors.InvalidRequest("body", f"must have at most {decoding.BODY_BYTES} bytes")
            text = raw.decode()
            fields = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=FORM_FIELDS)
        except ValueError as error:
            raise errors.InvalidRequest("body", "must be form fields") from error
        if len(dict(fields)) != len(fields):
            raise errors.InvalidRequest("body", "must have each field once")
        return dict(fields)

    def id(self) -> str:
        """The id in the path."""
        return str((self.event.path_parameters or {})["id"])


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with the version of what it shows."""

    body: Any
    etag: str | None = None


class App(APIGatewayRestResolver):
    """A resolver that takes its routes from the contract."""

    def __init__(self, wiring: Wiring, logger: Logger) -> None:
        super().__init__(serializer=lambda value: msgspec.json.encode(value).decode())
        self._wiring = wiring
        self._logger = logger
        self._metrics = wiring.metrics
        self._operation = ""
        # Only these ask for HTTP Basic: a browser that a page's own login form asks for it opens a dialog.
        self._basic: set[str] = set()
        self._cross_origin: set[str] = set()
        self.exception_handler(errors.Refusal)(self._refused)
        self.exception_handler(Exception)(self._broken)
        self.not_found(lambda _error: self._refused(errors.NotFound()))

    def operation(self, operation: Operation) -> Callable[[Callable[[Call], Any]], Callable[[Call], Any]]:
        """Registers the function that carries an operation out; its answer is the response's body."""

        def register(function: Callable[[Call], Any]) -> Callable[[Call], Any]:
            def route(**_path: str) -> Response[Any]:
                self._logger.append_keys(operation=operation.id)
                self._operation = operation.id
                with self._metrics.timing("latency", operation=operation.id):
                    answer = function(self._authorised(operation))
                body, etag = (answer.body, answer.etag) if isinstance(answer, Answer) else (answer, None)
                headers = {"ETag": etag} if etag else {}
                if operation.cache_seconds:
                    headers["Cache-Control"] = f"public, max-age={operation.cache_seconds}"
                encoded = b"" if operation.status == 204 else msgspec.json.encode(body)
                return _json(operation.status, encoded, "application/json", headers)

            route.__name__ = function.__name__
            if operation.auth is Auth.CLIENT:
                self._basic.add(operation.path)
            self.route(operation.path, method=operation.method)(route)
            if operation.cross_origin:
                self._cross_origin.add(operation.path)
                self.route(operation.path, method="OPTIONS")(lambda **_path: self._preflight(operation))
            return function

        return register

    def resolve(self, event: Any, context: Any) -> dict[str, Any]:
        """Answers an event. API Gateway has matched the route already: `resource` is the path as the contract has it."""
        self._operation = ""
        if not is_request(event):
            return self.refuse_invocation(errors.InvalidRequest("event", "must be a request from API Gateway"))
        answer = super().resolve({**event, "path": event.get("resource") or event.get("path")}, context)
        if event.get("resource") in self._cross_origin:
            headers = cors.answer_headers(self._wiring.origins(), self._origin)
            answer["multiValueHeaders"] |= {name: [value] for name, value in headers.items()}
        return answer

    def refuse_invocation(self, refusal: errors.Refusal) -> dict[str, Any]:
        """What a direct invocation gets, which has no HTTP response: `{"error": problem}`."""
        self._logger.info("refused", code=refusal.code)
        self._count_refusal(refusal)
        return {"error": refusal.problem()}

    def _count_refusal(self, refusal: errors.Refusal) -> None:
        """Counts a refusal by its code, and what it means beyond that."""
        self._metrics.count("refusals", code=refusal.code)
        if meaning := REFUSALS_COUNTED.get((self._operation, refusal.code)):
            self._metrics.count(meaning)

    @property
    def _origin(self) -> str | None:
        """The site whose page asks, as the browser says."""
        return _header(self.current_event, "Origin")

    def _preflight(self, operation: Operation) -> Response[Any]:
        headers = cors.preflight_headers(self._wiring.origins(), self._origin, operation.method)
        return _json(204, b"", "application/json", headers)

    def _authorised(self, operation: Operation) -> Call:
        """The call: first who makes it, then what is in it."""
        event = self.current_event
        login = client = actor = None
        if operation.auth is Auth.MFA_TOKEN:
            login = read_mfa_token(self._wiring.keys(), _bearer(event), self._wiring.clock())
        elif operation.auth is Auth.CLIENT:
            client = self._client(event)
        elif operation.auth is Auth.ACCESS_TOKEN:
            actor = self._wiring.access.actor(_bearer(event), _address(event))
            return Call(event, login, client, actor, _everything(event, operation))
        return Call(event, login, client, actor, _body(event, operation))

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
        self._wiring.note_use(client)
        return client

    def _refused(self, refusal: errors.Refusal) -> Response[Any]:
        log = self._logger.warning if refusal.status >= 500 else self._logger.info
        log("refused", code=refusal.code, cause=_cause(refusal.__cause__))
        self._count_refusal(refusal)
        headers = {}
        if refusal.retry_after is not None:
            headers["Retry-After"] = str(refusal.retry_after)
        if isinstance(refusal, errors.InvalidToken):
            headers["WWW-Authenticate"] = "Bearer"
        elif isinstance(refusal, errors.InvalidCredentials) and self.current_event.resource in self._basic:
            headers["WWW-Authenticate"] = 'Basic realm="client"'
        return _json(refusal.status, msgspec.json.encode(refusal.problem()), "application/problem+json", headers)

    def _broken(self, error: Exception) -> Response[Any]:
        self._logger.error("broken", **failure(error))
        return self._refused(errors.InternalError(correlation_id=self.current_event.request_context.request_id))


def is_request(event: Any) -> bool:
    """Whether API Gateway sent it, and not somebody who invokes the function directly."""
    return (
        isinstance(event, dict)
        and isinstance(event.get("httpMethod"), str)
        and isinstance(event.get("path"), str)
        and isinstance(event.get("requestContext"), dict)
        and "requestId" in event["requestContext"]
    )


def failure(error: Exception) -> dict[str, Any]:
    """What is logged of a failure of ours: what it was and where, but no message, which may hold what a person typed."""
    frames = traceback.walk_tb(error.__traceback__)
    return {
        "error": _cause(error),
        "cause": _cause(error.__cause__),
        "stack": [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}" for frame, line in frames],
    }


def _json(status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(
        status_code=status, content_type=content_type, body=body.decode(), headers=SECURITY_HEADERS | (headers or {})
    )


def _header(event: APIGatewayProxyEvent, name: str) -> str | None:
    return next((value for key, value in (event.headers or {}).items() if key.lower() == name.lower()), None)


def _cause(error: BaseException | None) -> str:
    """What was behind a refusal: Twilio's or a mail's error, which budget, AWS's operation and code; of others the kind."""
    if isinstance(error, NotSent):
        return error.reason
    if isinstance(error, BudgetSpent):
        return f"budget_{error.kind}"
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return f"{getattr(error, 'operation_name', '')} {response['Error'].get('Code', '')}"
    return type(error).__name__


def _address(event: APIGatewayProxyEvent) -> str:
    given = event.request_context.identity.source_ip
    try:
        address = ipaddress.ip_address(given)
    except ValueError:  # the test of a method in AWS's console comes from `test-invoke-source-ip`
        return given[:64]
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)


def _bearer(event: APIGatewayProxyEvent) -> str:
    """The token of `Authorization: Bearer …` (RFC 6750, 2.1)."""
    scheme, _, token = (_header(event, "Authorization") or "").partition(" ")
    if scheme.lower() != "bearer":
        raise errors.InvalidToken
    return token.strip()


def _body(event: APIGatewayProxyEvent, operation: Operation) -> Any:
    """The body as the operation's type."""
    if operation.request is None:
        return None
    given = _json_body(event, operation)
    if given is None and not operation.body_required:
        return operation.request()
    return decoding.convert(given, operation.request)


def _everything(event: APIGatewayProxyEvent, operation: Operation) -> Any:
    """Path, query and body together as the operation's type."""
    path = {name: unquote(value) for name, value in (event.path_parameters or {}).items()}
    reads = operation.method in {"GET", "DELETE"}
    given = _query(event) if reads else _json_body(event, operation)
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise errors.InvalidRequest("body", "must be an object")
    for name in given.keys() & path.keys():
        raise errors.InvalidRequest(name, "is in the path and cannot be given again")
    if operation.request is dict:
        return given
    return decoding.convert(given | path, operation.request or dict, from_text=reads)


def _query(event: APIGatewayProxyEvent) -> dict[str, Any]:
    given: dict[str, list[str]] = event.get("multiValueQueryStringParameters") or {}
    for name, values in given.items():
        if len(values) != 1:
            raise errors.InvalidRequest(name, "must be given once")
    return {name: values[0] for name, values in given.items()}


def _raw(event: APIGatewayProxyEvent) -> bytes:
    """The body's bytes."""
    raw: str = event.get("body") or ""
    return base64.b64decode(raw) if event.get("isBase64Encoded") else raw.encode()


def _json_body(event: APIGatewayProxyEvent, operation: Operation) -> Any:
    """The body's JSON value, or None where there is no body."""
    raw = _raw(event)
    if not raw and (operation.auth is Auth.ACCESS_TOKEN or not operation.body_required):
        return None
    content_type = (_header(event, "Content-Type") or "").partition(";")[0].strip().lower()
    if content_type not in {"application/json", "application/merge-patch+json"}:
        raise errors.InvalidRequest("Content-Type", "must be application/json")
    value = decoding.load(raw, operation.body_bytes)
    if value is None:  # is not the same as no body
        raise errors.InvalidRequest("body", "must be an object")
    return value
