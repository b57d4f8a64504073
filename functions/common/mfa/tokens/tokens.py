"""MFA tokens, access tokens and challenge ids.

An MFA token is ours alone: signed by HMAC, opaque to clients. An access token is a JWT that anyone can check: ES256
(RFC 7518, 3.4), signed by a KMS key.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from mfa.errors import InvalidToken
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.user import Kind, User

MFA_TOKEN_LENGTH = 2048
_ID_BYTES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaToken:
    """What a passed first factor gives: it authorises challenges, not access. Times are seconds since 1970."""

    login_name: str
    kind: Kind
    client_id: str | None
    jti: str
    issued_at: float
    expires_at: float


def write_mfa_token(keys: HmacKeys, token: MfaToken) -> str:
    """The token as the client carries it."""
    claims = {
        "sub": token.login_name,
        "kind": token.kind,
        "cid": token.client_id,
        "jti": token.jti,
        "iat": token.issued_at,
        "exp": token.expires_at,
    }
    return str(_serializer([keys.signing("mfa-token")]).dumps(claims))


def read_mfa_token(keys: HmacKeys, text: str, now: float) -> MfaToken:
    """The token, checked. Raises InvalidToken."""
    if len(text) > MFA_TOKEN_LENGTH:
        raise InvalidToken
    try:
        # itsdangerous signs with the last key of the list and accepts them all.
        claims = _serializer(keys.accepted("mfa-token")[::-1]).loads(text)
    except (BadData, ValueError) as error:
        raise InvalidToken from error
    if claims["exp"] <= now:
        raise InvalidToken
    return MfaToken(
        login_name=claims["sub"],
        kind=Kind(claims["kind"]),
        client_id=claims["cid"],
        jti=claims["jti"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
    )


def _serializer(keys: list[bytes]) -> URLSafeSerializer:
    return URLSafeSerializer(
        keys, salt=b"mfa-token", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )


def new_challenge_id(keys: HmacKeys, token: MfaToken, random_bytes: bytes) -> str:
    """An id by which a challenge's own token can be told from another's, also after a newer one took its place."""
    return _base64url(random_bytes + _challenge_tag(keys.signing("challenge-id"), token, random_bytes))


def is_challenge_of(keys: HmacKeys, token: MfaToken, challenge_id: str) -> bool:
    """Whether this token opened a challenge of this id."""
    try:
        raw = base64.b64decode(challenge_id + "=" * (-len(challenge_id) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return False
    random_bytes, tag = raw[:_ID_BYTES], raw[_ID_BYTES:]
    return any(
        hmac.compare_digest(_challenge_tag(key, token, random_bytes), tag) for key in keys.accepted("challenge-id")
    )


def _challenge_tag(key: bytes, token: MfaToken, random_bytes: bytes) -> bytes:
    return hmac.digest(key, random_bytes + token.jti.encode(), hashlib.sha256)[:_ID_BYTES]


class Signer(Protocol):
    """Signs with the private key of access tokens."""

    def key_id(self) -> str:
        """The `kid` under which the JWKS lists the public key."""

    def sign(self, message: bytes) -> bytes:
        """ECDSA on P-256 with SHA-256: 64 bytes, r and s. Raises TemporarilyUnavailable."""


def access_claims(
    user: User | MfaToken, *, issuer: str, audience: str, seconds: int, now: float, jti: str, amr: list[str]
) -> dict[str, Any]:
    """The claims of an access token. `jti` is a UUID of version 7, which tells when to the millisecond."""
    return {
        "iss": issuer,
        "sub": user.login_name,
        "aud": audience,
        "iat": int(now),
        "exp": int(now) + seconds,
        "jti": jti,
        "auth_time": int(now),
        "amr": amr,
        "kind": user.kind,
    }


def uuid7(at: float, random_bytes: bytes) -> str:
    """A UUID of version 7 (RFC 9562, 5.7) from ten random bytes: its first 48 bits are the moment in milliseconds."""
    bits = round(at * 1000) << 80 | int.from_bytes(random_bytes)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=bits))


def sign_access_token(signer: Signer, claims: Mapping[str, Any]) -> str:
    """A JWS in compact form (RFC 7515, 7.1) of the type `at+jwt` (RFC 9068, 2.1)."""
    header = {"alg": "ES256", "typ": "at+jwt", "kid": signer.key_id()}
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{_base64url(signer.sign(signed.encode()))}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
