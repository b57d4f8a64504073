"""The HTTP side of a function: routes, callers, bodies, and every refusal as a problem document."""

import traceback
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

import msgspec
from aws_lambda_powertools import Logger

from mfa import errors
from mfa.challenges.budgets import BudgetSpent, FraudSpent
from mfa.challenges.sends import NotSent
from mfa.http import cors
from mfa.http.auth import CLIENT, CredentialChecks
from mfa.http.calls import Answer, Call, read_body
from mfa.http.declaration import AnyOperation, Operation
from mfa.http.gateway import HttpRequest, Response, read_request
from mfa.metrics import Metrics

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}

type Handler[In, Out, Who] = Callable[[Call[In, Who]], Out | Answer[Out]]
type Taker = Callable[[object], None]
type Serve = Callable[[HttpRequest], Response]


class _Route(NamedTuple):
    """What serves one method of one path: an operation's function, or that of a page."""

    serve: Serve
    operation: AnyOperation | None = None


class Parts(CredentialChecks, Protocol):
    """The part of the wiring that the API needs."""

    def origins(self) -> Collection[str]: ...
    @property
    def metrics(self) -> Metrics: ...


class HandoverFailed(Exception):
    """An event of another function was not carried out, or only in part. Lambda tries it again."""


class App:
    """Answers events by the operations' functions. API Gateway has matched the route: the event names it."""

    def __init__(self, parts: Parts, logger: Logger) -> None:
        self._parts = parts
        self._logger = logger
        self._metrics = parts.metrics
        # By method and path, as the contract has them.
        self._routes: dict[tuple[str, str], _Route] = {}
        # Only these paths answer `WWW-Authenticate: Basic`: it would make a browser open its own dialog over a page's login form.
        self._basic: set[str] = set()
        # The methods that pages of other sites may use, by path.
        self._cross_origin: dict[str, list[str]] = {}
        # Who takes the events that other functions hand over, by their name.
        self._takers: dict[str, Taker] = {}

    def operation[In, Out, Who](
        self, operation: Operation[In, Out, Who]
    ) -> Callable[[Handler[In, Out, Who]], Handler[In, Out, Who]]:
        """Registers the function that carries an operation out; its answer is the response's body."""

        def register(function: Handler[In, Out, Who]) -> Handler[In, Out, Who]:
            def serve(request: HttpRequest) -> Response:
                self._logger.append_keys(operation=operation.id)
                with self._metrics.timing("latency", operation=operation.id):
                    # The caller is authorised before the body is read.
                    principal = operation.principal(self._parts, request)
                    answer = Answer.of(function(Call(principal, read_body(operation, request), request)))
                return _answered(operation, answer)

            if CLIENT in operation.auth.schemes:
                self._basic.add(operation.path)
            self._routes[operation.method, operation.path] = _Route(serve, operation)
            if operation.cross_origin:
                self._take_preflights(operation)
            return function

        return register

    def page(self, path: str) -> Callable[[Serve], Serve]:
        """Registers the function that serves a page."""

        def register(serve: Serve) -> Serve:
            self._routes["GET", path] = _Route(serve)
            return serve

        return register

    def handed_over(self, name: str) -> Callable[[Taker], Taker]:
        """Registers the function that takes the events `{name: …}` of other functions, which do not wait for an answer."""

        def register(taker: Taker) -> Taker:
            self._takers[name] = taker
            return taker

        return register

    def resolve(self, event: object) -> dict[str, object]:
        """Answers an event.

        Raises HandoverFailed for an event of another function, so that Lambda tries it again.
        """
        if isinstance(event, dict) and len(event) == 1 and event.keys() <= self._takers.keys():
            [(name, given)] = event.items()
            return self._take(name, given)
        request = read_request(event)
        if request is None:
            return self.refuse_invocation(errors.InvalidRequest("event", "must be a request from API Gateway"))
        return self.answer(request)

    def answer(self, request: HttpRequest) -> dict[str, object]:
        """The answer to a request, as API Gateway takes it, or the function's own URL."""
        more = self._cross_origin_headers(request)
        return self._served(request).event(more, by_function_url=request.by_function_url)

    def _served(self, request: HttpRequest) -> Response:
        route = self._routes.get((request.method, request.path))
        if request.by_function_url and not (route and route.operation and route.operation.by_function_url):
            # Nobody has business here but those who sign, so this writes no line that is paid for.
            return _problem(errors.NotFound(), {})
        if route is None:
            return self._refused(errors.NotFound(), request, None)
        try:
            return route.serve(request)
        except errors.Refusal as refusal:
            return self._refused(refusal, request, route.operation)
        except Exception as error:  # noqa: BLE001 - every exception is logged and answered
            self._logger.error("broken", extra=failure(error))
            return self._refused(errors.InternalError(correlation_id=request.id), request, route.operation)

    def _take(self, name: str, given: object) -> dict[str, object]:
        """Carries out what another function handed over. The exception quotes nothing of it."""
        try:
            self._takers[name](given)
        except errors.Refusal as refusal:
            self._logger.warning("handover failed", kind=name, code=refusal.code)
            raise HandoverFailed(refusal.code) from None
        except Exception as error:  # noqa: BLE001 - every exception is logged, without what it says
            self._logger.error("broken", extra=failure(error))
            raise HandoverFailed("internal_error") from None
        return {}

    def refuse_invocation(self, refusal: errors.Refusal) -> dict[str, object]:
        """The answer to a refused direct invocation: `{"error": problem}`."""
        self._logger.info("refused", code=refusal.code)
        self._metrics.count("refusals", code=refusal.code)
        return {"error": refusal.problem()}

    def _cross_origin_headers(self, request: HttpRequest) -> dict[str, str]:
        if request.path not in self._cross_origin:
            return {}
        return cors.answer_headers(self._parts.origins(), request.header("Origin"))

    def _take_preflights(self, operation: AnyOperation) -> None:
        """Registers the path's `OPTIONS`, once for all of its methods."""
        methods = self._cross_origin.setdefault(operation.path, [])
        if not methods:
            self._routes["OPTIONS", operation.path] = _Route(lambda request: self._preflight(request, methods))
        methods.append(operation.method)

    def _preflight(self, request: HttpRequest, methods: Sequence[str]) -> Response:
        headers = cors.preflight_headers(self._parts.origins(), request.header("Origin"), methods)
        return _json(204, b"", "application/json", headers)

    def _refused(self, refusal: errors.Refusal, request: HttpRequest, operation: AnyOperation | None) -> Response:
        log = self._logger.warning if refusal.status >= 500 else self._logger.info
        cause = refusal.__cause__
        log("refused", code=refusal.code, cause=_cause(cause))
        if isinstance(cause, FraudSpent):
            self._logger.warning("fraud decision", **cause.decision.detail)
        self._metrics.count("refusals", code=refusal.code)
        if operation and not refusal.repeated and (meaning := operation.meanings.get(type(refusal))):
            self._metrics.count(meaning)
        headers = {}
        if refusal.retry_after is not None:
            headers["Retry-After"] = str(refusal.retry_after)
        if refusal.status == 401:
            # Each 401 needs a challenge (RFC 9110, 15.5.2). Browsers open no dialog for this one (RFC 6750, 3).
            is_client = isinstance(refusal, errors.InvalidCredentials) and request.path in self._basic
            headers["WWW-Authenticate"] = 'Basic realm="client"' if is_client else 'Bearer error="invalid_token"'
        return _problem(refusal, headers)


def failure(error: Exception) -> dict[str, object]:
    """The log entry of an internal error: its kind and place. Not its message, which may hold text that a person typed."""
    frames = traceback.walk_tb(error.__traceback__)
    return {
        "error": _cause(error),
        "cause": _cause(error.__cause__),
        "stack": [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}" for frame, line in frames],
    }


def _answered[In, Out, Who](operation: Operation[In, Out, Who], answer: Answer[Out]) -> Response:
    given = {"ETag": answer.etag, "Set-Cookie": answer.cookie}
    headers = {name: value for name, value in given.items() if value is not None}
    if operation.cache_seconds:
        headers["Cache-Control"] = f"public, max-age={operation.cache_seconds}"
    body = b"" if operation.gives_nothing else msgspec.json.encode(answer.body)
    return _json(operation.status, body, "application/json", headers)


def _json(status: int, body: bytes, content_type: str, headers: dict[str, str]) -> Response:
    return Response(status, content_type, body.decode(), SECURITY_HEADERS | headers)


def _problem(refusal: errors.Refusal, headers: dict[str, str]) -> Response:
    return _json(refusal.status, msgspec.json.encode(refusal.problem()), "application/problem+json", headers)


def _cause(error: BaseException | None) -> str:
    """The cause of a refusal: the vendor's error, the budget, AWS's operation and code, or the exception's class."""
    if isinstance(error, NotSent):
        return error.reason
    if isinstance(error, BudgetSpent):
        return f"budget_{error.kind}"
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return f"{getattr(error, 'operation_name', '')} {response['Error'].get('Code', '')}"
    return type(error).__name__
