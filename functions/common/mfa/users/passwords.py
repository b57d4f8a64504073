"""Passwords: argon2id (RFC 9106) with 19 MiB and two passes, the OWASP cheat sheet's first choice.

Hashes of other systems can be imported. The first login with such a password replaces its hash by ours.
"""

import base64
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mfa.users import foreign_hashes
from mfa.users.password_costs import ARGON2ID, CostsInUse, cost_of, remaining, spend

MAX_MEMORY_KIB = 64 * 1024
MAX_PASSES = 10
MAX_LANES = 4
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_SALT_BYTES = range(8, 65)
# The digest lengths that libraries write. Any other length means that the hash was cut.
_DIGEST_BYTES = (16, 32, 64)


class PasswordHashes:
    """Hashes passwords with argon2id, and checks them against our hashes and imported ones."""

    def hash(self, password: str) -> str:
        """The encoded hash, salt and parameters included."""
        return _HASHER.hash(prepared(password))

    def accepts(self, password_hash: str) -> bool:
        """Whether a user can log in with this hash: argon2id of at most 64 MiB and ten passes, or an accepted foreign one.

        It is decoded fully, since a damaged one would fail at every login. A costlier one would slow down every login.
        """
        return _is_argon2id(password_hash) or foreign_hashes.read(password_hash) is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash is of another kind, or of another cost, than ours."""
        return not _is_argon2id(password_hash) or _HASHER.check_needs_rehash(password_hash)

    def matches(self, password_hash: str | None, password: str, in_use: CostsInUse) -> bool:
        """Whether this is the password. None, for an unknown user, never matches.

        Other systems hash a password as it was typed. So that form is checked too if it differs from ours. Every refusal
        takes as long as every other: it depends on the typed password and the hashes in use, not on the name.
        """
        forms = dict.fromkeys((prepared(password), password))
        if password_hash is not None and any(_verified(password_hash, each) for each in forms):
            return True
        own = cost_of(password_hash) if password_hash else None
        for form in forms:
            for cost in remaining(own, in_use):
                spend(cost, form.encode())
        return False


def _verified(password_hash: str, password: str) -> bool:
    if password_hash.startswith("$argon2"):
        try:
            return _HASHER.verify(password_hash, password)
        except (VerificationError, InvalidHashError, ValueError):
            return False
    check = foreign_hashes.read(password_hash)
    return check is not None and check(password.encode())


def _is_argon2id(password_hash: str) -> bool:
    found = ARGON2ID.fullmatch(password_hash)
    if found is None:
        return False
    memory, passes, lanes = (int(found[n]) for n in (1, 2, 3))
    if memory > MAX_MEMORY_KIB or passes > MAX_PASSES or lanes > MAX_LANES or memory < 8 * lanes:
        return False
    return _bytes(found[4]) in _SALT_BYTES and _bytes(found[5]) in _DIGEST_BYTES


def _bytes(text: str) -> int:
    """How many bytes base64 without padding holds; -1 if it has bits behind the end."""
    if len(text) % 4 == 1:
        return -1
    data = base64.b64decode(text + "=" * (-len(text) % 4))
    return len(data) if base64.b64encode(data).decode().rstrip("=") == text else -1


def prepared(password: str) -> str:
    """The form in which a password is hashed. RFC 8265, 4.2.2: any blank is a blank, and one normal form."""
    return unicodedata.normalize("NFC", "".join(" " if unicodedata.category(c) == "Zs" else c for c in password))
