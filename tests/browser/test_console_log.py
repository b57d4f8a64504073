"""The log in the console: filters in the address, old and new values, exports, and the way from and to a user's page."""

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Route, expect

from tests import people
from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, make_admin
from tests.product import basic
from tests.running import Running


def test_the_log_tells_who_changed_what_and_leads_to_the_user(browsing: Browsing, stack: Running) -> None:
    admin, person = make_admin(stack), people.add(stack, alias="Dee")
    stack.admin("users.patch", login_name=person.name, alias="Ada")
    person.login(password="wrong")

    console = Console.open(browsing, admin, f"#/users/{person.name}/history")
    page = console.page
    page.get_by_role("link", name="Filter in the log").click()
    expect(page).to_have_url(re.compile(rf"#/log\?user={re.escape(quote(person.name))}$"))
    expect(page.get_by_role("textbox", name="User", exact=True)).to_have_value(person.name)
    changed = console.row("Changed: 1 value")
    expect(changed).to_contain_text("Direct invocation")
    expect(changed.get_by_text("Alias: Dee → Ada")).to_be_hidden()
    changed.locator("summary").press("Enter")
    expect(changed.get_by_text("Alias: Dee → Ada")).to_be_visible()
    expect(console.row("A wrong password was entered")).to_contain_text("Not known")
    console.check_accessible()

    # Filters are part of the address, and hold after a reload.
    page.get_by_label("What").select_option("user_changed")
    expect(console.row("A wrong password was entered")).to_have_count(0)
    page.get_by_label("Contains").fill("ada")
    page.get_by_label("Contains").press("Enter")
    expect(page).to_have_url(re.compile(r"type=user_changed&.*text=ada"))
    page.reload()
    expect(console.row("Changed: 1 value")).to_have_count(1)
    expect(page.get_by_label("Contains")).to_have_value("ada")
    for name in ("Export CSV", "Export JSON lines"):
        with page.expect_download() as saved:
            page.get_by_role("button", name=name).click()
        text = Path(saved.value.path()).read_text(encoding="utf-8-sig").splitlines()
        if name == "Export CSV":
            assert text[0].startswith("at,type,actor,user,")
            assert len(text) == 2
        else:
            assert [json.loads(line)["changes"] for line in text] == [{"alias": {"old": "Dee", "new": "Ada"}}]

    page.get_by_label("Contains").fill("no line has this")
    page.get_by_label("Contains").press("Enter")
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.get_by_label("What")).to_be_focused()
    row = console.row("A wrong password was entered").filter(has_text=person.name)
    row.get_by_role("link", name=person.name).click()
    expect(page).to_have_url(re.compile(rf"#/users/{re.escape(quote(person.name))}/history$"))


def test_the_log_names_the_client_that_caused_a_line(browsing: Browsing, stack: Running) -> None:
    person, name = people.add(stack), stack.name()
    client = stack.admin("clients.create", name=name, legacy=False)
    headers = basic(client["client_id"], client["client_secret"])
    vouched = stack.call("POST", "/v1/login/vouched", {"login_name": person.name}, headers=headers)
    person.token = vouched.json["mfa_token"]
    assert person.start().status == 201
    console = Console.open(browsing, make_admin(stack), f"#/log?user={quote(person.name)}")
    expect(console.row(name).first).to_be_visible()
    expect(console.main).not_to_contain_text(client["client_id"])


def test_a_long_search_says_how_far_back_it_is(browsing: Browsing, stack: Running) -> None:
    """A rare event of a year takes many answers, and the first ones have no line."""
    console = Console.open(browsing, make_admin(stack), "#/log")
    held: list[Route] = []

    def answer(route: Route) -> None:
        if "cursor=" in route.request.url:
            held.append(route)
        else:
            route.fulfill(json={"items": [], "cursor": "next", "searched_to": "2030-03-17T17:46:40.125Z"})

    console.page.route(re.compile("/v1/admin/events[?].*type=invited"), answer)
    console.page.get_by_label("What").select_option("invited")
    note = console.main.get_by_text(re.compile("^No line since .*2030.* so far"))
    expect(note).to_be_visible()
    held[0].fulfill(json={"items": []})
    expect(console.main).to_contain_text("No line fits")
    expect(note).to_be_hidden()


@pytest.mark.parametrize(
    ("hash_", "said"),
    [
        ("#/log?from=2026-11-28T10:00:00Z&to=2026-11-28T09:00:00Z", "To must be after from."),
        ("#/log?type=nothing", "Type must be one of"),
        ("#/users?not_seen_days=abc", "Not seen days must be a whole number."),
        ("#/users?filter=nobody", "Filter must be one of"),
    ],
)
def test_a_filter_that_cannot_be_is_refused_in_words_about_no_saving(
    browsing: Browsing, stack: Running, hash_: str, said: str
) -> None:
    console = Console.open(browsing, make_admin(stack), hash_)
    expect(console.main).to_contain_text("This cannot be done as it is")
    expect(console.main).to_contain_text(said)
    expect(console.main).not_to_contain_text("saved")
    expect(console.main).not_to_contain_text("NaN")
