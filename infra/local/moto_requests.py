"""Makes moto take DynamoDB's requests for items directly, without the layers that it needs for all other services.

For every request, moto 5 looks for the service among some two hundred patterns, builds a request of werkzeug out of
botocore's, looks for forms and files in its body, and walks request and answer along the shapes of botocore's model. A
request for items is JSON by one target in its header: here its body goes straight to moto's method for that target. The
method itself, its checks, and the wording of its refusals are moto's.

Nor does botocore make an HTTP request of it, unless another hook than moto's wants to see that. It checks what it is
given and reads the answer as ever.
"""

from __future__ import annotations

import base64
import json
import re
from functools import cache
from typing import Any
from uuid import uuid4

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HTTPHeaders
from botocore.endpoint import Endpoint, convert_to_response_dict
from moto.core import responses
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler

_TARGET = "DynamoDB_20120810."
_DIRECT = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
_ENDPOINT = re.compile(r"https://dynamodb\.([a-z0-9-]+)\.amazonaws\.com/")


class _Direct(DynamoHandler):
    """Moto's handler for one request, with those of its attributes that the methods for items read."""

    def __init__(self, action: str, region: str, body: bytes) -> None:
        super().__init__()
        self._action = action
        self.current_account, self.region = DEFAULT_ACCOUNT_ID, region
        self.params = _read(body)
        self.querystring: dict[str, Any] = {}
        self.headers = {"X-Amz-Target": _TARGET + action, "Content-Type": "application/x-amz-json-1.0"}
        self.response_headers: dict[str, Any] = {}

    def serialized(self, action_result: ActionResult) -> Any:
        """An answer in JSON. Moto itself writes a refusal."""
        result: Any = action_result.result
        if isinstance(result, Exception):
            return super().serialized(action_result)
        known = _members(self._action)
        written = {name: value for name, value in result.items() if name in known and value is not None}
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(written, default=_base64)


def _request_id(headers: dict[str, str]) -> str:
    """The id of an answer, which moto draws letter by letter."""
    headers["x-amzn-requestid"] = drawn = uuid4().hex.upper()
    return drawn


def _read(body: bytes) -> Any:
    return json.loads(body, object_hook=_decoded if b'"B' in body else None)


def _decoded(value: dict[str, Any]) -> dict[str, Any]:
    """An attribute's value with its bytes. No other part of a request is an object with such a member alone."""
    if len(value) == 1:
        if isinstance(text := value.get("B"), str):
            return {"B": base64.b64decode(text)}
        if isinstance(texts := value.get("BS"), list):
            return {"BS": [base64.b64decode(text) for text in texts]}
    return value


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no value of DynamoDB: {type(value)}")


@cache
def _members(action: str) -> frozenset[str]:
    return frozenset(get_service_model("dynamodb").operation_model(action).output_shape.members)


def _only_moto_listens(endpoint: Any, action: str) -> bool:
    """Whether moto is switched on, and no other hook wants to see a request before it is sent."""
    hooks = endpoint._event_emitter._emitter._handlers.prefix_search(f"before-send.dynamodb.{action}")
    return bool(hooks) and all(isinstance(hook, BotocoreStubber) and hook.enabled for hook in hooks)


def _answer(endpoint: Any, model: Any, request: Any) -> Any:
    """Moto's answer to a request for items as botocore's endpoint gives it, or None if this is another request."""
    action, body = model.name, request.get("body")
    url = _ENDPOINT.fullmatch(request["url"]) if action in _DIRECT and isinstance(body, bytes) else None
    if url is None or not _only_moto_listens(endpoint, action):
        return None
    status, headers, text = _Direct(action, url[1], body).call_action()
    http = AWSResponse(request["url"], status, HTTPHeaders.from_pairs(headers.items()), MockRawResponse(text))
    answer = convert_to_response_dict(http, model)
    parser = endpoint._response_parser_factory.create_parser(model.service_model.resolved_protocol)
    parsed = parser.parse(answer, model.output_shape)
    if status >= 300:
        endpoint._add_modeled_error_fields(answer, parsed, model, parser)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return http, parsed


def install() -> None:
    """Take this process's own requests directly. One call is enough."""
    original, make_request = BotocoreStubber.process_request, Endpoint.make_request
    if original.__module__ == __name__:
        return

    def process_request(self: BotocoreStubber, request: AWSPreparedRequest) -> Any:
        target: Any = request.headers.get("X-Amz-Target", "")
        action = (target.decode() if isinstance(target, bytes) else target).removeprefix(_TARGET)
        endpoint = _ENDPOINT.fullmatch(request.url) if action in _DIRECT else None
        if endpoint is None or not isinstance(request.body, bytes):
            return original(self, request)
        return _Direct(action, endpoint[1], request.body).call_action()

    def answered(self: Endpoint, operation_model: Any, request_dict: Any) -> Any:
        return _answer(self, operation_model, request_dict) or make_request(self, operation_model, request_dict)

    responses.gen_amzn_requestid_long = _request_id  # type: ignore[attr-defined,assignment]  # not exported
    BotocoreStubber.process_request = process_request  # type: ignore[method-assign]
    Endpoint.make_request = answered  # type: ignore[method-assign]
