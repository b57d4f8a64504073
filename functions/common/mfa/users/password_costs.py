"""The cost of checking a password against a hash.

A wrong password must take as long for every name, or the time tells which names exist and which users were imported. So a
refusal costs as much as the dearest hash in use, whatever hash the name has.
"""

import hashlib
import re
from collections.abc import Mapping
from math import prod

from msgspec import Struct

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

# A wrong password costs the sum of all families in use: so many at most, and so many times the work of ours in all. One hash
# of the dearest kind that is accepted fits, or Django's of today beside bcrypt's.
MAX_FAMILIES = 4
MAX_BURDEN = 40.0
# The work that takes as long as one of ours, measured on x86-64.
_SCRYPT_UNITS, _BCRYPT_ROUNDS = 86_000, 550
_PBKDF2_ROUNDS = {"sha1": 81_000, "sha256": 55_000, "sha512": 41_000}

# The dearest work of each family that some user's hash needs.
type CostsInUse = Mapping[str, int]


class HashCost(Struct, frozen=True):
    """A hash costs `work` units of its family: rounds of PBKDF2 or of bcrypt, or one calculation with certain parameters.

    The name of a family is its kind and parameters with `_` in between, as an attribute's name may be.
    """

    family: str
    work: int = 1


# Our own kind: argon2id with 19 MiB and two passes.
OURS = HashCost("argon2id_19456_2_1")


def cost_of(password_hash: str) -> HashCost | None:
    """The cost of a check against this hash, or None if it is none that we know."""
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


def with_hash(in_use: CostsInUse, password_hash: str) -> CostsInUse | None:
    """The costs in use once another user has this hash, or None if they would make every wrong password too slow."""
    cost = counted_cost(password_hash)
    if cost is None or cost.work <= in_use.get(cost.family, 0):
        return in_use
    then = {**in_use, cost.family: cost.work}
    bearable = len(then) <= MAX_FAMILIES and sum(_burden(*each) for each in then.items()) <= MAX_BURDEN
    return then if bearable else None


def _burden(family: str, work: int) -> float:
    """How many times the work of our own kind this is, about."""
    name, _, parameters = family.partition("_")
    match name:
        case "argon2id":
            memory, passes, _lanes = map(int, parameters.split("_"))
            return work * memory * passes / (19456 * 2)
        case "scrypt":
            return work * prod(map(int, parameters.split("_"))) / _SCRYPT_UNITS
        case "bcrypt":
            return work / _BCRYPT_ROUNDS
        case _:
            return work / _PBKDF2_ROUNDS[parameters]


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
