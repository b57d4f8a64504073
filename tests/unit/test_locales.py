"""The words of the client kit and its pages, in every language of the messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mfa.messages import locales

KIT = Path(__file__).parents[2] / "clients" / "web"
LANGUAGES = sorted(locales.LOCALES)
FOLDERS = ["locales", "pages/locales", "pages/account/locales"]
_STRING = r'"(?:[^"\\]|\\.)*"'
# A key may be in quotes. A long string stands on a line of its own, or in parts that are joined by blanks.
_ENTRY = re.compile(
    rf'^  "?([A-Za-z_0-9]+)"?:\s*({_STRING}|\[\n(?:    {_STRING},\n)+  \]\.join\(" "\)),$', re.MULTILINE
)
_VALUE = re.compile(r"\{\w+\}")
# A key that is made of a channel, a method or an end, in code: `hint_${channel}`.
_COMPOSED = re.compile(r"`([a-zA-Z]+_)\$\{")
# Keys that end with a purpose, or are a pair of title and text: the code has their beginning, in quotes.
_ENDINGS = re.compile(r"_(?:login|action|title|text)$")


def strings(folder: str, language: str) -> dict[str, str]:
    text = (KIT / folder / f"{language}.js").read_text(encoding="utf-8")
    found = {
        key: " ".join(part[1:-1] for part in re.findall(_STRING, value.removesuffix('.join(" ")')))
        for key, value in _ENTRY.findall(text)
    }
    assert len(found) == len(re.findall(r"^  [^ /\]]", text, re.MULTILINE)), (
        "a key is there twice, or is written otherwise"
    )
    return found


def sources() -> str:
    files = [path for path in KIT.rglob("*.js") if path.parent.name != "locales"]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_language_of_the_messages_has_its_words(folder: str) -> None:
    assert sorted(path.stem for path in (KIT / folder).glob("*.js") if path.stem != "index") == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_language_has_each_string_with_the_same_values(folder: str, language: str) -> None:
    english, own = strings(folder, "en"), strings(folder, language)
    assert list(own) == list(english)
    assert all(own.values())
    for key, text in english.items():
        assert sorted(_VALUE.findall(own[key])) == sorted(_VALUE.findall(text)), key


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_string_is_used(folder: str) -> None:
    text = sources()
    composed = tuple(_COMPOSED.findall(text))
    named = (key for key in strings(folder, "en") if not key.startswith(composed))
    assert [key for key in named if not re.search(rf"\b(?:{key}|{_ENDINGS.sub('', key)})\b", text)] == []


def test_kit_and_pages_share_no_key() -> None:
    """The pages' words would hide the kit's."""
    assert strings("locales", "en").keys() & strings("pages/locales", "en").keys() == set()
