"""What the console says and keeps: words at the field, titles, counts, unsaved edits, secrets, slow pages."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.client import Client
from tests.browser.conftest import Browsing
from tests.browser.console_window import Console, MakeBrowsing, make_admin
from tests.running import Running


def add_phone(console: Console, country: str, number: str) -> None:
    console.field("Country").select_option(country)
    console.field("Number").fill(number)
    console.page.keyboard.press("Enter")


def test_a_number_is_judged_when_it_is_added_with_its_country_known(browsing: Browsing, stack: Running) -> None:
    admin = make_admin(stack)
    console = Console.open(browsing, admin, f"#/users/{admin}/security")
    error = console.error_of("number")
    add_phone(console, "HK", "9215 379")
    expect(error).to_have_text("This number has 7 digits after +852, where mobile numbers have 8.")
    add_phone(console, "GB", "07400 12345")
    expect(error).to_have_text("This number has 9 digits after +44, where mobile numbers have 10.")
    expect(console.field("Number")).to_be_focused()
    add_phone(console, "DE", "0151 12345678")
    expect(console.row("+49 15112345678")).to_contain_text("To be added")
    add_phone(console, "DE", "+49 (0)151 12345678")
    expect(error).to_have_text("This phone is in the list already.")
    console.save()
    assert [phone["number"] for phone in stack.admin("users.get", login_name=admin)["phones"]] == ["+4915112345678"]
    console.go("#/settings/mfa")
    console.button("Test").click()
    console.dialog.get_by_label("Country").select_option("HK")
    console.paste_number("9215 37990", console.dialog)
    console.page.keyboard.press("Enter")
    test_error = console.dialog.locator(".field-error").first
    expect(test_error).to_have_text("This number has 9 digits after +852, where mobile numbers have 8.")


def test_settings_say_in_sentences_what_is_wrong_warn_and_are_saved_by_enter(
    browsing: Browsing, stack: Running
) -> None:
    console = Console.open(browsing, make_admin(stack), "#/settings/mfa")
    console.rests()
    before = stack.admin("settings.get")
    assert console.page.title() == "MFA settings · Settings · MFA console"
    sid = console.field("Account SID")
    sid.fill("AC12")
    sid.press("Enter")
    expect(console.error_of("twilio.account_sid")).to_have_text("Account SID must be AC and 32 hexadecimal digits.")
    console.button("Discard").click()
    warning = console.main.get_by_text("The cooldown is longer than a passcode lives")
    expect(warning).to_have_count(0)
    console.field("Passcode expires after").fill("1")
    expect(warning).to_have_count(0)
    console.field("Cooldown before a resend").fill("1.5")
    expect(warning).to_be_visible()
    console.button("Discard").click()
    expect(warning).to_have_count(0)
    attempts = console.field("Invalid attempts before a lock")
    attempts.fill(str(before["max_invalid_attempts"] + 1))
    attempts.press("Enter")
    console.says("Saved.")
    assert stack.admin("settings.get")["max_invalid_attempts"] == before["max_invalid_attempts"] + 1
    stack.admin("settings.patch", max_invalid_attempts=before["max_invalid_attempts"])


def test_discard_after_a_conflict_takes_the_servers_values(browsing: Browsing, stack: Running) -> None:
    admin = make_admin(stack)
    console = Console.open(browsing, admin, f"#/users/{admin}/profile")
    console.rests()
    assert console.page.title() == f"Profile · {admin} · MFA console"
    alias, owner = console.field("Alias"), console.field("Owner")
    alias.fill("Mine")
    stack.admin("users.patch", login_name=admin, alias="Theirs", owner="Theirs too")
    console.button("Save").click()
    console.dialog.get_by_role("button", name="Not now").click()
    expect(alias).to_have_value("Mine")
    console.button("Discard").click()
    expect(alias).to_have_value("Theirs")
    expect(owner).to_have_value("Theirs too")
    alias.fill("Ours")
    alias.press("Enter")
    console.says("Saved.")
    assert stack.admin("users.get", login_name=admin)["owner"] == "Theirs too"


def test_all_pages_have_one_list_of_languages(browsing: Browsing, stack: Running) -> None:
    admin = make_admin(stack)
    console = Console.open(browsing, admin, f"#/users/{admin}/profile")
    console.rests()
    of_users = console.field("Language of messages").locator("option").all_inner_texts()
    console.go("#/settings/messages")
    fallback = console.page.locator('[data-field="default_locale"] option').all_inner_texts()
    texts = console.field("Language").locator("option").all_inner_texts()
    assert len(of_users) == len(stack.admin("templates.list")["items"]) + 1
    assert of_users[1:] == fallback[1:] == [text.removesuffix(", your own text") for text in texts]


def test_a_secret_that_nobody_copied_is_not_closed_by_escape(make_browsing: MakeBrowsing, stack: Running) -> None:
    browsing = make_browsing(permissions=["clipboard-read", "clipboard-write"])
    console = Console.open(browsing, make_admin(stack), "#/clients")
    secret = console.page.get_by_label("Client secret")
    for name in ("Copied", "Not copied"):
        console.page.get_by_role("button", name="Register client").first.click()
        console.dialog.get_by_label("Name").fill(name)
        console.page.keyboard.press("Enter")
        expect(secret).to_be_visible()
        for _ in range(3):
            console.page.keyboard.press("Escape")
        console.dialog.get_by_role("button", name="Close", exact=True).click()
        expect(secret).to_be_visible()
        expect(console.dialog.get_by_role("alert")).to_contain_text("Copy the secret first")
        if name == "Copied":
            console.button("Copy secret").click()
            expect(console.button("Done")).to_be_visible()
            assert console.page.evaluate("navigator.clipboard.readText()") == secret.inner_text()
            console.page.keyboard.press("Escape")
        else:
            console.button("Close without copying").click()
        expect(secret).to_have_count(0)


def test_results_are_counted_aloud_and_the_focus_stays(browsing: Browsing, stack: Running) -> None:
    stem = stack.name()
    for n in range(2):
        stack.admin("users.create", login_name=f"{stem}.{n}", password="not-a-secret-of-anyone")
    console = Console.open(browsing, make_admin(stack), "#/users")
    search = console.page.get_by_role("searchbox")
    announcer = console.page.locator("#announcer")
    search.fill(stem)
    expect(announcer).to_have_text("2 users.")
    expect(search).to_be_focused()
    search.fill(f"{stem}.1")
    expect(announcer).to_have_text("1 user.")
    search.fill(f"{stem}.nobody")
    expect(announcer).to_contain_text("Nobody fits")
    console.button("Clear search and filters").click()
    expect(announcer).to_contain_text("users")
    expect(search).to_be_focused()


def test_errors_go_with_the_page(browsing: Browsing, stack: Running) -> None:
    console = Console.open(browsing, make_admin(stack), "#/users")
    console.rests()
    browsing.context.route("**/v1/admin/users/export*", lambda route: route.fulfill(status=503, json={}))
    console.button("Export").click()
    error = console.page.locator('.toast[data-kind="error"]')
    expect(error).to_be_visible()
    console.go("#/clients")
    expect(error).to_have_count(0)


def test_a_page_that_takes_long_says_so_and_can_be_asked_for_again(make_browsing: MakeBrowsing, stack: Running) -> None:
    browsing = make_browsing()
    console = Console.open(browsing, make_admin(stack), "#/clients")
    console.rests()
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if len(waiting) < 2:
            waiting.append(route)
        else:
            route.continue_()

    browsing.context.route("**/v1/admin/users?*", hold)
    browsing.context.route("**/v1/admin/users", hold)
    browsing.context.route("**/v1/admin/overview*", hold)
    console.page.clock.install()
    for address in ("#/users", "#/overview"):
        console.page.evaluate("hash => { location.hash = hash; }", address)
        expect(console.main.locator(".loading")).to_be_visible()
        console.page.clock.fast_forward(9000)
        expect(console.main).to_contain_text("This takes longer than usual.")
        if address == "#/overview":
            console.button("Try again").click()
            console.rests()
            expect(console.main).not_to_contain_text("This takes longer than usual.")
    for route in waiting:
        route.abort()
    assert Client(console.page).heading().inner_text() == "Overview"
