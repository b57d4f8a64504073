"""An operation as one value. Routes, direct invocation, OpenAPI and events are made from it."""

from collections.abc import Mapping
from enum import StrEnum
from types import NoneType

from msgspec import Struct

from mfa import decoding, errors
from mfa.http.auth import ACCESS_TOKEN, Auth, CredentialChecks
from mfa.http.gateway import HttpRequest
from mfa.users.actors import Actor
from mfa.users.roles import Permission

_ALWAYS = (errors.InvalidRequest, errors.InternalError, errors.TemporarilyUnavailable)


class Transport(StrEnum):
    """How an operation of administration can be asked for."""

    HTTP = "http"
    DIRECT = "direct"


# A struct: every cold start makes it, in a tenth of the time of a dataclass.
class Operation[In, Out, Who](Struct, frozen=True, eq=False, kw_only=True):
    """One call of the API.

    ```python
    GET_CHALLENGE = Operation(
        id="getChallenge",
        route="GET /v1/challenges/{id}",
        summary="Read a challenge",
        auth=MFA_TOKEN,
        request=NoneType,
        response=ChallengeState,
        refusals=(errors.ChallengeNotFound, errors.ChallengeSuperseded),
    )
    ```

    Attributes:
        id: its name in OpenAPI, in logs and metrics, and in a direct invocation.
        route: method and path; empty for an operation of direct invocation alone.
        auth: the scheme that authorises the caller. It decides the type of `Call.principal`.
        request: the type of the body; in administration, of path, query and body together.
        response: the type of the answer.
        status: the HTTP status of the answer.
        body_required: whether a request must have a body.
        body_bytes: the longest body.
        idempotent: whether an `Idempotency-Key` is honoured.
        cache_seconds: how long caches may keep the answer.
        cross_origin: whether other sites' pages may call it.
        by_function_url: whether the function's own URL serves it too. Its callers sign their requests.
        scheduled: whether the template's schedule invokes it directly. It changes nothing that a person decides, so an
            invocation raises no alarm.
        only: the one transport of an administration operation that is not offered by both.
        refusals: its errors, beside those of its `auth` and of every operation.
        meanings: the metric that counts a refusal, beyond its code.
    """

    id: str
    route: str
    summary: str
    auth: Auth[Who]
    request: type[In]
    response: type[Out]
    status: int = 200
    body_required: bool = True
    body_bytes: int = decoding.BODY_BYTES
    idempotent: bool = False
    cache_seconds: int = 0
    cross_origin: bool = False
    by_function_url: bool = False
    scheduled: bool = False
    only: Transport | None = None
    refusals: tuple[type[errors.Refusal], ...] = ()
    meanings: Mapping[type[errors.Refusal], str] = {}

    def principal(self, checks: CredentialChecks, request: HttpRequest) -> Who:
        """The caller, who may ask for this. Raises the refusals of `auth`."""
        return self.auth.principal(checks, request)

    @property
    def method(self) -> str:
        """`GET`, `POST`, …"""
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        """As the template has it, with placeholders."""
        return self.route.partition(" ")[2]

    @property
    def reads(self) -> bool:
        """Whether it takes a query and no body."""
        return self.method in {"GET", "DELETE"}

    @property
    def takes_everything(self) -> bool:
        """Whether `request` holds the values of path, query and body together."""
        return self.auth is ACCESS_TOKEN

    @property
    def takes_nothing(self) -> bool:
        """Whether there is no body to read."""
        return self.request is NoneType

    @property
    def gives_nothing(self) -> bool:
        """Whether the answer has no body."""
        return self.response is NoneType

    @property
    def takes_if_match(self) -> bool:
        """Whether the version that was read may, or must, be named."""
        return errors.PreconditionFailed in self.refusals

    @property
    def every_refusal(self) -> tuple[type[errors.Refusal], ...]:
        """Every error that the operation may answer."""
        conflict = (errors.Conflict,) if self.idempotent else ()
        return (*self.refusals, *self.auth.refusals, *conflict, *_ALWAYS)


class AdministrationOperation[In, Out](Operation[In, Out, Actor], frozen=True, eq=False, kw_only=True):
    """An operation of administration.

    Attributes:
        needs: the permission that the actor's role must have. It has no default, so that no operation can forget it.
    """

    needs: Permission
    auth: Auth[Actor] = ACCESS_TOKEN

    def principal(self, checks: CredentialChecks, request: HttpRequest) -> Actor:
        """The administrator. Raises also Forbidden where the role lacks the permission."""
        actor = self.auth.principal(checks, request)
        actor.refuse_without(self.needs)
        return actor


type AnyOperation = Operation[object, object, object]
