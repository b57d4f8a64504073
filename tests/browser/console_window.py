"""The console as an administrator sees it: what they can do, and what they read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests import people
from tests.browser.client import Client
from tests.browser.conftest import Browsing
from tests.product import PASSWORD
from tests.running import Running

PATH = "/v1/admin/console/"
PAGES = {
    "overview": "#/overview",
    "users": "#/users",
    "new-user": "#/new-user",
    "import": "#/import-users",
    "jobs": "#/jobs",
    "clients": "#/clients",
    "fraud": "#/fraud",
    "log": "#/log",
    "sessions": "#/sessions",
    "settings": "#/settings/mfa",
    "settings-messages": "#/settings/messages",
    "settings-actions": "#/settings/actions",
    "settings-countries": "#/settings/countries",
    "settings-access": "#/settings/access",
    "settings-limits": "#/settings/limits",
}
USER_PAGES = ("profile", "security", "history")


def make_admin(stack: Running, *, number: str | None = None, role: str = "owner") -> str:
    """Makes a system user, with MFA where there is a number; the login name."""
    numbers = [number] if number else []
    return people.add(stack, phones=numbers, mfa=bool(numbers), email=False, kind="system", role=role).name


@dataclass(frozen=True)
class Console(Client):
    """One window of the console."""

    @classmethod
    def open(cls, browsing: Browsing, name: str, hash_: str = "") -> Console:
        """Opens a page of the console and logs in, without a second factor."""
        console = cls(browsing.open(PATH + hash_))
        console.log_in(name, PASSWORD)
        expect(console.main).to_be_visible()
        return console

    @property
    def main(self) -> Locator:
        return self.page.locator("#main")

    @property
    def dialog(self) -> Locator:
        """The dialog on top."""
        return self.page.get_by_role("dialog").last

    @property
    def switch(self) -> Locator:
        """The switch of a user's second factor."""
        return self.page.get_by_role("switch", name="SMS authentication", exact=True)

    def go(self, hash_: str) -> None:
        """Opens a page by its address, as a bookmark does, and waits until it has loaded."""
        self.page.evaluate("hash => { location.hash = hash; }", hash_)
        expect(self.main).to_have_attribute("data-page", hash_)
        self.rests()

    def rests(self) -> None:
        """Waits until everything has loaded."""
        expect(self.main.locator("h1")).to_be_visible()
        expect(self.page.locator(".loading, [aria-busy='true']")).to_have_count(0)

    def turn_to(self, tab: str) -> None:
        """Opens a tab of the page, and waits until it is there."""
        link = self.main.get_by_role("link", name=tab, exact=True)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")  # before that, loading has not begun
        self.rests()

    def field(self, label: str) -> Locator:
        """A field of the page or its dialog, not one of the menu."""
        return self.page.locator("main, dialog, #door").get_by_label(label, exact=True)

    def paste_number(self, number: str, within: Locator | None = None) -> None:
        """Pastes a number into the field for one, as it was copied from elsewhere."""
        (within or self.page).get_by_label("Number", exact=True).fill(number)

    def save(self) -> None:
        """Presses the green button, which then goes away."""
        self.button("Save").click()
        expect(self.button("Save")).to_be_hidden()
        self.says("Saved.")

    def says(self, text: str) -> None:
        """A notification with these words."""
        expect(self.page.locator(".toast").filter(has_text=text).first).to_be_visible()

    def row(self, text: str) -> Locator:
        return self.main.get_by_role("row").filter(has_text=text)

    def check_width(self) -> None:
        """The page is no wider than its window."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    def error_of(self, field: str) -> Locator:
        """The error of a field, by the API's name of the field."""
        return self.page.locator(f'[data-field="{field}"] .field-error')


def every_page(login_name: str) -> dict[str, str]:
    """The address of every page, including this user's."""
    return {**PAGES, **{f"user-{tab}": f"#/users/{login_name}/{tab}" for tab in USER_PAGES}}


type MakeBrowsing = Callable[..., Browsing]


def screenshot(page: Page, path: object) -> None:
    """Takes a picture of the window after its animations."""
    page.mouse.move(0, 0)
    page.evaluate("() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => null)))")
    page.screenshot(path=str(path))
