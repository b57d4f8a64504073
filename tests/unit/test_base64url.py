"""base64url has one spelling for each signature: of tokens, challenge ids and cursors."""

import base64
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa import errors
from mfa.challenges import challenge_ids
from mfa.tokens import access_tokens, base64url, cursors, signed_tokens
from mfa.tokens.hmac_keys import HmacKeys
from mfa.tokens.token_keys import TokenSecrets
from tests.accounts import mfa_token

NOW = 1_790_000_000.0
KEYS = HmacKeys(b"k" * 64)
SECRETS = TokenSecrets(HmacKeys(b"t" * 64), 0.0)
TOKEN = mfa_token("demo.user", at=NOW, jti="0123456789abcdef")
# Half of the order of P-256's group, rounded down.
HALF = 0x7FFFFFFF800000007FFFFFFFFFFFFFFFDE737D56D38BCF4279DCE5617E3192A8


@given(st.binary(max_size=80))
def test_every_text_that_was_encoded_is_decoded(data: bytes) -> None:
    text = base64url.encode(data)
    assert base64url.decode(text) == data
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")


@given(st.text(max_size=40))
def test_no_other_text_is_decoded(text: str) -> None:
    try:
        data = base64url.decode(text)
    except ValueError:
        return
    assert base64url.encode(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "AA==",
        "AA=",
        "AB",
        "AAB",
        "A",
        "AAAA====",
        "=",
        "AA\n",
        " AA",
        "A A",
        "A+/A",
        "A*AA",
        "\u00e9",
        "\ud800",
        "\uff21\uff21",
    ],
)
def test_no_other_spelling_is_decoded(text: str) -> None:
    """Padding, spare bits, line breaks, blanks, the other alphabet, foreign characters."""
    with pytest.raises(ValueError):  # noqa: PT011 - binascii's and Python's errors have this class in common
        base64url.decode(text)


class Signed(NamedTuple):
    """A text that ends in a signature or a digest, and its reader."""

    text: str
    is_accepted: Callable[[str], bool]


def is_read(read: Callable[[str], object]) -> Callable[[str], bool]:
    def accepted(text: str) -> bool:
        try:
            read(text)
        except (errors.InvalidToken, errors.InvalidRequest):
            return False
        return True

    return accepted


SIGNED = {
    "an MFA token": Signed(
        signed_tokens.write_mfa_token(SECRETS, TOKEN),
        is_read(lambda text: signed_tokens.read_mfa_token(SECRETS.public, text, NOW)),
    ),
    "a cursor": Signed(
        cursors.write(KEYS, ["users"], ["x"]), is_read(lambda text: cursors.read(KEYS, ["users"], text))
    ),
    "a challenge id": Signed(
        challenge_ids.new_challenge_id(KEYS, TOKEN, bytes(range(12))),
        lambda text: challenge_ids.is_challenge_of(KEYS, TOKEN, text),
    ),
    "an access token": Signed(
        f"e30.e30.{base64url.encode(access_tokens.signature(1, 2))}", access_tokens.has_one_signature
    ),
}
# The alphabet of base64url, in which two characters that differ in spare bits alone are neighbours.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.parametrize("kind", SIGNED)
def test_a_signature_has_one_spelling(kind: str) -> None:
    text, is_accepted = SIGNED[kind]
    assert is_accepted(text)
    neighbour = text[:-1] + ALPHABET[ALPHABET.index(text[-1]) ^ 1]
    for other in (text + "=", text + "==", text + "\n", text + "*", f"{text[:-3]} {text[-3:]}", neighbour, text[:-1]):
        assert not is_accepted(other), other


@pytest.mark.parametrize(
    ("s", "written"), [(1, 1), (HALF, HALF), (HALF + 1, HALF), (2 * HALF, 1)], ids=["1", "half", "above", "highest"]
)
def test_of_the_two_values_of_s_the_lower_one_is_written(s: int, written: int) -> None:
    assert access_tokens.signature(5, s) == (5).to_bytes(32) + written.to_bytes(32)


@pytest.mark.parametrize(
    ("signature", "accepted"),
    [
        ((7).to_bytes(32) + HALF.to_bytes(32), True),
        ((7).to_bytes(32) + (HALF + 1).to_bytes(32), False),
        (b"\xff" * 64, False),
        (bytes(63), False),
        (bytes(65), False),
        (b"", False),
    ],
)
def test_an_access_token_has_one_signature(signature: bytes, accepted: bool) -> None:
    assert access_tokens.has_one_signature(f"e30.e30.{base64url.encode(signature)}") is accepted
