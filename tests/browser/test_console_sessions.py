"""The sessions of administrators in Chromium: what keeps them alive, how they end, and who is logged in."""

from __future__ import annotations

import re

import pytest
from boto3.dynamodb.conditions import Key
from playwright.sync_api import Request, expect

from tests import people
from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, make_admin
from tests.product import PASSWORD
from tests.running import Running

_IDLE_SECONDS = 31 * 60
# A look at how things stand, as after a minute.
_LOOK = "document.dispatchEvent(new Event('visibilitychange'))"


def test_what_a_page_asks_by_itself_does_not_count_as_use(browsing: Browsing, stack: Running) -> None:
    """The health, the steps of a job and the delivery of a test have the header; what the person asks has not."""
    person = people.add(stack, mfa=False)
    stack.admin("directory.compute")
    console = Console.open(browsing, make_admin(stack), f"#/users?q={person.name}")
    asked: dict[str, str | None] = {}

    def note(request: Request) -> None:
        what = re.sub(r".*/v1/admin/|[?].*", "", request.url).rpartition("/")[2]
        asked[f"{request.method} {what}"] = request.headers.get("mfa-unattended")

    console.page.on("request", note)
    console.page.get_by_label(f"Select {person.name}").check()
    console.button("Change selected users").click()
    console.dialog.get_by_label("What to do").select_option("mfa_on")
    console.dialog.get_by_role("button", name="Check").click()
    expect(console.dialog.locator(".tally")).to_be_visible()
    console.dialog.get_by_role("button", name="Cancel").click()
    console.go("#/overview")
    console.go("#/settings/mfa")
    console.button("Test").click()
    console.paste_number(stack.number(), console.dialog)
    with console.page.expect_request("**/delivery"):
        console.button("Send passcode").click()
    by_itself = {"GET health", "GET fraud", "POST run", "POST delivery"}
    assert {what for what, header in asked.items() if header == "1"} == by_itself
    assert {"GET overview", "GET settings", "POST test", "POST jobs"} <= asked.keys() - by_itself


@pytest.mark.parametrize("found_by", ["page", "person"])
def test_a_session_that_nobody_used_is_covered_by_the_login(found_by: str, browsing: Browsing, stack: Running) -> None:
    """The page finds out by itself, or the person does. What was typed is there after the login, in every tab."""
    person = people.add(stack)
    admin = make_admin(stack)
    console = Console.open(browsing, admin, f"#/users/{person.name}/profile")
    other = Console(browsing.open(console.page.url.removeprefix(stack.base_url)))
    other.sees(person.name)
    console.field("Owner").fill("Keller & Söhne")
    _leave_unused(stack, admin)
    if found_by == "page":
        console.page.evaluate(_LOOK)
        other.page.evaluate(_LOOK)
    else:
        console.button("Save").click()
        other.main.get_by_role("link", name="Security settings").click()
    for window in (console, other):
        expect(window.dialog).to_contain_text("Your session has ended")
        expect(window.dialog).to_contain_text("Nobody has used it for a while. Log in again to go on where you were.")
    console.check_accessible()
    console.dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    console.dialog.get_by_role("button", name="Log in").click()
    for window in (console, other):
        expect(window.page.get_by_role("dialog")).to_have_count(0)
    if found_by == "page":
        console.button("Save").click()
    console.says("Saved.")
    assert stack.admin("users.get", login_name=person.name)["owner"] == "Keller & Söhne"


def _leave_unused(stack: Running, admin: str) -> None:
    """As if nobody had used the sessions of this administrator for longer than they may be idle."""
    found = stack.table.query(
        KeyConditionExpression=Key("pk").eq(f"USER#{admin}") & Key("sk").begins_with("#SESSION#"), ConsistentRead=True
    )["Items"]
    assert found
    for item in found:
        stack.table.update_item(
            Key={"pk": item["pk"], "sk": item["sk"]},
            UpdateExpression="SET last_seen_at = last_seen_at - :idle",
            ExpressionAttributeValues={":idle": _IDLE_SECONDS},
        )
