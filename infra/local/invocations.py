"""The part of Lambda's API that invokes functions, for `aws lambda invoke --endpoint-url`."""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Mapping
from urllib.parse import unquote

from infra.local.events import Request
from infra.local.output import Output
from infra.local.pool import Busy, Pool
from infra.local.responses import Response

PREFIX = "/2015-03-31/functions/"
_PATH = re.compile(re.escape(PREFIX) + r"([^/]+)/invocations/?")
_NAME = re.compile(r"(?:arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:|\d{12}:function:)?([\w-]+)(?::([\w$-]+))?")
_LARGEST_EVENT = {"RequestResponse": 6 * 1024 * 1024, "DryRun": 6 * 1024 * 1024, "Event": 1024 * 1024}


class Invocations:
    """Invokes functions by name. Does not check credentials."""

    def __init__(self, pools: Mapping[str, Pool], output: Output) -> None:
        self._pools = pools
        self._output = output

    def answer(self, request: Request) -> Response:
        found = _PATH.fullmatch(request.path)
        if request.method != "POST" or not found:
            return _refusal(404, "UnknownOperationException", "Only Invoke is known here")
        name = _NAME.fullmatch(unquote(found[1]))
        pool = self._pools.get(name[1]) if name else None
        if name is None or pool is None:
            arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name[1] if name else unquote(found[1])}"
            return _refusal(404, "ResourceNotFoundException", f"Function not found: {arn}", Type="User")
        kind = request.header("x-amz-invocation-type") or "RequestResponse"
        if kind not in _LARGEST_EVENT:
            return _refusal(400, "InvalidParameterValueException", f"Unknown invocation type {kind}", Type="User")
        if len(request.body) > _LARGEST_EVENT[kind]:
            message = f"Request must be smaller than {_LARGEST_EVENT[kind]} bytes for the InvokeFunction operation"
            return _refusal(413, "RequestTooLargeException", message, Type="User")
        event = request.body or b"{}"
        try:
            json.loads(event)
        except ValueError as error:
            message = f"Could not parse request body into json: {error}"
            return _refusal(400, "InvalidRequestContentException", message, Type="User")
        qualifier = name[2] or dict(_query(request.query)).get("Qualifier") or "$LATEST"
        arn = pool.function.arn + (f":{qualifier}" if qualifier != "$LATEST" else "")
        if kind == "DryRun":
            return Response(204, _headers(qualifier))
        if kind == "Event":
            threading.Thread(target=self._later, args=(pool, event, arn), name="event invocation", daemon=True).start()
            return Response(202, _headers(qualifier))
        try:
            outcome = pool.invoke(event, arn=arn)
        except Busy:
            return _refusal(
                429, "TooManyRequestsException", "Rate Exceeded.", Reason="ConcurrentInvocationLimitExceeded"
            )
        headers = (*_headers(qualifier), ("Content-Type", "application/json"))
        if outcome.error:
            headers += (("X-Amz-Function-Error", outcome.error),)
        return Response(200, headers, outcome.payload)

    def _later(self, pool: Pool, event: bytes, arn: str) -> None:
        """Run an event once. The real Lambda tries a failed event twice more, minutes later."""
        try:
            outcome = pool.invoke(event, arn=arn)
        except Busy:
            self._output.line(f"lambda | {pool.function.name}: an event found no free worker and is lost")
            return
        if outcome.error:
            self._output.line(
                f"lambda | {pool.function.name} failed an event: {json.loads(outcome.payload)['errorType']}"
            )


def _headers(qualifier: str) -> tuple[tuple[str, str], ...]:
    return (
        ("x-amzn-RequestId", str(uuid.uuid4())),
        ("X-Amz-Executed-Version", qualifier if qualifier.isdigit() else "$LATEST"),
    )


def _query(text: str) -> list[tuple[str, str]]:
    return [(name, unquote(value)) for name, _, value in (part.partition("=") for part in text.split("&") if part)]


def _refusal(status: int, kind: str, message: str, **more: str) -> Response:
    body = json.dumps({**more, "message": message, "Message": message}).encode()
    headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        ("x-amzn-ErrorType", kind),
    )
    return Response(status, headers, body)
