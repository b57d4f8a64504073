"""Passwords: argon2id (RFC 9106) with 19 MiB and two passes, the OWASP cheat sheet's first choice."""

import unicodedata

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

MAX_MEMORY_KIB = 64 * 1024
MAX_PASSES = 10
MAX_LANES = 4
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Unknown users' passwords are checked against this hash, so that the answer takes as long. It is a hash of "nobody".
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$VSe5XEgq22k3Zo6/i0XA5A$/C1mrMOfNJra0dPeh/1heqmsOsqfhuxPUDkOwtgGIT0"


class Argon2Passwords:
    """Hashes and checks passwords."""

    def hash(self, password: str) -> str:
        """The encoded hash, salt and parameters included."""
        return _HASHER.hash(_prepared(password))

    def accepts(self, password_hash: str) -> bool:
        """Whether this is an argon2id hash of at most 64 MiB and ten passes. A costlier one would slow down every login."""
        try:
            parameters = extract_parameters(password_hash)
        except InvalidHashError:
            return False
        return (
            parameters.type is Type.ID
            and parameters.memory_cost <= MAX_MEMORY_KIB
            and parameters.time_cost <= MAX_PASSES
            and parameters.parallelism <= MAX_LANES
        )

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether this is the password. None, for an unknown user, never matches and takes as long."""
        try:
            return _HASHER.verify(password_hash or _NOBODY, _prepared(password)) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def _prepared(password: str) -> str:
    """RFC 8265, 4.2.2: any blank is a blank, and one normal form."""
    return unicodedata.normalize("NFC", "".join(" " if unicodedata.category(c) == "Zs" else c for c in password))
