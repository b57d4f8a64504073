"""The HMAC keys: one key for each purpose, derived by HKDF."""

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from mfa.tokens.hmac_keys import HmacKeys

CURRENT = b"current key of sixty-four characters or so"
PURPOSES = ("passcode", "mfa-token", "challenge-id")


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        # openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt mode:EXPAND_ONLY -kdfopt info:… HKDF
        ("passcode", "4c87b729a59ee61df5e8218884778f4778b438c90fde5550fabcdb174432e096"),
        ("mfa-token", "d15ae53969029c5ee953cd4fe895af7ae18322d28f79b3ed8c55e3f323295864"),
        ("challenge-id", "d2959acb986db44fbba0d2318806a54e1b902febbbb62be68590be113b744e59"),
    ],
)
def test_a_key_is_the_one_that_openssl_expands(purpose: str, expected: str) -> None:
    assert HmacKeys(CURRENT).signing(purpose) == bytes.fromhex(expected)


@given(st.binary(min_size=32, max_size=64), st.text(max_size=20))
def test_a_key_is_the_one_that_cryptography_expands(key: bytes, purpose: str) -> None:
    expanded = HKDFExpand(algorithm=SHA256(), length=32, info=purpose.encode()).derive(key)
    assert HmacKeys(key).signing(purpose) == expanded


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = HmacKeys(CURRENT)
    assert len({keys.signing(purpose) for purpose in PURPOSES}) == len(PURPOSES)


def test_after_a_rotation_the_previous_key_is_accepted_and_the_current_one_signs() -> None:
    before, after = HmacKeys(b"old"), HmacKeys(b"new", b"old")
    assert after.accepted("passcode") == [after.signing("passcode"), before.signing("passcode")]
    assert after.signing("passcode") != before.signing("passcode")
    assert HmacKeys(b"newer", b"new").accepted("passcode").count(before.signing("passcode")) == 0


def test_before_a_rotation_the_next_key_is_accepted_and_does_not_sign() -> None:
    keys, after = HmacKeys(b"old", b"older", b"new"), HmacKeys(b"new", b"old")
    assert keys.signing("passcode") == HmacKeys(b"old").signing("passcode")
    assert after.signing("passcode") in keys.accepted("passcode")
    assert keys.signing("passcode") in after.accepted("passcode")


def test_an_empty_previous_key_is_no_key() -> None:
    assert len(HmacKeys(b"new", b"").accepted("passcode")) == 1


def test_no_key_shows_in_a_repr() -> None:
    assert "secret" not in repr(HmacKeys(b"secret", b"secret too", b"secret as well"))
