"""Passcodes and prefixes: drawn, stored as a digest, read from typed text."""

import itertools
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa.challenges import passcodes
from mfa.challenges.passcodes import SendIdentity
from mfa.errors import InvalidRequest

LENGTHS = st.integers(4, 10)
SEPARATORS = st.text(" \t\u00a0-", max_size=2)
KEY = b"key-of-the-test-vectors"


def drawn(number: int) -> Callable[[int], int]:
    """A source of randomness that returns this number, modulo the requested range."""
    return lambda limit: number % limit


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("581883", "581883"),
        ("XYWD-581883", "581883"),
        ("xywd-581883", "581883"),
        ("XYWD581883", "581883"),
        ("XYWD 581883", "581883"),
        ("XYWD - 581 883", "581883"),
        ("581 883", "581883"),
        ("581-883", "581883"),
        ("58-18-83", "581883"),
        ("5 8 1 8 8 3", "581883"),
        ("  581883  ", "581883"),
        ("\t581883\t", "581883"),
        ("\u00a0581\u00a0883\u00a0", "581883"),
        ("000042", "000042"),
        ("0042", "0042"),
        ("0123456789", "0123456789"),
        ("\u200e728295", "728295"),
        ("\u2068728295\u2069", "728295"),
        ("728\u202f295", "728295"),
        ("581\u2009883", "581883"),
        ("\u3000581\u2003883", "581883"),
        ("581\u2013883", "581883"),
        ("581\u2011883", "581883"),
        ("581\u2212883", "581883"),
        ("581\u2014883", "581883"),
        ("581\u00ad883", "581883"),
        ("581\u200b883", "581883"),
        ("\ufeff581883", "581883"),
        ("-581883-", "581883"),
        ("581883.", "581883"),
        ("581883,", "581883"),
        ("581883!\u200f", "581883"),
        ("581883 。", "581883"),
        ("581883»", "581883"),
        ("«581883»", "581883"),
        ("“581 883”", "581883"),
        ("(581883)", "581883"),
        ("#581883", "581883"),
        ("'XYWD-581883'.", "581883"),
        ("581883…", "581883"),
        ("581\ufe0f883", "581883"),
        ("\u3164581883", "581883"),
        ("581\u034f883", "581883"),
        ("581\u2028883", "581883"),
        ("581\u2060883\u061c", "581883"),
        ("G-581883", "581883"),
        ("g581883", "581883"),
        ("FB-581 883.", "581883"),
        ("\u2068XYWD\u2069-\u2068581883\u2069.", "581883"),
        ("XYWD\u2013581883", "581883"),
        (" " * 58 + "581883", "581883"),
    ],
)
def test_typed_or_pasted_text_is_read_as_its_digits(typed: str, digits: str) -> None:
    assert passcodes.normalise(typed) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "XYWD",
        "XYWD-",
        "123",
        "12345678901",
        "５８１８８３",  # full-width
        "٥٨١٨٨٣",  # Arabic-Indic
        "५८१८८३",  # Devanagari
        "𝟓𝟖𝟏𝟖𝟖𝟑",  # mathematical bold
        "58188٣",
        "⑤⑧①⑧⑧③",
        "581883\n",
        "\n581883",
        "581\n883",
        "581883\r",
        "581883\x00",
        "581.883",
        "581,883",
        "581/883",
        "+581883",
        "0x58188",
        "58188e3",
        "581_883",
        "XYWDZ-581883",
        "ХУWD-581883",  # Cyrillic letters that look Latin
        "XYWD-581883-XYWD",
        "581883 581883",
        "1" * 65,
        " " * 59 + "581883",
        " " * 60 + "581883",
        "9" * 10_000,
    ],
)
def test_impossible_text_is_not_a_passcode(typed: str) -> None:
    assert passcodes.normalise(typed) is None


def test_a_request_without_a_possible_passcode_is_refused_and_names_the_field() -> None:
    assert passcodes.typed_digits("XYWD-581 883") == "581883"
    with pytest.raises(InvalidRequest, match="the digits of the message") as refused:
        passcodes.typed_digits("XYWD")
    assert [each["field"] for each in refused.value.members["errors"]] == ["code"]


@given(st.text(max_size=80))
def test_any_text_gives_four_to_ten_ascii_digits_or_nothing(typed: str) -> None:
    digits = passcodes.normalise(typed)
    assert digits is None or (set(digits) <= set(string.digits) and 4 <= len(digits) <= 10)
    assert digits is None or digits == "".join(c for c in typed if c in string.digits)


@given(st.integers(min_value=0), LENGTHS, st.data())
def test_every_passcode_is_read_back_however_it_is_grouped(number: int, length: int, data: st.DataObject) -> None:
    code = passcodes.draw(length, drawn(number))
    prefix = data.draw(st.sampled_from(["", "XYWD", "bcdf"])).ljust(0)
    between = [data.draw(SEPARATORS) for _ in code[1:]]
    typed = prefix + (data.draw(SEPARATORS) if prefix else "") + code[0]
    typed += "".join(separator + digit for separator, digit in zip(between, code[1:], strict=True))
    assert passcodes.normalise(typed) == code


@given(st.integers(min_value=0), LENGTHS)
def test_a_passcode_has_exactly_the_length_asked_for(number: int, length: int) -> None:
    code = passcodes.draw(length, drawn(number))
    assert len(code) == length
    assert set(code) <= set(string.digits)


@pytest.mark.parametrize("length", range(4, 11))
def test_passcodes_are_drawn_from_the_whole_range_with_leading_zeros(length: int) -> None:
    limits: list[int] = []

    def lowest(limit: int) -> int:
        limits.append(limit)
        return 0

    assert passcodes.draw(length, lowest) == "0" * length
    assert passcodes.draw(length, lambda limit: limit - 1) == "9" * length
    assert limits == [10**length]


def test_a_prefix_is_four_consonants_that_look_like_no_other_character() -> None:
    assert not set(passcodes.PREFIX_ALPHABET) & set("AEIOUY")
    assert not set(passcodes.PREFIX_ALPHABET) & set("LO")
    assert set(passcodes.PREFIX_ALPHABET) <= set(string.ascii_uppercase)
    assert len(set(passcodes.PREFIX_ALPHABET)) == len(passcodes.PREFIX_ALPHABET)
    draws = itertools.count()
    prefix = passcodes.draw_prefix(lambda limit: next(draws) % limit)
    assert prefix == passcodes.PREFIX_ALPHABET[:4]


@given(st.lists(st.integers(min_value=0), min_size=4, max_size=4))
def test_every_prefix_reads_as_one_beside_the_digits(numbers: list[int]) -> None:
    left = iter(numbers)
    prefix = passcodes.draw_prefix(lambda limit: next(left) % limit)
    assert len(prefix) == passcodes.PREFIX_LENGTH
    assert passcodes.normalise(f"{prefix}-581883") == "581883"
    assert passcodes.normalise(f"{prefix}581883") == "581883"


@pytest.mark.parametrize(
    ("login_name", "challenge_id", "send_id", "digits", "expected"),
    [
        # openssl dgst -sha256 -mac HMAC over the parts, each after its length in four bytes, big-endian.
        (
            "demo.user", "challenge-1", "send-1", "581883",
            "1def52f7bfc2234f53a25b0b02a3d3763e60a46c3ad52eaa8e582eeaf2a10722",
        ),
        (
            "demo.user", "challenge-1", "send-1", "000000",
            "e878cf55baa08b15ca8810f87c397df36bc36f6c0eb3a8024141d1a0ebb1207d",
        ),
        (
            "jürgen", "c", "s", "0042",
            "a65ef7ceaf78bd5fafe31e3133943a4a34573f6400923b151637277ba4046703",
        ),
    ],
)  # fmt: skip
def test_the_digest_is_the_one_that_openssl_computes(
    login_name: str, challenge_id: str, send_id: str, digits: str, expected: str
) -> None:
    mac = passcodes.mac(KEY, SendIdentity(login_name, challenge_id, send_id), digits)
    assert mac.hex() == expected


PARTS = st.tuples(*(st.text("ab|#-\x00", max_size=4) for _ in range(4)))


def digest(parts: tuple[str, ...], key: bytes = KEY) -> bytes:
    login_name, challenge_id, send_id, digits = parts
    return passcodes.mac(key, SendIdentity(login_name, challenge_id, send_id), digits)


@given(PARTS, PARTS)
def test_different_lists_of_parts_have_different_digests(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert (digest(one) == digest(other)) == (one == other)


@given(st.text(max_size=12), st.data())
def test_moving_the_border_between_two_parts_changes_the_digest(whole: str, data: st.DataObject) -> None:
    at, elsewhere = (data.draw(st.integers(0, len(whole))) for _ in range(2))
    one, other = (whole[:at], whole[at:], "s", "1"), (whole[:elsewhere], whole[elsewhere:], "s", "1")
    assert (digest(one) == digest(other)) == (at == elsewhere)


def test_only_the_digits_that_were_sent_match_under_the_current_or_the_previous_key() -> None:
    about = SendIdentity("demo.user", "c", "s")
    expected = passcodes.mac(b"old", about, "581883")
    assert passcodes.matches([b"new", b"old"], expected, about, "581883")
    assert passcodes.matches([b"old", b"new"], expected, about, "581883")
    assert not passcodes.matches([b"new"], expected, about, "581883")
    assert not passcodes.matches([b"new", b"old"], expected, about, "581884")
    assert not passcodes.matches([], expected, about, "581883")
    for other in (
        SendIdentity("x", "c", "s"),
        SendIdentity("demo.user", "x", "s"),
        SendIdentity("demo.user", "c", "x"),
        SendIdentity("demo.user", "c", "s", "a digest"),
    ):
        assert not passcodes.matches([b"old"], expected, other, "581883")


def test_the_digest_of_an_action_is_one_more_part_which_openssl_computes_alike() -> None:
    """Each part behind its length in four bytes, to `openssl dgst -sha256 -mac HMAC`."""
    mac = passcodes.mac(KEY, SendIdentity("demo.user", "challenge-1", "send-1", "d1"), "000000")
    assert mac.hex() == "e162b71442d7e48163aeb3f7515b55c652e5eeba147ac2bfa50a033e163bf77a"


@given(PARTS, st.text("ab|#-\x00", min_size=1, max_size=4), st.text("ab|#-\x00", max_size=4))
def test_a_code_for_one_action_is_right_for_no_other_and_for_no_login(
    parts: tuple[str, ...], action: str, other: str
) -> None:
    login_name, challenge_id, send_id, digits = parts
    one, two = (
        passcodes.mac(KEY, SendIdentity(login_name, challenge_id, send_id, each), digits) for each in (action, other)
    )
    assert (one == two) == (action == other)


def test_a_challenge_without_a_code_is_matched_by_nothing() -> None:
    assert not passcodes.matches([KEY], b"", SendIdentity("u", "c", ""), "0000")
