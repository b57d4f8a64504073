"""The preview of an action type: its messages and calls as they will arrive, and why it cannot be saved."""

import pytest

from tests.api import administrators
from tests.api.stack import Stack
from tests.product import Refused

ACTION = {"texts": {"en": 'delete backup set "{backup_set}"', "de": 'Datensicherung "{backup_set}" löschen'}}


def test_an_action_type_is_previewed_in_each_language(stack: Stack) -> None:
    with stack.with_settings(origin="login.example.com", signature="Example Co", passcode_length=8):
        shown = stack.admin("actions.preview", type="delete_backup", action=ACTION)
        assert (shown["type"], shown["parameters"], shown["problems"]) == ("delete_backup", ["backup_set"], [])
        english, german = shown["texts"]
        assert english["preview"] == (
            '58188390 confirms: delete backup set "Backup set". User "demo.user", reference XYWD. '
            "If you did not ask for this, do not enter it anywhere.\nExample Co\n\n@login.example.com #58188390"
        )
        assert (english["locale"], english["language"]) == ("en", "en")
        assert (english["alphabet"], english["segments"], english["longest_segments"]) == ("GSM-7", 2, 2)
        assert english["longest_segments"] <= english["most_segments"] <= 6
        assert english["problems"] == []
        assert english["call"][:3] == ["Example Co", "You are asked to confirm:", 'delete backup set "Backup set".']
        assert not any("5" in each for each in english["call"])
        assert "bestätigt" in german["preview"]
        unsaved = stack.admin(
            "actions.preview", type="delete_backup", action=ACTION, settings={"signature": "Another Co", "origin": None}
        )
        assert unsaved["texts"][0]["preview"].endswith("Another Co")


@pytest.mark.parametrize(("locale", "shown"), [("de", ["de"]), ("de-CH", ["de"]), ("fr", ["en"]), ("xx", ["en"])])
def test_a_reader_s_language_shows_the_text_that_this_reader_gets(stack: Stack, locale: str, shown: list[str]) -> None:
    preview = stack.admin("actions.preview", type="delete_backup", action=ACTION, locale=locale)
    assert [each["locale"] for each in preview["texts"]] == shown


def test_a_type_that_cannot_be_saved_is_shown_with_every_problem(stack: Stack) -> None:
    action = {
        "texts": {"en": 'delete "{set}" at example.com', "de": "löschen", "pl": 'usuń "{set}"'},
        "channels": ["voice", "voice"],
    }
    shown = stack.admin("actions.preview", type="wipe", action=action, settings={"actions": {"other": {"texts": {}}}})
    found = {(each["field"], each["code"]) for each in shown["problems"]}
    assert found == {
        ("actions.wipe.texts.en", "link"),
        ("actions.wipe.texts.de", "other_parameters"),
        ("actions.wipe.texts.pl", "locale"),
        ("actions.wipe.channels", "twice"),
        ("actions.wipe.channels", "not_offered"),
    }
    by_locale = {each["locale"]: [problem["code"] for problem in each["problems"]] for each in shown["texts"]}
    assert by_locale == {"en": ["link"], "de": ["other_parameters"], "pl": ["locale"]}
    with pytest.raises(Refused) as refused:
        stack.admin("settings.patch", actions={"wipe": action})
    assert refused.value.problem["errors"][0]["field"] == "actions.wipe.texts.en"


def test_a_type_without_english_has_no_parameters_and_a_problem(stack: Stack) -> None:
    shown = stack.admin("actions.preview", type="wipe", action={"texts": {"de": 'lösche "{set}"'}}, locale="fr")
    assert (shown["parameters"], shown["texts"]) == ([], [])
    assert shown["problems"][0]["field"] == "actions.wipe.texts.en"


def test_the_preview_is_for_administrators_and_saves_nothing(stack: Stack) -> None:
    admin = administrators.new(stack)
    assert stack.call("POST", "/v1/admin/actions/preview", {"type": "a", "action": ACTION}).status == 401
    answer = admin.ask("POST", "/actions/preview", {"type": "a", "action": ACTION})
    assert (answer.status, answer.json["parameters"]) == (200, ["backup_set"])
    wrong = admin.ask("POST", "/actions/preview", {"type": "a", "action": {"texts": {"en": "x" * 201}}})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (400, "action.texts.en")
    assert stack.admin("settings.get")["actions"] == {}


def test_a_saved_type_is_read_patched_and_removed(stack: Stack) -> None:
    try:
        saved = stack.admin("settings.patch", actions={"delete_backup": ACTION})["actions"]["delete_backup"]
        assert saved == ACTION | {
            "channels": ["sms", "voice"],
            "ttl_seconds": 300,
            "token_seconds": 120,
            "clients": "*",
        }
        changed = stack.admin("settings.patch", actions={"delete_backup": {"texts": {"de": None}, "ttl_seconds": 60}})
        assert changed["actions"]["delete_backup"]["texts"].keys() == {"en"}
        assert stack.admin("settings.get")["actions"]["delete_backup"]["ttl_seconds"] == 60
    finally:
        assert stack.admin("settings.patch", actions=None)["actions"] == {}
