"""What an administrator chooses for the console in this browser: language, light or dark, keyboard shortcuts."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, make_admin
from tests.running import Running


def paper(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_language_theme_and_shortcuts_are_chosen_in_the_menu(browsing: Browsing, stack: Running) -> None:
    console = Console.open(browsing, make_admin(stack), "#/overview")
    page = console.page
    console.rests()
    light = paper(page)

    page.get_by_label("Language of the console").select_option("de")
    expect(page.get_by_role("link", name="Übersicht")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_text("Zeitzone: ")).to_be_visible()

    page.get_by_label("Design").select_option("dark")
    dark = paper(page)
    assert dark != light
    page.reload()
    expect(page.get_by_role("link", name="Übersicht")).to_be_visible()
    assert paper(page) == dark
    page.emulate_media(color_scheme="dark")
    page.get_by_label("Design").select_option("light")
    assert paper(page) == light
    page.get_by_label("Design").select_option("system")
    assert paper(page) == dark

    page.locator("h1").focus()
    page.keyboard.press("?")
    expect(console.dialog).to_contain_text("Tastenkürzel")
    page.keyboard.press("g")
    page.keyboard.press("u")
    page.keyboard.press("Escape")
    expect(console.dialog).to_have_count(0)
    assert page.url.endswith("#/overview")
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.locator("h1")).to_have_text("Protokoll")
    page.keyboard.press("/")
    search = page.get_by_label("Benutzer", exact=True)
    expect(search).to_be_focused()
    page.keyboard.type("?gu")
    expect(search).to_have_value("?gu")
    expect(console.dialog).to_have_count(0)

    page.get_by_role("button", name="Tastenkürzel").click()
    console.dialog.get_by_role("switch").click()
    page.keyboard.press("Escape")
    page.locator("h1").focus()
    page.keyboard.press("?")
    expect(console.dialog).to_have_count(0)

    page.get_by_label("Sprache der Konsole").select_option("en")
    expect(page.get_by_role("link", name="Overview")).to_be_visible()
