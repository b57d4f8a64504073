"""Codes of authenticator apps (TOTP, RFC 6238): SHA-1, 30 seconds, six digits, as every app knows them."""

import base64
import hmac
import re
from collections.abc import Callable

from pyotp import TOTP

from mfa.errors import InvalidRequest
from mfa.pasted import plain

# The purpose that secrets are encrypted for.
PURPOSE = "totp"
# As long as the HMAC's output (RFC 4226, 4, R6).
SECRET_BYTES = 20
# Clocks may be a step off (RFC 6238, 5.2).
_STEPS_OFF = 1
_CODE = re.compile(r"[0-9]{6}")


def draw_secret(random_bytes: Callable[[int], bytes]) -> bytes:
    """A new secret, 160 bits."""
    return random_bytes(SECRET_BYTES)


def shown_secret(secret: bytes) -> str:
    """The secret as people type it into an app: base32 (RFC 4648, 6)."""
    return base64.b32encode(secret).decode()


def provisioning_uri(secret: bytes, login_name: str, issuer: str) -> str:
    """The `otpauth` URI of the secret, which apps read from a QR code.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    return _totp(secret).provisioning_uri(name=login_name, issuer_name=issuer)


def typed_code(typed: str) -> str:
    """The six digits in what a person typed or pasted (`123 456`). Raises InvalidRequest, naming `code`."""
    code = plain(typed)
    if not _CODE.fullmatch(code):
        raise InvalidRequest("code", "must be the six digits that the authenticator app shows")
    return code


def matching_step(secret: bytes, code: str, now: float, last_step: int) -> int | None:
    """The step whose code this is: the present one or one beside it, but none up to the last step that was accepted.

    None for a wrong code, and for one whose step was used or lies before one that was used (RFC 6238, 5.2). All steps are
    compared, each in constant time.
    """
    totp = _totp(secret)
    present = totp.timecode(now)
    found = None
    for step in range(present - _STEPS_OFF, present + _STEPS_OFF + 1):
        if hmac.compare_digest(totp.generate_otp(step), code) and step > last_step:
            found = step
    return found


def _totp(secret: bytes) -> TOTP:
    return TOTP(shown_secret(secret))
