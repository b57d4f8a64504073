"""Action types: judged when they are saved, by the messages and calls that they will make."""

from typing import Any

import msgspec
import pytest
from msgspec import structs

from mfa.errors import InvalidRequest
from mfa.messages import action_texts, deed_lint, locales
from mfa.messages.channels import DEED_CHANNELS, Channel
from mfa.messages.deeds import VALUE_LENGTH
from mfa.messages.gsm7 import segments
from mfa.settings.action_rules import conditions, faults
from mfa.settings.action_types import ActionType
from mfa.settings.differences import differences
from mfa.settings.schema import patch_schema
from mfa.settings.validation import merged
from mfa.settings.values import Settings, StoredSettings, VoiceSettings

ENGLISH = {"en": 'delete backup set "{set}"'}
CLIENT = "0123456789abcdef01234567"
CALLING = Settings(voice=VoiceSettings(enabled=True))


def saved(actions: Any, current: Settings | None = None, **more: Any) -> Settings:
    return merged(current or Settings(), {"actions": actions, **more})[0]


def refused(actions: Any, current: Settings | None = None, **more: Any) -> tuple[str, str]:
    """The field that the refusal names, and its words."""
    with pytest.raises(InvalidRequest) as caught:
        saved(actions, current, **more)
    error = caught.value.members["errors"][0]
    return error["field"], error["message"]


def test_a_type_is_saved_with_its_defaults() -> None:
    settings = saved({"delete_backup": {"texts": ENGLISH}})
    action = settings.actions["delete_backup"]
    assert action == ActionType(ENGLISH, ["sms", "voice"], 300, 120, "*")
    assert action.parameters == ("set",)
    assert action.channels_in(settings) == (Channel.SMS,)
    assert action.channels_in(CALLING) == (Channel.SMS, Channel.VOICE)
    assert Settings().actions == {}
    assert Settings().actions_phone_age_hours == 24


def test_parameters_are_in_the_order_of_the_english_text() -> None:
    texts = {"en": "move {b} to {a}, from {b}", "de": "{a}: {b} dorthin"}
    assert saved({"move": {"texts": texts}}).actions["move"].parameters == ("b", "a")


@pytest.mark.parametrize(
    ("clients", "client_id", "serves"),
    [
        ("*", CLIENT, True),
        ("*", None, True),
        ([CLIENT], CLIENT, True),
        ([CLIENT], None, False),
        ([CLIENT], "f" * 24, False),
    ],
)
def test_a_type_serves_its_clients(clients: Any, client_id: str | None, *, serves: bool) -> None:
    assert ActionType(ENGLISH, clients=clients).serves(client_id) is serves


WRONG_FIELDS = [
    ("Delete", {"texts": ENGLISH}, "actions.Delete"),
    ("1st", {"texts": ENGLISH}, "actions.1st"),
    ("", {"texts": ENGLISH}, "actions."),
    ("x" * 33, {"texts": ENGLISH}, "actions." + "x" * 33),
    ("x\n", {"texts": ENGLISH}, "actions.x\n"),
    ("d", {}, "actions.d.texts"),
    ("d", {"texts": {}}, "actions.d.texts"),
    ("d", 5, "actions.d"),
    ("d", {"texts": ENGLISH, "new": 1}, "actions.d.new"),
    ("d", {"texts": {"de": "löschen"}}, "actions.d.texts.en"),
    ("d", {"texts": {"en": ""}}, "actions.d.texts.en"),
    ("d", {"texts": {"en": "x" * 201}}, "actions.d.texts.en"),
    ("d", {"texts": ENGLISH | {"de": 5}}, "actions.d.texts.de"),
    ("d", {"texts": ENGLISH | {"en_US": "x {set}"}}, "actions.d.texts.en_US"),
    ("d", {"texts": ENGLISH | {"iw": "x {set}"}}, "actions.d.texts.iw"),
    ("d", {"texts": ENGLISH | {"pl": "usuń {set}"}}, "actions.d.texts.pl"),
    ("d", {"texts": ENGLISH | {"qq": "x {set}"}}, "actions.d.texts.qq"),
    ("d", {"texts": ENGLISH | {"de": "löschen"}}, "actions.d.texts.de"),
    ("d", {"texts": ENGLISH | {"de": "{set} und {more} löschen"}}, "actions.d.texts.de"),
    ("d", {"texts": ENGLISH, "channels": []}, "actions.d.channels"),
    ("d", {"texts": ENGLISH, "channels": ["whatsapp"]}, "actions.d.channels[0]"),
    ("d", {"texts": ENGLISH, "channels": ["sms", "email"]}, "actions.d.channels[1]"),
    ("d", {"texts": ENGLISH, "channels": ["sms", "sms"]}, "actions.d.channels"),
    ("d", {"texts": ENGLISH, "channels": ["voice"]}, "actions.d.channels"),
    ("d", {"texts": ENGLISH, "ttl_seconds": 59}, "actions.d.ttl_seconds"),
    ("d", {"texts": ENGLISH, "ttl_seconds": 901}, "actions.d.ttl_seconds"),
    ("d", {"texts": ENGLISH, "token_seconds": 29}, "actions.d.token_seconds"),
    ("d", {"texts": ENGLISH, "token_seconds": 601}, "actions.d.token_seconds"),
    ("d", {"texts": ENGLISH, "clients": []}, "actions.d.clients"),
    ("d", {"texts": ENGLISH, "clients": "all"}, "actions.d.clients"),
    ("d", {"texts": ENGLISH, "clients": ["me"]}, "actions.d.clients[0]"),
    ("d", {"texts": ENGLISH, "clients": [CLIENT, CLIENT]}, "actions.d.clients"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "action", "field"), WRONG_FIELDS)
def test_a_wrong_type_is_refused_by_its_field(name: str, action: Any, field: str) -> None:
    fine = {"fine": {"texts": ENGLISH}}
    assert refused(fine | {name: action})[0] == field


WRONG_WORDS = {
    "must hold the same placeholders": [],
    "must not hold a single brace": ["delete {set", "delete set}", "delete {{set}"],
    "a parameter's name has": ["delete {Set}", "delete {}", "delete {1st}", "delete {a b}", "delete {set.x}", "delete {ä}"],
    "which means something else in a token": [
        f"delete {{{name}}}" for name in ("type", "locations", "actions", "datatypes", "privileges", "identifier")
    ],
    "at most 5 parameters": ["delete {a}, {b}, {c}, {d}, {e}, {f}"],
    "in words of its own": ["{set}", '"{set}"', "{a}: {b}", "12 {set}"],
    "must not hold a link": [
        "see https://example.com",
        "see example.com for {set}",
        "delete {set}.com",
        "delete {a}.{b}",
        "delete.{set}",
        "delete x.{set}",
        "call tel:{set}",
    ],
    "four digits": [
        "delete 1234 sets",
        "delete 12 34 sets",
        "delete ٥٨١٨ sets",
        "delete {a}{b}",
        "delete 1{set}",
        "delete {set}1",
        "delete {set}٥",
    ],
    "line breaks, tabs": ["delete\n{set}", "delete\t{set}", "delete \u202e{set}", "delete\u200b {set}", "delete\r{set}"],
    "begin or end with a blank": [" delete", "delete ", "\u0338delete"],
    "begin with @": ["@delete {set}", "＠delete", "delete #1", "delete #{set}"],
    "must fit 6 segments": ["delete {a}, {b}, {c}, {d}, {e}", "delete " + "€" * 170 + " {a}, {b}, {c}"],
}  # fmt: skip


@pytest.mark.parametrize(("words", "text"), [(words, text) for words, texts in WRONG_WORDS.items() for text in texts])
def test_a_sentence_that_would_mislead_is_refused(words: str, text: str) -> None:
    field, message = refused({"d": {"texts": {"en": text}}})
    assert field == "actions.d.texts.en"
    assert words in message


@pytest.mark.parametrize(
    "text",
    [
        "log out everywhere",
        "delete 123 sets",
        "{a} and {b}",
        "{{really}} delete {set}",
        "move {a} ({b})",
        "Delete {set}!",
    ],
)
def test_a_sentence_that_is_plain_is_accepted(text: str) -> None:
    assert saved({"d": {"texts": {"en": text}}}).actions["d"].texts["en"] == text


def test_a_regional_language_is_framed_by_its_own() -> None:
    texts = ENGLISH | {"de-AT": '"{set}" löschen', "zh-Hant-HK": "刪除「{set}」", "pt-AO": 'eliminar "{set}"'}
    assert saved({"d": {"texts": texts}}).actions["d"].texts == texts


def test_null_removes_a_type_or_a_text() -> None:
    two = saved({"a": {"texts": ENGLISH | {"de": '"{set}" löschen'}}, "b": {"texts": ENGLISH}})
    assert saved({"a": None}, two).actions.keys() == {"b"}
    assert saved({"a": {"texts": {"de": None}}}, two).actions["a"].texts == ENGLISH
    assert saved({"a": {"ttl_seconds": 60}}, two).actions["a"] == structs.replace(two.actions["a"], ttl_seconds=60)
    assert saved({"a": {"ttl_seconds": None}}, saved({"a": {"ttl_seconds": 60}}, two)) == two
    assert refused({"a": {"texts": {"en": None}}}, two)[0] == "actions.a.texts.en"


def test_there_are_at_most_twenty_types() -> None:
    many = {f"type_{n}": {"texts": ENGLISH} for n in range(21)}
    assert refused(many) == ("actions", "must have at most 20 members")
    many.pop("type_20")
    assert len(saved(many).actions) == 20


@pytest.mark.parametrize("hours", [-1, 721, 1.5])
def test_the_age_of_phones_has_its_range(hours: float) -> None:
    with pytest.raises(InvalidRequest) as caught:
        merged(Settings(), {"actions_phone_age_hours": hours})
    assert caught.value.members["errors"][0]["field"] == "actions_phone_age_hours"


def test_other_settings_are_judged_with_the_types_that_there_are() -> None:
    sender = {"sender": {"phone_number": "+12063125010"}}
    spoken = saved({"d": {"texts": ENGLISH, "channels": ["voice"]}}, voice={"enabled": True}, twilio=sender)
    assert spoken.actions["d"].channels_in(spoken) == (Channel.VOICE,)
    with pytest.raises(InvalidRequest) as caught:
        merged(spoken, {"voice": {"enabled": False}})
    assert caught.value.members["errors"][0]["field"] == "actions.d.channels"
    full = saved({"d": {"texts": {"en": "delete {a}, {b}, {c}, and then all that there is"}}})
    with pytest.raises(InvalidRequest) as caught:
        merged(full, {"origin": f"{'a' * 60}.example.com"})
    assert caught.value.members["errors"][0]["field"] == "actions.d.texts.en"


def test_the_channels_are_those_that_name_a_deed() -> None:
    assert DEED_CHANNELS == (Channel.SMS, Channel.VOICE)
    assert ActionType(ENGLISH).channels == [channel.value for channel in DEED_CHANNELS]


def test_the_history_tells_each_change_of_a_type() -> None:
    before = saved({"d": {"texts": ENGLISH, "clients": [CLIENT]}, "gone": {"texts": {"en": "log out"}}})
    after = saved({"gone": None, "d": {"texts": {"de": '"{set}" löschen'}, "clients": "*"}}, before)
    assert differences(StoredSettings(before), StoredSettings(after)) == {
        "actions.d.clients": {"old": [CLIENT], "new": "*"},
        "actions.d.texts.de": {"old": None, "new": '"{set}" löschen'},
        "actions.gone.channels": {"old": ["sms", "voice"], "new": None},
        "actions.gone.clients": {"old": "*", "new": None},
        "actions.gone.texts.en": {"old": "log out", "new": None},
        "actions.gone.token_seconds": {"old": 120, "new": None},
        "actions.gone.ttl_seconds": {"old": 300, "new": None},
    }


def test_the_schema_of_a_patch_may_leave_out_and_remove_each_member_of_a_type() -> None:
    schema: Any = patch_schema("#/components/schemas/{name}")["properties"]
    types = schema["actions"]["anyOf"][0]
    assert types["maxProperties"] == 20
    one, null = types["additionalProperties"]["anyOf"]
    assert null == {"type": "null"}
    assert one["additionalProperties"] is False
    assert "required" not in one
    assert one["properties"].keys() == {field.name for field in structs.fields(ActionType)}
    for name, member in one["properties"].items():
        assert {"type": "null"} in member["anyOf"], name
        assert "default" not in member, name
    texts = one["properties"]["texts"]["anyOf"][0]
    assert {"type": "null"} in texts["additionalProperties"]["anyOf"]


@pytest.mark.parametrize("locale", locales.LOCALES)
def test_the_longest_values_are_judged_in_any_alphabet(locale: str) -> None:
    action = ActionType({"en": "x {a}", locale: "x {a}"})
    report = deed_lint.lint(action.texts, locale, conditions(Settings()))
    assert not list(faults(action, Settings()))
    for value in ("€" * VALUE_LENGTH, "永" * VALUE_LENGTH, "🙂" * (VALUE_LENGTH // 2)):
        body = deed_lint._message("x {a}", locale, {"a": value}, conditions(Settings()), "\\" * 300)
        assert segments(body) <= report.most_segments <= action_texts.MAX_SEGMENTS


def test_no_emoji_at_the_end_of_a_segment_makes_another() -> None:
    """A character of two units is never cut in two, so that a segment may stay one unit short."""
    plain = conditions(Settings())

    def text(before: int, after: int) -> dict[str, str]:
        return {"en": f"do{'x' * before} {{a}} and {{b}} y{'x' * after}"}

    longest = next(letters for letters in range(180, 0, -1) if not deed_lint.problems(text(0, letters), "en", plain))
    assert 60 < longest < 180
    values = {"a": "🙂" * 30, "b": "🙂" * 30}
    for before in range(longest + 1):
        body = deed_lint._message(text(before, longest - before)["en"], "en", values, plain, "n" * 16)
        assert segments(body) <= action_texts.MAX_SEGMENTS


def test_a_call_with_the_longest_values_fits_what_twilio_takes() -> None:
    ampersands = {"en": "x " + "&" * 190 + " {a}"}
    plenty = conditions(Settings(signature="&" * 40))
    assert "call_too_long" not in {each.code for each in deed_lint.lint(ampersands, "en", plenty).problems}
    many = {"en": "x " + "&" * 150 + " ".join(f"{{{name}}}" for name in "abcde")}
    longest = deed_lint._call(many["en"], "en", dict.fromkeys("abcde", "&" * VALUE_LENGTH), plenty)
    reported = "call_too_long" in {each.code for each in deed_lint.lint(many, "en", plenty).problems}
    assert reported is (len(longest) > 4000)


def test_what_costs_or_reads_badly_is_warned_of() -> None:
    report = deed_lint.lint({"en": "delete {set} – «{x}»"}, "en", conditions(Settings()))
    warnings = {each.code: each.message for each in report.warnings}
    assert "{set}" in warnings["unquoted"]
    assert "–" in warnings["ucs2"]
    assert "segments" in warnings
    for single in ("delete '{set}'", "delete ‘{set}’", "delete ‚{set}‘"):
        assert "unquoted" in {
            each.code for each in deed_lint.lint({"en": single}, "en", conditions(Settings())).warnings
        }
    plain = deed_lint.lint({"en": 'log "{set}" out'}, "en", conditions(Settings(signature="Co")))
    assert plain.warnings == ()
    assert plain.segments == 1


def test_settings_with_types_survive_their_item() -> None:
    settings = saved({"d": {"texts": ENGLISH, "clients": [CLIENT]}})
    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings
