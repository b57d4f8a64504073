"""What it costs to check a password against a hash.

A wrong password must take as long for every name, or the time tells which names exist and which users were imported. So a
refusal costs as much as the dearest hash in use, whatever hash the name has.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

# In the order of argon2's reference decoder, which refuses leading zeros.
ARGON2ID = re.compile(
    r"\$argon2id\$v=19\$m=([1-9][0-9]{0,9}),t=([1-9][0-9]{0,9}),p=([1-9][0-9]{0,9})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)
_BCRYPT = re.compile(r"(?:bcrypt(?:_sha256)?\$)?\$2[aby]\$([0-9]{2})\$")
_PBKDF2 = re.compile(r"pbkdf2[_:](\w+)[$:]([0-9]+)\$|\$pbkdf2(?:-(\w+))?\$(?:i=)?([0-9]+)[,$]")
_SCRYPT = re.compile(r"scrypt\$([0-9]+)\$[^$]+\$([0-9]+)\$([0-9]+)\$|scrypt:([0-9]+):([0-9]+):([0-9]+)\$")
_PHC_SCRYPT = re.compile(r"\$scrypt\$ln=([0-9]+),r=([0-9]+),p=([0-9]+)\$")
_BCRYPT_BYTES = 72
_LEAST_BCRYPT_COST = 4
_SALT = b"nobody's salt..."

# The dearest work of each family that some user's hash needs.
type CostsInUse = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class HashCost:
    """A hash costs `work` units of its family: rounds of PBKDF2 or of bcrypt, or one calculation with certain parameters.

    The name of a family is its kind and parameters with `_` in between, as an attribute's name may be.
    """

    family: str
    work: int = 1


# Our own kind: argon2id with 19 MiB and two passes.
OURS = HashCost("argon2id_19456_2_1")


def cost_of(password_hash: str) -> HashCost | None:
    """What a check of this hash costs, or None if it is none that we know."""
    if found := ARGON2ID.match(password_hash):
        return HashCost(f"argon2id_{found[1]}_{found[2]}_{found[3]}")
    if found := _BCRYPT.match(password_hash):
        return HashCost("bcrypt", 1 << int(found[1]))
    if found := _PBKDF2.match(password_hash):
        return HashCost(f"pbkdf2_{found[1] or found[3] or 'sha1'}", int(found[2] or found[4]))
    if found := _SCRYPT.match(password_hash):
        n, r, p = found.groups()[:3] if found[1] else found.groups()[3:]
        return HashCost(f"scrypt_{n}_{r}_{p}")
    if found := _PHC_SCRYPT.match(password_hash):
        return HashCost(f"scrypt_{1 << int(found[1])}_{found[2]}_{found[3]}")
    return None


def counted_cost(password_hash: str | None) -> HashCost | None:
    """The cost of a hash that is not of our own kind, or None."""
    cost = cost_of(password_hash) if password_hash else None
    return None if cost == OURS else cost


def remaining(own: HashCost | None, in_use: CostsInUse) -> list[HashCost]:
    """The work that makes a refusal as dear as every other, after the name's own hash was checked. `own` is None without one."""
    dearest = {OURS.family: OURS.work, **in_use}
    spent = {own.family: own.work} if own else {}
    return [HashCost(family, rest) for family, work in dearest.items() if (rest := work - spent.get(family, 0)) > 0]


def spend(cost: HashCost, password: bytes) -> None:
    """Does this much work with the password, for nothing."""
    name, _, parameters = cost.family.partition("_")
    if name == "pbkdf2":
        hashlib.pbkdf2_hmac(parameters, password, _SALT, cost.work)
    elif name == "scrypt":
        n, r, p = map(int, parameters.split("_"))
        hashlib.scrypt(password, salt=_SALT, n=n, r=r, p=p, maxmem=256 * n * r + 2**20)
    elif name == "bcrypt":
        _spend_bcrypt(cost.work, password)
    elif name == "argon2id":
        from argon2.low_level import Type, hash_secret_raw  # noqa: PLC0415 - the store needs the costs alone

        memory, passes, lanes = map(int, parameters.split("_"))
        hash_secret_raw(password, _SALT, passes, memory, lanes, 32, Type.ID)


def _spend_bcrypt(rounds: int, password: bytes) -> None:
    """bcrypt knows powers of two. What is missing of a power after a lower one is a sum of all powers in between."""
    import bcrypt  # noqa: PLC0415 - only where users were imported from a system with bcrypt

    for power in range(_LEAST_BCRYPT_COST, rounds.bit_length()):
        if rounds >> power & 1:
            salt = b"$2b$%02d$" % power + b"." * 22
            try:
                bcrypt.hashpw(password[:_BCRYPT_BYTES], salt)
            except ValueError:  # a NUL in the password, which a check refuses as soon
                return
