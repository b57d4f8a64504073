"""Deletions in the sample backup client against the local stack, as a person confirms or refuses them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from infra.local.seed import DEMO_PHONE, DEMO_USER
from infra.local.seed import PASSWORD as DEMO_PASSWORD
from tests.browser.client import Client
from tests.browser.conftest import Browsing
from tests.people import Person
from tests.running import Running

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WEEK = 7 * 86400
NARROW = {"viewport": {"width": 320, "height": 700}}


@pytest.fixture
def demo(stack: Running) -> Iterator[Person]:
    """The user of the sample, who may get a message at once, and whose backup sets are all there."""
    phone = stack.admin("users.get", login_name=DEMO_USER)["phones"][0]["id"]
    person = Person(stack, DEMO_USER, DEMO_PASSWORD, "", f"{DEMO_USER}@example.com", [DEMO_PHONE], [phone])
    person.unlock()
    if person.item:
        person.end_cooldown()
    assert stack.call("POST", "/backup/sets/restore", {}).status == 200
    yield person
    person.unlock()
    if person.item:
        person.end_cooldown()


def ask(page: Page, backup_set: str = "Payroll") -> Client:
    """Clicks the set's *Delete backup data…*."""
    client = Client(page)
    client.sees("Backup sets")
    client.button(f"Delete backup data… of {backup_set}").click()
    return client


def names(stack: Running) -> set[str]:
    """The backup sets that the service has."""
    return {each["name"] for each in stack.call("GET", "/backup/sets").json["sets"]}


def test_a_set_is_deleted_once_the_passcode_of_its_message_came_back(
    browsing: Browsing, stack: Running, demo: Person
) -> None:
    """By keyboard, over a reload, Back and a wrong passcode. The message names the deed as the page does."""
    client = Client(browsing.open("/"))
    client.page.get_by_role("link", name="Backup sample").click()
    client.sees("Backup sets")
    expect(client.page.locator("#sets-lead")).to_have_text(f"Logged in as {DEMO_USER}.")
    expect(client.page.locator(".set")).to_have_count(3)
    client.check_accessible()
    client.button("Delete backup data… of Payroll").press("Enter")
    client.sees("Choose a phone")
    expect(client.page.locator("#step-choose .deed strong")).to_have_text('delete backup set "Payroll"')
    expect(client.page.get_by_role("radio", name="Hong Kong (+852) - ****3799")).to_be_checked()
    client.check_accessible()
    before = demo.messages
    client.page.keyboard.press("Enter")  # the focus is on the heading: nothing happens
    client.page.get_by_role("radio").press("Enter")
    client.sees("Enter the passcode")
    expect(client.code).to_be_focused()
    prefix = client.prefix
    message = demo.receive(prefix)
    assert message.body.startswith(f'{message.digits} confirms: delete backup set "Payroll". User "{DEMO_USER}"')

    client.page.reload()
    client.sees("Enter the passcode")
    client.page.go_back()
    client.sees("Choose a phone")
    client.page.go_back()
    client.sees("Backup sets")
    expect(client.notice).to_contain_text("Nothing has been deleted")
    client.button("Continue").click()
    client.sees("Choose a phone")
    client.button("Enter the passcode").click()
    client.sees("Enter the passcode")
    assert (client.prefix, demo.messages) == (prefix, before + 1)

    client.verify(message.wrong())
    expect(client.code_error).to_contain_text("That passcode is not right")
    client.check_accessible()
    assert names(stack) == {"Payroll", "Customer database", "Mailboxes"}
    client.page.route("**/finish", lambda route: route.abort())
    client.verify(message.digits)
    client.sees("Confirmed")
    expect(client.notice).to_contain_text("We could not reach the service")
    assert names(stack) == {"Payroll", "Customer database", "Mailboxes"}
    for _ in range(3):  # the places of the confirmation's own steps are of no more use
        client.page.go_back()
        if client.heading().inner_text() == "Backup sets":
            break
    client.sees("Backup sets")
    expect(client.notice).to_contain_text("did not hear how it ended")
    client.button("Continue").click()
    client.sees("Confirmed")
    client.page.unroute("**/finish")
    client.page.reload()
    client.sees("The backup set was deleted")
    expect(client.page.locator("#deleted-lead")).to_contain_text("Payroll")
    assert names(stack) == {"Customer database", "Mailboxes"}
    client.check_accessible()
    client.button("Back to the backup sets").click()
    expect(client.page.locator(".set")).to_have_count(2)
    client.button("Put the samples back").click()
    expect(client.page.locator(".set")).to_have_count(3)


def test_this_was_not_me_ends_the_deletion_for_good(
    make_browsing: Callable[..., Browsing], stack: Running, demo: Person
) -> None:
    """On a narrow screen: the passcode is dead, the service deletes nothing, and the history says so."""
    client = ask(make_browsing(**NARROW).open("/backup"), "Customer database")
    client.send()
    message = demo.receive(client.prefix)
    kept = client.page.evaluate("JSON.parse(sessionStorage.getItem('backup-client.deletion')).action")
    client.check_accessible()
    client.page.locator("#step-code").get_by_role("button", name="This was not me").click()
    client.sees("Nothing was deleted")
    expect(client.page.locator("#kept-lead")).to_contain_text("You said that this was not you")
    client.check_accessible()
    demo.token, demo.challenge = kept["mfa_token"], str(demo.item["id"])
    assert demo.verify(message.digits).code == "action_denied"
    finish = stack.call("POST", f"/backup/deletions/{kept['id']}/finish", {})
    assert finish.code == "action_denied"
    assert "Customer database" in names(stack)
    # The report that the message arrived may come later.
    assert [each for each in demo.event_types() if each != "delivered"][-1] == "action_denied"
    client.button("Back to the backup sets").click()
    expect(client.page.locator(".set")).to_have_count(3)
    client.check_accessible()


def test_a_deletion_that_is_not_confirmed_in_time_or_not_asked_for_properly_deletes_nothing(
    browsing: Browsing, stack: Running, demo: Person
) -> None:
    """Cancelled, expired, locked, a phone that is too new: each is said in plain words."""
    client = ask(browsing.open("/backup", clock_at=time.time()))
    client.sees("Choose a phone")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    client.page.route("**/backup/sets", hold)
    client.button("Cancel").click()
    expect(client.notice).to_contain_text("The deletion was cancelled. Nothing was deleted.")

    ask(client.page)  # while the list is read anew
    client.sees("Choose a phone")
    [reading] = held
    reading.continue_()
    client.page.unroute("**/backup/sets")
    client.page.clock.run_for(301_000)
    client.sees("Nothing was deleted")
    expect(client.page.locator("#kept-lead")).to_contain_text("The time to confirm this deletion is over")
    client.page.route("**/backup/sets", lambda route: route.fulfill(status=503))
    client.button("Back to the backup sets").click()
    expect(client.notice).to_contain_text("The backup sets cannot be read.")
    client.page.unroute("**/backup/sets")
    client.button("Try again").click()
    expect(client.notice).to_have_count(0)
    client.sees("Backup sets")

    demo.write("#PHONE#0", verified_since=int(time.time()) - 3600)
    try:
        ask(client.page)
        expect(client.notice).to_contain_text("No phone can confirm this")
        client.check_accessible()
    finally:
        demo.write("#PHONE#0", verified_since=int(time.time()) - WEEK)

    ask(client.page)
    client.send()
    message = demo.receive(client.prefix)
    for n in range(1, 5):
        client.verify(message.wrong(n))
        expect(client.code_error).to_contain_text("That passcode is not right")
    client.verify(message.wrong(5))
    client.sees("Confirming is locked for now")
    client.check_accessible()
    assert names(stack) == {"Payroll", "Customer database", "Mailboxes"}


@pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="writes into docs/; SCREENSHOTS=1 asks for it")
def test_screenshots(make_browsing: Callable[..., Browsing], demo: Person) -> None:
    """The picture of the README shows the page as it is."""
    client = ask(make_browsing(viewport={"width": 720, "height": 840}, device_scale_factor=2).open("/backup"))
    client.send()
    client.code.fill(demo.receive(client.prefix).digits)
    client.page.screenshot(path=IMAGES / "backup.png", full_page=True, animations="disabled")
