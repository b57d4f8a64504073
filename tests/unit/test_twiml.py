"""TwiML: a call says the code slowly and twice."""

import string
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from mfa.messages import templates, twiml
from mfa.messages.twiml import LOCALES, LONGEST, PAUSE, passcode_call
from mfa.settings.values import Settings

CODES = st.text(string.digits, min_size=4, max_size=10)
SIGNATURE = Settings().signature


def said(document: str) -> list[Element]:
    return fromstring(document).findall("Say")


def spoken(say: Element) -> list[str]:
    """The text of a <Say>, split at its pauses."""
    return [say.text or "", *(pause.tail or "" for pause in say)]


def test_every_language_of_the_templates_is_spoken() -> None:
    assert LOCALES == templates.LOCALES


@given(st.sampled_from(LOCALES), CODES)
def test_the_code_is_said_digit_by_digit_and_twice(locale: str, code: str) -> None:
    with_pauses = [say for say in said(passcode_call(locale, code, signature=SIGNATURE)) if len(say)]
    assert len(with_pauses) == 2
    for say in with_pauses:
        words, *digits = spoken(say)
        assert digits == [f"{digit}," for digit in code]
        assert words
        assert not set(words) & set(string.digits)
        assert {(pause.tag, pause.get("time")) for pause in say} == {("break", PAUSE)}


@given(st.sampled_from(LOCALES), CODES)
def test_no_run_of_digits_is_read_as_a_number(locale: str, code: str) -> None:
    assert code not in passcode_call(locale, code, signature=SIGNATURE)


@given(st.sampled_from(LOCALES), CODES, st.text(max_size=40))
def test_the_document_is_well_formed_and_short_with_any_signature(locale: str, code: str, signature: str) -> None:
    document = passcode_call(locale, code, signature=signature)
    response = fromstring(document)
    assert response.tag == "Response"
    assert {each.tag for each in response.iter()} <= {"Response", "Pause", "Say", "break"}
    assert len(document) <= LONGEST
    document.encode()


@given(st.text(max_size=40))
def test_the_caller_is_named_first_in_words_and_never_in_markup(signature: str) -> None:
    plain = passcode_call("en", "581883")
    response = fromstring(passcode_call("en", "581883", signature=signature))
    caller = twiml._UNSPEAKABLE.sub(" ", signature).strip().replace("\r\n", "\n").replace("\r", "\n")
    if caller:
        assert response[1].text == caller
        response.remove(response[1])
    assert [each.attrib for each in response.iter()] == [each.attrib for each in fromstring(plain).iter()]


def test_markup_in_a_signature_is_spoken_and_not_obeyed() -> None:
    document = passcode_call("en", "581883", signature='</Say><Dial>+1</Dial>&"')
    assert said(document)[0].text == '</Say><Dial>+1</Dial>&"'
    assert "<Dial>" not in document


@pytest.mark.parametrize(
    ("locale", "region", "language"),
    [
        ("en", None, "en-US"),
        ("de", None, "de-DE"),
        ("fr", None, "fr-FR"),
        ("es", None, "es-ES"),
        ("pt-BR", None, "pt-BR"),
        ("zh-Hans", None, "cmn-CN"),
        ("zh-Hans", "HK", "cmn-CN"),
        ("zh-Hant", None, "cmn-TW"),
        ("zh-Hant", "TW", "cmn-TW"),
        ("zh-Hant", "HK", "yue-HK"),
        ("zh-Hant", "MO", "yue-HK"),
        ("ja", None, "ja-JP"),
        ("ko", None, "ko-KR"),
        ("it", None, "it-IT"),
        ("nl", None, "nl-NL"),
        ("ar", None, "arb"),
    ],
)
def test_a_language_has_twilios_name(locale: str, region: str | None, language: str) -> None:
    says = said(passcode_call(locale, "581883", signature=SIGNATURE, region=region))
    assert {say.get("language") for say in says} == {language}
    assert len({say.get("voice") for say in says}) == 1
    assert twiml.voice(locale, region).language == language


@pytest.mark.parametrize("locale", LOCALES)
def test_a_voice_that_knows_pauses_is_named(locale: str) -> None:
    """Twilio's basic voices take no SSML. A voice of Google's is named after its language."""
    voice = twiml.voice(locale)
    provider, name = voice.name.split(".", 1)
    assert provider in {"Polly", "Google"}
    assert provider == "Polly" or name.startswith(f"{voice.language}-")


def test_the_document_is_what_twilios_own_library_writes() -> None:
    speaker = {"language": "en-US", "voice": "Polly.Joanna"}
    expected: Any = VoiceResponse()  # type: ignore[no-untyped-call]
    expected.pause(length=1)
    expected.say(SIGNATURE, **speaker)
    for words in ("Your verification code for logging in is:", "Once more, your code is:"):
        say = expected.say(words, **speaker)
        for digit in "5818":
            say.break_(time=PAUSE)
            say.nest(f"{digit},")
        if words.startswith("Your"):
            expected.pause(length=1)
    expected.say("Goodbye.", **speaker)
    assert passcode_call("en", "5818", signature=SIGNATURE) == str(expected)
