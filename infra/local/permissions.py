"""Holds a function to its role: a request that the role does not allow is refused as AWS would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore import handlers
from botocore.exceptions import ClientError

from infra.local.asks import Places, asks
from infra.local.policies import Ask, Policy

type Seen = Callable[[Role, Ask], None]
_KEY = "infra.local.permissions.key"
_CODE = "AccessDeniedException"
_SIGNED = re.compile(r"/(?P<service>[a-z]+)/aws4_request,")


@dataclass(frozen=True)
class Role:
    """A function's permissions, and the resources that its requests can name."""

    policy: Policy
    places: Places


class Guard:
    """Checks every request that botocore is about to make, while there is a role. Calls `seen` with IAM's questions."""

    def __init__(self, role: Role | None = None, seen: Seen = lambda _role, _ask: None) -> None:
        self.role = role
        self.seen = seen
        self._keys: dict[str, str] = {}

    def install(self) -> None:
        """Check the requests of every client made from now on: boto3's, and those of the layer's own if it is on the path."""
        with suppress(ModuleNotFoundError):
            from mfa.aws import clients

            clients.between.insert(0, self._between)
        # botocore has no other hook for all clients.
        handlers.BUILTIN_HANDLERS[:0] = [("before-parameter-build", self._judge), ("after-call.kms", self._learn)]

    def remove(self) -> None:
        """Stop checking clients made from now on."""
        with suppress(ModuleNotFoundError):
            from mfa.aws import clients

            clients.between.remove(self._between)
        handlers.BUILTIN_HANDLERS[:] = [
            each for each in handlers.BUILTIN_HANDLERS if each[1] not in (self._judge, self._learn)
        ]

    def _judge(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_about: object) -> None:
        service = str(model.service_model.service_id.hyphenize()).replace("-", "")
        if problem := self._problem(service, model.name, params, context):
            metadata = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RequestId": "", "HostId": "", "RetryAttempts": 0}
            answer: Any = {"Error": {"Code": _CODE, "Message": problem}, "ResponseMetadata": metadata}
            raise ClientError(answer, model.name)

    def _problem(self, service: str, operation: str, params: Mapping[str, Any], context: dict[str, Any]) -> str | None:
        """What the role does not allow of a request, in words."""
        role = self.role
        if role is None:
            return None
        if "KeyId" in params:
            params = {**params, "KeyId": self._keys.get(params["KeyId"], params["KeyId"])}
        for ask in asks(role.places, service, operation, params):
            self.seen(role, ask)
            if not role.policy.allows(ask):
                return f"the role does not allow {ask.action} on {ask.resource} with {dict(ask.context)}"
            if service == "kms":
                context[_KEY] = ask.resource
        return None

    def _learn(self, parsed: Mapping[str, Any], context: Mapping[str, Any], **_about: object) -> None:
        """Remember moto's id of a key. Moto makes up ids, so the template does not know them."""
        if "KeyId" in parsed and _KEY in context:
            self._keys[parsed["KeyId"]] = context[_KEY]

    def _between(self, send: Any) -> Any:
        """Checks what the layer's own clients send."""

        def guarded(method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
            signed = _SIGNED.search(headers.get("authorization", ""))
            if signed is None:  # to the endpoint of the role's credentials
                return send(method, url, headers, body)
            context: dict[str, Any] = {}
            operation = headers["x-amz-target"].rpartition(".")[2]
            if problem := self._problem(signed["service"], operation, json.loads(body), context):
                from mfa.aws.connections import Reply

                return Reply(400, {}, json.dumps({"__type": _CODE, "message": problem}).encode())
            reply = send(method, url, headers, body)
            if context:
                self._learn(json.loads(reply.body), context)
            return reply

        return guarded
