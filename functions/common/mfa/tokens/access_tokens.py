"""Access tokens: JWTs that anyone can check, ES256 (RFC 7518, 3.4)."""

import json
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from mfa.factors.factors import shows_second_factor
from mfa.tokens import base64url
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.user import User

# The order of the group of P-256 (NIST SP 800-186, 3.2.1.3).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Jwk(Struct, frozen=True):
    """A public key (RFC 7517)."""

    kid: str
    x: str
    y: str
    kty: Literal["EC"] = "EC"
    crv: Literal["P-256"] = "P-256"
    alg: Literal["ES256"] = "ES256"
    use: Literal["sig"] = "sig"


class SigningKey(Protocol):
    """A private key of access tokens."""

    def key_id(self) -> str:
        """The `kid` under which the JWKS lists the public key."""

    def sign(self, message: bytes) -> bytes:
        """ECDSA on P-256 with SHA-256, as `signature` writes it. Raises TemporarilyUnavailable."""


class Signer(Protocol):
    """Knows which private key signs."""

    def current(self) -> SigningKey:
        """The key that signs now. Raises TemporarilyUnavailable."""


class Grant(Struct, frozen=True, kw_only=True):
    """The claims of an access token.

    Attributes:
        issuer: the public URL.
        client_id: the relying application that the token is for, or None for the issuer itself.
        issued_at: seconds since 1970.
        seconds: how long the token is valid.
        jti: a UUID of version 7. It holds the time of issue to the millisecond.
        amr: how the login was proved (RFC 8176).
    """

    issuer: str
    client_id: str | None
    issued_at: float
    seconds: int
    jti: str
    amr: list[str]


def access_claims(user: User | MfaToken, grant: Grant) -> dict[str, Any]:
    """The claims of the user's access token (RFC 9068, 2.2)."""
    now = int(grant.issued_at)
    return {
        "iss": grant.issuer,
        "sub": user.login_name,
        "aud": grant.client_id or grant.issuer,
        # Required (RFC 9068, 2.2). Where no client vouched, the issuer's own pages or an unregistered client asked.
        "client_id": grant.client_id or grant.issuer,
        "iat": now,
        "exp": now + grant.seconds,
        "jti": grant.jti,
        "auth_time": now,
        "amr": grant.amr,
        # Whether a second factor was shown: a relying application need not know every `amr`.
        "acr": "2" if shows_second_factor(grant.amr) else "1",
        "kind": user.kind,
    }


def uuid7(at: float, random_bytes: bytes) -> str:
    """A UUID of version 7 (RFC 9562, 5.7) from ten random bytes: its first 48 bits are the moment in milliseconds."""
    bits = round(at * 1000) << 80 | int.from_bytes(random_bytes)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=bits))


def moment_of(jti: str) -> float | None:
    """The moment in a UUID of version 7, in seconds since 1970, to the millisecond. None for another text."""
    try:
        return (UUID(jti).int >> 80) / 1000
    except ValueError:
        return None


def sign_access_token(signer: Signer, claims: Mapping[str, Any]) -> str:
    """A JWS in compact form (RFC 7515, 7.1) of the type `at+jwt` (RFC 9068, 2.1)."""
    key = signer.current()
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.key_id()}
    signed = ".".join(base64url.encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{base64url.encode(key.sign(signed.encode()))}"


def signature(r: int, s: int) -> bytes:
    """The signature in 64 bytes (RFC 7518, 3.4), with the lower of the two values of s that are valid."""
    return r.to_bytes(32) + min(s, _ORDER - s).to_bytes(32)


def has_one_signature(token: str) -> bool:
    """Whether the token's signature is as `signature` writes it, in its one spelling: no other token says the same."""
    try:
        given = base64url.decode(token.rpartition(".")[2])
    except ValueError:
        return False
    return len(given) == 64 and int.from_bytes(given[32:]) <= _ORDER // 2
