"""The console has a sentence for every event of a history."""

import re
from pathlib import Path

import pytest

from mfa.administration.requests import ClientPatch, UserPatch
from mfa.factors.factors import CODES
from mfa.users.history import EventType

PAGE = Path(__file__).parents[2] / "functions" / "admin" / "console" / "pages" / "user-history.js"
VALUES = PAGE.with_name("event-values.js")
LOG = PAGE.parents[1] / "locales" / "log" / "en.js"


def test_the_log_filters_by_every_event() -> None:
    assert set(re.findall(r"^  eventType_(\w+):", LOG.read_text(encoding="utf-8"), re.MULTILINE)) == {
        event.value for event in EventType
    }


def test_every_event_has_a_sentence() -> None:
    sentences = PAGE.read_text(encoding="utf-8").partition("const SENTENCES = {")[2].partition("\n};\n")[0]
    assert set(re.findall(r"^  (\w+): \(", sentences, re.MULTILINE)) == {event.value for event in EventType}


@pytest.mark.parametrize(
    ("table", "fields"),
    [
        ("PROFILE", set(UserPatch.__struct_fields__) - {"login_name", "insist"}),
        ("CLIENT", set(ClientPatch.__struct_fields__) - {"id"}),
    ],
)
def test_every_value_that_changes_has_a_label(table: str, fields: set[str]) -> None:
    labels = VALUES.read_text(encoding="utf-8").partition(f"const {table} = {{")[2].partition("};\n")[0]
    assert set(re.findall(r"(\w+): \{ label", labels)) == fields


def test_every_factor_without_a_message_has_its_words() -> None:
    factors = PAGE.read_text(encoding="utf-8").partition("const FACTORS = {")[2].partition("};\n")[0]
    assert set(re.findall(r"^  (\w+): t\(", factors, re.MULTILINE)) == {factor.value for factor in CODES}
