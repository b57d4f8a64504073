"""The console in Chromium: users, their phones and their history, import and export, clients."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.client import Client
from tests.browser.conftest import TEST_NUMBER, Browsing, simulated_twilio
from tests.browser.console_window import Console, MakeBrowsing, make_admin
from tests.people import Person, receive
from tests.product import PASSWORD, Refused
from tests.running import Running

type MakePerson = Callable[..., Person]

PATIENCE_MS = 30_000
HOSTILE = "\u202e<img src=x onerror=alert(1)>"


def test_mfa_for_a_user_until_the_phone_is_verified(
    make_browsing: MakeBrowsing, stack: Running, make_person: MakePerson
) -> None:
    """MFA is turned on and a pasted number added; the user logs in with the passcode, and the phone is verified."""
    person, number = make_person(phones=0, mfa=False), stack.number()
    admin = make_admin(stack)
    console = Console.open(make_browsing(), admin, "#/users")
    console.page.get_by_label("Search users").fill(person.name)
    console.row(person.name).get_by_role("link").click()
    console.sees(person.name)
    console.switch.click()
    expect(console.main).to_contain_text("There is no phone to send to")
    console.paste_number(f"+852 {number[4:8]} {number[8:]}")
    expect(console.field("Country")).to_have_value("HK")
    console.button("Add phone").click()
    expect(console.row("Hong Kong")).to_contain_text("To be added")
    assert stack.admin("users.get", login_name=person.name)["phones"] == []
    console.save()
    expect(console.row("Hong Kong")).to_contain_text("not yet verified")
    expect(console.row("Hong Kong")).to_contain_text(f"+852 ****{number[-4:]}")
    console.page.get_by_role("button", name=re.compile("^Show the whole number")).click()
    expect(console.row("Hong Kong")).to_contain_text(f"+852 {number[4:]}")

    login = Client(make_browsing().open("/v1/account/"))
    login.log_in(person.name, PASSWORD)
    login.send()
    login.verify(receive(stack, number, login.prefix).digits)
    login.sees("You are logged in")

    console.turn_to("History")
    expect(console.row("Logged in with a passcode by text message")).to_contain_text("The user")
    expect(console.row("A passcode was sent by text message")).to_contain_text(f"****{number[-4:]}")
    expect(console.row("SMS authentication")).to_contain_text(admin)
    expect(console.main.locator("time").first).to_have_attribute("title", re.compile(r"^\d{4}-\d\d-\d\d .* UTC$"))
    console.turn_to("Security settings")
    expect(console.row("Hong Kong")).not_to_contain_text("not yet verified")
    expect(console.row("Hong Kong").locator("time")).to_be_visible()


def test_an_empty_page_that_is_not_the_last_is_skipped(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """The API reads a limited number of items for a request; users after that limit are shown all the same."""
    person = make_person()
    asked: list[str] = []

    def list_users(route: Route) -> None:
        asked.append(route.request.url)
        address, _, cursor = route.request.url.partition("&cursor=")
        if cursor in ("", "one"):
            route.fulfill(json={"items": [], "cursor": "two" if cursor else "one"})
        else:
            route.fulfill(response=route.fetch(url=address))

    browsing.context.route("**/v1/admin/users?*", list_users)
    console = Console.open(browsing, make_admin(stack), f"#/users?q={person.name}")
    expect(console.row(person.name)).to_be_visible()
    assert [url.partition("&cursor=")[2] for url in asked] == ["", "one", "two"]


def test_the_records_of_a_user_are_downloaded(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """Everything stored about a person can be downloaded with one click, as a file to hand over."""
    person = make_person()
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/profile")
    with console.page.expect_download() as download:
        console.button("Download all records").click()
    expect(console.page.get_by_text("The records were downloaded.")).to_be_visible()
    assert download.value.suggested_filename == f"{person.name}.json"
    document = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert document["login_name"] == person.name
    kinds = [record["record"] for record in document["records"]]
    assert kinds.count("profile") == 1
    assert {"event", "phone"} <= set(kinds)
    assert "argon2" not in str(document)


def test_a_user_is_created(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """A user is created with a phone; a name that exists already and an invalid number are shown at their fields."""
    taken = make_person()
    console = Console.open(browsing, make_admin(stack), "#/new-user")
    console.field("Login name").fill(taken.name.upper())
    console.field("Password").fill(PASSWORD)
    console.button("Create user").click()
    expect(console.error_of("login_name")).to_contain_text("already")
    console.field("Login name").fill("New.Person")
    console.paste_number("+852 123")
    console.field("Language of messages").select_option("de")
    console.button("Create user").click()
    expect(console.error_of("number")).to_be_visible()
    with pytest.raises(Refused, match="user_not_found"):
        stack.admin("users.get", login_name="new.person")
    take_unknown_number(console)
    assert [phone["number"] for phone in stack.admin("users.get", login_name="new.range")["phones"]] == ["+85212153797"]
    events = {event["type"]: event for event in stack.admin("users.events", login_name="new.range")["items"]}
    assert events["phone_added"]["detail"]["override"] == "new range, ticket 8"
    console.go("#/new-user")
    console.field("Login name").fill("New.Person")
    console.field("Password").fill(PASSWORD)
    console.field("Language of messages").select_option("de")
    console.field("Country").select_option("DE")
    console.field("Number").fill("0151 12345678")  # as it is dialled in Germany
    console.button("Create user").click()
    console.sees("new.person")
    console.rests()
    expect(console.row("Germany")).to_contain_text("not yet verified")
    user = stack.admin("users.get", login_name="new.person")
    assert (user["mfa_enabled"], user["locale"]) == (True, "de")
    assert [phone["number"] for phone in user["phones"]] == ["+4915112345678"]


def take_unknown_number(console: Console) -> None:
    """A number that no numbering plan has is taken for a reason; the reason is for this number only."""
    nevertheless = console.button("Add it nevertheless…")
    expect(nevertheless).to_have_count(0)
    for number in ("+852 1215 3798", "+852 1215 3797"):
        console.paste_number(number)
        expect(console.main).not_to_contain_text("In no numbering plan")
        console.button("Create user").click()
        nevertheless.click()
        console.dialog.get_by_label("Reason").fill("new range, ticket 8")
        console.page.keyboard.press("Enter")
        expect(console.main).to_contain_text("In no numbering plan: new range, ticket 8")
        console.check_accessible()
    console.field("Login name").fill("new.range")
    console.button("Create user").click()
    console.sees("new.range")


def test_mfa_is_switched_on_in_the_list(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """The switch in the list acts at once; turning it off asks first; the filter shows the remaining users."""
    person = make_person()
    console = Console.open(browsing, make_admin(stack), f"#/users?q={person.name}&mfa=true")
    switch = console.page.get_by_role("switch", name=f"SMS authentication of {person.name}")
    switch.click()
    console.dialog.get_by_role("button", name="Cancel").click()
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    console.dialog.get_by_role("button", name="Turn off").click()
    expect(console.main).to_contain_text("Nobody fits")
    console.page.get_by_label("Filter by SMS authentication").select_option("false")
    switch.click()
    console.says("SMS authentication is on")
    assert stack.admin("users.get", login_name=person.name)["mfa_enabled"] is True


def test_the_list_shows_users_in_a_state_and_how_many_there_are(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """The address keeps the state. A change is in the list at once."""
    person = make_person()
    console = Console.open(browsing, make_admin(stack), f"#/users?q={person.name}")
    expect(console.main).to_contain_text("1 user")
    console.page.get_by_label("Filter by state").select_option(label="Disabled")
    expect(console.main).to_contain_text("Nobody fits")
    stack.admin("users.patch", login_name=person.name, status="disabled")
    console.page.reload()
    expect(console.row(person.name)).to_contain_text("Disabled")
    expect(console.page.get_by_label("Filter by state")).to_have_value("status=disabled")
    console.check_accessible()
    console.page.get_by_label("Filter by state").select_option(label="In any state")
    assert "status" not in console.page.url


def test_the_list_warns_of_a_user_whose_only_phone_is_unusable(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """A phone that Twilio refused for good is no phone to log in with, and is not called missing."""
    person = make_person()
    simulated_twilio(stack, "POST", "faults", {"fault": "error", "code": 21211, "to": person.numbers[0], "times": 1})
    person.login()
    assert person.start().json["code"] == "phone_unusable"
    console = Console.open(browsing, make_admin(stack), f"#/users?q={person.name}")
    expect(console.row(person.name)).to_contain_text("no usable phone")


def test_the_list_has_pages(browsing: Browsing, stack: Running) -> None:
    """A long list is paged forwards and back, and returning from a user shows the same page."""
    names = [f"many{n:03d}" for n in range(60)]
    stack.admin("users.import", csv="login_name\n" + "\n".join(names), dry_run=False)
    console = Console.open(browsing, make_admin(stack), "#/users?q=many")
    expect(console.main.get_by_role("row")).to_have_count(51)
    console.button("Next").click()
    expect(console.main.get_by_role("row")).to_have_count(11)
    console.page.get_by_role("link", name="many055").click()
    console.sees("many055")
    console.page.go_back()
    expect(console.main.get_by_role("row")).to_have_count(11)
    console.button("Previous").click()
    expect(console.row("many000")).to_be_visible()


def test_a_change_by_another_administrator_is_not_overwritten(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """Nothing is overwritten: the page shows each field that changed meanwhile, and continues with the chosen values."""
    person = make_person()
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/profile")
    console.field("Alias").fill("Mine")
    console.field("Owner").fill("My company")
    stack.admin("users.patch", login_name=person.name, alias="Theirs", contact_email="theirs@example.com")
    console.button("Save").click()
    expect(console.dialog).to_contain_text("Nothing was overwritten")
    expect(console.dialog.get_by_role("group", name="Alias")).to_contain_text("Theirs")
    expect(console.dialog).to_contain_text("theirs@example.com")
    console.check_accessible()
    user = stack.admin("users.get", login_name=person.name)
    assert (user["alias"], user["owner"]) == ("Theirs", None)
    console.dialog.get_by_text("Yours, not saved").click()
    console.button("Go on").click()
    expect(console.field("Contact email")).to_have_value("theirs@example.com")
    console.save()
    user = stack.admin("users.get", login_name=person.name)
    assert (user["alias"], user["owner"], user["contact_email"]) == ("Mine", "My company", "theirs@example.com")


def test_deleting_a_user_asks_for_the_name(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """A user is deleted only after typing the name; administrators cannot delete themselves."""
    admin, person = make_admin(stack), make_person()
    console = Console.open(browsing, admin, f"#/users/{person.name}/profile")
    console.button("Delete user").click()
    typed = console.dialog.get_by_role("textbox")
    expect(typed).to_be_focused()
    typed.fill("somebody else")
    console.dialog.get_by_role("button", name="Delete user").click()
    expect(console.dialog).to_contain_text("That is not the same.")
    console.check_accessible()
    typed.fill(person.name)
    console.page.keyboard.press("Enter")
    console.sees("Users")
    console.says("The user is deleted.")
    console.go(f"#/users/{person.name}/profile")
    expect(console.main).to_contain_text("There is no such user")
    console.go(f"#/users/{admin}/profile")
    expect(console.main).to_contain_text("You cannot delete yourself")
    expect(console.button("Delete user")).to_have_count(0)


def test_phones_are_removed_and_added_with_save(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """Both wait for Save. A repeated number is refused at once, one that no plan has until there is a reason."""
    person = make_person(phones=2)
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/security")
    console.paste_number(person.numbers[0])
    console.button("Add phone").click()
    expect(console.page.get_by_text("This phone is in the list already.")).to_be_visible()
    remove = console.row("United Kingdom").get_by_role("button", name=re.compile("^Remove"))
    remove.click()
    console.row("United Kingdom").get_by_role("button", name=re.compile("^Keep")).click()
    expect(console.button("Save")).to_be_hidden()
    nevertheless = console.button("Add it nevertheless…")
    for refused in ("+852 800 933 833", "+852 92", "+852 1215 3799"):
        expect(nevertheless).to_have_count(0)
        console.paste_number(refused)
        console.button("Add phone").click()
        expect(console.page.locator(".add-row .field-error")).to_be_visible()
    nevertheless.click()
    console.dialog.get_by_role("button", name="Add number").click()
    expect(console.dialog).to_contain_text("Enter a reason.")
    console.check_accessible()
    console.dialog.get_by_label("Reason").fill("new range, ticket 7")
    console.page.keyboard.press("Enter")
    expect(console.row("12153799")).to_contain_text("In no numbering plan: new range, ticket 7")
    remove.click()
    console.button("Save").click()
    console.dialog.get_by_role("button", name="Save").click()
    console.says("Saved.")
    expect(console.row("United Kingdom")).to_have_count(0)
    phones = stack.admin("users.get", login_name=person.name)["phones"]
    assert [phone["number"] for phone in phones] == [person.numbers[0], "+85212153799"]
    console.turn_to("History")
    expect(console.main).to_contain_text("a number that no numbering plan has: new range, ticket 7")


def test_a_locked_user_is_unlocked(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """Too many wrong passcodes show as a lock with its end; Unlock ends it, and the history shows all of it."""
    person = make_person()
    person.locked()
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/security")
    expect(console.main).to_contain_text("Locked after too many wrong passcodes")
    expect(console.main).to_contain_text("The lock ends by itself")
    console.button("Unlock").click()
    console.says("is unlocked.")
    expect(console.main).not_to_contain_text("Locked after")
    console.turn_to("History")
    expect(console.row("5 wrong passcodes were entered")).to_contain_text("127.0.0.1")
    expect(console.row("Locked after too many wrong passcodes, until")).to_be_visible()


def test_a_temporary_access_code_is_issued_and_removed(
    browsing: Browsing, stack: Running, make_person: MakePerson
) -> None:
    """The code is shown once; the list says who issued it, without it; it can be removed, and the history tells all."""
    person, admin = make_person(), make_admin(stack)
    console = Console.open(browsing, admin, f"#/users/{person.name}/security")
    expect(console.main).to_contain_text("No authenticator app and no recovery codes.")
    console.button("Issue a temporary access code").click()
    console.dialog.get_by_label("Valid for").select_option("4")
    console.check_accessible()
    console.button("Issue code").click()
    code = console.dialog.locator(".secret").inner_text()
    assert re.fullmatch(r"\w{4}(-\w{4}){3}", code)
    console.button("Done").click()  # is not enough: nobody has copied the code
    console.button("Close without copying").click()
    expect(console.row("Temporary access code")).to_contain_text(f"Issued by {admin}")
    assert code not in console.page.content()
    console.check_accessible()
    console.button("Remove the temporary access code").click()
    console.dialog.get_by_role("button", name="Remove").click()
    console.says("Temporary access code removed.")
    expect(console.main).to_contain_text("No authenticator app and no recovery codes.")
    console.turn_to("History")
    expect(console.row("A temporary access code was issued, valid for 4 hours")).to_contain_text(admin)
    expect(console.row("The temporary access code was withdrawn")).to_contain_text(admin)


def test_users_are_invited_one_by_one_and_together(
    browsing: Browsing, stack: Running, make_person: MakePerson, tmp_path: Path
) -> None:
    """The link is shown once and can be withdrawn; of many, a file has the links, and says who was left out and why."""
    person, settled = make_person(phones=0, mfa=False), make_person()
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/security")
    console.button("Invite").click()
    console.dialog.get_by_label("Send it").select_option("link")
    console.check_accessible()
    console.dialog.get_by_role("button", name="Invite").click()
    assert "#invitation=" in console.dialog.locator(".secret").inner_text()
    console.button("Done").click()
    console.button("Close without copying").click()
    expect(console.main).to_contain_text("Invited by")
    console.button("Withdraw invitation").click()
    console.dialog.get_by_role("button", name="Withdraw").click()
    console.says("The invitation is withdrawn.")

    for name, fits in ((person.name, "1 user invited."), (settled.name, "1 user left out.")):
        console.go(f"#/users?q={name}")
        console.button("Invite").click()
        console.dialog.get_by_label("Send it").select_option("link")
        with console.page.expect_download() as download:
            console.dialog.get_by_role("button", name="Invite").click()
        expect(console.dialog).to_contain_text(fits)
        download.value.save_as(tmp_path / "links.csv")
        text = (tmp_path / "links.csv").read_text(encoding="utf-8-sig")
        assert text.startswith("login_name,url,delivered_to,expires_at,left_out")
        assert ("#invitation=" in text) == (name == person.name)
        console.button("Done").click()


def test_the_history_shows_the_outcome_of_messages(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """Calls, refusals by the carrier and test numbers are described in words; a permanently refused phone is marked."""
    person = make_person()
    number = person.numbers[0]
    person.add_phone(TEST_NUMBER["number"])
    rules: list[dict[str, Any]] = [{"status": "busy"}, {"status": "undelivered", "error_code": 30006}]
    for rule in rules:
        simulated_twilio(stack, "POST", "faults", {"fault": "delivery", "to": number, "times": 1, **rule})
    for phone, channel in ((1, "sms"), (0, "voice"), (0, "sms")):
        assert person.login().status == 200
        assert person.start(phone, channel=channel).status == 201
        person.end_cooldown()
        if phone == 0:
            _await_refusal(person)
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/history")
    for words in (
        f"A passcode by call to Hong Kong (+852) - ****{number[-4:]} did not get through: the line was busy",
        f"A passcode by text message to Hong Kong (+852) - ****{number[-4:]} did not get through: the number cannot receive",
        f"A passcode was requested; nothing was sent to Hong Kong (+852) - ****{TEST_NUMBER['number'][-4:]}, a test number",
        f"A passcode was sent by call to Hong Kong (+852) - ****{number[-4:]}",
    ):
        expect(console.row(words)).to_be_visible()
    console.check_accessible()
    console.go(f"#/users/{person.name}/security")
    row = console.row(number[-4:]).filter(has_text="Show")  # its messages are listed on the same page
    expect(row).to_contain_text("Unusable")
    expect(row).to_contain_text("it may be a landline")


def test_a_password_is_replaced(browsing: Browsing, stack: Running, make_person: MakePerson) -> None:
    """A password is set in its own dialog, and other edits stay."""
    person = make_person(mfa=False)
    console = Console.open(browsing, make_admin(stack), f"#/users/{person.name}/profile")
    console.field("Owner").fill("Not saved yet")
    console.button("Set password").click()
    password = console.dialog.get_by_label("New password", exact=True)
    password.fill("Password2026!")
    console.dialog.get_by_role("button", name="Set password").click()
    reason = "The password is one that attackers try first. Choose another, such as four random words."
    expect(console.dialog).to_contain_text(reason)
    password.fill("another correct horse")
    console.dialog.get_by_role("button", name="Set password").click()
    console.says("The password is set.")
    expect(console.field("Owner")).to_have_value("Not saved yet")
    console.save()
    assert person.login(password="another correct horse").json["status"] == "authenticated"


def test_users_are_imported_and_exported(browsing: Browsing, stack: Running, tmp_path: Path) -> None:
    """A dry run lists bad lines and writes nothing; the import continues after a failure; the export has its users."""
    number = stack.number()
    lines = [f'imported{n:03d},Imported {n},"{HOSTILE}",true,{number if n == 0 else ""}' for n in range(120)]
    text = "\ufefflogin_name,alias,owner,mfa_enabled,phones\r\n" + "\r\n".join(
        [*lines[:2], "bad one!,x,y,perhaps,", *lines[2:]]
    )
    file = tmp_path / "users.csv"
    file.write_text(text, encoding="utf-8", newline="")
    console = Console.open(browsing, make_admin(stack), "#/import-users")
    console.page.locator("#csv").set_input_files(file)
    expect(console.main.get_by_role("cell", name="4", exact=True).first).to_be_visible()
    console.check_accessible()
    assert stack.admin("users.list", q="imported")["items"] == []
    broken: list[str] = []

    def fail_once(route: Route) -> None:
        broken.append(route.request.url)
        route.abort("connectionreset")

    seen: list[Route] = []

    def fail_the_second(route: Route) -> None:
        seen.append(route)
        if len(seen) == 2:
            return fail_once(route)
        return route.continue_()

    console.page.route("**/v1/admin/users/import", fail_the_second)
    console.button("Import 120 users").click()
    expect(console.main).to_contain_text("The service could not be reached")
    console.page.get_by_role("link", name="Clients").click()
    expect(console.dialog).to_contain_text("Leave the import?")
    expect(console.dialog).to_contain_text("100 of 121 lines are written, and stay.")
    expect(console.dialog).to_contain_text("The rest is not written.")
    console.check_accessible()
    console.dialog.get_by_role("button", name="Cancel").click()
    console.button("Resume").click()
    expect(console.main.locator(".tally").last).to_contain_text("Created", timeout=PATIENCE_MS)
    expect(console.main.locator(".tally").last.locator("dd").first).to_have_text("120")
    assert len(broken) == 1
    # The bad line is named once, with its user and value.
    expect(console.main.get_by_role("cell", name="perhaps")).to_have_count(1)
    expect(console.main).to_contain_text("1 line that the check found bad was left out")
    console.page.get_by_role("link", name="See the users").click()
    console.page.get_by_label("Search users").fill("imported000")
    expect(console.row("imported000")).to_contain_text("Imported 0")
    expect(console.row("imported000").locator("bdi").filter(has_text="onerror")).to_have_text(HOSTILE)
    expect(console.main.locator("img")).to_have_count(0)
    console.page.get_by_label("Search users").fill("imported00")
    expect(console.main.get_by_role("row")).to_have_count(11)
    with console.page.expect_download() as download:
        console.button("Export").click()
    console.says("Exported 10 users: those that search and filters show.")
    exported = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert exported.startswith("login_name,")
    assert sum(line.startswith("imported") for line in exported.splitlines()) == 10


def test_a_file_that_is_not_csv_is_refused(browsing: Browsing, stack: Running) -> None:
    """A file that is not UTF-8 is refused with an explanation, and nothing is sent."""
    console = Console.open(browsing, make_admin(stack), "#/import-users")
    file: Any = {"name": "users.csv", "mimeType": "text/csv", "buffer": b"login_name\nm\xfcller\n"}
    console.page.locator("#csv").set_input_files(file)
    expect(console.main).to_contain_text("It is not UTF-8.")


def test_clients_are_created_rotated_and_deleted(browsing: Browsing, stack: Running) -> None:
    """A legacy client's secret is shown once; a new secret replaces the old one; deleting asks first."""
    name = "Server <img src=x onerror=alert(1)>"
    console = Console.open(browsing, make_admin(stack), "#/clients")
    console.button("Register client").first.click()
    console.dialog.get_by_label("Name", exact=True).fill(name)
    console.page.get_by_role("switch", name="Legacy client").click()
    console.check_accessible()
    console.button("Register").click()
    secret = console.dialog.locator(".secret").inner_text()
    assert len(secret) > 20
    console.check_accessible()
    console.button("Done").click()  # is not enough: nobody has copied the secret
    console.button("Close without copying").click()
    row = console.row("onerror")
    expect(row).to_contain_text("Legacy")
    assert secret not in console.page.content()
    row.get_by_role("button", name=re.compile("^New secret")).click()
    console.dialog.get_by_role("button", name="Make a new secret").click()
    expect(console.dialog.locator(".secret")).not_to_have_text(secret)
    console.button("Done").click()
    console.button("Close without copying").click()
    row.get_by_role("button", name=re.compile("^Delete")).click()
    console.dialog.get_by_role("button", name="Delete client").click()
    console.says("The client is deleted.")
    expect(row).to_have_count(0)


def test_the_overview_counts(make_browsing: MakeBrowsing, stack: Running, make_person: MakePerson) -> None:
    """The overview shows sends and approvals as a chart and as a table."""
    person = make_person()
    login = Client(make_browsing().open("/v1/account/"))
    login.log_in(person.name, PASSWORD)
    login.send()
    login.verify(receive(stack, person.numbers[0], login.prefix).digits)
    login.sees("You are logged in")
    console = Console.open(make_browsing(), make_admin(stack), "#/overview?days=7")
    expect(console.page.get_by_role("img", name=re.compile("^Messages and approvals per day"))).to_be_visible()
    expect(console.row("Hong Kong")).to_be_visible()
    console.page.get_by_text("Every day as a table").click()
    expect(console.page.get_by_role("table", name="By day").get_by_role("row")).to_have_count(8)
    console.check_accessible()


def _await_refusal(person: Person) -> None:
    """Waits until the history says that the carrier refused the message of the newest challenge."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        events = person.stack.admin("users.events", login_name=person.name)["items"]
        if any(event["type"] == "send_refused" and event["challenge_id"] == person.challenge for event in events):
            return
        time.sleep(0.05)
    raise AssertionError("no refusal was reported")
