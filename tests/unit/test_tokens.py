"""MFA tokens, challenge ids, and access tokens as PyJWT reads them."""

import base64
import json
import random
from dataclasses import replace
from typing import Any
from uuid import RFC_4122, UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from mfa.challenges import challenge_ids
from mfa.errors import InvalidToken
from mfa.tokens import access_tokens, mfa_tokens
from mfa.tokens.access_tokens import Grant
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MfaToken
from mfa.users.user import Kind

NOW = 1_790_000_000.0
KEYS = HmacKeys(b"k" * 64)
TOKEN = MfaToken(
    login_name="demo.user",
    kind=Kind.BACKUP,
    client_id=None,
    jti="0123456789abcdef",
    issued_at=NOW,
    expires_at=NOW + 600,
)


class LocalSigner:
    """Signs with a key of this process, as KMS signs with its own."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())

    def key_id(self) -> str:
        return "local-key"

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


SIGNER = LocalSigner()


def grant(now: float) -> Grant:
    return Grant(issuer="i", client_id="a", issued_at=now, seconds=60, jti="j", amr=["pwd"])


def access_token(**changes: object) -> str:
    arguments = {
        "issuer": "https://login.example.com",
        "client_id": None,
        "seconds": 3600,
        "issued_at": NOW,
        "jti": "j",
        "amr": ["pwd", "sms"],
    }
    return access_tokens.sign_access_token(SIGNER, access_tokens.access_claims(TOKEN, Grant(**arguments | changes)))  # type: ignore[arg-type]


@given(
    st.builds(
        MfaToken,
        login_name=st.text(st.characters(exclude_categories=["Cs"]), max_size=128),
        kind=st.sampled_from(Kind),
        client_id=st.none() | st.text("0123456789abcdef", min_size=1, max_size=24),
        jti=st.text("0123456789abcdef", min_size=32, max_size=32),
        issued_at=st.integers(0, 10**13).map(lambda ms: ms / 1000),
        expires_at=st.integers(0, 10**13).map(lambda ms: ms / 1000),
    )
)
def test_an_mfa_token_carries_its_fields(token: MfaToken) -> None:
    text = mfa_tokens.write_mfa_token(KEYS, token)
    assert mfa_tokens.read_mfa_token(KEYS, text, token.expires_at - 1) == token
    assert len(text) <= mfa_tokens.MFA_TOKEN_LENGTH


def test_an_mfa_token_ends_at_its_expiry_and_not_before() -> None:
    text = mfa_tokens.write_mfa_token(KEYS, TOKEN)
    assert mfa_tokens.read_mfa_token(KEYS, text, NOW + 599.999) == TOKEN
    for late in (NOW + 600, NOW + 600.001, NOW + 10**6):
        with pytest.raises(InvalidToken):
            mfa_tokens.read_mfa_token(KEYS, text, late)


def test_a_flipped_bit_anywhere_spoils_an_mfa_token() -> None:
    """The last character of a signature in base64url holds bits that no byte has. Only one value of them is accepted."""
    text = mfa_tokens.write_mfa_token(KEYS, TOKEN).encode()
    for position in range(len(text)):
        for bit in range(8):
            altered = bytearray(text)
            altered[position] ^= 1 << bit
            with pytest.raises(InvalidToken):
                mfa_tokens.read_mfa_token(KEYS, altered.decode("latin-1"), NOW)


def test_an_mfa_token_that_is_too_long_is_refused_although_its_signature_is_right() -> None:
    long = mfa_tokens.write_mfa_token(KEYS, replace(TOKEN, login_name=random.Random(1).randbytes(2000).hex()))
    assert len(long) > mfa_tokens.MFA_TOKEN_LENGTH
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(KEYS, long, NOW)


def test_a_truncated_or_extended_mfa_token_is_invalid() -> None:
    text = mfa_tokens.write_mfa_token(KEYS, TOKEN)
    wrong = [text[:length] for length in range(len(text))] + [text[1:], text + "AAAA", text * 2, "." + text, text + "."]
    for each in wrong:
        with pytest.raises(InvalidToken):
            mfa_tokens.read_mfa_token(KEYS, each, NOW)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c", "null", "\x00", "é", "\ud800", "=" * 100, "x" * 100_000]
)
def test_garbage_is_an_invalid_mfa_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(KEYS, text, NOW)


@given(st.text(max_size=200))
def test_any_text_is_an_invalid_mfa_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(KEYS, text, NOW)


@pytest.mark.parametrize("salt", [b"cursor", b"itsdangerous", b""])
def test_a_token_signed_with_another_salt_is_invalid(salt: bytes) -> None:
    import hashlib

    claims = {"sub": "demo.user", "kind": "backup", "cid": None, "jti": "j", "iat": NOW, "exp": NOW + 600}
    options = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    other = URLSafeSerializer(KEYS.signing("mfa-token"), salt=salt, signer_kwargs=options)
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(KEYS, str(other.dumps(claims)), NOW)


def test_a_token_signed_with_the_key_of_another_purpose_is_invalid() -> None:
    import hashlib

    claims = {"sub": "demo.user", "kind": "system", "cid": None, "jti": "j", "iat": NOW, "exp": NOW + 600}
    for purpose in ("passcode", "challenge-id"):
        other = URLSafeSerializer(
            KEYS.signing(purpose),
            salt=b"mfa-token",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
        with pytest.raises(InvalidToken):
            mfa_tokens.read_mfa_token(KEYS, str(other.dumps(claims)), NOW)


def test_an_access_token_is_not_an_mfa_token() -> None:
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(KEYS, access_token(), NOW)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256", "typ": "JWT"}, {"alg": "HS256", "typ": "at+jwt"}])
def test_a_jwt_with_our_claims_is_not_an_mfa_token_in_any_algorithm(header: dict[str, str]) -> None:
    claims = {"sub": "demo.user", "kind": "backup", "cid": None, "jti": "j", "iat": NOW, "exp": NOW + 600}
    key: Any = None if header["alg"] == "none" else KEYS.signing("mfa-token")
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(KEYS, jwt.encode(claims, key, header["alg"], headers=header), NOW)


def test_an_mfa_token_is_not_an_access_token() -> None:
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(
            mfa_tokens.write_mfa_token(KEYS, TOKEN),
            SIGNER.private.public_key(),
            ["ES256"],
            options={"verify_aud": False},
        )


def test_after_a_rotation_tokens_and_challenge_ids_of_the_previous_key_are_accepted_and_older_ones_not() -> None:
    text = mfa_tokens.write_mfa_token(KEYS, TOKEN)
    challenge_id = challenge_ids.new_challenge_id(KEYS, TOKEN, bytes(12))
    rotated = HmacKeys(b"n" * 64, KEYS.current)
    assert mfa_tokens.read_mfa_token(rotated, text, NOW) == TOKEN
    assert challenge_ids.is_challenge_of(rotated, TOKEN, challenge_id)
    assert mfa_tokens.write_mfa_token(rotated, TOKEN) != text
    twice = HmacKeys(b"m" * 64, rotated.current)
    with pytest.raises(InvalidToken):
        mfa_tokens.read_mfa_token(twice, text, NOW)
    assert not challenge_ids.is_challenge_of(twice, TOKEN, challenge_id)


@given(st.binary(min_size=12, max_size=12))
def test_a_challenge_id_belongs_to_the_login_that_opened_it_and_to_no_other(random_bytes: bytes) -> None:
    challenge_id = challenge_ids.new_challenge_id(KEYS, TOKEN, random_bytes)
    assert challenge_ids.is_challenge_of(KEYS, TOKEN, challenge_id)
    assert not challenge_ids.is_challenge_of(KEYS, replace(TOKEN, jti=TOKEN.jti[::-1]), challenge_id)
    assert not challenge_ids.is_challenge_of(HmacKeys(b"other"), TOKEN, challenge_id)
    assert set(challenge_id) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(challenge_id) <= 64


@pytest.mark.parametrize(
    "challenge_id",
    ["", "x", "é", "\ud800", "=", "A" * 32, "A" * 33, "a" * 100_000, "../../etc", "%00", "A" * 16 + "\n"],
)
def test_garbage_is_an_invalid_challenge_id(challenge_id: str) -> None:
    assert not challenge_ids.is_challenge_of(KEYS, TOKEN, challenge_id)


@given(st.text(max_size=40))
def test_any_text_is_an_invalid_challenge_id(challenge_id: str) -> None:
    assert not challenge_ids.is_challenge_of(KEYS, TOKEN, challenge_id)


@pytest.mark.parametrize("cut", range(32))
def test_a_truncated_challenge_id_is_invalid(cut: int) -> None:
    assert not challenge_ids.is_challenge_of(
        KEYS, TOKEN, challenge_ids.new_challenge_id(KEYS, TOKEN, bytes(range(12)))[:cut]
    )


def test_an_access_token_is_a_compact_jws_that_pyjwt_verifies() -> None:
    token = access_token()
    header, payload, signature = token.split(".")
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "typ": "at+jwt", "kid": "local-key"}
    assert "=" not in token
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64
    claims = jwt.decode(
        token,
        SIGNER.private.public_key(),
        ["ES256"],
        audience="https://login.example.com",
        issuer="https://login.example.com",
        options={"verify_exp": False, "verify_iat": False, "require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
    )
    assert claims == {
        "iss": "https://login.example.com",
        "sub": "demo.user",
        "aud": "https://login.example.com",
        "client_id": "https://login.example.com",
        "iat": int(NOW),
        "exp": int(NOW) + 3600,
        "jti": "j",
        "auth_time": int(NOW),
        "amr": ["pwd", "sms"],
        "kind": "backup",
    }
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == claims
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "ES256"


def test_an_access_token_names_the_client_that_vouched() -> None:
    claims = jwt.decode(access_token(client_id="client-1"), options={"verify_signature": False})
    assert (claims["aud"], claims["client_id"]) == ("client-1", "client-1")


def test_an_access_token_signed_by_another_key_is_refused() -> None:
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(access_token(), LocalSigner().private.public_key(), ["ES256"], options={"verify_aud": False})


def test_an_access_token_of_another_audience_is_refused() -> None:
    with pytest.raises(jwt.InvalidAudienceError):
        jwt.decode(
            access_token(client_id="client-1"),
            SIGNER.private.public_key(),
            ["ES256"],
            audience="https://login.example.com",
            options={"verify_exp": False, "verify_iat": False},
        )


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128))
def test_any_login_name_can_be_the_subject_of_an_access_token(name: str) -> None:
    claims = access_tokens.access_claims(replace(TOKEN, login_name=name), grant(NOW))
    read = jwt.decode(
        access_tokens.sign_access_token(SIGNER, claims),
        SIGNER.private.public_key(),
        ["ES256"],
        audience="a",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert read["sub"] == name


def test_times_in_access_tokens_are_whole_seconds() -> None:
    claims = access_tokens.access_claims(TOKEN, grant(NOW + 0.999))
    assert all(type(claims[name]) is int for name in ("iat", "exp", "auth_time"))
    assert claims["exp"] - claims["iat"] == 60


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_token_s_id_is_a_uuid_of_version_7(milliseconds: int, random_bytes: bytes) -> None:
    """RFC 9562, 5.7: the moment, the version, 12 random bits, the variant, 62 random bits."""
    read = UUID(access_tokens.uuid7(milliseconds / 1000, random_bytes))
    assert (read.version, read.variant) == (7, RFC_4122)
    assert read.int >> 80 == milliseconds
    drawn = int.from_bytes(random_bytes)
    assert (read.int >> 64) & 0xFFF == (drawn >> 64) & 0xFFF
    assert read.int & (2**62 - 1) == drawn & (2**62 - 1)
