"""Writes and reads MFA tokens: signed by Ed25519, opaque to clients.

Only `verify_code` has a private key. A function that checks tokens cannot make one.
"""

from collections.abc import Sequence

from itsdangerous import BadData, URLSafeSerializer

from mfa.errors import InvalidToken
from mfa.tokens.base64url import has_one_spelling
from mfa.tokens.mfa_tokens import MFA_TOKEN_LENGTH, ActionRef, MfaToken
from mfa.tokens.token_keys import Ed25519, TokenKeys, TokenSecrets
from mfa.users.user import Kind


def write_mfa_token(keys: TokenSecrets, token: MfaToken) -> str:
    """The token as the client carries it."""
    claims = {
        "sub": token.login_name,
        "kind": token.kind,
        "ver": token.credentials_changed_at,
        "cid": token.client_id,
        "jti": token.jti,
        "iat": token.issued_at,
        "exp": token.expires_at,
    }
    if token.action is not None:
        # A version that knows no actions would take the token for a login's. Without `exp` in the future it is over there.
        claims |= {"act": token.action.id, "dig": token.action.digest, "exp": 0, "end": token.expires_at}
    return str(_serializer([keys.signing]).dumps(claims))


def read_mfa_token(keys: TokenKeys, text: str, now: float) -> MfaToken:
    """The token, checked. Raises InvalidToken."""
    if len(text) > MFA_TOKEN_LENGTH or not keys.keys or not has_one_spelling(text):
        raise InvalidToken
    try:
        claims = _serializer(keys.keys).loads(text)
    except (BadData, ValueError) as error:
        raise InvalidToken from error
    action = ActionRef(claims["act"], claims["dig"]) if "act" in claims else None
    expires_at = claims["exp"] if action is None else claims["end"]
    if expires_at <= now:
        raise InvalidToken
    return MfaToken(
        login_name=claims["sub"],
        kind=Kind(claims["kind"]),
        credentials_changed_at=claims["ver"],
        client_id=claims["cid"],
        jti=claims["jti"],
        issued_at=claims["iat"],
        expires_at=expires_at,
        action=action,
    )


def _serializer(keys: Sequence[bytes]) -> URLSafeSerializer:
    """The algorithm stands here alone: no token names one. `none` derives nothing, because keys of one use are given."""
    return URLSafeSerializer(list(keys), signer_kwargs={"key_derivation": "none", "algorithm": Ed25519()})
