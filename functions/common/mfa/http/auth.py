"""The schemes that authorise callers: the credentials each reads, and its name in OpenAPI."""

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from mfa import errors
from mfa.http import console_session
from mfa.http.gateway import HttpRequest
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.actors import Actor
from mfa.users.clients import Client

# A request that no person made, such as a page's own refresh. It does not keep an administrator's session alive.
UNATTENDED = "MFA-Unattended"
# The compact form of a signed JWT: three parts, the first of which is a JSON object (RFC 7515, 7.1).
_DOTS_OF_JWT, _START_OF_JWT = 2, "ey"

if TYPE_CHECKING:
    from mfa.flows.user_access import EnrolmentHolder, Owner, TokenHolder
    from mfa.tokens.enrolment_tokens import EnrolmentToken
    from mfa.tokens.token_keys import TokenKeys
    from mfa.users.sessions import Visit


class AdministratorAccess(Protocol):
    """Checks access tokens of administrators."""

    def actor(self, token: str, visit: "Visit") -> Actor: ...


class ClientSecrets(Protocol):
    """Knows the clients' secrets."""

    def authenticated(self, client_id: str, secret: str) -> Client: ...


class UserTokens(Protocol):
    """Checks access tokens of users."""

    def holder(self, token: str) -> "TokenHolder": ...
    def enrolling(self, token: "EnrolmentToken") -> "EnrolmentHolder": ...


class CredentialChecks(Protocol):
    """The parts of the wiring that check credentials."""

    def token_keys(self) -> "TokenKeys": ...
    def clock(self) -> float: ...
    @property
    def client_access(self) -> ClientSecrets: ...
    @property
    def access(self) -> AdministratorAccess: ...
    @property
    def user_access(self) -> UserTokens: ...


class Anyone(Struct, frozen=True):
    """An anonymous caller."""


# A struct: every cold start makes it, in a tenth of the time of a dataclass.
class Auth[Who](Struct, frozen=True, eq=False):
    """A scheme that authorises a caller. An operation that names it gets a `Who`, and does not run without one.

    Attributes:
        name: of the scheme in OpenAPI.
        principal: reads who calls. Raises InvalidToken, InvalidCredentials, Forbidden.
        refusals: the errors that it may answer.
        scheme: the security scheme in OpenAPI; empty if callers show no credentials.
        alternatives: the schemes of which a caller chooses one, if there are several.
    """

    name: str
    principal: Callable[[CredentialChecks, HttpRequest], Who]
    refusals: tuple[type[errors.Refusal], ...] = ()
    scheme: Mapping[str, str] = {}
    alternatives: "tuple[Auth[object], ...]" = ()

    @property
    def schemes(self) -> "tuple[Auth[object], ...]":
        """The schemes whose credentials are accepted; none if callers show no credentials."""
        return self.alternatives or ((self,) if self.scheme else ())


def _anyone(_checks: CredentialChecks, _request: HttpRequest) -> Anyone:
    return Anyone()


def _login(checks: CredentialChecks, request: HttpRequest) -> MfaToken:
    from mfa.tokens.signed_tokens import read_mfa_token  # noqa: PLC0415 - other callers need no cryptography

    return read_mfa_token(checks.token_keys(), _bearer(request), checks.clock())


def _client(checks: CredentialChecks, request: HttpRequest) -> Client:
    """HTTP Basic (RFC 7617): the client's id and secret."""
    try:
        given = base64.b64decode(request.authorization("basic") or "", validate=True).decode()
    except ValueError as error:
        raise errors.InvalidCredentials("The client id or secret is not right.") from error
    client_id, _, secret = given.partition(":")
    return checks.client_access.authenticated(client_id, secret)


def _user(checks: CredentialChecks, request: HttpRequest) -> "TokenHolder":
    return checks.user_access.holder(_bearer(request))


def _fresh(checks: CredentialChecks, request: HttpRequest) -> "TokenHolder":
    holder = _user(checks, request)
    holder.refuse_stale(checks.clock())
    return holder


def _enrolling(checks: CredentialChecks, request: HttpRequest) -> "EnrolmentHolder":
    from mfa.tokens.signed_tokens import read_enrolment_token  # noqa: PLC0415 - other callers need no cryptography

    token = read_enrolment_token(checks.token_keys(), _bearer(request), checks.clock())
    return checks.user_access.enrolling(token)


def _fresh_or_enrolling(checks: CredentialChecks, request: HttpRequest) -> "Owner":
    token = _bearer(request)
    is_jwt = token.startswith(_START_OF_JWT) and token.count(".") == _DOTS_OF_JWT
    return _fresh(checks, request) if is_jwt else _enrolling(checks, request)


def _client_or_user(checks: CredentialChecks, request: HttpRequest) -> "Client | TokenHolder":
    return _user(checks, request) if request.authorization("basic") is None else _client(checks, request)


def _client_or_login(checks: CredentialChecks, request: HttpRequest) -> Client | MfaToken:
    return _login(checks, request) if request.authorization("basic") is None else _client(checks, request)


def _administrator(checks: CredentialChecks, request: HttpRequest) -> Actor:
    """The access token is in `Authorization`, or in the cookie of the console."""
    token = None if request.header("Authorization") else console_session.token_in(request)
    if token is None:
        return checks.access.actor(_bearer(request), _visit(request))
    return checks.access.actor(token, _visit(request, console_session.page_of(request)))


def _visit(request: HttpRequest, page: str | None = None) -> "Visit":
    """The request as its session sees it. Raises InvalidRequest."""
    from mfa.users.sessions import Visit  # noqa: PLC0415 - of administrators, whom the other functions do not know

    unattended = request.header(UNATTENDED)
    if unattended not in {None, "1"}:
        raise errors.InvalidRequest(UNATTENDED, "must be 1, or missing")
    return Visit(
        address=request.address,
        user_agent=request.header("User-Agent") or "",
        attended=unattended is None,
        opens_console=request.method == "POST" and request.path == console_session.SESSION_PATH,
        page=page,
    )


def _bearer(request: HttpRequest) -> str:
    """The token of `Authorization: Bearer …` (RFC 6750, 2.1)."""
    token = request.authorization("bearer")
    if token is None:
        raise errors.InvalidToken
    return token


ANYONE = Auth("anyone", _anyone)
MFA_TOKEN = Auth(
    "mfaToken",
    _login,
    (errors.InvalidToken,),
    {"type": "http", "scheme": "bearer", "description": "the MFA token of a login or an action"},
)
CLIENT = Auth(
    "client",
    _client,
    (errors.InvalidCredentials,),
    {"type": "http", "scheme": "basic", "description": "client id and secret"},
)
USER_TOKEN = Auth(
    "userToken",
    _user,
    (errors.InvalidToken,),
    {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "the access token of a user's login",
    },
)
FRESH_TOKEN = Auth(
    "freshToken",
    _fresh,
    (errors.InvalidToken, errors.StepUpRequired),
    {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "the access token of a login with a second factor in the last ten minutes",
    },
)
ENROLMENT_TOKEN = Auth(
    "enrolmentToken",
    _enrolling,
    (errors.InvalidToken,),
    {
        "type": "http",
        "scheme": "bearer",
        "description": "the enrolment token of an invitation or of a login without factors",
    },
)
FRESH_OR_ENROLMENT = Auth(
    "freshOrEnrolmentToken",
    _fresh_or_enrolling,
    FRESH_TOKEN.refusals,
    alternatives=(FRESH_TOKEN, ENROLMENT_TOKEN),
)
CLIENT_OR_USER = Auth(
    "clientOrUser", _client_or_user, (*CLIENT.refusals, *USER_TOKEN.refusals), alternatives=(CLIENT, USER_TOKEN)
)
CLIENT_OR_MFA_TOKEN = Auth(
    "clientOrMfaToken", _client_or_login, (*CLIENT.refusals, *MFA_TOKEN.refusals), alternatives=(CLIENT, MFA_TOKEN)
)
# The handler checks the signature: it covers the form, which only the handler reads.
TWILIO = Auth(
    "twilio",
    _anyone,
    scheme={
        "type": "apiKey",
        "in": "header",
        "name": "X-Twilio-Signature",
        "description": "Twilio's signature of the configured address and all parameters",
    },
)
ACCESS_TOKEN = Auth(
    "accessToken",
    _administrator,
    (errors.InvalidToken, errors.Forbidden),
    {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "the access token of a system user",
    },
)
