"""A stack and a browser for all tests, with new people for each test."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests import network, people
from tests.people import Person
from tests.running import Running, running

_PATIENCE_S = 20
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TEST_NUMBER = {"number": "+85292169999", "code": "246810"}

_HEARD = re.compile(r"\d(?:[ ,.]+\d){5}(?![ ,.]*\d)")


def pytest_runtestloop() -> None:
    """Waits for the tests with containers, before the first test's time begins to count."""
    network.must_stay()


@pytest.fixture(scope="session")
def executable() -> str:
    """The path of Chromium. Without one, the browser tests are skipped."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.skip(f"there is no Chromium (looked for {', '.join(names)}); CHROMIUM may name one")


@pytest.fixture(scope="session")
def stack(executable: str) -> Iterator[Running]:
    with running() as stack:
        # At the start, because functions cache settings for up to thirty seconds.
        content = simulated_twilio(stack, "GET", "twilio")["contents"][0]["sid"]
        stack.admin(
            "settings.patch",
            voice={"enabled": True},
            whatsapp={"content_sid": content},
            test_numbers=[TEST_NUMBER],
        )
        yield stack


@pytest.fixture(scope="session")
def browser(executable: str) -> Iterator[Browser]:
    expect.set_options(timeout=_PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


def arrived(stack: Running, address: str, fits: Callable[[dict[str, str]], object]) -> dict[str, str]:
    """The newest message to a phone or mailbox that fits; waits until it is there."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        for item in stack.messages(address):
            if fits(item):
                return item
        time.sleep(0.05)
    raise AssertionError(f"nothing of that kind arrived at {address}")


def hear(stack: Running, number: str) -> str:
    """The digits that the newest call to this number says; waits until it has come."""
    call = arrived(stack, number, lambda item: item.get("channel") == "voice")
    found = _HEARD.search(call["body"])
    assert found, call["body"]
    return re.sub(r"\D", "", found[0])


def simulated_twilio(stack: Running, method: str, what: str, body: object = None) -> Any:
    """Asks the simulated Twilio for its state (`twilio`, `requests`), or sets its `faults`."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{stack.base_url}/handset/{what}", data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def await_callback(stack: Running, person: Person, status: str) -> None:
    """Waits until Twilio has reported this status to the product."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        told = simulated_twilio(stack, "GET", f"callbacks?to={quote(person.numbers[0])}")
        if any(callback["status"] == status for callback in told):
            return
        time.sleep(0.05)
    raise AssertionError(f"no callback said {status}")


@pytest.fixture
def make_person(stack: Running) -> Callable[..., Person]:
    """Makes a user: with MFA, a phone and a contact email unless told otherwise. The phones are in three countries."""

    def make(*, phones: int = 1, **options: Any) -> Person:
        return people.add(stack, phones=[stack.number(region) for region in ("HK", "GB", "US")[:phones]], **options)

    return make


@dataclass(eq=False)
class Browsing:
    """Opens pages of the stack, and collects errors and requests to other hosts."""

    context: BrowserContext
    stack: Running
    complaints: list[str]

    def open(self, path: str, clock_at: float | None = None) -> Page:
        """Opens a page. With `clock_at` (seconds since 1970), the test controls its clock and timers."""
        page = self.context.new_page()
        if clock_at is not None:
            page.clock.install(time=clock_at)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error on the page: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.goto(self.stack.base_url + path)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # A browser logs every refused request, and many tests are about refusals of the API and of the sample service.
        path = urlsplit(message.location.get("url", "")).path.removeprefix("/live")
        refused = message.text.startswith("Failed to load resource") and path.startswith(("/v1/", "/backup/"))
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith(self.stack.base_url + "/"):
            self.complaints.append(f"request to elsewhere: {url}")


@pytest.fixture
def make_browsing(browser: Browser, stack: Running) -> Iterator[Callable[..., Browsing]]:
    """Opens browser windows. At the end, none may have had an error or a request to another host."""
    made: list[Browsing] = []

    def make(**options: Any) -> Browsing:
        # Without animations, which tests would have to wait for.
        defaults = {"viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}
        context = browser.new_context(**{**defaults, **options})
        context.set_default_timeout(_PATIENCE_S * 1000)
        made.append(Browsing(context, stack, []))
        return made[-1]

    yield make
    complaints = []
    for browsing in made:
        browsing.context.close()
        complaints += browsing.complaints
    assert not complaints


@pytest.fixture
def browsing(make_browsing: Callable[..., Browsing]) -> Browsing:
    return make_browsing()
