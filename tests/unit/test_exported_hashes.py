"""Password hashes in the forms in which other systems export them."""

import base64
import hashlib
import json
from typing import Any

import bcrypt
import pytest
from argon2.low_level import Type, hash_secret_raw

from mfa.users.exported_hashes import canonical, fingerprint
from mfa.users.password_costs import HashCost, cost_of
from mfa.users.passwords import PasswordHashes

PASSWORDS = PasswordHashes()
# Written by Keycloak, before and after it made the key longer than the function's digest.
KEYCLOAK = {"value": "JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=", "salt": "P5rtFkGtPfoaryJ6PizUJw=="}
KEYCLOAK_512 = {
    "value": "E1wOmdX7G+d0xjw9LLbgcu7rKhhCkfqVK1oBSuu6W3dc5yjJ/lKGMkKF9AW0iNnEm0X/wRYFvTyWXh3fjhkb3g==",
    "salt": "sZmxNOK9vr12uXWu7xGltQ==",
}
ABOUT = {"hashIterations": 27500, "algorithm": "pbkdf2-sha256", "additionalParameters": {}}
PHC = "$pbkdf2-sha256$i=27500$P5rtFkGtPfoaryJ6PizUJw$JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k"
# Written by ASP.NET Core Identity 8.
ASPNET = "AQAAAAIAAYagAAAAENoVftXbReMcFkOwzlfLFgFkx1tZ2PVoFwKaz/7UP6r5rlrymlHMFjMgowJCZl+6YA=="
SALT = bytes(range(16))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def bare(data: bytes) -> str:
    return b64(data).rstrip("=")


def pbkdf2(function: str, length: int, rounds: int = 1000) -> bytes:
    return hashlib.pbkdf2_hmac(function, b"password", SALT, rounds, length)


def keycloak(secret: dict[str, Any], about: dict[str, Any] = ABOUT, *, nested: bool = True) -> str:
    parts = {"credentialData": about, "secretData": secret}
    return json.dumps({name: json.dumps(part) if nested else part for name, part in parts.items()})


def auth0(algorithm: str, hashed: dict[str, Any], **more: Any) -> str:
    return json.dumps({"algorithm": algorithm, "hash": hashed, **more})


def fusionauth(scheme: str, factor: int, salt: str, password: str) -> str:
    return json.dumps({"encryptionScheme": scheme, "factor": factor, "salt": salt, "password": password})


def generic(algorithm: str, digest: bytes, rounds: int | str = 1000) -> str:
    return json.dumps({"algorithm": algorithm, "iterations": rounds, "salt": b64(SALT), "hash": b64(digest)})


def aspnet(function: int, digest: bytes, salt: bytes = SALT) -> str:
    head = b"\1" + b"".join(number.to_bytes(4) for number in (function, 1000, len(salt)))
    return b64(head + salt + digest)


def keycloak_argon2(**changes: str) -> str:
    digest = hash_secret_raw(b"password", SALT, 5, 7168, 1, 32, Type.ID)
    more = {"hashLength": "32", "memory": "7168", "type": "id", "version": "1.3", "parallelism": "1"} | changes
    about = {
        "hashIterations": 5,
        "algorithm": "argon2",
        "additionalParameters": {name: [value] for name, value in more.items()},
    }
    return keycloak({"value": b64(digest), "salt": b64(SALT), "additionalParameters": {}}, about)


BCRYPT = bcrypt.hashpw(b"password", bcrypt.gensalt(4, b"2a")).decode()
SCRYPT = hashlib.scrypt(b"password", salt=SALT, n=1024, r=8, p=1)
LONG = f"$pbkdf2-sha256$i=27500,l=64$sZmxNOK9vr12uXWu7xGltQ${KEYCLOAK_512['value'].rstrip('=')}"

EXPORTED = {
    "Keycloak": (keycloak(KEYCLOAK), "password"),
    "Keycloak, not nested": (keycloak(KEYCLOAK, nested=False), "password"),
    "Keycloak, 512 bits": (keycloak(KEYCLOAK_512), "password"),
    "Keycloak, SHA-512": (
        keycloak({"value": b64(pbkdf2("sha512", 64)), "salt": b64(SALT)}, ABOUT | {"algorithm": "pbkdf2-sha512", "hashIterations": 1000}),
        "password",
    ),
    "Keycloak, SHA-1": (
        keycloak({"value": b64(pbkdf2("sha1", 64)), "salt": b64(SALT)}, ABOUT | {"algorithm": "pbkdf2", "hashIterations": 1000}),
        "password",
    ),
    "Keycloak, argon2": (keycloak_argon2(), "password"),
    "Auth0, PBKDF2": (auth0("pbkdf2", {"value": LONG, "encoding": "utf8"}), "password"),
    "PHC with a longer key": (LONG, "password"),
    "Auth0, bcrypt": (auth0("bcrypt", {"value": BCRYPT}), "password"),
    "Auth0, argon2": (auth0("argon2", {"value": canonical(keycloak_argon2()), "encoding": "utf8"}), "password"),
    "Auth0, scrypt": (
        auth0(
            "scrypt",
            {"value": SCRYPT.hex(), "encoding": "hex"},
            salt={"value": b64(SALT), "encoding": "base64"},
            keylen=64, cost=1024, blockSize=8, parallelization=1,
        ),
        "password",
    ),
    "FusionAuth": (fusionauth("salted-pbkdf2-hmac-sha256", 1000, b64(SALT), b64(pbkdf2("sha256", 32))), "password"),
    "FusionAuth, 512 bits": (
        fusionauth("salted-pbkdf2-hmac-sha256-512", 1000, b64(SALT), b64(pbkdf2("sha256", 64))),
        "password",
    ),
    "FusionAuth, SHA-512": (
        fusionauth("salted-pbkdf2-hmac-sha512-512", 1000, b64(SALT), b64(pbkdf2("sha512", 64))),
        "password",
    ),
    "FusionAuth, bcrypt": (fusionauth("bcrypt", 4, BCRYPT[7:29], BCRYPT[29:]), "password"),
    "salt and hash apart": (generic("PBKDF2-HMAC-SHA256", pbkdf2("sha256", 32)), "password"),
    "rounds as text": (generic("pbkdf2_sha512", pbkdf2("sha512", 64), "1000"), "password"),
    "ASP.NET Identity": (ASPNET, "Test123$"),
    "ASP.NET Identity, SHA-256": (aspnet(1, pbkdf2("sha256", 32)), "password"),
    "ASP.NET Identity, SHA-1, a longer key": (aspnet(0, pbkdf2("sha1", 32)), "password"),
    "ASP.NET Identity 2": (b64(b"\0" + SALT + pbkdf2("sha1", 32)), "password"),
    "LDAP": (f"{{PBKDF2-SHA256}}1000${bare(SALT)}${bare(pbkdf2('sha256', 32)).replace('+', '.')}", "password"),
    "LDAP, SHA-1": (f"{{PBKDF2}}1000${bare(SALT)}${bare(pbkdf2('sha1', 20)).replace('+', '.')}", "password"),
}  # fmt: skip


@pytest.mark.parametrize(("exported", "password"), EXPORTED.values(), ids=EXPORTED)
def test_an_exported_hash_is_accepted_and_matches_its_password_alone(exported: str, password: str) -> None:
    kept = canonical(f" {exported} ")
    assert PASSWORDS.accepts(kept), kept
    assert PASSWORDS.matches(kept, password, {})
    assert not PASSWORDS.matches(kept, "x" + password, {})
    assert (canonical(kept), fingerprint(kept)) == (kept, fingerprint(canonical(exported)))


def test_a_key_longer_than_the_digest_costs_no_more_rounds() -> None:
    assert cost_of(canonical(keycloak(KEYCLOAK_512))) == HashCost("pbkdf2_sha256", 27500)
    assert canonical(keycloak(KEYCLOAK)) == PHC


REFUSED = {
    "a cut hash": keycloak(KEYCLOAK | {"value": KEYCLOAK["value"][:20]}),
    "a damaged hash": keycloak(KEYCLOAK | {"value": KEYCLOAK["value"][:-2] + "!="}),
    "bits behind the end": keycloak(KEYCLOAK | {"value": KEYCLOAK["value"][:-2] + "l="}),
    "no salt": keycloak(KEYCLOAK | {"salt": ""}),
    "too many rounds": keycloak(KEYCLOAK, ABOUT | {"hashIterations": 1_500_001}),
    "no rounds": keycloak(KEYCLOAK, ABOUT | {"hashIterations": 0}),
    "negative rounds": keycloak(KEYCLOAK, ABOUT | {"hashIterations": -1}),
    "rounds of another type": keycloak(KEYCLOAK, ABOUT | {"hashIterations": [1]}),
    "another algorithm": keycloak(KEYCLOAK, ABOUT | {"algorithm": "pbkdf2-md5"}),
    "a plain digest": fusionauth("salted-sha256", 1, b64(SALT), b64(SALT * 2)),
    "argon2i": keycloak_argon2(type="i"),
    "an old argon2": keycloak_argon2(version="1.0"),
    "Auth0, another algorithm": auth0("md5", {"value": "x"}),
    "Auth0, no power of two": auth0(
        "scrypt", {"value": "00" * 64, "encoding": "hex"}, salt={"value": "s"}, keylen=64, cost=1000, blockSize=8, parallelization=1
    ),
    "ASP.NET, another function": aspnet(3, bytes(32)),
    "ASP.NET, cut": b64(base64.b64decode(ASPNET)[:36]),
    "a length that is not the hash's": LONG.replace("l=64", "l=32"),
    "a short hash that says so": f"$pbkdf2-sha256$i=1000,l=8${bare(SALT)}${bare(bytes(8))}",
    "JSON that is cut": keycloak(KEYCLOAK)[:-1],
    "other JSON": '{"password":"hunter2"}',
    "deep JSON": '{"a":' * 5000 + "1" + "}" * 5000,
}  # fmt: skip


@pytest.mark.parametrize("exported", REFUSED.values(), ids=REFUSED)
def test_a_damaged_costly_or_unknown_export_is_refused(exported: str) -> None:
    assert not PASSWORDS.accepts(canonical(exported))
