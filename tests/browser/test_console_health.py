"""The banner of the console while Twilio refuses the account."""

import time

from playwright.sync_api import expect

from tests import people
from tests.browser.conftest import Browsing, simulated_twilio
from tests.browser.console_window import Console, make_admin
from tests.people import Person
from tests.running import Running


def refused(stack: Running) -> Person:
    """Somebody whose message was refused. A container that has older settings, for half a minute, does not write the refusal down."""
    deadline = time.monotonic() + 60
    while True:
        person = people.add(stack, phones=[stack.number()])
        person.login()
        assert person.start().code == "sms_unavailable"
        if stack.admin("health.get")["sending"]["status"] != "working":
            return person
        assert time.monotonic() < deadline
        time.sleep(2)


def goes_out_again(stack: Running) -> None:
    """Waits until messages go out: containers keep what they know of the refusal for half a minute."""
    deadline = time.monotonic() + 60
    while True:
        person = people.add(stack, phones=[stack.number()])
        person.login()
        if person.start().status == 201:
            return
        assert time.monotonic() < deadline
        time.sleep(2)


def test_every_page_says_that_nobody_can_log_in(browsing: Browsing, stack: Running) -> None:
    """Refused credentials are on every page with what to do, until the settings are saved."""
    # Until it is cleared: a message that is accepted, such as a notice of another test, would end the refusal.
    simulated_twilio(stack, "POST", "faults", {"fault": "error", "code": 20003})
    try:
        person = refused(stack)
        console = Console.open(browsing, make_admin(stack), "#/overview")
        banner = console.page.get_by_role("alert").filter(has_text="nobody with SMS authentication can log in")
        for page in ("#/overview", f"#/users/{person.name}/security", "#/settings/limits"):
            console.go(page)
            expect(banner).to_contain_text("Twilio does not accept the credentials (error 20003)")
            expect(banner).to_contain_text("Copy Account SID and Auth Token again")
        console.go("#/settings/countries")
        senders = console.page.get_by_role("table", name="Who would send to Hong Kong")
        expect(senders).to_contain_text("Refuses the account")
        console.check_accessible()
        console.page.set_viewport_size({"width": 360, "height": 740})
        console.check_width()
        console.page.set_viewport_size({"width": 1280, "height": 860})
        simulated_twilio(stack, "DELETE", "faults")
        banner.get_by_role("link", name="Open the settings").click()
        console.field("Messages without success").fill("6")
        console.save()
        expect(banner).to_have_count(0)
        goes_out_again(stack)
    finally:
        simulated_twilio(stack, "DELETE", "faults")
        stack.admin("settings.patch", max_sends=5)
