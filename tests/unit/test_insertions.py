"""Login names and signatures in messages: none can pass for the code, a link or a command, or hide characters."""

import re
from importlib import resources

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linkify_it import LinkifyIt  # type: ignore[import-untyped]
from linkify_it.tlds import TLDS  # type: ignore[import-untyped]

from mfa.messages import gsm7, templates
from mfa.messages.insertions import hidden, shown_names, shown_signature
from mfa.messages.locales import LOCALES, built_in
from mfa.messages.passcode_texts import Passcode
from mfa.messages.templates import text
from mfa.messages.top_level_domains import TOP_LEVEL_DOMAINS
from mfa.users.user import new_login_name

# As a telephone judges: every top-level domain, hosts without a scheme, and IPv4 addresses.
PHONE = LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": False, "fuzzy_ip": True}).tlds(
    [each.lower() for each in TLDS]
)
PHONE = PHONE.tlds(["рф", "xn--p1ai", *(each for each in TOP_LEVEL_DOMAINS if not each.isascii())], True)


def passcode(name: str, *, code: str = "581883", signature: str = "Backup", origin: str | None = None) -> Passcode:
    return Passcode(login_name=name, code=code, prefix="XYWD", signature=signature, origin=origin)


LINKS = [
    "bit.ly", "1.2.3.4", "новости.рф", "example.com", "login.example.co.uk", "t.me", "xn--b1amarcd.xn--p1ai", "192.168.0.1",
    "acme\\bit.ly", "see bit.ly", "bit.ly now", "payroll.cloud", "jane.dev", "max.it", "a-b.museum", "a.b.c.d.com", "例え.みんな",
    "bit.ly.", "bit.ly-1", "1.2.3.4.5.6.7.8", "demo.1.2.3.4", "bit.ly+x", "a_b.com", "www.example", "4.co",
    "bit.ly@work", "me@1.2.3.4", "חדשות.ישראל",
]  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", LINKS)
def test_no_login_name_is_a_link_in_a_message(name: str, locale: str) -> None:
    for message in (text(built_in(locale), passcode(name)), templates.recovery_notice(locale, name, "Backup")):
        assert PHONE.match(message) is None, message
    assert PHONE.match(templates.mail(locale, passcode(name))[1]) is None


def test_the_linkifier_finds_what_is_not_broken() -> None:
    missed = [name for name in LINKS if not PHONE.test(f'user "{name}" login')]
    # By its own rules these are none; by those of some phones they are.
    assert set(missed) <= {
        "www.example",
        "bit.ly-1",
        "1.2.3.4.5.6.7.8",
        "demo.1.2.3.4",
        "a_b.com",
        "bit.ly+x",
        "me@1.2.3.4",
        "xn--b1amarcd.xn--p1ai",
    }


@pytest.mark.parametrize(
    "name",
    ["demo.user", "alexandra.miller", "john smith", "a.b", "иван.петров", "v1.2", "1.2.3", "demo@example.com", "j.r.r", "bit..ly x",
     "demo@bit.ly", "acme\\demo.user", "demo.userly", "...", "user.1"],
)  # fmt: skip
def test_a_name_that_is_no_host_stays_as_it_is(name: str) -> None:
    assert next(shown_names(name, 6)) == name
    assert f'user "{name}" login' in text(built_in("en"), passcode(name))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("bit.ly", "bit. ly"),
        ("1.2.3.4", "1. 2. 3. 4"),
        ("новости.рф", "новости. рф"),
        ("login.example.com", "login.example. com"),
        ("a@b@bit.ly", "a@b@bit. ly"),
        ("bit.ly@work", "bit. ly@work"),
        ("me@1.2.3.4", "me@1. 2. 3. 4"),
    ],
)
def test_a_link_is_broken_and_can_still_be_read(name: str, shown: str) -> None:
    assert next(shown_names(name, 6)) == shown


@given(
    st.lists(st.sampled_from(["bit", "ly", "com", "рф", "1", "255", "www", "demo", "user", "xn--p1ai", "co", "例え"]), min_size=1, max_size=8)
    .map(".".join)
)  # fmt: skip
def test_no_labels_put_together_make_a_link(name: str) -> None:
    for shown in shown_names(name, 6):
        assert PHONE.match(f'user "{shown}" login') is None, shown


def test_every_domain_of_the_linkifier_is_known() -> None:
    ascii_only = {each.lower() for each in TLDS if len(each) > 2 and not each.startswith("XN--")}
    assert ascii_only <= TOP_LEVEL_DOMAINS
    assert "рф" in TOP_LEVEL_DOMAINS


def test_every_domain_of_iana_is_known() -> None:
    listed = resources.files("hypothesis.vendor").joinpath("tlds-alpha-by-domain.txt").read_text(encoding="ascii")
    domains = [line.lower() for line in listed.splitlines() if not line.startswith("#")]
    assert len(domains) > 1000
    unknown = [each for each in domains if len(each) > 2 and idna.decode(each) not in TOP_LEVEL_DOMAINS]
    assert unknown == []


def test_the_name_of_the_user_is_not_changed() -> None:
    assert new_login_name("bit.ly") == "bit.ly"


@pytest.mark.parametrize("name", ["用" * 40, "用" * 128, "я" * 60, "\U00010400" * 64, "é用" * 30])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_name_of_other_letters_makes_two_segments_at_most(locale: str, name: str) -> None:
    assert gsm7.segments(text(built_in(locale), passcode(name, signature="Your backup service provider"))) <= 2


@pytest.mark.parametrize("name", ["用" * 40, "я" * 17, "x" * 128])
def test_no_name_makes_more_segments_than_can_be_paid_for(name: str) -> None:
    """A template of three segments in GSM-7 would take seven with such a name."""
    template = "{code} {prefix}\n" + "words " * 60 + "\n{login_name}\n{signature}"
    body = text(template, passcode(name))
    assert gsm7.segments(body) <= templates.MAX_SEGMENTS
    assert gsm7.is_gsm7(body)


@pytest.mark.parametrize(
    ("signature", "shown"),
    [
        ("Acme", "Acme"),
        ("Ac\u200bme", "Acme"),
        ("\u202eemcA", "emcA"),
        ("Ac\u200dme", "Acme"),
        ("@acme #99", "acme #99"),
        (" @ acme", "acme"),
        ("\u200b@acme #99", "acme #99"),
        ("Acme 5818830", "Acme 58..0"),
        ("Acme\n@x #1", "Acme @x #1"),
    ],
)
def test_a_signature_that_was_saved_before_a_rule_existed_is_made_harmless(signature: str, shown: str) -> None:
    assert shown_signature(signature, 6) == shown


@given(st.text(max_size=40), st.sampled_from(["login.example.com", None]))
def test_whatever_the_signature_only_the_last_line_is_for_autofill(signature: str, origin: str | None) -> None:
    body = text(built_in("en"), passcode("demo.user", signature=signature, origin=origin))
    lines = [line for line in re.split(r"[\n\r\u2028\u2029]", body) if line.lstrip().startswith("@")]
    assert lines == ([f"@{origin} #581883"] if origin else [])
    assert hidden(body) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("plain words", []),
        ("two\nlines", []),
        ("می\u200cخواهم", []),
        ("क्\u200dष", []),
        ("a\u200cb", ["\u200c"]),
        ("\u200dx", ["\u200d"]),
        ("tab\there", ["\t"]),
        ("\u2066x\u2069", ["\u2066", "\u2069"]),
        ("\u00ad\u00ad", ["\u00ad"]),
        ("\u3164", ["\u3164"]),
        ("\ufe0f", ["\ufe0f"]),
        ("a\u2800b", ["\u2800"]),
        ("\ufffc", ["\ufffc"]),
        ("a\U00016fe4", ["\U00016fe4"]),
        ("\U0001d159", ["\U0001d159"]),
        ("line\u2028", ["\u2028"]),
        ("\ue000", ["\ue000"]),
    ],
)
def test_what_cannot_be_seen_is_found(words: str, found: list[str]) -> None:
    assert hidden(words) == found
