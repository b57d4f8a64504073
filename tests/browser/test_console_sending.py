"""The console's switch of messages and calls: one click from every page, and a banner on every page until somebody resumes."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, every_page, make_admin
from tests.running import Running


def test_an_administrator_stops_sending_from_any_page_and_resumes(browsing: Browsing, stack: Running) -> None:
    """Somebody else saves in between, which overwrites nothing and stops nothing."""
    admin = make_admin(stack)
    console = Console.open(browsing, admin, "#/clients")
    stop = console.button("Stop sending")

    def banner(words: str) -> Locator:
        return console.page.get_by_role("alert").filter(has_text=words)

    try:
        stop.click()
        expect(console.dialog.get_by_role("radio", name="Only to verified phones")).to_be_checked()
        check(console)
        stack.admin("settings.patch", max_sends=6)
        console.dialog.get_by_role("button", name="Stop sending").click()
        verified_only = banner("Messages and calls go only to verified phones")
        expect(verified_only).to_contain_text(f"Set by {admin}")
        expect(stop).to_be_hidden()
        assert stack.admin("settings.get")["sending"] == "verified_only"
        verified_only.get_by_role("button", name="Stop everything").click()
        expect(console.dialog.get_by_role("radio", name="Nothing at all")).to_be_checked()
        console.dialog.get_by_role("button", name="Stop sending").click()
        off = banner("Sending is stopped: no message or call goes out")
        expect(off).to_contain_text(f"Set by {admin}")
        for address in ("#/overview", f"#/users/{admin}/history", "#/settings/limits"):
            assert address in every_page(admin).values()
            console.go(address)
            expect(off).to_be_visible()
        expect(console.main.get_by_role("radio", name="Nothing at all")).to_be_checked()
        check(console)
        off.get_by_role("button", name="Resume").click()
        console.dialog.get_by_role("button", name="Resume").click()
        expect(off).to_have_count(0)
        expect(console.main.get_by_role("radio", name="To every phone")).to_be_checked()
        expect(stop).to_be_visible()
        settings = stack.admin("settings.get")
        assert (settings["sending"], settings["max_sends"]) == ("on", 6)
        check(console)
    finally:
        stack.admin("settings.patch", sending=None, max_sends=None)


def check(console: Console) -> None:
    """The page as it is, narrow and wide, in light and dark."""
    for width, height in ((360, 740), (1280, 860)):
        console.page.set_viewport_size({"width": width, "height": height})
        console.check_accessible()
        console.check_width()
