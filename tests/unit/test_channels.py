"""The table of channels and the table of factors: each stands alone, and everything else follows from it."""

import ast
import json
import shutil
import subprocess
import sys
from operator import attrgetter
from pathlib import Path

import pytest
from msgspec import structs

from mfa.factors.factors import FACTORS, Factor, Proof, shows_second_factor
from mfa.messages import composition
from mfa.messages.channels import CHANNELS, DEFAULT, PHONE_CHANNELS, RECOVERY, Channel, Form
from mfa.settings.values import Sender, Settings, Twilio, VoiceSettings, WhatsApp
from tests.unit.test_imports import MODULES, PACKAGE

ROOT = Path(__file__).parents[2]
# The table itself, the clients of the vendors, who have names of their own for a channel, and the proofs, where RFC 8176 calls a
# message to a phone "sms" as well.
MAY_NAME_CHANNELS = {
    "mfa.messages.channels",
    "mfa.delivery.twilio",
    "mfa.delivery.twilio_prices",
    "mfa.delivery.aws_speech",
    "mfa.factors.factors",
}


def named_channels(path: Path) -> set[str]:
    """The channels that a file names, as `Channel.VOICE` or as a string of their value."""
    values = {channel.value for channel in Channel} - {RECOVERY.value}  # "email" is a word of its own
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id="Channel"), attr=name) if name in Channel.__members__:
                found.add(name)
            case ast.Constant(value=str(value)) if value in values:
                found.add(value)
    return found


@pytest.mark.parametrize("module", [*MODULES.keys() - MAY_NAME_CHANNELS])
def test_no_other_module_names_a_channel(module: str) -> None:
    assert named_channels(MODULES[module]) == set()


@pytest.mark.parametrize("function", ["send_code", "verify_code", "admin"])
def test_no_handler_names_a_channel(function: str) -> None:
    assert named_channels(ROOT / "functions" / function / "handler.py") == set()


def test_the_search_for_names_finds_them() -> None:
    assert named_channels(MODULES["mfa.messages.channels"]) >= {"SMS", "VOICE", "sms", "voice"}


@pytest.mark.parametrize("channel", Channel)
def test_each_channel_has_a_row_whose_words_are_known(channel: Channel) -> None:
    traits = channel.traits
    assert traits.form in composition._COMPOSERS
    assert traits.amr is not Proof.PASSWORD
    assert traits.senders <= {each.name for each in structs.fields(Sender)}
    if traits.switch:
        assert not attrgetter(traits.switch)(Settings()), "a channel that needs setting up is off at first"


def test_the_tables_hold_every_channel_form_and_factor() -> None:
    assert list(CHANNELS) == list(Channel)
    assert {traits.form for traits in CHANNELS.values()} == set(Form)
    assert FACTORS.keys() == set(Factor)
    assert {traits.factor for traits in CHANNELS.values()} <= FACTORS.keys()


@pytest.mark.parametrize(
    ("channel", "amr", "by_segment", "landlines", "deeds", "sends"),
    [
        ("sms", "sms", True, False, True, None),
        ("voice", "tel", False, True, True, None),
        ("whatsapp", "sms", False, False, False, None),
        ("email", "email", False, False, False, 3),
    ],
)
def test_what_each_channel_can_do(
    channel: str, amr: str, *, by_segment: bool, landlines: bool, deeds: bool, sends: int | None
) -> None:
    traits = Channel(channel).traits
    assert (traits.amr, traits.paid_by_segment, traits.reaches_landlines) == (amr, by_segment, landlines)
    assert (traits.names_deed, traits.max_sends) == (deeds, sends)


def test_text_messages_come_first_and_mail_is_no_way_to_a_phone() -> None:
    assert PHONE_CHANNELS[0] is DEFAULT
    assert RECOVERY not in PHONE_CHANNELS
    assert set(PHONE_CHANNELS) | {RECOVERY} == set(Channel)


@pytest.mark.parametrize(
    ("settings", "offered"),
    [
        (Settings(), {"sms"}),
        (Settings(voice=VoiceSettings(enabled=True)), {"sms", "voice"}),
        (Settings(whatsapp=WhatsApp(content_sid="HX" + "0" * 32)), {"sms", "whatsapp"}),
        (Settings(email_sender="mfa@example.com"), {"sms", "email"}),
    ],
)
def test_a_setting_switches_a_channel_on(settings: Settings, offered: set[str]) -> None:
    assert {channel.value for channel in Channel if channel.is_offered(settings)} == offered
    assert settings.calls_landlines is ("voice" in offered)


@pytest.mark.parametrize(
    ("sender", "kind", "channels"),
    [
        (Sender(phone_number="+12063125010"), "phone_number", {"sms", "voice", "whatsapp"}),
        (Sender(messaging_service_sid="MG" + "0" * 32), "messaging_service_sid", {"sms", "whatsapp"}),
        (Sender(alphanumeric="Backup"), "alphanumeric", {"sms"}),
    ],
)
def test_a_sender_serves_the_channels_that_name_its_kind(sender: Sender, kind: str, channels: set[str]) -> None:
    assert Twilio(sender=sender).sender is sender
    assert sender.kind == kind
    assert {channel.value for channel in PHONE_CHANNELS if sender.kind in channel.traits.senders} == channels


@pytest.mark.parametrize(
    ("amr", "second"),
    [
        ([], False),
        (["pwd"], False),
        (["pwd", "sms"], True),
        (["pwd", "tel"], True),
        (["pwd", "email"], True),
        (["sms"], True),
        (["pwd", "pwd"], False),
        (["pwd", "hwk"], False),
        (["pwd", "SMS"], False),
    ],
)
def test_a_token_shows_a_second_factor_where_it_names_one_of_ours(amr: list[str], *, second: bool) -> None:
    assert shows_second_factor(amr) is second


# The code that an engineer adds for a channel that texts through another app: one value, one row.
NEW_VALUE = '    RCS = "rcs"\n'
NEW_ROW = (
    '    Channel.RCS: ChannelTraits(label="RCS", amr=Proof.MESSAGE, form=Form.TEXT, senders=frozenset(("phone_number",)),'
    ' switch="voice.enabled"),\n'
)
ASK = """
import json
from mfa.http import openapi, operations
from mfa.messages import composition
from mfa.messages.channels import PHONE_CHANNELS, Channel
from mfa.messages.passcode_texts import Passcode
from mfa.settings.validation import checked
from mfa.settings.values import Sender, Settings, Twilio, VoiceSettings
from mfa.store.challenge_mapping import LANES

document = openapi.document("https://api.example.com", operations.OPERATIONS)
schemas = document["components"]["schemas"]
settings = Settings(voice=VoiceSettings(enabled=True))
passcode = Passcode(login_name="demo.user", code="581883", prefix="XYWD", signature="Backup", origin=None)
reader, wording = composition.Reader("en", None, None), composition.Wording({}, "Backup", 300)
rcs = Channel("rcs")
print(json.dumps({
    "asked": schemas["StartChallenge"]["properties"]["channel"]["enum"],
    "answered": schemas["Channel"]["enum"],
    "described": schemas["ChallengeState"]["properties"]["channel"]["description"],
    "offered": [channel for channel in PHONE_CHANNELS if channel.is_offered(settings)],
    "body": composition.compose(passcode, rcs, "+85292153799", reader, wording).body,
    "same_lane": LANES[rcs] == LANES[Channel("sms")],
    "amr": rcs.traits.amr,
}))
"""


def test_a_new_channel_is_a_value_and_a_row_of_the_table(tmp_path: Path) -> None:
    """On a copy of the package in which only the table was edited."""
    copy = tmp_path / "mfa"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    table = copy / "messages" / "channels.py"
    text = table.read_text(encoding="utf-8")
    value, row = '    EMAIL = "email"\n', "    Channel.EMAIL: ChannelTraits(\n"
    assert (text.count(value), text.count(row)) == (1, 1)
    table.write_text(text.replace(value, NEW_VALUE + value).replace(row, NEW_ROW + row), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(tmp_path)}
    )
    told = json.loads(done.stdout)
    assert told["asked"] == sorted(["sms", "voice", "whatsapp", "rcs"])
    assert told["answered"] == sorted(["sms", "voice", "whatsapp", "rcs", "email"])
    assert "`rcs`: by RCS" in told["described"]
    assert told["offered"] == ["sms", "voice", "rcs"]
    assert told["body"].startswith("581883 is the verification code")
    assert told["same_lane"]
    assert told["amr"] == "sms"


def test_the_documentation_has_the_table() -> None:
    """docs/api.md lists each channel as the table has it."""
    documented = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for channel, traits in CHANNELS.items():
        switch = f"`{traits.switch}`" if traits.switch else "always"
        senders = traits.senders_in_words or "`email_sender`"
        landlines = "yes" if traits.reaches_landlines else "no"
        row = f"| `{channel}` | {traits.label} | {switch} | {senders} | {landlines} | `{traits.amr}` |"
        assert row in documented, row
