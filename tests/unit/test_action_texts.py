"""The words around a deed: one language, the code alone, GSM-7 where the language allows."""

import re
from xml.etree.ElementTree import fromstring

import pytest

from mfa.messages import action_texts, composition, locales, templates, twiml
from mfa.messages.channels import CHANNELS, Channel
from mfa.messages.composition import Reader
from mfa.messages.deeds import Deed
from mfa.messages.gsm7 import is_gsm7, segments
from mfa.messages.links import has_link
from mfa.messages.passcode_texts import Passcode

TEXTS = {
    "en": 'delete backup set "{set}"',
    "de": 'Datensicherung "{set}" löschen',
    "zh-Hant": "刪除備份「{set}」",
}
DEED = Deed(TEXTS, {"set": "Payroll"})
PASSCODE = Passcode(
    login_name="demo.user",
    code="581883",
    prefix="XYWD",
    signature="Your backup service provider",
    origin="login.example.com",
    deed=DEED,
)
OTHER_LETTERS = {"zh-Hans", "zh-Hant", "ja", "ko", "ar"}


def body(reader: Reader, channel: Channel = Channel.SMS, deed: Deed = DEED) -> str:
    passcode = Passcode(
        login_name="demo.user",
        code="581883",
        prefix="XYWD",
        signature=PASSCODE.signature,
        origin=PASSCODE.origin,
        deed=deed,
    )
    wording = composition.Wording({"en": "{code} {prefix} of the administrator"}, passcode.signature, 300)
    return composition.compose(passcode, channel, "+85292153799", reader, wording).body


def said(document: str) -> list[str]:
    return ["".join(say.itertext()) for say in fromstring(document).iter("Say")]


def test_the_english_message_is_the_contract() -> None:
    assert body(Reader("en", None, None)) == (
        '581883 confirms: delete backup set "Payroll". User "demo.user", reference XYWD. '
        "If you did not ask for this, do not enter it anywhere.\n"
        "Your backup service provider\n\n@login.example.com #581883"
    )


def test_a_call_names_the_caller_and_the_deed_before_the_digits() -> None:
    digits = "5,8,1,8,8,3,"
    assert said(body(Reader("en", None, None), Channel.VOICE)) == [
        "Your backup service provider",
        "You are asked to confirm:",
        'delete backup set "Payroll".',
        "If you did not ask for this, hang up.",
        f"Your code to confirm it is:{digits}",
        f"Once more, your code is:{digits}",
        "Goodbye.",
    ]


def test_every_language_of_the_messages_has_words_for_actions() -> None:
    assert action_texts.LOCALES == locales.LOCALES == twiml.LOCALES


@pytest.mark.parametrize("locale", action_texts.LOCALES)
def test_the_words_of_a_language_are_whole_and_of_its_alphabet(locale: str) -> None:
    words = action_texts.texts(locale)
    for name in ("code", "deed", "login_name", "prefix"):
        assert words.message.count(f"{{{name}}}") == 1
    shown = action_texts.text(locale, "{code} löschen", PASSCODE)
    assert "{code} löschen" in shown, "a deed is no template"
    assert is_gsm7(shown) is (locale not in OTHER_LETTERS)
    assert segments(action_texts.text(locale, "x" * 30, PASSCODE)) <= (4 if locale == "ar" else 3)
    # The code stands alone: in front, followed by a blank or a line break.
    assert re.match(r"\{code\}(?:\n| )", words.message)
    assert not has_link(words.message.format(code="", deed="", login_name="user", prefix="XYWD"))
    for spoken in (words.asked, words.hang_up, words.digits_follow):
        assert not re.search(r"[\d{}]", spoken)
        assert spoken.strip() == spoken != ""


@pytest.mark.parametrize(
    ("locale", "deed", "sentence"),
    [
        ("en", "delete it", "delete it."),
        ("en", "Delete it.", "Delete it."),
        ("en", "Delete it!", "Delete it!"),
        ("en", "really?", "really?"),
        ("en", 'delete "it."', 'delete "it.".'),
        ("zh-Hans", "删除", "删除。"),
        ("zh-Hans", "删除。", "删除。"),
        ("ja", "削除する", "削除する。"),
        ("ar", "حذف؟", "حذف؟"),
    ],
)
def test_a_deed_ends_with_one_full_stop(locale: str, deed: str, sentence: str) -> None:
    assert action_texts.sentence(locale, deed) == sentence
    assert f"{sentence}" in action_texts.text(locale, deed, PASSCODE)
    assert sentence in said(twiml.passcode_call(locale, "581883", deed=deed))


@pytest.mark.parametrize(
    ("reader", "deed", "frame"),
    [
        (Reader("de", None, None), "Datensicherung", "bestätigt"),
        (Reader("de-CH", "en", None), "Datensicherung", "bestätigt"),
        (Reader(None, "zh-HK", None), "刪除備份", "用於確認"),
        (Reader(None, None, "HK"), "刪除備份", "用於確認"),
        (Reader(None, None, "DE"), "Datensicherung", "bestätigt"),
        # The type has no French: the whole message is English, words around the deed as well.
        (Reader("fr", "fr", "FR"), "delete backup", "confirms"),
        (Reader("fr", None, "FR", "de"), "Datensicherung", "bestätigt"),
        (Reader("-", None, None), "delete backup", "confirms"),
    ],
)
def test_the_deed_and_the_words_around_it_speak_one_language(reader: Reader, deed: str, frame: str) -> None:
    message = body(reader)
    assert deed in message
    assert frame in message
    call = said(body(reader, Channel.VOICE))
    assert any(deed in each for each in call)


def test_a_regional_text_gets_the_words_of_its_language() -> None:
    deed = Deed({"en": "x", "pt-AO": "eliminar tudo", "zh-Hant-HK": "刪除"}, {})
    assert "581883 confirma: eliminar tudo. Conta" in body(Reader("pt-AO", None, None), deed=deed)
    assert "用於確認：刪除。使用者" in body(Reader("zh-HK", None, None), deed=deed)
    document = body(Reader(None, None, "HK"), Channel.VOICE, deed)
    assert {say.get("language") for say in fromstring(document).iter("Say")} == {"yue-HK"}


@pytest.mark.parametrize("channel", [channel for channel in Channel if not CHANNELS[channel].names_deed])
def test_a_channel_that_cannot_name_the_deed_sends_no_code_for_it(channel: Channel) -> None:
    with pytest.raises(ValueError, match="names no deed"):
        body(Reader("en", None, None), channel)


def test_an_administrator_s_template_is_for_logins_alone() -> None:
    assert "of the administrator" not in body(Reader("en", None, None))


@pytest.mark.parametrize(("seconds", "valid"), [(300, 285), (60, 45), (20, 5), (1, 5)])
def test_a_message_is_valid_for_a_moment_at_least(seconds: int, valid: int) -> None:
    wording = composition.Wording({}, "Co", seconds)
    sent = composition.compose(PASSCODE, Channel.SMS, "+1", Reader("en", None, None), wording)
    assert sent.valid_seconds == valid


def test_markup_in_a_deed_is_spoken_and_not_obeyed() -> None:
    document = twiml.passcode_call("en", "581883", deed="</Say><Dial>+1</Dial>&\x07")
    assert "<Dial>" not in document
    assert "</Say><Dial>+1</Dial>& ." in said(document)


def test_a_login_is_worded_as_before() -> None:
    login = Passcode(login_name="demo.user", code="581883", prefix="XYWD", signature="Co", origin=None)
    assert templates.text(locales.built_in("en"), login) == (
        '581883 is the verification code for user "demo.user" login. Reference: XYWD\nCo'
    )
