"""Requests as API Gateway sends them, read into a value of ours, and the answers that it takes."""

import base64
import ipaddress
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Struct

from mfa import decoding, errors

FORM_FIELDS = 100
_JSON = frozenset({"application/json", "application/merge-patch+json"})


# A struct: every cold start makes it, in a tenth of the time of a dataclass.
class HttpRequest(Struct, frozen=True):
    """One request over HTTP. A direct invocation makes one that has no more than an `If-Match`.

    Attributes:
        path: the operation's, with its placeholders.
        in_path: the values of the path's placeholders, percent-encoded as they came.
        headers: by their names in lower case.
        queries: every value that the query gives to a name.
        address: where it comes from; of IPv6 the /64, which is what one subscriber has.
        body: as the event has it; `is_base64` where that is not the text itself.
        method: `GET`, `POST`, …
        id: by which logs and an internal error name it.
        by_function_url: whether it came by the function's own URL, past the API's limits and firewall.
    """

    path: str = ""
    in_path: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    queries: Mapping[str, list[str]] = {}
    address: str = ""
    body: str = ""
    is_base64: bool = False
    method: str = ""
    id: str = ""
    by_function_url: bool = False

    def __repr__(self) -> str:
        return f"HttpRequest({self.path!r}, ...)"

    @property
    def raw(self) -> bytes:
        """The body's bytes. Raises ValueError."""
        return base64.b64decode(self.body) if self.is_base64 else self.body.encode()

    def header(self, name: str) -> str | None:
        """A header, whatever the case of its name."""
        return self.headers.get(name.lower())

    def authorization(self, scheme: str) -> str | None:
        """The credentials of `Authorization`, or None for another scheme (RFC 9110, 11.6.2)."""
        given, _, credentials = (self.header("Authorization") or "").partition(" ")
        return credentials.strip() if given.lower() == scheme else None

    def query(self) -> dict[str, str]:
        """The query's values. Raises InvalidRequest if a name is given twice."""
        for name, values in self.queries.items():
            if len(values) != 1:
                raise errors.InvalidRequest(name, "must be given once")
        return {name: values[0] for name, values in self.queries.items()}

    def form(self) -> dict[str, str]:
        """The body as form fields. Raises InvalidRequest if it is not a form, or has a field twice."""
        try:
            raw = self.raw
            if len(raw) > decoding.BODY_BYTES:
                raise errors.InvalidRequest("body", f"must have at most {decoding.BODY_BYTES} bytes")
            text = raw.decode()
            fields = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=FORM_FIELDS)
        except ValueError as error:
            raise errors.InvalidRequest("body", "must be form fields") from error
        if len(dict(fields)) != len(fields):
            raise errors.InvalidRequest("body", "must have each field once")
        return dict(fields)

    def json(self, limit: int, *, required: bool) -> object:
        """The body's JSON value, or None if there is no body and none is required. Raises InvalidRequest."""
        raw = self.raw
        if not raw and not required:
            return None
        content_type = (self.header("Content-Type") or "").partition(";")[0].strip().lower()
        if content_type not in _JSON:
            raise errors.InvalidRequest("Content-Type", "must be application/json")
        value: object = decoding.load(raw, limit)
        if value is None:  # is not the same as no body
            raise errors.InvalidRequest("body", "must be an object")
        return value

    def placeholders(self) -> dict[str, str]:
        """The values of the path's placeholders, decoded."""
        return {name: unquote(value) for name, value in self.in_path.items()}


class Response(Struct, frozen=True):
    """One answer over HTTP."""

    status: int
    content_type: str
    body: str
    headers: Mapping[str, str]

    def event(self, more: Mapping[str, str], *, by_function_url: bool = False) -> dict[str, object]:
        """As API Gateway takes it, or Lambda for a request by a function URL, with more headers."""
        headers = {"Content-Type": self.content_type, **self.headers, **more}
        given = {"statusCode": self.status, "body": self.body, "isBase64Encoded": False}
        if by_function_url:
            return {**given, "headers": headers}
        return {**given, "multiValueHeaders": {name: [value] for name, value in headers.items()}}


class _Identity(Struct, rename="camel"):
    source_ip: str


class _Context(Struct, rename="camel"):
    request_id: str
    identity: _Identity


class _Event(Struct, rename="camel"):
    """API Gateway's event. Direct invocations have none of these members."""

    http_method: str
    path: str
    request_context: _Context
    resource: str | None = None
    headers: dict[str, str] | None = None
    multi_value_query_string_parameters: dict[str, list[str]] | None = None
    path_parameters: dict[str, str] | None = None
    body: str | None = None
    is_base64_encoded: bool = False


class _UrlHttp(Struct, rename="camel"):
    method: str
    path: str
    source_ip: str


class _UrlContext(Struct, rename="camel"):
    request_id: str
    http: _UrlHttp


class _UrlEvent(Struct, rename="camel"):
    """The event of a function URL, payload format 2.0: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html"""

    version: Literal["2.0"]
    request_context: _UrlContext
    raw_query_string: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    is_base64_encoded: bool = False


def read_request(event: object) -> HttpRequest | None:
    """The request in API Gateway's event; None for any other event. `resource` is the path as the contract has it."""
    try:
        given = msgspec.convert(event, _Event)
    except msgspec.ValidationError:
        return _read_by_url(event)
    headers: dict[str, str] = {}
    for name, value in (given.headers or {}).items():
        headers.setdefault(name.lower(), value)
    return HttpRequest(
        path=given.resource or given.path,
        in_path=given.path_parameters or {},
        headers=headers,
        queries=given.multi_value_query_string_parameters or {},
        address=_address(given.request_context.identity.source_ip),
        body=given.body or "",
        is_base64=given.is_base64_encoded,
        method=given.http_method,
        id=given.request_context.request_id,
    )


def _read_by_url(event: object) -> HttpRequest | None:
    """The request in a function URL's event; None for any other event. Such a path has no placeholders."""
    try:
        given = msgspec.convert(event, _UrlEvent)
    except msgspec.ValidationError:
        return None
    queries: dict[str, list[str]] = {}
    for name, value in parse_qsl(given.raw_query_string, keep_blank_values=True):
        queries.setdefault(name, []).append(value)
    return HttpRequest(
        path=given.request_context.http.path,
        headers={name.lower(): value for name, value in given.headers.items()},
        queries=queries,
        address=_address(given.request_context.http.source_ip),
        body=given.body,
        is_base64=given.is_base64_encoded,
        method=given.request_context.http.method,
        id=given.request_context.request_id,
        by_function_url=True,
    )


def _address(given: str) -> str:
    try:
        return network(given)
    except ValueError:  # the test of a method in AWS's console comes from `test-invoke-source-ip`
        return given[:64]


def network(given: str) -> str:
    """An IP address; of IPv6 the /64. Raises ValueError."""
    address = ipaddress.ip_address(given)
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
