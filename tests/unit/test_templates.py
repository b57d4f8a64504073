"""Templates: twelve languages that keep the contract, and a linter that refuses everything else."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS

from infra.local import segments as twilio
from mfa.errors import InvalidRequest
from mfa.messages import gsm7, passcode_texts, templates
from mfa.messages.language_tags import canonical
from mfa.messages.locales import texts
from mfa.messages.passcode_texts import Passcode
from mfa.messages.templates import LOCALES, built_in, lint, match, render, text
from mfa.settings.values import Settings
from mfa.users.user import new_login_name
from tests.unit.test_imports import imported_by

SIGNATURE = Settings().signature
GSM7 = ("en", "de", "fr", "es", "pt-BR", "pt-PT", "it", "nl")
UCS2 = ("zh-Hans", "zh-Hant", "ja", "ko", "ar")
ONE_SEGMENT = tuple(locale for locale in LOCALES if locale != "ar")
PASSCODE = Passcode(login_name="demo.user", code="581883", prefix="XYWD", signature=SIGNATURE, origin=None)
VALUES = {"code": "581883", "login_name": "demo.user", "prefix": "XYWD", "signature": SIGNATURE}


def acceptable(name: str) -> bool:
    try:
        return new_login_name(name) == name
    except InvalidRequest:
        return False


NAMES = (
    st.text(st.characters(categories=["L", "M", "N"], include_characters=" ._@+-\\"), min_size=1, max_size=128)
    .map(lambda name: name.casefold())
    .filter(acceptable)
)
DIGITS_AND_LETTERS = st.text("0123456789a.- ", min_size=1, max_size=40).filter(acceptable)
GSM7_NAMES = st.text(string.ascii_lowercase + string.digits + "._@+-\\äöñüàéèùìò", min_size=1, max_size=128)
CODES = st.text(string.digits, min_size=4, max_size=10)
ORIGINS = st.none() | st.just("login.example.com")
SIGNATURES = st.from_regex(r"[0-9]{0,3}[A-Za-zé.' ]{0,20}[0-9]{0,3}", fullmatch=True).filter(
    lambda signature: not re.search(r"\d{4}", signature)
)


def passcode(name: str, code: str = "581883", origin: str | None = None, signature: str = SIGNATURE) -> Passcode:
    return Passcode(login_name=name, code=code, prefix="XYWD", signature=signature, origin=origin)


def report(template: str, origin: str | None = None, passcode_length: int = 6) -> templates.Report:
    return lint(template, passcode_length=passcode_length, signature=SIGNATURE, origin=origin)


def runs(body: str, length: int) -> list[str]:
    """`\\d` matches the digits of any script, because autofill may do so too."""
    return [run for run in re.findall(r"\d+", body) if len(run) >= length]


# The shipped templates.


def test_thirteen_languages_are_shipped() -> None:
    assert LOCALES == ("en", "de", "fr", "es", "pt-BR", "pt-PT", "zh-Hans", "zh-Hant", "ja", "ko", "it", "nl", "ar")
    assert {*GSM7, *UCS2} == set(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_built_in_template_is_clean(locale: str) -> None:
    found = report(built_in(locale), "login.example.com")
    assert found.problems == ()
    assert {warning.code for warning in report(built_in(locale)).warnings} == (
        {"segments"} if locale == "ar" else set()
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_message_and_a_notice_stay_in_gsm_7_where_the_language_allows(locale: str) -> None:
    assert gsm7.is_gsm7(built_in(locale)) == gsm7.is_gsm7(texts(locale).notice) == (locale in GSM7)
    assert report(built_in(locale)).alphabet == ("GSM-7" if locale in GSM7 else "UCS-2")


@pytest.mark.parametrize("locale", ONE_SEGMENT)
@pytest.mark.parametrize("name", ["a", "abcdefghijklmnop", "x" * 17, "x" * 128, "用户" * 64])
def test_a_message_is_one_segment_for_any_name(locale: str, name: str) -> None:
    """Except Arabic, and names outside GSM-7 in languages of GSM-7."""
    body = text(built_in(locale), passcode(name))
    assert gsm7.segments(body) == 1 or (locale in GSM7 and not gsm7.is_gsm7(name))


@pytest.mark.parametrize("name", ["a", "x" * 128, "用户" * 64])
def test_an_arabic_message_is_two_segments(name: str) -> None:
    assert gsm7.segments(text(built_in("ar"), passcode(name))) == 2


@given(st.sampled_from(GSM7), ORIGINS, GSM7_NAMES)
def test_a_message_to_a_name_of_the_gsm_alphabet_is_one_segment(locale: str, origin: str | None, name: str) -> None:
    body = text(built_in(locale), passcode(name, origin=origin))
    assert gsm7.is_gsm7(body)
    assert gsm7.segments(body) == twilio.count(body) == 1


@pytest.mark.parametrize("locale", GSM7)
def test_a_message_with_the_longest_signature_and_code_is_one_segment(locale: str) -> None:
    body = text(built_in(locale), passcode("\\" * 128, code="0123456789", signature="s" * 40))
    assert gsm7.segments(body) == 1


@pytest.mark.parametrize("name", ["demo.user", "x" * 128, "\U00010400" * 128, "用" * 128])
@pytest.mark.parametrize("locale", LOCALES)
def test_no_name_makes_a_message_longer_than_three_segments(locale: str, name: str) -> None:
    assert gsm7.segments(text(built_in(locale), passcode(name, origin="login.example.com"))) <= 3


@pytest.mark.parametrize("locale", LOCALES)
@given(name=NAMES | DIGITS_AND_LETTERS, code=CODES, origin=ORIGINS)
def test_the_code_begins_the_message_and_is_the_only_run_of_its_length(
    locale: str, name: str, code: str, origin: str | None
) -> None:
    body = text(built_in(locale), passcode(name, code, origin))
    lines = body.split("\n")
    outside = "\n".join(lines[:-1] if origin else lines)
    assert runs(outside, len(code)) == [code]
    assert re.match(rf"{code}[ \n]", outside)
    assert "XYWD" in outside
    assert SIGNATURE in lines
    assert (lines[-2:] == ["", f"@{origin} #{code}"]) == (origin is not None)
    assert not set("{}") & set(body)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_prefix_and_the_code_do_not_touch(locale: str) -> None:
    words = text(built_in(locale), PASSCODE).split()
    assert "581883" in words
    assert re.search(r"\bXYWD\b", " ".join(words))
    assert not re.search(r"581883.{0,3}XYWD|XYWD.{0,3}581883", " ".join(words))


@given(NAMES, CODES)
def test_the_words_of_the_contract_are_in_every_english_message(name: str, code: str) -> None:
    body = text(built_in("en"), passcode(name, code))
    shown = re.search(r'is the verification code for user "([^"]+)" login\. Reference: XYWD\n', body)
    assert shown
    assert body.endswith(f"\n{SIGNATURE}")
    if len(name) <= passcode_texts.SHORTEST_LOGIN_NAME and not runs(name, len(code)) and "." not in name:
        assert shown[1] == name


def test_an_english_message_is_as_the_contract_words_it() -> None:
    assert text(built_in("en"), passcode("demo.user", origin="login.example.com")) == (
        '581883 is the verification code for user "demo.user" login. Reference: XYWD\n'
        "Your backup service provider\n"
        "\n"
        "@login.example.com #581883"
    )


def test_without_an_origin_the_signature_is_the_last_line() -> None:
    assert text(built_in("en"), PASSCODE).splitlines() == [
        '581883 is the verification code for user "demo.user" login. Reference: XYWD',
        SIGNATURE,
    ]


@given(st.integers(4, 10), st.data())
def test_a_name_that_contains_the_code_does_not_show_it_again(length: int, data: st.DataObject) -> None:
    code = data.draw(st.text(string.digits, min_size=length, max_size=length))
    name = data.draw(st.sampled_from([code, code * 2, f"a{code}", f"{code}@example.com", f"0{code}0"]))
    assert text(built_in("en"), passcode(name, code)).count(code) == 1


def test_a_short_name_is_never_shortened() -> None:
    body = text(built_in("en"), passcode("abcdefghijklmnop", origin="a" * 60 + ".example.com"))
    assert '"abcdefghijklmnop"' in body


def test_a_shortened_name_ends_in_two_dots() -> None:
    assert re.search(r'user "x+\.\." login', text(built_in("en"), passcode("x" * 128)))


@pytest.mark.parametrize("name", ["x" * 128, "\\" * 128, "0" * 128, "." * 128, "x@" * 64])
@pytest.mark.parametrize("code", ["0000", "0123456789"])
def test_the_longest_names_fit_one_segment_with_the_longest_signature(name: str, code: str) -> None:
    body = text(built_in("en"), passcode(name, code, signature="s" * 40))
    assert gsm7.segments(body) == twilio.count(body) == 1


@pytest.mark.parametrize("name", ["x" * 128, "demo.user"])
def test_an_ordinary_origin_still_fits_one_segment(name: str) -> None:
    assert gsm7.segments(text(built_in("en"), passcode(name, origin="login.example.com"))) == 1


def test_the_code_stands_alone_on_the_first_line_in_arabic() -> None:
    """Digits take the direction of their neighbours; a paragraph ends with its line (UAX 9, P1)."""
    assert text(built_in("ar"), PASSCODE).splitlines()[0] == "581883"


@pytest.mark.parametrize("locale", LOCALES)
def test_no_template_contains_a_directional_mark(locale: str) -> None:
    every = texts(locale)
    for words in (every.message, every.notice, every.mail_subject, every.mail_body):
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", words)


# Mail and the notice.


@given(st.sampled_from(LOCALES), NAMES | DIGITS_AND_LETTERS, CODES)
def test_a_recovery_mail_has_the_code_once_and_the_prefix(locale: str, name: str, code: str) -> None:
    subject, body = templates.mail(locale, passcode(name, code, "login.example.com"))
    assert "XYWD" in subject
    assert not re.search(r"[\d\n]", subject)
    assert runs(body, len(code)) == [code]
    assert body.startswith(code)
    assert "XYWD" in body
    assert body.endswith(f"\n\n{SIGNATURE}\n")
    assert not set("{}") & set(subject + body)


def test_an_english_mail_says_what_it_is_for_and_what_to_do() -> None:
    assert templates.mail("en", PASSCODE) == (
        "Verification code, reference XYWD",
        '581883 is the verification code for user "demo.user" login. Reference: XYWD\n\n'
        "Somebody who knows the password asked for it to be sent here instead of to a phone. If it was not you, do not pass "
        f"it on, and change your password.\n\n{SIGNATURE}\n",
    )


@given(st.sampled_from(LOCALES), NAMES | DIGITS_AND_LETTERS)
def test_the_notice_of_a_recovery_contains_nothing_like_a_code(locale: str, name: str) -> None:
    notice = templates.recovery_notice(locale, name, SIGNATURE)
    assert not re.search(r"\d{4}", notice)
    assert not set("{}") & set(notice)
    assert notice.endswith(f"\n{SIGNATURE}")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", ["abcdefghijklmnop", "x" * 128])
def test_a_notice_is_one_segment_in_gsm_7_and_two_at_most_in_ucs_2(locale: str, name: str) -> None:
    assert gsm7.segments(templates.recovery_notice(locale, name, SIGNATURE)) <= (1 if locale in GSM7 else 2)


def test_an_english_notice_says_what_happened_and_what_to_do() -> None:
    assert templates.recovery_notice("en", "demo.user", SIGNATURE) == (
        'A code for user "demo.user" login was sent by email instead of to this phone. '
        f"If it was not you, change your password.\n{SIGNATURE}"
    )


# Filling in.


def test_braces_are_written_twice() -> None:
    assert render("{{{code}}} {{code}} }}{{", VALUES) == "{581883} {code} }{"


@pytest.mark.parametrize(
    "trick",
    ["{code.__class__}", "{code[0]}", "{code!r}", "{code:>999999999}", "{0}", "{}", "{ code }", "{Code}", "{code", "}"],
)
def test_unknown_placeholders_stay_as_written(trick: str) -> None:
    assert render(trick, VALUES) == trick
    assert not report(f"{{code}} {{prefix}} {trick}").acceptable


@given(st.text("{}codepref ", max_size=20))
def test_a_value_is_not_read_as_a_template(value: str) -> None:
    assert render("{login_name}|{code}", VALUES | {"login_name": value}) == f"{value}|581883"


@given(st.text())
def test_any_value_can_be_filled_in(template: str) -> None:
    render(template, VALUES)


# The linter.

GOOD = "{code} is the code for {login_name}. Reference: {prefix}\n{signature}"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("is the code of {login_name}. {prefix}\n{signature}", "no_code"),
        ("{{code}} is the code. {prefix}", "no_code"),
        ("", "no_code"),
        ("{code} is the code. {prefix}\n{code}", "code_twice"),
        ("{code} is the code", "no_prefix"),
        ("{code} is the code. {prefix} {user}", "unknown_placeholder"),
        ("{code} is the code. {prefix} {origin}", "unknown_placeholder"),
        ("{code} is the code. {prefix} {", "unbalanced_brace"),
        ("{code} is the code. {prefix}}", "unbalanced_brace"),
        ("{code}is the code. {prefix}", "code_not_alone"),
        ("#{code} is the code. {prefix}", "code_not_alone"),
        ("{code}- is the code. {prefix}", "code_not_alone"),
        ("+{code} is the code. {prefix}", "code_not_alone"),
        ("{code}.5 is the code. {prefix}", "code_not_alone"),
        ("12{code} is the code. {prefix}", "code_not_alone"),
        ("{login_name}{code} is the code. {prefix}", "code_not_alone"),
        ("は{code}です。 {prefix}", "code_not_alone"),
        ("\u200c{code} is the code. {prefix}", "code_not_alone"),
        ("{prefix}-{code} is the code", "prefix_beside_code"),
        ("{prefix} {code} is the code", "prefix_beside_code"),
        ("{prefix}: {code} is the code", "prefix_beside_code"),
        ("{code} ({prefix}) is the code", "prefix_beside_code"),
        (f"{GOOD} https://example.com/x", "link"),
        (f"{GOOD} HTTPS:example", "link"),
        (f"{GOOD} www.x", "link"),
        (f"{GOOD} example.com", "link"),
        (f"{GOOD} ex.ample.", "link"),
        (f"{GOOD} bücher.example", "link"),
        (f"{GOOD} пример.рф", "link"),
        (f"{GOOD} example。com", "link"),
        (f"{GOOD} 10.0.0.1", "link"),
        (f"{GOOD} tel:x", "link"),
        (f"{GOOD} mailto:{{login_name}}", "link"),
        (f"{GOOD}.example", "link"),
        ("{code} is the code. {prefix}.com", "link"),
        ("{code}.com is the code. {prefix}", "link"),
        (f"{GOOD} login.{{prefix}}", "link"),
        (f"{GOOD} login.{{login_name}}", "link"),
        (f"{GOOD} 1234", "digits"),
        (f"{GOOD} 12 34", "digits"),
        (f"{GOOD} 555-0100", "digits"),
        (f"{GOOD} \u0661\u0662\u0663\u0664", "digits"),
        (f"{GOOD} \uff11\uff12\uff13\uff14", "digits"),
        ("{code} for {login_name}1. {prefix}", "digits"),
        ("{code} for {signature}2 {prefix}", "digits"),
        ("{code} for {login_name}{signature} {prefix}", "digits"),
        (f"{GOOD} \t.", "control_characters"),
        (f"{GOOD}\r\n.", "control_characters"),
        (f"{GOOD} \x00.", "control_characters"),
        (f"{GOOD} \u202e.", "control_characters"),
        (f"{GOOD} \u200f.", "control_characters"),
        (f"{GOOD} \u2066.", "control_characters"),
        (f"{GOOD} \u00ad.", "control_characters"),
        (f"{GOOD} \ufeff.", "control_characters"),
        (f"{GOOD} \u2028.", "control_characters"),
        (f"{GOOD} \u2029.", "control_characters"),
        (f"{GOOD} \ue000.", "control_characters"),
        (f"{GOOD} \ud800.", "control_characters"),
        (f"{GOOD}\n", "line_breaks"),
        (f" {GOOD}", "line_breaks"),
        ("{code} is the code. {prefix}\n\n\n{signature}", "line_breaks"),
        (f"{GOOD}\n@example", "reserved_line"),
        (f"{GOOD}\n@{{signature}} #", "reserved_line"),
        (f"{GOOD} {'a' * 420}", "too_many_segments"),
        (f"{GOOD} {'я' * 170}", "too_many_segments"),
        (f"{GOOD} {'a' * 1600}", "too_long"),
        (f"{GOOD} {'{signature}' * 120}", "too_long"),
    ],
)
def test_a_template_with_an_error_may_not_be_saved(template: str, code: str) -> None:
    found = report(template)
    assert code in {problem.code for problem in found.problems}
    assert not found.acceptable


@pytest.mark.parametrize(
    "template",
    [
        GOOD,
        "{code} {{is}} the code for {login_name}. {prefix}",
        "Code: {code}. Reference: {prefix}.",
        "Your code ({code}) for the login. Reference: {prefix}",
        "[{code}] 인증번호입니다. 참조: {prefix} {login_name}님의 {signature}",
        "您的验证码为：{code}。编号：{prefix}\n\n{signature}",
        "{code} is the code, valid 5 min. {prefix}. Help 24/7",
        "{code} is the code of Acme e.V. Reference: {prefix}",
        "{code} کد ورود {login_name} می\u200cباشد. {prefix}",
        "{signature}\n{code} is the code\n{prefix}",
        f"{GOOD} {'a' * 280}",
    ],
)
def test_a_template_without_errors_may_be_saved(template: str) -> None:
    assert report(template).problems == ()


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            " ",
            "\n",
            ".",
            ": ",
            ", ",
            "-",
            "@",
            "#",
            "x",
            "is the code",
            "1",
            "12",
            "年",
            "é",
            "ç",
            '"',
            "{{",
            "}}",
            "\u200c",
        ]
    ),
    max_size=3,
).map("".join)
PLAIN = st.sampled_from(
    [" is the code ", " is the code. ", ", the code of ", "\nthe code\n", " は「確認」のコード、", " x\n\n"]
)
# Mostly valid templates, and some invalid ones.
TEMPLATES = st.builds(
    lambda order, between, begin, end: begin + "".join(map("".join, zip(order, between, strict=True))) + end,
    st.permutations(["{code}", "{login_name}", "{prefix}", "{signature}"]),
    st.lists(PLAIN | PLAIN | PLAIN | FRAGMENTS, min_size=4, max_size=4),
    st.just("") | FRAGMENTS,
    st.just(".") | FRAGMENTS,
)


@given(TEMPLATES, NAMES | DIGITS_AND_LETTERS, CODES, SIGNATURES, ORIGINS)
def test_a_template_that_may_be_saved_keeps_the_code_apart(
    template: str, name: str, code: str, signature: str, origin: str | None
) -> None:
    """For any user name, and any signature set afterwards."""
    if not report(template).acceptable:
        return
    body = text(template, passcode(name, code, origin, signature))
    outside = "\n".join(body.split("\n")[:-1]) if origin else body
    assert runs(outside, len(code)) == [code]
    assert not re.search(rf"[\w#@+-]{code}|{code}[\w#@+-]", outside)
    assert origin is None or body.endswith(f"\n\n@{origin} #{code}")


@given(st.text() | TEMPLATES, st.integers(4, 10), ORIGINS)
def test_the_linter_accepts_any_text(template: str, length: int, origin: str | None) -> None:
    found = report(template, origin, length)
    assert found.segments >= 1
    assert found.acceptable == (not found.problems)
    for problem in found.problems:
        assert re.fullmatch(r"must (not )?\w.*[^.]", problem.message, re.DOTALL)


@pytest.mark.parametrize("length", range(4, 11))
def test_the_preview_is_the_message_as_it_will_arrive(length: int) -> None:
    lines = report(built_in("en"), "login.example.com", length).preview.splitlines()
    code = lines[0].split()[0]
    assert len(code) == length
    assert lines == [
        f'{code} is the verification code for user "demo.user" login. Reference: XYWD',
        SIGNATURE,
        "",
        f"@login.example.com #{code}",
    ]


def test_a_warning_names_an_accented_letter_and_its_cost() -> None:
    """A message of 149 characters is one segment of GSM-7 or three of UCS-2."""
    found = report(f"{{code}} est le code reçu. Référence : {{prefix}}\n{'.' * 90}{{signature}}")
    assert (found.alphabet, found.segments) == ("UCS-2", 3)
    assert [(each.character, each.name, each.suggestion) for each in found.offending] == [
        ("ç", "LATIN SMALL LETTER C WITH CEDILLA", "c")
    ]
    assert [warning.code for warning in found.warnings] == ["no_login_name", "ucs2", "segments"]
    assert found.warnings[1].message.endswith("because of ç (write c)")
    assert found.acceptable


@pytest.mark.parametrize(
    ("character", "suggestion"),
    [
        *zip("çêáíóúãõâîôûëïÁÀÊœŒłıő", [*"ceaiouaoaioueiAAE", "oe", "OE", "l", "i", "ö"], strict=True),
        *zip("’“”«»–—…\u00a0：（", ["'", '"', '"', '"', '"', "-", "-", "...", " ", ":", "("], strict=True),
        *dict.fromkeys("яع中한ア😀\u200d").items(),
        ("｛", None),  # a brace would be read as a placeholder's
    ],
)
def test_a_character_outside_gsm_7_has_a_suggestion_if_there_is_one(character: str, suggestion: str | None) -> None:
    (offender,) = report(f"{GOOD} {character}.").offending
    assert (offender.character, offender.suggestion) == (character, suggestion)
    assert suggestion is None or gsm7.is_gsm7(suggestion)


def test_an_invisible_character_is_called_by_its_name() -> None:
    (warning,) = (each for each in report("{code}\u00a0is the code. {prefix}\u200d.").warnings if each.code == "ucs2")
    assert warning.message.endswith("NO-BREAK SPACE (write a blank), ZERO WIDTH JOINER")


def test_a_signature_outside_gsm_7_is_named_too() -> None:
    found = lint(built_in("fr"), passcode_length=6, signature="Sauvegardes François", origin=None)
    assert [each.character for each in found.offending] == ["ç"]
    assert found.segments == 2
    assert "ucs2" in {warning.code for warning in found.warnings}


def test_missing_signature_and_login_name_are_warnings() -> None:
    assert [warning.code for warning in report("{code} is the code. {prefix}").warnings] == [
        "no_signature",
        "no_login_name",
    ]


# The language.


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        *((locale, locale) for locale in LOCALES),
        *((locale.lower(), locale) for locale in LOCALES),
        ("en-GB", "en"),
        ("en_US", "en"),
        ("de-CH-1996", "de"),
        ("de-DE-u-co-phonebk", "de"),
        ("fr-CA", "fr"),
        ("es-419", "es"),
        ("nl-BE", "nl"),
        ("pt", "pt-BR"),
        ("pt-AO", "pt-PT"),
        ("pt-US", "pt-BR"),
        ("en_US.UTF-8", "en"),
        ("de_DE@euro", "de"),
        ("zh_HK", "zh-Hant"),
        ("zh-CN-u-nu-hant", "zh-Hans"),
        ("zh-TW-u-nu-hans", "zh-Hant"),
        ("und-HK", "zh-Hant"),
        ("en-001", "en"),
        ("en-AU-oxendict", "en"),
        ("es-MX", "es"),
        ("gsw", "de"),
        ("cmn", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-MY", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-US", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-Hans-TW", "zh-Hans"),
        ("zh-Hant-CN-x-private1-private2", "zh-Hant"),
        ("zh-cmn-Hans-CN", "zh-Hans"),
        ("zh-yue-HK", "zh-Hant"),
        ("zh-yue", "zh-Hant"),
        ("yue", "zh-Hant"),
        ("yue-CN", "zh-Hans"),
        ("cmn-TW", "zh-Hant"),
        ("ar-EG", "ar"),
        ("arb", "ar"),
        ("fr-x-en", "fr"),
    ],
)
def test_a_language_tag_is_looked_up(tag: str, locale: str) -> None:
    """RFC 4647, 3.4. The user's and the region's languages are others."""
    other = "it" if locale != "it" else "ko"
    assert match(tag, other, "JP") == locale
    assert match(None, tag, "JP") == locale


@pytest.mark.parametrize(
    "tag",
    [
        None, "", "pl", "sv-SE", "*", "x", "C", "i-klingon", "e", "de--CH", "ｄｅ", "12", "-", "und", "mul", "root", "POSIX",
        "x-private", "ca-valencia", "de-" + "x" * 9, "en US", "en\u200b", "zz", "C.UTF-8", "he", "iw", "a" * 64,
    ],
)  # fmt: skip
def test_the_user_comes_after_the_request_and_the_region_after_both(tag: str | None) -> None:
    assert match(tag, "ko", "JP") == "ko"
    assert match(tag, tag, "JP") == "ja"
    assert match(tag, tag, "PL") == "en"
    assert match(tag, tag, None) == "en"


@pytest.mark.parametrize(
    ("region", "locale"),
    [
        ("HK", "zh-Hant"), ("MO", "zh-Hant"), ("TW", "zh-Hant"), ("CN", "zh-Hans"), ("SG", "en"), ("JP", "ja"), ("KR", "ko"),
        ("DE", "de"), ("AT", "de"), ("CH", "de"), ("LI", "de"), ("FR", "fr"), ("LU", "fr"), ("MC", "fr"), ("SN", "fr"),
        ("BE", "nl"), ("NL", "nl"), ("SR", "nl"), ("IT", "it"), ("SM", "it"), ("VA", "it"), ("ES", "es"), ("MX", "es"),
        ("AR", "es"), ("PY", "es"), ("PR", "es"), ("GQ", "es"), ("BR", "pt-BR"), ("PT", "pt-PT"), ("AO", "pt-PT"),
        ("MZ", "pt-PT"), ("CV", "pt-PT"), ("EG", "ar"), ("SA", "ar"), ("AE", "ar"), ("MA", "ar"), ("US", "en"), ("GB", "en"),
        ("CA", "en"), ("IN", "en"), ("ZA", "en"), ("IL", "en"), ("SE", "en"), ("hk", "zh-Hant"), ("email", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_a_region_has_its_main_language(region: str, locale: str) -> None:
    assert match(None, None, region) == locale


@pytest.mark.parametrize("region", sorted(SUPPORTED_REGIONS))
def test_every_region_of_a_phone_has_a_language(region: str) -> None:
    assert match(None, None, region) in LOCALES


def test_only_what_is_available_is_found() -> None:
    assert match("de", "fr", "IT", ["en", "it"]) == "it"
    assert match("de", "fr", "IT", ["en"]) == "en"


@pytest.mark.parametrize(
    ("tag", "available", "locale"),
    [
        ("zh-HK", ["zh", "zh-Hant", "zh-Hant-HK", "zh-HK"], "zh-HK"),
        ("zh-HK", ["zh", "zh-Hant", "zh-Hant-HK"], "zh-Hant-HK"),
        ("zh-HK", ["zh", "zh-Hant"], "zh-Hant"),
        ("zh-HK", ["zh", "zh-Hans"], "zh"),
        ("pt-PT", ["pt-BR", "pt-PT"], "pt-PT"),
        ("pl-PL", ["en", "pl"], "pl"),
        # RFC 4647, 3.4: x goes with private1, so that zh-Hant-CN-x is never looked up.
        ("zh-Hant-CN-x-private1-private2", ["zh-Hant-CN-x", "zh-Hant-CN"], "zh-Hant-CN"),
        ("de-a-b-private1", ["de-a-b", "de-a", "de"], "de"),
        # CLDR: likely subtags and parents.
        ("zh-Hant-HK", ["zh-HK", "zh-TW", "zh-CN"], "zh-HK"),
        ("zh-Hant-HK", ["zh-Hans", "zh-HK"], "zh-HK"),
        ("zh-TW", ["zh-HK", "zh-Hans"], "zh-HK"),
        ("zh-SG", ["zh-CN", "zh-TW"], "zh-CN"),
        ("pt-AO", ["pt", "pt-PT"], "pt-PT"),
        ("pt-MO", ["pt-BR", "pt-PT"], "pt-PT"),
        ("es-MX", ["es", "es-419"], "es-419"),
        ("es-ES", ["es", "es-419"], "es"),
        ("en-NZ", ["en", "en-GB"], "en-GB"),
        ("ca-valencia", ["ca", "es"], "ca"),
        ("ca", ["es", "en"], "en"),
        ("sr-Latn-RS", ["sr-Latn", "sr"], "sr-Latn"),
        ("sr", ["sr-Latn", "sr"], "sr"),
        # CLDR: aliases.
        ("iw", ["he"], "he"),
        ("iw-IL", ["he"], "he"),
        ("he", ["iw"], "iw"),
        ("in", ["id"], "id"),
        ("id-ID", ["in"], "in"),
        ("no", ["nb"], "nb"),
        ("nb-NO", ["no"], "no"),
        ("tl", ["fil"], "fil"),
        ("tl-PH", ["fil"], "fil"),
        ("sh", ["sr-Latn", "sr"], "sr-Latn"),
        ("mo", ["ro"], "ro"),
        ("mo-MD", ["ro"], "ro"),
        ("ji", ["yi"], "yi"),
        ("jw", ["jv"], "jv"),
    ],
)
def test_the_longest_available_tag_is_found_first(tag: str, available: list[str], locale: str) -> None:
    assert match(tag, None, None, available) == locale


def test_the_default_comes_before_the_region_and_after_the_user() -> None:
    """Many people in the Emirates read no Arabic."""
    assert match(None, None, "AE", default_locale="en") == "en"
    assert match(None, "de", "AE", default_locale="en") == "de"
    assert match("fr", "de", "AE", default_locale="en") == "fr"
    assert match("pl", "-", "AE", default_locale="en-GB") == "en"
    # One that nothing is written in, as by voice, is passed over.
    assert match(None, None, "AE", default_locale="pl") == "ar"
    assert match(None, None, "AE", default_locale=None) == "ar"


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("en", "en"), ("EN", "en"), ("en_US", "en-US"), ("zh_hant_hk", "zh-Hant-HK"), ("iw", "he"), ("in", "id"),
        ("tl", "fil"), ("sh", "sr-Latn"), ("mo", "ro"), ("es-419", "es-419"), ("en-001", "en-001"), ("CA-VALENCIA", "ca-valencia"),
        ("zh-cmn-hans", "zh-Hans"), ("cmn-TW", "zh-TW"), ("zh-yue", "yue"), ("arb", "ar"), ("de-DD", "de-DE"), ("pt-BR", "pt-BR"),
        ("", None), ("-", None), ("e", None), ("en--us", None), ("ｅｎ", None), ("en us", None), ("*", None),
        ("en\n", None), ("en-\u202e", None), ("C", None), ("x" * 9, None), ("de-de-de", None),
    ],
)  # fmt: skip
def test_a_language_has_one_spelling(tag: str, written: str | None) -> None:
    assert canonical(tag) == written


@given(st.text(max_size=40))
def test_a_canonical_tag_stays_as_it_is(tag: str) -> None:
    written = canonical(tag)
    assert written is None or canonical(written) == written


@pytest.mark.parametrize("tag", ["en", "en-US", "de_AT", "fr-FR", "pt-BR", "zh-Hant", "it-CH", "ar-AE"])
def test_the_usual_tags_load_no_library(tag: str) -> None:
    """Cold starts are decided by imports."""
    statement = f"from mfa.messages import composition; composition.Reader({tag!r}, None, 'HK').language()"
    assert "langcodes" not in imported_by(statement)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=3))
def test_any_text_has_a_language(request_locale: str, user_locale: str, region: str) -> None:
    assert match(request_locale, user_locale, region) in LOCALES
