"""Messages: alphabet and segments are counted as the carrier does, and no name adds a second code."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local import segments as twilio
from mfa.messages import gsm7, passcode_texts
from mfa.messages.passcode_texts import Passcode


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("€" * 80, 1),
        ("€" * 79 + "aa", 1),
        ("€" * 80 + "a", 2),
        ("a" * 159 + "€", 2),
        ("a" * 152 + "€" + "a" * 8, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # no part ends inside a character of two septets
        ("[" * 76 + "[" * 76, 2),
        ("[" * 153, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),  # nor between the halves of a surrogate pair
        ("a" * 69 + "я", 1),
        ("a" * 70 + "я", 2),
    ],
)
def test_segments_are_counted_as_the_carrier_cuts_them(body: str, count: int) -> None:
    assert gsm7.segments(body) == count == twilio.count(body)


@given(st.text("aä€[~я😀\n", max_size=400))
def test_segments_are_counted_as_twilio_counts_them(body: str) -> None:
    assert gsm7.segments(body) == twilio.count(body)


@pytest.mark.parametrize("character", list("^{}\\[~]|€\f"))
def test_a_character_of_the_extension_table_takes_two_septets(character: str) -> None:
    assert gsm7.is_gsm7(character)
    assert gsm7.segments("a" * 158 + character) == 1
    assert gsm7.segments("a" * 159 + character) == 2


def test_the_gsm_alphabet_has_127_characters_and_ten_more() -> None:
    """3GPP TS 23.038, 6.2.1: 128 positions, one of which is the escape."""
    from mfa.messages.gsm7 import _GSM7, _GSM7_EXTENDED

    assert len(_GSM7) == 127
    assert len(_GSM7_EXTENDED) == 10
    assert not _GSM7 & _GSM7_EXTENDED


def test_no_code_shows_in_a_repr() -> None:
    assert "581883" not in repr(
        Passcode(login_name="demo.user", code="581883", prefix="XYWD", signature="Backup", origin=None)
    )


@given(st.text("0123456789٠١a.- ", max_size=40), st.integers(4, 10))
def test_no_remaining_digits_could_pass_for_a_code(name: str, length: int) -> None:
    broken = passcode_texts.without_runs(name, length)
    assert not re.search(rf"\d{{{length},}}", broken)
    assert broken == name or re.search(rf"\d{{{length},}}", name)
