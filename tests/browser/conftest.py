"""A stack, a browser, and people of one's own for every test."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from infra.local.testing import RunningStack, running_stack

PASSWORD = "correct horse battery staple"
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

_DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")
_HEARD = re.compile(r"\d(?:[ ,.]+\d){5}(?![ ,.]*\d)")


@pytest.fixture(scope="session")
def executable() -> str:
    """Where Chromium is; without one, the tests of the browser are skipped."""
    named = os.environ.get("CHROMIUM")
    names = [named] if named else ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
    for name in names:
        if path := shutil.which(name):
            return path
    pytest.skip(f"there is no Chromium (looked for {', '.join(names)}); CHROMIUM may name one")


@pytest.fixture(scope="session")
def stack(executable: str) -> Iterator[RunningStack]:
    with running_stack(port=0) as running:
        # At the start: functions keep settings for up to thirty seconds.
        content = simulated_twilio(running, "GET", "twilio")["contents"][0]["sid"]
        operate(
            running,
            "settings.patch",
            voice={"enabled": True},
            whatsapp={"content_sid": content},
            test_numbers=[TEST_NUMBER],
        )
        yield running


@pytest.fixture(scope="session")
def browser(executable: str) -> Iterator[Browser]:
    expect.set_options(timeout=_PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass(frozen=True)
class Message:
    """What arrived on a phone or in a mailbox."""

    digits: str
    prefix: str
    body: str

    def wrong(self, n: int = 1) -> str:
        """Another passcode of the same length, which is not the right one."""
        return f"{(int(self.digits) + n) % 10 ** len(self.digits):0{len(self.digits)}d}"


def arrived(stack: RunningStack, address: str, fits: Callable[[dict[str, str]], object]) -> dict[str, str]:
    """The newest message to a phone or mailbox that fits; waits until it is there."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        for item in stack.messages(address):
            if fits(item):
                return item
        time.sleep(0.05)
    raise AssertionError(f"nothing of that kind arrived at {address}")


def receive(stack: RunningStack, address: str, prefix: str) -> Message:
    """The message with this reference, in whichever language; waits until it has arrived."""
    body = arrived(stack, address, lambda item: prefix in item["body"] and _DIGITS.search(item["body"]))["body"]
    return Message(_DIGITS.findall(body)[0], prefix, body)


def hear(stack: RunningStack, number: str) -> str:
    """The digits that the newest call to this number says; waits until it has come."""
    call = arrived(stack, number, lambda item: item.get("channel") == "voice")
    found = _HEARD.search(call["body"])
    assert found, call["body"]
    return re.sub(r"\D", "", found[0])


@dataclass(frozen=True)
class Person:
    """A user with phones and a mailbox of their own."""

    stack: RunningStack
    login_name: str
    numbers: list[str]
    email: str | None

    def receive(self, prefix: str, to: str | None = None) -> Message:
        """The message with this reference; waits until it has arrived."""
        return receive(self.stack, to or self.numbers[0], prefix)

    def hear(self) -> str:
        """The digits that the newest call says."""
        return hear(self.stack, self.numbers[0])

    def unlock(self) -> None:
        """As an administrator does."""
        operate(self.stack, "users.unlock", login_name=self.login_name)

    def set_challenge(self, **seconds: float) -> None:
        """Make time pass: move times of the challenge, given as seconds from now."""
        names = {f"#{name}": name for name in seconds}
        values = {f":{name}": {"N": str(int(time.time() + offset))} for name, offset in seconds.items()}
        _dynamodb(self.stack.dynamodb_url).update_item(
            TableName=self.stack.facts["table"],
            Key={"pk": {"S": f"CHALLENGE#{self.login_name}"}, "sk": {"S": "#CHALLENGE"}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in seconds),
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def end_cooldown(self) -> None:
        """Let the next message go out at once."""
        self.set_challenge(available_at=-1)


@cache
def _dynamodb(url: str) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def operate(stack: RunningStack, operation: str, **given: Any) -> Any:
    """Carry out an administrator's operation by direct invocation."""
    answer = stack.invoke("AdminFunction", {"operation": operation, "input": given})
    assert "output" in answer, answer
    return answer["output"]


def simulated_twilio(stack: RunningStack, method: str, what: str, body: object = None) -> Any:
    """Ask the simulated Twilio for what it knows (`twilio`, `requests`), or tell it what shall go wrong (`faults`)."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{stack.base_url}/handset/{what}", data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


_numbers = itertools.count(1)


@pytest.fixture
def make_person(stack: RunningStack, worker_id: str) -> Callable[..., Person]:
    """Makes a user: with MFA, a phone and a contact email unless told otherwise."""

    def make(*, phones: int = 1, mfa: bool = True, email: bool = True) -> Person:
        n = next(_numbers)
        name = f"person{n}.{worker_id}"
        address = f"{name}@example.com" if email else None
        operate(
            stack,
            "users.create",
            login_name=name,
            password=PASSWORD,
            mfa_enabled=mfa,
            locale="en",  # the phones are in three countries
            **({"contact_email": address} if address else {}),
        )
        patterns = ["+852921600{:02d}", "+4474001234{:02d}", "+1206312{:04d}"]
        numbers = [pattern.format(n) for pattern in patterns[:phones]]
        for number in numbers:
            operate(stack, "phones.add", login_name=name, number=number)
        return Person(stack, name, numbers, address)

    return make


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """Which of several test processes this is."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@dataclass(eq=False)
class Browsing:
    """Opens pages of the stack, and keeps what no page of it may do."""

    context: BrowserContext
    stack: RunningStack
    complaints: list[str]

    def open(self, path: str, clock_at: float | None = None) -> Page:
        """Opens a page. With `clock_at` (seconds since 1970), its clock and timers are the test's to turn."""
        page = self.context.new_page()
        if clock_at is not None:
            page.clock.install(time=clock_at)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error on the page: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.goto(self.stack.base_url + path)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # A browser notes every refused request. The API's refusals are what many tests are about.
        refused = message.text.startswith("Failed to load resource") and "/v1/" in message.location.get("url", "")
        if message.type in {"error", "warning"} and not refused:
            self.complaints.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if not url.startswith(self.stack.base_url + "/"):
            self.complaints.append(f"request to elsewhere: {url}")


@pytest.fixture
def make_browsing(browser: Browser, stack: RunningStack) -> Iterator[Callable[..., Browsing]]:
    """Makes a browser window; at the end there was no error in any, and no request to anywhere else."""
    made: list[Browsing] = []

    def make(**options: Any) -> Browsing:
        # Without motion, which would only be waited for.
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
