"""The console has a sentence for every event of a history."""

import re
from pathlib import Path

from mfa.users.history import EventType

PAGE = Path(__file__).parents[2] / "functions" / "admin" / "console" / "pages" / "user-history.js"


TYPES = PAGE.with_name("event-types.js")


def test_the_log_filters_by_every_event() -> None:
    assert set(re.findall(r"^  (\w+): \"", TYPES.read_text(encoding="utf-8"), re.MULTILINE)) == {
        event.value for event in EventType
    }


def test_every_event_has_a_sentence() -> None:
    sentences = PAGE.read_text(encoding="utf-8").partition("const SENTENCES = {")[2].partition("\n};\n")[0]
    assert set(re.findall(r"^  (\w+): \(", sentences, re.MULTILINE)) == {event.value for event in EventType}
