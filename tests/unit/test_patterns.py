"""Patterns in the API's description compile everywhere, and mean the same as those the product checks by."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator

import msgspec
import pytest

from mfa.api import OPERATIONS
from mfa.http.openapi import document
from mfa.settings.values import Sender


def patterns(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            yield pattern
        for each in schema.values():
            yield from patterns(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


PATTERNS = sorted(set(patterns(document("https://login.example.com", OPERATIONS))))
# Escapes that ECMA-262 with the flag u, RE2 and Python all take, and take for the same.
_ESCAPE = re.compile(r"\\(?:[\\^$.*+?()\[\]{}|/-]|[sdw]|x[0-9a-f]{2})")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_has_nothing_that_another_engine_lacks(pattern: str) -> None:
    re.compile(pattern)
    assert "\\" not in _ESCAPE.sub("", pattern)
    assert not re.search(r"\(\?(?!:)", pattern), "neither look-around nor flags"
    assert pattern.startswith("^")
    assert pattern.endswith("$")


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_javascript_compiles_every_pattern_with_the_flags_of_schemas_and_of_forms() -> None:
    script = "for (const p of JSON.parse(process.argv[1])) new RegExp(p, 'u')"
    subprocess.run(["node", "-e", script, json.dumps(PATTERNS)], check=True)


@pytest.mark.parametrize(
    ("name", "is_sender"),
    [
        ("Acme", True),
        ("4 Acme", True),
        ("A", True),
        ("A-b_c & d+e", True),
        ("123", False),
        ("", False),
        ("Acme Backups", False),
        ("Acmé", False),
        ("Acme\n", False),
    ],
)
def test_a_senders_name_has_a_letter_and_at_most_eleven_characters(name: str, is_sender: bool) -> None:
    try:
        msgspec.convert({"alphanumeric": name}, Sender)
    except msgspec.ValidationError:
        assert not is_sender
    else:
        assert is_sender
