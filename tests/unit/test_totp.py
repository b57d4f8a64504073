"""Codes of authenticator apps, by the vectors of RFC 6238 and as other people's apps make them."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.errors import InvalidRequest
from mfa.factors import totp

SECRET = b"12345678901234567890"
# RFC 6238, appendix B, SHA-1: the last six of the eight digits.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
NOW = 1111111111.5
STEP = 37037037
CODES = {offset: pyotp.TOTP(base64.b32encode(SECRET).decode()).generate_otp(STEP + offset) for offset in range(-3, 4)}


@pytest.mark.parametrize(("now", "code"), VECTORS)
def test_a_code_is_the_one_of_the_standard(now: int, code: str) -> None:
    assert totp.matching_step(SECRET, code, now, 0) == now // 30


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_clock_may_be_a_step_off(offset: int) -> None:
    assert totp.matching_step(SECRET, CODES[offset], NOW, 0) == STEP + offset


@pytest.mark.parametrize("offset", [-3, -2, 2, 3])
def test_a_clock_may_not_be_two_steps_off(offset: int) -> None:
    assert totp.matching_step(SECRET, CODES[offset], NOW, 0) is None


@pytest.mark.parametrize(
    ("last", "accepted"), [(STEP - 2, [-1, 0, 1]), (STEP - 1, [0, 1]), (STEP, [1]), (STEP + 1, [])]
)
def test_no_step_is_accepted_that_was_used_or_lies_before_one_that_was(last: int, accepted: list[int]) -> None:
    found = [offset for offset in (-1, 0, 1) if totp.matching_step(SECRET, CODES[offset], NOW, last) is not None]
    assert found == accepted


@given(st.binary(min_size=20, max_size=20), st.floats(60, 4e9))
def test_every_apps_code_is_accepted_at_its_moment(secret: bytes, now: float) -> None:
    code = pyotp.TOTP(totp.shown_secret(secret)).at(now)
    assert totp.matching_step(secret, code, now, 0)


@pytest.mark.parametrize(
    "typed", ["123456", " 123 456 ", "123-456", "12 34 56", "\u200e123456", "123\u202f456.", "\u00a0123456"]
)
def test_a_code_may_be_typed_or_pasted_in_groups(typed: str) -> None:
    assert totp.typed_code(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "XYWD-123456", "١٢٣٤٥٦", "12345\n6", "1" * 60])
def test_anything_else_is_no_code(typed: str) -> None:
    with pytest.raises(InvalidRequest, match="six digits"):
        totp.typed_code(typed)


def test_a_secret_has_160_bits() -> None:
    assert totp.draw_secret(lambda n: b"x" * n) == b"x" * 20
    assert totp.shown_secret(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_the_uri_names_issuer_and_user_and_holds_the_secret() -> None:
    uri = urlsplit(totp.provisioning_uri(SECRET, "demo user@example.com", "login.example.com"))
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/login.example.com:demo user@example.com"
    query = {name: value for name, [value] in parse_qs(uri.query).items()}
    assert query["secret"] == totp.shown_secret(SECRET)
    assert query["issuer"] == "login.example.com"
    assert query.get("algorithm", "SHA1") == "SHA1"
    assert (query.get("digits", "6"), query.get("period", "30")) == ("6", "30")
