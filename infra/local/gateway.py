"""API Gateway: passes a request to the function of its route, and the answer back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from infra.local.events import Request, proxy_event, trace_id
from infra.local.output import Output
from infra.local.pool import Busy, Pool
from infra.local.responses import MalformedAnswer, Response, function_response, gateway_response
from infra.local.template import Api, Route

LARGEST_BODY = 10 * 1024 * 1024


class Router:
    """Finds the route of a request. Fixed path segments win over `{parameter}`s, and those over `{proxy+}`."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._by_path: dict[str, tuple[re.Pattern[str], dict[str, Route]]] = {}
        for route in sorted(routes, key=lambda route: _specificity(route.path)):
            _, methods = self._by_path.setdefault(route.path, (_pattern(route.path), {}))
            methods[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its path parameters, still percent-encoded. The gateway ignores a slash at the end.

        As in the gateway, the most specific path is chosen first. Methods of less specific paths then do not count.
        """
        for pattern, methods in self._by_path.values():
            if found := pattern.fullmatch(path.rstrip("/") or "/"):
                route = methods.get(method) or methods.get("ANY")
                if route is None:
                    return None
                names = [name.rstrip("+") for name in re.findall(r"\{([^}]+)\}", route.path)]
                return route, dict(zip(names, found.groups(), strict=True))
        return None

    def __contains__(self, prefix: object) -> bool:
        """True if any route begins with this path."""
        return any(path.startswith(str(prefix)) for path in self._by_path)


class Gateway:
    """Answers HTTP requests as API Gateway does."""

    def __init__(self, api: Api, pools: Mapping[str, Pool], output: Output) -> None:
        self._api = api
        self._pools = pools
        self._output = output
        self.router = Router(api.routes)

    def answer(self, request: Request) -> Response:
        """Pass a request to its function. If that fails, the answer is the gateway's own response."""
        found = self.router.find(request.method, request.path)
        if found is None:
            return self.refusal("MISSING_AUTHENTICATION_TOKEN")
        if len(request.body) > LARGEST_BODY:
            return self.refusal("REQUEST_TOO_LARGE")
        route, parameters = found
        if route.takes_object and not _fits(request):
            return self.refusal("BAD_REQUEST_BODY")
        event = proxy_event(request, route, parameters, self._api)
        try:
            outcome = self._pools[route.function].invoke(json.dumps(event).encode(), trace_id=trace_id(event))
        except Busy:
            return self.refusal("INTEGRATION_TIMEOUT")
        if outcome.error:
            self._complain(route, json.loads(outcome.payload))
            return self.refusal("MALFORMED")
        try:
            response = function_response(outcome.payload, self._api)
        except MalformedAnswer as error:
            self._output.line(f"gateway | {route.function} gave a malformed answer: {error}")
            return self.refusal("MALFORMED")
        identified = (
            ("x-amzn-RequestId", str(event["requestContext"]["requestId"])),
            ("X-Amzn-Trace-Id", trace_id(event)),
        )
        return Response(response.status, response.headers + identified, response.body)

    def refusal(self, kind: str) -> Response:
        return gateway_response(kind, self._api)

    def _complain(self, route: Route, failure: Mapping[str, object]) -> None:
        kind = failure.get("errorType")
        # The message is in the function's own log. It is not repeated here, because it may quote a request.
        self._output.line(f"gateway | {route.function} failed with {kind} on {route.method} {route.path}")


def _fits(request: Request) -> bool:
    """True if a body passes the model of an object. The gateway checks only JSON, also if no media type is given."""
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if kind not in {"", "application/json"}:
        return True
    try:
        return isinstance(json.loads(request.body), dict)
    except (ValueError, RecursionError):
        return False


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path.rstrip("/") or "/")
    return re.compile(
        "".join(
            "(.+)" if part.endswith("+}") else "([^/]+)" if part.startswith("{") else re.escape(part) for part in parts
        )
    )


def _specificity(path: str) -> list[int]:
    return [2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in path.split("/")]
