"""The factor keys: they encrypt for one user and purpose, and what any key of the ring made is accepted."""

import hashlib
import hmac
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from mfa.tokens.factor_keys import FactorKeys
from mfa.tokens.hmac_keys import derive

OLD, NEW = b"o" * 64, b"n" * 64
KEYS = FactorKeys((OLD,))
SECRET = b"12345678901234567890"


def test_a_secret_is_under_aes_gcm_with_user_and_purpose_as_associated_data() -> None:
    sealed = KEYS.encrypt("demo.user", "totp", SECRET, lambda n: b"\x07" * n)
    assert sealed[:12] == b"\x07" * 12
    about = b"\0\0\0\x09demo.user\0\0\0\x04totp"
    assert AESGCM(derive(OLD, "factor totp")).decrypt(sealed[:12], sealed[12:], about) == SECRET


@given(st.binary(max_size=64), st.text(max_size=20))
def test_what_is_encrypted_comes_back_for_its_user_and_purpose_alone(secret: bytes, name: str) -> None:
    sealed = KEYS.encrypt(name, "totp", secret, os.urandom)
    assert KEYS.decrypt(name, "totp", sealed) == secret
    for other_name, purpose in ((f"{name}x", "totp"), (name, "recovery-code"), (f"{name}\0\0\0\x04", "otp")):
        assert KEYS.decrypt(other_name, purpose, sealed) is None


@pytest.mark.parametrize("sealed", [b"", b"short", b"\0" * 12, b"\0" * 48])
def test_anything_else_is_no_secret(sealed: bytes) -> None:
    assert KEYS.decrypt("demo.user", "totp", sealed) is None


def test_a_changed_bit_is_noticed() -> None:
    sealed = bytearray(KEYS.encrypt("demo.user", "totp", SECRET, os.urandom))
    for place in range(len(sealed)):
        changed = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        assert KEYS.decrypt("demo.user", "totp", changed) is None


def test_after_a_rotation_the_new_key_encrypts_and_nothing_is_lost() -> None:
    rotated = FactorKeys((NEW, OLD))
    assert rotated.decrypt("a", "totp", KEYS.encrypt("a", "totp", SECRET, os.urandom)) == SECRET
    new = rotated.encrypt("a", "totp", SECRET, os.urandom)
    assert KEYS.decrypt("a", "totp", new) is None
    assert FactorKeys((NEW,)).decrypt("a", "totp", new) == SECRET
    assert KEYS.digest("a", "recovery-code", "code") in rotated.digests("a", "recovery-code", "code")
    assert rotated.digest("a", "recovery-code", "code") == FactorKeys((NEW,)).digest("a", "recovery-code", "code")


def test_a_digest_is_keyed_and_for_one_user_and_purpose() -> None:
    digest = KEYS.digest("a", "recovery-code", "code")
    message = b"\0\0\0\x01a\0\0\0\x0drecovery-code\0\0\0\x04code"
    assert digest == hmac.digest(derive(OLD, "factor recovery-code digest"), message, hashlib.sha256)
    others = [("b", "recovery-code", "code"), ("a", "temporary-code", "code"), ("a", "recovery-code", "codes")]
    assert len({digest, *(KEYS.digest(*other) for other in others)}) == 4


def test_no_key_is_shown() -> None:
    assert "o" * 8 not in repr(KEYS)
