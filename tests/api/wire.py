"""The wire between the functions and all that they call, where a test breaks one request.

The functions' own clients of AWS, boto3 and Twilio's client each get what a broken network or service gives them: an answer,
a closed connection, or the exception of a timeout. `tests/local/test_json_api.py` shows on sockets that these exceptions are the ones.
"""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch

import msgspec
from botocore.awsrequest import AWSResponse, HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from botocore.hooks import HierarchicalEmitter
from botocore.httpsession import URLLib3Session
from moto.core.botocore_stubber import MockRawResponse

from infra.local import trouble
from infra.local.serving import Environ, StartResponse
from mfa.aws import clients
from mfa.aws.connections import Reply, Send
from mfa.aws.json_api import Network
from tests import moto_line
from tests.api.stack import Stack

# The service's names in IAM: by the prefix in X-Amz-Target, and by boto3's name.
_SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "secretsmanager": "secretsmanager",
    "AmazonSSM": "ssm",
    "lambda": "lambda",
    "ses": "ses",
    "pinpoint-sms-voice-v2": "sms-voice",
}
_JSON = '{{"__type": "{}", "Message": "no"}}'
_XML = "<ErrorResponse><Error><Code>{}</Code><Message>no</Message></Error></ErrorResponse>"
# How a service that boto3 asks refuses and throttles: its form, status and code.
_REFUSALS: dict[str, dict[str, tuple[str, int, str]]] = {
    "lambda": {"refused": (_JSON, 403, "AccessDeniedException"), "throttled": (_JSON, 429, "TooManyRequestsException")},
    "ses": {"refused": (_XML, 403, "AccessDenied"), "throttled": (_XML, 400, "Throttling")},
    "sms-voice": {"refused": (_JSON, 400, "AccessDeniedException"), "throttled": (_JSON, 400, "ThrottlingException")},
}
_HTML = b"<html>"


@dataclass
class Wire:
    """Notes each call, and breaks one with its repetitions.

    Attributes:
        stack: the stack whose calls these are.
        slow_seconds: how late a slow answer comes.
        calls: the calls, in order, such as `dynamodb:UpdateItem CHALLENGE`: of the table with the kinds of its partitions.
    """

    stack: Stack
    slow_seconds: float
    calls: list[str] = field(default_factory=list)
    _call: str = ""
    _nth: int = 0
    _fault: str = ""
    _times: int = 0
    _broken: bytes | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def breaks(self, call: str = "", nth: int = 0, fault: str = "", times: int = 1_000) -> None:
        """Breaks the nth call of this name, counted from now on, and its repetitions, up to so many times."""
        self.stack.line.fault = self.twilio  # the stack's tests clear it
        self.calls.clear()
        self._call, self._nth, self._fault, self._times, self._broken = call, nth, fault, times, None

    def _next(self, call: str, body: bytes) -> str:
        """Notes a call; the fault that it meets, or nothing. Calls may come from several threads."""
        with self._lock:
            self.calls.append(call)
            if call != self._call or self._times <= 0:
                return ""
            if self._broken is None and self.calls.count(call) == self._nth + 1:
                self._broken = body
            if body != self._broken:
                return ""
            self._times -= 1
            return self._fault

    # --- the layer's own clients of AWS

    def between(self, network: Send) -> Send:
        """Stands between the layer's own clients and the network."""

        once = moto_line.transactions_once(network)

        def sent(method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
            service, _, operation = headers["x-amz-target"].partition(".")
            fault = self._next(f"{_SERVICES[service]}:{operation}{_kinds(json.loads(body))}", body)
            if fault in ("refused", "throttled"):
                code = "AccessDeniedException" if fault == "refused" else "ThrottlingException"
                return Reply(400, {}, _JSON.format(code).encode())
            reply = None if fault == "before" else once(method, url, headers, body)
            if reply is None or fault == "after":
                raise ReadTimeoutError(endpoint_url=url)
            if fault == "slow":
                time.sleep(self.slow_seconds)
            return Reply(200, {}, _HTML) if fault == "malformed" else reply

        return sent

    # --- boto3

    def emit(self, emitter: HierarchicalEmitter, event: str, request: Any) -> list[tuple[Any, Any]]:
        """Answers boto3 in the place of its connection."""
        _, service, operation = event.split(".")
        service = _SERVICES[service]
        body = request.body or b""
        fault = self._next(f"{service}:{operation}", body.encode() if isinstance(body, str) else bytes(body))
        if fault in ("refused", "throttled"):
            form, status, code = _REFUSALS[service][fault]
            return [(None, _boto3_answer(request, status, form.format(code).encode()))]
        if fault != "before":
            answers = _EMIT(emitter, event, request=request)
            answer = next((each for _, each in answers if each is not None), None) or URLLib3Session().send(request)
        if fault in ("before", "after"):
            raise ReadTimeoutError(endpoint_url=request.url)
        if fault == "slow":
            time.sleep(self.slow_seconds)
        return [(None, _boto3_answer(request, 200, _HTML) if fault == "malformed" else answer)]

    # --- Twilio

    def twilio(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answers Twilio's client over its connection, which a lost answer resets."""
        form = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(form)
        resource = re.sub(r"/(?:[A-Z]{2}[0-9a-f]{32}|[A-Z]{2}$)", "/…", str(environ["PATH_INFO"]))
        fault = self._next(f"twilio:{environ['REQUEST_METHOD']} {resource}", form)
        if fault in ("refused", "throttled"):
            status, code = (401, 20003) if fault == "refused" else (429, 20429)
            return _answer(
                start_response, status, json.dumps({"code": code, "message": "no", "status": status}).encode()
            )
        if fault == "before":
            trouble.reset(environ)
        if fault == "slow":
            time.sleep(self.slow_seconds)
        if fault not in ("after", "malformed"):
            return self.stack.line.twilio(environ, start_response)
        list(self.stack.line.twilio(environ, lambda *_: None))
        if fault == "after":
            trouble.reset(environ)
        return _answer(start_response, 201, b'{"sid": ')


_EMIT = HierarchicalEmitter.emit


def _kinds(body: dict[str, Any]) -> str:
    """The kinds of partitions in a request to the table, ` A B`; nothing for other services."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("pk"), dict):
                kind, sort = value["pk"]["S"].partition("#")[0], value.get("sk", {}).get("S", "")
                # Of an address there are counters and a list of regions, which are written at the same time.
                found.add(f"{kind}/{sort.partition('#')[0] or sort}" if kind == "ADDRESS" else kind)
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(body)
    if "KeyConditionExpression" in body:
        texts = [each["S"] for each in body["ExpressionAttributeValues"].values() if "S" in each]
        found.update(text.partition("#")[0] for text in texts if re.match("[A-Z_]{4,}(#|$)", text))
    return "".join(f" {kind}" for kind in sorted(found))


def _boto3_answer(request: Any, status: int, body: bytes) -> AWSResponse:
    return AWSResponse(request.url, status, HTTPHeaders(), MockRawResponse(body))


def _answer(start_response: StartResponse, status: int, body: bytes) -> list[bytes]:
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Retry-After", "0")]
    start_response(f"{status} Fault", headers)
    return [body]


@contextmanager
def wired(stack: Stack, slow_seconds: float) -> Iterator[Wire]:
    """Puts a wire below the stack's functions."""
    wire = Wire(stack, slow_seconds)

    made = clients.network

    @cache
    def network() -> Network:
        """Without pauses before repetitions: nothing changes while they last."""
        return msgspec.structs.replace(made(), pause=lambda _: None)

    def emit(emitter: HierarchicalEmitter, event_name: str, **given: Any) -> Any:
        if event_name.startswith("before-send.") and stack.guard.role is not None:
            return wire.emit(emitter, event_name, **given)
        return _EMIT(emitter, event_name, **given)

    with (
        moto_line.answering(wire.between),
        patch.object(clients, "network", network),
        patch.object(HierarchicalEmitter, "emit", emit),
    ):
        stack.restart()
        yield wire
    stack.line.fault = None
    stack.restart()
