"""The console in Chromium: message texts, channels, and test numbers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TEST_NUMBER, Browsing
from tests.browser.console_window import Console, make_admin
from tests.running import Running

SHORT = "Uw code is {code}, referentie {prefix}\n{signature}"


@pytest.fixture
def console(browsing: Browsing, stack: Running) -> Console:
    """The page of messages, with its preview."""
    console = Console.open(browsing, make_admin(stack), "#/settings/messages")
    expect(console.page.locator(".bubble")).to_contain_text('is the verification code for user "demo.user" login')
    return console


def test_a_template_is_edited_with_a_live_preview(console: Console, stack: Running) -> None:
    """A text is edited beside a preview of the message and its cost; it is saved, and reset."""
    preview = console.page.get_by_role("figure")
    console.field("Language").select_option("nl")
    expect(preview).to_contain_text("is de verificatiecode")
    expect(preview).to_contain_text("Costs 1 message")
    expect(preview).to_contain_text("Nothing is wrong with this text.")
    console.check_accessible()
    console.field("Text").fill(SHORT.replace("code", "cöde ", 1) + " ŵ" * 60)
    expect(preview).to_contain_text("UCS-2")
    expect(preview).to_contain_text(re.compile("Costs [23] messages"))
    console.field("Text").fill(SHORT.replace("code", "ćode", 1))
    expect(preview.locator("[data-kind=warning]")).to_contain_text("because of ć (write c)")
    console.field("Text").fill(SHORT)
    expect(preview.locator(".bubble")).to_have_text("Uw code is 581883, referentie XYWD\nYour backup service provider")
    console.field("Signature").fill("Backups {r} us")
    expect(preview.locator(".bubble")).to_have_text("Uw code is 581883, referentie XYWD\nBackups {r} us")
    console.field("Host for autofill").fill("login.example.com")
    expect(preview.locator(".bubble")).to_contain_text("@login.example.com #581883")
    console.field("Host for autofill").fill("")
    console.field("Signature").fill("Your backup service provider")
    expect(console.page.get_by_text("1 unsaved change")).to_be_visible()
    console.save()
    assert stack.admin("settings.get")["templates"] == {"nl": SHORT}
    expect(console.field("Language").locator("option:checked")).to_have_text("Dutch (nl), your own text")
    expect(console.field("Text")).to_have_value(SHORT)
    console.button("Reset to the built-in text").click()
    expect(preview).to_contain_text("is de verificatiecode")
    console.save()
    expect(preview).to_contain_text("is de verificatiecode")
    assert stack.admin("settings.get")["templates"] == {}


def test_a_template_with_a_problem_is_not_saved(console: Console, stack: Running) -> None:
    """The linter's refusals are shown beside the text, at Save there and at Save on another tab; nothing is saved."""
    console.field("Language").select_option("it")
    expect(console.field("Text")).to_have_value(re.compile("codice di verifica"))
    console.field("Text").fill("Visit evil.example.com {prefix}")
    problems = console.page.get_by_role("figure").locator("[data-kind=error]")
    expect(problems).to_contain_text("It must hold {code}.")
    expect(problems).to_contain_text("It must not hold a link")
    console.button("Save").click()
    expect(console.error_of("template")).to_contain_text("This text cannot be saved: it must hold {code}.")
    expect(console.field("Text")).to_be_focused()
    console.check_accessible()
    console.field("Language").select_option("en")
    console.turn_to("Limits")  # a Save before it is there would be the one of this tab
    console.button("Save").click()
    expect(console.page).to_have_url(re.compile("#/settings/messages$"))
    expect(console.error_of("template")).to_contain_text("Message in Italian must hold {code}")
    expect(console.field("Language")).to_have_value("it")
    assert stack.admin("settings.get")["templates"] == {}
    console.button("Discard").click()
    expect(console.field("Text")).to_have_value(re.compile("codice di verifica"))


def test_a_language_is_added(console: Console, stack: Running) -> None:
    """A language beyond the shipped ones is added by its tag, begins with the English words, and can be removed."""
    console.button("Add a language").click()
    for tag in ("no such tag", "DE"):
        console.dialog.get_by_label("Language tag").fill(tag)
        console.dialog.get_by_role("button", name="Add", exact=True).click()
        expect(console.error_of("tag")).to_be_visible()
    console.check_accessible()
    console.dialog.get_by_label("Language tag").fill("sv")
    console.page.keyboard.press("Enter")
    expect(console.field("Language").locator("option:checked")).to_have_text("Swedish (sv), not saved")
    expect(console.field("Text")).to_have_value(re.compile("is the verification code"))
    console.field("Text").fill("")
    console.button("Insert {code}, the passcode").click()
    console.page.keyboard.type(" är koden, referens {prefix}")
    expect(console.page.locator(".bubble")).to_have_text("581883 är koden, referens XYWD")
    console.save()
    assert stack.admin("settings.get")["templates"] == {"sv": "{code} är koden, referens {prefix}"}
    console.button("Remove this language").click()
    expect(console.field("Language")).to_have_value("en")
    console.save()
    assert stack.admin("settings.get")["templates"] == {}


def test_another_administrator_edits_the_same_text(console: Console, stack: Running) -> None:
    """Two texts for the same language are shown beside each other, by the name of the language."""
    console.field("Language").select_option("nl")
    expect(console.field("Text")).to_have_value(re.compile("verificatiecode"))
    console.field("Text").fill(SHORT)
    stack.admin("settings.patch", templates={"nl": SHORT.replace("Uw", "De")})
    console.button("Save").click()
    expect(console.dialog.get_by_role("group", name="Message in Dutch")).to_contain_text("De code is")
    console.button("Go on").click()
    expect(console.field("Text")).to_have_value(SHORT.replace("Uw", "De"))
    stack.admin("settings.patch", templates=None)


def test_calls_need_a_phone_number(console: Console, stack: Running) -> None:
    """With a sender that is not a phone number the page says so, and calls cannot stay on or be turned on."""
    calls = console.page.get_by_role("switch", name="Calls")
    expect(calls).to_have_attribute("aria-checked", "true")
    console.page.get_by_role("link", name="MFA settings").click()
    console.page.get_by_text("Messaging Service", exact=True).click()
    console.field("Messaging Service SID").fill("MG" + "0" * 32)
    console.page.get_by_role("link", name="Messages", exact=True).click()
    expect(console.main).to_contain_text("A call needs a phone number to come from")
    console.button("Save").click()
    expect(console.error_of("voice.enabled")).to_contain_text("The sender is not a phone number")
    console.check_accessible()
    calls.click()
    expect(calls).to_have_attribute("aria-checked", "false")
    calls.click()
    expect(calls).to_have_attribute("aria-checked", "false")
    expect(console.error_of("voice.enabled")).to_contain_text("The sender must be a phone number first.")
    console.button("Discard").click()
    expect(calls).to_have_attribute("aria-checked", "true")
    console.field("WhatsApp template").fill("SM123")
    console.button("Save").click()
    expect(console.error_of("whatsapp.content_sid")).to_be_visible()
    assert stack.admin("settings.get")["voice"]["enabled"] is True


def test_test_numbers_are_edited(console: Console, stack: Running) -> None:
    """Test numbers are listed with passcodes and purposes; they are added and removed with Save."""
    console.go("#/settings/access")
    expect(console.row("Hong Kong")).to_contain_text(TEST_NUMBER["code"])
    expect(console.main).to_contain_text("Anyone who knows the password gets in with these passcodes")
    console.check_accessible()
    console.paste_number("+44 7400 123499")
    console.field("Passcode").fill("12a")
    console.button("Add number").click()
    expect(console.error_of("test_code")).to_contain_text("4 to 10 digits")
    console.field("Passcode").fill("135790")
    console.button("Add number").click()
    expect(console.button("Remove +44 7400123499")).to_be_visible()  # once the number is judged
    console.paste_number(TEST_NUMBER["number"])
    console.field("Passcode").fill("1357")
    console.button("Add number").click()
    expect(console.error_of("test_number")).to_contain_text("in the list already")
    console.save()
    added = {"number": "+447400123499", "code": "135790"}
    assert stack.admin("settings.get")["test_numbers"] == [TEST_NUMBER, added]
    console.button("Remove +44 7400123499").click()
    console.save()
    assert stack.admin("settings.get")["test_numbers"] == [TEST_NUMBER]
