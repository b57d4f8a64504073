"""One call of an operation, authorised and with its body read, and its answer."""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from mfa import decoding, errors
from mfa.challenges.sends import Caller
from mfa.http.declaration import Operation
from mfa.http.gateway import HttpRequest

IDEMPOTENCY_KEY_LENGTH = 255


# A struct: every cold start makes it, in a tenth of the time of a dataclass.
class Call[In, Who](Struct, frozen=True):
    """One call of an `Operation[In, Out, Who]`.

    Attributes:
        principal: who calls, as the operation's `auth` read it.
        body: what the operation takes.
        request: what else HTTP said.
    """

    principal: Who
    body: In
    request: HttpRequest

    def __repr__(self) -> str:
        return "Call(...)"

    @property
    def address(self) -> str:
        """The source address; of IPv6 the /64."""
        return self.request.address

    @property
    def if_match(self) -> str | None:
        """The entity tag of `If-Match`."""
        return self.request.header("If-Match")

    @property
    def caller(self) -> Caller:
        """The address, and the idempotency key with a digest of the request. Raises InvalidRequest."""
        key = self.request.header("Idempotency-Key")
        if key is None:
            return Caller(self.address)
        if not (0 < len(key) <= IDEMPOTENCY_KEY_LENGTH and key.isascii() and key.isprintable()):
            raise errors.InvalidRequest("Idempotency-Key", f"must be 1 to {IDEMPOTENCY_KEY_LENGTH} ASCII characters")
        asked = msgspec.json.encode([self.request.path, self.request.in_path or None, self.body], enc_hook=_members)
        return Caller(self.address, key, hashlib.sha256(asked).hexdigest()[:32])

    @property
    def id(self) -> str:
        """The id in the path."""
        return self.request.in_path["id"]


def _members(value: object) -> dict[str, object]:
    """An object that msgspec does not know, such as a patch of the settings."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no object")


class Answer[Out](Struct, frozen=True):
    """A body with its entity tag, and a cookie for the browser."""

    body: Out
    etag: str | None = None
    cookie: str | None = None

    @classmethod
    def of(cls, given: "Out | Answer[Out]") -> "Answer[Out]":
        """The answer of a handler, which may return the body alone."""
        return given if isinstance(given, Answer) else cls(given)


def read_body[In, Out, Who](operation: Operation[In, Out, Who], request: HttpRequest) -> In:
    """The request's content as the operation's type. Raises InvalidRequest."""
    if operation.takes_everything:
        return _everything(operation, request)
    if operation.takes_nothing:
        return decoding.convert(None, operation.request)
    given = request.json(operation.body_bytes, required=operation.body_required)
    return decoding.convert({} if given is None else given, operation.request)


def _everything[In, Out, Who](operation: Operation[In, Out, Who], request: HttpRequest) -> In:
    """Path, query and body together."""
    given = request.query() if operation.reads else request.json(operation.body_bytes, required=False)
    if given is None:
        given = {}
    if not isinstance(given, dict):
        raise errors.InvalidRequest("body", "must be an object")
    path = request.placeholders()
    for name in given.keys() & path.keys():
        raise errors.InvalidRequest(name, "is in the path and cannot be given again")
    return decoding.convert(given | path, operation.request, from_text=operation.reads)
