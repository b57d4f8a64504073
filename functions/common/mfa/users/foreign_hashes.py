"""Password hashes of other systems, read to the last character: bcrypt, PBKDF2 and scrypt.

The forms are those that Django, passlib (the PHC string format) and Werkzeug write. A hash that costs a login more than the
bounds here, or that is not exactly as its system writes it, is none: nobody could log in with it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping

# Whether this is the password.
type Check = Callable[[bytes], bool]

# About as costly as Django's defaults of 2026, or a little more.
MAX_BCRYPT_COST = 12
MAX_ITERATIONS = 1_500_000
# Shorter ones, where a hash says its length, can be guessed by chance.
LEAST_DIGEST = 16
MAX_SCRYPT_BYTES = 128 * 2**20
MAX_SCRYPT_WORK = 2**20
# bcrypt looks at no more, and newer libraries refuse a longer password.
_BCRYPT_BYTES = 72

_NUMBER = "[1-9][0-9]{0,9}"
_SALT = r"(?P<salt>[!-#%-~]{1,64})"
_DIGEST = r"(?P<digest>[A-Za-z0-9+/]+={0,2})"
_PHC = r"\$(?P<salt64>[A-Za-z0-9+/.]+)\$(?P<digest64>[A-Za-z0-9+/.]+)"
_HEX = "(?P<hex>[0-9a-f]+)"
# The last characters of salt and digest hold bits that must be 0.
_BCRYPT = re.compile(
    r"(?:(?P<django>bcrypt(?:_sha256)?)\$)?"
    r"(?P<bcrypt>\$2[aby]\$(?P<cost>[0-9]{2})\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26])"
)
_PBKDF2 = tuple(
    re.compile(form)
    for form in (
        rf"pbkdf2_(?P<hash>sha1|sha256|sha512)\$(?P<rounds>{_NUMBER})\${_SALT}\${_DIGEST}",
        rf"pbkdf2:(?P<hash>sha1|sha256|sha512):(?P<rounds>{_NUMBER})\${_SALT}\${_HEX}",
        rf"\$pbkdf2(?:-(?P<hash>sha1|sha256|sha512))?\$(?:i=)?(?P<rounds>{_NUMBER})(?:,l=(?P<length>{_NUMBER}))?{_PHC}",
    )
)
_SCRYPT = tuple(
    re.compile(form)
    for form in (
        rf"scrypt\$(?P<n>{_NUMBER})\${_SALT}\$(?P<r>{_NUMBER})\$(?P<p>{_NUMBER})\${_DIGEST}",
        rf"scrypt:(?P<n>{_NUMBER}):(?P<r>{_NUMBER}):(?P<p>{_NUMBER})\${_SALT}\${_HEX}",
        rf"\$scrypt\$ln=(?P<ln>[1-9][0-9]?),r=(?P<r>{_NUMBER}),p=(?P<p>{_NUMBER}){_PHC}",
    )
)


def read(encoded: str) -> Check | None:
    """How to check a password against this hash, or None if it is none of these kinds, damaged or too costly."""
    try:
        if found := _BCRYPT.fullmatch(encoded):
            return _bcrypt(found.groupdict())
        for form in _PBKDF2:
            if found := form.fullmatch(encoded):
                return _pbkdf2(found.groupdict())
        for form in _SCRYPT:
            if found := form.fullmatch(encoded):
                return _scrypt(found.groupdict())
    except (ValueError, binascii.Error):
        return None
    return None


def _bcrypt(parts: Mapping[str, str]) -> Check | None:
    if not 4 <= int(parts["cost"]) <= MAX_BCRYPT_COST:
        return None
    hashed, is_digest = parts["bcrypt"].encode(), parts["django"] == "bcrypt_sha256"

    def check(password: bytes) -> bool:
        import bcrypt  # noqa: PLC0415 - most logins do without

        given = hashlib.sha256(password).hexdigest().encode() if is_digest else password[:_BCRYPT_BYTES]
        try:
            return bcrypt.checkpw(given, hashed)
        except ValueError:  # a NUL in the password
            return False

    return check


def _pbkdf2(parts: Mapping[str, str]) -> Check | None:
    name, rounds = parts["hash"] or "sha1", int(parts["rounds"])
    salt, digest = _salt(parts), _digest(parts)
    size = hashlib.new(name, usedforsecurity=False).digest_size
    length = int(parts.get("length") or size)
    if rounds > MAX_ITERATIONS or len(digest) != length or not LEAST_DIGEST <= length <= size:
        return None
    return lambda password: hmac.compare_digest(hashlib.pbkdf2_hmac(name, password, salt, rounds, length), digest)


def _scrypt(parts: Mapping[str, str]) -> Check | None:
    n = 2 ** int(parts["ln"]) if parts.get("ln") else int(parts["n"])
    r, p = int(parts["r"]), int(parts["p"])
    salt, digest = _salt(parts), _digest(parts)
    memory = 128 * n * r
    is_work_bounded = memory <= MAX_SCRYPT_BYTES and n * r * p <= MAX_SCRYPT_WORK
    if not is_work_bounded or n < 2 or n & (n - 1) or len(digest) not in (32, 64):
        return None

    def check(password: bytes) -> bool:
        derived = hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=2 * memory + 2**20, dklen=len(digest))
        return hmac.compare_digest(derived, digest)

    return check


def _salt(parts: Mapping[str, str]) -> bytes:
    return _unpadded(parts["salt64"]) if parts.get("salt64") else parts["salt"].encode()


def _digest(parts: Mapping[str, str]) -> bytes:
    """The digest's bytes. Raises ValueError if it is not written as its system writes it."""
    if parts.get("hex"):
        return bytes.fromhex(parts["hex"])
    if parts.get("digest64"):
        return _unpadded(parts["digest64"])
    digest = base64.b64decode(parts["digest"], validate=True)
    if base64.b64encode(digest).decode() != parts["digest"]:
        raise ValueError("bits behind the end")
    return digest


def _unpadded(text: str) -> bytes:
    """Base64 without padding; passlib writes a dot for a plus. Raises ValueError for bits behind the end."""
    standard = text.replace(".", "+")
    data = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    if base64.b64encode(data).decode().rstrip("=") != standard:
        raise ValueError("bits behind the end")
    return data
