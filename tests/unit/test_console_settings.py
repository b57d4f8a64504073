"""The console reads the ranges of the settings from the API, and has their labels in each of its languages."""

import re
from pathlib import Path

import msgspec
import pytest

from mfa.settings.action_types import ActionType
from mfa.settings.routes import Route
from mfa.settings.schema import Schema, patch_schema
from mfa.settings.values import Twilio
from tests.unit.test_locales import CONSOLE_LANGUAGES, strings

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


def parts_of(name: str, kind: type, member: str = "") -> dict[str, Schema]:
    """The members of an object that is one setting as a whole, or those of one of its members."""
    [_], types = msgspec.json.schema_components([kind], ref_template="{name}")
    properties = types[member or kind.__name__]["properties"]
    return {f"{name}.{each}": schema for each, schema in properties.items()}


# The parts of a setting with a label of their own.
PARTS = {
    **parts_of("twilio.sender", Twilio, "Sender"),
    **parts_of("routes", Route),
    **parts_of("routes.sender", Route, "RouteSender"),
    **parts_of("actions", ActionType),
}
# Units that are written alike everywhere, or in which nobody thinks of the value.
OWN_UNITS = {"USD", "%", "seconds", "share"}


def labels(language: str) -> dict[str, str]:
    return strings(CONSOLE / "locales" / "labels", language)


def key_of(name: str) -> str:
    return name.replace(".", "_")


def units_in(schema: Schema) -> set[str]:
    return set(re.findall(r"'x-unit': '([^']+)'", str(schema)))


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


@pytest.mark.parametrize("language", CONSOLE_LANGUAGES)
def test_every_setting_has_a_label_in_every_language(language: str) -> None:
    named = [key.removeprefix("label_") for key in labels(language) if key.startswith("label_")]
    assert set(named) == {key_of(name) for name in (SETTINGS.keys() - {"templates"}) | PARTS.keys()}


def test_the_label_in_english_is_the_one_of_the_api() -> None:
    written = labels("en")
    for name, schema in ((SETTINGS | PARTS) | {"actions": SETTINGS["actions"]}).items():
        if name != "templates":
            assert written[f"label_{key_of(name)}"] == schema["title"], name


@pytest.mark.parametrize("language", CONSOLE_LANGUAGES)
def test_a_note_below_a_number_is_there_in_every_language(language: str) -> None:
    """A number whose description the API has would have it in English."""
    described = {key_of(name) for name, schema in SETTINGS.items() if "description" in schema and units_in(schema)}
    noted = {key.removeprefix("hint_") for key in labels(language) if key.startswith("hint_")}
    assert described - noted == set()
    assert noted - {key_of(name) for name in SETTINGS | PARTS} == set()


def test_every_unit_has_its_words() -> None:
    units = {unit for schema in (SETTINGS | PARTS).values() for unit in units_in(schema)} - OWN_UNITS
    assert {key.removeprefix("unit_") for key in labels("en") if key.startswith("unit_")} == {
        unit.replace(" ", "_") for unit in units
    } | {"minutes"}
