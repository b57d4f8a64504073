"""Checks access tokens: the signature, the issuer, the times. The caller judges whose they are, and what they open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from mfa.errors import InvalidToken
from mfa.settings.values import Settings
from mfa.tokens.access_tokens import has_one_signature, moment_of
from mfa.users.user import Kind

_TYPE = "at+jwt"
_REQUIRED = ("exp", "iat", "iss", "aud", "sub", "jti", "auth_time", "amr", "kind")


class PublicKeys(Protocol):
    """The keys that access tokens are checked with."""

    def public_key(self, key_id: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """An access token that was checked. Times are seconds since 1970.

    Attributes:
        login_name: the user.
        kind: the user's kind.
        audience: the relying application that it is for, or the issuer.
        amr: how the login was proved (RFC 8176).
        issued_at: to the millisecond, as its `jti` says.
        logged_in_at: when the user logged in, to the second.
        expires_at: its end.
        jti: names it.
        legacy: whether a legacy client skipped the second factor.
        action_id: the action that it approves, if it is no login's.
    """

    login_name: str
    kind: Kind
    audience: str
    amr: tuple[str, ...]
    issued_at: float
    logged_in_at: float
    expires_at: float
    jti: str
    legacy: bool = False
    action_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessTokenChecks:
    """Reads access tokens."""

    keys: PublicKeys
    issuer: Callable[[], str]
    settings: Callable[[], Settings]
    clock: Callable[[], float]

    def read(self, token: str) -> AccessToken:
        """The token. Raises InvalidToken where it is forged, expired, or older than tokens are made for."""
        claims = self._claims(token)
        jti, issued_at = claims["jti"], self._issue(claims)
        return AccessToken(
            login_name=claims["sub"],
            kind=claims["kind"],
            audience=claims["aud"],
            amr=tuple(claims["amr"]),
            issued_at=issued_at,
            logged_in_at=float(claims["auth_time"]),
            expires_at=float(claims["exp"]),
            jti=jti,
            legacy=bool(claims.get("legacy", False)),
            action_id=claims.get("action_id"),
        )

    def _issue(self, claims: dict[str, Any]) -> float:
        """The moment of issue. Bounds the age by it and by when the user logged in, whatever end the token names.

        So an intruder who could sign for an hour has no token for years. Raises InvalidToken.
        """
        logged_in_at, issued_at = claims["auth_time"], claims["iat"]
        if not isinstance(logged_in_at, int | float) or not isinstance(issued_at, int | float):
            raise InvalidToken
        since = self.clock() - self.settings().access_token_seconds
        moment = moment_of(claims["jti"])
        if moment is None or not since <= logged_in_at <= issued_at or int(moment) != int(issued_at):
            raise InvalidToken
        return moment

    def _claims(self, token: str) -> dict[str, Any]:
        import jwt  # noqa: PLC0415 - a passcode's verification checks no access token

        if not has_one_signature(token):
            raise InvalidToken
        try:
            header = jwt.get_unverified_header(token)
            key = self.keys.public_key(header.get("kid", "")) if header.get("typ") == _TYPE else None
            if key is None:
                raise InvalidToken
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                issuer=self.issuer(),
                # Each operation has audiences of its own.
                options={"require": list(_REQUIRED), "verify_aud": False},
            )
            claims["jti"] = str(UUID(claims["jti"]))
            claims["kind"] = Kind(claims["kind"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise InvalidToken from error
        if not isinstance(claims["aud"], str):
            raise InvalidToken
        return claims
