"""Writes and reads the tokens that Ed25519 signs: MFA, enrolment and reset tokens. They are opaque to clients.

Only `verify_code` has a private key. A function that checks tokens cannot make one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from mfa.errors import InvalidToken
from mfa.tokens.base64url import has_one_spelling
from mfa.tokens.enrolment_tokens import EnrolmentToken
from mfa.tokens.mfa_tokens import MFA_TOKEN_LENGTH, ActionRef, MfaToken
from mfa.tokens.reset_tokens import ResetToken
from mfa.tokens.token_keys import Ed25519, TokenKeys, TokenPurpose, TokenSecrets
from mfa.users.user import Kind

# No token is longer.
_LENGTH = MFA_TOKEN_LENGTH


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
    if token.devices_to_drop:
        claims["dev"] = token.devices_to_drop
    if token.end_user_address is not None:
        claims["adr"] = token.end_user_address
    if token.action is not None:
        # A version that knows no actions would take the token for a login's. Without `exp` in the future it is over there.
        claims |= {"act": token.action.id, "dig": token.action.digest, "exp": 0, "end": token.expires_at}
    if token.reset is not None:  # the same
        claims |= {"rst": token.reset, "exp": 0, "end": token.expires_at}
    return sign(keys, TokenPurpose.MFA, claims)


def read_mfa_token(keys: TokenKeys, text: str, now: float) -> MfaToken:
    """The token, checked. Raises InvalidToken."""
    claims = read_signed(keys, TokenPurpose.MFA, text)
    action = ActionRef(claims["act"], claims["dig"]) if "act" in claims else None
    expires_at = claims.get("end", claims["exp"])
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
        devices_to_drop=tuple(claims.get("dev", ())),
        reset=claims.get("rst"),
        end_user_address=claims.get("adr"),
    )


def write_enrolment_token(keys: TokenSecrets, token: EnrolmentToken) -> str:
    """The token as the client carries it."""
    claims = {
        "sub": token.login_name,
        "kind": token.kind,
        "ver": token.credentials_changed_at,
        "jti": token.jti,
        "iat": token.issued_at,
        "exp": token.expires_at,
        "inv": token.invitation,
    }
    return sign(keys, TokenPurpose.ENROLMENT, claims)


def read_enrolment_token(keys: TokenKeys, text: str, now: float) -> EnrolmentToken:
    """The token, checked. Raises InvalidToken. `speaks_for` says whether it still holds for the user as stored."""
    claims = read_signed(keys, TokenPurpose.ENROLMENT, text)
    if claims["exp"] <= now:
        raise InvalidToken
    return EnrolmentToken(
        login_name=claims["sub"],
        kind=Kind(claims["kind"]),
        credentials_changed_at=claims["ver"],
        jti=claims["jti"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
        invitation=claims["inv"],
    )


def write_reset_token(keys: TokenSecrets, token: ResetToken) -> str:
    """The token as the client carries it."""
    claims = {
        "sub": token.login_name,
        "kind": token.kind,
        "ver": token.credentials_changed_at,
        "rst": token.link,
        "amr": token.amr,
        "exp": token.expires_at,
    }
    return sign(keys, TokenPurpose.RESET, claims)


def read_reset_token(keys: TokenKeys, text: str, now: float) -> ResetToken:
    """The token, checked. Raises InvalidToken. `speaks_for` says whether it still holds for the user as stored."""
    claims = read_signed(keys, TokenPurpose.RESET, text)
    if claims["exp"] <= now:
        raise InvalidToken
    return ResetToken(
        login_name=claims["sub"],
        kind=Kind(claims["kind"]),
        credentials_changed_at=claims["ver"],
        link=claims["rst"],
        amr=tuple(claims["amr"]),
        expires_at=claims["exp"],
    )


def sign(keys: TokenSecrets, purpose: TokenPurpose, claims: Mapping[str, Any]) -> str:
    """A token of this purpose."""
    return str(_serializer([keys.signing(purpose)]).dumps(dict(claims)))


def read_signed(keys: TokenKeys, purpose: TokenPurpose, text: str) -> dict[str, Any]:
    """The claims of a token of this purpose, whose times are not checked yet. Raises InvalidToken."""
    accepted = keys.of(purpose)
    if len(text) > _LENGTH or not accepted or not has_one_spelling(text):
        raise InvalidToken
    try:
        claims: dict[str, Any] = _serializer(accepted).loads(text)
    except (BadData, ValueError) as error:
        raise InvalidToken from error
    return claims


def _serializer(keys: Sequence[bytes]) -> URLSafeSerializer:
    """The algorithm stands here alone: no token names one. `none` derives nothing, because keys of one use are given."""
    return URLSafeSerializer(list(keys), signer_kwargs={"key_derivation": "none", "algorithm": Ed25519()})
