"""Messages: the words of the contract, one code alone, one segment wherever the alphabet allows."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.twilio import segments as twilio
from mfa import messages
from mfa.errors import InvalidRequest
from mfa.messages import Passcode
from mfa.settings import Settings
from mfa.users import new_login_name

SIGNATURE = Settings().signature
GSM7_NAME_CHARACTERS = string.ascii_lowercase + string.digits + " ._@+-\\" + "äöñüàåæøéèùìòß"


def acceptable(text: str) -> bool:
    try:
        return new_login_name(text) == text
    except InvalidRequest:
        return False


NAMES = st.text(st.characters(categories=["L", "M", "N"], include_characters=" ._@+-\\"), min_size=1, max_size=128).map(
    lambda text: text.casefold()
).filter(acceptable)  # fmt: skip
DIGITS_AND_LETTERS = st.text("0123456789a.- ", min_size=1, max_size=40).filter(acceptable)
CODES = st.text(string.digits, min_size=4, max_size=10)


def message(**changes: object) -> str:
    given: dict[str, object] = {
        "login_name": "demo.user",
        "code": "581883",
        "prefix": "XYWD",
        "signature": SIGNATURE,
        "origin": None,
    }
    return messages.text(Passcode(**given | changes))  # type: ignore[arg-type]


def test_a_message_is_as_the_contract_words_it() -> None:
    assert message(origin="login.example.com") == (
        '581883 is the verification code for user "demo.user" login. Reference: XYWD\n'
        "Your backup service provider\n"
        "\n"
        "@login.example.com #581883"
    )


def test_without_an_origin_the_signature_is_the_last_line() -> None:
    assert message().splitlines() == [
        '581883 is the verification code for user "demo.user" login. Reference: XYWD',
        SIGNATURE,
    ]


@given(NAMES | DIGITS_AND_LETTERS, CODES, st.none() | st.just("login.example.com"))
def test_the_code_stands_alone_and_is_the_only_run_of_its_length(name: str, code: str, origin: str | None) -> None:
    """Whatever the user is called. `\\d` means any script's digits, as autofill may take them."""
    body = message(login_name=name, code=code, origin=origin)
    lines = body.splitlines()
    outside = "\n".join(lines[:-1] if origin else lines)
    assert [run for run in re.findall(r"\d+", outside) if len(run) >= len(code)] == [code]
    assert outside.startswith(f"{code} ")
    assert len(lines) == (4 if origin else 2)
    assert (lines[-1] == f"@{origin} #{code}") == (origin is not None)


@given(st.integers(4, 10), st.data())
def test_a_name_made_of_the_code_itself_does_not_show_it_again(length: int, data: st.DataObject) -> None:
    code = data.draw(st.text(string.digits, min_size=length, max_size=length))
    name = data.draw(st.sampled_from([code, code * 2, f"a{code}", f"{code}@example.com", f"0{code}0"]))
    assert message(login_name=name, code=code).count(code) == 1


@given(NAMES, CODES)
def test_the_words_of_the_contract_are_in_every_message(name: str, code: str) -> None:
    body = message(login_name=name, code=code)
    shown = re.search(r'is the verification code for user "([^"]+)" login\. Reference: XYWD\n', body)
    assert shown
    assert body.endswith(f"\n{SIGNATURE}")
    if len(name) <= messages.SHORTEST_LOGIN_NAME and not re.search(rf"\d{{{len(code)},}}", name):
        assert shown[1] == name


@given(st.text(GSM7_NAME_CHARACTERS, min_size=1, max_size=128).filter(acceptable), CODES)
def test_a_message_to_a_name_of_the_gsm_alphabet_is_one_segment(name: str, code: str) -> None:
    body = message(login_name=name, code=code)
    assert messages.is_gsm7(body)
    assert messages.segments(body) == twilio.count(body) == 1


@pytest.mark.parametrize("name", ["x" * 128, "\\" * 128, "0" * 128, "." * 128, "x@" * 64])
@pytest.mark.parametrize("code", ["0000", "0123456789"])
def test_the_longest_names_fit_one_segment_with_the_longest_signature(name: str, code: str) -> None:
    body = message(login_name=name, code=code, signature="s" * 40)
    assert messages.segments(body) == twilio.count(body) == 1


@pytest.mark.parametrize("name", ["x" * 128, "demo.user"])
def test_an_ordinary_origin_still_fits_one_segment(name: str) -> None:
    assert messages.segments(message(login_name=name, origin="login.example.com")) == 1


def test_a_short_name_is_never_shortened() -> None:
    assert '"abcdefghijklmnop"' in message(login_name="abcdefghijklmnop", origin="a" * 60 + ".example.com")


def test_a_shortened_name_says_so() -> None:
    assert re.search(r'user "x+\.\." login', message(login_name="x" * 128))


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
    assert messages.segments(body) == count == twilio.count(body)


@given(st.text("aä€[~я😀\n", max_size=400))
def test_segments_are_counted_as_twilio_counts_them(body: str) -> None:
    assert messages.segments(body) == twilio.count(body)


@pytest.mark.parametrize("character", list("^{}\\[~]|€\f"))
def test_a_character_of_the_extension_table_takes_two_septets(character: str) -> None:
    assert messages.is_gsm7(character)
    assert messages.segments("a" * 158 + character) == 1
    assert messages.segments("a" * 159 + character) == 2


def test_the_gsm_alphabet_has_127_characters_and_ten_more() -> None:
    """3GPP TS 23.038, 6.2.1: 128 positions, one of which is the escape."""
    from mfa.messages import _GSM7, _GSM7_EXTENDED

    assert len(_GSM7) == 127
    assert len(_GSM7_EXTENDED) == 10
    assert not _GSM7 & _GSM7_EXTENDED


@given(NAMES | DIGITS_AND_LETTERS, CODES)
def test_a_recovery_mail_has_the_code_once_and_the_prefix(name: str, code: str) -> None:
    passcode = Passcode(login_name=name, code=code, prefix="XYWD", signature=SIGNATURE, origin="login.example.com")
    subject, body = messages.mail(passcode)
    assert "XYWD" in subject
    assert not re.search(r"\d", subject)
    assert [run for run in re.findall(r"\d+", body) if len(run) >= len(code)] == [code]
    assert "\n" not in subject


@given(NAMES | DIGITS_AND_LETTERS)
def test_the_notice_of_a_recovery_holds_nothing_that_passes_for_a_code(name: str) -> None:
    notice = messages.recovery_notice(name, SIGNATURE)
    assert not re.search(r"\d{4}", notice)


def test_no_code_shows_in_a_repr() -> None:
    assert "581883" not in repr(
        Passcode(login_name="demo.user", code="581883", prefix="XYWD", signature=SIGNATURE, origin=None)
    )
