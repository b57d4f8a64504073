"""Notices: the words that tell a user of a change, in every language."""

import re
from itertools import combinations

import pytest

from mfa.messages import gsm7, insertions, locales, templates
from mfa.messages.composition import Reader
from mfa.messages.notice_texts import AccountChange
from mfa.messages.notices import LOCALES, Told, masked
from mfa.settings.values import Settings

SIGNATURE = Settings().signature
PHONE = masked("+852", "****3799")
GSM7 = {"en", "de", "fr", "es", "pt-BR", "pt-PT", "it", "nl"}


def text(locale: str, *changes: AccountChange, name: str = "demo.user", phone: str = PHONE) -> str:
    return Told(name, changes, phone, SIGNATURE).text(locale)


def test_there_are_notices_in_every_language_of_messages() -> None:
    assert set(LOCALES) == set(locales.LOCALES)


def test_an_english_notice_says_what_changed_and_what_to_do() -> None:
    assert text("en", AccountChange.PHONE_ADDED) == (
        'Account "demo.user": phone +852 ****799 added. If you did not expect this, contact your administrator.\n'
        f"{SIGNATURE}"
    )
    assert text("en", AccountChange.PASSWORD, AccountChange.MFA_OFF, AccountChange.EMAIL).startswith(
        'Account "demo.user": password changed, second factor switched off, contact email changed. '
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("change", AccountChange)
@pytest.mark.parametrize("name", ["abcdefghijklmnop", "x" * 128, "user 20261127"])
def test_a_notice_of_one_change_is_short_and_holds_nothing_like_a_code_or_a_link(
    locale: str, change: AccountChange, name: str
) -> None:
    said = text(locale, change, name=name, phone=masked("+1242", "****3799"))
    assert gsm7.is_gsm7(said) == (locale in GSM7)
    assert gsm7.segments(said) <= (1 if locale in GSM7 else 2)
    assert not re.search(r"\d(?:[ \u00a0\u202f.,/()-]?\d){3,}", said.replace("+1242", "+1"))
    assert not set("{}") & set(said)
    assert not templates.has_link(said)
    assert not insertions.hidden(said)
    assert said.endswith(f"\n{SIGNATURE}")
    assert ("****799" in said) == (change in (AccountChange.PHONE_ADDED, AccountChange.PHONE_REMOVED))


@pytest.mark.parametrize("locale", LOCALES)
def test_each_change_has_words_of_its_own(locale: str) -> None:
    for one, other in combinations(AccountChange, 2):
        assert text(locale, one) != text(locale, other)


@pytest.mark.parametrize(
    ("calling_code", "mask", "shown"),
    [("+852", "****3799", "+852 ****799"), ("+683", "****12", "+683 ****12"), ("+1", "****0100", "+1 ****100")],
)
def test_a_phone_is_shown_by_fewer_digits_than_the_shortest_passcode(calling_code: str, mask: str, shown: str) -> None:
    assert masked(calling_code, mask) == shown


def test_a_mail_has_a_subject_and_the_same_words() -> None:
    told = Told("demo.user", (AccountChange.PASSWORD,), "", SIGNATURE)
    mail = told.mail("demo.user@example.com", Reader(None, "de", None))
    assert mail.subject == "Änderung an Ihrem Konto"
    assert mail.body == told.text("de") + "\n"
