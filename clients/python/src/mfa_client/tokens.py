"""Access tokens: checked by the service's public keys (JWKS), without a call per token.

```python
verifier = TokenVerifier("https://login.example.com", audience=CLIENT_ID)
user = verifier.verify(token).login_name
```
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from types import TracebackType
from typing import Any, TypeVar

import jwt
import msgspec

from mfa_client import errors
from mfa_client.answers import Answer, Jwks
from mfa_client.client import AsyncClient, Client

V = TypeVar("V", bound="TokenVerifier")
A = TypeVar("A", bound="AsyncTokenVerifier")

# The service lets caches keep the list for five minutes, and lists a new key ten minutes before it signs.
_FRESH_SECONDS = 300.0
# How long listed keys are good while the service does not answer.
_STALE_SECONDS = 3600.0
# Tokens with invented key ids must not make a request each.
_PAUSE_SECONDS = 10.0
_REQUIRED = ["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "auth_time", "amr", "acr"]


class AccessToken(Answer, frozen=True):
    """The claims of an access token that was verified.

    Attributes:
        audience: the id of the client that it is for, or the issuer.
        jti: the token's id.
        amr: how the login was proved (RFC 8176).
        acr: `2` after a second factor, else `1`.
        kind: `backup` or `system`.
        legacy: whether a legacy client skipped the second factor.
        trusted_device: whether a trusted device stood in for the second factor.
        action_id: for the approval of one deed, the action's id. Accept each once.
        action_type: the deed's type.
        action_params: the deed's parameters.
    """

    login_name: str
    issuer: str
    audience: str
    client_id: str
    jti: str
    issued_at: datetime
    expires_at: datetime
    auth_time: datetime
    amr: list[str]
    acr: str
    kind: str
    legacy: bool = False
    trusted_device: bool = False
    action_id: str | None = None
    action_type: str | None = None
    action_params: dict[str, str] = msgspec.field(default_factory=dict)


class Keys:
    """The keys that were read, and when to read them again. It does no I/O."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._read_at = -_STALE_SECONDS
        self._asked_at = -_STALE_SECONDS

    def due(self, kid: str) -> bool:
        """Whether the keys should be read before this one is used. The caller reads them then."""
        now = self._clock()
        if kid in self._keys:
            # While one caller reads, the others go on with the key that they know.
            current = now - self._read_at < _FRESH_SECONDS or now - self._asked_at < _PAUSE_SECONDS
        else:
            current = bool(self._keys) and now - self._read_at < _PAUSE_SECONDS
        if not current:
            self._asked_at = now
        return not current

    def keep(self, listed: Jwks) -> None:
        """Take the service's list in place of the older one. A key that is not listed any more is good no more."""
        self._keys = {
            key["kid"]: jwt.PyJWK(dict(key), algorithm="ES256")
            for key in listed.keys
            if (key.get("kty"), key.get("crv")) == ("EC", "P-256") and "kid" in key
        }
        self._read_at = self._clock()

    def usable(self, kid: str) -> bool:
        """Whether this key may be used although the service does not answer."""
        return kid in self._keys and self._clock() - self._read_at < _STALE_SECONDS

    def key(self, kid: str) -> jwt.PyJWK:
        """The key of this id. Raises TokenRejected if it is not listed."""
        if kid not in self._keys:
            raise errors.TokenRejected("the token's key is not one of the service's")
        return self._keys[kid]


class _Rules:
    """The checks of a token. They do no I/O."""

    def __init__(self, issuer: str, audience: str, leeway: float) -> None:
        self.issuer = issuer
        self.audience = audience
        self.leeway = leeway

    def kid(self, token: str) -> str:
        """The id of the key that signed the token, if this is an access token."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError as error:
            raise errors.TokenRejected("this is no JWT") from error
        # RFC 9068, 4: without this, an ID token or another JWT of the same keys would pass.
        if str(header.get("typ", "")).lower() not in {"at+jwt", "application/at+jwt"}:
            raise errors.TokenRejected("this is no access token")
        if header.get("alg") != "ES256" or "crit" in header or not isinstance(header.get("kid"), str):
            raise errors.TokenRejected("the token's header is not one of this service")
        return str(header["kid"])

    def claims(self, token: str, key: jwt.PyJWK) -> AccessToken:
        """The claims of a token that is signed, current, and for this issuer and audience."""
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                issuer=self.issuer,
                audience=self.audience,
                leeway=self.leeway,
                options={"require": _REQUIRED, "strict_aud": True},
            )
            return _access_token(claims)
        except jwt.ExpiredSignatureError as error:
            raise errors.TokenExpired("the token expired") from error
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
            raise errors.TokenRejected(f"the token is not valid here ({type(error).__name__})") from error

    def login(self, token: AccessToken, *, second_factor: bool, max_age: float | None) -> AccessToken:
        """The token, if it is one of a login as it is asked for."""
        if token.action_id is not None:
            raise errors.IsActionToken("the token approves one deed and is no login")
        if second_factor and token.acr != "2":
            raise errors.SecondFactorMissing("the login showed no second factor")
        age = (datetime.now(timezone.utc) - token.auth_time).total_seconds()
        if max_age is not None and age > max_age + self.leeway:
            raise errors.TokenTooOld("the login was too long ago")
        return token

    def deed(self, token: AccessToken, type: str, params: Mapping[str, str], action_id: str | None) -> AccessToken:
        """The token, if it approves exactly this deed."""
        if token.action_id is None:
            raise errors.TokenRejected("the token is a login's and approves no deed")
        if token.acr != "2" or (token.action_type, token.action_params) != (type, dict(params)):
            raise errors.TokenRejected("the token approves another deed")
        if action_id is not None and token.action_id != action_id:
            raise errors.TokenRejected("the token approves another action")
        return token


def _access_token(claims: Mapping[str, Any]) -> AccessToken:
    deed = _deed(claims)
    return AccessToken(
        login_name=claims["sub"],
        issuer=claims["iss"],
        audience=claims["aud"],
        client_id=claims["client_id"],
        jti=claims["jti"],
        issued_at=_time(claims["iat"]),
        expires_at=_time(claims["exp"]),
        auth_time=_time(claims["auth_time"]),
        amr=list(claims["amr"]),
        acr=claims["acr"],
        kind=claims.get("kind", ""),
        legacy=claims.get("legacy") is True,
        trusted_device=claims.get("trusted_device") is True,
        action_id=None if deed is None else str(claims["action_id"]),
        action_type=None if deed is None else deed.pop("type"),
        action_params=deed or {},
    )


def _deed(claims: Mapping[str, Any]) -> dict[str, str] | None:
    """The deed of an action's token (RFC 9396), or None for a login's."""
    if "action_id" not in claims and "authorization_details" not in claims:
        return None
    (details,) = claims["authorization_details"]
    return dict(details)


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


class TokenVerifier:
    """Checks access tokens of one service for one audience. Many threads may share one.

    Args:
        issuer: the service's address, as the tokens' `iss` has it.
        audience: your client's id after vouched logins; the issuer for tokens of the service's own pages.
        client: the client that reads the keys; one of its own by default.
        leeway: how far clocks may be apart, in seconds.
    """

    def __init__(self, issuer: str, audience: str, *, client: Client | None = None, leeway: float = 30.0) -> None:
        self._rules = _Rules(issuer, audience, leeway)
        self._keys = Keys()
        self._owns_client = client is None
        self._client = client or Client(issuer)

    def verify(self, token: str, *, second_factor: bool = True, max_age: float | None = None) -> AccessToken:
        """The claims of a login's token.

        `second_factor=False` also accepts users without MFA, trusted devices and legacy clients. `max_age` is the longest time
        since the login, in seconds. Raises TokenRejected, and NoAnswer if the keys cannot be read.
        """
        return self._rules.login(self._verified(token), second_factor=second_factor, max_age=max_age)

    def verify_action(
        self,
        token: str,
        type: str,
        params: Mapping[str, str],
        *,
        action_id: str | None = None,
    ) -> AccessToken:
        """The claims of a token that approves exactly this deed. Accept each `action_id` once."""
        return self._rules.deed(self._verified(token), type, params, action_id)

    def _verified(self, token: str) -> AccessToken:
        kid = self._rules.kid(token)
        if self._keys.due(kid):
            try:
                self._keys.keep(self._client.jwks())
            except errors.MfaClientError:
                if not self._keys.usable(kid):
                    raise
        return self._rules.claims(token, self._keys.key(kid))

    def close(self) -> None:
        """Closes the connections of a client of its own."""
        if self._owns_client:
            self._client.close()

    def __enter__(self: V) -> V:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncTokenVerifier:
    """The same for asyncio: `await verifier.verify(token)`. The arguments are those of `TokenVerifier`."""

    def __init__(self, issuer: str, audience: str, *, client: AsyncClient | None = None, leeway: float = 30.0) -> None:
        self._rules = _Rules(issuer, audience, leeway)
        self._keys = Keys()
        self._owns_client = client is None
        self._client = client or AsyncClient(issuer)

    async def verify(self, token: str, *, second_factor: bool = True, max_age: float | None = None) -> AccessToken:
        """The claims of a login's token, as `TokenVerifier.verify` gives them."""
        return self._rules.login(await self._verified(token), second_factor=second_factor, max_age=max_age)

    async def verify_action(
        self,
        token: str,
        type: str,
        params: Mapping[str, str],
        *,
        action_id: str | None = None,
    ) -> AccessToken:
        """The claims of a token that approves exactly this deed."""
        return self._rules.deed(await self._verified(token), type, params, action_id)

    async def _verified(self, token: str) -> AccessToken:
        kid = self._rules.kid(token)
        if self._keys.due(kid):
            try:
                self._keys.keep(await self._client.jwks())
            except errors.MfaClientError:
                if not self._keys.usable(kid):
                    raise
        return self._rules.claims(token, self._keys.key(kid))

    async def aclose(self) -> None:
        """Closes the connections of a client of its own."""
        if self._owns_client:
            await self._client.aclose()

    async def __aenter__(self: A) -> A:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
