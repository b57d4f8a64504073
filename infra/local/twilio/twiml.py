"""TwiML for a call: checks it as strictly as its schema, and turns it into the words that a person hears.

The real Twilio accepts a call with wrong TwiML, says "an application error has occurred" to the person and writes the
error to its debugger. The simulation refuses the call with that error, so that the developer sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from infra.local.twilio.errors import refusal

_LONGEST = 4000
_LONGEST_SAY = 4096
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_VOICE = re.compile(
    r"man|woman|alice|(Polly\.[A-Z][a-z]+(-(Neural|Generative|LongForm))?)"
    r"|(Google\.[a-z]{2,3}-[A-Z]{2}-[A-Za-z0-9]+-[A-Za-z0-9]+)"
)
_AS_DIGITS = {"digits", "characters", "spell-out", "telephone"}


@dataclass(frozen=True)
class Spoken:
    """The words that a person hears, and their language."""

    text: str
    language: str


def _whole(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(r"[0-9]{1,6}", text) is not None and low <= int(text) <= high


def _any(text: str) -> bool:
    return bool(text)


def _language(text: str) -> bool:
    return _LANGUAGE.fullmatch(text) is not None


def _method(text: str) -> bool:
    return text in {"GET", "POST"}


# Each verb's attributes and their allowed values.
_VERBS: dict[str, dict[str, Callable[[str], bool]]] = {
    "Say": {"voice": lambda text: _VOICE.fullmatch(text) is not None, "language": _language, "loop": _whole(0, 1000)},
    "Pause": {"length": _whole(0, 600)},
    "Play": {"loop": _whole(0, 1000), "digits": _any},
    "Hangup": {},
    "Gather": {
        "action": _any,
        "finishOnKey": lambda text: re.fullmatch(r"[0-9#*]*", text) is not None,
        "input": _any,
        "language": _language,
        "method": _method,
        "numDigits": _whole(1, 1000),
        "timeout": _whole(1, 600),
        "actionOnEmptyResult": lambda text: text in {"true", "false"},
    },
}
_IN_GATHER = ("Say", "Pause", "Play")
# SSML inside Say: https://www.twilio.com/docs/voice/twiml/say/text-speech
_SSML: dict[str, tuple[str, ...]] = {
    "break": ("strength", "time"),
    "emphasis": ("level",),
    "lang": ("{http://www.w3.org/XML/1998/namespace}lang",),
    "p": (),
    "phoneme": ("alphabet", "ph"),
    "prosody": ("volume", "rate", "pitch"),
    "s": (),
    "say-as": ("interpret-as", "format"),
    "sub": ("alias",),
    "w": ("role",),
}


def spoken(document: str) -> Spoken:
    """The spoken words of a call with this TwiML. Raises `TwilioError` if the TwiML is wrong."""
    if len(document) > _LONGEST:
        raise refusal(21658, f"Twiml ({_LONGEST} characters)")
    if "<!DOCTYPE" in document or "<!ENTITY" in document:  # a call needs no entities, and parsers expand them
        raise refusal(12100, "a document type")
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise refusal(12100, error) from error
    if root.tag != "Response":
        raise refusal(12100, f"the root element is <{root.tag}>, not <Response>")
    _check(root, {})
    heard, languages = _verbs(root, tuple(_VERBS))
    return Spoken("\n".join(heard), languages[0] if languages else "")


def _verbs(parent: ElementTree.Element, allowed: Iterable[str]) -> tuple[list[str], list[str]]:
    heard: list[str] = []
    languages: list[str] = []
    for verb in parent:
        if verb.tag not in allowed:
            raise refusal(12200, f"<{verb.tag}> cannot be in <{parent.tag}>")
        _check(verb, _VERBS[verb.tag])
        if len(verb) and verb.tag not in {"Say", "Gather"}:
            raise refusal(12200, f"<{verb[0].tag}> cannot be in <{verb.tag}>")
        if verb.tag == "Say":
            heard += _said(verb)
            languages += [verb.get("language", "")]
        elif verb.tag == "Gather":
            inner, more = _verbs(verb, _IN_GATHER)
            heard, languages = heard + inner, languages + more
        elif verb.tag == "Play":
            heard.append(f"[{(verb.text or '').strip() or 'tones'}]")
        elif verb.tag == "Hangup":
            break
    return heard, [language for language in languages if language]


def _check(element: ElementTree.Element, known: Mapping[str, Callable[[str], bool]]) -> None:
    """Check an element: known attributes, allowed values, no stray text beside its children."""
    name = element.tag
    for attribute, value in element.attrib.items():
        if attribute not in known:
            raise refusal(12200, f"<{name}> has no attribute {attribute}")
        if not known[attribute](value):
            code = {"voice": 13511, "loop": 13510}.get(attribute, 12200) if name == "Say" else 12200
            raise refusal(code, value if code != 12200 else f"{attribute} of <{name}> cannot be {value}")
    texts = [child.tail for child in element] if name == "Play" else [element.text, *(child.tail for child in element)]
    if name != "Say" and any((text or "").strip() for text in texts):
        raise refusal(12200, f"text in <{name}>")


def _said(verb: ElementTree.Element) -> list[str]:
    text = re.sub(r"\s+", " ", _text(verb)).strip()
    if not text or len(text) > _LONGEST_SAY:
        raise refusal(13520)
    # A loop of 0 repeats until the person hangs up. Two repetitions are enough to show it.
    return [text] * min(int(verb.get("loop", "1")) or 2, 10)


def _text(element: ElementTree.Element) -> str:
    """The text as it is spoken. Digits that are said one by one are separated by blanks."""
    parts = [element.text or ""]
    for child in element:
        if child.tag not in _SSML or child.attrib.keys() - set(_SSML[child.tag]):
            raise refusal(12200, f"<{child.tag} {' '.join(child.attrib)}> cannot be in <{element.tag}>")
        inner = _text(child)
        if child.tag == "say-as" and child.get("interpret-as") in _AS_DIGITS:
            inner = " ".join(inner.replace(" ", ""))
        elif child.tag == "sub":
            inner = child.get("alias", "")
        elif child.tag in {"break", "p", "s"}:
            inner = f" {inner} "
        parts += [inner, child.tail or ""]
    return "".join(parts)
