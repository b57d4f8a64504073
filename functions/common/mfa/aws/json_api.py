"""AWS's JSON protocols, for the services that logins use. boto3 serves the others.

A client's methods have the names and the arguments of boto3's, and raise botocore's exceptions:

    dynamodb = JsonApi("dynamodb", os.environ, network)
    dynamodb.update_item(TableName="mfa", Key={...})

The functions wait for boto3's import, its descriptions of services and its hooks at each cold start, and for its
hooks at each request. docs/decisions/0042-requests-to-aws.md has the figures.
"""

import os
import time
import zlib
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import msgspec
from botocore.exceptions import BotoCoreError, ChecksumError, ClientError, ConnectionError, HTTPClientError
from msgspec import Struct

from mfa.aws.connections import Reply, Send
from mfa.aws.endpoints import endpoint
from mfa.aws.signing import Credentials, Scope, Signable, signed

ATTEMPTS = 2
_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


class _Protocol(NamedTuple):
    """A service's words on the wire.

    Attributes:
        target: the prefix of its operations in `X-Amz-Target`.
        version: of the JSON protocol.
        bytes_in: the members of answers that are bytes.
    """

    target: str
    version: str
    bytes_in: frozenset[str] = frozenset()


PROTOCOLS = {
    "dynamodb": _Protocol("DynamoDB_20120810", "1.0"),
    "kms": _Protocol(
        "TrentService",
        "1.1",
        frozenset({"CiphertextBlob", "Plaintext", "PrivateKeyCiphertextBlob", "PublicKey", "Signature"}),
    ),
    "secretsmanager": _Protocol("secretsmanager", "1.1", frozenset({"SecretBinary"})),
    "ssm": _Protocol("AmazonSSM", "1.1"),
}


class Network(Struct, frozen=True):
    """The way to AWS. All clients share one.

    Attributes:
        send: sends a request once.
        credentials: the credentials that hold now.
        clock: seconds since 1970.
        pause: waits before a repetition, for at most so many seconds.
    """

    send: Send
    credentials: Callable[[], Credentials]
    clock: Callable[[], float]
    pause: Callable[[float], None]


class JsonApi:
    """A client of one service."""

    def __init__(self, service: str, environment: Mapping[str, str], network: Network) -> None:
        self._protocol = PROTOCOLS[service]
        self._environment = environment
        self._network = network
        url, region = endpoint(service, environment)
        target = urlsplit(url)
        self._host, self._path = target.netloc, target.path or "/"
        self._url = f"{target.scheme}://{self._host}{self._path}"
        self._scope = Scope(region, service)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        operation = "".join(part.capitalize() for part in name.split("_"))

        def method(**request: Any) -> Any:
            return self.call(operation, request)

        self.__dict__[name] = method  # made once
        return method

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer. A throttled or lost request, or one that AWS failed at, is repeated once.

        Only a throttled one is, if it takes from a counter.

        Raises ClientError for AWS's refusals, and BotoCoreError without an answer.
        """
        if operation == "TransactWriteItems":
            # The repetition after a lost answer does nothing twice.
            request = {"ClientRequestToken": os.urandom(16).hex(), **request}
        body = msgspec.json.encode(request)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(operation, body)
            except (BotoCoreError, ClientError) as error:
                seconds = _pause_after(error)
                if attempt == ATTEMPTS or seconds is None or (not _is_throttled(error) and _takes(operation, request)):
                    raise
            self._network.pause(seconds)
        raise AssertionError("unreachable")

    def _once(self, operation: str, body: bytes) -> dict[str, Any]:
        network = self._network
        headers = {
            "content-type": f"application/x-amz-json-{self._protocol.version}",
            "host": self._host,
            "x-amz-target": f"{self._protocol.target}.{operation}",
        }
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(network.clock()))
        headers = signed(Signable("POST", self._path, headers, body), network.credentials(), self._scope, moment)
        # Lambda finds functions that call each other in a circle, and X-Ray the parts of a trace, by this header.
        if trace := self._environment.get("_X_AMZN_TRACE_ID"):
            headers["x-amzn-trace-id"] = quote(trace, safe="-=;:+&[]{}\"'")
        return self._read(operation, network.send("POST", self._url, headers, body))

    def _read(self, operation: str, reply: Reply) -> dict[str, Any]:
        found = _members(reply)
        try:
            return self._typed(operation, reply, found)
        except (TypeError, ValueError, OverflowError) as error:
            raise HTTPClientError(error="the answer has a member of another type") from error

    def _typed(self, operation: str, reply: Reply, found: dict[str, Any]) -> dict[str, Any]:
        """The answer with its bytes and moments. Raises ClientError for a refusal."""
        if reply.status != 200:
            raise _refusal(operation, reply, found)
        if self._scope.service == "dynamodb":
            return _with_bytes(found) if b'"B' in reply.body else found
        for name in self._protocol.bytes_in & found.keys():
            found[name] = a2b_base64(found[name])
        if "CreatedDate" in found:
            found["CreatedDate"] = datetime.fromtimestamp(found["CreatedDate"], UTC)
        return found


def _members(reply: Reply) -> dict[str, Any]:
    """The JSON object in an answer. Raises ChecksumError or HTTPClientError if it is not what AWS sent."""
    expected, actual = reply.headers.get("x-amz-crc32"), str(zlib.crc32(reply.body))
    if expected not in (None, actual):
        raise ChecksumError(checksum_type="crc32", expected_checksum=expected, actual_checksum=actual)
    try:
        found = msgspec.json.decode(reply.body)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
        found = None
    if isinstance(found, dict):
        return found
    if reply.status == 200:
        raise HTTPClientError(error="the answer is not a JSON object")
    return {}


def _refusal(operation: str, reply: Reply, found: dict[str, Any]) -> ClientError:
    """A refusal as botocore has it, with the members of its own, such as `CancellationReasons`."""
    nameless = "ServiceUnavailable" if reply.status >= 500 else str(reply.status)
    code = str(found.pop("__type", nameless)).rpartition("#")[2].partition(":")[0]
    answer: Any = {
        **_with_bytes(found),
        "Error": {"Code": code, "Message": str(found.get("message") or found.get("Message") or "")},
        "ResponseMetadata": {
            "HTTPStatusCode": reply.status,
            "HTTPHeaders": reply.headers,
            "RequestId": reply.headers.get("x-amzn-requestid", ""),
        },
    }
    return ClientError(answer, operation)


def _takes(operation: str, request: Mapping[str, Any]) -> bool:
    """Whether the request takes from a counter. Its conditions may still hold once it has taken."""
    values = request.get("ExpressionAttributeValues", {}).values()
    return operation == "UpdateItem" and any(value.get("N", "").startswith("-") for value in values)


def _is_throttled(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _THROTTLED


def _pause_after(error: Exception) -> float | None:
    """The longest pause before the request is repeated. None if it must not be."""
    if _is_throttled(error):
        return 1.0
    if isinstance(error, ClientError):
        return 0.1 if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500 else None
    return 0.1 if isinstance(error, ConnectionError | HTTPClientError | ChecksumError) else None


def _with_bytes(value: Any) -> Any:
    """A value with the bytes of DynamoDB's attributes. Nothing else is an object with such a member alone."""
    if isinstance(value, list):
        return [_with_bytes(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(kind, text)] = value.items()
        if kind == "B" and isinstance(text, str):
            return {kind: a2b_base64(text)}
        if kind == "BS" and isinstance(text, list):
            return {kind: [a2b_base64(each) for each in text]}
    return {name: _with_bytes(each) for name, each in value.items()}
