"""The settings: ranges, the merge, contradictions, and the hidden token."""

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from mfa.errors import InvalidRequest
from mfa.messages.channels import Channel, ProviderName
from mfa.settings.routing import routes_to
from mfa.settings.saved import as_saved
from mfa.settings.validation import _merge, merged
from mfa.settings.values import AuthToken, Sending, Settings, StoredSettings

SID = "AC" + "0123456789abcdef" * 2
OTHER_SID = "AC" + "f" * 32
TOKEN = "fedcba9876543210" * 2
SERVICE = "MG" + "0" * 32
SET_UP, _ = merged(
    Settings(), {"twilio": {"account_sid": SID, "auth_token": TOKEN, "sender": {"phone_number": "+12063125010"}}}
)


def nested(path: str, value: Any) -> dict[str, Any]:
    for name in reversed(path.split(".")):
        value = {name: value}
    return dict(value)


def read(settings: Settings, path: str) -> Any:
    value: Any = settings
    for name in path.split("."):
        value = getattr(value, name)
    return value


def refused(patch: Any, current: Settings = SET_UP) -> str:
    """The field that the refusal names."""
    with pytest.raises(InvalidRequest) as caught:
        merged(current, patch)
    return str(caught.value.members["errors"][0]["field"])


DEFAULTS: dict[str, Any] = {
    "sending": "on",
    "twilio.account_sid": None,
    "twilio.sender": None,
    "passcode_length": 6,
    "resend_cooldown_seconds": 60,
    "expiry_seconds": 300,
    "max_invalid_attempts": 5,
    "max_sends": 5,
    "lock_seconds": 900,
    "access_token_seconds": 3600,
    "admin_session_minutes": None,
    "admin_idle_minutes": 30,
    "history_days": 365,
    "allow_legacy_clients": False,
    "require_mfa_for_system_users": False,
    "enrolment_at_login": False,
    "signature": "Your backup service provider",
    "routes": [],
    "origin": None,
    "email_sender": None,
    "regions.allow": "*",
    "budgets.number_per_hour": 10,
    "budgets.number_per_day": 20,
    "budgets.mailbox_per_day": 10,
    "budgets.address_per_hour": 30,
    "budgets.client_per_hour": 10_000,
    "budgets.clients": [],
    "budgets.region_per_day": None,
    "budgets.global_per_day": 10_000,
    "budgets.kept_for_verified_percent": 50,
    "fraud.mode": "observe",
    "fraud.daily_floor": 20,
    "fraud.hourly_floor": 3,
    "fraud.share": 0.2,
    "fraud.regions_per_address_per_day": 3,
    "passwords.max_per_name_and_address_per_hour": 10,
    "passwords.max_per_address_per_hour": 100,
    "passwords.free_in_a_row": 20,
    "passwords.max_in_a_row": 100,
    "passwords.familiar_days": 30,
    "trusted_devices.days": 0,
}
RANGES = {
    "passcode_length": (4, 10),
    "resend_cooldown_seconds": (30, 900),
    "expiry_seconds": (60, 900),
    "max_invalid_attempts": (3, 10),
    "max_sends": (1, 10),
    "lock_seconds": (60, 86_400),
    "access_token_seconds": (60, 43_200),
    "admin_session_minutes": (5, 720),
    "admin_idle_minutes": (0, 720),
    "history_days": (1, 3650),
    "budgets.number_per_hour": (1, 10_000_000),
    "budgets.number_per_day": (1, 10_000_000),
    "budgets.mailbox_per_day": (1, 10_000_000),
    "budgets.address_per_hour": (1, 10_000_000),
    "budgets.client_per_hour": (1, 1_000_000_000),
    "budgets.region_per_day": (1, 1_000_000_000),
    "budgets.global_per_day": (1, 1_000_000_000),
    "budgets.kept_for_verified_percent": (0, 90),
    "fraud.daily_floor": (1, 10_000_000),
    "fraud.hourly_floor": (1, 10_000_000),
    "fraud.regions_per_address_per_day": (1, 250),
    "passwords.max_per_name_and_address_per_hour": (1, 1000),
    "passwords.max_per_address_per_hour": (10, 1_000_000),
    "passwords.free_in_a_row": (1, 20),
    "passwords.max_in_a_row": (20, 1000),
    "passwords.familiar_days": (1, 90),
    "trusted_devices.days": (0, 90),
}


@pytest.mark.parametrize(("path", "default"), DEFAULTS.items())
def test_a_setting_that_was_never_set_has_its_default(path: str, default: object) -> None:
    assert read(Settings(), path) == default


@pytest.mark.parametrize(("path", "ends"), RANGES.items())
def test_both_ends_of_a_range_are_in_it(path: str, ends: tuple[int, int]) -> None:
    for end in ends:
        assert read(merged(Settings(), nested(path, end))[0], path) == end


@pytest.mark.parametrize(("path", "ends"), RANGES.items())
def test_a_value_outside_its_range_is_refused_naming_the_field(path: str, ends: tuple[int, int]) -> None:
    wrong: list[Any] = [ends[0] - 1, ends[1] + 1, -1, 10**30, float(ends[0]), str(ends[0]), True, [ends[0]], {}]
    for value in wrong:
        assert refused(nested(path, value)).startswith(path)


@pytest.mark.parametrize("minutes", [1, 4])
def test_an_idle_time_that_would_end_sessions_in_use_is_refused(minutes: int) -> None:
    assert refused({"admin_idle_minutes": minutes}) == "admin_idle_minutes"
    assert merged(Settings(), {"admin_idle_minutes": 5})[0].admin_idle_minutes == 5


@pytest.mark.parametrize("path", RANGES)
def test_a_setting_that_is_set_to_null_has_its_default_again(path: str) -> None:
    changed, _ = merged(Settings(), nested(path, RANGES[path][1]))
    assert read(merged(changed, nested(path, None))[0], path) == DEFAULTS[path]


@pytest.mark.parametrize("path", ["allow_legacy_clients", "require_mfa_for_system_users", "enrolment_at_login"])
def test_a_switch_is_true_or_false_and_nothing_else(path: str) -> None:
    assert read(merged(Settings(), {path: True})[0], path) is True
    wrong: list[Any] = [1, 0, "true", "", [], {}]
    for value in wrong:
        assert refused({path: value}) == path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("twilio.account_sid", SID.upper()),
        ("twilio.account_sid", SID[:-1]),
        ("twilio.account_sid", SID + "0"),
        ("twilio.account_sid", SID + "\n"),
        ("twilio.account_sid", "SK" + SID[2:]),
        ("twilio.account_sid", ""),
        ("twilio.auth_token", TOKEN[:-1]),
        ("twilio.auth_token", TOKEN + "0"),
        ("twilio.auth_token", TOKEN + "\n"),
        ("twilio.auth_token", TOKEN[:-1] + "g"),
        ("twilio.auth_token", ""),
        ("twilio.auth_token", 7),
        ("twilio.auth_token", [TOKEN]),
        ("twilio.auth_token", {"a": TOKEN}),
        ("twilio.auth_token", True),
        ("twilio.auth_token_set", True),
        ("twilio.auth_token_last4", "ffff"),
        ("twilio.nonsense", 1),
        ("nonsense", 1),
        ("version", 1),
        ("budgets.nonsense", 1),
        ("regions.nonsense", 1),
        ("fraud.mode", "on"),
        ("fraud.mode", True),
        ("fraud.share", -0.1),
        ("fraud.share", 1.1),
        ("fraud.share", "0.2"),
        ("fraud.share", True),
        ("signature", "s" * 41),
        ("signature", "see http://evil.example"),
        ("signature", "see HTTPS://EVIL.EXAMPLE"),
        ("signature", "see www.evil.example"),
        ("signature", "see evil.example/x"),
        ("signature", "see evil.example"),
        ("signature", "write to me@evil.example"),
        ("signature", "two\nlines"),
        ("signature", "two\rlines"),
        ("signature", "two\u2028lines"),
        ("signature", "a\x00"),
        ("signature", "call 5550100"),
        ("signature", "since 1998"),
        ("signature", "since ١٩٩٨"),
        ("signature", 7),
        ("origin", "https://login.example.com"),
        ("origin", "login.example.com/"),
        ("origin", "login.example.com:8080"),
        ("origin", "1.2.3.4"),
        ("origin", "login.example.c"),
        ("origin", "a_b.example.com"),
        ("origin", "login.example.com."),
        ("origin", "xn--a.example.com"),
        ("origin", "l\u202eogin.example.com"),
        ("email_sender", "用户@example.com"),
        ("email_sender", "a..b@example.com"),
        ("email_sender", ".a@example.com"),
        ("email_sender", "a.@example.com"),
        ("email_sender", "a\u202e@example.com"),
        ("email_sender", "a@example\u202e.com"),
        ("email_sender", "a@ex\u200bample.com"),
        ("email_sender", "a@[1.2.3.4]"),
        ("email_sender", "a@1.2.3.4"),
        ("email_sender", "a@-x.example"),
        ("email_sender", "a@x_y.example"),
        ("email_sender", "a@xn--a.example"),
        ("email_sender", "a@mail.local"),
        ("email_sender", '"a b"@example.com'),
        ("signature", "Ac\u200bme"),
        ("signature", "Ac\u200dme"),
        ("signature", "Acme\u00ad"),
        ("signature", "\ufeffAcme"),
        ("signature", "\u202eemcA"),
        ("signature", "\u2066Acme\u2069"),
        ("signature", "Acme\u200f"),
        ("signature", "Acme\u3164\u115f"),
        ("signature", "Acme\ufe0f"),
        ("signature", "Acme\U000e0041"),
        ("signature", "@acme #99"),
        ("signature", "  @acme #99"),
        ("signature", "@acme"),
        ("signature", "Acme #99"),
        ("signature", "Acme 12 34"),
        ("signature", "Acme 12-34-56"),
        ("signature", "Acme 1.2.3.4"),
        ("signature", "Acme ١٢٣٤"),
        ("signature", "Acme １２３４"),
        ("signature", "bit.ly"),
        ("signature", "новости.рф"),
        ("default_locale", "EN"),
        ("default_locale", "english"),
        ("default_locale", ""),
        ("default_locale", "pl"),
        ("default_locale", "he"),
        ("origin", "login.example.com\n"),
        ("origin", "login example.com"),
        ("origin", "localhost"),
        ("origin", "-a.example.com"),
        ("origin", "a..example.com"),
        ("origin", "a" * 64 + ".example.com"),
        ("origin", "a." * 130 + "com"),
        ("origin", ""),
        ("email_sender", "nobody"),
        ("email_sender", "a@b"),
        ("email_sender", "a b@example.com"),
        ("email_sender", "a@example.com\n"),
        ("email_sender", "a@example.com\r\nBcc: x@example.com"),
        ("email_sender", "Name <a@example.com>"),
        ("email_sender", "a@b@example.com"),
        ("email_sender", "x" * 65 + "@example.com"),
        ("sending", "On"),
        ("sending", "paused"),
        ("sending", False),
        ("sending", ""),
        ("regions.allow", "HK"),
        ("regions.allow", ["hk"]),
        ("regions.allow", ["HKG"]),
        ("regions.allow", ["*"]),
        ("regions.allow", ["HK\n"]),
        ("regions.allow", [1]),
        ("regions.allow", {}),
        ("twilio", 1),
        ("twilio", "x"),
        ("budgets", []),
        ("regions", "*"),
    ],
)
def test_an_invalid_value_is_refused_naming_the_field(path: str, value: object) -> None:
    assert refused(nested(path, value)).startswith(path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("signature", ""),
        ("signature", "s" * 40),
        ("signature", "Backup & Söhne, Inc."),
        ("signature", "Dr. Who"),
        ("signature", "24/7 backup, v1.2"),
        ("signature", "Ваш провайдер"),
        ("origin", "login.example.com"),
        ("origin", "xn--bcher-kva.example"),
        ("email_sender", "no-reply@example.com"),
        ("regions.allow", ["HK", "US"]),
        ("regions.allow", "*"),
        ("sending", "on"),
        ("sending", "verified_only"),
        ("sending", "off"),
    ],
)
def test_a_valid_value_is_accepted(path: str, value: object) -> None:
    assert read(merged(Settings(), nested(path, value))[0], path) == value


# --- the sender


@pytest.mark.parametrize(
    "sender",
    [
        {"phone_number": "+12063125010"},
        {"messaging_service_sid": SERVICE},
        {"alphanumeric": "Backup"},
        {"alphanumeric": "B"},
        {"alphanumeric": "My Backup 1"},
    ],
)
def test_a_message_is_from_exactly_one_sender(sender: dict[str, str]) -> None:
    settings, _ = merged(Settings(), {"twilio": {"sender": sender}})
    [(name, value)] = sender.items()
    assert getattr(settings.twilio.sender, name) == value


@pytest.mark.parametrize(
    "sender",
    [
        {},
        {"phone_number": "+12063125010", "alphanumeric": "Backup"},
        {"phone_number": "+12063125010", "messaging_service_sid": SERVICE},
        {"phone_number": "12063125010"},
        {"phone_number": "+1206312501012345"},
        {"phone_number": "+0206312501"},
        {"phone_number": "+1206312501０"},
        {"messaging_service_sid": "MG0"},
        {"alphanumeric": ""},
        {"alphanumeric": "x" * 12},
        {"alphanumeric": "12345"},
        {"alphanumeric": "Bäckup"},
        {"alphanumeric": "a\n"},
        {"short_code": "12345"},
        "Backup",
    ],
)
def test_any_other_sender_is_refused(sender: object) -> None:
    assert refused({"twilio": {"sender": sender}}, Settings()).startswith("twilio.sender")


def test_another_kind_of_sender_replaces_the_first_if_the_first_is_set_to_null() -> None:
    patch = {"twilio": {"sender": {"phone_number": None, "alphanumeric": "Backup"}}}
    settings, _ = merged(SET_UP, patch)
    assert settings.twilio.sender is not None
    assert (settings.twilio.sender.phone_number, settings.twilio.sender.alphanumeric) == (None, "Backup")
    assert refused({"twilio": {"sender": {"alphanumeric": "Backup"}}}).startswith("twilio.sender")


# --- the account and its token


def test_a_changed_account_needs_its_own_token() -> None:
    assert refused({"twilio": {"account_sid": OTHER_SID}}) == "twilio.auth_token"
    assert refused({"twilio": {"account_sid": OTHER_SID, "auth_token": None}}) == "twilio.auth_token"
    settings, token = merged(SET_UP, {"twilio": {"account_sid": OTHER_SID, "auth_token": "0" * 32}})
    assert (settings.twilio.account_sid, token) == (OTHER_SID, "0" * 32)


def test_the_same_account_again_needs_no_token() -> None:
    assert merged(SET_UP, {"twilio": {"account_sid": SID}}) == (SET_UP, UNSET)


@pytest.mark.parametrize("patch", [{}, {"twilio": {}}, {"passcode_length": 7}])
def test_a_patch_that_names_no_token_leaves_it(patch: dict[str, Any]) -> None:
    assert merged(SET_UP, patch)[1] is UNSET


@pytest.mark.parametrize(
    "patch", [{"twilio": {"auth_token": None}}, {"twilio": {"account_sid": None, "auth_token": None}}]
)
def test_a_token_is_removed_by_null(patch: dict[str, Any]) -> None:
    assert merged(SET_UP, patch)[1] is None


def test_the_token_is_in_no_document_and_in_no_repr() -> None:
    stored = StoredSettings(SET_UP, AuthToken(TOKEN.encode(), TOKEN[-4:]), 3)
    document = msgspec.to_builtins(stored.document())
    assert TOKEN not in json.dumps(document)
    assert "ciphertext" not in json.dumps(document)
    assert TOKEN not in repr(stored)
    assert TOKEN not in repr(stored.auth_token)
    assert TOKEN not in repr(SET_UP)
    assert document["twilio"] == {
        "account_sid": SID,
        "sender": {"phone_number": "+12063125010"},
        "auth_token_set": True,
        "auth_token_last4": TOKEN[-4:],
    }


def test_a_document_names_every_setting_and_says_when_there_is_no_token() -> None:
    document = msgspec.to_builtins(StoredSettings().document())
    for path, default in DEFAULTS.items():
        value: Any = document
        for name in path.split("."):
            value = value[name]
        assert value == default
    assert document["twilio"]["auth_token_set"] is False
    assert document["twilio"]["auth_token_last4"] is None


def of_a_newer_version(value: Any) -> Any:
    """The document with one more member in each object, as a newer version might save it."""
    if isinstance(value, dict):
        return {name: of_a_newer_version(each) for name, each in value.items()} | {"brand_new": [1]}
    return [of_a_newer_version(each) for each in value] if isinstance(value, list) else value


def test_unknown_settings_of_a_newer_version_are_ignored() -> None:
    settings, _ = merged(
        SET_UP,
        {
            "regions": {"allow": ["HK"]},
            "test_numbers": [{"number": "+85292153799", "code": "123456"}],
            "actions": {"delete_backup": {"texts": {"en": 'delete "{set}"'}}},
        },
    )
    document = msgspec.to_builtins(settings)
    saved = of_a_newer_version(document)
    saved["templates"] = document["templates"]  # its names are languages
    saved["actions"].pop("brand_new")  # as are those of the texts, and these are types
    saved["actions"]["delete_backup"]["texts"].pop("brand_new")
    assert as_saved(saved) == settings
    assert as_saved(document) == settings


def test_impossible_stored_settings_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        as_saved(msgspec.to_builtins(SET_UP) | {"max_sends": 0, "brand_new": 1})


def test_the_etag_is_strong_and_changes_with_the_version() -> None:
    assert [StoredSettings(version=version).etag for version in (0, 1, 10)] == ['"0"', '"1"', '"10"']


@pytest.mark.parametrize(
    ("expiry", "cooldown", "seconds"), [(300, 60, 600), (60, 30, 600), (480, 60, 600), (481, 60, 601), (900, 900, 1860)]
)
def test_an_mfa_token_outlives_a_passcode_and_a_resend(expiry: int, cooldown: int, seconds: int) -> None:
    settings, _ = merged(Settings(), {"expiry_seconds": expiry, "resend_cooldown_seconds": cooldown})
    assert settings.mfa_token_seconds == seconds


def test_only_listed_regions_are_allowed() -> None:
    settings, _ = merged(Settings(), {"regions": {"allow": ["HK"]}})
    assert settings.regions.permits("HK")
    assert not settings.regions.permits("US")
    assert Settings().regions.permits("US")


@pytest.mark.parametrize("regions", [[], ["ZZ"], ["HK", "QQ"]])
def test_a_list_of_regions_has_at_least_one_and_only_regions_with_numbers(regions: list[str]) -> None:
    with pytest.raises(InvalidRequest, match=r"regions\.allow"):
        merged(Settings(), {"regions": {"allow": regions}})


# --- the merge


@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        # RFC 7396, appendix A.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_patch_is_merged_as_rfc_7396_shows(original: object, patch: object, result: object) -> None:
    assert _merge(original, patch) == result


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["twilio", "sender", "auth_token", "budgets", "signature", "x"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@given(VALUES, VALUES)
def test_a_merge_changes_neither_the_original_nor_the_patch(original: Any, patch: Any) -> None:
    before = json.dumps([original, patch])
    _merge(original, patch)
    assert json.dumps([original, patch]) == before


@given(VALUES)
def test_any_patch_is_merged_or_refused(patch: Any) -> None:
    try:
        settings, token = merged(SET_UP, patch)
    except InvalidRequest:
        return
    assert isinstance(settings, Settings)
    assert token is None or token is UNSET or isinstance(token, str)


@pytest.mark.parametrize("path", sorted({*DEFAULTS, *Settings.__struct_fields__}))
def test_a_setting_of_another_type_is_refused_or_read_and_breaks_nothing(path: str) -> None:
    wrong: list[Any] = [0, 5, -1, 1.5, True, "", "x", [], [5], [[]], [{}], {}, {"x": 1}, {"number": 5}]
    for value in wrong:
        with suppress(InvalidRequest):
            merged(SET_UP, nested(path, value))


@pytest.mark.parametrize("depth", [200, 1_000, 5_000])
def test_a_deeply_nested_patch_is_refused_and_breaks_nothing(depth: int) -> None:
    patch: dict[str, Any] = {}
    for _ in range(depth):
        patch = {"twilio": patch}
    refused(patch)


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("origin", "LOGIN.Example.com", "login.example.com"),
        ("origin", "login.xn--j6w193g", "login.xn--j6w193g"),
        ("origin", "login.香港", "login.xn--j6w193g"),
        ("origin", "вход.example.рф", "xn--b1ae3a1a.example.xn--p1ai"),
        ("origin", "straße.example", "xn--strae-oqa.example"),
        ("origin", "a-b.c1.museum", "a-b.c1.museum"),
        ("email_sender", "a@example.xn--p1ai", "a@example.xn--p1ai"),
        ("email_sender", "a@example.рф", "a@example.xn--p1ai"),
        ("email_sender", "A.B+c@EXAMPLE.com", "A.B+c@example.com"),
        ("email_sender", "o'neil@example.ie", "o'neil@example.ie"),
        ("email_sender", "x" * 64 + "@example.com", "x" * 64 + "@example.com"),
        ("default_locale", "en-GB", "en-GB"),
        ("default_locale", "es-419", "es-419"),
        ("default_locale", "en-001", "en-001"),
        ("default_locale", "zh-HK", "zh-HK"),
        ("default_locale", None, None),
    ],
)
def test_a_name_is_kept_in_the_form_that_can_be_sent_to(field: str, written: str | None, kept: str | None) -> None:
    settings, _ = merged(SET_UP, {field: written})
    assert getattr(settings, field) == kept


@pytest.mark.parametrize("locale", ["es-419", "en-001", "ca-valencia", "zh-Hant-HK", "he", "pt-PT"])
def test_a_template_may_be_in_any_language(locale: str) -> None:
    template = "{code} for {login_name}, {prefix}\n{signature}"
    settings, _ = merged(SET_UP, {"templates": {locale: template}, "default_locale": locale})
    assert (settings.templates, settings.default_locale) == ({locale: template}, locale)


@pytest.mark.parametrize(("locale", "name"), [("iw", "he"), ("tl", "fil"), ("cmn", "zh"), ("sh", "sr-Latn")])
def test_a_template_has_one_name_for_its_language(locale: str, name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        merged(SET_UP, {"templates": {locale: "{code} for {login_name}, {prefix}\n{signature}"}})
    assert caught.value.members["errors"] == [{"field": f"templates.{locale}", "message": f"is called {name}"}]


@pytest.mark.parametrize(
    "signature",
    [
        "Your backup service provider",
        "Acme & Söhne",
        "Acme (since 199x)",
        "C# Tools Ltd.",
        "您的备份服务商",
        "ارائه\u200cدهنده پشتیبان",
        "24/7 Backup",
        "",
        "s" * 40,
        "用" * 40,
    ],
)
def test_an_ordinary_signature_is_saved(signature: str) -> None:
    assert merged(SET_UP, {"signature": signature})[0].signature == signature


def test_a_signature_may_not_make_three_segments_of_a_message_that_is_one() -> None:
    """Forty Chinese characters fit two segments alone, and not with the line for autofill."""
    assert refused({"signature": "用" * 40, "origin": "login.example.com"}) == "signature"
    assert merged(SET_UP, {"signature": "用" * 10, "origin": "login.example.com"})[0].origin == "login.example.com"


def test_a_host_may_not_make_a_message_too_long() -> None:
    host = ".".join(["a" * 60] * 4) + ".com"
    assert refused({"origin": host, "signature": "s" * 40}) == "origin"


TWILIO_ROUTE = {"provider": "twilio", "sender": {"phone_number": "+12063125010"}}
AWS_ROUTE = {"provider": "aws", "sender": {"alphanumeric": "Acme"}}


@pytest.mark.parametrize(
    "route",
    [
        TWILIO_ROUTE,
        TWILIO_ROUTE | {"sender": {"messaging_service_sid": SERVICE}, "regions": ["CN", "HK"]},
        AWS_ROUTE,
        AWS_ROUTE | {"sender": {"pool_id": "pool-" + "0a" * 16}, "regions": ["HK"], "max_price": 0.001},
        AWS_ROUTE | {"sender": {"phone_number": "+1 (206) 312-5010"}, "max_price": 10},
    ],
)
def test_a_route_is_saved(route: dict[str, Any]) -> None:
    settings, _ = merged(SET_UP, {"routes": [route]})
    assert [each.provider for each in settings.routes] == [route["provider"]]
    assert as_saved(msgspec.to_builtins(settings)) == settings
    assert settings.routes[0].sender.phone_number in {None, "+12063125010"}


@pytest.mark.parametrize(
    ("routes", "field"),
    [
        ({}, "routes"),
        ([TWILIO_ROUTE] * 51, "routes"),
        ([1], "routes[0]"),
        ([{"provider": "twilio"}], "routes[0].sender"),
        ([{"sender": AWS_ROUTE["sender"]}], "routes[0].provider"),
        ([AWS_ROUTE | {"provider": "vonage"}], "routes[0].provider"),
        ([AWS_ROUTE | {"sender": {}}], "routes[0].sender"),
        ([AWS_ROUTE | {"sender": {"alphanumeric": "Acme", "phone_number": "+12063125010"}}], "routes[0].sender"),
        ([TWILIO_ROUTE, AWS_ROUTE | {"sender": {"alphanumeric": "123"}}], "routes[1].sender.alphanumeric"),
        ([AWS_ROUTE | {"sender": {"alphanumeric": "My Co"}}], "routes[0].sender.alphanumeric"),
        ([AWS_ROUTE | {"sender": {"alphanumeric": "A+B"}}], "routes[0].sender.alphanumeric"),
        ([AWS_ROUTE | {"sender": {"alphanumeric": "A&B"}}], "routes[0].sender.alphanumeric"),
        ([AWS_ROUTE | {"sender": {"pool_id": "pool-1"}}], "routes[0].sender.pool_id"),
        ([TWILIO_ROUTE | {"sender": {"pool_id": "pool-" + "0a" * 16}}], "routes[0].sender.pool_id"),
        ([AWS_ROUTE | {"sender": {"messaging_service_sid": SERVICE}}], "routes[0].sender.messaging_service_sid"),
        ([AWS_ROUTE | {"max_price": 0}], "routes[0].max_price"),
        ([AWS_ROUTE | {"max_price": 10.1}], "routes[0].max_price"),
        ([TWILIO_ROUTE | {"max_price": 1}], "routes[0].max_price"),
        ([AWS_ROUTE | {"regions": []}], "routes[0].regions"),
        ([AWS_ROUTE | {"regions": ["hk"]}], "routes[0].regions[0]"),
        ([AWS_ROUTE | {"regions": ["HK", "XX"]}], "routes[0].regions"),
        ([AWS_ROUTE | {"regions": ["HK", "HK"]}], "routes[0].regions"),
        ([AWS_ROUTE, TWILIO_ROUTE, AWS_ROUTE], "routes[2]"),
        ([AWS_ROUTE | {"weight": 1}], "routes[0].weight"),
    ],
)
def test_a_wrong_route_is_refused_naming_the_field(routes: Any, field: str) -> None:
    assert refused({"routes": routes}) == field


HK_TEXT = {"region": "HK", "channel": "sms", "usd": 0.05}


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ([HK_TEXT, HK_TEXT | {"region": "AA"}], "prices.overrides[1].region"),
        ([HK_TEXT, HK_TEXT | {"usd": 0.06}], "prices.overrides[1]"),
        ([HK_TEXT, HK_TEXT | {"channel": "voice"}, HK_TEXT], "prices.overrides[2]"),
        ([HK_TEXT | {"usd": 10.1}], "prices.overrides[0].usd"),
        ([HK_TEXT | {"channel": "email"}], "prices.overrides[0].channel"),
    ],
)
def test_a_wrong_price_is_refused_naming_the_field(overrides: Any, field: str) -> None:
    assert refused({"prices": {"overrides": overrides}}) == field
    good = [HK_TEXT, HK_TEXT | {"channel": "voice"}, HK_TEXT | {"region": "US"}]
    assert len(merged(SET_UP, {"prices": {"overrides": good}})[0].prices.overrides) == 3


CLIENT_HOUR = {"client_id": "0123456789abcdef01234567", "per_hour": 5}


@pytest.mark.parametrize(
    ("clients", "field"),
    [
        ([CLIENT_HOUR, CLIENT_HOUR | {"per_hour": 6}], "budgets.clients[1]"),
        ([CLIENT_HOUR | {"per_hour": 0}], "budgets.clients[0].per_hour"),
        ([CLIENT_HOUR | {"client_id": "0123456789ABCDEF01234567"}], "budgets.clients[0].client_id"),
        ([CLIENT_HOUR | {"client_id": "0123456789abcdef01234567\n"}], "budgets.clients[0].client_id"),
        ([CLIENT_HOUR | {"client_id": "Backup service"}], "budgets.clients[0].client_id"),
        ([CLIENT_HOUR | {"client_id": ""}], "budgets.clients[0].client_id"),
    ],
)
def test_a_wrong_budget_of_a_client_is_refused_naming_the_field(clients: Any, field: str) -> None:
    assert refused({"budgets": {"clients": clients}}) == field
    good = [CLIENT_HOUR, CLIENT_HOUR | {"client_id": "76543210fedcba9876543210"}]
    assert len(merged(SET_UP, {"budgets": {"clients": good}})[0].budgets.clients) == 2


def test_a_route_by_twilio_needs_its_account() -> None:
    assert refused({"routes": [TWILIO_ROUTE]}, Settings()) == "routes[0].provider"
    routed, _ = merged(SET_UP, {"routes": [AWS_ROUTE, TWILIO_ROUTE]})
    assert refused({"twilio": None}, routed) == "routes[1].provider"
    assert merged(Settings(), {"routes": [AWS_ROUTE]})[0].routes


LACKING: tuple[ProviderName, ...] = ("aws",)
BY_AWS, OTHER_AWS = AWS_ROUTE | {"regions": ["HK"]}, AWS_ROUTE | {"regions": ["GB"]}


@pytest.mark.parametrize(
    ("saved", "patch", "field"),
    [
        ([], {"routes": [BY_AWS]}, "routes[0].provider"),
        ([], {"routes": [TWILIO_ROUTE, BY_AWS]}, "routes[1].provider"),
        ([BY_AWS], {"routes": [BY_AWS, TWILIO_ROUTE, OTHER_AWS]}, "routes[2].provider"),
        ([BY_AWS], {"routes": [OTHER_AWS]}, "routes[0].provider"),
        ([BY_AWS], {"routes": [BY_AWS | {"max_price": 1}]}, "routes[0].provider"),
        ([], {"routes": [TWILIO_ROUTE]}, None),
        ([BY_AWS], {"signature": "Other words"}, None),
        ([BY_AWS], {"routes": [TWILIO_ROUTE, BY_AWS]}, None),
        ([BY_AWS, OTHER_AWS], {"routes": [OTHER_AWS]}, None),
        ([BY_AWS], {"routes": None}, None),
    ],
)
def test_a_new_route_needs_a_provider_by_which_the_stack_sends(
    saved: list[Any], patch: dict[str, Any], field: str | None
) -> None:
    current, _ = merged(SET_UP, {"routes": saved})
    assert merged(current, patch)[0], "where the stack sends by AWS, each is taken"
    if field is None:
        assert merged(current, patch, LACKING)[0]
        return
    with pytest.raises(InvalidRequest) as refusal:
        merged(current, patch, LACKING)
    [error] = refusal.value.members["errors"]
    assert error["field"] == field
    assert "AwsMessages" in error["message"]


def test_a_channel_is_offered_only_where_a_route_takes_it() -> None:
    routed, _ = merged(SET_UP, {"routes": [AWS_ROUTE]})
    assert refused({"voice": {"enabled": True}}, routed) == "voice.enabled"
    assert refused({"whatsapp": {"content_sid": "HX" + "0" * 32}}, routed) == "whatsapp.content_sid"
    both = {"routes": [AWS_ROUTE, TWILIO_ROUTE], "voice": {"enabled": True}}
    calling, _ = merged(routed, both)
    assert refused({"routes": [AWS_ROUTE]}, calling) == "voice.enabled"
    assert merged(calling, {"routes": [AWS_ROUTE], "voice": None})[0].voice.enabled is False


def test_the_routes_to_a_region_are_those_that_lead_there_and_take_the_channel_in_order() -> None:
    hong_kong = AWS_ROUTE | {"regions": ["HK"]}
    call = AWS_ROUTE | {"sender": {"phone_number": "+12065550100"}, "regions": ["HK", "GB"]}
    settings, _ = merged(SET_UP, {"routes": [hong_kong, call, TWILIO_ROUTE]})
    first, second, last = settings.routes
    assert routes_to(settings, "HK", Channel.SMS) == (first, second, last)
    assert routes_to(settings, "HK", Channel.VOICE) == (second, last)
    assert routes_to(settings, "GB", Channel.SMS) == (second, last)
    assert routes_to(settings, "FR", Channel.WHATSAPP) == (last,)
    assert routes_to(settings, "FR", Channel.EMAIL) == ()


def test_without_routes_all_goes_by_twilio_from_its_sender() -> None:
    [route] = routes_to(SET_UP, "HK", Channel.SMS)
    assert (route.provider, route.sender.phone_number, route.regions) == ("twilio", "+12063125010", "*")
    assert routes_to(Settings(), "HK", Channel.SMS) == ()


def test_numbers_are_kept_without_what_was_pasted_along() -> None:
    patch: dict[str, Any] = {
        "twilio": {"sender": {"phone_number": "\u202a+1 (206)\u00a0312\u20115010\u202c"}},
        "test_numbers": [{"number": "+852\u202f9215 3799.", "code": "123456"}],
    }
    settings, _ = merged(Settings(), patch)
    assert settings.twilio.sender is not None
    assert settings.twilio.sender.phone_number == "+12063125010"
    assert settings.test_numbers[0].number == "+85292153799"


@pytest.mark.parametrize(
    ("sending", "verified", "new"), [("on", True, True), ("verified_only", True, False), ("off", False, False)]
)
def test_messages_go_to_phones_as_far_as_the_setting_lets_them(sending: Sending, verified: bool, new: bool) -> None:
    settings = Settings(sending=sending)
    assert (settings.sends_to(verified=True), settings.sends_to(verified=False)) == (verified, new)
