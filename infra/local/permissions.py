"""Holds a function to its role: a request that the role does not allow is refused as AWS would."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import handlers
from botocore.exceptions import ClientError

from infra.local.asks import Places, asks
from infra.local.policies import Ask, Policy

type Seen = Callable[[Role, Ask], None]
_KEY = "infra.local.permissions.key"


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
        """Check the requests of every client made from now on. botocore has no other hook for all clients."""
        handlers.BUILTIN_HANDLERS[:0] = [("before-parameter-build", self._judge), ("after-call.kms", self._learn)]

    def remove(self) -> None:
        """Stop checking clients made from now on."""
        handlers.BUILTIN_HANDLERS[:] = [
            each for each in handlers.BUILTIN_HANDLERS if each[1] not in (self._judge, self._learn)
        ]

    def _judge(self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_about: object) -> None:
        role = self.role
        if role is None:
            return
        service = str(model.service_model.service_id.hyphenize()).replace("-", "")
        if "KeyId" in params:
            params = {**params, "KeyId": self._keys.get(params["KeyId"], params["KeyId"])}
        for ask in asks(role.places, service, model.name, params):
            self.seen(role, ask)
            if not role.policy.allows(ask):
                raise _denied(ask, model.name)
            if service == "kms":
                context[_KEY] = ask.resource

    def _learn(self, parsed: Mapping[str, Any], context: Mapping[str, Any], **_about: object) -> None:
        """Remember moto's id of a key. Moto makes up ids, so the template does not know them."""
        if "KeyId" in parsed and _KEY in context:
            self._keys[parsed["KeyId"]] = context[_KEY]


def _denied(ask: Ask, operation: str) -> ClientError:
    message = f"the role does not allow {ask.action} on {ask.resource} with {dict(ask.context)}"
    metadata = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RequestId": "", "HostId": "", "RetryAttempts": 0}
    answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": message}, "ResponseMetadata": metadata}
    return ClientError(answer, operation)
