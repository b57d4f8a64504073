"""MFA tokens: ours alone, signed by HMAC, opaque to clients."""

import hashlib
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from mfa.errors import InvalidToken
from mfa.tokens.base64url import has_one_spelling
from mfa.tokens.hmac_keys import HmacKeys
from mfa.users.user import Kind

MFA_TOKEN_LENGTH = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaToken:
    """The result of a passed first factor. It authorises challenges, not access.

    Attributes:
        login_name: the user.
        kind: the user's kind.
        client_id: the relying application that vouched for the password, or None.
        jti: names this token; a challenge answers only to the token that opened it.
        issued_at: seconds since 1970.
        expires_at: seconds since 1970.
    """

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
    if len(text) > MFA_TOKEN_LENGTH or not has_one_spelling(text):
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
