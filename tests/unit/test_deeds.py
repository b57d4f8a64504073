"""Deeds: the values of an action's parameters are shown as they were given, or refused by name."""

import re
from copy import replace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mfa.errors import InvalidRequest
from mfa.messages import action_texts, composition, gsm7, twiml
from mfa.messages.channels import Channel
from mfa.messages.composition import Reader
from mfa.messages.deed_params import refuse_params
from mfa.messages.deeds import Deed
from mfa.messages.links import names_host
from mfa.messages.passcode_texts import Passcode
from mfa.settings.action_rules import faults
from mfa.settings.action_types import ActionType
from mfa.settings.values import Settings, VoiceSettings

TEXTS = {"en": 'delete backup set "{set}"'}
TWO = {"en": "move {a} {b}", "de": "{a}/{b} verschieben"}


def refused(texts: dict[str, str], params: dict[str, object], length: int = 6) -> tuple[str, str]:
    """The field that the refusal names, and its words."""
    with pytest.raises(InvalidRequest) as caught:
        refuse_params(texts, params, length)
    error = caught.value.members["errors"][0]
    return error["field"], error["message"]


@pytest.mark.parametrize(
    "value",
    [
        "Payroll",
        "Müller & Söhne <AG>",
        "O'Hara’s \\ {braces} {{two}} {set}",
        "給与データ",
        "Зарплата",
        "نسخة الرواتب",
        "वेतन\u200dक्ष",
        "Gehälter 2026",
        "12345",
        "1 Jan 26",
        "2026-11-27",
        "27/11/2026 18:00",
        "Payroll.bak",
        "v1.2.3",
        "e.g. this",
        "50% off! (really?)",
        "a@b",
        "C# 4",
        "🙂",
        "x" * 60,
        "€" * 60,
        "給" * 60,
        "🙂" * 30,
    ],
)
def test_a_harmless_value_is_shown_as_it_was_given(value: str) -> None:
    assert refuse_params(TEXTS, {"set": value}, 6) == {"set": value}
    deed = Deed(TEXTS, {"set": value})
    assert deed.words("en") == f'delete backup set "{value}"'
    passcode = Passcode(login_name="demo.user", code="581883", prefix="XYWD", signature="Co", origin=None, deed=deed)
    wording = composition.Wording({}, "Co", 300)
    for channel in (Channel.SMS, Channel.VOICE):
        body = composition.compose(passcode, channel, "+1", Reader("en", None, None), wording).body
        shown = "".join(fromstring(body).itertext()) if channel is Channel.VOICE else body
        assert f'delete backup set "{value}".' in shown


WRONG: dict[str, list[str]] = {
    "digits, also in groups": [
        "581883",
        "No 5818839046",
        "581 883",
        "581-883",
        "58.18.83",
        "5,8,1,8,8,3",
        "58/18/83",
        "(581)883",
        "581–883",
        "581\u00a0883",
        "581\u202f883",
        "2026-1127-581883",
        "٥٨١٨٨٣",
        "५८१८८३",
        "５８１８８３",
        "𝟓𝟖𝟏𝟖𝟖𝟑",
        "①②③④⑤⑥",
        "⁵⁸¹⁸⁸³",
        "5\u03238\u03231\u03238\u03238\u03233",
        "581٨٨٣",
    ],
    "a link, an address": [
        "https://evil.example",
        "HTTPS://EVIL.EXAMPLE",
        "evil.com",
        "Evil.COM",
        "evil.com/x?y",
        "see evil.com.",
        "'evil.com'",
        "evil.com-x",
        "evil.com:8080",
        "bit.ly",
        "x.co",
        "пример.рф",
        "例え.みんな",
        "x.xn--p1ai",
        "evil。com",
        "evil．com",
        "ｅｖｉｌ．ｃｏｍ",
        "www.x",
        "ftp.x",
        "1.2.3.4",
        "me@example.com",
        "me@example.internal",
        "tel:123",
        "sms:123",
        "smsto:123",
        "mailto:me",
        "whatsapp:x",
        "archive.zip",
    ],
    "line breaks, characters that cannot be seen": [
        "a\nb",
        "a\rb",
        "a\u2028b",
        "a\u2029b",
        "a\u0085b",
        "a\tb",
        "a\x00b",
        "a\u202eb",
        "a\u2066b",
        "a\u200fb",
        "a\u061cb",
        "a\u200bb",
        "a\u200db",
        "a\ufeffb",
        "a\u00adb",
        "a\u3164b",
        "a\ufe0fb",
        "a\U000e0041b",
        "a\ue000b",
        "a\ud800b",
    ],
    "double quotation marks": [
        'a" b',
        "a” b",
        "a“ b",
        "„a",
        "«a»",
        "‹a›",
        "a」b",
        "a』b",
        "a〞b",
        "a＂b",
        "a｣b",
        "a״b",
        "a″b",
        "a❞b",
        "《a》",
        "a'' b",
        "a’’ b",
        "a'’ b",
        "a`´ b",
    ],
    "begin or end with a blank": [" a", "a ", "\u00a0a", "a\u3000", " "],
    "begin with a mark": ["\u0338a"],
    "1 to 60 characters": ["", "x" * 61, "給" * 61, "🙂" * 31],
    "begin with @": ["@a", "＠a", "a #1", "a ＃1", "#٣"],
}


@pytest.mark.parametrize(("words", "value"), [(words, value) for words, values in WRONG.items() for value in values])
def test_a_value_that_would_mislead_is_refused_by_name(words: str, value: str) -> None:
    field, message = refused(TEXTS, {"set": value})
    assert field == "params.set"
    assert words in message


@pytest.mark.parametrize("value", [None, 7, 1.5, True, ["Payroll"], {"a": "b"}])
def test_a_value_is_text(value: Any) -> None:
    assert refused(TEXTS, {"set": value}) == ("params.set", "must be text")


def test_the_parameters_are_those_of_the_type() -> None:
    assert refused(TEXTS, {}) == ("params.set", "is required")
    assert refused(TEXTS, {"set": "a", "other": "b"}) == ("params.other", "is not a parameter of this action type")
    assert len(refused(TEXTS, {"x" * 5000: "b"})[0]) < 100
    assert refuse_params({"en": "log out everywhere"}, {}, 6) == {}
    assert refused({"en": "log out everywhere"}, {"set": "a"})[0] == "params.set"


@pytest.mark.parametrize(("length", "accepted", "wrong"), [(4, "123", "1234"), (10, "123456789", "12 34 56 78 90")])
def test_the_passcode_s_length_is_that_of_the_settings(length: int, accepted: str, wrong: str) -> None:
    assert refuse_params(TEXTS, {"set": accepted}, length)
    assert refused(TEXTS, {"set": wrong}, length)[0] == "params.set"


@pytest.mark.parametrize(
    ("texts", "params"),
    [
        (TWO, {"a": "581", "b": "883"}),
        ({"en": "move {a} to {b}", "de": "{a}/{b}"}, {"a": "581", "b": "883"}),
        ({"en": "delete 58 {a}"}, {"a": "1883"}),
        ({"en": "open {a}. {b}", "de": "{a}.{b}"}, {"a": "evil", "b": "com"}),
        ({"en": "open {a}/{b}", "de": "mailto{a}{b}"}, {"a": ":", "b": "x"}),
    ],
)
def test_values_that_mislead_beside_each_other_are_refused_together(texts: dict[str, str], params: Any) -> None:
    field, message = refused(texts, params)
    assert field == "params"
    assert message.endswith("beside each other")


def test_values_that_are_harmless_in_every_language_are_accepted() -> None:
    assert refuse_params(TWO, {"a": "581", "b": "set"}, 6) == {"a": "581", "b": "set"}


WORDS = st.sampled_from(
    [
        "delete",
        "backup set",
        "für",
        "删除",
        "«old»",
        "until: 12",
        "7",
        ".",
        "x.",
        "/",
        "#",
        "{{",
        "}}",
        "(",
        '"',
        "ظ",
        "'",
    ]
)


@st.composite
def types(draw: st.DrawFn) -> dict[str, str]:
    """Sentences with the same placeholders, in another order and among other words in each language."""
    names = draw(st.lists(st.sampled_from(["a", "b", "c_1"]), max_size=3, unique=True))
    texts = {}
    for locale in ["en", *draw(st.lists(st.sampled_from(["zh-Hans", "ar", "de-AT", "ja"]), max_size=2, unique=True))]:
        around = draw(st.sampled_from(['"{%s}"', "“{%s}”", "{%s}", "{%s}!"]))
        words = [*draw(st.lists(WORDS, max_size=4)), *(around % name for name in names)]
        texts[locale] = draw(st.sampled_from([" ", "", ", "])).join(["do", *draw(st.permutations(words))])
    return texts


LETTERS = (
    st.sampled_from("aZ09 '.-,/@#()[]{}€&<>|~\\^")
    | st.sampled_from("äßçêł給料ظ٣५🙂\u0301")
    | st.characters(exclude_categories=["Cs"])
)
SPECIAL = st.sampled_from(
    ["evil", "com", "1.2", "3.4", "581", "883", "58188", "x" * 60, "給" * 60, "🙂" * 30, "€" * 60, "&" * 60, ":", "www"]
)
VALUES = st.text(LETTERS, min_size=1, max_size=60) | SPECIAL | st.lists(SPECIAL, max_size=3).map(" ".join)
NAMES = st.text("abz.-_ 019\\語", min_size=1, max_size=80) | st.sampled_from(["demo.user", "x" * 256, "581883"])


@given(
    types(),
    st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES, "c_1": VALUES}),
    st.integers(4, 10),
    NAMES,
    st.sampled_from(
        [("Your backup service provider", None), ("給与バックアップ" * 5, "login.example.com"), ("", "a.example")]
    ),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
def test_any_accepted_type_and_values_make_a_message_that_cannot_mislead(
    texts: dict[str, str], given_params: dict[str, str], length: int, login_name: str, around: tuple[str, str | None]
) -> None:
    signature, origin = around
    chosen = Settings(
        passcode_length=length, signature=signature, origin=origin, voice=VoiceSettings(enabled=True), actions={}
    )
    action = ActionType(texts)
    assume(not list(faults(action, chosen)))
    params = {name: given_params.get(name, "Payroll") for name in action.parameters}
    try:
        refuse_params(texts, params, length)
    except InvalidRequest:
        assume(False)
    code = "5818839046"[:length]
    passcode = Passcode(
        login_name=login_name, code=code, prefix="XYWD", signature=signature, origin=origin, deed=Deed(texts, params)
    )
    for locale in texts:
        judge_message(passcode, locale, chosen)


def refusal_of(texts: dict[str, str], params: dict[str, str], length: int) -> str | None:
    try:
        refuse_params(texts, params, length)
    except InvalidRequest as refusal:
        return str(refusal.members["errors"][0]["field"])
    return None


def judge_message(passcode: Passcode, locale: str, chosen: Settings) -> None:
    assert passcode.deed is not None
    wording = composition.Wording(chosen.templates, chosen.signature, chosen.expiry_seconds)
    reader = Reader(locale, None, None)
    body = composition.compose(passcode, Channel.SMS, "+85292153799", reader, wording).body
    before, _, last = body.rpartition("\n") if passcode.origin else (body, "", "")
    length = len(passcode.code)
    assert re.findall(rf"(?<!\d)\d{{{length}}}(?!\d)", before) == [passcode.code]
    assert last == (f"@{passcode.origin} #{passcode.code}" if passcode.origin else "")
    assert passcode.deed.words(locale) in before
    for value in passcode.deed.params.values():
        assert value in before
    assert not names_host(before)
    assert not re.search(r"^\s*@|#\d", before, re.MULTILINE)
    assert gsm7.segments(body) <= action_texts.MAX_SEGMENTS
    assert len(body) <= 1600
    call = composition.compose(passcode, Channel.VOICE, "+85292153799", reader, wording).body
    assert len(call) <= twiml.LONGEST
    assert passcode.deed.words(locale) in "".join(fromstring(call).itertext())


def test_the_longest_login_name_shortens_itself_and_never_the_deed() -> None:
    deed = Deed(TEXTS, {"set": "x" * 60})
    short = Passcode(login_name="u", code="581883", prefix="XYWD", signature="Co", origin=None, deed=deed)
    long = replace(short, login_name="n" * 256)
    wording = composition.Wording({}, "Co", 300)
    bodies = [
        composition.compose(each, Channel.SMS, "+1", Reader("en", None, None), wording).body for each in (short, long)
    ]
    assert gsm7.segments(bodies[0]) == gsm7.segments(bodies[1]) == 2
    assert all("x" * 60 in body for body in bodies)
    assert '..", reference' in bodies[1]
