"""Challenge ids. Each is bound to the MFA token that opened the challenge."""

import hashlib
import hmac

from mfa.tokens import base64url
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken

_ID_BYTES = 12


def new_challenge_id(keys: HmacKeys, token: MfaToken, random_bytes: bytes) -> str:
    """An id that is bound to this token, so that another token's challenge is not found, even after a newer one replaced it."""
    return base64url.encode(random_bytes + _challenge_tag(keys.signing("challenge-id"), token, random_bytes))


def is_challenge_of(keys: HmacKeys, token: MfaToken, challenge_id: str) -> bool:
    """Whether this token opened a challenge of this id."""
    try:
        raw = base64url.decode(challenge_id)
    except ValueError:
        return False
    random_bytes, tag = raw[:_ID_BYTES], raw[_ID_BYTES:]
    return any(
        hmac.compare_digest(_challenge_tag(key, token, random_bytes), tag) for key in keys.accepted("challenge-id")
    )


def _challenge_tag(key: bytes, token: MfaToken, random_bytes: bytes) -> bytes:
    return hmac.digest(key, random_bytes + token.jti.encode(), hashlib.sha256)[:_ID_BYTES]
