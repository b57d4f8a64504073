"""Turns a function's answer into an HTTP response as API Gateway does, and words the gateway's own responses."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.events import is_binary
from infra.local.template import Api

_ALLOWED = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
# The gateway's own response types that can occur here, with the default status of each.
_STATUS = {
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "REQUEST_TOO_LARGE": 413,
    "BAD_REQUEST_BODY": 400,
    "THROTTLED": 429,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "API_CONFIGURATION_ERROR": 500,
    "MALFORMED": 502,  # has no type of its own: uses the default for 5XX, with 502
}
_MESSAGE = {
    "MISSING_AUTHENTICATION_TOKEN": "Missing Authentication Token",
    "REQUEST_TOO_LARGE": "Request Too Long",
    "THROTTLED": "Too Many Requests",
    "INTEGRATION_TIMEOUT": "Endpoint request timed out",
}


class MalformedAnswer(Exception):
    """API Gateway would not pass this function's answer on. The text says why."""


@dataclass(frozen=True)
class Response:
    """An HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


def function_response(payload: bytes, api: Api) -> Response:
    """The response that a function's answer describes. Raises `MalformedAnswer` if API Gateway would answer 502."""
    answer = json.loads(payload)
    if not isinstance(answer, dict):
        raise MalformedAnswer(f"an answer is an object, not {type(answer).__name__}")
    if unknown := answer.keys() - _ALLOWED:
        raise MalformedAnswer(f"an answer has no {', '.join(sorted(unknown))}")
    status = answer.get("statusCode", 200)
    if isinstance(status, bool) or not str(status).isdigit() or not 100 <= int(status) <= 599:
        raise MalformedAnswer(f"statusCode is {status!r}")
    headers = _headers(answer)
    body = answer.get("body")
    if body is not None and not isinstance(body, str):
        raise MalformedAnswer(f"body is text, not {type(body).__name__}")
    data = (body or "").encode("utf-8", "surrogatepass")
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    if not kind:
        headers.append(("Content-Type", "application/json"))
    # If no binary media type matches, the gateway passes base64 on undecoded.
    if answer.get("isBase64Encoded") and is_binary(kind.partition(";")[0].strip().lower(), api):
        try:
            data = base64.b64decode(data, validate=True)
        except binascii.Error as error:
            raise MalformedAnswer("body is not base64") from error
    return Response(int(status), tuple(headers), data)


def gateway_response(kind: str, api: Api) -> Response:
    """One of the gateway's own responses, as worded by the template's GatewayResponses."""
    status = _STATUS[kind]
    family = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"
    chosen = api.gateway_responses.get(kind) or api.gateway_responses.get(family) or {}
    request_id = str(uuid.uuid4())
    parameters = chosen.get("ResponseParameters", {}).get("Headers", {})
    headers = {"Content-Type": "application/json"}
    headers |= {name: str(value).strip("'") for name, value in parameters.items()}
    headers |= {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": _error_type(kind)}
    message = json.dumps(_MESSAGE.get(kind, "Internal server error" if status >= 500 else "Bad Request"))
    text = chosen.get("ResponseTemplates", {}).get("application/json", '{"message":$context.error.messageString}')
    text = text.replace("$context.error.messageString", message).replace("$context.requestId", request_id)
    return Response(int(chosen.get("StatusCode", status)), tuple(headers.items()), text.encode())


def _headers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Both kinds of headers joined. If a name is in both, the list wins, as in the gateway."""
    single = answer.get("headers") or {}
    multi = answer.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multi, dict):
        raise MalformedAnswer("headers are objects")
    pairs = [(name, value) for name, value in single.items() if name.lower() not in {key.lower() for key in multi}]
    for name, values in multi.items():
        if not isinstance(values, list):
            raise MalformedAnswer(f"multiValueHeaders: {name} is a list")
        pairs += [(name, value) for value in values]
    headers = []
    for name, value in pairs:
        if not isinstance(value, str | bool | int | float):
            raise MalformedAnswer(f"header {name} is text, not {type(value).__name__}")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if any(c in name + text for c in "\r\n\0"):
            raise MalformedAnswer(f"header {name} has a line break")
        if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
            headers.append((name, text))
    return headers


def _error_type(kind: str) -> str:
    return "".join(part.capitalize() for part in kind.split("_")) + "Exception"
