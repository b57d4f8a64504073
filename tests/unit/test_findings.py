"""The console says the findings of the linters in its own languages. In English they are the linters' words."""

import re
from pathlib import Path

import pytest

from mfa.messages import deed_lint, templates
from mfa.messages.templates import Problem
from mfa.settings.action_rules import conditions
from mfa.settings.values import Settings
from tests.unit.test_locales import CONSOLE, strings

ENGLISH = strings(CONSOLE / "locales" / "messages", "en")
GOOD = "{code} is the code for {login_name}. Reference: {prefix}\n{signature}"
TEXTS = [
    "{code} is the code. {prefix}\n{code} {user} {",
    "{code} is the code",
    "is the code",
    "#{code} is the code. {prefix} https://example.com/x",
    "{prefix} {code} is the code. 1234 \t.\n@example",
    "{code} le code reçu – {prefix}\n",
    f"{GOOD} {'a' * 420}",
    f"{GOOD} {'{signature}' * 120}",
]
SENTENCES = [
    'delete "{}" and {iat} and {type} {',
    "{set}",
    "delete https://example.com 1234 {a}\n",
    "@ delete {set} – «{x}»",
    "delete {a} {b} {c} {d} {e} {f} {g} {h} {i} {j} {k}",
    f"delete {'a' * 150} {{a}} {{b}} {{c}}",
    " ".join(f'"{{{name}}}" and' for name in "abcd") + " all",
]


def findings() -> list[tuple[str, Problem]]:
    settings = Settings()
    found = []
    for text in TEXTS:
        report = templates.lint(text, passcode_length=6, signature=settings.signature, origin=None)
        found += [("finding_", each) for each in (*report.problems, *report.warnings)]
    for text in SENTENCES:
        for locale, texts in {"en": {"en": text}, "de": {"en": "delete {set}", "de": text}}.items():
            judged = deed_lint.lint(texts, locale, conditions(settings))
            found += [("finding_deed_", each) for each in (*judged.problems, *judged.warnings)]
    return [(prefix, each) for prefix, each in found if each.code != "segments"]


def in_words(named: str) -> str:
    letter, _, instead = named.partition(" → ")
    words = ENGLISH["letterInstead"].replace("{letter}", letter)
    return words.replace("{instead}", instead.strip() or ENGLISH["blank"]) if instead else letter


@pytest.mark.parametrize("prefix", ["finding_", "finding_deed_"])
def test_the_console_says_a_finding_in_english_as_the_api_does(prefix: str) -> None:
    for kind, problem in findings():
        if kind == prefix:
            words = ENGLISH.get(f"{kind}{problem.code}", ENGLISH[f"finding_{problem.code}"])
            about = ", ".join(in_words(each) for each in problem.about)
            assert problem.message.startswith(words.replace("{about}", about)), problem.code


def test_every_finding_has_its_words() -> None:
    """The number of segments has a place of its own beside the text."""
    sources = [Path(module.__file__ or "").read_text(encoding="utf-8") for module in (templates, deed_lint)]
    codes = {code for text in sources for code in re.findall(r'Problem\(\s*"(\w+)"', text)} - {"segments"}
    codes |= {"no_signature", "no_login_name"}
    assert {f"finding_{code}" for code in codes} == {
        key for key in ENGLISH if key.startswith("finding_") and not key.startswith("finding_deed_")
    }
    assert codes - {problem.code for _, problem in findings()} == set(), "no text of this test has it"
