"""Access tokens as the product reads its own: whose they are, and everything that makes one invalid."""

import json
import time
from copy import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from mfa.errors import InvalidToken
from mfa.settings.values import Settings
from mfa.tokens import access_tokens, base64url
from mfa.tokens.access_token_checks import AccessToken, AccessTokenChecks
from mfa.users.user import Kind

ISSUER, CLIENT = "https://login.example.com", "c" * 24
KEY, ANOTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
LIFE = 3600
# PyJWT reads the system's clock, so the tokens are issued now.
NOW = time.time()
SECOND = int(NOW)
ISSUED_AT = SECOND - 99.5
JTI = access_tokens.uuid7(ISSUED_AT, bytes(10))
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "sub": "demo.user",
    "aud": CLIENT,
    "iat": SECOND - 100,
    "exp": SECOND + 3500,
    "jti": JTI,
    "auth_time": SECOND - 200,
    "amr": ["pwd", "sms"],
    "kind": "backup",
}
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": "ours"}


class PublicKeys:
    """Knows one key."""

    def public_key(self, key_id: str) -> Any:
        return KEY.public_key() if key_id == "ours" else None


def token(
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    key: ec.EllipticCurvePrivateKey = KEY,
) -> str:
    """A token of these claims, which are our own unless others are given, in our own signature."""
    parts = (HEADER if header is None else header, CLAIMS if claims is None else claims)
    signed = ".".join(base64url.encode(json.dumps(part).encode()) for part in parts)
    signature = access_tokens.signature(*decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256()))))
    return f"{signed}.{base64url.encode(signature)}"


def read(text: str, now: float = NOW) -> AccessToken:
    checks = AccessTokenChecks(
        keys=PublicKeys(),
        issuer=lambda: ISSUER,
        settings=lambda: Settings(access_token_seconds=LIFE),
        clock=lambda: now,
    )
    return checks.read(text)


READ = AccessToken(
    login_name="demo.user",
    kind=Kind.BACKUP,
    audience=CLIENT,
    amr=("pwd", "sms"),
    issued_at=ISSUED_AT,
    logged_in_at=SECOND - 200,
    expires_at=SECOND + 3500,
    jti=JTI,
)


def test_a_token_says_who_logged_in_when_and_how() -> None:
    assert read(token()) == READ


@pytest.mark.parametrize(
    ("claims", "field", "value"),
    [
        ({"legacy": True}, "legacy", True),
        ({"action_id": "f" * 32}, "action_id", "f" * 32),
        ({"kind": "system"}, "kind", Kind.SYSTEM),
        ({"aud": ISSUER}, "audience", ISSUER),
        ({"jti": JTI.upper()}, "jti", JTI),
        ({"auth_time": SECOND - 100}, "logged_in_at", SECOND - 100),
        ({"auth_time": SECOND - 100.5, "iat": SECOND - 99.75}, "logged_in_at", SECOND - 100.5),
    ],
    ids=str,
)
def test_what_another_token_says_is_read(claims: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read(token(CLAIMS | claims)), field) == value


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_token_without_one_of_its_claims_is_invalid(claim: str) -> None:
    with pytest.raises(InvalidToken):
        read(token({name: value for name, value in CLAIMS.items() if name != claim}))


def issued(at: float) -> dict[str, Any]:
    """The claims of a token that was issued to a login of this moment."""
    return {"iat": int(at), "auth_time": int(at), "jti": access_tokens.uuid7(at, bytes(10))}


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.example.org"},
        {"exp": SECOND - 1},
        issued(SECOND + 1000.0),
        {"auth_time": SECOND - 99},
        {"auth_time": "1"},
        {"auth_time": [1]},
        {"iat": str(SECOND - 100)},
        {"iat": SECOND - 99},
        {"iat": SECOND - 101},
        {"jti": "j"},
        {"jti": 5},
        {"jti": "00000000-0000-0000-0000-000000000000"},
        {"jti": access_tokens.uuid7(ISSUED_AT - 1, bytes(10))},
        {"aud": [CLIENT]},
        {"kind": "owner"},
        {"kind": []},
        {"sub": 5},
    ],
    ids=str,
)
def test_a_claim_that_no_token_of_ours_has_makes_it_invalid(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        read(token(CLAIMS | claims))


def test_a_token_is_no_older_than_tokens_are_made_for_whatever_end_it_names() -> None:
    """Who could sign for an hour has no token for years."""
    years = token(CLAIMS | {"exp": SECOND + 10**8})
    end = SECOND - 200 + LIFE
    assert read(years, now=end) == replace(READ, expires_at=SECOND + 10**8)
    with pytest.raises(InvalidToken):
        read(years, now=end + 0.001)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"kid": "another"},
        {"kid": None},
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
    ],
    ids=str,
)
def test_a_token_with_another_header_is_invalid(header: dict[str, Any]) -> None:
    given = {name: value for name, value in (HEADER | header).items() if value is not None}
    with pytest.raises(InvalidToken):
        read(token(header=given))


def test_a_token_that_another_key_signed_is_invalid() -> None:
    with pytest.raises(InvalidToken):
        read(token(key=ANOTHER))


def test_the_other_signature_that_is_valid_too_is_not_taken() -> None:
    """Of s and the order less s, which ECDSA both takes, we write the lower. So nobody can make a second token of one."""
    text = token()
    body, _, signature = text.rpartition(".")
    raw = base64url.decode(signature)
    high = access_tokens._ORDER - int.from_bytes(raw[32:])
    with pytest.raises(InvalidToken):
        read(f"{body}.{base64url.encode(raw[:32] + high.to_bytes(32))}")


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c", "..", "é.é.é", f"!.!.{'A' * 86}", f"e30.e30.{'A' * 86}"])
def test_what_is_no_token_is_invalid(text: str) -> None:
    with pytest.raises(InvalidToken):
        read(text)
