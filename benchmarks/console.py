"""How the console is with many users: 100,000 of them on DynamoDB Local, in Chromium.

AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000 python -m benchmarks.console [USERS [TABLE]]

Makes a table with so many users and 20,000 lines of the log, computes the directory, and starts the local stack's functions on
it. Prints for each page of the console the median time until it is drawn, its requests and their bytes, and whether it is wider
than its window. Pictures go to build/console. A table that is named is kept, and used as it is if it is there.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import uuid
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from playwright.sync_api import Page, Request, sync_playwright

from benchmarks import log_listing
from benchmarks.directory import Crowd, measured, user_of
from infra.local.aws import table_definition
from infra.local.processes import AWS_ENVIRONMENT, HOME
from infra.local.template import read_template
from mfa.store.attribute_values import encode
from tests.running import running, tree_with_table

USERS, LINES, REPEATS = 100_000, 20_000, 5
SIZES = ((320, 640), (768, 1024), (1280, 800), (1600, 1000))
PICTURES = HOME / "build" / "console"
CONSOLE = "/v1/admin/console/"
# A page that asks for nothing of the table: each page is opened from there.
ELSEWHERE = "#/new-user"
PAGES = {
    "overview": "#/overview",
    "users": "#/users",
    "users-contains-few": "#/users?q=carla.khan.99",
    "users-contains-many": "#/users?q=chan",
    "users-contains-nobody": "#/users?q=no+such+person",
    "users-mfa-off": "#/users?mfa=false",
    "users-system": "#/users?kind=system",
    "users-locked": "#/users?filter=locked",
    "users-disabled": "#/users?status=disabled",
    "users-without-factor": "#/users?filter=no_factor",
    "users-unverified": "#/users?filter=unverified",
    "users-legacy": "#/users?filter=legacy",
    "user": f"#/users/{user_of(99, 0).login_name}/profile",
    "user-security": f"#/users/{user_of(99, 0).login_name}/security",
    "user-history": f"#/users/{user_of(99, 0).login_name}/history",
    "log": "#/log",
    "log-rare-type": "#/log?type=client_deleted",
    "log-actor": "#/log?actor=admin.07",
    "log-words": "#/log?text=needle",
}
# Opens a page by its address, and says after how many milliseconds it has loaded and stood still.
_OPEN = """async ([act, hash]) => {
  const main = document.querySelector("#main");
  const began = performance.now();
  if (act === "go") location.hash = hash;
  else [...main.querySelectorAll("button")].find((each) => each.textContent === act).click();
  await new Promise((drawn) => {
    const look = () => {
      const rests = !document.querySelector(".loading, [aria-busy='true']") && main.querySelector("h1");
      if (rests && (act !== "go" || main.dataset.page === hash)) drawn();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  return performance.now() - began;
}"""
_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Window:
    """A window of the console, with the requests that its page made."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[Request] = []
        page.on("requestfinished", lambda request: self.requests.append(request))

    def go(self, hash_: str) -> float:
        return float(self.page.evaluate(_OPEN, ["go", hash_]))

    def press(self, button: str) -> float:
        return float(self.page.evaluate(_OPEN, [button, ""]))

    def measure(self, name: str, hash_: str, then: str | None = None) -> None:
        """Opens a page several times, or presses a button on it, and prints a row of the table."""
        times = []
        for _ in range(REPEATS):
            self.go(ELSEWHERE)
            if then:
                self.go(hash_)
            self.requests.clear()
            times.append(self.press(then) if then else self.go(hash_))
        # Before the pictures, whose windows are of other sizes.
        sizes = [each.sizes()["responseBodySize"] for each in self.requests]
        wider = list(self._pictures(name))
        print(
            f"| {name} | {statistics.median(times):,.0f} | {max(times):,.0f} | {len(sizes)} | {sum(sizes):,} | "
            f"{', '.join(map(str, wider)) or '-'} |",
            flush=True,
        )

    def _pictures(self, name: str) -> Iterator[int]:
        """Saves pictures of the page; the widths of windows that it does not fit into."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            if self.page.evaluate(_WIDER):
                yield width
        self.page.set_viewport_size({"width": 1280, "height": 800})


def fill(client: Any, name: str, users: int) -> None:
    """Makes the table, its users, the lines of the log, and the directory."""
    [properties] = read_template(HOME / "template.yaml").named("AWS::DynamoDB::Table").values()
    client.create_table(**table_definition(properties) | {"TableName": name})
    crowd = Crowd(client, name)
    with measured(crowd, f"filling the table with {users:,} users"):
        crowd.fill(users)
    for items in batched(log_listing.lines(LINES, crowd.now), 25, strict=False):
        client.batch_write_item(RequestItems={name: [{"PutRequest": {"Item": encode(item)}} for item in items]})
    with measured(crowd, "computing the directory"):
        print(crowd.upkeep().compute())


def drive(base_url: str) -> None:
    """Logs in and goes through the pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 800}, locale="en", reduced_motion="reduce")
        page.set_default_timeout(60_000)
        page.goto(base_url + CONSOLE + ELSEWHERE)
        page.get_by_label("Login name", exact=True).fill("system")
        page.get_by_label("Password", exact=True).fill("local-demo-only")
        page.get_by_role("button", name="Log in", exact=True).click()
        page.locator("#main h1").wait_for()
        window = Window(page)
        print(f"the first list, of a container that has read nothing: {window.go('#/users'):,.0f} ms")
        print("| page | drawn, ms | slowest | requests | bytes | wider than its window at |\n|---|---|---|---|---|---|")
        for name, hash_ in PAGES.items():
            window.measure(name, hash_)
        window.measure("users-next", "#/users", "Next")
        window.measure("users-contains-next", "#/users?q=chan", "Next")
        window.measure("log-next", "#/log", "Next")
        chromium.close()


def main() -> None:
    url = os.environ["AWS_ENDPOINT_URL_DYNAMODB"]
    client: Any = boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name=AWS_ENVIRONMENT["AWS_REGION"],
        aws_access_key_id=AWS_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 3}, read_timeout=60),
    )
    users = int(sys.argv[1]) if len(sys.argv) > 1 else USERS
    name = sys.argv[2] if len(sys.argv) > 2 else f"console-{uuid.uuid4().hex[:8]}"
    try:
        if name not in client.list_tables()["TableNames"]:
            fill(client, name, users)
        with tempfile.TemporaryDirectory() as folder:
            root = tree_with_table(Path(folder), name)
            with running(env={"AWS_ENDPOINT_URL_DYNAMODB": url}, root=root) as stack:
                drive(stack.base_url)
    finally:
        if len(sys.argv) <= 2:
            client.delete_table(TableName=name)


if __name__ == "__main__":
    main()
