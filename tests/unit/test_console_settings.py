"""The console reads labels, ranges and units of the settings from the API. Its own files say only where a setting stands."""

import re
from pathlib import Path

from mfa.settings.schema import Schema, patch_schema

CONSOLE = Path(__file__).parents[2] / "functions" / "admin" / "console"
PAGES = sorted((CONSOLE / "pages").glob("settings-*.js"))
# Read only; and each language's text and each action type is a setting, whichever there are.
SHOWN_ONLY, TEXTS = {"twilio.auth_token_last4"}, {"templates", "actions"}


def settings_in(schema: Schema, path: str = "") -> dict[str, Schema]:
    """The settings by their dotted names, of a sender as one."""
    found: dict[str, Schema] = {}
    properties = schema["properties"]
    assert isinstance(properties, dict)
    for name, member in properties.items():
        inner = next((each for each in member["anyOf"] if "properties" in each), None)
        if inner is None or f"{path}{name}" == "twilio.sender":
            found[f"{path}{name}"] = member
        else:
            found |= settings_in(inner, f"{path}{name}.")
    return found


SETTINGS = settings_in(patch_schema("#/components/schemas/{name}"))


def test_every_setting_has_its_place_in_the_console() -> None:
    places = set(re.findall(r'\{\s*name: "([\w.]+)",', (CONSOLE / "pages" / "settings-fields.js").read_text()))
    assert places == SETTINGS.keys() - TEXTS | SHOWN_ONLY


def test_the_console_restates_no_range_and_no_label_of_a_number() -> None:
    numbers = [schema for schema in SETTINGS.values() if "x-unit" in str(schema) or "minimum" in str(schema)]
    assert len(numbers) > 10
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"\b(?:min|max|unit|suffix): ?[\d\"]", text) == [], page.name
        for schema in numbers:
            assert f'"{schema["title"]}"' not in text, page.name
