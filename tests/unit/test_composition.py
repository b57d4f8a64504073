"""Composition: the message for each channel, and its language."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec import structs

from mfa.messages import composition, locales, twiml
from mfa.messages.channels import Channel
from mfa.messages.composition import Reader
from mfa.messages.outgoing import Outgoing
from mfa.messages.passcode_texts import Passcode
from mfa.settings.values import Settings

PASSCODE = Passcode(
    login_name="demo.user", code="581883", prefix="XYWD", signature="Your backup service provider", origin=None
)
NUMBER = "+85292153799"
ENGLISH = Reader("en", None, None)
POLISH = "{code} to kod logowania dla {login_name}. Numer: {prefix}\n{signature}"


def wording(settings: Settings) -> composition.Wording:
    return composition.Wording(settings.templates, settings.signature, settings.expiry_seconds)


def compose(channel: Channel, reader: Reader = ENGLISH, passcode: Passcode = PASSCODE, **settings: Any) -> Outgoing:
    given = structs.replace(Settings(), **settings)
    return composition.compose(passcode, channel, NUMBER, reader, wording(given))


def test_a_text_message_is_the_template_filled_in() -> None:
    outgoing = compose(Channel.SMS)
    assert outgoing.body == (
        '581883 is the verification code for user "demo.user" login. Reference: XYWD\nYour backup service provider'
    )
    assert (outgoing.address, outgoing.subject) == (NUMBER, "")


@pytest.mark.parametrize("channel", list(Channel))
def test_no_message_is_valid_longer_than_the_passcode(channel: Channel) -> None:
    # Twilio's period starts when it accepts the message, which is after the passcode was drawn.
    assert compose(channel, expiry_seconds=90).valid_seconds == 75


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("locale", locales.LOCALES)
def test_every_channel_carries_the_code_in_every_language(channel: Channel, locale: str) -> None:
    body = compose(channel, Reader(locale, None, None)).body
    if channel is Channel.VOICE:
        body = "".join(ElementTree.fromstring(body).itertext())
        assert re.sub(r"\D", "", body) == "581883" * 2
    else:
        assert body.count("581883") == 1


def test_a_whatsapp_message_is_the_code_alone() -> None:
    """The approved template has the words around it."""
    assert compose(Channel.WHATSAPP).body == "581883"


def test_a_mail_has_a_subject_and_holds_no_code_in_it() -> None:
    mail = compose(Channel.EMAIL)
    assert "XYWD" in mail.subject
    assert "581883" not in mail.subject


def test_the_digits_and_the_address_are_in_no_repr() -> None:
    for channel in Channel:
        shown = repr(compose(channel))
        assert "581883" not in shown
        assert NUMBER not in shown


@pytest.mark.parametrize(
    ("requested", "users", "region", "language"),
    [
        ("de", "fr", "HK", "de"),
        (None, "fr", "HK", "fr"),
        (None, None, "HK", "zh-Hant"),
        (None, None, "CN", "zh-Hans"),
        (None, None, "BR", "pt-BR"),
        (None, None, "NO", "en"),
        (None, None, None, "en"),
        ("xx", "yy", "ZZ", "en"),
        ("xx", "fr-CA", None, "fr"),
        ("pt", None, None, "pt-BR"),
    ],
)
def test_the_language_is_the_requested_one_or_the_users_or_the_regions_or_english(
    requested: str | None, users: str | None, region: str | None, language: str
) -> None:
    assert Reader(requested, users, region).language() == language


def test_an_administrators_template_comes_before_the_built_in_one() -> None:
    assert compose(Channel.SMS, templates={"en": "Mine: {code} ({prefix})"}).body == "Mine: 581883 (XYWD)"
    assert "Mine" not in compose(Channel.SMS, Reader("de", None, None), templates={"en": "Mine: {code}"}).body


def test_a_language_that_is_not_shipped_is_written_and_not_spoken() -> None:
    """A template is for text messages; calls and mails use the next language that they are shipped in."""
    reader = Reader("pl", None, "DE")
    assert "to kod logowania" in compose(Channel.SMS, reader, templates={"pl": POLISH}).body
    document = compose(Channel.VOICE, reader, templates={"pl": POLISH}).body
    assert {say.get("language") for say in ElementTree.fromstring(document).iter("Say")} == {"de-DE"}
    assert "kod" not in compose(Channel.EMAIL, reader, templates={"pl": POLISH}).body


def test_a_call_is_in_the_voice_of_the_region() -> None:
    cantonese = compose(Channel.VOICE, Reader("zh-Hant", None, "HK")).body
    assert "yue-HK" in cantonese
    assert "yue-HK" not in compose(Channel.VOICE, Reader("zh-Hant", None, "TW")).body


@pytest.mark.parametrize("locale", twiml.LOCALES)
def test_a_call_fits_twilios_limit(locale: str) -> None:
    longest = structs.replace(Settings(), signature="&" * 40)
    passcode = Passcode(login_name="x" * 128, code="8" * 10, prefix="XYWD", signature="&" * 40, origin=None)
    outgoing = composition.compose(passcode, Channel.VOICE, NUMBER, Reader(locale, None, "HK"), wording(longest))
    assert len(outgoing.body) <= twiml.LONGEST


def test_only_text_messages_are_paid_by_the_segment() -> None:
    assert composition.segments(compose(Channel.SMS)) == 1
    assert composition.segments(compose(Channel.SMS, Reader("ar", None, None), PASSCODE)) >= 1
    for channel in (Channel.VOICE, Channel.WHATSAPP, Channel.EMAIL):
        assert composition.segments(compose(channel)) == 0


def test_a_notice_holds_no_code_and_has_no_callback() -> None:
    notice = composition.notice("demo.user", NUMBER, ENGLISH, Settings().signature)
    assert (notice.channel, notice.ref, notice.address) == (Channel.SMS, "", NUMBER)
    assert not re.search(r"\d{4}", notice.body)
    assert "demo.user" in notice.body
