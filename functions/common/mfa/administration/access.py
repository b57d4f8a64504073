"""Access to administration: an access token, and the system user that it speaks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import jwt

from mfa.administration.ports import Sessions
from mfa.errors import Forbidden, InvalidToken
from mfa.settings.values import Settings
from mfa.tokens.access_tokens import has_one_signature, moment_of
from mfa.users.actors import Actor
from mfa.users.user import Kind

_TYPE = "at+jwt"


class PublicKeys(Protocol):
    """The keys that access tokens are checked with."""

    def public_key(self, key_id: str) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Checks access tokens of administrators."""

    sessions: Sessions
    keys: PublicKeys
    issuer: Callable[[], str]
    settings: Callable[[], Settings]
    clock: Callable[[], float]

    def actor(self, token: str, address: str) -> Actor:
        """The system user that this token was issued to.

        Raises InvalidToken where it is forged, expired, ended, not for administration, older than tokens are made for, or older
        than the user's password, status or MFA switch; Forbidden where a second factor is required and the token shows none.
        """
        claims = self._claims(token)
        self._refuse_old(claims)
        account = self.sessions.load_account(claims["sub"], claims["jti"])
        user = account.user if account else None
        if user is None or user.kind is not Kind.SYSTEM or not user.accepts_token_of(moment_of(claims["jti"]) or 0.0):
            raise InvalidToken
        actor = Actor(user.login_name, address, tuple(claims["amr"]), float(claims["exp"]), claims["jti"])
        if self.settings().require_mfa_for_system_users and not actor.shows_second_factor:
            raise Forbidden("Administration needs a second factor. Ask another administrator to turn on MFA for you.")
        return actor

    def _refuse_old(self, claims: dict[str, Any]) -> None:
        """Bounds the age by when the token was issued and the user logged in, whatever end it names.

        So whoever could sign for an hour cannot sign years. Raises InvalidToken.
        """
        logged_in_at, issued_at = claims["auth_time"], claims["iat"]
        if not isinstance(logged_in_at, int | float) or not isinstance(issued_at, int | float):
            raise InvalidToken
        since = self.clock() - self.settings().access_token_seconds
        if not since <= logged_in_at <= issued_at or int(moment_of(claims["jti"]) or 0.0) != int(issued_at):
            raise InvalidToken

    def _claims(self, token: str) -> dict[str, Any]:
        issuer = self.issuer()
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
                audience=issuer,
                issuer=issuer,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "jti", "auth_time", "amr", "kind"]},
            )
            claims["jti"] = str(UUID(claims["jti"]))
        except (jwt.InvalidTokenError, ValueError) as error:
            raise InvalidToken from error
        if claims["kind"] != Kind.SYSTEM:
            raise InvalidToken
        return claims
