"""Recovery codes: drawn, shown in groups, and read from what people type."""

import base64
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.errors import InvalidRequest
from mfa.factors.recovery_codes import draw_code, draw_codes, typed_code


def test_a_code_has_80_bits_in_crockfords_letters() -> None:
    assert draw_code(lambda n: bytes(range(n))) == "000g-40r4-0m30-e209"
    assert draw_code(lambda n: b"\xff" * n) == "zzzz-zzzz-zzzz-zzzz"


def test_ten_codes_are_drawn_and_no_two_are_the_same() -> None:
    codes = draw_codes(os.urandom)
    assert len(set(codes)) == len(codes) == 10
    assert all(re.fullmatch("([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}", code) for code in codes)
    repeated = iter([b"\1" * 10, b"\1" * 10, *(bytes([n]) * 10 for n in range(2, 11))])
    assert len(set(draw_codes(lambda _n: next(repeated)))) == 10


@given(st.binary(min_size=10, max_size=10))
def test_a_code_is_base32_in_other_letters(drawn: bytes) -> None:
    """Of RFC 4648, whose alphabet has the same order."""
    letters = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789abcdefghjkmnpqrstvwxyz")
    assert typed_code(draw_code(lambda _n: drawn)) == base64.b32encode(drawn).decode().translate(letters)


@pytest.mark.parametrize(
    "typed",
    [
        "4n8k-20qd-x7rm-91vh",
        "4N8K-20QD-X7RM-91VH",
        "4n8k20qdx7rm91vh",
        "4n8k 20qd x7rm 91vh",
        " 4n8k-20qd-x7rm-91vh. ",
        "4n8k–2oqd–x7rm–9ivh",
        "4n8k-2OQD-x7rm-9lvh",
        "4n8k-20qd-x7rm-9Ivh",
        "４ｎ８ｋ　２０ｑｄ　ｘ７ｒｍ　９１ｖｈ",
        "\u200e4n8k-20qd-x7rm-91vh\u200e",
    ],
)
def test_case_blanks_dashes_and_look_alikes_do_not_matter(typed: str) -> None:
    assert typed_code(typed) == "4n8k20qdx7rm91vh"


@pytest.mark.parametrize("typed", ["", "4n8k", "4n8k-20qd-x7rm-91vhx", "4n8k-20qd-x7rm-91vu", "4n8k-20qd-x7rm-91vé"])
def test_anything_else_is_no_code(typed: str) -> None:
    with pytest.raises(InvalidRequest, match="four groups"):
        typed_code(typed)
