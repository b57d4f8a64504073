"""Mails with a link: the words in every language, and a link that a program finds whole."""

import pytest

from mfa.messages import insertions, locales, templates
from mfa.messages.composition import Reader
from mfa.messages.link_mails import LinkPurpose, LinkText
from mfa.settings.values import Settings
from mfa.tokens.invitation_tokens import InvitationToken

URL = InvitationToken.new("demo.user", bytes(range(32))).url("https://login.example.com")
UNTIL = "2026-11-30 10:00 UTC"


def mail(purpose: LinkPurpose, locale: str, login_name: str = "demo.user") -> tuple[str, str]:
    text = LinkText(purpose=purpose, login_name=login_name, url=URL, until=UNTIL, signature=Settings().signature)
    outgoing = text.mail("demo.user@example.com", Reader(None, locale, None))
    return outgoing.subject, outgoing.body


@pytest.mark.parametrize("locale", locales.LOCALES)
@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_mail_has_its_link_alone_on_a_line_and_says_whose_and_until_when(purpose: LinkPurpose, locale: str) -> None:
    subject, body = mail(purpose, locale)
    assert body.count(URL) == 1
    assert URL in body.split("\n")
    assert "demo.user" in body.replace(URL, "")
    assert body.count(UNTIL) == 1
    assert body.endswith(f"\n\n{Settings().signature}\n")
    assert not set("{}") & set(subject + body)
    assert not insertions.hidden(body)
    assert subject
    assert len(subject) <= 60


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_every_language_has_words_of_its_own(purpose: LinkPurpose) -> None:
    assert len({mail(purpose, locale) for locale in locales.LOCALES}) == len(locales.LOCALES)


@pytest.mark.parametrize("name", ["bit.ly", "192.0.2.1", "evil.com"])
def test_a_login_name_is_no_second_link(name: str) -> None:
    _, body = mail(LinkPurpose.INVITATION, "en", name)
    assert not templates.has_link(body.replace(URL, ""))
