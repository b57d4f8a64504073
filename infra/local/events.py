"""Builds the event that a REST API of API Gateway passes to a function (Lambda proxy integration, payload version 1.0)."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from infra.local.resolver import ACCOUNT_ID
from infra.local.serving import RAW_HEADERS, Environ
from infra.local.template import Api, Route

API_ID = "local"
# The gateway does not pass these headers on.
_HOP_BY_HOP = {"connection", "content-length", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"}


@dataclass(frozen=True)
class Request:
    """An HTTP request as it reached the gateway."""

    method: str
    path: str  # as sent, percent-encoded
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)
    peer: str  # the address of the TCP connection
    protocol: str
    port: int

    @classmethod
    def of(cls, environ: Environ) -> Request:
        uri = environ.get("REQUEST_URI") or environ["PATH_INFO"]
        if "://" in uri.partition("?")[0]:  # an absolute request target, as sent to a proxy
            uri = "/" + uri.partition("://")[2].partition("/")[2]
        path, _, query = uri.partition("?")
        return cls(
            method=environ["REQUEST_METHOD"],
            path="/" + path.lstrip("/"),
            query=query.partition("#")[0],
            headers=environ[RAW_HEADERS],
            body=environ["wsgi.input"].read(),
            peer=environ["REMOTE_ADDR"],
            protocol=environ["SERVER_PROTOCOL"],
            port=int(environ["SERVER_PORT"]),
        )

    def header(self, name: str) -> str:
        """The last header of this name, empty if there is none."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name), "")


def proxy_event(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    api: Api,
    *,
    now: float | None = None,
    request_id: str | None = None,
) -> dict[str, Any]:
    """The event for a request on a route.

    As in the real gateway:

    - The caller's address is the connection's, even if `X-Forwarded-For` names another. The gateway appends it there.
    - Path parameters stay percent-encoded.
    - If a query parameter or header is repeated, the single-value maps hold the last one. Empty maps are null.
    - A body that is not text is base64.
    """
    now = time.time() if now is None else now
    request_id = request_id or str(uuid.uuid4())
    headers = _headers(request, now)
    query = parse_qsl(request.query, keep_blank_values=True)
    body, is_base64 = _body(request, api)
    return {
        "resource": route.path,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _multi(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _multi(query),
        "pathParameters": dict(parameters) or None,
        "stageVariables": None,
        "requestContext": {
            "resourceId": uuid.uuid5(uuid.NAMESPACE_URL, route.path).hex[:6],
            "resourcePath": route.path,
            "httpMethod": request.method,
            "extendedRequestId": base64.b64encode(uuid.uuid4().bytes[:11]).decode(),
            "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "path": request.path,
            "accountId": ACCOUNT_ID,
            "protocol": request.protocol,
            "stage": api.stage,
            "domainPrefix": "127",
            "requestTimeEpoch": int(now * 1000),
            "requestId": request_id,
            "identity": {
                "cognitoIdentityPoolId": None,
                "accountId": None,
                "cognitoIdentityId": None,
                "caller": None,
                "sourceIp": request.peer,
                "principalOrgId": None,
                "accessKey": None,
                "cognitoAuthenticationType": None,
                "cognitoAuthenticationProvider": None,
                "userArn": None,
                "userAgent": request.header("user-agent") or None,
                "user": None,
            },
            "domainName": request.header("host"),
            "deploymentId": "local",
            "apiId": API_ID,
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


def trace_id(event: Mapping[str, Any]) -> str:
    """The trace header the gateway put into the event."""
    return str(event["headers"]["X-Amzn-Trace-Id"])


def _headers(request: Request, now: float) -> list[tuple[str, str]]:
    own = {"x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id"}
    claimed = [value for name, value in request.headers if name.lower() == "x-forwarded-for"]
    passed_on = [
        (name, value) for name, value in request.headers if name.lower() not in _HOP_BY_HOP and name.lower() not in own
    ]
    return [
        *passed_on,
        ("X-Forwarded-For", ", ".join([*claimed, request.peer])),
        ("X-Forwarded-Port", str(request.port)),
        ("X-Forwarded-Proto", "http"),
        ("X-Amzn-Trace-Id", f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]}"),
    ]


def _multi(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]] | None:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values or None


def _body(request: Request, api: Api) -> tuple[str | None, bool]:
    if not request.body:
        return None, False
    kind = request.header("content-type").partition(";")[0].strip().lower()
    if not is_binary(kind, api):
        try:
            return request.body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True


def is_binary(kind: str, api: Api) -> bool:
    """Whether the template declares this media type as binary."""
    return any(
        pattern == "*/*" or pattern == kind or (pattern.endswith("/*") and kind.startswith(pattern[:-1]))
        for pattern in api.binary_media_types
    )
