"""A user gets no code: the page shows why, tests the phone, and hands a link out."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, MakeBrowsing, make_admin
from tests.people import Person
from tests.running import Running

type MakePerson = Callable[..., Person]


def test_support_tests_a_phone_and_watches_the_messages_arrive(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    person = make_person()
    console = Console.open(browsing, make_admin(stack, role="support"), f"#/users/{person.name}/security")
    expect(console.main).to_contain_text("No code was sent in the last ten minutes.")
    expect(console.main).to_contain_text("No message yet.")
    console.check_accessible()

    test = console.main.get_by_role("button", name="Send a test message to")
    test.click()
    row = console.row("Test message to")
    expect(row).to_contain_text(re.compile("delivered after"))  # by itself: the page follows it
    assert stack.texts(person.numbers[0])[0].startswith("Test message for user")
    expect(console.page.locator("#announcer")).to_have_text(re.compile(r"Test message to .*: delivered after"))
    test.click()
    console.says("A test message was sent to this user a moment ago.")

    person.challenged()
    console.button("Refresh").click()
    expect(console.row("Passcode by text message")).to_contain_text("delivered after")
    expect(console.main).to_contain_text("Only the newest one is right")
    expect(console.main).not_to_contain_text(person.code())
    console.check_accessible()


def test_a_link_is_made_and_copied_with_one_click(
    make_browsing: MakeBrowsing, stack: Running, make_person: MakePerson
) -> None:
    person = make_person(phones=0, mfa=False)
    browsing = make_browsing(permissions=["clipboard-read", "clipboard-write"])
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/security")
    links = []
    for _ in range(2):
        console.button("Copy an invitation link").click()
        console.says("The link is copied, and valid until")
        expect(console.main).to_contain_text("An earlier link works no more.")
        links.append(console.page.evaluate("navigator.clipboard.readText()"))
        console.button("Dismiss").click()
    assert all("#invitation=" in link for link in links)
    assert links[0] != links[1]
    console.button("Mail it again").click()
    console.says("The invitation is on its way to")
    expect(console.main).not_to_contain_text("An earlier link works no more.")
