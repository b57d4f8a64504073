"""The TwiML of a call that speaks a passcode, and before it the deed that it confirms.

The code is said digit by digit, with a pause after each, and then once more. Voices and language codes are from Twilio's
list for `<Say>` (twilio.com/docs/voice/twiml/say/text-speech): the voice is always named, since the default one speaks
few languages and no SSML, which the pauses need. Built with the standard library: Twilio's SDK takes 105 ms to load,
and the parts of a document that come from settings are escaped either way.
"""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from msgspec import Struct

from mfa.messages import action_texts

# Twilio refuses longer TwiML in a call's `Twiml` parameter (error 32018).
LONGEST = 4000
PAUSE = "700ms"
# Characters that XML 1.0 (2.2, Char) cannot hold, escaped or not.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Voice(Struct, frozen=True):
    """A speaker: Twilio's names of the language and of the voice."""

    language: str
    name: str


class Words(Struct, frozen=True):
    """The words before the code, before its repetition, and at the end."""

    voice: Voice
    code: str
    again: str
    goodbye: str


_WORDS = {
    "en": Words(
        Voice("en-US", "Polly.Joanna"),
        "Your verification code for logging in is:",
        "Once more, your code is:",
        "Goodbye.",
    ),
    "de": Words(
        Voice("de-DE", "Polly.Vicki"),
        "Ihr Bestätigungscode für die Anmeldung lautet:",
        "Noch einmal, Ihr Code lautet:",
        "Auf Wiederhören.",
    ),
    "fr": Words(
        Voice("fr-FR", "Polly.Lea"),
        "Votre code de vérification pour la connexion est :",
        "Je répète, votre code est :",
        "Au revoir.",
    ),
    "es": Words(
        Voice("es-ES", "Polly.Lucia"),
        "Su código de verificación para el acceso es:",
        "Repito, su código es:",
        "Adiós.",
    ),
    "pt-BR": Words(
        Voice("pt-BR", "Polly.Camila"),
        "Seu código de verificação para o login é:",
        "Repetindo, seu código é:",
        "Até logo.",
    ),
    "pt-PT": Words(
        Voice("pt-PT", "Polly.Ines"),
        "O seu código de verificação para o início de sessão é:",
        "Repito, o seu código é:",
        "Adeus.",
    ),
    "zh-Hans": Words(
        Voice("cmn-CN", "Google.cmn-CN-Standard-A"),
        "您的登录验证码是：",
        "再说一遍，您的验证码是：",
        "再见。",
    ),
    "zh-Hant": Words(
        Voice("cmn-TW", "Google.cmn-TW-Standard-A"),
        "您的登入驗證碼是：",
        "再說一次，您的驗證碼是：",
        "再見。",
    ),
    "ja": Words(
        Voice("ja-JP", "Polly.Mizuki"),
        "ログイン用の認証コードをお知らせします。",
        "繰り返します。",
        "以上です。失礼いたします。",
    ),
    "ko": Words(
        Voice("ko-KR", "Polly.Seoyeon"),
        "로그인 인증번호를 알려 드립니다.",
        "다시 한번 알려 드립니다.",
        "감사합니다.",
    ),
    "it": Words(
        Voice("it-IT", "Polly.Bianca"),
        "Il Suo codice di verifica per l'accesso è:",
        "Ripeto, il Suo codice è:",
        "Arrivederci.",
    ),
    "nl": Words(
        Voice("nl-NL", "Polly.Lotte"),
        "Uw verificatiecode voor de aanmelding is:",
        "Ik herhaal, uw code is:",
        "Tot ziens.",
    ),
    "ar": Words(
        Voice("arb", "Polly.Zeina"),
        "رمز التحقق لتسجيل الدخول هو:",
        "أكرر، رمز التحقق هو:",
        "مع السلامة.",
    ),
}
LOCALES = tuple(_WORDS)
# Regions where written Chinese is read in Cantonese.
_CANTONESE = Voice("yue-HK", "Google.yue-HK-Standard-A")
_CANTONESE_REGIONS = frozenset({"HK", "MO"})


def voice(locale: str, region: str | None = None) -> Voice:
    """The speaker of a language of LOCALES in a region: traditional Chinese is Cantonese in Hong Kong and Macao."""
    if locale == "zh-Hant" and region in _CANTONESE_REGIONS:
        return _CANTONESE
    return _WORDS[locale].voice


def passcode_call(
    locale: str, code: str, *, signature: str = "", region: str | None = None, deed: str | None = None
) -> str:
    """The whole of a call, in a language of LOCALES: who calls, the deed if there is one, the code, the code again."""
    response = _response(locale, code, signature, region, deed)
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")


def call_without_passcode(locale: str, signature: str, sentence: str, region: str | None = None) -> str:
    """A call that only says something, twice: who calls, and the sentence."""
    words, speaker = _WORDS[locale], voice(locale, region)
    response = Element("Response")
    SubElement(response, "Pause", length="1")
    for each in (signature, sentence, sentence, words.goodbye):
        if speakable := _UNSPEAKABLE.sub(" ", each).strip():
            _say(response, speaker, speakable)
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")


def words_of_call(locale: str, signature: str, deed: str) -> tuple[str, ...]:
    """The sentences of such a call, with `…` for the digits."""
    says = _response(locale, "0", signature, None, deed).findall("Say")
    return tuple(f"{say.text or ''}{' …' if len(say) else ''}" for say in says)


def _response(locale: str, code: str, signature: str, region: str | None, deed: str | None) -> Element:
    """The call as TwiML. It begins with a pause: a person still lifts the phone to the ear in the first second."""
    words, speaker = _WORDS[locale], voice(locale, region)
    response = Element("Response")
    SubElement(response, "Pause", length="1")
    before = words.code
    said = [signature]
    if deed is not None:
        action = action_texts.texts(locale)
        said += [action.asked, action_texts.sentence(locale, deed), action.hang_up]
        before = action.digits_follow
    for each in said:
        if speakable := _UNSPEAKABLE.sub(" ", each).strip():
            _say(response, speaker, speakable)
    _digits(_say(response, speaker, before), code)
    SubElement(response, "Pause", length="1")
    _digits(_say(response, speaker, words.again), code)
    _say(response, speaker, words.goodbye)
    return response


def _say(response: Element, speaker: Voice, words: str) -> Element:
    say = SubElement(response, "Say", language=speaker.language, voice=speaker.name)
    say.text = words
    return say


def _digits(say: Element, code: str) -> None:
    """The digits, spoken after the words. Commas keep them apart even if a voice ignores the pauses."""
    for digit in code:
        SubElement(say, "break", time=PAUSE).tail = f"{digit},"
