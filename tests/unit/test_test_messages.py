"""Test messages: the words in every language, as a text and as a call."""

import re
from xml.etree import ElementTree

import pytest

from mfa.delivery.aws_speech import ssml
from mfa.messages import gsm7, insertions, locales, templates, test_messages
from mfa.messages.channels import DEFAULT, Channel
from mfa.messages.composition import Reader
from mfa.settings.values import Settings

SIGNATURE = Settings().signature
GSM7 = {"en", "de", "fr", "es", "pt-BR", "pt-PT", "it", "nl"}


def test_there_is_a_test_message_in_every_language_of_messages() -> None:
    assert set(test_messages.LOCALES) == set(locales.LOCALES)
    assert test_messages.text("en", "demo.user", SIGNATURE) == (
        f'Test message for user "demo.user": this phone gets messages. There is nothing to do.\n{SIGNATURE}'
    )


@pytest.mark.parametrize("locale", test_messages.LOCALES)
@pytest.mark.parametrize("name", ["abcdefghijklmnop", "x" * 128, "user 20261127"])
def test_a_test_message_is_short_and_holds_nothing_like_a_code_or_a_link(locale: str, name: str) -> None:
    said = test_messages.text(locale, name, SIGNATURE)
    assert gsm7.is_gsm7(said) == (locale in GSM7)
    assert gsm7.segments(said) <= (1 if locale in GSM7 else 2)
    assert not re.search(r"\d(?:[ \u00a0\u202f.,/()-]?\d){3,}", said)
    assert not set("{}") & set(said)
    assert not insertions.hidden(said)
    assert said.endswith(f"\n{SIGNATURE}")
    assert not templates.has_link(said)


@pytest.mark.parametrize("locale", test_messages.LOCALES)
def test_a_call_says_the_same_words_twice(locale: str) -> None:
    document = test_messages.call(locale, "demo.user", SIGNATURE, "HK")
    says = ["".join(say.itertext()) for say in ElementTree.fromstring(document).iter("Say")]
    assert says[0] == SIGNATURE
    assert says[1] == says[2] == test_messages.text(locale, "demo.user", SIGNATURE).partition("\n")[0]
    assert "".join(ElementTree.fromstring(ssml(document)[0]).itertext()).count(says[1]) == 2


def test_a_message_is_marked_as_one_without_a_passcode() -> None:
    outgoing = test_messages.composed("demo.user", "+85292153799", DEFAULT, Reader(None, "de", "HK"), SIGNATURE)
    assert (outgoing.is_notice, outgoing.takes_feedback, outgoing.region) == (True, False, "HK")
    assert outgoing.body.startswith("Testnachricht")


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.EMAIL])
def test_a_channel_with_fixed_words_or_to_no_phone_has_none(channel: Channel) -> None:
    with pytest.raises(ValueError, match="always carries a passcode"):
        test_messages.composed("demo.user", "+85292153799", channel, Reader(None, "en", "HK"), SIGNATURE)
