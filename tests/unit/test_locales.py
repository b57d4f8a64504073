"""The words of the client kit and its pages in every language of the messages, and those of the console in its seven."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from mfa.messages import locales

ROOT = Path(__file__).parents[2]
KIT, CONSOLE = ROOT / "clients/web", ROOT / "functions/admin/console"
LANGUAGES = sorted(locales.LOCALES)
FOLDERS = ["locales", "pages/locales", "pages/account/locales"]
CONSOLE_LANGUAGES = ["de", "en", "es", "fr", "ja", "zh-Hans", "zh-Hant"]
AREAS = sorted(path.parent.name for path in (CONSOLE / "locales").glob("*/en.js"))
# Texts that are the same in another language.
SAME = {
    "Account SID",
    "Actions",
    "Administrator",
    "Alias",
    "Alphabet",
    "Auditor",
    "Auth Token",
    "Clients",
    "Console",
    "Factor",
    "Import",
    "Invitations",
    "Menu",
    "Message",
    "Messages",
    "Messaging Service {sid}",
    "Messaging Service",
    "Name",
    "Notifications",
    "Page {n}",
    "Pause",
    "Route {n}: {problem}",
    "Routes",
    "WhatsApp",
    "{title} {per}",
    "{would}. {refused}",
    "Segments",
    "Sessions",
    "Signature",
    "Status",
    "Support",
    "System",
    "Test",
    "Text",
    "in {time}",
    "messages",
    "minutes",
    "{n} client",
    "{n} clients",
    "{n} error",
}
# Literals that look like words and are none: names of keys, of headers and of looks.
NO_WORDS = re.compile(
    r"Enter|Escape|not all|\(prefers-color-scheme: .*|Arrow\w+|Page(Up|Down)|Home|End|Twilio|Amazon SES|Acme|jane\.roe,.*|HK, SG"
    r"|tbody .*"
    r"|[A-Z][a-z]+(-[A-Z][a-z]+)+|[.#\[].*|(dialog|field) wide|choices two|small quiet"
)
_STRING = r'"(?:[^"\\]|\\.)*"'
# A key may be in quotes. A long string stands on a line of its own, or in parts that are joined by blanks.
_ENTRY = re.compile(
    rf'^  "?([A-Za-z_0-9]+)"?:\s*({_STRING}|\[\n(?:    {_STRING},\n)+  \]\.join\(" ?"\)),$', re.MULTILINE
)
_JOIN = re.compile(r'\.join\(" ?"\)$')
_VALUE = re.compile(r"\{\w+\}")
# A key that is made of a channel, a method or an end, in code: `hint_${channel}`; or all that begin so: "eventType_".
_COMPOSED = re.compile(r"[`\"]([a-zA-Z]+_)(?:\$\{|\")")
# Keys that end with a purpose, or are a pair of title and text: the code has their beginning, in quotes.
_ENDINGS = re.compile(r"_(?:login|action|title|text)$")


# Comments, strings and regular expressions of JavaScript.
_TOKEN = re.compile(
    rf"//[^\n]*|/\*.*?\*/|{_STRING}|`(?:[^`\\]|\\.)*`"
    r"|(?<=[(,=:\[!&|?{};\n ])/(?![*/ ])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/",
    re.DOTALL,
)
# What stands before a string that nobody reads: a class, a look, a module, a selector, an error of the program.
_UNREAD = re.compile(
    r"(?:\b(?:class|kind|d|from|import)\s*:?\s*|(?:querySelector(?:All)?|closest|matches|Error|console\.\w+)\(\s*)$"
)
_WORDS = re.compile(r"^[A-Z][a-z]+|[a-zA-Z][,;.:’]? [a-zA-Z]|[a-z]…")


def strings(folder: Path, language: str) -> dict[str, str]:
    text = (folder / f"{language}.js").read_text(encoding="utf-8")
    found = {
        key: (" " if '.join(" ")' in value else "").join(
            part[1:-1] for part in re.findall(_STRING, _JOIN.sub("", value))
        )
        for key, value in _ENTRY.findall(text)
    }
    assert len(found) == len(re.findall(r"^  [^ /\]]", text, re.MULTILINE)), (
        "a key is there twice, or is written otherwise"
    )
    return found


def console_strings(language: str) -> dict[str, str]:
    return {key: text for area in AREAS for key, text in strings(CONSOLE / "locales" / area, language).items()}


def sources(folder: Path) -> str:
    files = [path for path in folder.rglob("*.js") if "locales" not in path.parts]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*files, *folder.glob("*.html")])


def unused(keys: Iterable[str], text: str) -> list[str]:
    composed = tuple(_COMPOSED.findall(text))
    named = (key for key in keys if not key.startswith(composed))
    found = set(re.findall(r"\w+", text))
    return [key for key in named if not {key, _ENDINGS.sub("", key)} & found]


def words(module: Path) -> list[str]:
    """The literals of a module that are read by people, as far as that can be told."""
    text = module.read_text(encoding="utf-8")
    literals = (
        re.sub(r"\$\{[^}]*\}", "0", found[0][1:-1])
        for found in _TOKEN.finditer(text)
        if found[0][0] in '"`' and not _UNREAD.search(text, max(0, found.start() - 60), found.start())
    )
    return [each for each in literals if _WORDS.search(each) and not NO_WORDS.fullmatch(each)]


def same_values(english: dict[str, str], own: dict[str, str]) -> None:
    assert list(own) == list(english)
    assert all(own.values())
    for key, text in english.items():
        assert sorted(_VALUE.findall(own[key])) == sorted(_VALUE.findall(text)), key


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_language_of_the_messages_has_its_words(folder: str) -> None:
    assert sorted(path.stem for path in (KIT / folder).glob("*.js") if path.stem != "index") == LANGUAGES


@pytest.mark.parametrize("area", AREAS)
def test_every_language_of_the_console_has_its_words(area: str) -> None:
    assert sorted(path.stem for path in (CONSOLE / "locales" / area).glob("*.js")) == CONSOLE_LANGUAGES
    assert f"./{area}/en.js" in (CONSOLE / "locales/index.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_language_has_each_string_with_the_same_values(folder: str, language: str) -> None:
    same_values(strings(KIT / folder, "en"), strings(KIT / folder, language))


@pytest.mark.parametrize("language", CONSOLE_LANGUAGES)
@pytest.mark.parametrize("area", AREAS)
def test_a_language_of_the_console_has_each_string_with_the_same_values(area: str, language: str) -> None:
    same_values(strings(CONSOLE / "locales" / area, "en"), strings(CONSOLE / "locales" / area, language))


@pytest.mark.parametrize("language", [tag for tag in CONSOLE_LANGUAGES if tag != "en"])
def test_no_string_of_the_console_is_left_in_english(language: str) -> None:
    english, own = console_strings("en"), console_strings(language)
    left = [key for key, text in own.items() if text == english[key] and text not in SAME]
    assert [key for key in left if re.search(r"[a-zA-Z]{2}", _VALUE.sub("", own[key]))] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_string_is_used(folder: str) -> None:
    assert unused(strings(KIT / folder, "en"), sources(KIT)) == []


def test_every_string_of_the_console_is_used() -> None:
    counted = {key: re.sub("_(?:one|other)$", "", key) for key in console_strings("en")}
    assert unused(counted.values(), sources(CONSOLE)) == []
    stems = [stem for key, stem in counted.items() if key != stem]
    assert sorted(stems) == sorted(2 * list(dict.fromkeys(stems)))


def test_kit_and_pages_share_no_key() -> None:
    """The pages' words would hide the kit's."""
    assert strings(KIT / "locales", "en").keys() & strings(KIT / "pages/locales", "en").keys() == set()


def test_no_key_of_the_console_is_in_two_areas() -> None:
    assert len(console_strings("en")) == sum(len(strings(CONSOLE / "locales" / area, "en")) for area in AREAS)


def test_the_console_takes_its_words_from_its_languages() -> None:
    modules = [path for path in CONSOLE.rglob("*.js") if "locales" not in path.parts]
    left = {path.relative_to(CONSOLE).as_posix(): words(path) for path in modules}
    assert {name: found for name, found in left.items() if found} == {}
