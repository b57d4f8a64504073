"""The console in Chromium: settings, sessions, and the promises of every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Request, Route, expect

from tests.browser.conftest import Browsing, hear
from tests.browser.console_window import (
    PATH,
    Console,
    MakeBrowsing,
    every_page,
    make_admin,
)
from tests.people import Person, receive
from tests.product import PASSWORD
from tests.running import Running

type MakePerson = Callable[..., Person]

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NARROW: dict[str, Any] = {"viewport": {"width": 320, "height": 640}}
# The tab at hand, where its row shows other tabs only.
HIDDEN_TABS = """() => [...document.querySelectorAll(".tabs [aria-current]")]
  .filter((tab) => tab.getBoundingClientRect().right > tab.closest(".tabs").getBoundingClientRect().right + 1)
  .map((tab) => tab.textContent)"""


def test_times_are_shown_in_minutes_and_saved_in_seconds(browsing: Browsing, stack: Running) -> None:
    """Cooldown, expiry and lock are minutes on the screen; values out of range are shown before anything is sent."""
    console = Console.open(browsing, make_admin(stack), "#/settings/mfa")
    expect(console.field("Lock lasts")).to_have_value("15")
    console.field("Lock lasts").fill("1441")
    console.button("Save").click()
    expect(console.error_of("lock_seconds")).to_contain_text("from 1 to 1440 minutes")
    console.field("Lock lasts").fill("22.5")
    console.save()
    assert stack.admin("settings.get")["lock_seconds"] == 1350
    stack.admin("settings.patch", lock_seconds=900)


def test_edits_on_all_tabs_wait_for_save(browsing: Browsing, stack: Running) -> None:
    """Edits on several tabs are one draft: kept between tabs, with a question before leaving, discarded together."""
    console = Console.open(browsing, make_admin(stack), "#/settings/messages")
    console.field("Signature").fill("Somebody <b>else</b>")
    expect(console.page.locator(".bubble")).to_contain_text("Somebody <b>else</b>")
    console.page.get_by_role("link", name="Countries").click()
    console.page.get_by_text("Only these countries").click()
    console.page.get_by_label("Find a country").fill("+852")
    console.page.get_by_label("Hong Kong (+852)").check()
    expect(console.page.get_by_text("2 unsaved changes")).to_be_visible()
    console.page.get_by_role("link", name="Users", exact=True).click()
    expect(console.dialog).to_contain_text("Leave without saving?")
    console.dialog.get_by_role("button", name="Cancel").click()
    expect(console.page).to_have_url(re.compile("#/settings/countries$"))
    console.button("Discard").click()
    expect(console.page.get_by_label("All countries")).to_be_checked()
    console.page.get_by_role("link", name="Users", exact=True).click()
    console.sees("Users")
    assert stack.admin("settings.get")["signature"] == "Your backup service provider"


def test_the_legacy_switch_warns(browsing: Browsing, stack: Running) -> None:
    """Allowing legacy clients asks first, warns as long as it is on, and waits for Save like everything else."""
    console = Console.open(browsing, make_admin(stack), "#/settings/access")
    switch = console.page.get_by_role("switch", name="Allow legacy clients")
    switch.click()
    console.dialog.get_by_role("button", name="Cancel").click()
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    console.dialog.get_by_role("button", name="Allow legacy clients").click()
    expect(console.main).to_contain_text("Legacy clients skip the second factor")
    assert stack.admin("settings.get")["allow_legacy_clients"] is False
    console.button("Discard").click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_only_system_users_get_in(browsing: Browsing, make_person: MakePerson) -> None:
    """A backup user with the right password sees a clear message and does not get in."""
    console = Console(browsing.open(PATH))
    console.log_in(make_person(mfa=False).name, PASSWORD)
    expect(console.page.get_by_role("alert")).to_contain_text("This console is for administrators")
    console.log_in("nobody.at.all", PASSWORD)
    expect(console.page.get_by_text("The login name or the password is not right.")).to_be_visible()
    console.check_accessible()


def test_the_login_asks_for_the_passcode(browsing: Browsing, stack: Running) -> None:
    """An administrator with MFA chooses a phone, enters the passcode, and sees the page of the address."""
    number = stack.number()
    admin = make_admin(stack, number=number)
    console = Console(browsing.open(PATH + "#/clients"))
    console.log_in(admin, PASSWORD)
    console.sees("Choose a phone")
    console.check_accessible()
    console.button("Send passcode").click()
    console.sees("Enter the passcode")
    message = receive(stack, number, console.page.locator(".code-prefix").inner_text())
    console.verify(message.wrong())
    expect(console.page.get_by_text("That passcode is not right.")).to_be_visible()
    console.check_accessible()
    console.verify(f"{message.prefix}-{message.digits}")
    console.sees("Clients")


def test_the_login_may_be_a_call(browsing: Browsing, stack: Running) -> None:
    """If calls are set up, an administrator can have the passcode read to them."""
    number = stack.number()
    console = Console(browsing.open(PATH + "#/clients"))
    console.log_in(make_admin(stack, number=number), PASSWORD)
    console.button("Call me instead").click()
    console.sees("Enter the passcode")
    main = console.page.get_by_role("main")
    expect(main).to_contain_text("A call with the passcode was already made to the phone number")
    expect(main).to_contain_text("The call says the digits twice.")
    expect(console.page.locator(".code-prefix")).to_be_hidden()
    console.check_accessible()
    console.verify(hear(stack, number))
    console.sees("Clients")


def test_a_new_login_returns_to_the_page_where_the_session_ended(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """When the session ends in the middle of an edit the page says so; after logging in again the edit is there, and saved."""
    admin, person = make_admin(stack), make_person()
    console = Console.open(browsing, admin, f"#/users/{person.name}/profile")
    console.field("Owner").fill("Keller & Söhne")
    stack.admin("users.patch", login_name=admin, password=PASSWORD + "!")
    console.button("Save").click()
    expect(console.dialog).to_contain_text("Your session has ended")
    console.check_accessible()
    expect(console.dialog.get_by_label("Login name")).to_have_value(admin)
    console.dialog.get_by_label("Password", exact=True).fill(PASSWORD + "!")
    console.dialog.get_by_role("button", name="Log in").click()
    console.says("Saved.")
    expect(console.field("Owner")).to_have_value("Keller & Söhne")
    assert stack.admin("users.get", login_name=person.name)["owner"] == "Keller & Söhne"


def test_a_reload_or_back_in_the_login_goes_on_without_a_new_message(browsing: Browsing, stack: Running) -> None:
    """Also where the answer to the right passcode was lost. The name is remembered on request."""
    number = stack.number()
    admin = make_admin(stack, number=number)
    console = Console(browsing.open(PATH + "#/clients"))
    page = console.page
    posts: list[str] = []
    page.on("request", lambda each: posts.append(each.url.rpartition("/")[2]) if each.method == "POST" else None)
    page.get_by_text("Need help logging in?").click()
    expect(page.get_by_text("Forgot your login name or password?")).to_be_visible()
    console.check_accessible()
    page.get_by_label("Remember my login name on this device").check()
    console.log_in(admin, PASSWORD)
    console.sees("Choose a phone")
    page.reload()
    console.sees("Choose a phone")
    console.button("Send passcode").click()
    console.sees("Enter the passcode")
    message = receive(stack, number, console.page.locator(".code-prefix").inner_text())
    page.reload()
    console.sees("Enter the passcode")
    page.go_back()
    console.sees("Choose a phone")
    expect(page.get_by_text("A passcode is already on its way.")).to_be_visible()
    page.go_back()
    console.sees("Log in")
    expect(page.get_by_role("alert")).to_contain_text("You have entered your password already.")
    console.button("Continue").click()
    console.sees("Enter the passcode")
    expect(page.locator(".code-prefix")).to_have_text(message.prefix)
    answered: list[int] = []

    def lose_reply(route: Route) -> None:
        answered.append(route.fetch().status)

    page.route("**/verify", lose_reply, times=1)
    console.verify(message.digits)
    while not answered:
        page.wait_for_timeout(50)
    page.reload()
    expect(page.get_by_text("Please enter the same passcode again")).to_be_visible()
    console.verify(message.digits)
    console.sees("Clients")
    assert answered == [200]
    assert posts == ["login", "challenges", "verify", "verify", "session"]
    assert page.evaluate("[sessionStorage.length, document.cookie, history.state]") == [0, "", None]
    assert len(stack.texts(number)) == 1
    console.button("Log out").click()
    console.sees("Log in")
    page.reload()
    expect(console.field("Login name")).to_have_value(admin)


def test_the_session_lasts_over_a_reload_and_in_other_tabs_until_a_logout_in_one(
    browsing: Browsing, stack: Running
) -> None:
    """The token is in a cookie that no script can read, and nowhere else."""
    admin = make_admin(stack)
    console = Console.open(browsing, admin, "#/settings/limits")
    console.sees("Settings")
    stored = console.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in stored
    assert admin not in stored
    [cookie] = browsing.context.cookies()
    assert cookie["name"] == "__Host-mfa-console"
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, True, "Strict", "/")
    console.page.reload()
    console.sees("Settings")
    other = Console(browsing.open(PATH + "#/clients"))
    other.sees("Clients")
    expect(other.page.locator("#whoami")).to_have_text(admin)
    # Another site's page could at most have the cookie sent: it cannot send the header.
    refused = console.page.evaluate("fetch('/v1/admin/session', {method: 'DELETE'}).then(answer => answer.status)")
    assert refused == 401
    with console.page.expect_response(lambda answer: answer.request.method == "DELETE") as ended:
        console.button("Log out").click()
    other.sees("Log in")
    assert ended.value.status == 204
    assert browsing.context.cookies() == []
    assert admin not in console.page.locator("#main").inner_text()
    other.page.reload()
    other.sees("Log in")
    console.log_in(admin, PASSWORD)
    console.sees("Settings")
    other.sees("Clients")  # by itself
    # Without a connection the cookie stays. The next page to open takes it away, and shows nothing before.
    console.page.route(
        "**/session", lambda route: route.abort() if route.request.method == "DELETE" else route.continue_()
    )
    console.button("Log out").click()
    console.sees("Log in")
    other.sees("Log in")
    third = Console(browsing.open(PATH))
    third.sees("Log in")
    assert browsing.context.cookies() == []


@pytest.mark.parametrize(("page", "asked"), [("#/users", "users"), ("#/settings/access", "settings")])
def test_an_answer_after_the_logout_is_not_drawn(page: str, asked: str, browsing: Browsing, stack: Running) -> None:
    """The page that asked is gone: nothing of its answer is shown, and drawing it fails in no way."""
    console, late = _with_late_answers(browsing, make_admin(stack), page, asked)
    for route, answer in late:
        assert answer.status == 200
        route.fulfill(response=answer)
    console.page.wait_for_timeout(300)
    assert console.main.inner_html() == ""


def test_how_things_stand_is_shown_after_a_new_login_when_the_last_answer_came_late(
    browsing: Browsing, stack: Running
) -> None:
    """An answer after the logout does not count as shown."""
    admin = make_admin(stack)
    console, late = _with_late_answers(browsing, admin, "#/log", "health")
    for route, answer in late:
        route.fulfill(response=answer)
    console.page.wait_for_timeout(300)
    console.page.unroute_all()
    console.log_in(admin, PASSWORD)
    expect(console.button("Stop sending")).to_be_visible()


def test_no_request_is_repeated_as_somebody_else(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """Where another administrator has logged in before the refusal came, the change is not made in their name."""
    person = make_person()
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/profile")
    other = Console(browsing.open(PATH + "#/clients"))
    other.sees("Clients")
    late: list[Route] = []
    changes: list[str] = []
    console.page.on("request", lambda each: changes.append(each.url) if each.method == "PATCH" else None)
    console.page.route(
        f"**/users/{person.name}",
        lambda route: late.append(route) if route.request.method == "PATCH" else route.continue_(),
    )
    console.field("Owner").fill("Keller & Söhne")
    console.button("Save").click()
    _wait_for(console, late)
    other.button("Log out").click()
    second = make_admin(stack)
    other.log_in(second, PASSWORD)
    expect(console.page.locator("#whoami")).to_have_text(second)
    late[0].fulfill(status=401, content_type="application/problem+json", json={"code": "invalid_token", "status": 401})
    console.page.wait_for_timeout(300)
    assert len(changes) == 1
    assert stack.admin("users.get", login_name=person.name)["owner"] != "Keller & Söhne"


def test_an_address_that_is_entered_in_the_login_waits_for_it(browsing: Browsing, stack: Running) -> None:
    """No page is drawn behind the login; the last address is shown after it."""
    admin = make_admin(stack)
    console = Console.open(browsing, admin, "#/clients")
    console.button("Log out").click()
    console.sees("Log in")
    for address in ("#/nowhere", "#/new-user"):
        console.page.evaluate("hash => { location.hash = hash; }", address)
        console.page.wait_for_timeout(100)
        assert console.main.inner_html() == ""
        expect(console.page).to_have_title(re.compile("^Log in"))
    console.log_in(admin, PASSWORD)
    console.sees("New user")


def test_pages_say_when_they_cannot_load(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """A page that cannot load says why and offers to try again; an unknown address and an unknown user differ."""
    person = make_person()
    console = Console.open(browsing, make_admin(stack), "#/nowhere")
    console.sees("There is no such page")
    console.go("#/users/nobody.at.all/profile")
    expect(console.main).to_contain_text("There is no such user")
    for address in every_page(person.name).values():
        if address in ("#/new-user", "#/import-users"):
            continue  # nothing is loaded there
        console.page.route(_ADMIN_API, _unavailable)
        console.page.evaluate("hash => { location.hash = hash; }", address)
        expect(console.page).to_have_url(re.compile(re.escape(address)))
        expect(console.main.get_by_role("alert")).to_contain_text("The service cannot answer right now")
        console.page.unroute(_ADMIN_API)
        console.button("Try again").click()
        expect(console.main.get_by_role("alert").filter(visible=True)).to_have_count(0)
        expect(console.main.locator(".card").first).to_be_visible()


def test_a_user_is_found_and_edited_by_keyboard_alone(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """From the login to a saved switch no mouse is needed, and the focus is visible."""
    person = make_person(mfa=False)
    console = Console(browsing.open(PATH + "#/users"))
    keys = console.page.keyboard
    keys.type(make_admin(stack))
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    console.sees("Users")
    expect(console.heading()).to_be_focused()
    _tab_to(console, "[type=search]")
    keys.type(person.name)
    expect(console.main.get_by_role("row")).to_have_count(2)
    _tab_to(console, "a.name")
    assert console.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keys.press("Enter")
    console.sees(person.name)
    console.rests()
    _tab_to(console, "[role=switch]")
    keys.press("Space")
    expect(console.switch).to_have_attribute("aria-checked", "true")
    _tab_to(console, ".button.save")
    keys.press("Enter")
    console.says("Saved.")
    assert stack.admin("users.get", login_name=person.name)["mfa_enabled"] is True
    keys.press("Shift+Tab")
    assert console.page.evaluate("document.activeElement !== document.body")


def test_every_page_is_accessible(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """Axe finds nothing on any page in light or dark mode."""
    person = make_person(phones=2)
    stack.admin("clients.create", name="Backup server", legacy=True)
    console = Console.open(browsing, make_admin(stack))
    for address in every_page(person.name).values():
        console.go(address)
        console.check_accessible()


@pytest.mark.parametrize("window", [PHONE, NARROW], ids=["phone", "narrow"])
def test_every_page_fits(
    window: dict[str, Any], make_browsing: MakeBrowsing, stack: Running, make_person: MakePerson
) -> None:
    """On a phone and at the narrowest width no page overflows, and the menu opens and closes."""
    person = make_person(phones=3)
    stack.admin("users.patch", login_name=person.name, alias="A" * 60, owner="Donaudampfschifffahrtsgesellschaft")
    console = Console.open(make_browsing(**window), make_admin(stack))
    console.button("Menu").click()
    console.page.get_by_role("link", name="Clients").click()
    console.sees("Clients")
    expect(console.page.get_by_role("link", name="Settings")).to_be_hidden()
    for address in every_page(person.name).values():
        console.go(address)
        assert console.page.evaluate(HIDDEN_TABS) == [], address
        console.check_width()
    console.go("#/settings/mfa")
    console.button("Test").click()
    console.check_accessible()


def test_the_console_works_below_a_stage(browsing: Browsing, stack: Running) -> None:
    """If the API is below a stage such as /live, the console sends its requests there."""
    asked: list[str] = []

    def below(route: Route, request: Request) -> None:
        asked.append(request.url)
        route.continue_(url=request.url.replace("/live/", "/"))

    browsing.context.route("**/live/**", below)
    console = Console(browsing.open(f"/live{PATH}index.html"))
    console.log_in("nobody.at.all", PASSWORD)
    expect(console.page.get_by_text("The login name or the password is not right.")).to_be_visible()
    assert f"{stack.base_url}/live/v1/login" in asked


_ADMIN_API = re.compile("/v1/admin/(?!console)")


def _unavailable(route: Route) -> None:
    route.fulfill(
        status=503, content_type="application/problem+json", json={"code": "temporarily_unavailable", "status": 503}
    )


def _with_late_answers(
    browsing: Browsing, admin: str, page: str, asked: str
) -> tuple[Console, list[tuple[Route, APIResponse]]]:
    """A window that has asked for this, whose session another tab ends before the answers are given to it."""
    console = Console.open(browsing, admin, "#/clients")
    console.rests()
    other = Console(browsing.open(PATH + "#/clients"))
    other.sees("Clients")
    late: list[tuple[Route, APIResponse]] = []
    console.page.route(re.compile(rf"/v1/admin/{asked}(\?|$)"), lambda route: late.append((route, route.fetch())))
    console.page.evaluate("hash => { location.hash = hash; }", page)
    _wait_for(console, late)
    other.button("Log out").click()
    console.sees("Log in")
    return console, late


def _wait_for(console: Console, late: list[Any]) -> None:
    """Waits until the page has sent a request that the test answers later."""
    for _ in range(200):
        if late:
            return
        console.page.wait_for_timeout(50)
    raise AssertionError("the page has not sent the request")


def _tab_to(console: Console, selector: str) -> None:
    """Presses Tab until this element has the focus."""
    for _ in range(60):
        console.page.keyboard.press("Tab")
        if console.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
