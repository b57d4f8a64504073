"""The sessions of administrators in Chromium: what keeps them alive, how they end, and who is logged in."""

from __future__ import annotations

import re

import pytest
from boto3.dynamodb.conditions import Key
from playwright.sync_api import Request, expect

from tests import people
from tests.browser.conftest import Browsing
from tests.browser.console_window import PATH, Console, MakeBrowsing, make_admin
from tests.product import PASSWORD
from tests.running import Running

_IDLE_SECONDS = 31 * 60
# A login and a request of a program, without the console's cookie.
_PROGRAM = """async ([login_name, password]) => {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ login_name, password });
  const { token } = await (await fetch("/v1/login", { method: "POST", headers, body })).json();
  const asked = { headers: { Authorization: `Bearer ${token}` }, credentials: "omit" };
  return (await fetch("/v1/admin/session", asked)).status;
}"""
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
        # Not by a click: a look of its own may have covered this window meanwhile.
        other.page.evaluate("name => { location.hash = `#/users/${name}/security`; }", person.name)
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


def test_who_is_logged_in_is_listed_and_a_session_is_ended(
    browsing: Browsing, make_browsing: MakeBrowsing, stack: Running
) -> None:
    """The other window says why it has ended, and keeps what was typed. One's own session is marked, and is not ended here."""
    person = people.add(stack)
    admin, other = make_admin(stack), make_admin(stack, role="administrator")
    ended = Console.open(make_browsing(), other, f"#/users/{person.name}/profile")
    ended.field("Owner").fill("Keller & Söhne")
    program = Console(browsing.open(PATH)).page.evaluate(_PROGRAM, [other, PASSWORD])
    assert program == 200
    console = Console(browsing.open(PATH + "#/log"))
    console.log_in(admin, PASSWORD)
    console.sees("Log")
    console.page.keyboard.press("g")
    console.page.keyboard.press("a")
    console.sees("Sessions")
    expect(console.row(admin)).to_contain_text("This session")
    expect(console.row(admin).get_by_role("button")).to_have_count(0)
    by_program = console.row(other).filter(has_text="Program")
    by_console = console.row(other).filter(has_not_text="Program")
    expect(by_program).to_have_count(1)
    expect(by_console).to_contain_text(re.compile(r"Administrator.*Chrom\w* \d+.*Linux"))
    expect(by_console).to_contain_text("127.0.0.1")
    console.check_accessible()

    end = by_console.get_by_role("button", name=re.compile(f"^End the session of {other}: .*Linux$"))
    end.click()
    expect(console.dialog).to_contain_text(f"{other} is logged out there at once.")
    console.check_accessible()
    console.dialog.get_by_role("button", name="Cancel").click()
    end.click()
    console.dialog.get_by_role("button", name="End", exact=True).click()
    console.says("The session is ended.")
    expect(by_console).to_have_count(0)
    expect(by_program).to_have_count(1)

    ended.button("Save").click()
    expect(ended.dialog).to_contain_text("An administrator ended it.")
    ended.dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    ended.dialog.get_by_role("button", name="Log in").click()
    ended.says("Saved.")
    assert stack.admin("users.get", login_name=person.name)["owner"] == "Keller & Söhne"
    [event] = stack.admin("events.list", type="session_ended", user=other)["items"]
    assert event["actor"] == admin


def test_all_sessions_of_an_administrator_are_ended_on_their_page(
    browsing: Browsing, make_browsing: MakeBrowsing, stack: Running
) -> None:
    """Those of others in one go; one's own too, and then the login is there in every tab."""
    admin, other = make_admin(stack), make_admin(stack)
    windows = [Console.open(make_browsing(), other, "#/clients") for _ in range(2)]
    console = Console.open(browsing, admin, f"#/users/{other}/security")
    expect(console.row("127.0.0.1")).to_have_count(2)
    console.button("End all sessions").click()
    console.dialog.get_by_role("button", name="End all sessions").click()
    console.says("All sessions are ended.")
    expect(console.main).to_contain_text("Not logged in anywhere.")
    for window in windows:
        window.page.evaluate(_LOOK)
        expect(window.dialog).to_contain_text("Your session has ended")

    tab = Console(browsing.open(PATH + "#/clients"))
    tab.sees("Clients")
    console.go(f"#/users/{admin}/security")
    expect(console.row("127.0.0.1")).to_contain_text("This session")
    console.button("End all sessions").click()
    expect(console.dialog).to_contain_text("You are logged out everywhere at once, here as well")
    console.dialog.get_by_role("button", name="End all sessions").click()
    for window in (console, tab):
        window.sees("Log in")
    console.log_in(admin, PASSWORD)
    expect(console.row("127.0.0.1")).to_have_count(1)


@pytest.mark.parametrize(
    ("role", "sees_others", "ends"),
    [("administrator", True, {"support"}), ("auditor", True, set()), ("support", False, set())],
)
def test_the_role_decides_whose_sessions_are_seen_and_ended(
    role: str, sees_others: bool, ends: set[str], browsing: Browsing, make_browsing: MakeBrowsing, stack: Running
) -> None:
    """Everybody sees their own and ends them. Only an owner ends an owner's."""
    others = {each: make_admin(stack, role=each) for each in ("owner", "support")}
    for name in others.values():
        Console.open(make_browsing(), name, "#/clients").rests()
    own = make_admin(stack, role=role)
    Console.open(make_browsing(), own, "#/clients").rests()
    console = Console.open(browsing, own, "#/sessions")
    expect(console.row(own)).to_have_count(2)
    expect(console.row(own).get_by_role("button")).to_have_count(1)
    for each, name in others.items():
        expect(console.row(name)).to_have_count(1 if sees_others else 0)
        expect(console.row(name).get_by_role("button")).to_have_count(1 if each in ends else 0)
    for each, name in others.items():
        console.go(f"#/users/{name}/security")
        expect(console.main.get_by_role("heading", name="Sessions")).to_have_count(1 if sees_others else 0)
        expect(console.button("End all sessions")).to_have_count(1 if each in ends else 0)
    console.go("#/sessions")
    console.row(own).get_by_role("button").click()
    console.dialog.get_by_role("button", name="End", exact=True).click()
    console.says("The session is ended.")
    expect(console.row(own)).to_have_count(1)
    expect(console.row(own)).to_contain_text("This session")
