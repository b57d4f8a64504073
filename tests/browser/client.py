"""A login or a confirmation as a person sees it: what they can do, and what they read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped]  # has no types
from playwright.sync_api import Locator, Page, expect

_AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    # It would copy the components' style sheets into inline ones, which the pages' policy forbids.
    "preload": False,
}

# Colours are checked after all animations have ended.
_REST = "() => Promise.all(document.getAnimations().map(animation => animation.finished.catch(() => null)))"


@dataclass(frozen=True)
class Client:
    """One window of the client pages, or of the sample backup client."""

    page: Page

    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def sees(self, heading: str) -> None:
        """The step with this heading is shown."""
        expect(self.heading()).to_have_text(heading)

    def log_in(self, login_name: str, password: str) -> None:
        self.page.get_by_label("Login name", exact=True).fill(login_name)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Log in").click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def send(self) -> None:
        """Sends the passcode to the chosen phone, and waits for the next step."""
        self.sees("Choose a phone")
        self.button("Send passcode").click()
        self.sees("Enter the passcode")

    @property
    def prefix(self) -> str:
        """The letters beside the input."""
        return self.page.locator("#code-prefix").inner_text()

    @property
    def code(self) -> Locator:
        return self.page.get_by_label("Passcode", exact=True)

    def verify(self, code: str) -> None:
        self.code.fill(code)
        self.button("Verify").click()

    @property
    def code_error(self) -> Locator:
        return self.page.locator("#code-error")

    @property
    def notice(self) -> Locator:
        return self.page.locator(".step:not([hidden]) .notice").filter(visible=True)

    def listen(self) -> None:
        """Collects the details of the components' events, before they happen."""
        self.page.evaluate(
            """() => { window.told = []; for (const name of ['authenticated', 'approved', 'denied', 'cancelled', 'enrolment'])
            document.addEventListener(name, ({detail}) => window.told.push({name, ...detail})) }"""
        )

    def told(self, name: str) -> list[dict[str, Any]]:
        """The details of the events of this name since `listen`."""
        return [each for each in self.page.evaluate("window.told") if each["name"] == name]

    def check_accessible(self) -> None:
        """Axe finds nothing in light or dark mode, and nothing overflows to the right."""
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE_SCRIPT)
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for scheme in schemes:
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            self.page.evaluate(_REST)
            results = AxeResults(self.page.evaluate("options => axe.run(options)", _AXE))
            assert results.violations_count == 0, results.generate_report()
        assert self.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
