"""Password hashes as other systems export them, brought into the forms that `foreign_hashes` and argon2 read.

Many exports hold algorithm, rounds, salt and hash apart, as JSON: Keycloak (`credentialData` and `secretData`), Auth0
(`custom_password_hash`), FusionAuth (`encryptionScheme`), and programs that write `{algorithm, iterations, salt, hash}`.
ASP.NET Identity packs them into bytes, LDAP servers into a string with a scheme in braces.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_PHC_PBKDF2 = re.compile(
    r"\$pbkdf2-(sha1|sha256|sha512)\$i=([0-9]{1,10}),l=([0-9]{1,3})\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)"
)
_LDAP = re.compile(r"\{PBKDF2(?:-(SHA1|SHA256|SHA512))?\}([0-9]{1,10})\$([A-Za-z0-9+/.]+)\$([A-Za-z0-9+/.]+)")
_PBKDF2_NAME = re.compile(r"(?:salted-)?pbkdf2(?:[-_]?hmac)?(?:[-_](sha1|sha256|sha512))?(?:-512)?")
# ASP.NET Identity 3: a format byte, the function, the rounds and the salt's length, of four bytes each.
_ASPNET_3, _ASPNET_2 = 1, 0
_ASPNET_FUNCTIONS = ("sha1", "sha256", "sha512")
_ASPNET_2_ROUNDS, _ASPNET_2_SALT, _ASPNET_2_KEY = 1000, 16, 32


def canonical(exported: str) -> str:
    """The hash in the form in which it is kept. Text of no form known here stays as it is, for others to judge."""
    text = exported.strip()
    try:
        return _from_object(json.loads(text)) if text.startswith('{"') else _from_text(text)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return exported


def fingerprint(password_hash: str) -> bytes:
    """Tells whether a hash is the one that was imported before, and keeps nothing that a password can be tried on."""
    return hashlib.sha256(password_hash.encode()).digest()


def _from_text(text: str) -> str:
    if found := _PHC_PBKDF2.fullmatch(text):
        salt, digest = (_bytes(found[n].replace(".", "+")) for n in (4, 5))
        if len(digest) != int(found[3]):
            return text
        return _pbkdf2(found[1], int(found[2]), salt, digest)
    if found := _LDAP.fullmatch(text):  # passlib's base64 has a dot for a plus
        salt, digest = (_bytes(found[n].replace(".", "+")) for n in (3, 4))
        return _pbkdf2((found[1] or "SHA1").lower(), int(found[2]), salt, digest)
    if not text.startswith("A"):
        return text
    packed = base64.b64decode(text, validate=True)
    if packed[0] == _ASPNET_3:
        function, rounds, size = (int.from_bytes(packed[n : n + 4]) for n in (1, 5, 9))
        return _pbkdf2(_ASPNET_FUNCTIONS[function], rounds, packed[13 : 13 + size], packed[13 + size :])
    if packed[0] == _ASPNET_2 and len(packed) == 1 + _ASPNET_2_SALT + _ASPNET_2_KEY:
        salt, digest = packed[1 : 1 + _ASPNET_2_SALT], packed[1 + _ASPNET_2_SALT :]
        return _pbkdf2("sha1", _ASPNET_2_ROUNDS, salt, digest)
    return text


def _from_object(value: Mapping[str, Any]) -> str:
    for names, form in _OBJECTS:
        if value.keys() >= names:
            return form(value)
    raise ValueError("no form that is known")


def _keycloak(value: Mapping[str, Any]) -> str:
    """Keycloak's export keeps both parts as JSON within JSON."""
    about, secret = (
        json.loads(part) if isinstance(part, str) else part for part in (value["credentialData"], value["secretData"])
    )
    if about["algorithm"] == "argon2":
        more = {name: each[0] for name, each in about["additionalParameters"].items()}
        if (more["type"], more["version"]) != ("id", "1.3"):
            raise ValueError("not argon2id")
        parameters = f"m={int(more['memory'])},t={int(about['hashIterations'])},p={int(more['parallelism'])}"
        return f"$argon2id$v=19${parameters}${_text(_bytes(secret['salt']))}${_text(_bytes(secret['value']))}"
    return _separate(about["algorithm"], about["hashIterations"], secret["salt"], secret["value"])


def _auth0(value: Mapping[str, Any]) -> str:
    hashed = value["hash"]
    if value["algorithm"] == "scrypt":
        salt, digest = _encoded(value["salt"]), _encoded(hashed)
        n = int(value["cost"])
        if n.bit_count() != 1 or len(digest) != value["keylen"]:
            raise ValueError("not as Auth0 writes it")
        parameters = f"ln={n.bit_length() - 1},r={int(value['blockSize'])},p={int(value['parallelization'])}"
        return f"$scrypt${parameters}${_text(salt)}${_text(digest)}"
    if value["algorithm"] not in ("argon2", "bcrypt", "pbkdf2"):
        raise ValueError("an algorithm that is not accepted")
    return _from_text(hashed["value"])


def _fusionauth(value: Mapping[str, Any]) -> str:
    scheme, factor, salt, digest = (value[name] for name in ("encryptionScheme", "factor", "salt", "password"))
    if scheme == "bcrypt":
        return f"$2a${int(factor):02d}${salt}{digest}"
    return _separate(scheme, factor, salt, digest)


def _generic(value: Mapping[str, Any]) -> str:
    return _separate(value["algorithm"], value["iterations"], value["salt"], value["hash"])


_OBJECTS: tuple[tuple[frozenset[str], Callable[[Mapping[str, Any]], str]], ...] = (
    (frozenset({"credentialData", "secretData"}), _keycloak),
    (frozenset({"encryptionScheme", "factor", "salt", "password"}), _fusionauth),
    (frozenset({"algorithm", "iterations", "salt", "hash"}), _generic),
    (frozenset({"algorithm", "hash"}), _auth0),
)


def _separate(algorithm: str, rounds: int | str, salt: str, digest: str) -> str:
    """PBKDF2 with salt and hash apart, both in base64."""
    found = _PBKDF2_NAME.fullmatch(algorithm.lower())
    if found is None:
        raise ValueError("not PBKDF2")
    return _pbkdf2(found[1] or "sha1", int(rounds), _bytes(salt), _bytes(digest))


def _pbkdf2(function: str, rounds: int, salt: bytes, digest: bytes) -> str:
    """The PHC string. Of a digest longer than the function's, as Keycloak writes it, only the first block is kept.

    Blocks of PBKDF2 are calculated one by one (RFC 8018, 5.2), so a check costs the product no more rounds than it says.
    """
    size = hashlib.new(function, usedforsecurity=False).digest_size
    if not salt:
        raise ValueError("no salt")
    kept = digest[:size]
    length = f",l={len(kept)}" if len(kept) < size else ""
    return f"$pbkdf2-{function}$i={rounds}{length}${_text(salt)}${_text(kept)}"


def _encoded(part: Mapping[str, str]) -> bytes:
    encoding, value = part.get("encoding", "utf8"), part["value"]
    if encoding == "hex":
        return bytes.fromhex(value)
    return _bytes(value) if encoding == "base64" else value.encode()


def _bytes(text: str) -> bytes:
    """Base64, with or without padding. Raises ValueError if it is damaged."""
    bare = text.rstrip("=")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if _text(data) != bare:
        raise ValueError("bits behind the end")
    return data


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")
