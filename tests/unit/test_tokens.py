"""MFA tokens, challenge ids, and access tokens as PyJWT reads them."""

import base64
import hashlib
import json
import zlib
from copy import replace
from typing import Any, Self
from uuid import RFC_4122, UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import HMACAlgorithm, NoneAlgorithm, URLSafeSerializer

from mfa.challenges import challenge_ids
from mfa.errors import InvalidToken
from mfa.tokens import access_tokens, signed_tokens
from mfa.tokens.access_tokens import Grant
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.mfa_tokens import MFA_TOKEN_LENGTH, ActionRef, MfaToken
from mfa.tokens.reset_tokens import ResetToken
from mfa.tokens.token_keys import Ed25519, TokenKeys, TokenPurpose, TokenSecrets
from mfa.users.user import Kind

NOW = 1_790_000_000.0
KEYS = HmacKeys(b"k" * 64)
SECRETS = TokenSecrets(HmacKeys(b"t" * 64), NOW)
PUBLIC = SECRETS.public
MFA_KEY = PUBLIC.of(TokenPurpose.MFA)[0]
TOKEN = MfaToken(
    login_name="demo.user",
    kind=Kind.BACKUP,
    credentials_changed_at=NOW - 60,
    client_id=None,
    jti="0123456789abcdef",
    issued_at=NOW,
    expires_at=NOW + 600,
)


class LocalSigner:
    """Signs with a key of this process, as KMS signs with its own."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())

    def current(self) -> Self:
        return self

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
        credentials_changed_at=st.integers(0, 10**13).map(lambda ms: ms / 1000),
        client_id=st.none() | st.text("0123456789abcdef", min_size=1, max_size=24),
        jti=st.text("0123456789abcdef", min_size=32, max_size=32),
        issued_at=st.integers(0, 10**13).map(lambda ms: ms / 1000),
        expires_at=st.integers(0, 10**13).map(lambda ms: ms / 1000),
        action=st.none()
        | st.builds(ActionRef, st.text("0123456789abcdef", min_size=32, max_size=32), st.just("f" * 64)),
        end_user_address=st.none() | st.ip_addresses().map(str),
    )
)
def test_an_mfa_token_carries_its_fields(token: MfaToken) -> None:
    text = signed_tokens.write_mfa_token(SECRETS, token)
    assert signed_tokens.read_mfa_token(PUBLIC, text, token.expires_at - 1) == token
    assert len(text) <= MFA_TOKEN_LENGTH


OF_LOGIN: dict[str, Any] = {}
OF_ACTION = {"action": ActionRef("0" * 32, "f" * 64)}
OF_LINK = {"reset": "e" * 64}


@pytest.mark.parametrize(
    ("fields", "is_login", "digest"),
    [(OF_LOGIN, True, ""), (OF_ACTION, False, "f" * 64), (OF_LINK, False, "e" * 64)],
    ids=["of a login", "of an action", "of a link"],
)
def test_an_mfa_token_says_what_its_codes_are_for(fields: dict[str, Any], is_login: bool, digest: str) -> None:
    token = replace(TOKEN, **fields)
    assert (token.is_login, token.digest) == (is_login, digest)


def test_the_token_of_a_login_names_no_action() -> None:
    payload, _, _ = signed_tokens.write_mfa_token(SECRETS, TOKEN).rpartition(".")
    serializer: Any = URLSafeSerializer("")
    assert serializer.load_payload(payload.encode()).keys() == {"sub", "kind", "ver", "cid", "jti", "iat", "exp"}


@pytest.mark.parametrize("fields", [OF_ACTION, OF_LINK], ids=["of an action", "of a link"])
def test_a_token_that_is_no_logins_is_over_where_only_logins_are_known(fields: dict[str, Any]) -> None:
    """An older version may answer beside this one, and takes every token for a login's until its `exp`."""
    payload, _, _ = signed_tokens.write_mfa_token(SECRETS, replace(TOKEN, **fields)).rpartition(".")
    serializer: Any = URLSafeSerializer("")
    assert serializer.load_payload(payload.encode())["exp"] == 0


@pytest.mark.parametrize("fields", [OF_LOGIN, OF_ACTION, OF_LINK], ids=["of a login", "of an action", "of a link"])
def test_an_mfa_token_ends_at_its_expiry_and_not_before(fields: dict[str, Any]) -> None:
    token = replace(TOKEN, **fields)
    text = signed_tokens.write_mfa_token(SECRETS, token)
    assert signed_tokens.read_mfa_token(PUBLIC, text, NOW + 599.999) == token
    for late in (NOW + 600, NOW + 600.001, NOW + 10**6):
        with pytest.raises(InvalidToken):
            signed_tokens.read_mfa_token(PUBLIC, text, late)


def test_a_reset_token_carries_its_fields_until_its_expiry() -> None:
    token = ResetToken.of(TOKEN, "e" * 64, ("email", "sms"), NOW + 600)
    text = signed_tokens.write_reset_token(SECRETS, token)
    assert signed_tokens.read_reset_token(PUBLIC, text, NOW + 599.999) == token
    for late in (NOW + 600, NOW + 600.001, NOW + 10**6):
        with pytest.raises(InvalidToken):
            signed_tokens.read_reset_token(PUBLIC, text, late)


def test_a_flipped_bit_anywhere_spoils_an_mfa_token() -> None:
    """Also in the last character of the signature, which holds bits that no byte has: a token has one spelling."""
    text = signed_tokens.write_mfa_token(SECRETS, TOKEN).encode()
    for position in range(len(text)):
        for bit in range(8):
            altered = bytearray(text)
            altered[position] ^= 1 << bit
            with pytest.raises(InvalidToken):
                signed_tokens.read_mfa_token(PUBLIC, altered.decode("latin-1"), NOW)


@pytest.mark.parametrize("spelling", ["{}=", "{}==", "{}\n", "{} ", "{}!", "\ufeff{}", "{}A", "{}é"])
def test_another_spelling_of_an_mfa_token_is_invalid(spelling: str) -> None:
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, spelling.format(signed_tokens.write_mfa_token(SECRETS, TOKEN)), NOW)


def test_a_truncated_or_extended_mfa_token_is_invalid() -> None:
    text = signed_tokens.write_mfa_token(SECRETS, TOKEN)
    wrong = [text[:length] for length in range(len(text))] + [text[1:], text + "AAAA", text * 2, "." + text, text + "."]
    for each in wrong:
        with pytest.raises(InvalidToken):
            signed_tokens.read_mfa_token(PUBLIC, each, NOW)


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b", "a.b.c", "null", "\x00", "é", "\ud800", "\ud800.AAAA", "=" * 100, "x" * 100_000]
)
def test_garbage_is_an_invalid_mfa_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, text, NOW)


@given(st.text(max_size=200))
def test_any_text_is_an_invalid_mfa_token(text: str) -> None:
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, text, NOW)


def claims(**more: object) -> dict[str, object]:
    given = {
        "sub": "demo.user",
        "kind": "system",
        "ver": NOW - 60,
        "cid": None,
        "jti": "j",
        "iat": NOW,
        "exp": NOW + 600,
    }
    return given | more


def encoded(payload: bytes) -> bytes:
    return base64.urlsafe_b64encode(payload).rstrip(b"=")


def made(key: bytes, algorithm: Any = None, derivation: str = "none") -> str:
    """A token with the right claims, signed by another key or in another way."""
    how = {"key_derivation": derivation, "algorithm": algorithm or Ed25519()}
    return str(URLSafeSerializer(key, signer_kwargs=how).dumps(claims()))


@pytest.mark.parametrize(
    "text",
    [
        *(
            made(SECRETS.signing(purpose)) for purpose in TokenPurpose if purpose is not TokenPurpose.MFA
        ),  # the keys of other uses
        made(HmacKeys(b"another" * 9).signing("mfa-token")),
        made(hashlib.sha256(SECRETS.secrets.current).digest()),
        made(MFA_KEY),  # the public key as a private one
        *(
            made(
                key, HMACAlgorithm(hashlib.sha256), derivation
            )  # algorithm confusion: the public key as an HMAC secret
            for key in (MFA_KEY, KEYS.signing("mfa-token"), KEYS.current)
            for derivation in ("none", "hmac", "django-concat")
        ),
        made(b"", NoneAlgorithm()),
    ],
)
def test_a_token_that_another_key_or_algorithm_signed_is_invalid(text: str) -> None:
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, text, NOW)


def test_a_token_made_like_the_forged_ones_is_read() -> None:
    assert signed_tokens.read_mfa_token(PUBLIC, made(SECRETS.signing(TokenPurpose.MFA)), NOW).kind == Kind.SYSTEM


def test_a_token_of_more_than_2048_characters_is_invalid_although_its_signature_is_right() -> None:
    text = json.dumps(claims()).encode()
    signer: Any = URLSafeSerializer(
        SECRETS.signing(TokenPurpose.MFA), signer_kwargs={"key_derivation": "none", "algorithm": Ed25519()}
    ).make_signer()
    # The blanks behind the claims are read as nothing. A dot begins a compressed payload.
    longest, longer = (
        signer.sign(payload).decode()
        for payload in (b"." + encoded(zlib.compress(text.ljust(1459), level=0)), encoded(text.ljust(1471)))
    )
    assert (len(longest), len(longer)) == (MFA_TOKEN_LENGTH, MFA_TOKEN_LENGTH + 1) == (2048, 2049)
    assert signed_tokens.read_mfa_token(PUBLIC, longest, NOW).kind == Kind.SYSTEM
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, longer, NOW)


def test_a_signature_plus_the_order_of_the_group_is_invalid() -> None:
    """Ed25519 signatures have one form (RFC 8032, 5.1.7): s is below the order."""
    order = 2**252 + 27742317777372353535851937790883648493
    payload, _, signature = signed_tokens.write_mfa_token(SECRETS, TOKEN).rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    high = raw[:32] + (int.from_bytes(raw[32:], "little") + order).to_bytes(32, "little")
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, f"{payload}.{base64.urlsafe_b64encode(high).decode().rstrip('=')}", NOW)


def test_the_key_is_that_of_rfc_8032() -> None:
    """The first test vector of section 7.1."""
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert Ed25519().get_signature(private, b"") == signature
    assert Ed25519().verify_signature(public, b"", signature)
    assert not Ed25519().verify_signature(public, b"x", signature)
    assert not Ed25519().verify_signature(b"short", b"", signature)


def test_without_a_published_key_no_token_is_valid() -> None:
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(TokenKeys({}, 0.0), signed_tokens.write_mfa_token(SECRETS, TOKEN), NOW)


def test_public_keys_tell_nothing_of_the_private_ones_and_no_secret_shows_in_a_repr() -> None:
    private = {SECRETS.signing(purpose) for purpose in TokenPurpose}
    public = {key for purpose in TokenPurpose for key in PUBLIC.of(purpose)}
    assert len(private) == len(public) == len(TokenPurpose)
    assert private.isdisjoint(public)
    assert "ttt" not in repr(SECRETS)


def test_an_access_token_is_not_an_mfa_token() -> None:
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, access_token(), NOW)


@pytest.mark.parametrize(
    "header",
    [{"alg": "none"}, {"alg": "HS256", "typ": "JWT"}, {"alg": "HS256", "typ": "at+jwt"}, {"alg": "EdDSA"}],
)
def test_a_jwt_with_our_claims_is_not_an_mfa_token_in_any_algorithm(header: dict[str, str]) -> None:
    private = Ed25519PrivateKey.from_private_bytes(SECRETS.signing(TokenPurpose.MFA))
    key: Any = {"none": None, "EdDSA": private}.get(header["alg"], MFA_KEY)
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(PUBLIC, jwt.encode(claims(), key, header["alg"], headers=header), NOW)


def test_an_mfa_token_is_not_an_access_token() -> None:
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(
            signed_tokens.write_mfa_token(SECRETS, TOKEN),
            SIGNER.private.public_key(),
            ["ES256"],
            options={"verify_aud": False},
        )


def test_around_a_rotation_tokens_and_challenge_ids_of_neighbouring_keys_are_accepted_and_older_ones_not() -> None:
    text = signed_tokens.write_mfa_token(SECRETS, TOKEN)
    challenge_id = challenge_ids.new_challenge_id(KEYS, TOKEN, bytes(12))
    between = TokenSecrets(replace(SECRETS.secrets, next=b"n" * 64), NOW)
    rotated = TokenSecrets(HmacKeys(b"n" * 64, SECRETS.secrets.current), NOW)
    assert between.public.of(TokenPurpose.MFA)[0] == MFA_KEY
    for keys in (between.public, rotated.public):
        assert signed_tokens.read_mfa_token(keys, text, NOW) == TOKEN
        assert signed_tokens.read_mfa_token(keys, signed_tokens.write_mfa_token(rotated, TOKEN), NOW) == TOKEN
    assert signed_tokens.write_mfa_token(rotated, TOKEN) != text == signed_tokens.write_mfa_token(between, TOKEN)
    after = HmacKeys(b"n" * 64, KEYS.current)
    assert challenge_ids.is_challenge_of(after, TOKEN, challenge_id)
    twice = TokenSecrets(HmacKeys(b"m" * 64, b"n" * 64), NOW)
    with pytest.raises(InvalidToken):
        signed_tokens.read_mfa_token(twice.public, text, NOW)
    assert not challenge_ids.is_challenge_of(HmacKeys(b"m" * 64, after.current), TOKEN, challenge_id)


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


@pytest.mark.parametrize("more", [b"\0", bytes(12)])
def test_an_extended_challenge_id_is_invalid(more: bytes) -> None:
    challenge_id = challenge_ids.new_challenge_id(KEYS, TOKEN, bytes(range(12)))
    longer = base64.urlsafe_b64encode(base64.urlsafe_b64decode(challenge_id) + more).decode().rstrip("=")
    assert not challenge_ids.is_challenge_of(KEYS, TOKEN, longer)


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
        "acr": "2",
        "kind": "backup",
    }
    assert json.loads(base64.urlsafe_b64decode(payload + "==")) == claims
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "ES256"


@pytest.mark.parametrize(
    ("amr", "acr"),
    [(["pwd"], "1"), (["pwd", "sms"], "2"), (["pwd", "tel"], "2"), (["pwd", "email"], "2"), (["sms"], "2"), ([], "1")],
)
def test_an_access_token_says_whether_a_second_factor_was_shown(amr: list[str], acr: str) -> None:
    claims = access_tokens.access_claims(TOKEN, replace(grant(NOW), amr=amr))
    assert claims["acr"] == acr


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
    granted = access_tokens.access_claims(replace(TOKEN, login_name=name), grant(NOW))
    read = jwt.decode(
        access_tokens.sign_access_token(SIGNER, granted),
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
